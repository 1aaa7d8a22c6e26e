//! Documents from JSON Lines: `id`, `title`, `text` (or `abstract`), each a
//! string or one string a language.

use std::{fs::File, io::BufRead, path::Path};

use anyhow::Context as _;
use formats::decode;
use serde_json::Value;

/// One document of the file.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) text: String,
}

/// A line that is no document.
pub(super) struct BadLine {
    pub(super) number: usize,
    pub(super) reason: String,
}

/// The documents of a file (also packed by gzip, xz or zstd), and the lines
/// that are none.
pub(super) fn read(path: &Path) -> anyhow::Result<(Vec<Entry>, Vec<BadLine>)> {
    let cannot = || {
        format!(
            "`{}` cannot be read; check the path and your rights",
            path.display()
        )
    };
    let file = File::open(path).with_context(cannot)?;
    let lines = decode::open(file).with_context(cannot)?.reader.lines();
    let (mut entries, mut bad) = (Vec::new(), Vec::new());
    let mut seen = std::collections::HashSet::new();
    for (number, line) in (1..).zip(lines) {
        let line = line.with_context(cannot)?;
        if line.trim().is_empty() {
            continue;
        }
        match entry(&line) {
            Ok(entry) if !seen.insert(entry.id.clone()) => bad.push(BadLine {
                number,
                reason: format!("id `{}` was used before; give each its own", entry.id),
            }),
            Ok(entry) => entries.push(entry),
            Err(reason) => bad.push(BadLine { number, reason }),
        }
    }
    Ok((entries, bad))
}

fn entry(line: &str) -> Result<Entry, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("no JSON: {error}"))?;
    let id = match &value["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return Err("no `id`; give each line one".to_owned()),
    };
    let texts = [&value["text"], &value["abstract"]];
    let texts: Vec<String> = texts.iter().map(|value| text_of(value)).collect();
    Ok(Entry {
        id,
        title: text_of(&value["title"]),
        text: texts.join("\n"),
    })
}

/// A string, or the strings of all languages, one a line.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(by_language) => {
            let texts: Vec<&str> = by_language.values().filter_map(Value::as_str).collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}

/// Says which lines were left out.
pub(super) fn report(path: &Path, bad: &[BadLine]) {
    for line in bad {
        eprintln!(
            "trithuc: `{}` line {} is left out: {}",
            path.display(),
            line.number,
            line.reason
        );
    }
}
