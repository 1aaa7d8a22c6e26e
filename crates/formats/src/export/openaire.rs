//! OpenAIRE's profile for literature repositories, from which the European
//! aggregator and LA Referencia read.
//! **Source:** OpenAIRE Guidelines for Literature Repository Managers 4.0.

use records::{AccessLevel, Agent, AgentKind, AgentRole, Record, RecordType, Scheme};

use super::{page_range, titles, xml::Xml};
use crate::names;

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<records>\n";
pub(super) const TAIL: &str = "</records>\n";

const ROOT: [(&str, &str); 6] = [
    ("xmlns:oaire", "http://namespace.openaire.eu/schema/oaire/"),
    ("xmlns:datacite", "http://datacite.org/schema/kernel-4"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:dcterms", "http://purl.org/dc/terms/"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    (
        "xsi:schemaLocation",
        "http://namespace.openaire.eu/schema/oaire/ https://www.openaire.eu/schema/repo-lit/4.0/openaire.xsd",
    ),
];

pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    let mut xml = Xml::default();
    xml.open("oaire:resource", &ROOT);
    write_titles(&mut xml, record);
    write_creators(&mut xml, record);
    write_funders(&mut xml, record);
    let language = record.language.as_ref().map_or("und", |lang| lang.as_str());
    xml.text("dc:language", &[], language);
    xml.text(
        "dc:publisher",
        &[],
        record.publisher.as_deref().unwrap_or_default(),
    );
    let year = record.year.map(|year| year.to_string());
    if let Some(date) = record.date.as_deref().or(year.as_deref()) {
        xml.open("datacite:dates", &[]);
        xml.text("datacite:date", &[("dateType", "Issued")], date);
        if let Some(day) = &record.embargo_until {
            xml.text("datacite:date", &[("dateType", "Available")], day);
        }
        xml.close("datacite:dates");
    }
    let (general, uri, word) = resource_type(record.record_type);
    let kind = [("resourceTypeGeneral", general), ("uri", uri)];
    xml.text("oaire:resourceType", &kind, word);
    for (lang, text) in record.abstract_text.iter() {
        xml.text("dc:description", &[("xml:lang", lang.as_str())], text);
    }
    write_identifier(&mut xml, record, page);
    let (uri, word) = access_right(record.access);
    xml.text("datacite:rights", &[("rightsURI", uri)], word);
    write_subjects(&mut xml, record);
    if let Some(licence) = &record.licence {
        let uri = licence
            .starts_with("http")
            .then_some(("uri", licence.as_str()));
        let attributes: Vec<_> = uri.into_iter().collect();
        xml.text("oaire:licenseCondition", &attributes, licence);
    }
    write_citation(&mut xml, record);
    xml.close("oaire:resource");
    xml.into_string()
}

fn write_titles(xml: &mut Xml, record: &Record) {
    let (main, others) = titles(record);
    xml.open("datacite:titles", &[]);
    if let Some((lang, title)) = main {
        xml.text("datacite:title", &[("xml:lang", lang.as_str())], title);
    }
    for (lang, title) in others {
        let attributes = [
            ("xml:lang", lang.as_str()),
            ("titleType", "AlternativeTitle"),
        ];
        xml.text("datacite:title", &attributes, title);
    }
    xml.close("datacite:titles");
}

fn write_creators(xml: &mut Xml, record: &Record) {
    if record.creators().next().is_some() {
        xml.open("datacite:creators", &[]);
        for agent in record.creators() {
            xml.open("datacite:creator", &[]);
            write_name(xml, "datacite:creatorName", agent);
            xml.close("datacite:creator");
        }
        xml.close("datacite:creators");
    }
    let others: Vec<(&Agent, &str)> = record
        .agents
        .iter()
        .filter_map(|agent| Some((agent, contributor(agent.role)?)))
        .collect();
    if others.is_empty() {
        return;
    }
    xml.open("datacite:contributors", &[]);
    for (agent, kind) in others {
        xml.open("datacite:contributor", &[("contributorType", kind)]);
        write_name(xml, "datacite:contributorName", agent);
        xml.close("datacite:contributor");
    }
    xml.close("datacite:contributors");
}

fn write_name(xml: &mut Xml, element: &str, agent: &Agent) {
    match agent.kind {
        AgentKind::Organisation => {
            xml.text(element, &[("nameType", "Organizational")], &agent.name);
        }
        AgentKind::Person => {
            let parts = names::parts(&agent.name);
            xml.text(element, &[("nameType", "Personal")], &parts.comma_form());
            xml.text("datacite:givenName", &[], parts.given);
            xml.text("datacite:familyName", &[], parts.family);
        }
    }
    if let Some(orcid) = agent.identifier.as_deref().filter(|id| id.len() == 19) {
        let scheme = [
            ("nameIdentifierScheme", "ORCID"),
            ("schemeURI", "https://orcid.org"),
        ];
        xml.text("datacite:nameIdentifier", &scheme, orcid);
    }
    for affiliation in &agent.affiliations {
        xml.text("datacite:affiliation", &[], affiliation);
    }
}

