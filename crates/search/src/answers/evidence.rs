//! What speaks for a sentence as an answer: how much of the question stands in
//! it, and how near their meanings are; and when that is enough.

use std::collections::{BTreeMap, BTreeSet};

use embed::DEFAULT_MODEL;
use index::{AnalysedToken, FullTextStore, analyse, is_stop_word};
use records::Clearance;
use serde::Serialize;

use crate::SearchError;

/// What speaks for a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evidence {
    /// Share of the question's words that stand in the sentence, each weighed by
    /// how rare it is in the library, in [0, 1].
    pub coverage: f64,
    /// Cosine of the sentence and the question; `None` where meaning was not
    /// compared.
    pub cosine: Option<f32>,
}

/// The words of a question with their weights.
#[derive(Debug)]
pub(super) struct QuestionWords {
    weights: BTreeMap<String, f64>,
    total: f64,
    /// Whether accents count: a question typed without them is read without.
    with_accents: bool,
}

/// Words that only ask, beside the stop words of the index.
const ASKING: [&str; 24] = [
    "là", "gì", "nào", "sao", "bao", "nhiêu", "ai", "đâu", "mấy", "thế", "có", "không", "what",
    "which", "who", "how", "why", "when", "where", "does", "do", "did", "is", "are",
];

/// How a token is compared: its English stem, else itself with or without
/// accents.
fn key(token: &AnalysedToken, with_accents: bool) -> &str {
    match (&token.stem, with_accents) {
        (Some(stem), _) if !token.is_syllable => stem,
        (_, true) => &token.exact,
        (_, false) => token.bare(),
    }
}

/// Words, and pairs of syllables that stand side by side: a Vietnamese word is
/// mostly two.
fn keys(text: &str, with_accents: bool) -> Vec<(String, String)> {
    let tokens = analyse(text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        found.push((key(token, with_accents).to_owned(), token.exact.clone()));
        let pair = at.checked_sub(1).map(|before| &tokens[before]);
        if let Some(before) = pair.filter(|before| before.is_syllable && token.is_syllable) {
            let joined = |a: &str, b: &str| format!("{a} {b}");
            found.push((
                joined(key(before, with_accents), key(token, with_accents)),
                joined(&before.exact, &token.exact),
            ));
        }
    }
    found
}

impl QuestionWords {
    /// Weighs each word by `ln(1 + (N − n + ½) / (n + ½))`: N records in the
    /// library, n that hold the word and may be seen.
    ///
    /// **Source:** Robertson and Zaragoza, The Probabilistic Relevance Framework,
    /// 2009, equation 3.2, with Lucene's one inside the logarithm.
    pub(super) fn new(
        question: &str,
        full_text: &dyn FullTextStore,
        clearance: Clearance,
    ) -> Result<Self, SearchError> {
        let with_accents = analyse(question).iter().any(AnalysedToken::has_accent);
        let n_records = full_text.stats()?.n_records as f64;
        let mut weights = BTreeMap::new();
        for (key, said) in keys(question, with_accents) {
            let asks = said
                .split(' ')
                .all(|word| is_stop_word(word) || ASKING.contains(&word));
            if asks || weights.contains_key(&key) {
                continue;
            }
            let n = (full_text.n_holding(&said, clearance)? as f64).min(n_records);
            if n == 0.0 && said.contains(' ') {
                // Two words that only happen to meet in the question.
                continue;
            }
            weights.insert(key, (1.0 + (n_records - n + 0.5) / (n + 0.5)).ln());
        }
        Ok(Self {
            total: weights.values().sum(),
            weights,
            with_accents,
        })
    }

    /// Share of the question that stands in `text`, in [0, 1].
    pub(super) fn coverage(&self, text: &str) -> f64 {
        if self.total <= 0.0 {
            return 0.0;
        }
        let held: BTreeSet<String> = keys(text, self.with_accents)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        let sum: f64 = self
            .weights
            .iter()
            .filter(|(word, _)| held.contains(*word))
            .map(|(_, weight)| weight)
            .sum();
        (sum / self.total).min(1.0)
    }
}

/// How evidence of a model reads: the chance that the library holds an answer,
/// when this is its best sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    coverage: f64,
    cosine: f64,
    bias: f64,
}

/// Fits of logistic regression over the questions of `alqac2024-vi` and
/// `scifact`, each asked twice: with the records that answer it, and without
/// them; see docs/answers.md for the command and how well they tell the two
/// apart.
const BY_WORDS: Scale = Scale {
    coverage: 4.95,
    cosine: 0.0,
    bias: -2.80,
};
const DEFAULT: Scale = Scale {
    coverage: 4.95,
    cosine: 0.98,
    bias: -3.27,
};

impl Scale {
    /// The scale of a model; by words alone for one that was never measured.
    pub fn of(model: Option<&str>) -> Self {
        let measured =
            |model: &str| model.starts_with(DEFAULT_MODEL) && model.contains("/neutral-");
        match model {
            Some(model) if measured(model) => DEFAULT,
            _ => BY_WORDS,
        }
    }

    /// The chance that this answers, in [0, 1].
    pub fn strength(self, evidence: Evidence) -> f64 {
        let cosine = evidence.cosine.map_or(0.0, f64::from);
        let logit = self.coverage * evidence.coverage + self.cosine * cosine + self.bias;
        1.0 / (1.0 + (-logit).exp())
    }

    /// From here on it is said to be an answer. More than as likely as not: to
    /// say nothing costs a reader less than to be led astray.
    pub fn threshold(self) -> f64 {
        0.6
    }
}
