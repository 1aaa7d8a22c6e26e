//! The mapping that a librarian writes for a table with columns of its own.

use std::collections::BTreeMap;

use records::{AccessLevel, Agent, AgentKind, AgentRole, RecordType};
use serde::{Deserialize, Serialize};

use super::{columns, header::shown};
use crate::{fields::Fields, vocabulary};

/// Fields that hold one value.
const SINGLE: [&str; 28] = [
    "id",
    "year",
    "date",
    "venue",
    "publisher",
    "volume",
    "issue",
    "pages",
    "doi",
    "issn",
    "isbn",
    "url",
    "handle",
    "arxiv",
    "patent_number",
    "project_code",
    "language",
    "type",
    "text",
    "field",
    "ipc",
    "province",
    "access",
    "licence",
    "embargo_until",
    "title",
    "abstract",
    "ignore",
];

/// Fields that hold several.
const MULTIPLE: [&str; 7] = [
    "keywords",
    "authors",
    "institutions",
    "countries",
    "collections",
    "references",
    "lead_institution",
];

/// Fields that may be told in one language: `title:en`.
const LOCALISED: [&str; 3] = ["title", "abstract", "keywords"];

/// Between several values in a cell, unless the mapping says another.
const SEPARATOR: &str = ";";

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// Not TOML, or with keys that nobody knows.
    #[error("{0}; see `docs/catalogues.md` for an example")]
    Syntax(#[from] toml::de::Error),
    /// A field that records do not have.
    #[error("column `{column}` is mapped to `{field}`, which is no field; use one of {known}")]
    Field {
        /// The column; `constants` for a constant.
        column: String,
        /// What it is mapped to.
        field: String,
        /// The fields there are.
        known: String,
    },
    /// A value that the field cannot have.
    #[error("column `{column}`: `{value}` is no {what}; {cure}")]
    Value {
        /// The column; `constants` for a constant.
        column: String,
        /// The value.
        value: String,
        /// What it was to be.
        what: &'static str,
        /// What to write.
        cure: String,
    },
    /// Nothing to find a record by.
    #[error("no column is mapped to `title`, `title:vi` or `title:en`; map one")]
    NoTitle,
    /// Header rows count from 1.
    #[error(
        "`header = 0`: rows count from 1; write the number of the row with the names, or leave it out"
    )]
    HeaderRow,
}

/// Which part of a date comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
enum DateOrder {
    /// `31/12/2019`
    #[default]
    #[serde(rename = "day-first")]
    Day,
    /// `12/31/2019`
    #[serde(rename = "month-first")]
    Month,
    /// `2019/12/31`
    #[serde(rename = "year-first")]
    Year,
}

/// What stands in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sheet: Option<String>,
    header: Option<usize>,
    separator: Option<String>,
    #[serde(default)]
    dates: DateOrder,
    columns: BTreeMap<String, Rule>,
    #[serde(default)]
    constants: BTreeMap<String, OneOrMany>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Rule {
    Field(String),
    Full(FullRule),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FullRule {
    field: String,
    separator: Option<String>,
    dates: Option<DateOrder>,
    role: Option<AgentRole>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    optional: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Number(i64),
    Many(Vec<String>),
}

/// Which column becomes which field.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mapping {
    text: String,
    /// The sheet that is meant, of a workbook.
    pub sheet: Option<String>,
    /// Row of the names, from 1.
    pub(super) header_row: Option<usize>,
    columns: Vec<(String, FullRule)>,
    constants: BTreeMap<String, OneOrMany>,
}

impl PartialEq for Mapping {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Mapping {}

impl From<Mapping> for String {
    fn from(mapping: Mapping) -> Self {
        mapping.text
    }
}

impl TryFrom<String> for Mapping {
    type Error = MappingError;

    fn try_from(text: String) -> Result<Self, MappingError> {
        let written: Written = toml::from_str(&text)?;
        if written.header == Some(0) {
            return Err(MappingError::HeaderRow);
        }
        let rules = written.columns.into_iter().map(|(column, rule)| {
            let mut rule = match rule {
                Rule::Field(field) => FullRule {
                    field,
                    ..FullRule::default()
                },
                Rule::Full(rule) => rule,
            };
            rule.separator = rule.separator.or_else(|| written.separator.clone());
            rule.dates = rule.dates.or(Some(written.dates));
            (column, rule)
        });
        let mapping = Self {
            sheet: written.sheet,
            header_row: written.header,
            columns: rules.collect(),
            constants: written.constants,
            text,
        };
        mapping.check_fields()?;
        Ok(mapping)
    }
}

impl Mapping {
    fn check_fields(&self) -> Result<(), MappingError> {
        for (column, rule) in &self.columns {
            check_field(column, &rule.field)?;
            for value in rule.values.values() {
                check_value(column, &rule.field, value)?;
            }
        }
        for (field, value) in &self.constants {
            check_field("constants", field)?;
            for value in value.texts() {
                check_value("constants", field, &value)?;
            }
        }
        let mut fields = self.columns.iter().map(|(_, rule)| rule.field.as_str());
        match fields.any(|field| field == "title" || field.starts_with("title:")) {
            true => Ok(()),
            false => Err(MappingError::NoTitle),
        }
    }

