//! What the log tells of a request's body: the fields that say what is done, of
//! small forms and small JSON objects.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use serde_json::Value;

use crate::params::Params;

/// Fields whose values are told.
const SAID: [&str; 34] = [
    "a",
    "accept",
    "access",
    "act",
    "action",
    "b",
    "change",
    "code",
    "collection",
    "decision",
    "disabled",
    "field",
    "full",
    "into",
    "kept",
    "kind",
    "label",
    "left",
    "number",
    "others",
    "path",
    "paths",
    "query",
    "reason",
    "rebuild",
    "record",
    "records",
    "right",
    "role",
    "scheme",
    "scope",
    "scopes",
    "source",
    "state",
];

/// Bodies above this are lists of things; their address says enough.
const MOST_BYTES: usize = 16 * 1024;
/// Characters of one value, and of all of them.
const MOST_VALUE: usize = 120;
const MOST_SAID: usize = 500;

/// Reads what is told of a body and gives the request back whole.
///
/// # Errors
/// When the body breaks off.
pub(super) async fn read(request: Request) -> Result<(String, Request), StatusCode> {
    if !is_small_form(request.headers()) {
        return Ok((String::new(), request));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_BYTES).await;
    let bytes = bytes.map_err(|_| StatusCode::BAD_REQUEST)?;
    let said = told(&pairs(&bytes));
    Ok((said, Request::from_parts(parts, Body::from(bytes))))
}

/// Whether the whole of a body may tell something.
fn is_small_form(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).and_then(|line| line.to_str().ok());
    let n_bytes = header(header::CONTENT_LENGTH).and_then(|n| n.parse::<usize>().ok());
    let kind = header(header::CONTENT_TYPE).unwrap_or_default();
    n_bytes.is_some_and(|n| (1..=MOST_BYTES).contains(&n)) && !kind.starts_with("multipart/")
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    if let Ok(object) = serde_json::from_slice::<serde_json::Map<_, _>>(bytes) {
        return object
            .into_iter()
            .map(|(name, value)| (name, plain(&value)))
            .collect();
    }
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let form = Params::of_form(text).unwrap_or_default();
    let pairs = form
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    pairs.collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn told(pairs: &[(String, String)]) -> String {
    let is_said = |(name, value): &&(String, String)| {
        SAID.contains(&name.as_str()) && !value.is_empty() && value != "null"
    };
    let told = pairs.iter().filter(is_said).map(|(name, value)| {
        let value: String = value.chars().take(MOST_VALUE).collect();
        format!("{name}={value}")
    });
    let told = told.collect::<Vec<_>>().join(" ");
    told.chars().take(MOST_SAID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_the_act_is_told() {
        let of = |body: &str| told(&pairs(body.as_bytes()));
        assert_eq!(of("csrf=x&role=admin&password=bi-mat"), "role=admin");
        assert_eq!(
            of(r#"{"kind":"ingest","paths":["/a","/b"],"secret":"s","access":null}"#),
            "kind=ingest paths=/a,/b"
        );
        assert_eq!(of("[1]"), "");
        assert_eq!(of("\u{0}%ff"), "");
        let long = format!("reason={}", "x".repeat(9000));
        assert_eq!(of(&long).len(), "reason=".len() + MOST_VALUE);
    }
}
