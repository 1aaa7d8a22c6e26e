//! CERIF in XML, which research information systems exchange.
//! **Source:** OpenAIRE Guidelines for CRIS Managers 1.2.
//!
//! A work becomes one of four kinds of entity; its name in OAI-PMH begins with
//! the plural of that kind.

use records::{Agent, AgentKind, AgentRole, Record, RecordType, Scheme};

use super::{page_range, titles, xml::Xml};
use crate::names;

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<records>\n";
pub(super) const TAIL: &str = "</records>\n";

const NAMESPACE: &str = "https://www.openaire.eu/cerif-profile/1.2/";
const PUBLICATION_TYPES: &str =
    "https://www.openaire.eu/cerif-profile/vocab/COAR_Publication_Types";
const PRODUCT_TYPES: &str = "https://www.openaire.eu/cerif-profile/vocab/COAR_Product_Types";
const PATENT_TYPES: &str = "https://www.openaire.eu/cerif-profile/vocab/COAR_Patent_Types";

/// The kind of entity that a work is: element and plural.
pub(super) fn entity(record_type: RecordType) -> (&'static str, &'static str) {
    match record_type {
        RecordType::Dataset => ("Product", "Products"),
        RecordType::Patent => ("Patent", "Patents"),
        RecordType::Task => ("Project", "Projects"),
        _ => ("Publication", "Publications"),
    }
}

pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    let (element, plural) = entity(record.record_type);
    let id = format!("{plural}/{}", record.id);
    let mut xml = Xml::default();
    xml.open(element, &[("xmlns", NAMESPACE), ("id", &id)]);
    write_type(&mut xml, record.record_type);
    if element != "Project" {
        let language = record.language.as_ref().map(|lang| lang.as_str());
        xml.text("Language", &[], language.unwrap_or_default());
    }
    let (main, others) = titles(record);
    for (lang, title) in main.into_iter().chain(others) {
        xml.text("Title", &[("xml:lang", lang.as_str())], title);
    }
    match element {
        "Publication" => write_publication(&mut xml, record, page),
        "Product" => write_product(&mut xml, record, page),
        "Patent" => write_patent(&mut xml, record, page),
        _ => write_project(&mut xml, record),
    }
    xml.close(element);
    xml.into_string()
}

fn write_type(xml: &mut Xml, record_type: RecordType) {
    let (vocabulary, code) = match record_type {
        RecordType::Dataset => (PRODUCT_TYPES, "c_ddb1"),
        RecordType::Patent => (PATENT_TYPES, "c_15cd"),
        RecordType::Task => return,
        RecordType::Paper => (PUBLICATION_TYPES, "c_6501"),
        RecordType::Thesis => (PUBLICATION_TYPES, "c_46ec"),
        RecordType::Report => (PUBLICATION_TYPES, "c_18ws"),
        RecordType::Book => (PUBLICATION_TYPES, "c_2f33"),
        RecordType::Other => (PUBLICATION_TYPES, "c_1843"),
    };
    let uri = format!("http://purl.org/coar/resource_type/{code}");
    xml.text("Type", &[("xmlns", vocabulary)], &uri);
}

fn date(record: &Record) -> String {
    let year = || record.year.map(|year| year.to_string());
    record.date.clone().or_else(year).unwrap_or_default()
}

fn write_publication(xml: &mut Xml, record: &Record, page: Option<&str>) {
    if let Some(venue) = &record.venue {
        xml.open("PublishedIn", &[]);
        xml.open("Publication", &[]);
        let journal = "http://purl.org/coar/resource_type/c_0640";
        xml.text("Type", &[("xmlns", PUBLICATION_TYPES)], journal);
        xml.text("Title", &[("xml:lang", "vi")], venue);
        xml.text(
            "ISSN",
            &[],
            record.identifier(Scheme::Issn).unwrap_or_default(),
        );
        xml.close("Publication");
        xml.close("PublishedIn");
    }
    xml.text("PublicationDate", &[], &date(record));
    xml.text("Volume", &[], record.volume.as_deref().unwrap_or_default());
    xml.text("Issue", &[], record.issue.as_deref().unwrap_or_default());
    let (first, last) = page_range(record.pages.as_deref().unwrap_or_default());
    xml.text("StartPage", &[], first);
    xml.text("EndPage", &[], last.unwrap_or_default());
    write_addresses(xml, record, page);
    xml.text(
        "ISBN",
        &[],
        record.identifier(Scheme::Isbn).unwrap_or_default(),
    );
    write_people(xml, "Authors", "Author", record);
    write_publisher(xml, record);
    write_keywords(xml, record);
    write_abstracts(xml, record);
}

