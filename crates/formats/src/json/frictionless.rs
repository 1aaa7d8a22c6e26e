//! Frictionless data packages (`datapackage.json`) with their columns.
//! **Source:** Data Package 2.0 and Tabular Data Package 1.0.

use records::{Agent, AgentKind, AgentRole, Column, Identifier, RecordId, RecordType, Scheme};
use serde_json::Value;

use super::{first_text, list, plain, text, without_tags};
use crate::{EntryError, Parsed, fields::Fields, vocabulary};

pub(super) fn is(value: &Value) -> bool {
    let says = first_text(value, &["profile", "$schema"]);
    let described = |resource: &&Value| {
        let has = |name: &str| resource.get(name).is_some();
        has("path") || has("schema") || (has("data") && has("name"))
    };
    says.contains("data-package")
        || says.contains("datapackage")
        || list(value, "resources").iter().any(described)
}

pub(super) fn read(package: &Value) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    fields.set_record_type(RecordType::Dataset);
    fields.push_text("title", None, &first_text(package, &["title", "name"]));
    fields.push_text(
        "abstract",
        None,
        &without_tags(&text(package, "description")),
    );
    for word in list(package, "keywords") {
        fields.push_text("keywords", None, &plain(word));
    }
    for contributor in list(package, "contributors") {
        read_contributor(contributor, &mut fields);
    }
    // The form of 2013.
    for author in list(package, "author")
        .into_iter()
        .chain(list(package, "authors"))
    {
        let name = text(author, "name");
        let name = if name.is_empty() { plain(author) } else { name };
        fields.push_agent(&name, AgentKind::Person, AgentRole::Author);
    }
    for name in ["created", "issued", "version"] {
        fields.set_date(&text(package, name));
    }
    for licence in list(package, "licenses") {
        fields.push_rights(&first_text(licence, &["name", "path", "type", "url"]));
    }
    for id in [text(package, "id"), text(package, "doi")] {
        fields.guess_identifier(&id);
    }
    set_id(&text(package, "id"), &mut fields);
    fields.push_identifier(Scheme::Url, &text(package, "homepage"));
    for source in list(package, "sources") {
        fields.push_link(
            records::Relation::ResultOf,
            &first_text(source, &["path", "web"]),
        );
    }
    for resource in list(package, "resources") {
        read_columns(resource, &mut fields);
        for path in list(resource, "path") {
            fields.push_data_file(&plain(path));
        }
    }
    fields.into_parsed("frictionless")
}

/// The package's own id, "reserved for globally unique identifiers": new data
/// or a new description under it is the same record. An identifier of a known
/// scheme names the record in its own way.
fn set_id(id: &str, fields: &mut Fields) {
    let is_own = |name: Identifier| name.scheme == Scheme::Source;
    if Identifier::guess(id).is_some_and(is_own) && RecordId::new(id).is_ok() {
        fields.set("id", id);
    }
}

fn read_contributor(contributor: &Value, fields: &mut Fields) {
    let word = list(contributor, "roles").first().map(|role| plain(role));
    let word = word.unwrap_or_else(|| text(contributor, "role"));
    let name = first_text(contributor, &["title", "name"]);
    if word == "publisher" {
        return fields.set("publisher", name);
    }
    let role = match word.as_str() {
        "" => AgentRole::Author,
        word => vocabulary::role(word).unwrap_or(AgentRole::Contributor),
    };
    fields.push_full_agent(Agent {
        role,
        affiliations: vec![text(contributor, "organization")],
        ..Agent::author(name)
    });
}

fn read_columns(resource: &Value, fields: &mut Fields) {
    for field in resource
        .get("schema")
        .map(|schema| list(schema, "fields"))
        .unwrap_or_default()
    {
        let optional =
            |names: &[&str]| Some(first_text(field, names)).filter(|text| !text.is_empty());
        fields.push_column(&Column {
            name: text(field, "name"),
            data_type: optional(&["type"]),
            description: optional(&["description", "title"]),
            samples: list(field, "examples")
                .into_iter()
                .chain(list(field, "example"))
                .map(plain)
                .collect(),
            ..Column::default()
        });
    }
}
