//! What deposits look like over the API.

use std::collections::BTreeMap;

use deposits::Deposit;
use records::{DocumentFile, RecordId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::pages::record_url;

/// Somebody who made the work.
#[derive(ToSchema)]
#[schema(as = DepositAuthor)]
#[allow(dead_code, reason = "describes what `deposits::Metadata` reads")]
pub(crate) struct DepositAuthor {
    /// Name in natural order.
    #[schema(max_length = 1000)]
    name: String,
    /// ORCID.
    orcid: Option<String>,
    /// Where the person works.
    affiliation: Option<String>,
}

/// What a depositor says of a work. A draft may lack anything; what is
/// submitted has title, type, authors, year and language.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what `deposits::Metadata` reads")]
pub(crate) struct DepositMetadata {
    /// Kind of work.
    #[schema(pattern = "^(paper|patent|dataset|thesis|report|task|book|other)$")]
    r#type: Option<String>,
    /// Title, by code of language.
    #[schema(required = false)]
    title: BTreeMap<String, String>,
    /// Abstract, by code of language; at most 20,000 characters.
    #[schema(required = false)]
    r#abstract: BTreeMap<String, String>,
    /// Keywords, by code of language.
    #[schema(required = false)]
    keywords: BTreeMap<String, Vec<String>>,
    /// Who made it, in order; at most 500.
    #[schema(required = false)]
    authors: Vec<DepositAuthor>,
    /// Institutions behind it.
    #[schema(required = false)]
    institutions: Vec<String>,
    /// Year, 1000 to 2100.
    #[schema(minimum = 1000, maximum = 2100)]
    year: Option<i32>,
    /// Main language of the work: vi, en, …
    #[schema(pattern = "^[a-z]{2,3}$")]
    language: Option<String>,
    /// Journal, proceedings, university.
    venue: Option<String>,
    /// Publisher.
    publisher: Option<String>,
    /// DOI.
    doi: Option<String>,
    /// Code of the S&T task that it comes out of.
    task_code: Option<String>,
    /// Province or city.
    province: Option<String>,
    /// Licence: an SPDX id or an address.
    licence: Option<String>,
    /// Who may see it.
    #[schema(pattern = "^(open|registered|restricted|embargoed)$")]
    access: Option<String>,
    /// Day on which an embargo ends; needed for embargoed.
    #[schema(format = Date)]
    embargo_until: Option<String>,
}

/// The part of a form with a document.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; `Upload` reads it")]
pub(crate) struct DepositFileForm {
    /// The document.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DecisionWord {
    /// It becomes a record.
    Accept,
    /// Its depositor mends it.
    Return,
    /// It is refused for good.
    Refuse,
}

/// A decision on a deposit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionBody {
    pub(super) decision: DecisionWord,
    /// Why; needed to return or refuse, at most 2,000 characters.
    #[serde(default)]
    pub(super) reason: Option<String>,
    /// On accepting: the collection that the record lies in.
    #[serde(default)]
    pub(super) collection: Option<String>,
    /// On accepting: another access level than the depositor asked for.
    #[serde(default)]
    #[schema(pattern = "^(open|registered|restricted|embargoed)$")]
    pub(super) access: Option<String>,
}

/// A document of a deposit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepositFile {
    /// From 1.
    number: usize,
    name: String,
    media_type: String,
    bytes: u64,
    /// BLAKE3 of its content.
    blake3: String,
    /// Pages that were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<u32>,
    /// Rows of data that were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
}

/// Something that happened to a deposit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepositStep {
    /// When, UTC.
    at: String,
    /// Who.
    by: String,
    /// Where the deposit stood then.
    state: &'static str,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A deposit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DepositAnswer {
    /// Its name; the record that it becomes has the same.
    id: String,
    /// Where it is had.
    pub(super) url: String,
    /// Whose it is.
    by: String,
    /// draft, submitted, returned, accepted, refused or withdrawn.
    state: &'static str,
    /// What its depositor says of it.
    #[schema(value_type = DepositMetadata)]
    metadata: serde_json::Value,
    /// What is still missing before it can be submitted.
    missing: Vec<&'static str>,
    /// Its documents.
    files: Vec<DepositFile>,
    /// What happened to it, oldest first.
    steps: Vec<DepositStep>,
    /// Records of the library with the same identifier.
    same: Vec<String>,
    /// Page of the record that it became; null before.
    record: Option<String>,
}

impl DepositAnswer {
    /// A deposit at the address `base`.
    pub(super) fn new(deposit: Deposit, same: &[RecordId], base: &str) -> Self {
        let file = |(number, file): (usize, DocumentFile)| DepositFile {
            number,
            name: file.name,
            media_type: file.media_type,
            bytes: file.bytes,
            blake3: file.blake3,
            pages: file.pages,
            rows: file.rows,
        };
        let step = |step: deposits::Step| DepositStep {
            at: step.at.to_string(),
            by: step.by,
            state: step.state.as_str(),
            reason: step.reason,
        };
        let is_record = deposit.state == deposits::State::Accepted;
        Self {
            url: format!("{base}/api/v1/deposits/{}", deposit.id),
            by: deposit.by,
            state: deposit.state.as_str(),
            missing: deposit.metadata.missing(),
            metadata: serde_json::to_value(&deposit.metadata)
                .expect("a value with only string keys"),
            files: (1..).zip(deposit.files).map(file).collect(),
            steps: deposit.steps.into_iter().map(step).collect(),
            same: same.iter().map(RecordId::to_string).collect(),
            record: is_record.then(|| format!("{base}{}", record_url(&deposit.id))),
            id: deposit.id.to_string(),
        }
    }
}
