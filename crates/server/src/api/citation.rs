//! `/api/v1/records/{id}/citation`: the citation of one record in a style.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use citations::{CitationError, Style, cite};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::search::refuse_unknown,
    app::App,
    error::ApiError,
    lookup::{find, named},
    visit::Visit,
};

/// The citation of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CitationAnswer {
    /// Name of the style.
    style: &'static str,
    /// What people call the style.
    label: &'static str,
    /// The citation as plain text.
    text: String,
    /// The same in pieces, in order.
    parts: Vec<PartAnswer>,
}

/// A piece of a citation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartAnswer {
    /// Its text.
    text: String,
    /// Whether it is in italics.
    italic: bool,
}

/// The citation of a record
///
/// Styles of the Citation Style Language, with terms in the language asked for.
/// Vietnamese names stay in their order and whole.
#[utoipa::path(
    get, path = "/api/v1/records/{id}/citation", operation_id = "getCitation",
    params(
        ("id" = String, Path, description = "Name of the record in this library, percent-encoded"),
        ("style" = Option<String>, Query, description = "apa (the default), ieee, vancouver, chicago, mla, harvard, iso690, acs, ama or nature"),
        ("lang" = Option<String>, Query, description = "vi or en: language of the terms"),
    ),
    responses(
        (status = 200, description = "The citation", body = CitationAnswer),
        (status = 400, description = "A parameter cannot be read, or the style cannot set this record", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_citation(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["style"])?;
    let style = style(visit.params.get("style"))?;
    let raw = named(path)?;
    let (clearance, locale) = (visit.clearance, visit.locale);
    let answer = app.ask(move |library| {
        let record = find(library, &raw, clearance)?.record;
        cite(&record, style, locale.lang().as_str()).map_err(|error| refused(style, &error))
    });
    let citation = answer.await?;
    let answer = CitationAnswer {
        style: style.as_str(),
        label: style.label(),
        text: citation.text(),
        parts: citation
            .0
            .into_iter()
            .map(|(text, italic)| PartAnswer { text, italic })
            .collect(),
    };
    Ok(axum::Json(answer).into_response())
}

fn style(name: Option<&str>) -> Result<Style, ApiError> {
    let Some(name) = name else {
        return Ok(Style::Apa);
    };
    name.parse().map_err(|_| {
        let cure = format!("send one of {}", Style::ALL.map(Style::as_str).join(", "));
        ApiError::invalid("style", name, "is no style of citation", cure)
    })
}

fn refused(style: Style, error: &CitationError) -> ApiError {
    let reason = format!("cannot set this record ({error})");
    ApiError::invalid("style", style.as_str(), reason, "choose another style")
}
