//! Errors made readable: a problem document (RFC 9457) for programs, a page
//! for people. Handlers answer with the bare error; this turns it, and every
//! bare status of the layers below, into words.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{app::App, edge::RequestId, error::ApiError, pages, visit::Visit};

/// A problem document: RFC 9457, `application/problem+json`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Problem {
    /// Which kind of problem: an address that explains it.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words, in the caller's language.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// What happened and what to do about it, in English.
    detail: String,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// Byte of the query at which it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    /// What to write or send instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    cure: Option<String>,
    /// Name of this request in the log.
    request_id: String,
}

impl Problem {
    fn new(error: &ApiError, visit: &Visit, request_id: &RequestId) -> Self {
        let kind = error.kind();
        let (position, cure) = match error {
            ApiError::InvalidQuery { position, cure, .. } => (Some(*position), Some(cure.clone())),
            ApiError::InvalidParameter { cure, .. } => (None, Some(cure.clone())),
            ApiError::MissingParameter { cure, .. } => (None, Some((*cure).to_owned())),
            _ => (None, None),
        };
        Self {
            kind: format!("{}/api#{}", visit.base_url, kind.slug),
            title: error.title(visit.locale),
            status: kind.status.as_u16(),
            detail: error.to_string(),
            parameter: error.parameter().map(str::to_owned),
            position,
            cure,
            request_id: request_id.0.clone(),
        }
    }
}

impl IntoResponse for ApiError {
    /// The bare status, with the error beside it for [`explain`].
    fn into_response(self) -> Response {
        let mut response = self.kind().status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Layer: gives every error its words.
pub(crate) async fn explain(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (visit, _) = Visit::read(request.uri(), request.headers(), request.extensions(), &app);
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .cloned()
        .unwrap_or_default();
    let wants_document = wants_document(&request);
    let response = next.run(request).await;
    let Some(error) = error_of(&response) else {
        return response;
    };
    error.log();
    let visit = visit.signed_in(response.extensions(), &app);
    let mut said = if wants_document {
        document(&error, &visit, &request_id)
    } else {
        pages::error_page(&error, &visit, &request_id)
    };
    let headers = said.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if error.kind().status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer realm=\"trithuc\"");
        headers.insert(header::WWW_AUTHENTICATE, scheme);
    }
    if let Some(seconds) = error.retry_after_s() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    for name in ["allow", "ratelimit", "ratelimit-policy"] {
        if let Some(value) = response.headers().get(name) {
            headers.insert(HeaderName::from_static(name), value.clone());
        }
    }
    said
}

/// Programs ask under `/api/`, or say that they want JSON.
fn wants_document(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|line| line.to_str().ok());
    request.uri().path().starts_with("/api/")
        || accept.is_some_and(|line| line.contains("json") && !line.contains("text/html"))
}

/// The error beside a response, or the one that its bare status means.
fn error_of(response: &Response) -> Option<Arc<ApiError>> {
    if let Some(error) = response.extensions().get::<Arc<ApiError>>() {
        return Some(error.clone());
    }
    // A page that says itself what is wrong.
    let media_type = response.headers().get(header::CONTENT_TYPE);
    if media_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html")) {
        return None;
    }
    let error = match response.status() {
        StatusCode::NOT_FOUND => ApiError::NoSuchPage,
        StatusCode::METHOD_NOT_ALLOWED => ApiError::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::BodyTooLarge {
            most: crate::edge::BODY_BYTES,
        },
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => ApiError::TimedOut,
        StatusCode::SERVICE_UNAVAILABLE => ApiError::Busy { retry_after_s: 5 },
        status if status.is_server_error() => ApiError::internal(std::io::Error::other(
            "a handler panicked; its message is above",
        )),
        status if status.is_client_error() => ApiError::invalid(
            "request",
            status.as_str(),
            "cannot be read",
            "see `/api/v1/openapi.json`",
        ),
        _ => return None,
    };
    Some(Arc::new(error))
}

fn document(error: &ApiError, visit: &Visit, request_id: &RequestId) -> Response {
    let problem = Problem::new(error, visit, request_id);
    let body = serde_json::to_vec(&problem).expect("a problem is plain strings and numbers");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = error.kind().status;
    let media_type = HeaderValue::from_static("application/problem+json");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}
