//! RIS: see [`crate::RisFormat`] for the way back.

use records::{Agent, AgentKind, AgentRole, Record, RecordType, Scheme};

use super::{page_range, titles};
use crate::{names, ris::DATABASE};

pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    let mut out = Tags::default();
    out.tag("TY", word(record.record_type));
    out.tag("ID", record.id.as_str());
    out.tag("DP", DATABASE);
    let (title, other_titles) = titles(record);
    for (tag, (_, title)) in title
        .map(|t| ("TI", t))
        .into_iter()
        .chain(other_titles.into_iter().map(|t| ("TT", t)))
    {
        out.tag(tag, title);
    }
    for agent in &record.agents {
        out.tag(agent_tag(agent.role), &agent_name(agent));
    }
    let year = record.year.map(|year| year.to_string());
    let date = record.date.as_deref().map(|date| date.replace('-', "/"));
    let (first, last) = page_range(record.pages.as_deref().unwrap_or_default());
    for (tag, value) in [
        ("PY", year.as_deref()),
        ("DA", date.as_deref()),
        ("T2", record.venue.as_deref()),
        ("PB", record.publisher.as_deref()),
        ("VL", record.volume.as_deref()),
        ("IS", record.issue.as_deref()),
        ("SP", Some(first)),
        ("EP", last),
        ("DO", record.identifier(Scheme::Doi)),
        ("SN", record.identifier(Scheme::Issn)),
        ("SN", record.identifier(Scheme::Isbn)),
        ("UR", record.identifier(Scheme::Url).or(page)),
        ("LA", record.language.as_ref().map(|lang| lang.as_str())),
    ] {
        out.tag(tag, value.unwrap_or_default());
    }
    for institution in &record.institutions {
        out.tag("AD", institution);
    }
    for (_, words) in record.keywords.iter() {
        words.iter().for_each(|word| out.tag("KW", word));
    }
    for (_, text) in record.abstract_text.iter() {
        out.tag("AB", text);
    }
    out.0.push_str("ER  - \r\n\r\n");
    out.0
}

#[derive(Default)]
struct Tags(String);

impl Tags {
    /// A value stands on one line.
    fn tag(&mut self, tag: &str, value: &str) {
        let value: Vec<&str> = value.split_whitespace().collect();
        if !value.is_empty() {
            self.0
                .push_str(&format!("{tag}  - {}\r\n", value.join(" ")));
        }
    }
}

fn agent_name(agent: &Agent) -> String {
    match agent.kind {
        AgentKind::Organisation => format!("{},", agent.name),
        AgentKind::Person => names::parts(&agent.name).comma_form(),
    }
}

fn agent_tag(role: AgentRole) -> &'static str {
    match role {
        AgentRole::Author | AgentRole::Inventor | AgentRole::PrincipalInvestigator => "AU",
        AgentRole::Editor => "A2",
        AgentRole::Supervisor => "A3",
        _ => "A4",
    }
}

fn word(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "JOUR",
        RecordType::Patent => "PAT",
        RecordType::Dataset => "DATA",
        RecordType::Thesis => "THES",
        RecordType::Report => "RPRT",
        RecordType::Task => "GRNT",
        RecordType::Book => "BOOK",
        RecordType::Other => "GEN",
    }
}
