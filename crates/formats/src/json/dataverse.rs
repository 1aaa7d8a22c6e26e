//! Datasets of Dataverse's API.
//! **Source:** Dataverse 6 native API, citation metadata block.

use records::{Agent, AgentKind, AgentRole, RecordType, Scheme};
use serde_json::Value;

use super::{first_text, list, plain, text, without_tags};
use crate::{EntryError, Parsed, datacite::bare_identifier, fields::Fields, names};

fn version(value: &Value) -> Option<&Value> {
    let value = value.get("data").unwrap_or(value);
    let version = value.get("datasetVersion").or(value.get("latestVersion"));
    let version = version.unwrap_or(value);
    version.get("metadataBlocks").map(|_| version)
}

/// A collection of Dataverse is recognised too, to be refused by name.
pub(super) fn is(value: &Value) -> bool {
    version(value).is_some()
        || value.get("dataverseType").is_some()
        || value.get("dataverseContacts").is_some()
}

pub(super) fn read(value: &Value) -> Result<Parsed, EntryError> {
    let Some(version) = version(value) else {
        return Err(EntryError::Syntax {
            format: "Dataverse",
            reason: "it describes a collection, not a dataset".to_owned(),
            cure: "export the datasets of the collection",
        });
    };
    let mut fields = Fields::default();
    fields.set_record_type(RecordType::Dataset);
    let citation = version.pointer("/metadataBlocks/citation/fields");
    for field in citation.and_then(Value::as_array).into_iter().flatten() {
        read_field(field, &mut fields);
    }
    let around = value.get("data").unwrap_or(value);
    let doi = first_text(version, &["datasetPersistentId"]);
    let doi = if doi.is_empty() {
        first_text(around, &["persistentUrl", "datasetPersistentId"])
    } else {
        doi
    };
    fields.guess_identifier(&doi);
    let parts = ["protocol", "authority", "identifier"].map(|name| text(around, name));
    if parts[0] == "doi" {
        fields.push_identifier(Scheme::Doi, &format!("{}/{}", parts[1], parts[2]));
    }
    for name in [
        "publicationDate",
        "citationDate",
        "releaseTime",
        "createTime",
    ] {
        fields.set_date(&text(version, name));
        fields.set_date(&text(around, name));
    }
    if let Some(licence) = version.get("license") {
        fields.push_rights(&first_text(licence, &["uri", "name"]));
        fields.push_rights(&plain(licence));
    }
    fields.set("publisher", text(around, "publisher"));
    let blocks = version.get("metadataBlocks").and_then(Value::as_object);
    for (name, block) in blocks
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "citation")
    {
        read_other(name, block, &mut fields);
    }
    fields.into_parsed("dataverse")
}

/// The plain values of a field, and of its parts where it has any.
fn values(field: &Value) -> Vec<&Value> {
    list(field, "value")
}

/// The text of a part of a compound value.
fn part(compound: &Value, name: &str) -> String {
    compound
        .get(name)
        .map(|part| text(part, "value"))
        .unwrap_or_default()
}

fn read_field(field: &Value, fields: &mut Fields) {
    for value in values(field) {
        match text(field, "typeName").as_str() {
            "title" => fields.push_text("title", None, &plain(value)),
            "author" => fields.push_full_agent(Agent {
                kind: AgentKind::Person,
                identifier: bare_identifier(&part(value, "authorIdentifier")),
                affiliations: vec![affiliation(&part(value, "authorAffiliation"))],
                ..Agent::author(names::from_comma_form(&part(value, "authorName")))
            }),
            "contributor" => fields.push_agent(
                &names::from_comma_form(&part(value, "contributorName")),
                AgentKind::Person,
                AgentRole::Contributor,
            ),
            "producer" => fields.set("publisher", part(value, "producerName")),
            "distributor" => fields.set("publisher", part(value, "distributorName")),
            "grantNumber" => fields.push_agent(
                &part(value, "grantNumberAgency"),
                AgentKind::Organisation,
                AgentRole::Funder,
            ),
            "dsDescription" => fields.push_text(
                "abstract",
                None,
                &without_tags(&part(value, "dsDescriptionValue")),
            ),
            "keyword" => fields.push_text("keywords", None, &part(value, "keywordValue")),
            "subject" => fields.push_subject("free", &plain(value)),
            "language" => fields.set("language", plain(value)),
            "productionDate" | "distributionDate" | "dateOfDeposit" => {
                fields.set_date(&plain(value))
            }
            "publication" => {
                fields.push("references", part(value, "publicationCitation"));
                fields.push_link(
                    records::Relation::RelatedTo,
                    &first_of(value, &["publicationURL", "publicationIDNumber"]),
                );
            }
            "otherId" => fields.guess_identifier(&part(value, "otherIdValue")),
            _ => {}
        }
    }
}

fn first_of(compound: &Value, names: &[&str]) -> String {
    let texts = names.iter().map(|name| part(compound, name));
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// Old installations wrote the institution in brackets.
fn affiliation(raw: &str) -> String {
    raw.trim_start_matches('(').trim_end_matches(')').to_owned()
}

/// Blocks of the social sciences, the life sciences and so on: their words are
/// subjects to search by.
fn read_other(name: &str, block: &Value, fields: &mut Fields) {
    for field in list(block, "fields") {
        for value in values(field).into_iter().filter(|value| value.is_string()) {
            if plain(value).chars().count() <= 60 {
                fields.push_subject(name, &plain(value));
            }
        }
    }
}
