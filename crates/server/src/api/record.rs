//! `/api/v1/records/{id}`: one record, in any format that the library writes.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, Uri},
    response::Response,
};

use crate::{
    api::search::refuse_unknown,
    app::App,
    error::ApiError,
    exports::Export,
    lookup::{document, find_with_ending, moved, named},
    visit::Visit,
};

/// One record
///
/// The format is the one that `format` names, else the one that the address
/// ends in, else the one that `Accept` likes best, else JSON: the record as the
/// catalogue holds it, where fields that it lacks are left out. Places of files
/// on the library's own machine are cut to the file's name.
#[utoipa::path(
    get, path = "/api/v1/records/{id}", operation_id = "getRecord",
    params(
        ("id" = String, Path, description = "Name of the record in this library, percent-encoded"),
        ("format" = Option<String>, Query, description = "json, ris, bibtex, csl, csv, marcxml, oai_dc, datacite, mods or schemaorg"),
        ("lang" = Option<String>, Query, description = "vi or en: language of error messages"),
    ),
    responses(
        (status = 200, description = "The record", body = crate::api::openapi::RecordSchema),
        (status = 308, description = "The record was merged into another one: `Location` leads to it"),
        (status = 304, description = "The caller has these bytes already (If-None-Match)"),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_record(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["format"])?;
    let asked = visit.params.get("format").map(Export::find).transpose()?;
    let raw = named(path)?;
    let clearance = visit.clearance;
    let name = raw.clone();
    let found = app.ask(move |library| find_with_ending(library, &name, clearance));
    let (stored, ending) = found.await?;
    if let Some(moved) = moved("/api/v1/records/", &raw, uri.query(), &stored.record.id) {
        return Ok(moved);
    }
    let export = asked
        .or(ending)
        .unwrap_or_else(|| Export::accepted(&headers));
    Ok(document(stored, export, &visit, &headers))
}
