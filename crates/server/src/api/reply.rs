//! Bodies with their validators: a caller that has the newest bytes already is
//! told so and gets none.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// A body with a strong validator: the hash of its bytes. The same bytes that
/// the caller names in `If-None-Match` are not sent again (RFC 9110 §13.1.2).
pub(crate) fn with_etag(
    body: Vec<u8>,
    media_type: &'static str,
    caching: &'static str,
    request: &HeaderMap,
) -> Response {
    // 128 bits of the hash: two bodies that meet are not to be expected.
    let etag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
    let mut response = if matches(request, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(body));
        let media_type = HeaderValue::from_static(media_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        response
    };
    let headers = response.headers_mut();
    let etag = HeaderValue::from_str(&etag).expect("hexadecimal digits in quotes are plain ASCII");
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// Weak comparison: a compressing layer may have weakened what we gave.
fn matches(request: &HeaderMap, etag: &str) -> bool {
    let lines = request.get_all(header::IF_NONE_MATCH).into_iter();
    let mut given = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"));
    given.any(|tag| tag == "*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bytes_are_not_sent_again() {
        let reply =
            |headers: &HeaderMap| with_etag(b"{}".to_vec(), "text/plain", "no-cache", headers);
        let first = reply(&HeaderMap::new());
        let etag = first.headers()[header::ETAG].clone();
        let mut headers = HeaderMap::new();
        let weak = format!("\"x\", W/{}", etag.to_str().unwrap());
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&weak).unwrap());
        let second = reply(&headers);
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(second.headers()[header::ETAG], etag);
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"x\""));
        assert_eq!(reply(&headers).status(), StatusCode::OK);
    }
}
