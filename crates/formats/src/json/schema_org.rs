//! schema.org in JSON-LD, as pages carry it; Croissant and codemeta, which
//! extend it. Names are read as they stand, with or without a prefix: the
//! context lies on the network and is not fetched.
//! **Source:** schema.org 29; MLCommons Croissant 1.0.

use records::{Agent, AgentKind, AgentRole, Column, RecordType, Relation, Scheme};
use serde_json::Value;

use super::{first_text, list, plain, without_tags};
use crate::{EntryError, Parsed, datacite::bare_identifier, fields::Fields, names};

pub(super) fn is(value: &Value) -> bool {
    let context = value
        .get("@context")
        .map(Value::to_string)
        .unwrap_or_default();
    let types = types(value).join(" ");
    let known = context.contains("schema.org")
        || context.contains("codemeta")
        || types.contains("schema.org");
    (known || types.contains("sc:") || types.contains("schema:")) && !types.is_empty()
}

fn types(value: &Value) -> Vec<String> {
    list(value, "@type")
        .into_iter()
        .chain(list(value, "type"))
        .map(plain)
        .collect()
}

/// The values of a property, under any of its spellings.
fn all<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    [
        "",
        "schema:",
        "sc:",
        "http://schema.org/",
        "https://schema.org/",
    ]
    .into_iter()
    .flat_map(|prefix| list(value, &format!("{prefix}{name}")))
    .collect()
}

/// A text, or the value of a literal, or the name of a thing.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => {
            let names = [
                "@value",
                "name",
                "sc:name",
                "schema:name",
                "value",
                "legalName",
            ];
            first_text(value, &names)
        }
        value => plain(value),
    }
}

fn one(value: &Value, name: &str) -> String {
    all(value, name)
        .into_iter()
        .map(shown)
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

pub(super) fn read(item: &Value) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    let types = types(item);
    let is_croissant =
        item.get("recordSet").is_some() || item.to_string().contains("mlcommons.org/croissant");
    types.iter().for_each(|word| fields.set_type(word));
    fields.set_record_type(RecordType::Other);
    for language in all(item, "inLanguage") {
        let code = first_text(language, &["alternateName", "name"]);
        fields.set(
            "language",
            if code.is_empty() {
                plain(language)
            } else {
                code
            },
        );
    }
    read_texts(item, &mut fields);
    for (name, role) in [
        ("creator", AgentRole::Author),
        ("author", AgentRole::Author),
        ("agents", AgentRole::Author),
        ("editor", AgentRole::Editor),
        ("contributor", AgentRole::Contributor),
        ("funder", AgentRole::Funder),
    ] {
        for person in all(item, name) {
            fields.push_full_agent(agent(person, role));
        }
    }
    fields.set("publisher", one(item, "publisher"));
    for name in [
        "datePublished",
        "dateCreated",
        "copyrightYear",
        "dateModified",
    ] {
        fields.set_date(&one(item, name));
    }
    read_place(item, &mut fields);
    read_identifiers(item, &mut fields);
    for licence in all(item, "license") {
        let address = first_text(licence, &["@id", "url"]);
        fields.push_rights(
            if address.is_empty() {
                plain(licence)
            } else {
                address
            }
            .as_str(),
        );
    }
    for reference in all(item, "citation") {
        let text = shown(reference);
        fields.push(
            "references",
            if text.is_empty() {
                first_text(reference, &["@id"])
            } else {
                text
            },
        );
    }
    read_columns(item, &mut fields);
    fields.into_parsed(if is_croissant {
        "croissant"
    } else {
        "schema.org"
    })
}

fn read_texts(item: &Value, fields: &mut Fields) {
    let mut push = |field: &str, name: &str| {
        for value in all(item, name) {
            let lang = value.get("@language").and_then(Value::as_str);
            fields.push_text(field, lang, &without_tags(&shown(value)));
        }
    };
    push("title", "name");
    push("title", "headline");
    // Codemeta before version 2.
    push("title", "title");
    // Other names in the same language are no titles; those with one are.
    for value in all(item, "alternateName")
        .into_iter()
        .filter(|value| value.get("@language").is_some())
    {
        fields.push_text("title", value["@language"].as_str(), &shown(value));
    }
    let mut push = |field: &str, name: &str| {
        for value in all(item, name) {
            let lang = value.get("@language").and_then(Value::as_str);
            fields.push_text(field, lang, &without_tags(&shown(value)));
        }
    };
    // Where an abstract stands, the description only repeats it.
    match all(item, "abstract").is_empty() {
        true => push("abstract", "description"),
        false => push("abstract", "abstract"),
    }
    for value in all(item, "keywords") {
        let separator = if shown(value).contains(';') { ';' } else { ',' };
        let lang = value.get("@language").and_then(Value::as_str);
        shown(value)
            .split(separator)
            .for_each(|word| fields.push_text("keywords", lang, word));
    }
    for about in all(item, "about") {
        fields.push_subject("free", &shown(about));
    }
}