    fn rule(&self, name: &str) -> Option<&FullRule> {
        let wanted = key(name);
        let found = self
            .columns
            .iter()
            .find(|(column, _)| key(column) == wanted);
        found.map(|(_, rule)| rule)
    }

    /// Whether a column is mapped.
    pub(super) fn names(&self, name: &str) -> bool {
        !name.is_empty() && self.rule(name).is_some()
    }

    /// Whether a column is mapped to a title.
    pub(super) fn is_title(&self, name: &str) -> bool {
        self.rule(name)
            .is_some_and(|rule| rule.field.starts_with("title"))
    }

    /// Whether the header has every column that is not optional.
    pub(super) fn check(&self, names: &[String]) -> Result<(), String> {
        let has = |column: &str| names.iter().any(|name| key(name) == key(column));
        let missing = self
            .columns
            .iter()
            .filter(|(column, rule)| !rule.optional && !has(column));
        let missing: Vec<String> = missing.map(|(column, _)| column.clone()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(format!(
            "the mapping wants the columns {}, which the header does not name; it names {}: mend the mapping, or say `optional = true`",
            shown(&missing),
            shown(names)
        ))
    }

    /// Sets the field that a column stands for.
    pub(super) fn set(&self, fields: &mut Fields, name: &str, value: &str) {
        let Some(rule) = self.rule(name).filter(|_| !name.is_empty()) else {
            return;
        };
        let value = rule
            .values
            .get(value.trim())
            .map_or(value, String::as_str)
            .trim();
        if value.is_empty() || rule.field == "ignore" {
            return;
        }
        let (field, lang) = match rule.field.split_once(':') {
            Some((field, lang)) => (field, Some(lang)),
            None => (rule.field.as_str(), None),
        };
        let separator = rule.separator.as_deref().unwrap_or(SEPARATOR);
        let items = || {
            value
                .split(separator)
                .map(str::trim)
                .filter(|item| !item.is_empty())
        };
        match field {
            "authors" => {
                for item in items() {
                    fields.push_agent(
                        item,
                        AgentKind::Person,
                        rule.role.unwrap_or(AgentRole::Author),
                    );
                }
            }
            "lead_institution" => {
                for item in items() {
                    fields.push_full_agent(Agent {
                        kind: AgentKind::Organisation,
                        role: rule.role.unwrap_or(AgentRole::LeadInstitution),
                        ..Agent::author(item)
                    });
                }
            }
            "keywords" => items().for_each(|item| fields.push_text("keywords", lang, item)),
            field if MULTIPLE.contains(&field) => items().for_each(|item| fields.push(field, item)),
            "title" | "abstract" => fields.push_text(field, lang, value),
            "date" => match date(value, rule.dates.unwrap_or_default()) {
                Some(date) => fields.set_date(&date),
                None => fields.set_date(value),
            },
            "type" => fields.set("type", columns::type_word(value)),
            "access" => fields.set("access", access_word(value)),
            field => fields.set(field, value),
        }
    }

    /// Sets what holds for every record and its row does not say.
    pub(super) fn set_constants(&self, fields: &mut Fields) {
        for (field, value) in &self.constants {
            if fields.has(field) {
                continue;
            }
            for value in value.texts() {
                match field.split_once(':') {
                    Some((field, lang)) => fields.push_text(field, Some(lang), &value),
                    None if MULTIPLE.contains(&field.as_str()) => fields.push(field, value),
                    None => fields.set(field, value),
                }
            }
        }
    }
}

impl OneOrMany {
    fn texts(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Number(number) => vec![number.to_string()],
            Self::Many(texts) => texts.clone(),
        }
    }
}

/// A name of a column without what people write in two ways.
fn key(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    text::normalise(&words.join(" ")).to_lowercase()
}

fn check_field(column: &str, field: &str) -> Result<(), MappingError> {
    let is_known = match field.split_once(':') {
        Some((name, lang)) => LOCALISED.contains(&name) && (2..=3).contains(&lang.len()),
        None => SINGLE.contains(&field) || MULTIPLE.contains(&field),
    };
    match is_known {
        true => Ok(()),
        false => Err(MappingError::Field {
            column: column.to_owned(),
            field: field.to_owned(),
            known: [&SINGLE[..], &MULTIPLE[..]].concat().join(", ")
                + ", and `title:en` and the like",
        }),
    }
}

fn check_value(column: &str, field: &str, value: &str) -> Result<(), MappingError> {
    let wrong = |what, cure: String| MappingError::Value {
        column: column.to_owned(),
        value: value.to_owned(),
        what,
        cure,
    };
    match field {
        "type" => match columns::type_word(value).parse::<RecordType>() {
            Err(error) if vocabulary::record_type(value).is_none() => {
                Err(wrong("record type", error.to_string()))
            }
            _ => Ok(()),
        },
        "access" => match access_word(value).parse::<AccessLevel>() {
            Ok(_) => Ok(()),
            Err(error) => Err(wrong("access level", error.to_string())),
        },
        _ => Ok(()),
    }
}

fn access_word(value: &str) -> String {
    match vocabulary::access(value) {
        Some(level) => level.to_string(),
        None => value.to_lowercase(),
    }
}

/// Day, month and year in the stated order, as `2019-12-31`.
fn date(value: &str, order: DateOrder) -> Option<String> {
    let mut parts = value
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let mut number = || parts.next()?.parse::<u32>().ok();
    let (a, b, c) = (number()?, number()?, number()?);
    let (year, month, day) = match order {
        // A cell that Excel knows as a date comes with its year in front.
        _ if a > 31 => (a, b, c),
        DateOrder::Day => (c, b, a),
        DateOrder::Month => (c, a, b),
        DateOrder::Year => (a, b, c),
    };
    let is_good =
        (1000..3000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_good.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use records::Lang;

    use super::*;
    use crate::{Limits, Parsed, RecordFormat, TableFormat};

    const MAPPING: &str = r#"
separator = "/"
[columns]
"Mã số" = "project_code"
"Tên đề tài" = "title:vi"
"Tên tiếng Anh" = "title:en"
"Chủ nhiệm, thành viên" = { field = "authors", separator = ",", role = "principal_investigator" }
"Từ khóa" = "keywords:vi"
"Ngày nghiệm thu" = { field = "date", dates = "month-first" }
"Cấp" = { field = "type", values = { "Cơ sở" = "task", "LA" = "thesis" }, optional = true }
"Mật" = { field = "access", values = { "x" = "restricted" }, optional = true }
[constants]
type = "report"
collections = ["nhiem-vu"]
"#;

    fn read(text: &str) -> Vec<Parsed> {
        let mapping = Mapping::try_from(MAPPING.to_owned()).unwrap();
        let format = TableFormat::mapped(mapping).of_sheet();
        let entries = format.entries(Box::new(text.as_bytes()), Limits::default());
        entries
            .map(|entry| format.parse(&entry.unwrap()).unwrap())
            .collect()
    }

    #[test]
    fn columns_become_fields_and_constants_fill_the_rest() {
        let found = read(
            "Danh mục\n\nMã số\tTÊN  ĐỀ TÀI\tTên tiếng Anh\tChủ nhiệm, thành viên\tTừ khoá\tNgày nghiệm thu\tCấp\n\
             KC.01\tLúa \"mặn\"\tSalt rice\tLê Lợi, Trần Lan\tlúa/mặn\t12/31/2019\tLA\n\
             KC.02\tTôm\t\t\t\t2018-05-01\t\n",
        );
        let record = &found[0].record;
        assert_eq!(record.title.get(&Lang::vi()).unwrap(), "Lúa \"mặn\"");
        assert_eq!(record.title.get(&Lang::en()).unwrap(), "Salt rice");
        assert_eq!(record.agents[1].role, AgentRole::PrincipalInvestigator);
        assert_eq!(record.keywords.get(&Lang::vi()).unwrap(), &["lúa", "mặn"]);
        assert_eq!(record.date.as_deref(), Some("2019-12-31"));
        assert_eq!(record.record_type, RecordType::Thesis);
        assert_eq!(found[1].record.record_type, RecordType::Report);
        assert_eq!(found[1].record.date.as_deref(), Some("2018-05-01"));
        assert_eq!(found[1].record.collections, ["nhiem-vu"]);
    }

    #[test]
    fn mistakes_are_named_with_their_cure() {
        for (text, says) in [
            ("columns = 3", "docs/catalogues.md"),
            ("[columns]\na = \"titel\"", "`a` is mapped to `titel`"),
            ("[columns]\na = \"year\"", "map one"),
            ("header = 0\n[columns]\na = \"title\"", "count from 1"),
            (
                "[columns]\na = \"title\"\n[constants]\ntype = \"poem\"",
                "record type",
            ),
            (
                "[columns]\na = { field = \"title\", colour = 1 }",
                "docs/catalogues.md",
            ),
        ] {
            let message = Mapping::try_from(text.to_owned()).unwrap_err().to_string();
            assert!(message.contains(says), "{message}");
        }
        let mapping = Mapping::try_from(MAPPING.to_owned()).unwrap();
        let missing = TableFormat::mapped(mapping)
            .check("Mã số,Tên đề tài\n")
            .unwrap_err();
        assert!(
            missing.contains("`Tên tiếng Anh`") && missing.contains("optional = true"),
            "{missing}"
        );
    }

    #[test]
    fn a_mapping_travels_as_its_text() {
        let mapping = Mapping::try_from(MAPPING.to_owned()).unwrap();
        let json = serde_json::to_string(&mapping).unwrap();
        assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
    }
}
