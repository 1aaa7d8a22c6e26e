//! The definition of the full-text index, read from `index/fulltext.toml` of
//! the repository, which is compiled in.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use crate::SearchField;

/// Fields and weights, the analyser chain, the ranking.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Version of what lies in an index; another one means: rebuild.
    pub version: u32,
    /// How text becomes tokens.
    pub analyser: AnalyserDefinition,
    /// Weights of the fields.
    pub fields: FieldDefinitions,
    /// Numbers of the ranking.
    pub ranking: RankingDefinition,
    /// Weights of other forms of a word.
    pub variants: VariantDefinition,
    /// Shares of the words that must match.
    pub share: ShareDefinition,
}

/// How text becomes tokens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyserDefinition {
    /// Links of the chain, for the reader; checked against the code.
    pub chain: Vec<String>,
    /// Derived streams, for the reader; checked against the code.
    pub derived: Vec<String>,
    /// Longest token in bytes.
    pub max_token_bytes: usize,
    /// Places between two texts of one field.
    pub text_gap: u32,
}

/// Weight and length normalisation of one field.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinition {
    /// Worth of one occurrence.
    pub weight: f32,
    /// `b` of BM25 in [0, 1].
    pub b: f32,
}

/// Weights of the fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinitions {
    title: FieldDefinition,
    #[serde(rename = "abstract")]
    abstract_text: FieldDefinition,
    keyword: FieldDefinition,
    author: FieldDefinition,
    institution: FieldDefinition,
    venue: FieldDefinition,
    body: FieldDefinition,
    column: FieldDefinition,
    id: FieldDefinition,
}

impl FieldDefinitions {
    /// The weights of one field.
    pub fn get(&self, field: SearchField) -> FieldDefinition {
        match field {
            SearchField::Title => self.title,
            SearchField::Abstract => self.abstract_text,
            SearchField::Keyword => self.keyword,
            SearchField::Author => self.author,
            SearchField::Institution => self.institution,
            SearchField::Venue => self.venue,
            SearchField::Body => self.body,
            SearchField::Column => self.column,
            SearchField::Identifier => self.id,
        }
    }
}

/// Numbers of the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankingDefinition {
    /// Saturation of repeated words.
    pub k1: f32,
    /// Weight of pairs of neighbouring syllables.
    pub pair_weight: f32,
}

/// Weights of other forms of a word, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantDefinition {
    /// An accented word in a text without accents.
    pub bare_text: f32,
    /// A bare word in an accented text, in a query with accents.
    pub accented_text: f32,
    /// A bare word in an accented text, in a query without accents.
    pub accented_text_bare_query: f32,
    /// Another form of the same English stem.
    pub stem: f32,
    /// A part of a code, DOI or address.
    pub part: f32,
    /// A word with the accents that were restored for the query.
    pub restored: f32,
    /// The query with a term said in another name.
    pub synonym: f32,
}

/// Shares of the words that must match, in [0, 1], by number of words.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareDefinition {
    up_to_2: f32,
    up_to_4: f32,
    up_to_8: f32,
    up_to_16: f32,
    longer: f32,
}

impl ShareDefinition {
    /// The share for a query of `n_words` words or syllables.
    pub fn of(&self, n_words: usize) -> f32 {
        match n_words {
            0..=2 => self.up_to_2,
            3..=4 => self.up_to_4,
            5..=8 => self.up_to_8,
            9..=16 => self.up_to_16,
            _ => self.longer,
        }
    }
}

static BUILT_IN: LazyLock<Definition> = LazyLock::new(|| {
    Definition::parse(include_str!("../../../index/fulltext.toml"))
        .expect("index/fulltext.toml is read by a test of this crate")
});

static STOP_WORDS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    include_str!("../../../index/stopwords.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect()
});

/// Whether a token stands in nearly every text: see `index/stopwords.txt`.
pub fn is_stop_word(token: &str) -> bool {
    STOP_WORDS.contains(token)
}

impl Definition {
    /// The definition that is compiled in.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a definition.
    ///
    /// # Errors
    /// When the text is no TOML, or a field is missing or unknown.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_definition_says_what_the_code_does() {
        let definition = Definition::built_in();
        assert_eq!(definition.analyser.chain, crate::analysis::CHAIN);
        assert_eq!(definition.analyser.derived, crate::analysis::DERIVED);
        for field in SearchField::ALL {
            let weights = definition.fields.get(field);
            assert!(weights.weight > 0.0 && (0.0..=1.0).contains(&weights.b));
        }
    }

    #[test]
    fn longer_queries_ask_for_a_smaller_share() {
        let share = Definition::built_in().share;
        let shares: Vec<f32> = [1, 3, 6, 12, 20].map(|n| share.of(n)).into();
        assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
    }
}
