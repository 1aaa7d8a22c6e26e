//! CSL-JSON, what citation processors read.
//! **Source:** CSL 1.0.2 input schema (`csl-data.json`).

use records::{Agent, AgentKind, AgentRole, Record, RecordType, Scheme};
use serde_json::{Map, Value, json};

use super::titles;
use crate::names;

pub(super) fn write(record: &Record, page: Option<&str>) -> Value {
    let mut item = Map::new();
    let mut set = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            item.insert(name.to_owned(), json!(value));
        }
    };
    set("id", Some(record.id.as_str()));
    set("type", Some(word(record.record_type)));
    set("title", titles(record).0.map(|(_, title)| title));
    let main = record.language.clone().unwrap_or_else(records::Lang::vi);
    set(
        "abstract",
        record
            .abstract_text
            .prefer(&main)
            .map(|(_, text)| text.as_str()),
    );
    set("container-title", record.venue.as_deref());
    // A thesis names its university where an article names its journal.
    let university = (record.record_type == RecordType::Thesis).then_some(record.venue.as_deref());
    set(
        "publisher",
        record.publisher.as_deref().or(university.flatten()),
    );
    set(
        "number",
        record
            .identifier(Scheme::Patent)
            .or(record.identifier(Scheme::Task)),
    );
    set("volume", record.volume.as_deref());
    set("issue", record.issue.as_deref());
    set("page", record.pages.as_deref());
    set("DOI", record.identifier(Scheme::Doi));
    set("ISSN", record.identifier(Scheme::Issn));
    set("ISBN", record.identifier(Scheme::Isbn));
    set("URL", record.identifier(Scheme::Url).or(page));
    set(
        "language",
        record.language.as_ref().map(|lang| lang.as_str()),
    );
    let keywords: Vec<&str> = record
        .keywords
        .iter()
        .flat_map(|(_, words)| words)
        .map(String::as_str)
        .collect();
    set("keyword", Some(&keywords.join(", ")));
    for (name, wanted) in [("author", true), ("editor", false)] {
        let agents = record.agents.iter().filter(|agent| match wanted {
            true => matches!(
                agent.role,
                AgentRole::Author | AgentRole::Inventor | AgentRole::PrincipalInvestigator
            ),
            false => agent.role == AgentRole::Editor,
        });
        let agents: Vec<Value> = agents.map(agent).collect();
        if !agents.is_empty() {
            item.insert(name.to_owned(), json!(agents));
        }
    }
    if let Some(parts) = date_parts(record) {
        item.insert("issued".to_owned(), json!({ "date-parts": [parts] }));
    }
    Value::Object(item)
}

/// `static-ordering` tells the processor to print family before given.
fn agent(agent: &Agent) -> Value {
    if agent.kind == AgentKind::Organisation {
        return json!({ "literal": agent.name });
    }
    let parts = names::parts(&agent.name);
    if parts.given.is_empty() {
        return json!({ "literal": agent.name });
    }
    let mut name = json!({ "family": parts.family, "given": parts.given });
    if !parts.suffix.is_empty() {
        name["suffix"] = json!(parts.suffix);
    }
    if names::is_vietnamese_name(&agent.name) {
        name["static-ordering"] = json!(true);
    }
    name
}

fn date_parts(record: &Record) -> Option<Vec<i32>> {
    let from_date: Option<Vec<i32>> = record
        .date
        .as_deref()
        .and_then(|date| date.split('-').map(|part| part.parse().ok()).collect());
    from_date.or_else(|| record.year.map(|year| vec![year.get()]))
}

fn word(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "article-journal",
        RecordType::Patent => "patent",
        RecordType::Dataset => "dataset",
        RecordType::Thesis => "thesis",
        RecordType::Report | RecordType::Task => "report",
        RecordType::Book => "book",
        RecordType::Other => "document",
    }
}
