//! MARC 21 in XML.
//! **Source:** MARC 21 Format for Bibliographic Data, Library of Congress.

use records::{Agent, AgentKind, AgentRole, Lang, Record, RecordType, Scheme};

use super::{titles, xml::Xml};
use crate::marc::ORGANISATION;
use crate::names;

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n";
pub(super) const TAIL: &str = "</collection>\n";

const NAMESPACE: &str = "http://www.loc.gov/MARC21/slim";

/// A record inside a collection.
pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    element(record, page, &[])
}

/// A record that stands alone.
pub(super) fn alone(record: &Record, page: Option<&str>) -> String {
    element(record, page, &[("xmlns", NAMESPACE)])
}

fn element(record: &Record, page: Option<&str>, attributes: &[(&str, &str)]) -> String {
    let mut marc = Marc(Xml::default());
    marc.0.open("record", attributes);
    marc.0.text("leader", &[], leader(record.record_type));
    marc.control("001", record.id.as_str());
    marc.control("003", ORGANISATION);
    marc.control("008", &fixed_field(record));
    write_numbers(&mut marc, record);
    write_main_entry(&mut marc, record);
    write_titles(&mut marc, record);
    let year = record.year.map(|year| year.to_string());
    let publisher = record.publisher.as_deref().unwrap_or_default();
    marc.data(
        "264",
        " 1",
        &[("b", publisher), ("c", year.as_deref().unwrap_or_default())],
    );
    if record.record_type == RecordType::Thesis {
        let school = record
            .venue
            .as_deref()
            .or(record.institutions.first().map(String::as_str));
        marc.data(
            "502",
            "  ",
            &[
                ("c", school.unwrap_or_default()),
                ("d", year.as_deref().unwrap_or_default()),
            ],
        );
    }
    let kind = record.record_type.as_str();
    marc.data("655", " 7", &[("a", kind), ("2", "local")]);
    marc.data("506", "  ", &[("a", record.access.as_str())]);
    for (lang, text) in record.abstract_text.iter() {
        marc.data("520", "3 ", &[("a", text), ("9", lang.as_str())]);
    }
    marc.data(
        "540",
        "  ",
        &[("a", record.licence.as_deref().unwrap_or_default())],
    );
    for (lang, words) in record.keywords.iter() {
        for word in words {
            marc.data("653", "  ", &[("a", word), ("9", lang.as_str())]);
        }
    }
    write_added_entries(&mut marc, record);
    write_host(&mut marc, record, year.as_deref());
    if let Some(doi) = record.identifier(Scheme::Doi) {
        marc.data("856", "40", &[("u", &format!("https://doi.org/{doi}"))]);
    }
    marc.data(
        "856",
        "40",
        &[(
            "u",
            record.identifier(Scheme::Url).or(page).unwrap_or_default(),
        )],
    );
    marc.0.close("record");
    marc.0.into_string()
}

struct Marc(Xml);

impl Marc {
    fn control(&mut self, tag: &str, value: &str) {
        self.0.text("controlfield", &[("tag", tag)], value);
    }

    /// A field with two indicators; empty subfields are left out, and a field
    /// without content but its language too.
    fn data(&mut self, tag: &str, indicators: &str, subfields: &[(&str, &str)]) {
        let filled = || {
            subfields
                .iter()
                .filter(|(_, value)| !value.trim().is_empty())
        };
        if filled().all(|(code, _)| *code == "9" || *code == "2") {
            return;
        }
        let (one, two) = indicators.split_at(1);
        let attributes = [("tag", tag), ("ind1", one), ("ind2", two)];
        self.0.open("datafield", &attributes);
        for (code, value) in filled() {
            self.0.text("subfield", &[("code", code)], value);
        }
        self.0.close("datafield");
    }
}

fn write_numbers(marc: &mut Marc, record: &Record) {
    let named = |scheme| record.identifier(scheme).unwrap_or_default();
    marc.data("020", "  ", &[("a", named(Scheme::Isbn))]);
    marc.data("022", "  ", &[("a", named(Scheme::Issn))]);
    marc.data("024", "7 ", &[("a", named(Scheme::Doi)), ("2", "doi")]);
    marc.data(
        "041",
        "  ",
        &[("a", record.language.as_ref().map_or("", marc_language))],
    );
    for subject in &record.subjects {
        match subject.scheme.as_str() {
            "ddc" => marc.data("082", "04", &[("a", &subject.code)]),
            "free" => marc.data("650", " 4", &[("a", &subject.code)]),
            scheme => marc.data("084", "  ", &[("a", &subject.code), ("2", scheme)]),
        }
    }
}

