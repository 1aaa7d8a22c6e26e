//! Patents of the USPTO from 2001 on, and other XML after WIPO ST.36.
//! **Source:** USPTO Grant Red Book 4.x and Application Red Book 1.5-4.x; WIPO
//! Standard ST.36.

use records::{AgentRole, Scheme};

use super::element::Element;
use crate::{
    EntryError, Parsed,
    fields::Fields,
    patent::{self, Publication},
};

const BLOCKS: [&str; 8] = [
    "p",
    "heading",
    "claim",
    "claim-text",
    "row",
    "paragraph",
    "li",
    "section",
];

/// Reads a grant or an application of ST.36.
pub(super) fn read(document: &Element) -> Result<Parsed, EntryError> {
    let bibliographic = document
        .children()
        .find(|child| child.name.contains("bibliographic-data"));
    let Some(data) = bibliographic else {
        return Err(EntryError::Syntax {
            format: "ST.36",
            reason: "the patent has no bibliographic data".to_owned(),
            cure: "send the whole document, not a part of it",
        });
    };
    let publication = data
        .find("publication-reference")
        .and_then(|around| around.find("document-id"));
    let number = publication.map(publication_of).unwrap_or_default();
    let mut fields = patent::start(&number);
    fields.set(
        "language",
        document.lang().or(data.lang()).unwrap_or_default(),
    );
    let titles = data.find_all("invention-title");
    for title in titles {
        fields.push_text("title", title.lang(), &title.text());
    }
    read_people(data, &mut fields);
    read_classes(data, &mut fields);
    for citation in data.find_all("patcit") {
        if let Some(id) = citation.find("document-id") {
            let cited = publication_of(id);
            let name = id.text_at("name");
            let text = format!("{} {name} {}", cited.name(), id.text_at("date"));
            fields.push(
                "references",
                text.split_whitespace().collect::<Vec<_>>().join(" "),
            );
        }
    }
    for citation in data.find_all("othercit") {
        fields.push("references", citation.text());
    }
    let application = data
        .find("application-reference")
        .and_then(|around| around.find("document-id"));
    if let Some(application) = application {
        let filed = publication_of(application);
        fields.push_identifier(Scheme::Source, &format!("application:{}", filed.name()));
    }
    let stated = document.lang();
    for text in document.all("abstract") {
        fields.push_text(
            "abstract",
            text.lang().or(stated),
            &text.lines(&BLOCKS, &[]),
        );
    }
    let parts = ["description", "claims"].map(|part| {
        let part = document.first(part);
        part.map(|part| part.lines(&BLOCKS, &[]))
            .unwrap_or_default()
    });
    patent::set_text(&mut fields, &parts);
    patent::finish(fields, "st36")
}

fn publication_of(id: &Element) -> Publication {
    Publication {
        country: id.text_at("country"),
        number: id.text_at("doc-number"),
        kind: id.text_at("kind"),
        date: id.text_at("date"),
    }
}

/// Until 2012 applicants of the United States were their inventors.
fn read_people(data: &Element, fields: &mut Fields) {
    for inventor in data.find_all("inventor") {
        push_addressed(inventor, AgentRole::Inventor, fields);
    }
    let applicants = data
        .find_all("applicant")
        .into_iter()
        .chain(data.find_all("us-applicant"));
    for applicant in applicants {
        let is_inventor = applicant
            .attribute("app-type")
            .is_some_and(|kind| kind.contains("inventor"));
        let role = if is_inventor {
            AgentRole::Inventor
        } else {
            AgentRole::Applicant
        };
        push_addressed(applicant, role, fields);
    }
    for owner in data.find_all("assignee") {
        push_addressed(owner, AgentRole::Applicant, fields);
    }
}

fn push_addressed(person: &Element, role: AgentRole, fields: &mut Fields) {
    let places = person.find_all("address").into_iter();
    for place in places.chain(person.find_all("residence")) {
        fields.push_country(&place.text_at("country"));
    }
    let family = person.text_of("last-name");
    if family.is_empty() {
        let name = person.text_of("orgname");
        let name = if name.is_empty() {
            person.text_of("name")
        } else {
            name
        };
        if role == AgentRole::Inventor {
            patent::push_person(fields, &name, "", role);
        } else {
            patent::push_organisation(fields, &name);
        }
    } else {
        patent::push_person(fields, &family, &person.text_of("first-name"), role);
    }
}

fn read_classes(data: &Element, fields: &mut Fields) {
    for class in data
        .find_all("classification-ipcr")
        .into_iter()
        .chain(data.find_all("classification-cpc"))
    {
        let part = |name| class.text_at(name);
        let code = match class.text_at("section") {
            section if section.is_empty() => class.text_at("text"),
            section => format!(
                "{section}{:0>2}{} {}/{}",
                part("class"),
                part("subclass"),
                part("main-group"),
                part("subgroup")
            ),
        };
        let is_cpc = class.name.ends_with("cpc");
        match crate::patent::ipc(&code).filter(|_| is_cpc) {
            Some(code) => fields.push_subject("cpc", &code),
            None => patent::push_ipc(fields, &code),
        }
    }
    for class in data.find_all("classification-ipc") {
        let codes = class
            .all("main-classification")
            .into_iter()
            .chain(class.all("further-classification"));
        for code in codes {
            patent::push_ipc(fields, &code.text());
        }
    }
}

/// Reads an application of 2001 to 2004.
pub(super) fn read_publication(document: &Element) -> Result<Parsed, EntryError> {
    let data = document
        .first("subdoc-bibliographic-information")
        .unwrap_or(document);
    let id = data.first("document-id");
    let part = |name| id.map(|id| id.text_at(name)).unwrap_or_default();
    let country = part("country-code");
    let publication = Publication {
        country: if country.is_empty() {
            "US".to_owned()
        } else {
            country
        },
        number: part("doc-number"),
        kind: part("kind-code"),
        date: part("document-date"),
    };
    let mut fields = patent::start(&publication);
    fields.set("language", "en");
    fields.push_text("title", Some("en"), &data.text_of("title-of-invention"));
    let people = data
        .first("inventors")
        .into_iter()
        .flat_map(Element::children);
    for person in people {
        let part = |name| person.text_at(&format!("name/{name}"));
        patent::push_person(
            &mut fields,
            &part("family-name"),
            &part("given-name"),
            AgentRole::Inventor,
        );
        fields.push_country(&person.text_of("country-code"));
    }
    for owner in data.all("assignee") {
        patent::push_organisation(&mut fields, &owner.text_at("organization-name"));
        fields.push_country(&owner.text_of("country-code"));
    }
    for code in data.find_all("ipc") {
        patent::push_ipc(&mut fields, &code.text());
    }
    let lines = |part: &str| {
        let part = document.first(part);
        part.map(|part| part.lines(&BLOCKS, &[]))
            .unwrap_or_default()
    };
    fields.push_text("abstract", Some("en"), &lines("subdoc-abstract"));
    patent::set_text(
        &mut fields,
        &[lines("subdoc-description"), lines("subdoc-claims")],
    );
    patent::finish(fields, "uspto-2001")
}
