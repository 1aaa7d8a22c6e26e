//! What a caller takes, as its `Accept` line says (RFC 9110 §12.5.1): the
//! choice among the forms in which something can be given.

use axum::http::{HeaderMap, header};

/// Most ranges that are read; browsers send fewer than ten.
const MOST_RANGES: usize = 40;

/// The offered media type that the caller likes best; the earlier one on a
/// tie, the first one when nothing is asked, `None` when none is taken.
pub(crate) fn best<'a>(headers: &HeaderMap, offered: &[&'a str]) -> Option<&'a str> {
    let lines = headers.get_all(header::ACCEPT).into_iter();
    let asked: Vec<(&str, f32)> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .take(MOST_RANGES)
        .map(range)
        .filter(|(range, _)| !range.is_empty())
        .collect();
    if asked.is_empty() {
        return offered.first().copied();
    }
    let mut best: Option<(&str, f32)> = None;
    for media_type in offered {
        let weight = weight(media_type, &asked);
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((media_type, weight));
        }
    }
    best.map(|(media_type, _)| media_type)
}

/// A range and its weight; parameters other than `q` say nothing here.
fn range(text: &str) -> (&str, f32) {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default();
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q="));
    let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
    (range, weight)
}

/// The weight of the most specific range that holds the media type.
fn weight(media_type: &str, asked: &[(&str, f32)]) -> f32 {
    let media_type = media_type.split(';').next().unwrap_or(media_type);
    let (kind, _) = media_type.split_once('/').unwrap_or((media_type, ""));
    let specific = |range: &str| match range.split_once('/') {
        Some(("*", "*")) => Some(1),
        Some((asked, "*")) if asked.eq_ignore_ascii_case(kind) => Some(2),
        _ if range.eq_ignore_ascii_case(media_type) => Some(3),
        _ => None,
    };
    let held = asked
        .iter()
        .filter_map(|(range, weight)| Some((specific(range)?, *weight)));
    held.max_by_key(|(specific, _)| *specific)
        .map_or(0.0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const OFFERED: [&str; 3] = ["text/html", "application/json", "text/csv; charset=utf-8"];

    fn chosen(accept: &'static str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        best(&headers, &OFFERED)
    }

    #[test]
    fn the_caller_chooses() {
        assert_eq!(best(&HeaderMap::new(), &OFFERED), Some("text/html"));
        assert_eq!(chosen("*/*"), Some("text/html"));
        assert_eq!(chosen("application/json"), Some("application/json"));
        assert_eq!(chosen("text/csv, */*;q=0.1"), Some(OFFERED[2]));
        assert_eq!(
            chosen("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            Some("text/html")
        );
        assert_eq!(
            chosen("text/*;q=0.5, text/html;q=0, application/json;q=0.4"),
            Some(OFFERED[2])
        );
        assert_eq!(chosen("image/png"), None);
        assert_eq!(chosen(";;,q=,text/html;q=x"), None);
    }
}
