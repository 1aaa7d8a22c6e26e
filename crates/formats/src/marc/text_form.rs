//! MARC as MarcEdit writes it into text files: `=245  10$aTitle /$cby A.`
//! **Source:** MarcEdit, MARCMaker 2.5 format.

use std::io::{self, BufRead};

use super::{DataField, MarcRecord, syntax};
use crate::{
    EntryError, Limits, Parsed, RawEntry, RecordFormat, decode,
    json_lines::Lines,
    line_groups::{LineGroups, Rules},
};

/// MARC as text.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarcTextFormat;

const RULES: Rules = Rules {
    is_start: |line| line.starts_with(b"=LDR") || line.starts_with(b"=000"),
    is_end: |line| line.trim_ascii().is_empty(),
    keeps_strays: true,
};

impl RecordFormat for MarcTextFormat {
    fn name(&self) -> &'static str {
        "marc-text"
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
        let mut record = MarcRecord::default();
        record.remarks.extend(remark);
        for line in text.lines() {
            read_line(line.trim_end(), &mut record);
        }
        if record.data.is_empty() {
            return Err(syntax("no line of the form `=245  10$a…`"));
        }
        record.into_parsed("marc-text")
    }
}

fn read_line(line: &str, record: &mut MarcRecord) {
    let Some((tag, value)) = line
        .strip_prefix('=')
        .and_then(|line| line.split_at_checked(3))
    else {
        record
            .remarks
            .push(format!("line `{}` left out", crate::fields::shown(line)));
        return;
    };
    let value = value.strip_prefix("  ").unwrap_or(value.trim_start());
    if matches!(tag, "LDR" | "000") {
        record.leader = value.replace('\\', " ");
    } else if tag.starts_with("00") {
        record
            .control
            .push((tag.to_owned(), value.replace('\\', " ")));
    } else {
        let mut parts = value.split('$');
        let mut indicators = parts.next().unwrap_or_default().chars();
        let mut indicator = || indicators.next().filter(|c| *c != '\\').unwrap_or(' ');
        let subfields = parts.filter_map(|part| {
            let mut rest = part.chars();
            let code = rest.next()?;
            Some((code, plain(rest.as_str())))
        });
        record.data.push(DataField {
            tag: tag.to_owned(),
            indicators: [indicator(), indicator()],
            subfields: subfields.collect(),
        });
    }
}

/// The signs that the form itself uses have names; so have letters with marks,
/// which stay as they are where the name is not known.
fn plain(text: &str) -> String {
    text.replace("{dollar}", "$")
        .replace("{lcub}", "{")
        .replace("{rcub}", "}")
        .replace("{bsol}", "\\")
}
