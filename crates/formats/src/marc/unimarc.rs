//! The fields of UNIMARC, which some libraries of the French tradition keep.
//! **Source:** UNIMARC Bibliographic, IFLA, 3rd edition.

use records::{Agent, AgentKind, RecordType, Scheme};

use super::{DataField, MarcRecord, fields21::trimmed};
use crate::{fields::Fields, names, vocabulary};

pub(super) fn read(marc: &MarcRecord) -> Fields {
    let mut fields = Fields::default();
    let kind = marc.leader.chars().nth(7).unwrap_or(' ');
    fields.set_record_type(match kind {
        _ if marc.fields("328").next().is_some() => RecordType::Thesis,
        'a' => RecordType::Paper,
        'm' => RecordType::Book,
        _ => RecordType::Other,
    });
    fields.push_identifier(Scheme::Source, marc.control("001"));
    for (tag, scheme) in [("010", Scheme::Isbn), ("011", Scheme::Issn)] {
        for field in marc.fields(tag) {
            fields.push_identifier(scheme, field.get('a'));
        }
    }
    for field in marc.fields("101") {
        fields.set("language", field.get('a'));
    }
    for field in marc.fields("200") {
        let title = trimmed(field.get('a'));
        let whole = match trimmed(field.get('e')) {
            "" => title.to_owned(),
            rest => format!("{title}: {rest}"),
        };
        fields.push_text("title", None, &whole);
        let lang = Some(field.get('z')).filter(|lang| !lang.is_empty());
        fields.push_text("title", lang, trimmed(field.get('d')));
    }
    for field in &marc.data {
        match field.tag.as_str() {
            "700" | "701" | "702" => fields.push_full_agent(agent(field, AgentKind::Person)),
            "710" | "711" | "712" => fields.push_full_agent(agent(field, AgentKind::Organisation)),
            "210" | "214" => {
                fields.set("publisher", trimmed(field.get('c')));
                fields.set_date(field.get('d').trim_matches(|c: char| !c.is_ascii_digit()));
            }
            "330" => fields.push_text("abstract", None, field.get('a')),
            "461" | "463" => fields.set("venue", trimmed(field.get('t'))),
            "606" | "607" => fields.push_subject("free", field.get('a')),
            "610" => field
                .all('a')
                .for_each(|word| fields.push_text("keywords", None, word)),
            "676" => fields.push_subject("ddc", field.get('a')),
            "856" => fields.push_identifier(Scheme::Url, field.get('u')),
            _ => {}
        }
    }
    fields
}

fn agent(field: &DataField, kind: AgentKind) -> Agent {
    let name = match (kind, field.indicators[1]) {
        (AgentKind::Person, '0') => trimmed(field.get('a')).to_owned(),
        (AgentKind::Person, _) => {
            // ISBD's comma stands before the given name.
            let given = field.get('b').trim_start_matches([',', ' ']);
            names::natural_order(trimmed(field.get('a')), trimmed(given))
        }
        (AgentKind::Organisation, _) => trimmed(field.get('a')).to_owned(),
    };
    Agent {
        kind,
        role: relator(field.get('4')),
        ..Agent::author(name)
    }
}

/// UNIMARC's numbers for the parts played.
fn relator(code: &str) -> records::AgentRole {
    use records::AgentRole;
    match code {
        "070" | "" => AgentRole::Author,
        "340" => AgentRole::Editor,
        "727" | "003" => AgentRole::Supervisor,
        "723" => AgentRole::Funder,
        other => vocabulary::role(other).unwrap_or(AgentRole::Contributor),
    }
}
