//! MODS, which libraries exchange where MARC is too narrow.
//! **Source:** Metadata Object Description Schema 3.8, Library of Congress.

use records::{Agent, AgentKind, AgentRole, Record, RecordType, Scheme};

use super::{marcxml::marc_language, page_range, titles, xml::Xml};
use crate::names;

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<modsCollection xmlns=\"http://www.loc.gov/mods/v3\">\n";
pub(super) const TAIL: &str = "</modsCollection>\n";

const ROOT: [(&str, &str); 4] = [
    ("xmlns", "http://www.loc.gov/mods/v3"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    ("version", "3.8"),
    (
        "xsi:schemaLocation",
        "http://www.loc.gov/mods/v3 http://www.loc.gov/standards/mods/v3/mods-3-8.xsd",
    ),
];

pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    let mut xml = Xml::default();
    xml.open("mods", &ROOT);
    write_titles(&mut xml, record);
    for agent in &record.agents {
        write_name(&mut xml, agent);
    }
    xml.text("typeOfResource", &[], resource_type(record.record_type));
    xml.text("genre", &[], genre(record.record_type));
    write_origin(&mut xml, record);
    write_content(&mut xml, record);
    write_host(&mut xml, record);
    write_identifiers(&mut xml, record, page);
    let access = [("type", "restriction on access")];
    xml.text("accessCondition", &access, record.access.as_str());
    let licence = record.licence.as_deref().unwrap_or_default();
    xml.text(
        "accessCondition",
        &[("type", "use and reproduction")],
        licence,
    );
    xml.open("recordInfo", &[]);
    let source = [("source", crate::ris::DATABASE)];
    xml.text("recordIdentifier", &source, record.id.as_str());
    xml.close("recordInfo");
    xml.close("mods");
    xml.into_string()
}

fn write_titles(xml: &mut Xml, record: &Record) {
    let (main, others) = titles(record);
    if let Some((lang, title)) = main {
        xml.open("titleInfo", &[("xml:lang", lang.as_str())]);
        xml.text("title", &[], title);
        xml.close("titleInfo");
    }
    for (lang, title) in others {
        xml.open(
            "titleInfo",
            &[("type", "translated"), ("xml:lang", lang.as_str())],
        );
        xml.text("title", &[], title);
        xml.close("titleInfo");
    }
}

/// A Vietnamese name stands whole, in its natural order.
fn write_name(xml: &mut Xml, agent: &Agent) {
    let is_person = agent.kind == AgentKind::Person;
    xml.open(
        "name",
        &[("type", if is_person { "personal" } else { "corporate" })],
    );
    if is_person && !names::is_vietnamese_name(&agent.name) {
        let parts = names::parts(&agent.name);
        xml.text("namePart", &[("type", "family")], parts.family);
        xml.text("namePart", &[("type", "given")], parts.given);
        xml.text("namePart", &[("type", "termsOfAddress")], parts.suffix);
    } else {
        xml.text("namePart", &[], &agent.name);
    }
    xml.open("role", &[]);
    let code = [("type", "code"), ("authority", "marcrelator")];
    xml.text("roleTerm", &code, relator_code(agent.role));
    xml.close("role");
    for affiliation in &agent.affiliations {
        xml.text("affiliation", &[], affiliation);
    }
    let identifier = agent.identifier.as_deref().unwrap_or_default();
    xml.text("nameIdentifier", &[], identifier);
    xml.close("name");
}

fn write_origin(xml: &mut Xml, record: &Record) {
    let year = record.year.map(|year| year.to_string());
    let date = record.date.as_deref().or(year.as_deref());
    let publisher = record.publisher.as_deref();
    if date.is_some() || publisher.is_some() {
        xml.open("originInfo", &[]);
        xml.text("publisher", &[], publisher.unwrap_or_default());
        let w3c = [("encoding", "w3cdtf"), ("keyDate", "yes")];
        xml.text("dateIssued", &w3c, date.unwrap_or_default());
        xml.close("originInfo");
    }
    if let Some(lang) = &record.language {
        xml.open("language", &[]);
        let code = [("type", "code"), ("authority", "iso639-2b")];
        xml.text("languageTerm", &code, marc_language(lang));
        xml.close("language");
    }
}

