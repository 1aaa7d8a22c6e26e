//! Which web sites' scripts may read the API from a browser (the Fetch
//! standard, «CORS protocol»): none until an operator names them. Cookies are
//! never let through; a foreign script shows an API key or reads what is open.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::app::App;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const REQUEST_HEADERS: &str = "Accept, Accept-Language, Authorization, Content-Type, If-Match, If-None-Match, \
     MCP-Protocol-Version";
const EXPOSED: &str =
    "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";
/// Seconds for which a browser need not ask again: the most that Chromium
/// keeps.
const MAX_AGE_S: u32 = 7_200;

/// Addresses that programs read.
const FOR_PROGRAMS: [&str; 7] = [
    "/api/",
    "/oai",
    "/sru",
    "/mcp",
    "/records/",
    "/feed.atom",
    "/dcat/",
];

/// Layer: answers preflights and names the origins that may read.
pub(crate) async fn allow(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let open = FOR_PROGRAMS.iter().any(|prefix| path.starts_with(prefix));
    let origins = &app.settings.cors_origins;
    let allowed = match request.headers().get(header::ORIGIN) {
        Some(origin) if open => allowed(origin, origins),
        _ => None,
    };
    let Some(allowed) = allowed else {
        return next.run(request).await;
    };
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match is_preflight {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    mark(response.headers_mut(), allowed, is_preflight);
    response
}

fn allowed(origin: &HeaderValue, origins: &[String]) -> Option<HeaderValue> {
    if origins.iter().any(|other| other == "*") {
        return Some(HeaderValue::from_static("*"));
    }
    let named = origins
        .iter()
        .any(|other| other.as_bytes() == origin.as_bytes());
    named.then(|| origin.clone())
}

fn mark(headers: &mut HeaderMap, allowed: HeaderValue, is_preflight: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    if !is_preflight {
        set(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        return;
    }
    set(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    set(header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(MAX_AGE_S));
}
