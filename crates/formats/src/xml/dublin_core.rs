//! Dublin Core, simple and qualified, and ETD-MS theses.
//! **Source:** DCMI Metadata Terms; OAI-PMH 2.0, section 5.

use records::{AgentKind, AgentRole, Relation, Scheme};

use super::element::Element;
use crate::{EntryError, Parsed, fields::Fields, names};

pub(super) fn read(dc: &Element) -> Result<Parsed, EntryError> {
    let mut fields = Fields::default();
    if dc.name == "thesis" {
        fields.set_record_type(records::RecordType::Thesis);
    }
    for element in dc.children() {
        read_element(element, &mut fields);
    }
    fields.into_parsed(if dc.name == "thesis" {
        "etdms"
    } else {
        "oai_dc"
    })
}

fn read_element(element: &Element, fields: &mut Fields) {
    let text = element.text();
    match element.name.as_str() {
        "title" => fields.push_text("title", element.lang(), &text),
        "description" | "abstract" => fields.push_text("abstract", element.lang(), &text),
        "subject" => read_subject(element, &text, fields),
        "creator" => push_agent(fields, &text, AgentRole::Author),
        "contributor" => {
            let role = element.attribute("role").and_then(crate::vocabulary::role);
            push_agent(fields, &text, role.unwrap_or(AgentRole::Contributor));
        }
        "publisher" => fields.set("publisher", text),
        // The first date is that of publication more often than any other.
        "date" | "issued" | "created" | "available" => fields.set_date(&text),
        "type" => fields.set_type(&text),
        "identifier" => read_identifier(&text, fields),
        "source" => match text.strip_prefix("ISSN") {
            Some(issn) => fields.push_identifier(Scheme::Issn, issn),
            None if is_issn(&text) => fields.push_identifier(Scheme::Issn, &text),
            None => fields.set("venue", text),
        },
        "isPartOf" => fields.set("venue", text),
        "language" => fields.set("language", text),
        "relation" | "references" if text.contains("10.") || text.contains("://") => {
            fields.push_link(Relation::RelatedTo, &text);
        }
        "rights" | "accessRights" | "license" => fields.push_rights(&text),
        "bibliographicCitation" => fields.remark(format!("cited as: {text}")),
        "degree" => element
            .children()
            .for_each(|part| match part.name.as_str() {
                "grantor" => fields.set("venue", part.text()),
                "discipline" => fields.push_subject("free", &part.text()),
                _ => {}
            }),
        _ => {}
    }
}

/// `ipc:G06F 17/30`, `ddc:005` are codes; the rest are keywords.
fn read_subject(element: &Element, text: &str, fields: &mut Fields) {
    let code = text
        .split_once(':')
        .filter(|(scheme, _)| matches!(*scheme, "ipc" | "ddc" | "khcn" | "udc" | "lcc" | "msc"));
    match code {
        Some((scheme, code)) => fields.push_subject(scheme, code),
        None => fields.push_text("keywords", element.lang(), text),
    }
}

/// A name in the comma form is a person; `Viện Khoa học, Hà Nội` is not told
/// from one, as Dublin Core does not say.
fn push_agent(fields: &mut Fields, raw: &str, role: AgentRole) {
    fields.push_agent(&names::from_comma_form(raw), AgentKind::Person, role);
}

fn read_identifier(raw: &str, fields: &mut Fields) {
    let lower = raw.to_ascii_lowercase();
    let after = |prefix: &str| {
        lower
            .strip_prefix(prefix)
            .map(|rest| rest.trim_start_matches([':', ' ']))
    };
    if let Some(isbn) = after("isbn").or_else(|| after("urn:isbn")) {
        fields.push_identifier(Scheme::Isbn, isbn);
    } else if let Some(issn) = after("issn").or_else(|| after("urn:issn")) {
        fields.push_identifier(Scheme::Issn, issn);
    } else {
        fields.guess_identifier(raw);
    }
}

fn is_issn(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes[at].is_ascii_digit();
    bytes.len() == 9
        && bytes[4] == b'-'
        && (0..4).chain(5..8).all(is_digit)
        && (is_digit(8) || matches!(bytes[8], b'x' | b'X'))
}
