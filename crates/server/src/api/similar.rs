//! `/api/v1/records/{id}/similar`: records about the same as one record.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::search::{HitAnswer, hit_of, refuse_unknown},
    app::App,
    error::{ApiError, shown},
    lookup::{find, named},
    search_params::{search_error, search_request},
    visit::Visit,
};

/// Records that are about the same as one record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarAnswer {
    /// What ranked: `semantic`, or `lexical` by the words of the title where the record has no vectors.
    mode: &'static str,
    /// What the caller should know.
    notices: Vec<String>,
    /// The records, the most alike first; with mode `semantic` scores are cosines.
    hits: Vec<HitAnswer>,
}

/// Records like a record
///
/// Those whose passages are nearest in meaning to the mean of its own, of those
/// that the caller may see.
#[utoipa::path(
    get, path = "/api/v1/records/{id}/similar", operation_id = "getSimilar",
    params(
        ("id" = String, Path, description = "Name of the record in this library, percent-encoded"),
        ("limit" = Option<u32>, Query, description = "Records to give back", minimum = 0, maximum = 100),
        ("filter" = Option<Vec<String>>, Query, description = "FIELD:VALUE, repeatable; a year may be a span: year:2010..2020"),
        ("lang" = Option<String>, Query, description = "vi or en: which title is shown when there are several"),
    ),
    responses(
        (status = 200, description = "The records", body = SimilarAnswer),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_similar(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["limit", "filter"])?;
    let request = search_request(&visit.params, visit.clearance, visit.locale.lang())?;
    let raw = named(path)?;
    let answer = app.ask(move |library| {
        let record = find(library, &raw, request.clearance)?.record;
        let found = library.searcher.similar(&record.id, &request);
        let found = found.map_err(|error| search_error(error, &raw))?;
        // Taken out between the two.
        found.ok_or(ApiError::RecordNotFound { id: shown(&raw) })
    });
    Ok(axum::Json(similar_answer(answer.await?, &visit)).into_response())
}

pub(crate) fn similar_answer(similar: search::Similar, visit: &Visit) -> SimilarAnswer {
    SimilarAnswer {
        mode: similar.mode.as_str(),
        notices: similar.notices,
        hits: similar
            .hits
            .into_iter()
            .map(|hit| hit_of(hit, visit))
            .collect(),
    }
}
