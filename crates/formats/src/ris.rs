//! RIS, the exchange format of reference managers: `TY  - JOUR` … `ER  - `.

use std::io::{self, BufRead};

use records::{AgentKind, AgentRole, RecordType};

use crate::{
    EntryError, Limits, Parsed, RawEntry, RecordFormat, decode,
    fields::Fields,
    json_lines::Lines,
    line_groups::{LineGroups, Rules},
    names,
};

/// RIS.
#[derive(Debug, Clone, Copy, Default)]
pub struct RisFormat;

/// What this program writes under `DP`: an `ID` beside it is our own.
pub(crate) const DATABASE: &str = "Tri Thức";

impl RecordFormat for RisFormat {
    fn name(&self) -> &'static str {
        "ris"
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
        let tags = tags(&text)?;
        let mut parsed = fields(&tags).into_parsed("ris")?;
        parsed.record.provenance.remarks.extend(remark);
        Ok(parsed)
    }
}

const RULES: Rules = Rules {
    is_start: |line| is_tag(line, b"TY"),
    is_end: |line| is_tag(line, b"ER"),
    keeps_strays: true,
};

/// The tags with their values; a line without a tag goes on with the last one.
fn tags(text: &str) -> Result<Vec<(&str, String)>, EntryError> {
    let mut tags: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches('\u{feff}').trim_end();
        match tag(line) {
            Some(tag) => tags.push(tag),
            None if line.trim().is_empty() => {}
            None => match tags.last_mut() {
                Some((_, value)) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                None => break,
            },
        }
    }
    match tags.first() {
        Some(("TY", _)) => Ok(tags),
        _ => Err(EntryError::Syntax {
            format: "RIS",
            reason: "does not start with `TY  - `".to_owned(),
            cure: "write the type of the work first and `ER  - ` last",
        }),
    }
}

/// Whether a line has a tag; some programs write one blank behind it.
fn is_tag(line: &[u8], tag: &[u8]) -> bool {
    let rest = line.trim_ascii().strip_prefix(tag);
    rest.is_some_and(|rest| rest.starts_with(b" ") && rest.trim_ascii_start().starts_with(b"-"))
}

fn tag(line: &str) -> Option<(&str, String)> {
    let (tag, value) = line.split_at_checked(2)?;
    let is_tag = tag
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let value = value.trim_start().strip_prefix('-')?;
    (is_tag && line[2..].starts_with(' ')).then(|| (tag, value.trim().to_owned()))
}

fn fields(tags: &[(&str, String)]) -> Fields {
    let mut fields = Fields::default();
    let is_ours = tags
        .iter()
        .any(|(tag, value)| *tag == "DP" && value == DATABASE);
    let mut first_page = "";
    for (tag, value) in tags {
        match *tag {
            "TY" => fields.set("type", record_type(value).as_str()),
            "TI" | "T1" | "TT" => fields.push("title", value.as_str()),
            "AB" | "N2" => fields.push("abstract", value.as_str()),
            "AU" | "A1" => push_agent(&mut fields, value, AgentRole::Author),
            "A2" | "ED" => push_agent(&mut fields, value, AgentRole::Editor),
            "A3" => push_agent(&mut fields, value, AgentRole::Supervisor),
            "PY" | "Y1" => fields.set("year", value.as_str()),
            "DA" => fields.set("date", value.trim_end_matches('/').replace('/', "-")),
            "JO" | "JF" | "T2" | "BT" | "JA" => fields.set("venue", value.as_str()),
            "PB" => fields.set("publisher", value.as_str()),
            "VL" => fields.set("volume", value.as_str()),
            "IS" => fields.set("issue", value.as_str()),
            "SP" => first_page = value,
            "EP" if !first_page.is_empty() => fields.set("pages", format!("{first_page}-{value}")),
            "DO" => fields.set("doi", value.as_str()),
            "SN" => fields.set(
                if value.len() > 9 { "isbn" } else { "issn" },
                value.as_str(),
            ),
            "UR" => fields.set("url", value.as_str()),
            "KW" => fields.push("keywords", value.as_str()),
            "LA" => fields.set("language", value.as_str()),
            "AD" => fields.push("institutions", value.as_str()),
            "ID" if is_ours => fields.set("id", value.as_str()),
            _ => {}
        }
    }
    fields.set("pages", first_page);
    fields
}