fn write_content(xml: &mut Xml, record: &Record) {
    for (lang, text) in record.abstract_text.iter() {
        xml.text("abstract", &[("xml:lang", lang.as_str())], text);
    }
    for (lang, words) in record.keywords.iter() {
        for word in words {
            xml.open("subject", &[("xml:lang", lang.as_str())]);
            xml.text("topic", &[], word);
            xml.close("subject");
        }
    }
    for subject in &record.subjects {
        match subject.scheme.as_str() {
            "free" => {
                xml.open("subject", &[]);
                xml.text("topic", &[], &subject.code);
                xml.close("subject");
            }
            scheme => xml.text("classification", &[("authority", scheme)], &subject.code),
        }
    }
}

fn write_host(xml: &mut Xml, record: &Record) {
    let Some(venue) = &record.venue else {
        return;
    };
    xml.open("relatedItem", &[("type", "host")]);
    xml.open("titleInfo", &[]);
    xml.text("title", &[], venue);
    xml.close("titleInfo");
    let issn = record.identifier(Scheme::Issn).unwrap_or_default();
    xml.text("identifier", &[("type", "issn")], issn);
    if record.volume.is_some() || record.issue.is_some() || record.pages.is_some() {
        xml.open("part", &[]);
        for (kind, number) in [("volume", &record.volume), ("issue", &record.issue)] {
            if let Some(number) = number {
                xml.open("detail", &[("type", kind)]);
                xml.text("number", &[], number);
                xml.close("detail");
            }
        }
        if let Some(pages) = &record.pages {
            let (first, last) = page_range(pages);
            xml.open("extent", &[("unit", "page")]);
            xml.text("start", &[], first);
            xml.text("end", &[], last.unwrap_or_default());
            xml.close("extent");
        }
        xml.close("part");
    }
    xml.close("relatedItem");
}

fn write_identifiers(xml: &mut Xml, record: &Record, page: Option<&str>) {
    xml.text("identifier", &[("type", "local")], record.id.as_str());
    for identifier in &record.identifiers {
        let kind = match identifier.scheme {
            Scheme::Doi => "doi",
            Scheme::Handle => "hdl",
            Scheme::Isbn => "isbn",
            Scheme::Url => "uri",
            Scheme::Patent => "patent number",
            // It names the host, where it stands.
            Scheme::Issn => continue,
            Scheme::Arxiv | Scheme::Task | Scheme::Oai | Scheme::Source => "local",
        };
        xml.text("identifier", &[("type", kind)], &identifier.value);
    }
    let url = page.or_else(|| record.identifier(Scheme::Url));
    if let Some(url) = url {
        xml.open("location", &[]);
        xml.text("url", &[("usage", "primary")], url);
        xml.close("location");
    }
}

/// MARC code list for relators.
fn relator_code(role: AgentRole) -> &'static str {
    match role {
        AgentRole::Author => "aut",
        AgentRole::Editor => "edt",
        AgentRole::Inventor => "inv",
        AgentRole::Applicant => "pth",
        AgentRole::Supervisor => "ths",
        AgentRole::PrincipalInvestigator => "rth",
        AgentRole::LeadInstitution => "his",
        AgentRole::Funder => "fnd",
        AgentRole::Contributor => "ctb",
    }
}

fn resource_type(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Dataset => "software, multimedia",
        _ => "text",
    }
}

fn genre(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "article",
        RecordType::Patent => "patent",
        RecordType::Dataset => "dataset",
        RecordType::Thesis => "thesis",
        RecordType::Report => "technical report",
        RecordType::Task => "research project",
        RecordType::Book => "book",
        RecordType::Other => "other",
    }
}
