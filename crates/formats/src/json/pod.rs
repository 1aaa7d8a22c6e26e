//! Datasets of open-data catalogues in DCAT's names without a context
//! (`data.json`).
//! **Source:** Project Open Data Metadata Schema 1.1.

use records::{AgentKind, AgentRole, RecordType, Scheme};
use serde_json::Value;

use super::{first_text, list, plain, text, without_tags};
use crate::{EntryError, Parsed, fields::Fields};

pub(super) fn is(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    has("title")
        && has("description")
        && (has("distribution") || has("landingPage") || has("accessLevel"))
}

pub(super) fn read(dataset: &Value) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    fields.set_record_type(RecordType::Dataset);
    fields.push_text("title", None, &text(dataset, "title"));
    fields.push_text(
        "abstract",
        None,
        &without_tags(&text(dataset, "description")),
    );
    for word in list(dataset, "keyword") {
        plain(word)
            .split(',')
            .for_each(|word| fields.push_text("keywords", None, word));
    }
    for agent in list(dataset, "creator") {
        let name = text(agent, "name");
        let name = if name.is_empty() { plain(agent) } else { name };
        fields.push_agent(&name, AgentKind::Person, AgentRole::Author);
    }
    for publisher in list(dataset, "publisher") {
        let name = text(publisher, "name");
        fields.set(
            "publisher",
            if name.is_empty() {
                plain(publisher)
            } else {
                name
            },
        );
    }
    for name in ["issued", "modified"] {
        fields.set_date(&text(dataset, name));
    }
    let languages = list(dataset, "language");
    fields.set(
        "language",
        languages
            .first()
            .map(|word| plain(word))
            .unwrap_or_default(),
    );
    for rights in [text(dataset, "license"), access(dataset)] {
        fields.push_rights(&rights);
    }
    fields.guess_identifier(&text(dataset, "identifier"));
    fields.push_identifier(Scheme::Url, &text(dataset, "landingPage"));
    for distribution in list(dataset, "distribution") {
        fields.push_rights(&text(distribution, "license"));
        fields.push_identifier(Scheme::Url, &first_text(distribution, &["accessURL"]));
    }
    for theme in list(dataset, "theme") {
        fields.push_subject("theme", &plain(theme));
    }
    fields.into_parsed("data.json")
}

/// `non-public` and `restricted public` are closed.
fn access(dataset: &Value) -> String {
    match text(dataset, "accessLevel").as_str() {
        "" | "public" => String::new(),
        _ => "restricted".to_owned(),
    }
}