/// A trailing comma marks an organisation; it has no given name.
fn push_agent(fields: &mut Fields, value: &str, role: AgentRole) {
    let kind = if value.ends_with(',') {
        AgentKind::Organisation
    } else {
        AgentKind::Person
    };
    fields.push_agent(&names::from_comma_form(value), kind, role);
}

fn record_type(word: &str) -> RecordType {
    match word.to_ascii_uppercase().as_str() {
        "JOUR" | "CONF" | "CPAPER" | "MGZN" | "ABST" | "INPR" | "ELEC" | "UNPB" => {
            RecordType::Paper
        }
        "THES" => RecordType::Thesis,
        "RPRT" => RecordType::Report,
        "PAT" => RecordType::Patent,
        "DATA" | "AGGR" => RecordType::Dataset,
        "GRNT" => RecordType::Task,
        "BOOK" | "CHAP" | "EBOOK" | "ECHAP" | "EDBOOK" => RecordType::Book,
        _ => RecordType::Other,
    }
}

#[cfg(test)]
mod tests {
    use records::Lang;

    use super::*;

    fn read(text: &str) -> Vec<Result<Parsed, EntryError>> {
        let entries = RisFormat.entries(Box::new(text.as_bytes()), Limits::default());
        entries
            .map(|entry| RisFormat.parse(&entry.unwrap()))
            .collect()
    }

    #[test]
    fn an_article_with_both_titles() {
        let found = read(
            "\u{feff}TY  - JOUR\r\nTI  - Ảnh hưởng của xâm nhập mặn đến lúa\r\nTT  - Effects of salinity \
             on the growth of rice\r\nAU  - Nguyễn, Văn Đức\r\nAU  - Smith, John\r\nAU  - Viện Lúa,\r\nPY  - 2019///\r\n\
             JO  - Tạp chí Nông nghiệp\r\nSP  - 12\r\nEP  - 19\r\nDO  - 10.1000/ABC\r\nKW  - lúa\r\n\
             KW  - mặn\r\nAB  - Dòng một\r\ntiếp theo\r\nER  - \r\n",
        );
        let record = &found[0].as_ref().unwrap().record;
        assert!(record.title.get(&Lang::vi()).is_some() && record.title.get(&Lang::en()).is_some());
        let names: Vec<_> = record.agents.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names, ["Nguyễn Văn Đức", "John Smith", "Viện Lúa"]);
        assert_eq!(record.agents[2].kind, AgentKind::Organisation);
        assert_eq!(
            (record.year.unwrap().get(), record.pages.as_deref()),
            (2019, Some("12-19"))
        );
        assert_eq!(record.id.as_str(), "doi:10.1000/abc");
        assert_eq!(
            record.abstract_text.iter().next().unwrap().1,
            "Dòng một tiếp theo"
        );
        assert_eq!(record.keywords.iter().next().unwrap().1.len(), 2);
    }

    #[test]
    fn a_broken_entry_does_not_hide_the_next() {
        let found = read("rubbish\nTY  - THES\nTI  - Một\nTY  - DATA\nTI  - Hai\nER  -\n");
        assert!(
            found[0]
                .as_ref()
                .unwrap_err()
                .to_string()
                .contains("write the type")
        );
        let types: Vec<_> = found[1..]
            .iter()
            .map(|f| f.as_ref().unwrap().record.record_type)
            .collect();
        assert_eq!(types, [RecordType::Thesis, RecordType::Dataset]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(text in "(TY  - [A-Z]{0,4}|AU  - .{0,9}|.{0,20}|\n|ER  -|đ){0,30}") {
            read(&text);
        }
    }
}
