//! MARC in JSON, as MARC libraries write it.
//! **Source:** Ross Singer, *A Proposal to serialize MARC in JSON*, 2010.

use serde_json::Value;

use crate::{
    EntryError, Parsed,
    marc::{DataField, MarcRecord},
};

pub(super) fn is(value: &Value) -> bool {
    value.get("leader").is_some_and(Value::is_string)
        && value.get("fields").is_some_and(Value::is_array)
}

pub(super) fn read(value: &Value) -> Result<Parsed, EntryError> {
    let mut marc = MarcRecord::default();
    if let Some(leader) = value.get("leader").and_then(Value::as_str) {
        leader.clone_into(&mut marc.leader);
    }
    for field in super::list(value, "fields") {
        for (tag, content) in field.as_object().into_iter().flatten() {
            match content {
                Value::String(text) => marc.control.push((tag.clone(), text.clone())),
                Value::Object(_) => marc.data.push(data_field(tag, content)),
                _ => marc.remarks.push(format!("field {tag} left out")),
            }
        }
    }
    marc.into_parsed("marc-json")
}

fn data_field(tag: &str, content: &Value) -> DataField {
    let indicator = |name: &str| {
        let text = content.get(name).and_then(Value::as_str);
        text.and_then(|text| text.chars().next()).unwrap_or(' ')
    };
    let subfields = super::list(content, "subfields")
        .into_iter()
        .filter_map(Value::as_object);
    let pairs = subfields.flatten().filter_map(|(code, text)| {
        let code = code.chars().next()?;
        Some((code, text.as_str()?.to_owned()))
    });
    DataField {
        tag: tag.to_owned(),
        indicators: [indicator("ind1"), indicator("ind2")],
        subfields: pairs.collect(),
    }
}
