//! `/api/v1/authorities`: persons and institutions with all their names, and
//! what librarians decide about them.

use std::sync::Arc;

use authorities::{AuthorityKind, Party, Suggestions, acts, apart, load, suggestions};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;

use crate::{
    accounts::{Role, Scope},
    api::{accounts::body, search::refuse_unknown},
    app::{App, Library},
    auth::is_foreign,
    authorities::{count as count_works, edit, facet_of, merge, named, register, undo},
    decisions::follow,
    edge::NO_STORE,
    error::ApiError,
    search_params::count,
    visit::Visit,
};

mod answer;

pub(crate) use answer::{
    ActAnswer, ApartNames, AuthoritiesAnswer, AuthorityAnswer, KindAnswer, NewAuthority,
    NewAuthorityMerge, OneAuthorityAnswer, SuggestionsAnswer, WholeAuthority,
};

/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn party(
    name: &'static str,
    kind: AuthorityKind,
    text: &str,
) -> Result<Party, ApiError> {
    Party::read(kind, text).map_err(|_| {
        let cure = "send an id like p12 or i7, or a name";
        ApiError::invalid(name, text, "has no letter", cure)
    })
}

/// List persons and institutions
#[utoipa::path(
    get, path = "/api/v1/authorities", operation_id = "listAuthorities",
    params(
        ("kind" = Option<KindAnswer>, Query, description = "Only persons or only institutions"),
        ("q" = Option<String>, Query, description = "A part of any of their names; accents and capitals do not count"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "At most so many (20)"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 1_000_000, description = "Pass over so many (0)"),
    ),
    responses(
        (status = 200, description = "The authorities, by id", body = AuthoritiesAnswer),
        (status = 400, description = "A parameter is not understood", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_authorities(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["kind", "q", "limit", "offset"])?;
    let limit = count(&visit.params, "limit", 20, 1, 100)?;
    let offset = count(&visit.params, "offset", 0, 0, 1_000_000)?;
    let kind = match visit.params.get("kind") {
        None => None,
        Some("person") => Some(AuthorityKind::Person),
        Some("institution") => Some(AuthorityKind::Institution),
        Some(other) => {
            let cure = "send person or institution";
            return Err(ApiError::invalid("kind", other, "is not known", cure));
        }
    };
    let wanted = visit.params.get("q").unwrap_or_default().to_owned();
    let clearance = visit.clearance;
    let answer = app.ask(move |library| {
        let register = register(library)?;
        let found = register.find(kind, &wanted);
        let total = found.len();
        let page = found.into_iter().skip(offset).take(limit).map(|authority| {
            let heading = register.heading(authority);
            let n_records = count_works(library, authority.kind(), &heading, clearance)?;
            Ok(AuthorityAnswer::new(authority, heading, n_records))
        });
        let authorities = page.collect::<Result<Vec<_>, ApiError>>()?;
        Ok(AuthoritiesAnswer { total, authorities })
    });
    Ok((NO_STORE, Json(answer.await?)).into_response())
}

/// One person or institution
#[utoipa::path(
    get, path = "/api/v1/authorities/{id}", operation_id = "getAuthority",
    params(("id" = String, Path, description = "Id like p12 or i7, also of one that was merged; ORCID iD or ROR id")),
    responses(
        (status = 200, description = "The authority and its works, as far as the caller may see them", body = OneAuthorityAnswer),
        (status = 400, description = "A parameter is not known here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such authority", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_authority(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let Ok(Path(text)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let clearance = visit.clearance;
    let answer = app.ask(move |library| {
        for kind in [AuthorityKind::Person, AuthorityKind::Institution] {
            let found = named(library, kind, &text, clearance)?;
            if let Some(found) = found.filter(|found| found.authority.is_some()) {
                return Ok(OneAuthorityAnswer::from(found));
            }
        }
        Err(ApiError::NoSuchPage)
    });
    Ok((NO_STORE, Json(answer.await?)).into_response())
}

/// Make or change a person or an institution
///
/// Means the authority that has one of the identifiers, else the only one that
/// goes by the name; makes one when there is none. What is left out stays as
/// it is.
#[utoipa::path(
    post, path = "/api/v1/authorities", operation_id = "putAuthority", security(("key" = [])),
    request_body = NewAuthority,
    responses(
        (status = 201, description = "What was done", body = ActAnswer),
        (status = 400, description = "The body cannot be read, or it contradicts what is there", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn put_authority(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let wanted: NewAuthority = body(&bytes, &headers)?;
    let row = wanted.row()?;
    let done = app.ask(move |library: &Library| {
        let (catalogue, full_text) = (&*library.catalogue, &*library.full_text);
        let act = load(catalogue, full_text, &[(1, row)], &by, Timestamp::now())?;
        follow(library);
        Ok(ActAnswer::from(act))
    });
    Ok((StatusCode::CREATED, NO_STORE, Json(done.await?)).into_response())
}

/// Say all that a person or an institution is
///
/// What is left out is not there any more. The kind stays.
#[utoipa::path(
    put, path = "/api/v1/authorities/{id}", operation_id = "replaceAuthority", security(("key" = [])),
    params(("id" = String, Path, description = "Id like p12 or i7")),
    request_body = WholeAuthority,
    responses(
        (status = 200, description = "What was done", body = ActAnswer),
        (status = 400, description = "The body cannot be read, it contradicts what is there, or somebody else changed it meanwhile", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such authority", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn replace_authority(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let id = path.ok().and_then(|Path(text)| text.parse().ok());
    let id = id.ok_or(ApiError::NoSuchPage)?;
    let WholeAuthority {
        said,
        version: seen,
    } = body(&bytes, &headers)?;
    let row = said.row()?;
    let done = app.ask(move |library| edit(library, id, &row, seen.as_deref(), &by));
    Ok((NO_STORE, Json(ActAnswer::from(done.await?))).into_response())
}

/// Names that may be of one
#[utoipa::path(
    get, path = "/api/v1/authorities/suggestions", operation_id = "listAuthoritySuggestions", security(("key" = [])),
    params(
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "At most so many (20)"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 1_000_000, description = "Pass over so many (0)"),
    ),
    responses(
        (status = 200, description = "What the last `trithuc authority suggest` found and nobody has decided on", body = SuggestionsAnswer),
        (status = 400, description = "A parameter is not understood", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_suggestions(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["limit", "offset"])?;
    let limit = count(&visit.params, "limit", 20, 1, 100)?;
    let offset = count(&visit.params, "offset", 0, 0, 1_000_000)?;
    let found = app.ask(|library| {
        let register = register(library)?;
        Ok(suggestions(&*library.catalogue, &register)?)
    });
    let found: Option<Suggestions> = found.await?;
    let list = found.as_ref().map_or(&[][..], |found| &found.list);
    let page = list
        .iter()
        .skip(offset)
        .take(limit)
        .map(serde_json::to_value);
    let answer = SuggestionsAnswer {
        at: found.as_ref().map(|found| found.at.to_string()),
        total: list.len(),
        suggestions: page.collect::<Result<_, _>>().map_err(ApiError::internal)?,
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// Put persons, or institutions, into one
#[utoipa::path(
    post, path = "/api/v1/authorities/merges", operation_id = "mergeAuthorities", security(("key" = [])),
    request_body = NewAuthorityMerge,
    responses(
        (status = 201, description = "What was done", body = ActAnswer),
        (status = 400, description = "The body cannot be read, or the two cannot be one", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_authority_merge(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let wanted: NewAuthorityMerge = body(&bytes, &headers)?;
    let kind = wanted.kind.into();
    let kept = party("kept", kind, &wanted.kept)?;
    let others = wanted.others.iter().map(|text| party("others", kind, text));
    let others = others.collect::<Result<Vec<Party>, ApiError>>()?;
    if others.is_empty() {
        return Err(ApiError::MissingParameter {
            name: "others",
            cure: "name at least one that goes into the kept one",
        });
    }
    let done = app.ask(move |library| merge(library, &kept, &others, &by));
    let answer = Json(ActAnswer::from(done.await?));
    Ok((StatusCode::CREATED, NO_STORE, answer).into_response())
}

/// Say that two names are of two
#[utoipa::path(
    post, path = "/api/v1/authorities/apart", operation_id = "keepAuthoritiesApart", security(("key" = [])),
    request_body = ApartNames,
    responses(
        (status = 201, description = "What was done: they are not suggested again", body = ActAnswer),
        (status = 400, description = "The body cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn keep_authorities_apart(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let names: ApartNames = body(&bytes, &headers)?;
    party("a", AuthorityKind::Person, &names.a)?;
    party("b", AuthorityKind::Person, &names.b)?;
    let done = app.ask(move |library| {
        let at = Timestamp::now();
        Ok(apart(&*library.catalogue, &names.a, &names.b, &by, at)?)
    });
    let answer = Json(ActAnswer::from(done.await?));
    Ok((StatusCode::CREATED, NO_STORE, answer).into_response())
}

/// What was decided about persons and institutions
#[utoipa::path(
    get, path = "/api/v1/authorities/acts", operation_id = "listAuthorityActs", security(("key" = [])),
    responses(
        (status = 200, description = "The log, oldest first", body = Vec<ActAnswer>),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_acts(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let log = app.ask(|library| Ok(acts(&*library.catalogue)?)).await?;
    let log: Vec<ActAnswer> = log.into_iter().map(ActAnswer::from).collect();
    Ok((NO_STORE, Json(log)).into_response())
}

/// Take a decision back
#[utoipa::path(
    delete, path = "/api/v1/authorities/acts/{number}", operation_id = "undoAuthorityAct", security(("key" = [])),
    params(("number" = u64, Path, description = "Number of the act")),
    responses(
        (status = 200, description = "The act that undid it: every authority is as it was", body = ActAnswer),
        (status = 400, description = "There is no such act, it was undone, or what it did has changed since", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn undo_act(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let number = act_number(&path.map(|Path(raw)| raw).unwrap_or_default())?;
    let done = app.ask(move |library| undo(library, number, &by)).await?;
    Ok((NO_STORE, Json(ActAnswer::from(done))).into_response())
}

/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn act_number(raw: &str) -> Result<u64, ApiError> {
    raw.parse().map_err(|_| {
        let cure = "send the number of an act";
        ApiError::invalid("number", raw, "is not a whole number", cure)
    })
}

/// Where the works of a heading are searched.
pub(crate) fn works_url(kind: AuthorityKind, heading: &str) -> String {
    crate::pages::filter_url(facet_of(kind), heading)
}
