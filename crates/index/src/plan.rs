//! From a question to a plan: which terms are looked up in which streams, and
//! what each find is worth. The plan knows no engine; tantivy and the oracle
//! both run it.
//!
//! Ranking is BM25F: for each word of the query, its occurrences in all fields
//! are summed, each weighted by its field and divided by the relative length of
//! the field, and the sum is saturated once:
//!
//! `part = boost · idf · tf·(k1+1)/(tf+k1)`,
//! `tf = Σ weight · frequency / (1 − b + b·length/mean length)`,
//! `idf = ln(1 + (N − df + ½)/(df + ½))`, df the largest of the fields.
//!
//! **Source:** Robertson, Zaragoza & Taylor, *Simple BM25 extension to multiple
//! weighted fields*, CIKM 2004. **Differs:** df is the largest of the fields'
//! instead of their union, which no inverted index of separate fields knows.

mod resolve;
mod words;

pub(crate) use resolve::identifier_token;
pub use resolve::plan;
pub use words::PLAIN_FIELDS;
pub(crate) use words::forms;

use records::RecordId;

use crate::{FacetField, SearchField};

/// One of the two streams of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// One token a place.
    Main,
    /// Other forms of those tokens.
    Derived,
}

/// A term of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermKey {
    /// The field that it stands in.
    pub field: SearchField,
    /// The stream of that field.
    pub stream: Stream,
    /// The token.
    pub text: String,
}

/// What is counted in a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    /// A term.
    Term(TermKey),
    /// Terms one after the other in one field.
    Phrase(PhraseLookup),
}

/// Places one after the other, each filled by one of some terms.
#[derive(Debug, Clone, PartialEq)]
pub struct PhraseLookup {
    /// For each place the terms that may stand there, all of one field.
    pub places: Vec<Vec<TermKey>>,
    /// How far apart the places may be in sum, beyond their order in the text.
    pub slop: u32,
}

/// One way to find a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The field that is looked at.
    pub field: SearchField,
    /// What is counted there.
    pub lookup: Lookup,
    /// Weight of the field times the worth of this form.
    pub weight: f32,
}

/// One word of the query with all ways to find it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The word as explanations show it.
    pub label: String,
    /// How rare the word is; see [`idf`].
    pub idf: f32,
    /// How often the word stands in the query, times its worth.
    pub boost: f32,
    /// What finding it adds to the share; 0 for what only adds to the score.
    pub mass: f32,
    /// All ways to find it.
    pub sources: Vec<Source>,
}

/// Words ranked together.
#[derive(Debug, Clone, PartialEq)]
pub struct Bag {
    /// The words.
    pub groups: Vec<Group>,
    /// Least mass that a record must reach.
    pub threshold: f32,
}

/// What to run over every record.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Every record.
    All,
    /// No record.
    Nothing,
    /// Words ranked together.
    Bag(Bag),
    /// Any of these fields has a word that starts with `prefix`.
    Prefix {
        /// These fields.
        fields: Vec<SearchField>,
        /// The beginning of a word, as the index writes words.
        prefix: String,
    },
    /// Exactly this value.
    Value {
        /// Of this field.
        field: FacetField,
        /// As filters write it.
        value: String,
    },
    /// Exactly these records.
    Ids(Vec<RecordId>),
    /// All of them.
    And(Vec<Plan>),
    /// At least one of them.
    Or(Vec<Plan>),
    /// Like `Or`, but the best score of the parts and not their sum.
    Best(Vec<Plan>),
    /// The first, without what matches the second.
    AndNot(Box<Plan>, Box<Plan>),
}

/// What planning must know of an index.
pub trait Statistics {
    /// Records in the index, at least 1.
    fn n_records(&self) -> u64;
    /// Records that hold the term.
    fn n_holding(&self, term: &TermKey) -> u64;
}

/// Inverse document frequency of BM25, never negative.
pub fn idf(n_records: u64, n_holding: u64) -> f32 {
    let (n, df) = (n_records.max(n_holding) as f64, n_holding as f64);
    (1.0 + (n - df + 0.5) / (df + 0.5)).ln() as f32
}

/// Saturated frequency: `tf·(k1+1)/(tf+k1)`.
pub fn saturate(tf: f32, k1: f32) -> f32 {
    tf * (k1 + 1.0) / (tf + k1)
}

/// What a field of this length divides its frequencies by.
pub fn length_factor(b: f32, length: f32, mean_length: f32) -> f32 {
    1.0 - b + b * length / mean_length.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_weigh_more_and_none_weighs_less_than_nothing() {
        assert!(idf(1000, 1) > idf(1000, 10));
        assert!(idf(1000, 1000) > 0.0);
        assert!((idf(10, 3) - (1.0_f32 + 7.5 / 3.5).ln()).abs() < 1e-6);
    }

    #[test]
    fn saturation_rises_towards_its_limit() {
        assert!((saturate(1.0, 1.2) - 1.0).abs() < 1e-6);
        assert!(saturate(100.0, 1.2) < 2.2 && saturate(100.0, 1.2) > 2.1);
    }

    #[test]
    fn a_text_of_mean_length_is_divided_by_one() {
        assert!((length_factor(0.4, 20.0, 20.0) - 1.0).abs() < 1e-6);
        assert!(length_factor(0.4, 40.0, 20.0) > 1.0);
    }
}
