//! From an address to a record: by its id, or by its id with the ending of a
//! format (`/records/a1.ris`). An id may itself hold a dot, so the whole is
//! tried first.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use catalog::{Detail, StoredRecord};
use records::{Clearance, RecordId};

use crate::{
    api::reply::with_etag,
    app::Library,
    error::{ApiError, shown},
    exports::Export,
    pages::record_url,
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

/// The record of an id, if the visitor may see it.
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
    stored.ok_or_else(|| not_found(raw))
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