/// The family name stands first, whatever the name: first indicator 1.
fn entry<'a>(
    agent: &Agent,
    person: &'a str,
    organisation: &'a str,
) -> (&'a str, &'static str, String) {
    match agent.kind {
        AgentKind::Person => (person, "1 ", names::parts(&agent.name).comma_form()),
        AgentKind::Organisation => (organisation, "2 ", agent.name.clone()),
    }
}

fn write_main_entry(marc: &mut Marc, record: &Record) {
    if let Some(agent) = record.creators().next() {
        let (tag, indicators, name) = entry(agent, "100", "110");
        marc.data(tag, indicators, &[("a", &name), ("e", relator(agent.role))]);
    }
}

fn write_added_entries(marc: &mut Marc, record: &Record) {
    let main = record.creators().next();
    for agent in &record.agents {
        if main.is_some_and(|main| std::ptr::eq(main, agent)) {
            continue;
        }
        let (tag, indicators, name) = entry(agent, "700", "710");
        marc.data(tag, indicators, &[("a", &name), ("e", relator(agent.role))]);
    }
    for institution in &record.institutions {
        marc.data("710", "2 ", &[("a", institution)]);
    }
}

fn write_titles(marc: &mut Marc, record: &Record) {
    let (main, others) = titles(record);
    let has_entry = if record.creators().next().is_some() {
        "10"
    } else {
        "00"
    };
    marc.data(
        "245",
        has_entry,
        &[("a", main.map_or("", |(_, title)| title))],
    );
    for (_, title) in others {
        marc.data("246", "31", &[("a", title)]);
    }
}

fn write_host(marc: &mut Marc, record: &Record, year: Option<&str>) {
    let Some(venue) = record.venue.as_deref() else {
        return;
    };
    let mut place: Vec<String> = Vec::new();
    place.extend(record.volume.as_ref().map(|v| format!("T. {v}")));
    place.extend(record.issue.as_ref().map(|i| format!("S. {i}")));
    place.extend(year.map(|y| format!("({y})")));
    place.extend(record.pages.as_ref().map(|p| format!("tr. {p}")));
    marc.data("773", "0 ", &[("t", venue), ("g", &place.join(", "))]);
}

fn relator(role: AgentRole) -> &'static str {
    match role {
        AgentRole::Author => "author",
        AgentRole::Editor => "editor",
        AgentRole::Inventor => "inventor",
        AgentRole::Applicant => "patent holder",
        AgentRole::Supervisor => "degree supervisor",
        AgentRole::PrincipalInvestigator => "research team head",
        AgentRole::LeadInstitution => "host institution",
        AgentRole::Funder => "funder",
        AgentRole::Contributor => "contributor",
    }
}

/// New record, Unicode, minimal level; kind and bibliographic level by type.
fn leader(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "00000nab a22000007i 4500",
        RecordType::Dataset => "00000nmm a22000007i 4500",
        RecordType::Thesis => "00000ntm a22000007i 4500",
        _ => "00000nam a22000007i 4500",
    }
}

/// Forty positions: a single date, Viet Nam, language; the rest not coded.
fn fixed_field(record: &Record) -> String {
    let year = record
        .year
        .map_or("||||".to_owned(), |year| year.to_string());
    let language = record.language.as_ref().map_or("und", marc_language);
    format!("||||||s{year}    vm {}{language}|d", "|".repeat(17))
}

/// MARC's three-letter codes (ISO 639-2/B).
pub(super) fn marc_language(lang: &Lang) -> &'static str {
    match lang.as_str() {
        "vi" => "vie",
        "en" => "eng",
        "fr" => "fre",
        "de" => "ger",
        "ru" => "rus",
        "zh" => "chi",
        "ja" => "jpn",
        "ko" => "kor",
        _ => "und",
    }
}
