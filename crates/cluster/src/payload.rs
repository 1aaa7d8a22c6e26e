//! Payloads: what lies beside the vectors of a point, there and back.

use std::collections::HashMap;

use qdrant_client::qdrant::{
    PayloadIncludeSelector, PointId, Value, WithPayloadSelector, point_id::PointIdOptions,
    value::Kind, with_payload_selector::SelectorOptions,
};
use records::RecordId;

use crate::ClusterError;

/// What lies beside the vectors of a point.
pub(crate) type Payload = HashMap<String, Value>;

/// The id of the point that is named by these words: a hash, since the cluster
/// takes numbers and UUIDs only.
pub(crate) fn point_id(words: &[&str]) -> PointId {
    let mut hasher = blake3::Hasher::new();
    for word in words {
        hasher.update(&(word.len() as u64).to_le_bytes());
        hasher.update(word.as_bytes());
    }
    uuid(hasher.finalize().as_bytes())
}

/// The point named by the first 16 of these bytes.
pub(crate) fn uuid(bytes: &[u8]) -> PointId {
    let hex: String = bytes[..16].iter().map(|b| format!("{b:02x}")).collect();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    PointId::from(parts.join("-"))
}

/// The name of a point, to tell it from others.
pub(crate) fn name_of(id: Option<&PointId>) -> Result<String, ClusterError> {
    match id.and_then(|id| id.point_id_options.as_ref()) {
        Some(PointIdOptions::Uuid(uuid)) => Ok(uuid.clone()),
        Some(PointIdOptions::Num(number)) => Ok(number.to_string()),
        None => Err(ClusterError::Unreadable("point id")),
    }
}

/// A text.
pub(crate) fn text(text: &str) -> Value {
    Value::from(text.to_owned())
}

/// Texts.
pub(crate) fn texts(texts: impl IntoIterator<Item = String>) -> Value {
    let values: Vec<Value> = texts.into_iter().map(Value::from).collect();
    Value::from(values)
}

/// Whole numbers.
pub(crate) fn numbers(numbers: impl IntoIterator<Item = i64>) -> Value {
    let values: Vec<Value> = numbers.into_iter().map(Value::from).collect();
    Value::from(values)
}

/// The text under a key.
pub(crate) fn read_text<'a>(
    payload: &'a Payload,
    key: &'static str,
) -> Result<&'a str, ClusterError> {
    match kind(payload, key) {
        Some(Kind::StringValue(text)) => Ok(text),
        _ => Err(ClusterError::Unreadable(key)),
    }
}

/// The number under a key.
pub(crate) fn read_number(payload: &Payload, key: &'static str) -> Result<i64, ClusterError> {
    match kind(payload, key) {
        Some(Kind::IntegerValue(number)) => Ok(*number),
        _ => Err(ClusterError::Unreadable(key)),
    }
}

/// The texts under a key; none where there are none.
pub(crate) fn read_texts(payload: &Payload, key: &str) -> Vec<String> {
    let of = |value: &Value| match &value.kind {
        Some(Kind::StringValue(text)) => Some(text.clone()),
        Some(Kind::IntegerValue(number)) => Some(number.to_string()),
        _ => None,
    };
    match kind(payload, key) {
        Some(Kind::ListValue(list)) => list.values.iter().filter_map(of).collect(),
        Some(_) => payload.get(key).and_then(of).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The whole numbers under a key; none where there are none.
pub(crate) fn read_numbers(payload: &Payload, key: &str) -> Vec<i64> {
    let Some(Kind::ListValue(list)) = kind(payload, key) else {
        return Vec::new();
    };
    let of = |value: &Value| match value.kind {
        Some(Kind::IntegerValue(number)) => Some(number),
        _ => None,
    };
    list.values.iter().filter_map(of).collect()
}

/// The record id under a key.
pub(crate) fn read_record_id(
    payload: &Payload,
    key: &'static str,
) -> Result<RecordId, ClusterError> {
    RecordId::new(read_text(payload, key)?).map_err(|_| ClusterError::Unreadable(key))
}

fn kind<'a>(payload: &'a Payload, key: &str) -> Option<&'a Kind> {
    payload.get(key).and_then(|value| value.kind.as_ref())
}

/// Only these keys are sent back.
pub(crate) fn only<'a>(keys: impl IntoIterator<Item = &'a str>) -> Option<WithPayloadSelector> {
    let fields = keys.into_iter().map(str::to_owned).collect();
    Some(WithPayloadSelector {
        selector_options: Some(SelectorOptions::Include(PayloadIncludeSelector { fields })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_run_together_are_told_apart() {
        assert_ne!(point_id(&["ab", "c"]), point_id(&["a", "bc"]));
        assert_eq!(point_id(&["ab", "c"]), point_id(&["ab", "c"]));
        assert_eq!(name_of(Some(&point_id(&["a"]))).unwrap().len(), 36);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let payload = Payload::from([
            ("a".to_owned(), text("đ")),
            ("b".to_owned(), texts(["x".into(), "y".into()])),
            ("c".to_owned(), numbers([3, -4])),
        ]);
        assert_eq!(read_text(&payload, "a").unwrap(), "đ");
        assert_eq!(read_texts(&payload, "b"), ["x", "y"]);
        assert_eq!(read_numbers(&payload, "c"), [3, -4]);
        assert!(read_number(&payload, "a").is_err());
        assert!(read_text(&payload, "z").is_err());
    }
}
