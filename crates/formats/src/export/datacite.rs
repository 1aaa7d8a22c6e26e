//! DataCite Metadata Schema, kernel 4.
//! **Source:** DataCite Metadata Schema 4.6, <https://schema.datacite.org/>.

use records::{Agent, AgentKind, AgentRole, Record, RecordType, Relation, Scheme};

use super::{titles, xml::Xml};
use crate::names;

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<resources>\n";
pub(super) const TAIL: &str = "</resources>\n";

const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns", "http://datacite.org/schema/kernel-4"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    (
        "xsi:schemaLocation",
        "http://datacite.org/schema/kernel-4 https://schema.datacite.org/meta/kernel-4/metadata.xsd",
    ),
];

/// The words that the schema asks for where a mandatory value is not known.
const UNKNOWN: &str = ":unav";

pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    let mut xml = Xml::default();
    xml.open("resource", &NAMESPACES);
    match record.identifier(Scheme::Doi) {
        Some(doi) => xml.text("identifier", &[("identifierType", "DOI")], doi),
        None => xml.text(
            "identifier",
            &[("identifierType", "Local")],
            record.id.as_str(),
        ),
    }
    write_agents(&mut xml, record);
    write_titles(&mut xml, record);
    xml.text(
        "publisher",
        &[],
        record
            .publisher
            .as_deref()
            .or(record.venue.as_deref())
            .unwrap_or(UNKNOWN),
    );
    let year = record.year.map(|year| year.to_string());
    xml.text("publicationYear", &[], year.as_deref().unwrap_or(UNKNOWN));
    let general = resource_type(record.record_type);
    xml.text(
        "resourceType",
        &[("resourceTypeGeneral", general)],
        record.record_type.as_str(),
    );
    write_subjects(&mut xml, record);
    if let Some(date) = &record.date {
        xml.open("dates", &[]);
        xml.text("date", &[("dateType", "Issued")], date);
        xml.close("dates");
    }
    let language = record.language.as_ref().map(|lang| lang.as_str());
    xml.text("language", &[], language.unwrap_or_default());
    xml.open("alternateIdentifiers", &[]);
    xml.text(
        "alternateIdentifier",
        &[("alternateIdentifierType", "Local")],
        record.id.as_str(),
    );
    xml.text(
        "alternateIdentifier",
        &[("alternateIdentifierType", "URL")],
        page.unwrap_or_default(),
    );
    xml.close("alternateIdentifiers");
    write_links(&mut xml, record);
    xml.open("rightsList", &[]);
    xml.text("rights", &[], record.access.as_str());
    xml.text("rights", &[], record.licence.as_deref().unwrap_or_default());
    xml.close("rightsList");
    write_descriptions(&mut xml, record);
    xml.close("resource");
    xml.into_string()
}

fn write_agents(xml: &mut Xml, record: &Record) {
    xml.open("creators", &[]);
    for agent in record.creators() {
        xml.open("creator", &[]);
        write_name(xml, "creatorName", agent);
        xml.close("creator");
    }
    if record.creators().next().is_none() {
        xml.open("creator", &[]);
        xml.text("creatorName", &[], UNKNOWN);
        xml.close("creator");
    }
    xml.close("creators");
    let others: Vec<_> = record
        .agents
        .iter()
        .filter_map(|a| Some((a, contributor(a.role)?)))
        .collect();
    if others.is_empty() {
        return;
    }
    xml.open("contributors", &[]);
    for (agent, contributor_type) in others {
        xml.open("contributor", &[("contributorType", contributor_type)]);
        write_name(xml, "contributorName", agent);
        xml.close("contributor");
    }
    xml.close("contributors");
}

fn write_name(xml: &mut Xml, element: &str, agent: &Agent) {
    if agent.kind == AgentKind::Organisation {
        xml.text(element, &[("nameType", "Organizational")], &agent.name);
    } else {
        let parts = names::parts(&agent.name);
        xml.text(element, &[("nameType", "Personal")], &parts.comma_form());
        xml.text("givenName", &[], parts.given);
        xml.text("familyName", &[], parts.family);
    }
    for affiliation in &agent.affiliations {
        xml.text("affiliation", &[], affiliation);
    }
}

fn write_titles(xml: &mut Xml, record: &Record) {
    let (main, others) = titles(record);
    xml.open("titles", &[]);
    match main {
        Some((lang, title)) => xml.text("title", &[("xml:lang", lang.as_str())], title),
        None => xml.text("title", &[], UNKNOWN),
    }
    for (lang, title) in others {
        let attributes = [
            ("xml:lang", lang.as_str()),
            ("titleType", "TranslatedTitle"),
        ];
        xml.text("title", &attributes, title);
    }
    xml.close("titles");
}

fn write_subjects(xml: &mut Xml, record: &Record) {
    if record.keywords.is_empty() && record.subjects.is_empty() {
        return;
    }
    xml.open("subjects", &[]);
    for (lang, words) in record.keywords.iter() {
        for word in words {
            xml.text("subject", &[("xml:lang", lang.as_str())], word);
        }
    }
    for subject in &record.subjects {
        xml.text(
            "subject",
            &[("subjectScheme", &subject.scheme)],
            &subject.code,
        );
    }
    xml.close("subjects");
}

fn write_links(xml: &mut Xml, record: &Record) {
    let dois = record.links.iter().filter_map(|link| {
        let doi = records::Identifier::new(Scheme::Doi, &link.target)?;
        Some((relation(link.relation), doi.value))
    });
    let dois: Vec<_> = dois.collect();
    if dois.is_empty() {
        return;
    }
    xml.open("relatedIdentifiers", &[]);
    for (relation, doi) in dois {
        let attributes = [("relatedIdentifierType", "DOI"), ("relationType", relation)];
        xml.text("relatedIdentifier", &attributes, &doi);
    }
    xml.close("relatedIdentifiers");
}

fn write_descriptions(xml: &mut Xml, record: &Record) {
    if record.abstract_text.is_empty() {
        return;
    }
    xml.open("descriptions", &[]);
    for (lang, text) in record.abstract_text.iter() {
        let attributes = [("xml:lang", lang.as_str()), ("descriptionType", "Abstract")];
        xml.text("description", &attributes, text);
    }
    xml.close("descriptions");
}

fn contributor(role: AgentRole) -> Option<&'static str> {
    match role {
        AgentRole::Author | AgentRole::Inventor | AgentRole::PrincipalInvestigator => None,
        AgentRole::Editor => Some("Editor"),
        AgentRole::Supervisor => Some("Supervisor"),
        AgentRole::LeadInstitution => Some("HostingInstitution"),
        AgentRole::Funder => Some("Sponsor"),
        AgentRole::Applicant => Some("RightsHolder"),
        AgentRole::Contributor => Some("Other"),
    }
}

fn resource_type(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "JournalArticle",
        RecordType::Dataset => "Dataset",
        RecordType::Thesis => "Dissertation",
        RecordType::Report => "Report",
        RecordType::Book => "Book",
        RecordType::Task => "Project",
        RecordType::Patent | RecordType::Other => "Text",
    }
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Cites => "Cites",
        Relation::ResultOf => "IsDerivedFrom",
        Relation::Uses => "Requires",
        Relation::VersionOf => "IsVersionOf",
        Relation::TranslationOf => "IsTranslationOf",
        Relation::PartOf => "IsPartOf",
        Relation::RelatedTo => "References",
    }
}
