//! Patents as the USPTO's search system keeps them (BRS).

use std::io::{self, BufRead};

use records::AgentRole;

use super::{
    Publication, finish, push_ipc, push_organisation, push_person, set_text, start, tapes::natural,
};
use crate::{
    EntryError, Limits, Parsed, RawEntry, RecordFormat, decode,
    json_lines::Lines,
    line_groups::{LineGroups, Rules},
};

/// Records of the USPTO's search system.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrsFormat;

const BOUNDARY: &[u8] = b"*** BRS DOCUMENT BOUNDARY ***";

const RULES: Rules = Rules {
    is_start: |line| line.trim_ascii() == BOUNDARY,
    is_end: |_| false,
    keeps_strays: false,
};

impl RecordFormat for BrsFormat {
    fn name(&self) -> &'static str {
        "brs"
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
        let value = |tag: &str| {
            let found = lines.iter().find(|(known, _)| *known == tag);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let mut fields = start(&Publication {
            country: "US".to_owned(),
            number: value("WKU").to_owned(),
            kind: value("APT").to_owned(),
            date: value("GISD").to_owned(),
        });
        fields.set("language", "en");
        fields.push_text("title", Some("en"), value("TTL"));
        for (tag, value) in &lines {
            match *tag {
                "INNM" => push_person(&mut fields, &natural(value), "", AgentRole::Inventor),
                "ASNM" | "AANM" => push_organisation(&mut fields, value),
                "IPCP" | "CPOI" => push_ipc(&mut fields, value),
                "URGP" | "FRGP" | "ORPL" => fields.push("references", value.as_str()),
                _ => {}
            }
        }
        let texts = |tags: &[&str]| {
            let found = lines.iter().filter(|(tag, _)| tags.contains(tag));
            found
                .map(|(_, value)| value.as_str())
                .collect::<Vec<_>>()
                .join("\n")
        };
        fields.push_text("abstract", Some("en"), &texts(&["ABPR", "ABTX", "ABPL"]));
        set_text(
            &mut fields,
            &[
                texts(&["BSPR", "BSTX", "DRPR", "DRTX", "DEPR", "DETX"]),
                texts(&["CLPR", "CLTX"]),
            ],
        );
        let mut parsed = finish(fields, "brs")?;
        parsed.record.provenance.remarks.extend(remark);
        Ok(parsed)
    }
}

/// Tag and value; a line that starts with blanks goes on with the one before.
fn lines(text: &str) -> Vec<(&str, String)> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    for line in text.lines().skip(1) {
        if line.starts_with(' ') {
            if let Some((_, value)) = lines.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((tag, value)) = line.split_once(' ') {
            lines.push((tag, value.trim().to_owned()));
        }
    }
    lines
}

/// Whether `head` holds the boundary of a record.
pub(crate) fn is_likely(head: &str) -> bool {
    head.lines()
        .take(20)
        .any(|line| line.trim().as_bytes() == BOUNDARY)
}
