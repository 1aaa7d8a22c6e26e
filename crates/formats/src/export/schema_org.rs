//! schema.org as JSON-LD, what search engines read on landing pages.

use records::{Agent, AgentKind, AgentRole, Lang, Record, RecordType, Scheme};
use serde_json::{Map, Value, json};

use super::titles;
use crate::names;

/// A JSON-LD object; what is empty is left out.
#[derive(Default)]
struct Item(Map<String, Value>);

impl Item {
    fn set(&mut self, name: &str, value: Value) {
        let is_empty = match &value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        if !is_empty {
            self.0.insert(name.to_owned(), value);
        }
    }
}

pub(super) fn write(record: &Record, page: Option<&str>) -> Value {
    let mut item = Item::default();
    item.set("@context", json!("https://schema.org"));
    item.set("@type", json!(word(record.record_type)));
    item.set("@id", json!(page));
    item.set("url", json!(page));
    item.set("identifier", identifiers(record));
    write_texts(&mut item, record);
    write_agents(&mut item, record);
    write_edition(&mut item, record);
    let is_open = record.access == records::AccessLevel::Open;
    item.set("license", json!(record.licence.as_deref().map(licence_url)));
    item.set("isAccessibleForFree", json!(is_open));
    let doi = record.identifier(Scheme::Doi);
    item.set(
        "sameAs",
        json!(doi.map(|doi| format!("https://doi.org/{doi}"))),
    );
    item.set(
        "variableMeasured",
        record.columns.iter().map(variable).collect(),
    );
    Value::Object(item.0)
}

/// Search engines want plain text for the name and the description; the
/// other languages stand beside them.
fn write_texts(item: &mut Item, record: &Record) {
    let (main, others) = titles(record);
    item.set("name", json!(main.map(|(_, title)| title)));
    let others = others.into_iter();
    item.set(
        "alternateName",
        others
            .map(|(lang, title)| in_language(lang, title))
            .collect(),
    );
    let language = record.language.clone().unwrap_or_else(Lang::vi);
    let description = record.abstract_text.prefer(&language);
    item.set("description", json!(description.map(|(_, text)| text)));
    let abstracts = record.abstract_text.iter();
    item.set(
        "abstract",
        abstracts
            .map(|(lang, text)| in_language(lang, text))
            .collect(),
    );
    let keywords = record.keywords.iter().flat_map(|(_, words)| words);
    item.set("keywords", keywords.map(|word| json!(word)).collect());
    item.set("inLanguage", json!(record.language));
}

fn write_agents(item: &mut Item, record: &Record) {
    // A dataset has creators in the vocabularies of data catalogues.
    let people = match record.record_type {
        RecordType::Dataset => "creator",
        _ => "author",
    };
    item.set(people, record.creators().map(agent).collect());
    for (name, role) in [("editor", AgentRole::Editor), ("funder", AgentRole::Funder)] {
        let agents = record.agents.iter().filter(|agent| agent.role == role);
        item.set(name, agents.map(agent).collect());
    }
    let publisher = record.publisher.as_ref();
    item.set("publisher", publisher.map_or(Value::Null, organisation));
}

fn write_edition(item: &mut Item, record: &Record) {
    let year = record.year.map(|year| year.to_string());
    item.set(
        "datePublished",
        json!(record.date.as_deref().or(year.as_deref())),
    );
    item.set("isPartOf", part_of(record));
    item.set("pagination", json!(record.pages));
}

fn in_language(lang: &Lang, text: &str) -> Value {
    match lang.as_str() {
        "und" => json!(text),
        lang => json!({ "@language": lang, "@value": text }),
    }
}

fn organisation(name: &String) -> Value {
    json!({ "@type": "Organization", "name": name })
}

fn identifiers(record: &Record) -> Value {
    let mut all = vec![json!(record.id)];
    for identifier in &record.identifiers {
        all.push(json!({
            "@type": "PropertyValue",
            "propertyID": identifier.scheme,
            "value": identifier.value,
        }));
    }
    json!(all)
}

fn agent(agent: &Agent) -> Value {
    if agent.kind == AgentKind::Organisation {
        return organisation(&agent.name);
    }
    let parts = names::parts(&agent.name);
    let mut person = json!({ "@type": "Person", "name": agent.name });
    if !parts.given.is_empty() {
        person["familyName"] = json!(parts.family);
        person["givenName"] = json!(parts.given);
    }
    if !agent.affiliations.is_empty() {
        let all: Vec<Value> = agent.affiliations.iter().map(organisation).collect();
        person["affiliation"] = json!(all);
    }
    person
}

fn part_of(record: &Record) -> Value {
    let Some(venue) = &record.venue else {
        return Value::Null;
    };
    let mut periodical = json!({ "@type": "Periodical", "name": venue });
    if let Some(issn) = record.identifier(Scheme::Issn) {
        periodical["issn"] = json!(issn);
    }
    let mut part = periodical;
    if let Some(volume) = &record.volume {
        part = json!({ "@type": "PublicationVolume", "volumeNumber": volume, "isPartOf": part });
    }
    if let Some(issue) = &record.issue {
        part = json!({ "@type": "PublicationIssue", "issueNumber": issue, "isPartOf": part });
    }
    part
}

fn variable(column: &records::Column) -> Value {
    json!({
        "@type": "PropertyValue",
        "name": column.name,
        "description": column.description.as_deref().unwrap_or_default(),
    })
}

fn licence_url(licence: &str) -> String {
    if licence.starts_with("http") {
        licence.to_owned()
    } else {
        format!("https://spdx.org/licenses/{licence}")
    }
}

fn word(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "ScholarlyArticle",
        RecordType::Dataset => "Dataset",
        RecordType::Thesis => "Thesis",
        RecordType::Report => "Report",
        RecordType::Book => "Book",
        RecordType::Task => "ResearchProject",
        RecordType::Patent | RecordType::Other => "CreativeWork",
    }
}