fn write_product(xml: &mut Xml, record: &Record, page: Option<&str>) {
    write_addresses(xml, record, page);
    write_people(xml, "Creators", "Creator", record);
    write_publisher(xml, record);
    write_abstracts(xml, record);
    write_keywords(xml, record);
}

fn write_patent(xml: &mut Xml, record: &Record, page: Option<&str>) {
    xml.text("ApprovalDate", &[], &date(record));
    let number = record.identifier(Scheme::Patent).unwrap_or_default();
    xml.text("PatentNumber", &[], number);
    xml.text("URL", &[], page.unwrap_or_default());
    write_people(xml, "Inventors", "Inventor", record);
    write_abstracts(xml, record);
    write_keywords(xml, record);
}

fn write_project(xml: &mut Xml, record: &Record) {
    let number = record.identifier(Scheme::Task);
    let kind = [(
        "type",
        "https://w3id.org/cerif/vocab/IdentifierTypes#ProjectReference",
    )];
    xml.text("Identifier", &kind, number.unwrap_or(record.id.as_str()));
    xml.text("StartDate", &[], &date(record));
    if record.creators().next().is_some() {
        xml.open("Team", &[]);
        for agent in record.creators() {
            write_person(xml, "PrincipalInvestigator", agent);
        }
        xml.close("Team");
    }
    write_abstracts(xml, record);
    write_keywords(xml, record);
}

fn write_addresses(xml: &mut Xml, record: &Record, page: Option<&str>) {
    xml.text(
        "DOI",
        &[],
        record.identifier(Scheme::Doi).unwrap_or_default(),
    );
    xml.text(
        "Handle",
        &[],
        record.identifier(Scheme::Handle).unwrap_or_default(),
    );
    let url = page.or_else(|| record.identifier(Scheme::Url));
    xml.text("URL", &[], url.unwrap_or_default());
}

fn write_people(xml: &mut Xml, group: &str, element: &str, record: &Record) {
    if record.creators().next().is_none() {
        return;
    }
    xml.open(group, &[]);
    for agent in record.creators() {
        write_person(xml, element, agent);
    }
    xml.close(group);
}

fn write_person(xml: &mut Xml, element: &str, agent: &Agent) {
    xml.open(element, &[]);
    xml.text("DisplayName", &[], &agent.name);
    if agent.kind == AgentKind::Person {
        let parts = names::parts(&agent.name);
        xml.open("Person", &[]);
        let name = [("FamilyNames", parts.family), ("FirstNames", parts.given)];
        xml.open("PersonName", &[]);
        for (part, text) in name {
            xml.text(part, &[], text);
        }
        xml.close("PersonName");
        let orcid = agent.identifier.as_deref().filter(|id| id.len() == 19);
        let orcid = orcid.map(|id| format!("https://orcid.org/{id}"));
        xml.text("ORCID", &[], &orcid.unwrap_or_default());
        xml.close("Person");
    } else {
        xml.open("OrgUnit", &[]);
        xml.text("Name", &[("xml:lang", "vi")], &agent.name);
        xml.close("OrgUnit");
    }
    for affiliation in &agent.affiliations {
        xml.open("Affiliation", &[]);
        xml.open("OrgUnit", &[]);
        xml.text("Name", &[("xml:lang", "vi")], affiliation);
        xml.close("OrgUnit");
        xml.close("Affiliation");
    }
    xml.close(element);
}

fn write_publisher(xml: &mut Xml, record: &Record) {
    let funder = record
        .agents
        .iter()
        .find(|a| a.role == AgentRole::LeadInstitution);
    let name = record
        .publisher
        .as_deref()
        .or(funder.map(|a| a.name.as_str()));
    if let Some(name) = name {
        xml.open("Publishers", &[]);
        xml.open("Publisher", &[]);
        xml.text("DisplayName", &[], name);
        xml.close("Publisher");
        xml.close("Publishers");
    }
}

fn write_keywords(xml: &mut Xml, record: &Record) {
    for (lang, words) in record.keywords.iter() {
        for word in words {
            xml.text("Keyword", &[("xml:lang", lang.as_str())], word);
        }
    }
}

fn write_abstracts(xml: &mut Xml, record: &Record) {
    for (lang, text) in record.abstract_text.iter() {
        xml.text("Abstract", &[("xml:lang", lang.as_str())], text);
    }
}
