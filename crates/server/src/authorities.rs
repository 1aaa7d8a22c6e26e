//! Persons and institutions as the web edge sees them: who an address names,
//! what the caller may know of their works, and what librarians decide.

use std::sync::Arc;

use authorities::{Authority, AuthorityError, AuthorityId, AuthorityKind, Party, Register};
use catalog::Detail;
use index::{FacetCount, FacetField, Filter, FullTextQuery, QueryExpr, Sort};
use records::{AgentIdentifier, Clearance, Record};
use search::SearchRequest;

use crate::{app::Library, decisions::follow, error::ApiError};

/// Values shown of each facet of an authority's works.
const SHOWN_VALUES: usize = 20;

/// Newest works shown.
const SHOWN_WORKS: usize = 10;

/// A person or an institution, with or without an authority record.
pub(crate) struct Named {
    pub(crate) kind: AuthorityKind,
    pub(crate) authority: Option<Authority>,
    /// The value under which its works are counted.
    pub(crate) heading: String,
    pub(crate) parent: Option<Authority>,
    pub(crate) parts: Vec<Authority>,
    pub(crate) predecessors: Vec<Authority>,
    pub(crate) successors: Vec<Authority>,
    /// Others of the same name.
    pub(crate) namesakes: Vec<Authority>,
    pub(crate) works: Works,
}

/// What a caller may know of the works of somebody.
pub(crate) struct Works {
    pub(crate) total: u64,
    pub(crate) years: Vec<FacetCount>,
    /// Those who stand beside it.
    pub(crate) persons: Vec<FacetCount>,
    pub(crate) institutions: Vec<FacetCount>,
    pub(crate) fields: Vec<FacetCount>,
    pub(crate) newest: Vec<Record>,
}

/// The register as it is now.
pub(crate) fn register(library: &Library) -> Result<Arc<Register>, ApiError> {
    Ok(library.authorities.current(&*library.catalogue)?)
}

pub(crate) fn facet_of(kind: AuthorityKind) -> FacetField {
    match kind {
        AuthorityKind::Person => FacetField::Author,
        AuthorityKind::Institution => FacetField::Institution,
    }
}

/// Whoever an address names: by id, by identifier, or by name. `None` when the
/// caller may know of no such one.
pub(crate) fn named(
    library: &Library,
    kind: AuthorityKind,
    text: &str,
    clearance: Clearance,
) -> Result<Option<Named>, ApiError> {
    let register = register(library)?;
    let authority = found(&register, kind, text);
    let heading = match authority {
        Some(authority) => register.heading(authority),
        None => text.trim().to_owned(),
    };
    let works = works(library, facet_of(kind), &heading, clearance)?;
    if authority.is_none() && works.total == 0 {
        return Ok(None);
    }
    let get = |ids: &[AuthorityId]| {
        ids.iter()
            .filter_map(|id| register.get(*id).cloned())
            .collect()
    };
    let namesakes = register.named(kind, text).into_iter();
    Ok(Some(Named {
        kind,
        heading,
        parent: authority
            .and_then(|a| a.parent)
            .and_then(|id| register.get(id).cloned()),
        parts: authority.map_or_else(Vec::new, |a| register.parts(a.id).cloned().collect()),
        predecessors: authority.map_or_else(Vec::new, |a| get(&a.predecessors)),
        successors: authority
            .map_or_else(Vec::new, |a| register.successors(a.id).cloned().collect()),
        namesakes: namesakes.filter(|_| authority.is_none()).cloned().collect(),
        authority: authority.cloned(),
        works,
    }))
}

fn found<'r>(register: &'r Register, kind: AuthorityKind, text: &str) -> Option<&'r Authority> {
    let by_id = text
        .parse()
        .ok()
        .and_then(|id: AuthorityId| register.get(id));
    let by_identifier = || {
        let identifier = AgentIdentifier::parse(text).ok()?;
        register.identified(&identifier)
    };
    let by_heading = || {
        let mut all = register.iter(kind);
        text.ends_with(')')
            .then(|| all.find(|one| register.heading(one) == text))?
    };
    by_id
        .or_else(by_identifier)
        .filter(|one| one.kind() == kind)
        .or_else(|| register.resolve(kind, text, None))
        .or_else(by_heading)
}

/// How many works of a heading the caller may see.
pub(crate) fn count(
    library: &Library,
    kind: AuthorityKind,
    heading: &str,
    clearance: Clearance,
) -> Result<u64, ApiError> {
    let page = library.full_text.search(&FullTextQuery {
        filters: vec![Filter::new(facet_of(kind), heading)],
        limit: 0,
        ..FullTextQuery::new(QueryExpr::All, clearance)
    });
    Ok(page.map_err(ApiError::unavailable)?.total)
}

