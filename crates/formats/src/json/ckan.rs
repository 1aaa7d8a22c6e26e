//! Datasets of CKAN's API, also with the fields of its DCAT and multilingual
//! schemas.
//! **Source:** CKAN 2.11, `package_show`.

use records::{AgentKind, AgentRole, RecordType, Scheme};
use serde_json::Value;

use super::{first_text, list, plain, text, without_tags};
use crate::{EntryError, Parsed, fields::Fields, names};

pub(super) fn is(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    has("notes")
        || (has("title")
            && (has("owner_org")
                || has("extras")
                || has("package_id")
                || has("tags") && has("resources")))
        || (has("title")
            && list(value, "resources")
                .iter()
                .any(|resource| resource.get("url").is_some() && resource.get("path").is_none()))
}

pub(super) fn read(package: &Value) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    fields.set_record_type(RecordType::Dataset);
    for (field, name) in [("title", "title"), ("abstract", "notes")] {
        let translated = package
            .get(format!("{name}_translated"))
            .and_then(Value::as_object);
        match translated {
            Some(by_language) => {
                for (lang, value) in by_language {
                    fields.push_text(field, Some(lang), &without_tags(&plain(value)));
                }
            }
            None => fields.push_text(field, None, &without_tags(&text(package, name))),
        }
    }
    read_tags(package, &mut fields);
    read_agents(package, &mut fields);
    let extra = |key: &str| {
        let extras = list(package, "extras");
        let found = extras.into_iter().find(|extra| text(extra, "key") == key);
        found.map(|extra| text(extra, "value")).unwrap_or_default()
    };
    for date in [
        text(package, "issued"),
        extra("dcat_issued"),
        extra("issued"),
        text(package, "metadata_created"),
        text(package, "modified"),
    ] {
        fields.set_date(&date);
    }
    let languages = [
        list(package, "language")
            .first()
            .map(|word| plain(word))
            .unwrap_or_default(),
        extra("language"),
    ];
    for language in languages {
        let one = language
            .split([',', '[', ']', '"'])
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        fields.set("language", one.rsplit('/').next().unwrap_or_default());
    }
    fields.push_rights(&first_text(
        package,
        &["license_url", "license_id", "license_title", "license"],
    ));
    for access in [text(package, "access_rights"), extra("access_rights")] {
        fields.push_access(&access);
    }
    if package.get("private").and_then(Value::as_bool) == Some(true) {
        fields.push_rights("restricted");
    }
    for id in [
        text(package, "doi"),
        extra("doi"),
        text(package, "identifier"),
        extra("identifier"),
        extra("guid"),
    ] {
        fields.guess_identifier(&id);
    }
    fields.push_identifier(Scheme::Url, &text(package, "url"));
    // CKAN's ids are random and so unique everywhere.
    let id = text(package, "id");
    if id.len() == 36 {
        fields.set("id", id);
    }
    for theme in list(package, "groups")
        .into_iter()
        .chain(list(package, "theme"))
    {
        let name = first_text(theme, &["title", "display_name", "name"]);
        fields.push_subject("theme", &if name.is_empty() { plain(theme) } else { name });
    }
    fields.into_parsed("ckan")
}

fn read_tags(package: &Value, fields: &mut Fields) {
    match package.get("tags_translated").and_then(Value::as_object) {
        Some(by_language) => {
            for (lang, words) in by_language {
                for word in words.as_array().into_iter().flatten() {
                    fields.push_text("keywords", Some(lang), &plain(word));
                }
            }
        }
        None => {
            for tag in list(package, "tags") {
                let word = first_text(tag, &["display_name", "name"]);
                fields.push_text(
                    "keywords",
                    None,
                    &if word.is_empty() { plain(tag) } else { word },
                );
            }
        }
    }
}

fn read_agents(package: &Value, fields: &mut Fields) {
    let kind_of = |agent: &Value| match text(agent, "type").contains("Person") {
        true => AgentKind::Person,
        false => AgentKind::Organisation,
    };
    for agent in list(package, "creator") {
        fields.push_agent(&text(agent, "name"), kind_of(agent), AgentRole::Author);
    }
    let author = text(package, "author");
    // Several names stand in one field, parted by semicolons.
    for name in author.split(';') {
        fields.push_agent(
            &names::from_comma_form(name),
            AgentKind::Person,
            AgentRole::Author,
        );
    }
    for extra in list(package, "extras") {
        let value = text(extra, "value");
        match text(extra, "key").as_str() {
            "dcat_creator_name" | "creator_name" => {
                fields.push_agent(&value, AgentKind::Person, AgentRole::Author)
            }
            "dcat_publisher_name" | "publisher_name" => fields.set("publisher", value),
            _ => {}
        }
    }
    for publisher in list(package, "publisher") {
        fields.set("publisher", first_text(publisher, &["name"]));
    }
    if let Some(organisation) = package.get("organization") {
        let name = first_text(organisation, &["title", "display_name", "name"]);
        fields.set("publisher", name.as_str());
        fields.push("institutions", name);
    }
}
