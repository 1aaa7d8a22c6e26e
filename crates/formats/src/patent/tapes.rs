//! Patents of the USPTO as text: the tapes of 1976 to 2001 (APS, "Green Book")
//! and the records of its search system (BRS).
//! **Source:** USPTO Patent Full-Text/APS File, Technical Documentation.

use std::io::{self, BufRead};

use records::AgentRole;

use super::{Publication, finish, push_ipc, push_organisation, push_person, set_text, start};
use crate::{
    EntryError, Limits, Parsed, RawEntry, RecordFormat, decode,
    json_lines::Lines,
    line_groups::{LineGroups, Rules},
    names,
};

/// The tapes of 1976 to 2001.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApsFormat;

const RULES: Rules = Rules {
    is_start: |line| line.trim_ascii_end() == b"PATN",
    is_end: |_| false,
    keeps_strays: false,
};

/// A line of a tape with its continuations: where it stands, tag, value.
struct Line {
    /// The four letters of the part it belongs to: `INVT`, `ABST`.
    part: String,
    tag: String,
    value: String,
}

impl RecordFormat for ApsFormat {
    fn name(&self) -> &'static str {
        "aps"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        Box::new(LineGroups::new(Lines::new(input, limits), limits, RULES))
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        let (text, remark) = decode::lossless(&entry.bytes);
        let lines = lines(&text);
        let value = |part: &str, tag: &str| {
            let found = lines
                .iter()
                .find(|line| line.part == part && line.tag == tag);
            found.map(|line| line.value.clone()).unwrap_or_default()
        };
        let (number, kind) = number(&value("PATN", "WKU"));
        let mut fields = start(&Publication {
            country: "US".to_owned(),
            number,
            kind: kind.to_owned(),
            date: value("PATN", "ISD"),
        });
        fields.set("language", "en");
        fields.push_text("title", Some("en"), &value("PATN", "TTL"));
        for line in &lines {
            match (line.part.as_str(), line.tag.as_str()) {
                ("INVT", "NAM") => {
                    push_person(&mut fields, &natural(&line.value), "", AgentRole::Inventor)
                }
                ("ASSG", "NAM") => push_organisation(&mut fields, &line.value),
                ("CLAS", "ICL") => push_ipc(&mut fields, &line.value),
                ("UREF" | "FREF", "PNO") => fields.push("references", line.value.as_str()),
                ("OREF", "PAL") => fields.push("references", line.value.as_str()),
                _ => {}
            }
        }
        let texts = |parts: &[&str]| {
            let found = lines
                .iter()
                .filter(|line| parts.contains(&line.part.as_str()));
            let found = found.filter(|line| {
                line.tag.starts_with("PA") || line.tag == "NUM" || line.tag.is_empty()
            });
            found
                .map(|line| line.value.as_str())
                .collect::<Vec<_>>()
                .join("\n")
        };
        fields.push_text("abstract", Some("en"), &texts(&["ABST"]));
        set_text(
            &mut fields,
            &[
                texts(&["PARN", "BSUM", "DRWD", "DETD"]),
                texts(&["CLMS", "DCLM"]),
            ],
        );
        let mut parsed = finish(fields, "aps")?;
        parsed.record.provenance.remarks.extend(remark);
        Ok(parsed)
    }
}

/// `WKU  039327094`: kind letters, number of seven places, check digit.
fn number(raw: &str) -> (String, &'static str) {
    let raw = raw.trim();
    let cut = raw.len().saturating_sub(usize::from(raw.len() > 8));
    let number = raw.get(..cut).unwrap_or(raw);
    let kind = match number.chars().next() {
        Some('D') => "S",
        Some('P') => "P",
        Some('R') => "E",
        Some('H') => "H",
        _ => "A",
    };
    (number.to_owned(), kind)
}

/// `Hoff; Don G.`
pub(super) fn natural(raw: &str) -> String {
    let (family, given) = raw.split_once(';').unwrap_or((raw, ""));
    names::natural_order(family, given)
}

fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut part = String::new();
    for line in text.lines() {
        if line.starts_with(' ') {
            if let Some(last) = lines.last_mut() {
                last.value.push(' ');
                last.value.push_str(line.trim());
            }
            continue;
        }
        let (tag, value) = line.split_once(' ').unwrap_or((line, ""));
        if value.trim().is_empty() && tag.len() == 4 {
            tag.clone_into(&mut part);
            continue;
        }
        lines.push(Line {
            part: part.clone(),
            tag: tag.to_owned(),
            value: value.trim().to_owned(),
        });
    }
    lines
}

/// Whether `head` starts as a tape or a record of it does.
pub(crate) fn is_likely(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim_end);
    let first = lines.by_ref().take(3).position(|line| line == "PATN");
    first.is_some() && lines.next().is_some_and(|line| line.starts_with("WKU"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patent_of_a_tape() {
        let tape = "HHHHHT APS1\nPATN\nWKU  039327094\nISD  19760113\nTTL  Electronic business\n     telephone\n\
                    INVT\nNAM  Hoff; Don G.\nASSG\nNAM  General\nCLAS\nICL  H04M 1100\nUREF\nPNO  3518629\n\
                    ABST\nPAL  An electronic\n     phone.\nBSUM\nPAR  Text\nPATN\nWKU  D04358549\nTTL  Chair\n";
        let entries = ApsFormat.entries(Box::new(tape.as_bytes()), Limits::default());
        let found: Vec<_> = entries
            .map(|entry| ApsFormat.parse(&entry.unwrap()).unwrap().record)
            .collect();
        assert_eq!(found[0].id.as_str(), "patent:US3932709A");
        assert_eq!(found[0].agents[0].name, "Don G. Hoff");
        assert_eq!(found[0].subjects[0].code, "H04M 11/00");
        assert_eq!(found[0].date.as_deref(), Some("1976-01-13"));
        assert_eq!(
            found[0].title.iter().next().unwrap().1,
            "Electronic business telephone"
        );
        assert_eq!(
            found[0].abstract_text.iter().next().unwrap().1,
            "An electronic phone."
        );
        assert_eq!(found[1].id.as_str(), "patent:USD435854S");
    }
}
