//! Simple Dublin Core, the format every OAI-PMH provider must offer.
//! **Source:** OAI-PMH 2.0, section 5.

use records::{Agent, AgentKind, AgentRole, Record, Scheme};

use super::xml::Xml;
use crate::names;

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<records>\n";
pub(super) const TAIL: &str = "</records>\n";

const NAMESPACES: [(&str, &str); 4] = [
    (
        "xmlns:oai_dc",
        "http://www.openarchives.org/OAI/2.0/oai_dc/",
    ),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    (
        "xsi:schemaLocation",
        "http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    ),
];

pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    let mut xml = Xml::default();
    xml.open("oai_dc:dc", &NAMESPACES);
    for (lang, title) in record.title.iter() {
        xml.text("dc:title", &[("xml:lang", lang.as_str())], title);
    }
    for agent in &record.agents {
        write_agent(&mut xml, agent);
    }
    write_content(&mut xml, record);
    let year = record.year.map(|year| year.to_string());
    let date = record.date.as_deref().or(year.as_deref());
    let publisher = record.publisher.as_deref();
    xml.text("dc:publisher", &[], publisher.unwrap_or_default());
    xml.text("dc:date", &[], date.unwrap_or_default());
    xml.text("dc:type", &[], record.record_type.as_str());
    write_names(&mut xml, record, page);
    let venue = record.venue.as_deref();
    xml.text("dc:source", &[], venue.unwrap_or_default());
    let language = record.language.as_ref().map(|lang| lang.as_str());
    xml.text("dc:language", &[], language.unwrap_or_default());
    for link in &record.links {
        xml.text("dc:relation", &[], &link.target);
    }
    xml.text("dc:rights", &[], record.access.as_str());
    let licence = record.licence.as_deref();
    xml.text("dc:rights", &[], licence.unwrap_or_default());
    xml.close("oai_dc:dc");
    xml.into_string()
}

fn write_agent(xml: &mut Xml, agent: &Agent) {
    let is_person = agent.kind == AgentKind::Person;
    let name = match is_person && !names::is_vietnamese_name(&agent.name) {
        true => names::parts(&agent.name).comma_form(),
        false => agent.name.clone(),
    };
    let is_creator = matches!(
        agent.role,
        AgentRole::Author | AgentRole::Inventor | AgentRole::PrincipalInvestigator
    );
    let element = if is_creator {
        "dc:creator"
    } else {
        "dc:contributor"
    };
    xml.text(element, &[], &name);
}

fn write_content(xml: &mut Xml, record: &Record) {
    for (lang, words) in record.keywords.iter() {
        for word in words {
            xml.text("dc:subject", &[("xml:lang", lang.as_str())], word);
        }
    }
    for subject in &record.subjects {
        let shown = match subject.scheme.as_str() {
            "free" => subject.code.clone(),
            scheme => format!("{scheme}:{}", subject.code),
        };
        xml.text("dc:subject", &[], &shown);
    }
    for (lang, text) in record.abstract_text.iter() {
        xml.text("dc:description", &[("xml:lang", lang.as_str())], text);
    }
}

fn write_names(xml: &mut Xml, record: &Record, page: Option<&str>) {
    xml.text("dc:identifier", &[], page.unwrap_or_default());
    xml.text("dc:identifier", &[], record.id.as_str());
    for identifier in &record.identifiers {
        let value = &identifier.value;
        match identifier.scheme {
            Scheme::Doi => xml.text("dc:identifier", &[], &format!("https://doi.org/{value}")),
            Scheme::Issn => xml.text("dc:source", &[], &format!("ISSN {value}")),
            _ => xml.text("dc:identifier", &[], value),
        }
    }
}
