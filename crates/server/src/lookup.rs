//! From an address to a record: by its id, or by its id with the ending of a
//! format (`/records/a1.ris`). An id may itself hold a dot, so the whole is
//! tried first.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use catalog::{Detail, StoredRecord};
use records::{Clearance, RecordId};

use crate::{
    api::reply::with_etag,
    app::Library,
    error::{ApiError, shown},
    exports::Export,
    pages::record_url,
    params::encode,
    public::public_record,
    visit::Visit,
};

/// The decoded segment of a path that names a record.
///
/// # Errors
/// [`ApiError::RecordNotFound`] when it is no text: it names no record.
pub(crate) fn named(path: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    path.map(|Path(raw)| raw).map_err(|_| not_found("�"))
}

fn not_found(raw: &str) -> ApiError {
    ApiError::RecordNotFound { id: shown(raw) }
}

/// The record of an id, if the visitor may see it; of one that was merged into
/// another, the other: its id is not the one asked for (see [`moved`]).
///
/// # Errors
/// [`ApiError::RecordNotFound`] when there is none to be seen.
pub(crate) fn find(
    library: &Library,
    raw: &str,
    clearance: Clearance,
) -> Result<StoredRecord, ApiError> {
    let id = RecordId::new(raw).map_err(|_| not_found(raw))?;
    let stored = library.catalogue.get(&id, clearance, Detail::Summary);
    let stored = stored.map_err(ApiError::unavailable)?;
    match stored {
        Some(stored) => Ok(stored),
        None => successor(library, &id, clearance)?.ok_or_else(|| not_found(raw)),
    }
}

fn successor(
    library: &Library,
    id: &RecordId,
    clearance: Clearance,
) -> Result<Option<StoredRecord>, ApiError> {
    let successors = library
        .catalogue
        .successors(std::slice::from_ref(id), clearance)
        .map_err(ApiError::unavailable)?;
    let Some(id) = successors.into_iter().next().flatten() else {
        return Ok(None);
    };
    let stored = library.catalogue.get(&id, clearance, Detail::Summary);
    stored.map_err(ApiError::unavailable)
}

/// The way from the address of a merged record, `raw` under `folder`, to that
/// of the record that stands for it; `None` when `raw` names `found` itself.
/// Not to be kept by browsers: merges can be undone.
pub(crate) fn moved(
    folder: &str,
    raw: &str,
    query: Option<&str>,
    found: &RecordId,
) -> Option<Response> {
    let (stem, ending) = match Export::of_suffix(raw) {
        Some((stem, _)) if raw != found.as_str() => (stem, &raw[stem.len()..]),
        _ => (raw, ""),
    };
    if raw == found.as_str() || stem == found.as_str() {
        return None;
    }
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{folder}{}{ending}{query}", encode(found.as_str()));
    let no_cache = [(header::CACHE_CONTROL, "no-cache")];
    Some((no_cache, Redirect::permanent(&target)).into_response())
}

/// The record of an address, and the format that its ending asks for.
///
/// # Errors
/// As [`find`].
pub(crate) fn find_with_ending(
    library: &Library,
    raw: &str,
    clearance: Clearance,
) -> Result<(StoredRecord, Option<&'static Export>), ApiError> {
    match (find(library, raw, clearance), Export::of_suffix(raw)) {
        (Err(ApiError::RecordNotFound { .. }), Some((stem, export))) => {
            Ok((find(library, stem, clearance)?, Some(export)))
        }
        (found, _) => Ok((found?, None)),
    }
}

/// The record as a document of a format.
pub(crate) fn document(
    stored: StoredRecord,
    export: &Export,
    visit: &Visit,
    headers: &HeaderMap,
) -> Response {
    let page = format!("{}{}", visit.base_url, record_url(&stored.record.id));
    let record = public_record(stored.record, visit.clearance);
    let body = export.write(&record, &page);
    let mut response = with_etag(body, export.media_type(), "private, no-cache", headers);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Cookie"));
    let link = HeaderValue::from_str(&format!("<{page}>; rel=\"canonical\""));
    headers.extend(link.map(|link| (header::LINK, link)));
    response
}
