//! What a full-text store is asked and what it answers. Words are given as the
//! user wrote them: the store runs the same analyser over them that it ran
//! over the records.

use std::collections::BTreeMap;

use records::{Clearance, RecordId};
use serde::Serialize;

use crate::{FacetCount, FacetField, Filter};

/// A searchable field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchField {
    /// Titles in all languages.
    Title,
    /// Abstracts in all languages.
    Abstract,
    /// Keywords and free subjects.
    Keyword,
    /// Names of people and organisations.
    Author,
    /// Names of institutions, affiliations of people included.
    Institution,
    /// Journal, proceedings, publisher.
    Venue,
    /// Full text.
    Body,
    /// Columns (variables) of a dataset.
    Column,
    /// Record id, DOI and other identifiers, whole and lower-cased.
    Identifier,
}

impl SearchField {
    /// All fields, in the order of the index.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Abstract,
        Self::Keyword,
        Self::Author,
        Self::Institution,
        Self::Venue,
        Self::Body,
        Self::Column,
        Self::Identifier,
    ];

    /// The word used in queries, explanations and the index definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Abstract => "abstract",
            Self::Keyword => "keyword",
            Self::Author => "author",
            Self::Institution => "institution",
            Self::Venue => "venue",
            Self::Body => "body",
            Self::Column => "column",
            Self::Identifier => "id",
        }
    }
}

/// What to look for.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryExpr {
    /// Every record.
    All,
    /// No record.
    Nothing,
    /// Plain words, ranked together; see [`Words`].
    Words(Words),
    /// Words one after the other, as written, accents and all.
    Phrase {
        /// In this field; `None` for all of them.
        field: Option<SearchField>,
        /// The words as written.
        text: String,
        /// How many places the words may be apart in sum; 0 for a phrase.
        slop: u32,
    },
    /// Words that start with this.
    Prefix {
        /// In this field; `None` for all of them.
        field: Option<SearchField>,
        /// The beginning as written, without the star.
        text: String,
    },
    /// Exactly this value of a facet field (year: also a range).
    Value(Filter),
    /// Exactly these records; they add nothing to a score.
    Ids(Vec<RecordId>),
    /// All of them.
    And(Vec<QueryExpr>),
    /// At least one of them.
    Or(Vec<QueryExpr>),
    /// The first, without what matches the second.
    AndNot(Box<QueryExpr>, Box<QueryExpr>),
}

/// Plain words: a record matches when it holds enough of them, and the more of
/// them, the rarer they are, and the closer they stand, the higher it ranks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Words {
    /// In this field; `None` for all of them.
    pub field: Option<SearchField>,
    /// The words as written.
    pub text: String,
    /// Other spellings of the same words (restored accents), each with a weight
    /// in (0, 1]. One with as many tokens as `text` is read word by word beside
    /// it, any other like those of `others`.
    pub variants: Vec<(String, f32)>,
    /// The same said in other words (synonyms, translations), each with a weight
    /// in (0, 1]: a record counts by whichever of them and `text` fits it best.
    pub others: Vec<(String, f32)>,
    /// Share of the words, weighted by their rarity, that a record must hold,
    /// in [0, 1]; `None` for the share that the number of words suggests.
    pub min_share: Option<f32>,
}

/// The order of results. Ties are broken by id, whatever the order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Best score first.
    #[default]
    Relevance,
    /// Newest year first; records without a year last.
    Newest,
    /// Oldest year first; records without a year last.
    Oldest,
    /// By title, in the order of the Vietnamese alphabet.
    Title,
}

/// A question to a full-text store.
#[derive(Debug, Clone, PartialEq)]
pub struct FullTextQuery {
    /// What to look for.
    pub expr: QueryExpr,
    /// Conditions; several values on one field mean "or", fields mean "and".
    pub filters: Vec<Filter>,
    /// Fields to count.
    pub facets: Vec<FacetField>,
    /// Values a facet at most; the year is never cut.
    pub facet_limit: usize,
    /// Order of the hits.
    pub sort: Sort,
    /// Hits to skip.
    pub offset: usize,
    /// Hits to give back.
    pub limit: usize,
    /// What whoever asks may see: nothing else is found, counted or listed.
    pub clearance: Clearance,
    /// Whether each hit says what its score is made of.
    pub explain: bool,
}

impl FullTextQuery {
    /// The first ten hits for `expr`, by relevance, without facets.
    pub fn new(expr: QueryExpr, clearance: Clearance) -> Self {
        Self {
            expr,
            filters: Vec::new(),
            facets: Vec::new(),
            facet_limit: 100,
            sort: Sort::Relevance,
            offset: 0,
            limit: 10,
            clearance,
            explain: false,
        }
    }
}

/// One page of the answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FullTextPage {
    /// How many records match, exactly.
    pub total: u64,
    /// The hits of this page, in order.
    pub hits: Vec<FullTextHit>,
    /// For each field asked, its values over all matching records: by count
    /// from the largest, then by value.
    pub facets: BTreeMap<FacetField, Vec<FacetCount>>,
}

/// A record that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FullTextHit {
    /// Which one.
    pub id: RecordId,
    /// Its score; comparable within one answer only.
    pub score: f32,
    /// What the score is made of, when asked: the parts sum to the score.
    pub parts: Vec<ScorePart>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScorePart {
    /// The term of the index that was found.
    pub term: String,
    /// The field it was found in.
    pub field: &'static str,
    /// The weight of that field.
    pub field_weight: f32,
    /// How often it stands there.
    pub frequency: u32,
    /// What it adds to the score.
    pub score: f32,
}
