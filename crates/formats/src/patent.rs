//! What all patent formats say, and how it becomes ours.

mod brs;
mod tapes;

pub use brs::BrsFormat;
pub(crate) use brs::is_likely as is_brs;
pub use tapes::ApsFormat;
pub(crate) use tapes::is_likely as is_tape;

use records::{Agent, AgentKind, AgentRole, RecordType, Scheme};

use crate::{EntryError, Parsed, fields::Fields, names};

/// The numbers of a publication.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    /// Country or office, WIPO ST.3: `US`.
    pub(crate) country: String,
    /// Number, with or without leading zeros.
    pub(crate) number: String,
    /// Kind, WIPO ST.16: `B2`.
    pub(crate) kind: String,
    /// Date of publication in any form.
    pub(crate) date: String,
}

impl Publication {
    /// `US7997973B2`: without blanks and leading zeros, the letters of designs
    /// and plants kept.
    pub(crate) fn name(&self) -> String {
        let digits: String = self
            .number
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let at = digits.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        let (letters, number) = digits.split_at(at);
        let number = number.trim_start_matches('0');
        format!(
            "{}{letters}{number}{}",
            self.country.trim(),
            self.kind.trim()
        )
    }
}

/// Starts the record of a patent.
pub(crate) fn start(publication: &Publication) -> Fields {
    let mut fields = Fields::default();
    fields.set_record_type(RecordType::Patent);
    if publication.number.trim().is_empty() {
        fields.remark("the patent says no number");
    } else {
        fields.push_identifier(Scheme::Patent, &publication.name());
    }
    fields.set_date(&publication.date);
    fields
}

/// Adds an inventor or applicant whose name comes in parts.
pub(crate) fn push_person(fields: &mut Fields, family: &str, given: &str, role: AgentRole) {
    fields.push_full_agent(Agent {
        role,
        ..Agent::author(names::natural_order(family, given))
    });
}

/// Adds an owner or applicant that is an organisation.
pub(crate) fn push_organisation(fields: &mut Fields, name: &str) {
    fields.push_agent(name, AgentKind::Organisation, AgentRole::Applicant);
}

/// Adds an IPC code in its printed form, `G06F 17/30`.
pub(crate) fn push_ipc(fields: &mut Fields, raw: &str) {
    if let Some(code) = ipc(raw) {
        fields.push_subject("ipc", &code);
    }
}

/// Brings `G06F 1730`, `G06F017/30`, `H04M 1100`, `H01F  27/14  20060101AFI…`
/// into one form. `None` when it does not start as a code does.
///
/// Editions before the seventh print no stroke: the last two digits (more when
/// the group has) are the subgroup.
pub(crate) fn ipc(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let subclass = raw.get(..4)?;
    let bytes = subclass.as_bytes();
    let is_subclass = matches!(bytes[0], b'A'..=b'H')
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit()
        && bytes[3].is_ascii_uppercase();
    if !is_subclass {
        return None;
    }
    let rest = raw[4..].trim_start();
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != '/')
        .unwrap_or(rest.len());
    let symbol = &rest[..end];
    let (group, subgroup) = match symbol.split_once('/') {
        Some(parts) => parts,
        None if symbol.len() > 2 => symbol.split_at(symbol.len() - 2),
        None => return Some(subclass.to_owned()),
    };
    let group = group.trim_start_matches('0');
    match group.is_empty() {
        true => Some(subclass.to_owned()),
        false => Some(format!("{subclass} {group}/{subgroup}")),
    }
}

/// Sets the full text from its parts.
pub(crate) fn set_text(fields: &mut Fields, parts: &[String]) {
    let filled: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|p| !p.is_empty())
        .collect();
    fields.set("text", filled.join("\n"));
}

/// Ends the record.
pub(crate) fn finish(fields: Fields, format: &'static str) -> Result<Parsed, EntryError> {
    fields.into_parsed(format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_all_editions() {
        for (raw, code) in [
            ("G06F 1730", Some("G06F 17/30")),
            ("G06F017/30", Some("G06F 17/30")),
            ("H04M 1100", Some("H04M 11/00")),
            (
                "H01F  27/14        20060101AFI20171122BHEP",
                Some("H01F 27/14"),
            ),
            ("H01J001/62", Some("H01J 1/62")),
            ("1402", None),
            ("LOC 0101", None),
        ] {
            assert_eq!(ipc(raw).as_deref(), code, "{raw}");
        }
    }

    #[test]
    fn one_number_written_three_ways() {
        for number in ["07997973", "7,997,973", " 7997973"] {
            let publication = Publication {
                country: "US".into(),
                number: number.into(),
                kind: "B2".into(),
                ..Publication::default()
            };
            assert_eq!(publication.name(), "US7997973B2");
        }
        let design = Publication {
            country: "US".into(),
            number: "D0656296".into(),
            kind: "S1".into(),
            ..Publication::default()
        };
        assert_eq!(design.name(), "USD656296S1");
    }
}
