//! schema.org as JSON-LD, what search engines read on landing pages.

use records::{Agent, AgentKind, AgentRole, LocalisedText, Record, RecordType, Scheme};
use serde_json::{Map, Value, json};

use crate::names;

pub(super) fn write(record: &Record) -> Value {
    let mut item = Map::new();
    item.insert("@context".into(), json!("https://schema.org"));
    item.insert("@type".into(), json!(word(record.record_type)));
    item.insert("identifier".into(), identifiers(record));
    let mut set = |name: &str, value: Value| {
        let is_empty = match &value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => false,
        };
        if !is_empty {
            item.insert(name.to_owned(), value);
        }
    };
    set("name", localised(&record.title));
    set("abstract", localised(&record.abstract_text));
    let by_role = |wanted: &[AgentRole]| {
        let agents = record.agents.iter().filter(|a| wanted.contains(&a.role));
        json!(agents.map(agent).collect::<Vec<_>>())
    };
    set(
        "author",
        by_role(&[
            AgentRole::Author,
            AgentRole::Inventor,
            AgentRole::PrincipalInvestigator,
        ]),
    );
    set("editor", by_role(&[AgentRole::Editor]));
    set("funder", by_role(&[AgentRole::Funder]));
    let year = record.year.map(|year| year.to_string());
    set(
        "datePublished",
        json!(record.date.as_deref().or(year.as_deref())),
    );
    let keywords: Vec<&String> = record
        .keywords
        .iter()
        .flat_map(|(_, words)| words)
        .collect();
    set("keywords", json!(keywords));
    set(
        "inLanguage",
        json!(record.language.as_ref().map(|lang| lang.as_str())),
    );
    set(
        "publisher",
        record.publisher.as_ref().map_or(
            Value::Null,
            |name| json!({"@type": "Organization", "name": name}),
        ),
    );
    set("isPartOf", part_of(record));
    set("pagination", json!(record.pages));
    set("license", json!(record.licence.as_deref().map(licence_url)));
    set(
        "isAccessibleForFree",
        json!(record.access == records::AccessLevel::Open),
    );
    set(
        "sameAs",
        json!(
            record
                .identifier(Scheme::Doi)
                .map(|doi| format!("https://doi.org/{doi}"))
        ),
    );
    let columns: Vec<Value> = record.columns.iter().map(variable).collect();
    set("variableMeasured", json!(columns));
    Value::Object(item)
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

fn localised(texts: &LocalisedText) -> Value {
    let values: Vec<Value> = texts
        .iter()
        .map(|(lang, text)| match lang.as_str() {
            "und" => json!(text),
            lang => json!({ "@language": lang, "@value": text }),
        })
        .collect();
    match values.len() {
        1 => values.into_iter().next().unwrap_or_default(),
        _ => json!(values),
    }
}

fn agent(agent: &Agent) -> Value {
    if agent.kind == AgentKind::Organisation {
        return json!({ "@type": "Organization", "name": agent.name });
    }
    let parts = names::parts(&agent.name);
    let mut person = json!({ "@type": "Person", "name": agent.name });
    if !parts.given.is_empty() {
        person["familyName"] = json!(parts.family);
        person["givenName"] = json!(parts.given);
    }
    if !agent.affiliations.is_empty() {
        let organisation = |name: &String| json!({ "@type": "Organization", "name": name });
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
