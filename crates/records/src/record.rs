//! The record: one work as the catalogue knows it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    AccessLevel, Agent, AgentRole, Column, DocumentFile, Identifier, Lang, Localised,
    LocalisedText, Page, Provenance, RecordId, Scheme, Year,
};

/// One work: a paper, a patent, a dataset, a thesis, a report, an S&T task.
///
/// Everything that the sources said and that a reader or another system can
/// use. Empty fields are left out of the JSON, so that adding a field does not
/// change the bytes of older records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Stable name in this installation.
    pub id: RecordId,
    /// Kind of work.
    #[serde(rename = "type")]
    pub record_type: RecordType,
    /// Title per language.
    #[serde(default, skip_serializing_if = "Localised::is_empty")]
    pub title: LocalisedText,
    /// Abstract (*tóm tắt*) per language.
    #[serde(
        rename = "abstract",
        default,
        skip_serializing_if = "Localised::is_empty"
    )]
    pub abstract_text: LocalisedText,
    /// Author's keywords (*từ khóa*) per language, in the given order.
    #[serde(default, skip_serializing_if = "Localised::is_empty")]
    pub keywords: Localised<Vec<String>>,
    /// People and organisations, in the given order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<Agent>,
    /// Year of publication, grant or acceptance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<Year>,
    /// Full date when known: `2019-05` or `2019-05-17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Journal (*tạp chí*), proceedings (*kỷ yếu*), series, or university.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// Publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Volume (*tập*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Issue (*số*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// Pages as printed: `12-19`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// Main language of the work itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Lang>,
    /// Outside names, in canonical form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Classification codes: S&T fields, IPC, DDC, free subjects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    /// Institutions behind the work, canonical names where known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub institutions: Vec<String>,
    /// Province or city that the work belongs to, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Countries behind the work that its source names, ISO 3166-1 alpha-2;
    /// affiliations tell more: [`Record::country_codes`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Names of the collections it lies in, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<String>,
    /// Who may see it.
    #[serde(default)]
    pub access: AccessLevel,
    /// Day (`YYYY-MM-DD`) on which an embargo ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo_until: Option<String>,
    /// Licence: an SPDX id or a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Links to other works.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Reference list, one entry each, as printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Variables of a dataset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// Document files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<DocumentFile>,
    /// Full text, page by page; kept apart from the rest by the stores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Page>,
    /// Where it came from.
    #[serde(default)]
    pub provenance: Provenance,
}

impl Record {
    /// A record with nothing but an id and a type.
    pub fn new(id: RecordId, record_type: RecordType) -> Self {
        Self {
            id,
            record_type,
            title: Localised::default(),
            abstract_text: Localised::default(),
            keywords: Localised::default(),
            agents: Vec::new(),
            year: None,
            date: None,
            venue: None,
            publisher: None,
            volume: None,
            issue: None,
            pages: None,
            language: None,
            identifiers: Vec::new(),
            subjects: Vec::new(),
            institutions: Vec::new(),
            province: None,
            countries: Vec::new(),
            collections: Vec::new(),
            access: AccessLevel::Open,
            embargo_until: None,
            licence: None,
            links: Vec::new(),
            references: Vec::new(),
            columns: Vec::new(),
            files: Vec::new(),
            body: Vec::new(),
            provenance: Provenance::default(),
        }
    }

    /// The title to show to a reader of `lang`; the id when there is none.
    pub fn display_title(&self, lang: &Lang) -> &str {
        self.title
            .prefer(lang)
            .map_or(self.id.as_str(), |(_, title)| title)
    }

    /// Names of those who made the work (authors, inventors, principal
    /// investigators), in order.
    pub fn creators(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter().filter(|agent| {
            matches!(
                agent.role,
                AgentRole::Author | AgentRole::Inventor | AgentRole::PrincipalInvestigator
            )
        })
    }

    /// The first outside name of a scheme.
    pub fn identifier(&self, scheme: Scheme) -> Option<&str> {
        self.identifiers
            .iter()
            .find(|identifier| identifier.scheme == scheme)
            .map(|identifier| identifier.value.as_str())
    }
}

/// Kinds of works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordType {
    /// Article, conference paper, preprint.
    Paper,
    /// Patent or utility solution.
    Patent,
    /// Research dataset.
    Dataset,
    /// Thesis (*luận án, luận văn*).
    Thesis,
    /// Project report.
    Report,
    /// S&T task (*nhiệm vụ khoa học và công nghệ*).
    Task,
    /// Book or chapter.
    Book,
    /// Anything else.
    Other,
}

/// A word that is no record type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "record type `{0}` is not known; use paper, patent, dataset, thesis, report, task, book or other"
)]
pub struct UnknownRecordType(String);

impl RecordType {
    /// All types, in the order in which pages list them.
    pub const ALL: [Self; 8] = [
        Self::Paper,
        Self::Patent,
        Self::Dataset,
        Self::Thesis,
        Self::Report,
        Self::Task,
        Self::Book,
        Self::Other,
    ];

    /// The word used in files, filters and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Patent => "patent",
            Self::Dataset => "dataset",
            Self::Thesis => "thesis",
            Self::Report => "report",
            Self::Task => "task",
            Self::Book => "book",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RecordType {
    type Err = UnknownRecordType;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|record_type| record_type.as_str() == word)
            .ok_or_else(|| UnknownRecordType(word.chars().take(40).collect()))
    }
}

/// A code of a classification scheme, or a free subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// `khcn` (S&T fields of Circular 24/2025), `ipc`, `ddc`, `free`.
    pub scheme: String,
    /// The code; for `free` the subject itself.
    pub code: String,
}

/// A link to another work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// What this work is to the other one.
    pub relation: Relation,
    /// Record id, DOI or URL of the other one.
    pub target: String,
}

/// What a work is to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Cites it.
    Cites,
    /// Comes out of it: a paper from a task, a patent from a thesis.
    ResultOf,
    /// Uses the dataset.
    Uses,
    /// Is a version of the same work: report, article, thesis.
    VersionOf,
    /// Is a translation of it.
    TranslationOf,
    /// Is a part of it.
    PartOf,
    /// Has to do with it.
    RelatedTo,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_record_has_short_json_that_reads_back() {
        let record = Record::new(RecordId::new("a1").unwrap(), RecordType::Task);
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(
            json,
            r#"{"id":"a1","type":"task","access":"open","provenance":{"source":"","format":""}}"#
        );
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
    }

    #[test]
    fn type_words_round_trip() {
        for record_type in RecordType::ALL {
            assert_eq!(record_type.as_str().parse(), Ok(record_type));
        }
        assert!("poem".parse::<RecordType>().is_err());
    }
}
