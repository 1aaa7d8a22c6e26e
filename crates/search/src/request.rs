//! What is asked.

use std::{fmt, str::FromStr};

use index::{FacetField, Filter, Sort};
use records::{Clearance, Lang};
use serde::Serialize;

/// A question with everything that shapes the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// The query as typed; empty means every record.
    pub query: String,
    /// Which indexes rank.
    pub mode: Mode,
    /// Hits to give back.
    pub limit: usize,
    /// Hits to skip.
    pub offset: usize,
    /// Conditions; several values on one field mean "or", fields mean "and".
    pub filters: Vec<Filter>,
    /// Fields to count over all results.
    pub facets: Vec<FacetField>,
    /// Order of the hits.
    pub sort: Sort,
    /// What whoever asks may see.
    pub clearance: Clearance,
    /// Language of the reader: which title is shown when there are several.
    pub lang: Lang,
    /// Whether full texts are read for the passage to show; a ranking alone
    /// needs none.
    pub passages: bool,
    /// Whether each hit says what its score is made of.
    pub explain: bool,
}

impl SearchRequest {
    /// The first ten hits for `query`, by relevance, for a Vietnamese reader.
    pub fn new(query: impl Into<String>, clearance: Clearance) -> Self {
        Self {
            query: query.into(),
            mode: Mode::default(),
            limit: 10,
            offset: 0,
            filters: Vec::new(),
            facets: Vec::new(),
            sort: Sort::Relevance,
            clearance,
            lang: Lang::vi(),
            passages: true,
            explain: false,
        }
    }
}

/// Which indexes rank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Words only.
    Lexical,
    /// Vectors only.
    Semantic,
    /// Both, fused.
    #[default]
    Hybrid,
}

/// A word that is no mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("mode `{0}` is not known; use hybrid, lexical or semantic")]
pub struct UnknownMode(String);

impl Mode {
    /// The word used in arguments, JSON and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Semantic => "semantic",
            Self::Hybrid => "hybrid",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Lexical, Self::Semantic, Self::Hybrid]
            .into_iter()
            .find(|mode| mode.as_str() == word)
            .ok_or_else(|| UnknownMode(word.chars().take(40).collect()))
    }
}

/// A word that is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sort order `{0}` is not known; use relevance, newest, oldest or title")]
pub struct UnknownSort(String);

const SORTS: [(Sort, &str); 4] = [
    (Sort::Relevance, "relevance"),
    (Sort::Newest, "newest"),
    (Sort::Oldest, "oldest"),
    (Sort::Title, "title"),
];

/// The word of an order, as in arguments and URLs.
pub fn sort_word(sort: Sort) -> &'static str {
    SORTS
        .iter()
        .find(|(other, _)| *other == sort)
        .map_or("relevance", |(_, word)| word)
}

/// Reads the word of an order.
///
/// # Errors
/// [`UnknownSort`] when it is none.
pub fn parse_sort(word: &str) -> Result<Sort, UnknownSort> {
    SORTS
        .iter()
        .find(|(_, other)| *other == word)
        .map(|(sort, _)| *sort)
        .ok_or_else(|| UnknownSort(word.chars().take(40).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for mode in [Mode::Lexical, Mode::Semantic, Mode::Hybrid] {
            assert_eq!(mode.as_str().parse(), Ok(mode));
        }
        for (sort, word) in SORTS {
            assert_eq!(parse_sort(word), Ok(sort));
            assert_eq!(sort_word(sort), word);
        }
        assert!("fast".parse::<Mode>().is_err());
        assert!(parse_sort("random").is_err());
    }
}
