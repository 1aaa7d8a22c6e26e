//! `/api/v1/status`: what the library holds, as far as the caller may know.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use index::FacetField;
use records::Clearance;
use search::{FacetCount, Mode, SearchRequest};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::search::ValueCount,
    app::{App, Library},
    edge::NO_STORE,
    error::ApiError,
    search_params::search_error,
    visit::Visit,
};

/// What the library holds, as far as the caller may know.
#[derive(Debug)]
pub(crate) struct LibraryStatus {
    /// Records of the catalogue that the caller may see.
    pub(crate) n_records: u64,
    /// Those of them that search finds.
    pub(crate) n_searchable: u64,
    /// Newest change of the catalogue.
    pub(crate) catalogue_seq: u64,
    /// Newest change that the index knows.
    pub(crate) index_seq: u64,
    /// Searchable records by type.
    pub(crate) by_type: Vec<FacetCount>,
    /// Version of this program.
    pub(crate) version: &'static str,
}

/// Reads the state of both stores.
pub(crate) fn library_status(
    library: &Library,
    clearance: Clearance,
) -> Result<LibraryStatus, ApiError> {
    let catalogue = library.catalogue.status().map_err(ApiError::unavailable)?;
    let index_seq = library
        .full_text
        .applied_seq()
        .map_err(ApiError::unavailable)?;
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: 0,
        facets: vec![FacetField::Type],
        ..SearchRequest::new("", clearance)
    };
    let mut found = library
        .searcher
        .search(&request)
        .map_err(|error| search_error(error, ""))?;
    let levels = clearance.levels();
    Ok(LibraryStatus {
        n_records: levels
            .filter_map(|level| catalogue.by_access.get(&level))
            .sum(),
        n_searchable: found.total,
        catalogue_seq: catalogue.seq.0,
        index_seq: index_seq.0,
        by_type: found.facets.remove(&FacetField::Type).unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// What the library holds, as far as the caller may know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusAnswer {
    /// Version of the program.
    version: &'static str,
    /// Records of the catalogue that the caller may see.
    n_records: u64,
    /// Those of them that search finds.
    n_searchable: u64,
    /// Newest change of the catalogue.
    catalogue_seq: u64,
    /// Newest change that the index knows; equal when search is complete.
    index_seq: u64,
    /// Searchable records by type.
    by_type: Vec<ValueCount>,
}

/// What the library holds and whether search is up to date
#[utoipa::path(
    get, path = "/api/v1/status", operation_id = "getStatus",
    responses(
        (status = 200, description = "The state of catalogue and index", body = StatusAnswer),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_status(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<impl IntoResponse, ApiError> {
    let clearance = visit.clearance;
    let status = app
        .ask(move |library| library_status(library, clearance))
        .await?;
    let answer = StatusAnswer {
        version: status.version,
        n_records: status.n_records,
        n_searchable: status.n_searchable,
        catalogue_seq: status.catalogue_seq,
        index_seq: status.index_seq,
        by_type: status.by_type.into_iter().map(ValueCount::from).collect(),
    };
    Ok((NO_STORE, Json(answer)))
}
