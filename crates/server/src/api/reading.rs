//! `/api/v1/records/{id}/pages/{number}`: the text of one page of a document.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::search::refuse_unknown, app::App, edge::NO_STORE, error::ApiError, pages::full_text,
    visit::Visit,
};

/// The text of one page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageAnswer {
    /// Number from 1, counted in the file.
    number: u32,
    /// The greatest number of a page.
    last: u32,
    /// Its text.
    text: String,
    /// Mean confidence in percent, where a machine read it off a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    ocr_confidence: Option<u8>,
}

/// The text of one page
#[utoipa::path(
    get, path = "/api/v1/records/{id}/pages/{number}", operation_id = "getPage",
    params(
        ("id" = String, Path, description = "Id of the record"),
        ("number" = u32, Path, minimum = 1, description = "From 1, counted in the file"),
    ),
    responses(
        (status = 200, description = "The page", body = PageAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record or page, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_page(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, u32)>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let Path((raw, number)) = path.map_err(|_| ApiError::NoSuchPage)?;
    let asked = app.ask(move |library| Ok(full_text(library, &raw, &visit)?.1));
    let pages = asked.await?;
    let last = pages.iter().map(|page| page.number).max().unwrap_or(1);
    let page = pages.into_iter().find(|page| page.number == number);
    let page = page.ok_or(ApiError::NoSuchPage)?;
    let answer = PageAnswer {
        number,
        last,
        text: page.text,
        ocr_confidence: page.ocr_confidence,
    };
    Ok((NO_STORE, Json(answer)).into_response())
}