fn contributor(role: AgentRole) -> Option<&'static str> {
    match role {
        AgentRole::Editor => Some("Editor"),
        AgentRole::Supervisor => Some("Supervisor"),
        AgentRole::LeadInstitution => Some("HostingInstitution"),
        AgentRole::Applicant => Some("RightsHolder"),
        AgentRole::Contributor => Some("Other"),
        _ => None,
    }
}

fn write_funders(xml: &mut Xml, record: &Record) {
    let funders = record.agents.iter().filter(|a| a.role == AgentRole::Funder);
    let funders: Vec<&Agent> = funders.collect();
    if funders.is_empty() {
        return;
    }
    xml.open("oaire:fundingReferences", &[]);
    for funder in funders {
        xml.open("oaire:fundingReference", &[]);
        xml.text("oaire:funderName", &[], &funder.name);
        let task = record.identifier(Scheme::Task).unwrap_or_default();
        xml.text("oaire:awardNumber", &[], task);
        xml.close("oaire:fundingReference");
    }
    xml.close("oaire:fundingReferences");
}

/// One main identifier (a DOI, else the page), the others as alternates.
fn write_identifier(xml: &mut Xml, record: &Record, page: Option<&str>) {
    let doi = record.identifier(Scheme::Doi);
    let address = page.or_else(|| record.identifier(Scheme::Url));
    let (kind, value) = match (doi, address) {
        (Some(doi), _) => ("DOI", doi),
        (None, Some(address)) => ("URL", address),
        (None, None) => ("URN", record.id.as_str()),
    };
    xml.text("datacite:identifier", &[("identifierType", kind)], value);
    if let (Some(_), Some(address)) = (doi, address) {
        xml.open("datacite:alternateIdentifiers", &[]);
        let kind = [("alternateIdentifierType", "URL")];
        xml.text("datacite:alternateIdentifier", &kind, address);
        xml.close("datacite:alternateIdentifiers");
    }
}

fn write_subjects(xml: &mut Xml, record: &Record) {
    if record.keywords.is_empty() && record.subjects.is_empty() {
        return;
    }
    xml.open("datacite:subjects", &[]);
    for (lang, words) in record.keywords.iter() {
        for word in words {
            xml.text("datacite:subject", &[("xml:lang", lang.as_str())], word);
        }
    }
    for subject in &record.subjects {
        let scheme = [("subjectScheme", subject.scheme.as_str())];
        xml.text("datacite:subject", &scheme, &subject.code);
    }
    xml.close("datacite:subjects");
}

fn write_citation(xml: &mut Xml, record: &Record) {
    let (first, last) = page_range(record.pages.as_deref().unwrap_or_default());
    for (element, value) in [
        ("oaire:citationTitle", record.venue.as_deref()),
        ("oaire:citationVolume", record.volume.as_deref()),
        ("oaire:citationIssue", record.issue.as_deref()),
        ("oaire:citationStartPage", Some(first)),
        ("oaire:citationEndPage", last),
    ] {
        xml.text(element, &[], value.unwrap_or_default());
    }
}

/// General type, COAR resource type 3.0 and its English name.
fn resource_type(record_type: RecordType) -> (&'static str, &'static str, &'static str) {
    macro_rules! coar {
        ($code:literal) => {
            concat!("http://purl.org/coar/resource_type/", $code)
        };
    }
    match record_type {
        RecordType::Paper => ("literature", coar!("c_6501"), "journal article"),
        RecordType::Patent => ("literature", coar!("c_15cd"), "patent"),
        RecordType::Dataset => ("dataset", coar!("c_ddb1"), "dataset"),
        RecordType::Thesis => ("literature", coar!("c_46ec"), "thesis"),
        RecordType::Report => ("literature", coar!("c_18ws"), "research report"),
        RecordType::Task => ("literature", coar!("c_baaf"), "research proposal"),
        RecordType::Book => ("literature", coar!("c_2f33"), "book"),
        RecordType::Other => ("other research product", coar!("c_1843"), "other"),
    }
}

/// COAR access right 1.0 and its English name.
fn access_right(access: AccessLevel) -> (&'static str, &'static str) {
    match access {
        AccessLevel::Open => ("http://purl.org/coar/access_right/c_abf2", "open access"),
        AccessLevel::Embargoed => (
            "http://purl.org/coar/access_right/c_f1cf",
            "embargoed access",
        ),
        AccessLevel::Registered | AccessLevel::Restricted => (
            "http://purl.org/coar/access_right/c_16ec",
            "restricted access",
        ),
    }
}
