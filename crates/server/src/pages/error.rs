//! The page of an error: what happened, what to do, a search box.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    edge::RequestId,
    error::ApiError,
    pages::frame::{Frame, respond},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    f: Frame,
    status: u16,
    title: &'static str,
    advice: String,
    detail: String,
    request_id: String,
}

/// The page for an error.
pub(crate) fn error_page(error: &ApiError, visit: &Visit, request_id: &RequestId) -> Response {
    let status = error.kind().status;
    let page = ErrorPage {
        f: Frame::new(visit, "error"),
        status: status.as_u16(),
        title: error.title(visit.locale),
        advice: error.advice(visit.locale),
        detail: error.to_string(),
        request_id: request_id.0.clone(),
    };
    respond(&page, visit, status)
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
