//! A linear model of the languages of the Latin script.
//!
//! For every language the weights of the letter n-grams of a word, and of the word
//! itself, are averaged; the sums of these over the words, as a softmax, are the
//! probabilities. **Source:** Joulin et al., "Bag of tricks for efficient text
//! classification", EACL 2017. **Differs:** one layer, and every word counts the
//! same however long it is.

use std::sync::LazyLock;

use super::words::for_each_word;
use crate::{
    model_file::{InvalidModel, pack, unpack},
    weights::{Weights, place},
};

/// Languages of the model, each a lane of a row of weights.
pub(crate) const LANGUAGES: [&str; 32] = [
    "af", "ca", "cs", "da", "de", "en", "eo", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "id",
    "is", "it", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sq", "sv", "tl", "tr",
];
/// The lane of English.
pub(crate) const ENGLISH: usize = 5;
const _: () = assert!(matches!(LANGUAGES[ENGLISH].as_bytes(), b"en"));

/// First bytes of a model file, with the version of its form.
const MAGIC: &[u8; 8] = b"detect01";

/// Scores of all languages, in nats.
pub(crate) type Scores = [f32; LANGUAGES.len()];

/// Tells languages of the Latin script apart; [`detect`](crate::detect()) asks the one
/// that is built in.
pub struct LanguageModel {
    weights: Weights,
}

static EMBEDDED: LazyLock<LanguageModel> = LazyLock::new(|| {
    LanguageModel::from_bytes(include_bytes!("../../../../models/detector/detector.bin"))
        .expect("the model that is built in is tested to be readable")
});

impl LanguageModel {
    /// The model that is built in; its card is `models/detector/README.md`.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// A model from training.
    ///
    /// * `weights`: 2^n rows of one weight a language
    /// * `step`: nats of one unit after rounding to bytes
    pub(crate) fn from_training(weights: &[f32], step: f32) -> Self {
        Self {
            weights: Weights::quantise(weights, step),
        }
    }

    /// Reads what [`LanguageModel::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a model, or of other languages.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidModel> {
        let (lines, weights) = unpack(MAGIC, bytes)?;
        let is_ours = lines.lines().eq(LANGUAGES) && weights.len() >= LANGUAGES.len();
        is_ours
            .then_some(Self { weights })
            .ok_or(InvalidModel::Damaged)
    }

    /// The packed model. The same model gives the same bytes.
    ///
    /// # Errors
    /// When packing fails for want of memory.
    pub fn to_bytes(&self) -> Result<Vec<u8>, InvalidModel> {
        pack(MAGIC, &LANGUAGES.join("\n"), &self.weights)
    }

    /// The probability of every language of the model, ISO 639-1 code first, the
    /// likeliest first; empty where `text` has no word.
    #[must_use]
    pub fn languages(&self, text: &str) -> Vec<(&'static str, f32)> {
        let (mut scores, mut n_words) = (Scores::default(), 0);
        self.add(text, &mut scores, &mut n_words);
        if n_words == 0 {
            return Vec::new();
        }
        softmax(&mut scores);
        let mut found: Vec<(&str, f32)> = LANGUAGES.into_iter().zip(scores).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        found
    }

    /// Adds the words of `text` to the scores, in nats, and counts them.
    pub(crate) fn add(&self, text: &str, scores: &mut Scores, n_words: &mut usize) {
        for_each_word(text, |features| {
            let mut sums = [0i16; LANGUAGES.len()];
            for &feature in features {
                let row = self
                    .weights
                    .row(row_of(feature, self.weights.len()), LANGUAGES.len());
                for (sum, &weight) in sums.iter_mut().zip(row) {
                    *sum += i16::from(weight);
                }
            }
            let scale = self.weights.scale() / features.len() as f32;
            for (score, sum) in scores.iter_mut().zip(sums) {
                *score += f32::from(sum) * scale;
            }
            *n_words += 1;
        });
    }
}

/// The place of the first weight of a feature in a table of `len` weights.
pub(crate) fn row_of(feature: u64, len: usize) -> usize {
    let n_rows = len / LANGUAGES.len();
    place(feature, n_rows.max(2).ilog2()) * LANGUAGES.len()
}

/// Scores in nats become shares that add up to one.
pub(crate) fn softmax(scores: &mut Scores) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - top).exp();
        total += *score;
    }
    scores.iter_mut().for_each(|score| *score /= total);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_share_and_the_likeliest_comes_first() {
        let found = LanguageModel::embedded().languages("Der Einfluss des Klimas auf den Wald");
        assert_eq!((found.len(), found[0].0), (LANGUAGES.len(), "de"));
        assert!(found.is_sorted_by(|a, b| a.1 >= b.1));
        let sum: f32 = found.iter().map(|(_, share)| share).sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        assert!(LanguageModel::embedded().languages("12 + 34").is_empty());
    }

    #[test]
    fn a_model_of_other_languages_is_refused() {
        let weights = Weights::quantise(&[0.0; 64], 0.1);
        let other = pack(MAGIC, "xx\nyy", &weights).unwrap();
        assert!(LanguageModel::from_bytes(&other).is_err());
        let small = LanguageModel { weights }.to_bytes().unwrap();
        assert!(LanguageModel::from_bytes(&small).is_ok());
        assert!(LanguageModel::from_bytes(&small[..small.len() / 2]).is_err());
    }
}
