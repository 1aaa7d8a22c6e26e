//! CSL-JSON, and the answers of Crossref's API, which grew out of it.
//! **Source:** CSL 1.0.2 input schema; Crossref REST API, `works`.

use records::{Agent, AgentKind, AgentRole, RecordType, Relation, Scheme};
use serde_json::Value;

use super::{first_text, list, plain, text, without_tags};
use crate::{
    EntryError, Parsed, datacite::bare_identifier, dates, fields::Fields, names, vocabulary,
};

pub(super) fn is(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    let is_dated = value
        .get("issued")
        .is_some_and(|issued| issued.get("date-parts").is_some() || issued.get("raw").is_some());
    let has_parts = list(value, "author")
        .iter()
        .any(|agent| agent.get("family").is_some() || agent.get("literal").is_some());
    has("DOI") || is_dated || has("container-title") || has_parts
}

pub(super) fn read(item: &Value) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    fields.set_record_type(record_type(&text(item, "type")));
    fields.set("language", text(item, "language"));
    read_titles(item, &mut fields);
    for (name, role) in [
        ("author", AgentRole::Author),
        ("editor", AgentRole::Editor),
        ("translator", AgentRole::Contributor),
    ] {
        for person in list(item, name) {
            fields.push_full_agent(agent(person, role));
        }
    }
    for funder in list(item, "funder") {
        fields.push_agent(
            &text(funder, "name"),
            AgentKind::Organisation,
            AgentRole::Funder,
        );
    }
    for name in [
        "published-print",
        "issued",
        "published-online",
        "published",
        "created",
    ] {
        if let Some(date) = item.get(name) {
            fields.set_date(&date_of(date));
        }
    }
    let containers = list(item, "container-title");
    fields.set(
        "venue",
        containers
            .first()
            .map(|name| plain(name))
            .unwrap_or_default(),
    );
    fields.set("publisher", text(item, "publisher"));
    for name in ["volume", "issue"] {
        fields.set(name, text(item, name));
    }
    fields.set(
        "pages",
        first_text(item, &["page", "article-number", "number"]),
    );
    fields.push_text("abstract", None, &without_tags(&text(item, "abstract")));
    read_words(item, &mut fields);
    read_identifiers(item, &mut fields);
    for licence in list(item, "license") {
        fields.push_rights(&text(licence, "URL"));
        fields.push_rights(&plain(licence));
    }
    for reference in list(item, "reference") {
        let parts = [
            "unstructured",
            "author",
            "article-title",
            "journal-title",
            "year",
            "DOI",
        ];
        let printed = text(reference, "unstructured");
        let whole = parts.map(|part| text(reference, part)).join(" ");
        let whole = whole.split_whitespace().collect::<Vec<_>>().join(" ");
        fields.push(
            "references",
            if printed.is_empty() { whole } else { printed },
        );
    }
    fields.into_parsed("csl")
}

fn record_type(word: &str) -> RecordType {
    match word {
        "" => RecordType::Paper,
        word => vocabulary::record_type(word).unwrap_or(RecordType::Other),
    }
}

fn read_titles(item: &Value, fields: &mut Fields) {
    let subtitle = list(item, "subtitle")
        .first()
        .map(|text| plain(text))
        .unwrap_or_default();
    for (at, title) in list(item, "title").into_iter().enumerate() {
        let title = without_tags(&plain(title));
        match at == 0 && !subtitle.is_empty() && !title.contains(&subtitle) {
            true => fields.push_text("title", None, &format!("{title}: {subtitle}")),
            false => fields.push_text("title", None, &title),
        }
    }
    for original in list(item, "original-title") {
        fields.push_text("title", None, &plain(original));
    }
}

pub(super) fn agent(person: &Value, role: AgentRole) -> Agent {
    let family = text(person, "family");
    let literal = first_text(person, &["literal", "name"]);
    let affiliations = list(person, "affiliation");
    let affiliations = affiliations.into_iter().map(|place| match place {
        Value::String(_) => plain(place),
        place => text(place, "name"),
    });
    let affiliations = affiliations.collect();
    if family.is_empty() {
        let kind = match literal.contains(", ") {
            true => AgentKind::Person,
            false => AgentKind::Organisation,
        };
        return Agent {
            kind,
            role,
            affiliations,
            ..Agent::author(names::from_comma_form(&literal))
        };
    }
    let particle = text(person, "non-dropping-particle");
    let family = format!("{particle} {family}");
    let mut name = names::natural_order(&family, &text(person, "given"));
    let suffix = text(person, "suffix");
    if !suffix.is_empty() {
        name = format!("{name} {suffix}");
    }
    Agent {
        role,
        identifier: bare_identifier(&text(person, "ORCID")),
        affiliations,
        ..Agent::author(name)
    }
}

/// `{"date-parts": [[2016, 12, 20]]}`, with numbers or texts, or `{"raw": …}`.
fn date_of(date: &Value) -> String {
    let parts = date
        .get("date-parts")
        .and_then(|parts| parts.get(0))
        .and_then(Value::as_array);
    match parts {
        Some(parts) => {
            let part = |at: usize| parts.get(at).map(plain).unwrap_or_default();
            dates::of_parts(&part(0), &part(1), &part(2))
        }
        None => first_text(date, &["raw", "literal", "date-time"]),
    }
}

fn read_words(item: &Value, fields: &mut Fields) {
    for word in list(item, "keyword")
        .into_iter()
        .chain(list(item, "categories"))
    {
        let word = plain(word);
        let separator = if word.contains(';') { ';' } else { ',' };
        word.split(separator)
            .for_each(|word| fields.push_text("keywords", None, word));
    }
    for subject in list(item, "subject") {
        fields.push_subject("free", &plain(subject));
    }
}

fn read_identifiers(item: &Value, fields: &mut Fields) {
    for (name, scheme) in [
        ("DOI", Scheme::Doi),
        ("ISSN", Scheme::Issn),
        ("ISBN", Scheme::Isbn),
        ("URL", Scheme::Url),
    ] {
        for raw in list(item, name) {
            // CSL writes several numbers into one text.
            let raw = plain(raw);
            raw.split([',', ' '])
                .for_each(|raw| fields.push_identifier(scheme, raw));
        }
    }
    if let Some(relations) = item.get("relation").and_then(Value::as_object) {
        for (kind, targets) in relations {
            let relation = vocabulary::relation(kind);
            for target in targets.as_array().into_iter().flatten() {
                if relation != Relation::RelatedTo {
                    fields.push_link(relation, &text(target, "id"));
                }
            }
        }
    }
}
