//! A record as the item that a citation processor reads.

use formats::ExportFormat;
use records::{Record, RecordType};
use serde_json::{Map, Value, json};

use crate::CitationError;

/// A hyphen that does not part two numbers: `VN 1-0001` is one number, and a
/// processor would make `1–1` of it.
const HARD_HYPHEN: &str = "\u{2011}";

/// The record as CSL-JSON, with what only a citation needs: Vietnamese names
/// whole, the language always said (titles in English change their case in some
/// styles, others never), what kind of work it is in words.
pub(crate) fn item(record: &Record, lang: &str) -> Result<Map<String, Value>, CitationError> {
    let written = formats::write_one(ExportFormat::Csl, record, None);
    let mut item = match serde_json::from_str(&written).map_err(CitationError::Item)? {
        Value::Array(items) => items.into_iter().next().unwrap_or_default(),
        item => item,
    };
    let Some(item) = item.as_object_mut().map(std::mem::take) else {
        return Ok(Map::new());
    };
    Ok(adapted(item, record, lang))
}

fn adapted(mut item: Map<String, Value>, record: &Record, lang: &str) -> Map<String, Value> {
    for role in ["author", "editor"] {
        for name in item
            .get_mut(role)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            whole_if_vietnamese(name);
        }
    }
    let title = item
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let language = text::detect(title).lang;
    if language != "und" {
        item.insert("language".into(), json!(language));
    }
    if let Some(number) = item.get_mut("number")
        && let Some(text) = number.as_str()
    {
        *number = json!(text.replace('-', HARD_HYPHEN));
    }
    if let Some(genre) = genre(record.record_type, lang) {
        item.insert("genre".into(), json!(genre));
    }
    for unread in ["abstract", "keyword"] {
        item.remove(unread);
    }
    item
}

/// A name in Vietnamese order as one piece.
fn whole_if_vietnamese(name: &mut Value) {
    let is_ordered = name.get("static-ordering").and_then(Value::as_bool) == Some(true);
    let part = |key: &str| name.get(key).and_then(Value::as_str).unwrap_or_default();
    if is_ordered {
        let whole = format!("{} {}", part("family"), part("given"));
        *name = json!({ "literal": whole.trim() });
    }
}

/// The kind of work in words, where the title does not tell.
fn genre(record_type: RecordType, lang: &str) -> Option<&'static str> {
    let (vi, en) = match record_type {
        RecordType::Thesis => ("Luận văn, luận án", "Thesis"),
        RecordType::Report => ("Báo cáo", "Report"),
        RecordType::Task => ("Nhiệm vụ khoa học và công nghệ", "S&T task"),
        _ => return None,
    };
    Some(if lang == "vi" { vi } else { en })
}
