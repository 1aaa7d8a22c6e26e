//! What is answered.

use std::{collections::BTreeMap, ops::Range};

use index::{FacetCount, FacetField, ScorePart};
use records::{Record, RecordId};
use serde::Serialize;

use crate::Mode;

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchResponse {
    /// How many records match.
    pub total: u64,
    /// Whether `total` is exact: it always is.
    pub total_relation: TotalRelation,
    /// How long the search took, in milliseconds.
    pub took_ms: f64,
    /// Which indexes ranked.
    pub mode: Mode,
    /// What the reader should know: the query was read as something else, cut,
    /// or widened.
    pub notices: Vec<String>,
    /// The hits of this page, in order.
    pub hits: Vec<Hit>,
    /// For each field asked, its values over all matching records.
    pub facets: BTreeMap<FacetField, Vec<FacetCount>>,
    /// Other queries that may be meant.
    pub suggestions: Vec<String>,
}

/// What a total is to the true number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum TotalRelation {
    /// Exactly it.
    #[default]
    #[serde(rename = "eq")]
    Eq,
}

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Which one.
    pub id: RecordId,
    /// Its score; comparable within one answer only.
    pub score: f64,
    /// The title to show.
    pub title: Highlighted,
    /// The passage that shows best why it was found.
    pub snippet: Option<Highlighted>,
    /// The page of the document that the snippet stands on, from 1.
    pub page: Option<u32>,
    /// The record, without its full text.
    pub record: Record,
    /// What the score is made of, when asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Explanation>,
}

/// Text of the original with the places that match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Highlighted {
    /// The text, byte for byte as in the record.
    pub text: String,
    /// Byte ranges of `text` that match, in order, not overlapping, on
    /// character boundaries.
    pub marks: Vec<Range<usize>>,
}

impl Highlighted {
    /// Text without marks.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            marks: Vec::new(),
        }
    }
}

/// What a score is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The score of the words: the sum of `terms`.
    pub lexical: f64,
    /// Its parts, from the largest.
    pub terms: Vec<ScorePart>,
    /// How words and meaning make up the score; the two parts sum to it.
    /// `None` when words alone rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fusion: Option<crate::FusionParts>,
}