fn works(
    library: &Library,
    facet: FacetField,
    heading: &str,
    clearance: Clearance,
) -> Result<Works, ApiError> {
    let page = library.full_text.search(&FullTextQuery {
        filters: vec![Filter::new(facet, heading)],
        facets: vec![
            FacetField::Year,
            FacetField::Author,
            FacetField::Institution,
            FacetField::Field,
        ],
        facet_limit: SHOWN_VALUES + 1,
        sort: Sort::Newest,
        limit: SHOWN_WORKS,
        ..FullTextQuery::new(QueryExpr::All, clearance)
    });
    let mut page = page.map_err(ApiError::unavailable)?;
    let mut values = |field: FacetField| {
        let mut values = page.facets.remove(&field).unwrap_or_default();
        values.retain(|count| field != facet || count.value != heading);
        if field != FacetField::Year {
            values.truncate(SHOWN_VALUES);
        }
        values
    };
    let (years, persons) = (values(FacetField::Year), values(FacetField::Author));
    let (institutions, fields) = (values(FacetField::Institution), values(FacetField::Field));
    let ids: Vec<_> = page.hits.into_iter().map(|hit| hit.id).collect();
    let stored = library.catalogue.get_many(&ids, clearance, Detail::Summary);
    let stored = stored.map_err(ApiError::unavailable)?.into_iter().flatten();
    Ok(Works {
        total: page.total,
        years,
        persons,
        institutions,
        fields,
        newest: stored.map(|stored| stored.record).collect(),
    })
}

/// The request with filters on names turned into the headings that they are
/// counted under, so that an address with a former name still leads somewhere.
pub(crate) fn with_headings(
    library: &Library,
    mut request: SearchRequest,
) -> Result<SearchRequest, ApiError> {
    let names = [FacetField::Author, FacetField::Institution];
    if request
        .filters
        .iter()
        .any(|filter| names.contains(&filter.field))
    {
        let register = register(library)?;
        let filters = request.filters.into_iter();
        request.filters = filters.map(|filter| register.as_counted(filter)).collect();
    }
    Ok(request)
}

/// Puts some into one, and has the full text follow.
///
/// # Errors
/// What the caller can mend is [`ApiError::Refused`].
pub(crate) fn merge(
    library: &Library,
    kept: &Party,
    others: &[Party],
    by: &str,
) -> Result<authorities::Act, ApiError> {
    let (catalogue, full_text) = (&*library.catalogue, &*library.full_text);
    let at = jiff::Timestamp::now();
    let act = authorities::merge(catalogue, full_text, kept, others, by, at)?;
    follow(library);
    Ok(act)
}

/// Names a state of an authority: who edits it says which one they saw.
pub(crate) fn version(authority: &Authority) -> Result<String, ApiError> {
    let state = serde_json::to_vec(authority).map_err(ApiError::internal)?;
    Ok(blake3::hash(&state).to_hex()[..32].to_owned())
}

/// Makes an authority what the row says, whole, and has the full text follow.
///
/// * `seen`: the [`version`] that the caller saw; without one, any.
///
/// # Errors
/// See [`merge`]; [`ApiError::Refused`] when it was changed since it was seen.
pub(crate) fn edit(
    library: &Library,
    id: AuthorityId,
    row: &authorities::FileRow,
    seen: Option<&str>,
    by: &str,
) -> Result<authorities::Act, ApiError> {
    let (catalogue, full_text) = (&*library.catalogue, &*library.full_text);
    let register = Register::load(catalogue)?;
    let found = register.get(id).filter(|found| found.id == id);
    let found = found.ok_or(ApiError::NoSuchPage)?;
    if seen.is_some_and(|seen| version(found).is_ok_and(|now| now != seen)) {
        return Err(ApiError::Refused {
            parameter: "version",
            message: "someone changed it meanwhile; open it again and repeat your changes".into(),
        });
    }
    let act = authorities::edit(catalogue, full_text, id, row, by, jiff::Timestamp::now())?;
    follow(library);
    Ok(act)
}

/// Takes an act back, and has the full text follow.
///
/// # Errors
/// See [`merge`].
pub(crate) fn undo(library: &Library, number: u64, by: &str) -> Result<authorities::Act, ApiError> {
    let (catalogue, full_text) = (&*library.catalogue, &*library.full_text);
    let at = jiff::Timestamp::now();
    let act = authorities::undo(catalogue, full_text, number, by, at)?;
    follow(library);
    Ok(act)
}

impl From<AuthorityError> for ApiError {
    fn from(error: AuthorityError) -> Self {
        use AuthorityError as E;
        let parameter = match &error {
            E::Catalog(_) | E::FullText(_) => return Self::unavailable(error),
            E::Damaged { .. } => return Self::internal(error),
            E::NotThere(_) | E::Itself(_) | E::OtherKind | E::OtherIdentifier(..) => "others",
            E::Taken { .. } | E::WrongScheme(_) => "identifiers",
            E::NoName => "name",
            E::Circle(_) | E::NoInstitution(_) => "parent",
            E::NoAct(_) | E::Changed(_) => "number",
            E::Line { .. } => "body",
            E::Field { field, .. } => field,
        };
        Self::Refused {
            parameter,
            message: error.to_string(),
        }
    }
}