fn agent(person: &Value, role: AgentRole) -> Agent {
    let family = one(person, "familyName");
    let is_organisation = types(person).iter().any(|word| {
        let word = word.to_ascii_lowercase();
        word.contains("organi") || word.contains("university") || word.contains("institution")
    });
    let name = match (is_organisation, family.is_empty()) {
        (false, false) => names::natural_order(&family, &one(person, "givenName")),
        (false, true) => names::from_comma_form(&shown(person)),
        (true, _) => shown(person),
    };
    let identifier = [
        first_text(person, &["@id"]),
        one(person, "identifier"),
        one(person, "sameAs"),
    ];
    let is_known = |id: &String| id.contains("orcid.org/") || id.contains("ror.org/");
    let identifier = identifier
        .iter()
        .find(|id| is_known(id))
        .and_then(|id| bare_identifier(id));
    Agent {
        kind: if is_organisation {
            AgentKind::Organisation
        } else {
            AgentKind::Person
        },
        role,
        identifier,
        affiliations: all(person, "affiliation").into_iter().map(shown).collect(),
        ..Agent::author(name)
    }
}

fn read_place(item: &Value, fields: &mut Fields) {
    let mut part = all(item, "isPartOf").into_iter().next();
    // Issue in volume in journal.
    for _ in 0..3 {
        let Some(around) = part else {
            break;
        };
        fields.set("issue", one(around, "issueNumber"));
        fields.set("volume", one(around, "volumeNumber"));
        let issn = one(around, "issn");
        fields.push_identifier(Scheme::Issn, &issn);
        let kind = types(around).join(" ");
        if !kind.contains("Issue") && !kind.contains("Volume") {
            fields.set("venue", shown(around));
        }
        part = all(around, "isPartOf").into_iter().next();
    }
    fields.set("pages", one(item, "pagination"));
    let (start, end) = (one(item, "pageStart"), one(item, "pageEnd"));
    match end.is_empty() {
        true => fields.set("pages", start),
        false => fields.set("pages", format!("{start}-{end}")),
    }
}

fn read_identifiers(item: &Value, fields: &mut Fields) {
    let mut all_ids: Vec<String> = vec![first_text(item, &["@id"])];
    for id in all(item, "identifier") {
        let kind = one(id, "propertyID").to_ascii_lowercase();
        let raw = shown(id);
        match kind.rsplit('/').next().unwrap_or_default() {
            "md5" | "sha1" | "sha256" => {}
            "doi" => fields.push_identifier(Scheme::Doi, &raw),
            "isbn" => fields.push_identifier(Scheme::Isbn, &raw),
            "issn" => fields.push_identifier(Scheme::Issn, &raw),
            "handle" => fields.push_identifier(Scheme::Handle, &raw),
            "patent" => fields.push_identifier(Scheme::Patent, &raw),
            "task" => fields.push_identifier(Scheme::Task, &raw),
            "arxiv" => fields.push_identifier(Scheme::Arxiv, &raw),
            _ => all_ids.push(raw),
        }
    }
    all_ids.extend(all(item, "sameAs").into_iter().map(shown));
    all_ids.push(one(item, "url"));
    for raw in all_ids {
        // Relative names mean nothing outside their page.
        if raw.contains("://") || raw.to_ascii_lowercase().contains("10.") {
            fields.guess_identifier(&raw);
        }
    }
    for (name, relation) in [
        ("isBasedOn", Relation::ResultOf),
        ("predecessor_of", Relation::VersionOf),
        ("includedInDataCatalog", Relation::PartOf),
    ] {
        for target in all(item, name) {
            fields.push_link(relation, &first_text(target, &["@id", "url"]));
        }
    }
}

fn read_columns(item: &Value, fields: &mut Fields) {
    for variable in all(item, "variableMeasured") {
        fields.push_column(&Column {
            name: shown(variable),
            description: Some(one(variable, "description")).filter(|text| !text.is_empty()),
            ..Column::default()
        });
    }
    for file in list(item, "distribution") {
        fields.push_data_file(&one(file, "contentUrl"));
    }
    for set in list(item, "recordSet") {
        for field in list(set, "field") {
            let kind = list(field, "dataType")
                .first()
                .map(|kind| plain(kind))
                .unwrap_or_default();
            let kind = kind
                .rsplit([':', '/'])
                .next()
                .unwrap_or_default()
                .to_lowercase();
            fields.push_column(&Column {
                name: one(field, "name"),
                data_type: Some(kind).filter(|kind| !kind.is_empty()),
                description: Some(one(field, "description")).filter(|text| !text.is_empty()),
                ..Column::default()
            });
        }
    }
}
