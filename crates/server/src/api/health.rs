//! `/healthz`: the process lives. `/readyz`: it can answer from its stores.

use std::sync::Arc;

use axum::{extract::State, response::IntoResponse};

use crate::{app::App, edge::NO_STORE, error::ApiError};

/// `GET /healthz`
pub(crate) async fn is_alive() -> impl IntoResponse {
    (NO_STORE, "ok\n")
}

/// `GET /readyz`: reads from both stores.
pub(crate) async fn is_ready(State(app): State<Arc<App>>) -> Result<impl IntoResponse, ApiError> {
    app.ask(|library| {
        library.catalogue.seq().map_err(ApiError::unavailable)?;
        library
            .full_text
            .applied_seq()
            .map_err(ApiError::unavailable)
    })
    .await?;
    Ok((NO_STORE, "ready\n"))
}
