//! `/healthz`: the process lives. `/readyz`: it can answer from its stores.

use std::sync::Arc;

use axum::{extract::State, http::header, response::IntoResponse};

use crate::{app::App, error::ApiError};

/// `GET /healthz`
pub(crate) async fn is_alive() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// `GET /readyz`: reads from both stores.
pub(crate) async fn is_ready(State(app): State<Arc<App>>) -> Result<impl IntoResponse, ApiError> {
    app.ask(|library| {
        library.catalogue.status().map_err(ApiError::unavailable)?;
        library
            .full_text
            .applied_seq()
            .map_err(ApiError::unavailable)
    })
    .await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], "ready\n"))
}
