//! What `/api/v1/authorities` answers and takes.

use std::borrow::Cow;

use authorities::{Act, Authority, AuthorityKind, FileRow};
use index::FacetCount;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{Schema, SchemaType, Type},
    },
};

use crate::{
    api::by_name::ByName,
    authorities::{Named, version},
    error::ApiError,
};

/// Person or institution.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KindAnswer {
    /// A human being.
    Person,
    /// A corporate body.
    Institution,
}

impl From<AuthorityKind> for KindAnswer {
    fn from(kind: AuthorityKind) -> Self {
        match kind {
            AuthorityKind::Person => Self::Person,
            AuthorityKind::Institution => Self::Institution,
        }
    }
}

impl From<KindAnswer> for AuthorityKind {
    fn from(kind: KindAnswer) -> Self {
        match kind {
            KindAnswer::Person => Self::Person,
            KindAnswer::Institution => Self::Institution,
        }
    }
}

/// A former name.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormerAnswer {
    /// The name.
    name: String,
    /// The last year of the name, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<i32>,
}

/// An authority, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthorityAnswer {
    /// `p12` or `i7`; absent for a name without an authority record.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Person or institution.
    kind: KindAnswer,
    /// The preferred name.
    name: String,
    /// The value of the facet `author` or `institution` that its works have.
    heading: String,
    /// Other names.
    variants: Vec<String>,
    /// Former names, oldest first.
    former: Vec<FormerAnswer>,
    /// ORCID iD or ROR id.
    identifiers: Vec<String>,
    /// Province or city.
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<String>,
    /// The year in which its predecessors went into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i32>,
    /// Works that the caller may see.
    n_records: u64,
}

impl AuthorityAnswer {
    pub(super) fn new(authority: &Authority, heading: String, n_records: u64) -> Self {
        let former = authority.former.iter().map(|former| FormerAnswer {
            name: former.name.clone(),
            until: former.until.map(|year| year.get()),
        });
        Self {
            id: Some(authority.id.to_string()),
            kind: authority.kind().into(),
            name: authority.name.clone(),
            heading,
            variants: authority.variants.clone(),
            former: former.collect(),
            identifiers: authority
                .identifiers
                .iter()
                .map(ToString::to_string)
                .collect(),
            province: authority.province.clone(),
            since: authority.since.map(|year| year.get()),
            n_records,
        }
    }
}

/// A list of authorities.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthoritiesAnswer {
    /// How many there are in all.
    pub(super) total: usize,
    /// This page of them, by id.
    pub(super) authorities: Vec<AuthorityAnswer>,
}

/// Another authority.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefAnswer {
    /// Its id.
    id: String,
    /// Its preferred name.
    name: String,
}

impl From<&Authority> for RefAnswer {
    fn from(authority: &Authority) -> Self {
        Self {
            id: authority.id.to_string(),
            name: authority.name.clone(),
        }
    }
}

/// A value and how many works have it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValueAnswer {
    /// The value.
    value: String,
    /// How many works have it.
    count: u64,
}

fn values(counts: Vec<FacetCount>) -> Vec<ValueAnswer> {
    let value = |FacetCount { value, count }| ValueAnswer { value, count };
    counts.into_iter().map(value).collect()
}

/// One person or institution and its works.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneAuthorityAnswer {
    #[serde(flatten)]
    authority: AuthorityAnswer,
    /// Names this state of it; an edit that sends it is refused when somebody
    /// else changed it meanwhile. Absent for a name without an authority record.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The institution that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<RefAnswer>,
    /// Its parts.
    parts: Vec<RefAnswer>,
    /// Institutions that went into it.
    predecessors: Vec<RefAnswer>,
    /// Institutions that it went into.
    successors: Vec<RefAnswer>,
    /// Works by year.
    years: Vec<ValueAnswer>,
    /// Persons in the same works, commonest first; at most 20.
    persons: Vec<ValueAnswer>,
    /// Institutions of the same works, commonest first; at most 20.
    institutions: Vec<ValueAnswer>,
    /// S&T fields of the works, commonest first; at most 20.
    fields: Vec<ValueAnswer>,
    /// The newest works; at most 10 ids.
    newest: Vec<String>,
}

impl From<Named> for OneAuthorityAnswer {
    fn from(found: Named) -> Self {
        let total = found.works.total;
        let refs = |all: &[Authority]| all.iter().map(RefAnswer::from).collect();
        let bare = || AuthorityAnswer {
            id: None,
            kind: found.kind.into(),
            name: found.heading.clone(),
            heading: found.heading.clone(),
            variants: Vec::new(),
            former: Vec::new(),
            identifiers: Vec::new(),
            province: None,
            since: None,
            n_records: total,
        };
        let authority = found.authority.as_ref();
        Self {
            authority: authority.map_or_else(bare, |authority| {
                AuthorityAnswer::new(authority, found.heading.clone(), total)
            }),
            version: authority.and_then(|authority| version(authority).ok()),
            parent: found.parent.as_ref().map(RefAnswer::from),
            parts: refs(&found.parts),
            predecessors: refs(&found.predecessors),
            successors: refs(&found.successors),
            years: values(found.works.years),
            persons: values(found.works.persons),
            institutions: values(found.works.institutions),
            fields: values(found.works.fields),
            newest: found
                .works
                .newest
                .iter()
                .map(|record| record.id.to_string())
                .collect(),
        }
    }
}

