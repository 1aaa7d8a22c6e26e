//! `/api/v1/collections`: collections of records with their titles, for
//! everyone; librarians describe them and put records in or take them out.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use collections::{Change, Changed, Collection, CollectionError};
use index::{FacetField, Filter};
use jiff::Timestamp;
use records::{Clearance, RecordId};
use search::{Mode, SearchRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::{accounts::body, duplicates::record_id, search::refuse_unknown},
    app::{App, Library},
    auth::is_foreign,
    decisions::follow,
    edge::NO_STORE,
    error::ApiError,
    search_params::{DEEPEST_HIT, search_error},
    visit::Visit,
};

/// A text in both languages; null where there is none.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TwoTexts {
    /// In Vietnamese.
    #[serde(default)]
    vi: Option<String>,
    /// In English.
    #[serde(default)]
    en: Option<String>,
}

/// A collection of records.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CollectionAnswer {
    /// The name that its records carry, for `filter=collection:NAME`.
    name: String,
    /// Its title.
    title: TwoTexts,
    /// What it is about.
    description: TwoTexts,
    /// Records in it that the caller may see.
    n_records: u64,
}

/// What is said of a collection.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    /// Its title, at most 200 characters.
    #[serde(default)]
    title: TwoTexts,
    /// What it is about, at most 5,000 characters.
    #[serde(default)]
    description: TwoTexts,
}

/// What is done to the members of a collection.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ChangeWord {
    /// Records are put in.
    Add,
    /// Records are taken out.
    Remove,
}

/// A change of the members of a collection: records by id, or all that a query
/// finds now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MembersChange {
    /// add or remove.
    change: ChangeWord,
    /// Ids, at most 10,000.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    records: Vec<String>,
    /// Instead of ids: a query that finds at most 10,000 records.
    #[serde(default)]
    query: Option<String>,
}

/// What became of the records.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedAnswer {
    /// Records that were changed.
    changed: u64,
    /// Records that were in, or out, already.
    unchanged: u64,
    /// Ids that no record has.
    missing: Vec<String>,
}

impl From<Changed> for ChangedAnswer {
    fn from(changed: Changed) -> Self {
        Self {
            changed: changed.n_changed,
            unchanged: changed.n_unchanged,
            missing: changed.missing.iter().map(RecordId::to_string).collect(),
        }
    }
}

impl From<(Collection, u64)> for CollectionAnswer {
    fn from((said, n_records): (Collection, u64)) -> Self {
        Self {
            name: said.name,
            title: TwoTexts {
                vi: said.title_vi,
                en: said.title_en,
            },
            description: TwoTexts {
                vi: said.description_vi,
                en: said.description_en,
            },
            n_records,
        }
    }
}

impl From<CollectionError> for ApiError {
    fn from(error: CollectionError) -> Self {
        match &error {
            CollectionError::Invalid { field, .. } => Self::Refused {
                parameter: field,
                message: error.to_string(),
            },
            CollectionError::Damaged { .. } => Self::internal(error),
            CollectionError::Catalog(_) => Self::unavailable(error),
        }
    }
}

/// The collections that a caller may know of, by name: those with a record that
/// it may see, and for librarians all that something is said of.
///
/// # Errors
/// [`ApiError::Unavailable`].
pub(crate) fn known_collections(
    library: &Library,
    clearance: Clearance,
) -> Result<Vec<(Collection, u64)>, ApiError> {
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: 0,
        facets: vec![FacetField::Collection],
        ..SearchRequest::new("", clearance)
    };
    let found = library.searcher.search(&request);
    let found = found.map_err(|error| search_error(error, ""))?;
    let counts = found.facets.into_values().flatten();
    let counts: BTreeMap<String, u64> = counts.map(|c| (c.value, c.count)).collect();
    let mut known: BTreeMap<String, Collection> = collections::collections(&*library.catalogue)?
        .into_iter()
        .filter(|said| clearance == Clearance::Staff || counts.contains_key(&said.name))
        .map(|said| (said.name.clone(), said))
        .collect();
    for name in counts.keys() {
        let named = || Collection::named(name);
        known.entry(name.clone()).or_insert_with(named);
    }
    let count = |said: Collection| {
        let n = counts.get(&said.name).copied().unwrap_or(0);
        (said, n)
    };
    Ok(known.into_values().map(count).collect())
}

/// One collection, if the caller may know of it.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) fn known_collection(
    library: &Library,
    name: &str,
    clearance: Clearance,
) -> Result<(Collection, u64), ApiError> {
    let known = known_collections(library, clearance)?.into_iter();
    let mut found = known.filter(|(said, _)| said.name == name);
    found.next().ok_or(ApiError::NoSuchPage)
}

/// Puts records in or takes them out, and has the full text follow.
///
/// # Errors
/// [`ApiError::Refused`].
pub(crate) fn change_members(
    library: &Library,
    name: &str,
    change: Change,
    ids: &[RecordId],
) -> Result<Changed, ApiError> {
    let changed = collections::change(&*library.catalogue, name, change, ids, Timestamp::now())?;
    follow(library);
    Ok(changed)
}

