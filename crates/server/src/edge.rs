//! What happens to every request before and after its handler: a name for the
//! log, a line in the log, and the headers that tell browsers what to refuse.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

/// Largest body that a request may have, in bytes: two descriptions of 5,000
/// Vietnamese letters, each nine bytes in a form, fit.
pub(crate) const BODY_BYTES: usize = 128 * 1024;

/// Header of an answer that no browser and no proxy may keep.
pub(crate) const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// Name of a request in the log and in the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestId(pub(crate) String);

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl RequestId {
    /// The id that a proxy in front gave, when it is a plain word; else a new
    /// one: hash of clock and counter, unique in this installation.
    fn of(request: &Request) -> Self {
        let given = request
            .headers()
            .get(&REQUEST_ID)
            .and_then(|id| id.to_str().ok());
        let plain = |id: &&str| {
            (1..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        given
            .filter(plain)
            .map_or_else(Self::new, |id| Self(id.to_owned()))
    }

    fn new() -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let clock = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&clock.as_nanos().to_le_bytes());
        hasher.update(&count.to_le_bytes());
        hasher.update(&std::process::id().to_le_bytes());
        Self(hasher.finalize().to_hex()[..16].to_owned())
    }
}

/// Layer: names the request and writes one line about it. Query strings stay
/// out of the log: what people search for is theirs.
pub(crate) async fn log(mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = RequestId::of(&request);
    let method = request.method().clone();
    let path: String = request.uri().path().chars().take(200).collect();
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", id = %id.0);
    let mut response = next.run(request).instrument(span).await;
    tracing::info!(
        request.id = %id.0, %method, path, status = response.status().as_u16(),
        duration_ms = start.elapsed().as_secs_f64() * 1000.0, "answered"
    );
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    response
}

/// No script, no style, no frame, no picture from anywhere but here; nothing
/// inline. `script-src` is empty: the pages have no script.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; \
     img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Layer: the headers that tell browsers what to refuse.
pub(crate) async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A document has a policy of its own.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers
        .entry(header::X_FRAME_OPTIONS)
        .or_insert(HeaderValue::from_static("DENY"));
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn request_ids_differ_and_given_ones_are_checked() {
        let ids: BTreeSet<String> = (0..100).map(|_| RequestId::new().0).collect();
        assert_eq!(ids.len(), 100);
        let of = |given: &'static str| {
            let request = Request::builder().header(&REQUEST_ID, given);
            RequestId::of(&request.body(axum::body::Body::empty()).unwrap()).0
        };
        assert_eq!(of("abc-123"), "abc-123");
        assert_ne!(of("a b<c>"), "a b<c>");
    }
}