/// An authority to make or to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAuthority {
    /// Person or institution.
    kind: KindAnswer,
    /// The preferred name.
    name: String,
    /// Other names.
    #[serde(default)]
    variants: Vec<String>,
    /// Former names.
    #[serde(default)]
    former: Vec<FormerAnswer>,
    /// ORCID iD of a person, ROR id of an institution.
    #[serde(default)]
    identifiers: Vec<String>,
    /// What it is a part of: id, identifier or name.
    #[serde(default)]
    parent: Option<String>,
    /// What went into it: ids, identifiers or names.
    #[serde(default)]
    predecessors: Vec<String>,
    /// The year in which they did.
    #[serde(default)]
    since: Option<i32>,
    /// Province or city.
    #[serde(default)]
    province: Option<String>,
}

/// All that an authority is, and the state of it that the editor saw.
#[derive(Debug)]
pub(crate) struct WholeAuthority {
    pub(super) said: NewAuthority,
    pub(super) version: Option<String>,
}

impl<'de> Deserialize<'de> for WholeAuthority {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(from)?;
        let version = fields.remove("version").unwrap_or_default();
        let version = Option::deserialize(version).map_err(D::Error::custom)?;
        let said = NewAuthority::deserialize(ByName(fields.into())).map_err(D::Error::custom)?;
        Ok(Self { said, version })
    }
}

impl ToSchema for WholeAuthority {
    fn name() -> Cow<'static, str> {
        "WholeAuthority".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        NewAuthority::schemas(schemas);
    }
}

impl PartialSchema for WholeAuthority {
    fn schema() -> RefOr<Schema> {
        let RefOr::T(Schema::Object(mut object)) = NewAuthority::schema() else {
            unreachable!("a struct with named fields is described as an object")
        };
        let version = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some(
                "The state of it that was seen; refused when it has changed since.",
            ));
        object.description = Some("All that an authority is.".to_owned());
        object
            .properties
            .insert("version".to_owned(), version.into());
        object.into()
    }
}

impl NewAuthority {
    pub(super) fn row(self) -> Result<FileRow, ApiError> {
        let former = self.former.into_iter().map(|former| {
            let until = former.until.map(records::Year::new).transpose();
            let until = until.map_err(|error| {
                ApiError::invalid("former", "", error.to_string(), "send a year")
            })?;
            let name = former.name;
            Ok(authorities::FormerName { name, until })
        });
        Ok(FileRow {
            kind: self.kind.into(),
            name: self.name,
            variants: self.variants,
            former: former.collect::<Result<_, ApiError>>()?,
            identifiers: self.identifiers,
            parent: self.parent,
            predecessors: self.predecessors,
            since: self.since,
            province: self.province,
        })
    }
}

/// Some to be put into one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAuthorityMerge {
    /// Person or institution.
    pub(super) kind: KindAnswer,
    /// The one that stays: an id or a name.
    pub(super) kept: String,
    /// Those that go into it: ids or names.
    pub(super) others: Vec<String>,
}

/// Two names that are of two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApartNames {
    /// One of them.
    pub(super) a: String,
    /// The other one.
    pub(super) b: String,
}

/// A line of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActAnswer {
    /// Its number.
    number: u64,
    /// When, UTC.
    at: String,
    /// Who.
    by: String,
    /// `build`, `load`, `edit`, `merge`, `apart` or `undo`.
    kind: String,
    /// The names concerned, the one that stays first.
    names: Vec<String>,
    /// The one that stays or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Authorities made, changed or removed.
    n_changed: usize,
    /// Whether it was taken back.
    is_undone: bool,
}

impl From<Act> for ActAnswer {
    fn from(act: Act) -> Self {
        Self {
            number: act.number,
            at: act.at.to_string(),
            by: act.by,
            kind: act.kind.as_str().to_owned(),
            names: act.names,
            id: act.id.map(|id| id.to_string()),
            n_changed: act.n_changed,
            is_undone: act.is_undone,
        }
    }
}

/// Suggestions to merge.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionsAnswer {
    /// When they were made, UTC; absent before the first (`trithuc authority suggest`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<String>,
    /// Open ones in all.
    pub(super) total: usize,
    /// This page of them, strongest first: kind, the side to keep, the other
    /// side, strength 0 to 1, evidence.
    #[schema(value_type = Vec<Object>)]
    pub(super) suggestions: Vec<serde_json::Value>,
}
