//! BibTeX: see [`crate::BibtexFormat`] for the way back.

use records::{Agent, AgentKind, AgentRole, Record, RecordType, Scheme};

use super::titles;
use crate::names;

pub(super) fn write(record: &Record, page: Option<&str>) -> String {
    let mut out = Entry(format!("@{}{{{}", word(record.record_type), key(record)));
    out.field("recordid", record.id.as_str());
    out.field("recordtype", record.record_type.as_str());
    let (title, other_titles) = titles(record);
    for (name, (_, title)) in title.map(|t| ("title", t)).into_iter().chain(
        other_titles
            .into_iter()
            .map(|t| ("titletranslated", t))
            .take(1),
    ) {
        out.field(name, title);
    }
    out.raw("author", &agents(record, true));
    out.raw("editor", &agents(record, false));
    let year = record.year.map(|year| year.to_string());
    let venue = match record.record_type {
        RecordType::Thesis => "school",
        RecordType::Paper if record.volume.is_none() && record.issue.is_none() => "booktitle",
        _ => "journal",
    };
    let pages = record
        .pages
        .as_deref()
        .map(|pages| pages.replace('-', "--"));
    for (name, value) in [
        ("year", year.as_deref()),
        ("date", record.date.as_deref()),
        (venue, record.venue.as_deref()),
        ("publisher", record.publisher.as_deref()),
        ("volume", record.volume.as_deref()),
        ("number", record.issue.as_deref()),
        ("pages", pages.as_deref()),
        ("issn", record.identifier(Scheme::Issn)),
        ("isbn", record.identifier(Scheme::Isbn)),
        (
            "language",
            record.language.as_ref().map(|lang| lang.as_str()),
        ),
    ] {
        out.field(name, value.unwrap_or_default());
    }
    // Verbatim fields: nothing is escaped in them, braces are not allowed.
    let address = record.identifier(Scheme::Url).or(page);
    for (name, value) in [("doi", record.identifier(Scheme::Doi)), ("url", address)] {
        out.raw(name, &value.unwrap_or_default().replace(['{', '}'], ""));
    }
    write_content(&mut out, record);
    out.0 + "\n}\n\n"
}

fn write_content(out: &mut Entry, record: &Record) {
    let keywords: Vec<&str> = record
        .keywords
        .iter()
        .flat_map(|(_, words)| words)
        .map(String::as_str)
        .collect();
    out.field("keywords", &keywords.join("; "));
    for ((_, text), name) in record
        .abstract_text
        .iter()
        .zip(["abstract", "abstracttranslated"])
    {
        out.field(name, text);
    }
}

struct Entry(String);

impl Entry {
    fn field(&mut self, name: &str, value: &str) {
        self.raw(name, &escape(value));
    }

    fn raw(&mut self, name: &str, value: &str) {
        if !value.trim().is_empty() {
            self.0
                .push_str(&format!(",\n  {name} = {{{}}}", value.trim()));
        }
    }
}

/// A citation key: letters and digits of the id, accents folded.
fn key(record: &Record) -> String {
    let folded = text::fold(record.id.as_str());
    let key = folded.chars().map(|c| match c {
        'a'..='z' | '0'..='9' | ':' | '-' | '.' | '/' | '_' => c,
        _ => '-',
    });
    key.collect()
}

/// Vietnamese names and organisations stand in braces: no style inverts them.
fn agents(record: &Record, creators: bool) -> String {
    let is_creator = |agent: &Agent| {
        matches!(
            agent.role,
            AgentRole::Author | AgentRole::Inventor | AgentRole::PrincipalInvestigator
        )
    };
    let wanted = record.agents.iter().filter(|agent| match creators {
        true => is_creator(agent),
        false => agent.role == AgentRole::Editor,
    });
    let names: Vec<String> = wanted.map(agent).collect();
    names.join(" and ")
}

fn agent(agent: &Agent) -> String {
    let name = agent.name.as_str();
    if agent.kind == AgentKind::Organisation || names::is_vietnamese_name(name) {
        return format!("{{{}}}", escape(name));
    }
    let parts = names::parts(name);
    let family = escape(parts.family);
    match (parts.given, parts.suffix) {
        ("", _) => family,
        (given, "") => format!("{family}, {}", escape(given)),
        (given, suffix) => format!("{family}, {}, {}", escape(suffix), escape(given)),
    }
}

/// LaTeX's special characters, each as the command that prints it.
fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("{\\textbackslash}"),
            '~' => out.push_str("{\\textasciitilde}"),
            '^' => out.push_str("{\\textasciicircum}"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn word(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "article",
        RecordType::Patent => "patent",
        RecordType::Dataset => "dataset",
        RecordType::Thesis => "phdthesis",
        RecordType::Report => "techreport",
        RecordType::Book => "book",
        RecordType::Task | RecordType::Other => "misc",
    }
}
