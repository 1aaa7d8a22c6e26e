//! `/api/v1/records/{id}`: one record, in any format that the library writes.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
    response::Response,
};

use crate::{
    api::{reply::with_etag, search::refuse_unknown},
    app::App,
    error::ApiError,
    exports::Export,
    pages::{find, record_id, record_url},
    public::public_record,
    visit::Visit,
};

/// One record
///
/// Without `format` the answer is the record as the catalogue holds it; fields
/// that it lacks are left out. Places of files on the library's own machine
/// are cut to the file's name.
#[utoipa::path(
    get, path = "/api/v1/records/{id}", operation_id = "getRecord",
    params(
        ("id" = String, Path, description = "Name of the record in this library, percent-encoded"),
        ("format" = Option<String>, Query, description = "json (default) or another format of the library"),
        ("lang" = Option<String>, Query, description = "vi or en: language of error messages"),
    ),
    responses(
        (status = 200, description = "The record", body = crate::api::openapi::RecordSchema),
        (status = 304, description = "The caller has these bytes already (If-None-Match)"),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_record(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["format"])?;
    let export = Export::find(visit.params.get("format").unwrap_or("json"))?;
    let id = record_id(path)?;
    let canonical = format!("{}{}", visit.base_url, record_url(&id));
    let clearance = visit.clearance;
    let stored = app
        .ask(move |library| find(library, &id, clearance))
        .await?;
    let record = public_record(stored.record, clearance);
    let body = export.write(&record, &canonical)?;
    Ok(with_etag(
        body,
        export.media_type,
        "private, no-cache",
        &headers,
    ))
}