/// All records that a query finds now.
///
/// # Errors
/// See [`ids_of_search`].
pub(crate) fn ids_of_query(library: &Library, query: &str) -> Result<Vec<RecordId>, ApiError> {
    ids_of_search(library, query, &[])
}

/// All records that a query with filters finds now.
///
/// # Errors
/// [`ApiError::Refused`] when there are more than one request may change.
pub(crate) fn ids_of_search(
    library: &Library,
    query: &str,
    filters: &[Filter],
) -> Result<Vec<RecordId>, ApiError> {
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: DEEPEST_HIT,
        filters: filters.to_vec(),
        ..SearchRequest::new(query, Clearance::Staff)
    };
    let found = library.searcher.search(&request);
    let found = found.map_err(|error| search_error(error, query))?;
    if found.total > DEEPEST_HIT as u64 {
        return Err(ApiError::Refused {
            parameter: "query",
            message: format!(
                "the query finds {} records, and one request changes at most {DEEPEST_HIT}; \
                 narrow it, or use the command line",
                found.total
            ),
        });
    }
    Ok(found.hits.into_iter().map(|hit| hit.id).collect())
}

/// Collections
///
/// Those with a record that the caller may see; for librarians all.
#[utoipa::path(
    get, path = "/api/v1/collections", operation_id = "listCollections",
    responses(
        (status = 200, description = "The collections, by name", body = Vec<CollectionAnswer>),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_collections(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let clearance = visit.clearance;
    let asked = app.ask(move |library| known_collections(library, clearance));
    let known = asked.await?.into_iter().map(CollectionAnswer::from);
    Ok((NO_STORE, Json(known.collect::<Vec<_>>())).into_response())
}

/// One collection
#[utoipa::path(
    get, path = "/api/v1/collections/{name}", operation_id = "getCollection",
    params(("name" = String, Path, description = "Its name")),
    responses(
        (status = 200, description = "The collection", body = CollectionAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such collection, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_collection(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let clearance = visit.clearance;
    let asked = app.ask(move |library| known_collection(library, &name, clearance));
    Ok((NO_STORE, Json(CollectionAnswer::from(asked.await?))).into_response())
}

/// Describe a collection
///
/// In place of what was said of it before.
#[utoipa::path(
    put, path = "/api/v1/collections/{name}", operation_id = "putCollection", security(("key" = [])),
    params(("name" = String, Path, description = "The name that its records carry, 1 to 200 characters")),
    request_body = Description,
    responses(
        (status = 200, description = "The collection", body = CollectionAnswer),
        (status = 400, description = "The body cannot be read, or makes no sense", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The name cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn put_collection(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let sent: Description = body(&bytes, &headers)?;
    let said = Collection {
        name,
        title_vi: sent.title.vi,
        title_en: sent.title.en,
        description_vi: sent.description.vi,
        description_en: sent.description.en,
    };
    let asked = app.ask(move |library| {
        collections::store(&*library.catalogue, &said, Timestamp::now())?;
        known_collection(library, &said.name, Clearance::Staff)
    });
    Ok((NO_STORE, Json(CollectionAnswer::from(asked.await?))).into_response())
}

/// Forget what is said of a collection
///
/// Its records keep the name.
#[utoipa::path(
    delete, path = "/api/v1/collections/{name}", operation_id = "forgetCollection", security(("key" = [])),
    params(("name" = String, Path, description = "Its name")),
    responses(
        (status = 204, description = "Nothing is said of it any more"),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "Nothing is said of such a collection", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn forget_collection(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    app.ask(move |library| {
        let catalogue = &*library.catalogue;
        collections::collection(catalogue, &name)?.ok_or(ApiError::NoSuchPage)?;
        Ok(collections::remove(catalogue, &name, Timestamp::now())?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put records into a collection, or take them out
#[utoipa::path(
    post, path = "/api/v1/collections/{name}/records", operation_id = "changeCollection", security(("key" = [])),
    params(("name" = String, Path, description = "The name that its records carry, 1 to 200 characters")),
    request_body = MembersChange,
    responses(
        (status = 200, description = "What became of the records", body = ChangedAnswer),
        (status = 400, description = "The body cannot be read, or the query not", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The name cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_collection(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let sent: MembersChange = body(&bytes, &headers)?;
    let ids = sent.records.iter().take(DEEPEST_HIT + 1);
    let ids = ids.map(|id| record_id("records", id));
    let ids = ids.collect::<Result<Vec<RecordId>, ApiError>>()?;
    if ids.is_empty() == sent.query.is_none() || ids.len() > DEEPEST_HIT {
        return Err(ApiError::Refused {
            parameter: "records",
            message: "send records (1 to 10000 ids) or a query, one of the two".to_owned(),
        });
    }
    let change = match sent.change {
        ChangeWord::Add => Change::Add,
        ChangeWord::Remove => Change::Remove,
    };
    let asked = app.ask(move |library| {
        let ids = match &sent.query {
            Some(query) => ids_of_query(library, query)?,
            None => ids,
        };
        change_members(library, &name, change, &ids)
    });
    Ok((NO_STORE, Json(ChangedAnswer::from(asked.await?))).into_response())
}
