//! Records in JSON: CSL and Crossref, DataCite, schema.org and Croissant, DCAT
//! as JSON-LD, CKAN, Dataverse, Frictionless packages, the open-data catalogues
//! of project-open-data, MARC in JSON, and our own form.
//!
//! A document may be one record, a list of records, an answer of an API with a
//! list inside, or records one after the other. Each object tells its dialect
//! by the names of its fields.

mod ckan;
mod csl;
mod cut;
mod datacite;
mod dataverse;
mod frictionless;
mod marc_json;
mod pod;
mod schema_org;

use std::io::{self, BufRead};

use serde_json::Value;

use self::cut::Cutter;
use crate::{
    EntryError, Limits, Parsed, RawEntry, RecordFormat, decode, json_fields,
    rdf::{self, Syntax},
};

/// A way to write records in JSON.
struct Dialect {
    is: fn(&Value) -> bool,
    read: fn(&Value) -> Result<Parsed, EntryError>,
}

/// In this order: the first that fits wins.
const DIALECTS: [Dialect; 8] = [
    Dialect {
        is: marc_json::is,
        read: marc_json::read,
    },
    Dialect {
        is: dataverse::is,
        read: dataverse::read,
    },
    Dialect {
        is: datacite::is,
        read: datacite::read,
    },
    Dialect {
        is: schema_org::is,
        read: schema_org::read,
    },
    Dialect {
        is: frictionless::is,
        read: frictionless::read,
    },
    Dialect {
        is: ckan::is,
        read: ckan::read,
    },
    Dialect {
        is: pod::is,
        read: pod::read,
    },
    Dialect {
        is: csl::is,
        read: csl::read,
    },
];

/// JSON documents that are no JSON Lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct JsonFormat;

impl RecordFormat for JsonFormat {
    fn name(&self) -> &'static str {
        "json"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        let values = Cutter::new(input, limits);
        Box::new(values.flat_map(|entry| match entry {
            Ok(entry) => unwrap(entry).into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        }))
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        if rdf::is_entry(&entry.bytes) {
            return rdf::parse(entry);
        }
        parse(&entry.bytes)
    }
}

/// Makes a record of the bytes of a JSON value.
pub(crate) fn parse(bytes: &[u8]) -> Result<Parsed, EntryError> {
    let (text, remark) = match str::from_utf8(bytes) {
        Ok(text) => (std::borrow::Cow::Borrowed(text), None),
        Err(_) => {
            let (text, remark) = decode::lossless(bytes);
            (text.into(), remark)
        }
    };
    let value: Value = serde_json::from_str(&text).map_err(|error| EntryError::Json {
        // A value on one line needs no line number: the file has its own.
        reason: error
            .to_string()
            .replace(" at line 1 column ", " at column "),
    })?;
    let mut parsed = match DIALECTS.iter().find(|dialect| (dialect.is)(&value)) {
        Some(dialect) => (dialect.read)(&value)?,
        None => json_fields::read(value)?,
    };
    parsed.record.provenance.remarks.extend(remark);
    Ok(parsed)
}

/// Where answers of APIs and catalogues keep their lists of records.
const LISTS: [&[&str]; 8] = [
    &["message", "items"],
    &["result", "results"],
    &["data", "items"],
    &["items"],
    &["data"],
    &["hits", "hits"],
    &["dataset"],
    &["@graph"],
];

/// The records inside a value; the value itself where it is one.
fn unwrap(entry: RawEntry) -> Vec<RawEntry> {
    if entry.overlong_bytes.is_some() {
        return vec![entry];
    }
    let Ok(value) = serde_json::from_slice::<Value>(&entry.bytes) else {
        return vec![entry];
    };
    if is_graph(&value, &entry.bytes) {
        return rdf::entries(&entry.bytes, Syntax::JsonLd);
    }
    if DIALECTS.iter().any(|dialect| (dialect.is)(&value)) && value.get("dataset").is_none() {
        return vec![entry];
    }
    let wrapped = |value: &Value| RawEntry {
        line: entry.line,
        bytes: value.to_string().into_bytes(),
        ..RawEntry::default()
    };
    for path in LISTS {
        let list = path.iter().try_fold(&value, |value, name| value.get(name));
        let objects = list.and_then(Value::as_array);
        if let Some(objects) =
            objects.filter(|all| !all.is_empty() && all.iter().all(Value::is_object))
        {
            return objects.iter().map(wrapped).collect();
        }
    }
    // One record in the answer of an API.
    for name in ["message", "result", "data"] {
        if let Some(inner) = value.get(name).filter(|inner| inner.is_object()) {
            return vec![wrapped(inner)];
        }
    }
    vec![entry]
}

/// Whether the value is JSON-LD whose names only its context explains: then
/// it is read as the graph that it is.
fn is_graph(value: &Value, bytes: &[u8]) -> bool {
    let names_dcat = || {
        let needle = b"www.w3.org/ns/dcat#";
        bytes.windows(needle.len()).any(|part| part == needle)
    };
    let context = value.get("@context");
    let is_remote = context.is_some_and(|context| context.is_string());
    (context.is_some() || value.get("@graph").is_some() || value.get("@id").is_some())
        && !is_remote
        && names_dcat()
        && !schema_org::is(value)
}

/// The text of a field, empty when there is none; a number as text.
fn text(value: &Value, name: &str) -> String {
    value.get(name).map(plain).unwrap_or_default()
}

/// The first field of these that has a text.
fn first_text(value: &Value, names: &[&str]) -> String {
    let texts = names.iter().map(|name| text(value, name));
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// A string or number as text, white space made one space.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The values of a field, one or many.
fn list<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    match value.get(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

/// Without the tags of HTML and JATS that descriptions carry.
fn without_tags(text: &str) -> String {
    // A word in angle brackets is no tag.
    let has_tags = ["</", "/>", "<br", "<p>"]
        .iter()
        .any(|mark| text.contains(mark));
    if !has_tags {
        return text.to_owned();
    }
    let wrapped = format!("<text>{text}</text>");
    match crate::xml::element::read(&wrapped) {
        Ok(read) => {
            let blocks = ["p", "br", "li", "title", "sec", "div", "h1", "h2", "h3"];
            read.root.lines(&blocks, &[])
        }
        Err(_) => text.to_owned(),
    }
}

/// Whether the text starts as a JSON document that is not JSON Lines does: a
/// list, or an object that goes on behind its first line.
pub(crate) fn is_likely(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default().trim_end();
    let is_open_object = || {
        let has_more_lines = head.contains('\n');
        let is_whole = serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok();
        has_more_lines && !is_whole && !looks_like_a_broken_line(first)
    };
    head.starts_with('[') || (head.starts_with('{') && is_open_object())
}

/// A line of JSON Lines that somebody broke still ends as one.
fn looks_like_a_broken_line(first: &str) -> bool {
    first.len() > 1 && first.ends_with('}')
}

#[cfg(test)]
mod tests;
