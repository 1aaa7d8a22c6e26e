//! DataCite records in JSON: the schema's form, the API's, and older spellings
//! of the same names.
//! **Source:** DataCite JSON schema 4.3; DataCite REST API.

use serde_json::Value;

use super::{first_text, list, plain, text, without_tags};
use crate::{
    EntryError, Parsed,
    datacite::{Affiliated, Part, Work},
    fields::Fields,
};

pub(super) fn is(value: &Value) -> bool {
    let attributes = value.get("attributes").unwrap_or(value);
    let has = |name: &str| attributes.get(name).is_some();
    has("titles")
        && (has("creators") || has("types") || has("publicationYear") || has("publication-year"))
}

pub(super) fn read(value: &Value) -> Result<Parsed, EntryError> {
    let value = value.get("attributes").unwrap_or(value);
    let mut work = Work {
        publisher: name_or_text(value, "publisher"),
        year: first_text(
            value,
            &["publicationYear", "publication_year", "publication-year"],
        ),
        language: text(value, "language"),
        ..Work::default()
    };
    let doi = first_text(value, &["doi", "id"]);
    work.identifiers.push(Part {
        kind: if doi.contains("10.") {
            "DOI".into()
        } else {
            String::new()
        },
        text: doi,
        lang: None,
    });
    work.alternates = parts(
        value,
        &["identifiers", "alternateIdentifiers"],
        &["identifier", "Identifier", "alternateIdentifier"],
        &["identifierType", "alternateIdentifierType"],
    );
    work.creators = list(value, "creators").into_iter().map(name).collect();
    work.contributors = list(value, "contributors").into_iter().map(name).collect();
    work.titles = parts(value, &["titles"], &["title"], &["titleType", "title_type"]);
    for types in list(value, "types") {
        let names = [
            "resourceTypeGeneral",
            "resource-type-general",
            "resourceType",
            "resource-type",
            "schemaOrg",
            "citeproc",
        ];
        work.types.extend(
            names
                .iter()
                .map(|name| text(types, name))
                .filter(|word| !word.is_empty()),
        );
    }
    work.subjects = parts(value, &["subjects"], &["subject"], &["subjectScheme"]);
    work.dates = parts(value, &["dates"], &["date"], &["dateType"]);
    work.related = parts(
        value,
        &["relatedIdentifiers", "related_identifiers"],
        &["relatedIdentifier", "id"],
        &["relationType"],
    );
    for rights in ["rightsList", "rights_list", "rights"] {
        work.rights.extend(
            list(value, rights).into_iter().map(|rights| {
                first_text(rights, &["rightsUri", "rightsURI", "rights_uri", "rights"])
            }),
        );
    }
    work.descriptions = parts(
        value,
        &["descriptions"],
        &["description"],
        &["descriptionType", "description_type"],
    );
    for description in &mut work.descriptions {
        description.text = without_tags(&description.text);
    }
    for funder in list(value, "fundingReferences")
        .into_iter()
        .chain(list(value, "funding_references"))
    {
        work.funders
            .push(first_text(funder, &["funderName", "funder_name"]));
    }
    read_container(value, &mut work);
    let mut fields = Fields::default();
    work.fill(&mut fields);
    fields.push_identifier(records::Scheme::Url, &text(value, "url"));
    fields.into_parsed("datacite-json")
}

fn name_or_text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(object @ Value::Object(_)) => text(object, "name"),
        _ => text(value, name),
    }
}

fn parts(value: &Value, lists: &[&str], texts: &[&str], kinds: &[&str]) -> Vec<Part> {
    let items = lists.iter().flat_map(|name| list(value, name));
    let part = |item: &Value| Part {
        lang: item
            .get("lang")
            .or(item.get("xml:lang"))
            .and_then(Value::as_str)
            .map(str::to_owned),
        kind: first_text(item, kinds),
        text: match item {
            Value::String(_) => plain(item),
            item => first_text(item, texts),
        },
    };
    items.map(part).collect()
}

fn name(agent: &Value) -> Affiliated {
    let ids = list(agent, "nameIdentifiers");
    let id = ids.first().map(|id| text(id, "nameIdentifier"));
    let affiliation = |place: &Value| match place {
        Value::String(_) => plain(place),
        place => text(place, "name"),
    };
    Affiliated {
        name: text(agent, "name"),
        kind: first_text(agent, &["nameType", "type"]),
        family: text(agent, "familyName"),
        given: text(agent, "givenName"),
        identifier: id.unwrap_or_else(|| text(agent, "id")),
        affiliations: list(agent, "affiliation")
            .into_iter()
            .map(affiliation)
            .collect(),
        role: text(agent, "contributorType"),
    }
}

fn read_container(value: &Value, work: &mut Work) {
    let Some(container) = value.get("container") else {
        return;
    };
    let own = &mut work.container;
    own.title = text(container, "title");
    own.volume = text(container, "volume");
    own.issue = text(container, "issue");
    own.first_page = text(container, "firstPage");
    own.last_page = text(container, "lastPage");
    if text(container, "identifierType") == "ISSN" {
        own.issn = text(container, "identifier");
    }
}
