//! Patents in XML after WIPO ST.96, as offices write them since 2012.
//! **Source:** WIPO Standard ST.96, version 8, patent schemas.

use records::{AgentRole, Scheme};

use super::element::Element;
use crate::{
    EntryError, Parsed,
    fields::Fields,
    patent::{self, Publication},
};

const BLOCKS: [&str; 6] = ["P", "Heading", "Claim", "ClaimText", "Row", "LI"];

pub(super) fn read(document: &Element) -> Result<Parsed, EntryError> {
    let identification = [
        "PatentPublicationIdentification",
        "PatentGrantIdentification",
        "PublicationIdentification",
    ]
    .into_iter()
    .find_map(|name| document.find(name));
    let part = |names: &[&str]| {
        let around = identification.unwrap_or(document);
        names
            .iter()
            .map(|name| around.text_of(name))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    };
    let mut fields = patent::start(&Publication {
        country: part(&["IPOfficeCode"]),
        number: part(&["PublicationNumber", "PatentNumber"]),
        kind: part(&["PatentDocumentKindCode"]),
        date: part(&["PublicationDate", "GrantDate"]),
    });
    let language = document.attribute("languageCode").or(document.lang());
    fields.set("language", language.unwrap_or_default());
    let lang = |element: &Element| {
        let own = element.attribute("languageCode").or(element.lang());
        own.or(language).map(str::to_owned)
    };
    for title in document.find_all("InventionTitle") {
        fields.push_text("title", lang(title).as_deref(), &title.text());
    }
    for text in document.find_all("Abstract") {
        fields.push_text("abstract", lang(text).as_deref(), &text.lines(&BLOCKS, &[]));
    }
    for (name, role) in [
        ("Inventor", AgentRole::Inventor),
        ("Applicant", AgentRole::Applicant),
        ("Assignee", AgentRole::Applicant),
        ("PatentGrantee", AgentRole::Applicant),
    ] {
        for person in document.find_all(name) {
            push_party(person, role, &mut fields);
        }
    }
    read_classes(document, &mut fields);
    let application = document
        .find("ApplicationIdentification")
        .map(|id| id.text_of("ApplicationNumberText"));
    if let Some(number) = application.filter(|number| !number.is_empty()) {
        fields.push_identifier(Scheme::Source, &format!("application:{number}"));
    }
    let parts = ["Description", "Claims"].map(|name| {
        let part = document.find(name);
        part.map(|part| part.lines(&BLOCKS, &[]))
            .unwrap_or_default()
    });
    patent::set_text(&mut fields, &parts);
    patent::finish(fields, "st96")
}

fn push_party(person: &Element, role: AgentRole, fields: &mut Fields) {
    fields.push_country(&person.text_of("CountryCode"));
    let organisation = person.text_of("OrganizationStandardName");
    let family = person.text_of("LastName");
    match (organisation.is_empty(), family.is_empty()) {
        (false, _) => patent::push_organisation(fields, &organisation),
        (true, false) => patent::push_person(fields, &family, &person.text_of("FirstName"), role),
        (true, true) => patent::push_person(fields, &person.text_of("EntityName"), "", role),
    }
}

fn read_classes(document: &Element, fields: &mut Fields) {
    for class in document.find_all("IPCRClassification") {
        let part = |name| class.text_of(name);
        let code = format!(
            "{}{:0>2}{} {}/{}",
            part("Section"),
            part("Class"),
            part("Subclass"),
            part("MainGroup"),
            part("Subgroup")
        );
        patent::push_ipc(fields, &code);
        patent::push_ipc(fields, &class.text_of("PatentClassificationText"));
    }
}
