//! Trains the language model on lists of words and how often each occurs.
//!
//! Passages are made up: some words of one language, drawn the likelier the more
//! often they occur. Order says nothing to the model, so that none is lost.

use super::model::{LANGUAGES, LanguageModel, Scores, row_of, softmax};
use super::words::for_each_word;

/// Rows of the table, as a power of two.
const ROW_BITS: u32 = 15;
/// Words are drawn by their count to this power: rare ones must be learnt too.
const FLATTEN: f64 = 0.75;
/// Words of a made-up passage, at most.
const WORDS_MAX: u64 = 8;
/// Nats of one unit of a weight in the model.
const STEP: f32 = 0.1;

/// The language model in training.
pub struct LanguageTrainer {
    lists: Vec<List>,
    weights: Vec<f32>,
    squares: Vec<f32>,
    random: u64,
}

/// Words of one language, and the running sum of their shares.
struct List {
    words: Vec<String>,
    sums: Vec<f64>,
}

impl LanguageTrainer {
    /// * `words`: for a language of [`LanguageTrainer::languages`], words and how often
    ///   each occurs
    #[must_use]
    pub fn new<'a>(mut words: impl FnMut(&str) -> Vec<(&'a str, f64)>) -> Self {
        let lists = LANGUAGES.map(|language| List::new(&words(language)));
        let len = LANGUAGES.len() << ROW_BITS;
        Self {
            lists: lists.into(),
            weights: vec![0.0; len],
            squares: vec![1e-3; len],
            random: 0x5EED,
        }
    }

    /// ISO 639-1 codes of the languages that are told apart.
    pub fn languages() -> impl Iterator<Item = &'static str> {
        LANGUAGES.into_iter()
    }

    /// Makes up `n` passages and takes a step for each.
    ///
    /// * `rate`: size of the first step; it falls to a tenth
    /// * Returns: the mean loss in nats
    pub fn learn(&mut self, n: usize, rate: f32) -> f64 {
        let mut loss = 0.0;
        for i in 0..n {
            let language = i % LANGUAGES.len();
            let passage = self.passage(language);
            let rate = rate * (1.0 - 0.9 * i as f32 / n as f32);
            loss += self.step(&passage, language, rate);
        }
        loss / n.max(1) as f64
    }

    /// The model as it is now.
    #[must_use]
    pub fn model(&self) -> LanguageModel {
        LanguageModel::from_training(&self.weights, STEP)
    }

    fn passage(&mut self, language: usize) -> String {
        let n_words = 1 + self.draw() % WORDS_MAX;
        let mut passage = String::new();
        for _ in 0..n_words {
            let share = (self.draw() >> 11) as f64 / (1u64 << 53) as f64;
            passage.push_str(self.lists[language].at(share));
            passage.push(' ');
        }
        passage
    }

    fn step(&mut self, passage: &str, language: usize, rate: f32) -> f64 {
        let len = self.weights.len();
        let mut scores = Scores::default();
        let mut seen: Vec<(usize, f32)> = Vec::new();
        for_each_word(passage, |features| {
            let share = 1.0 / features.len() as f32;
            seen.extend(features.iter().map(|&f| (row_of(f, len), share)));
        });
        for &(row, share) in &seen {
            let row = &self.weights[row..row + LANGUAGES.len()];
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += weight * share;
            }
        }
        softmax(&mut scores);
        let loss = -f64::from(scores[language].max(1e-9)).ln();
        for (row, share) in seen {
            for (lane, &probability) in scores.iter().enumerate() {
                let gradient = share * (f32::from(u8::from(lane == language)) - probability);
                if gradient.abs() > 1e-5 {
                    let at = row + lane;
                    self.squares[at] += gradient * gradient;
                    self.weights[at] += rate * gradient / self.squares[at].sqrt();
                }
            }
        }
        loss
    }

    /// The next number of a fixed row (xorshift64*, Vigna 2016).
    fn draw(&mut self) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

impl List {
    fn new(words: &[(&str, f64)]) -> Self {
        let mut sum = 0.0;
        let sums = words.iter().map(|(_, count)| {
            sum += count.powf(FLATTEN);
            sum
        });
        Self {
            sums: sums.collect(),
            words: words.iter().map(|(word, _)| (*word).to_owned()).collect(),
        }
    }

    /// The word at a share of all, 0 to 1; nothing of an empty list.
    fn at(&self, share: f64) -> &str {
        let sum = share * self.sums.last().copied().unwrap_or(0.0);
        let at = self.sums.partition_point(|&s| s <= sum);
        self.words.get(at).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learnt_is_told_apart_and_the_same_each_time() {
        let words = |language: &str| -> Vec<(&str, f64)> {
            match language {
                "de" => vec![("und", 5.0), ("nicht", 3.0), ("schlange", 1.0)],
                "fr" => vec![("les", 5.0), ("dans", 3.0), ("serpent", 1.0)],
                _ => vec![("zzz", 1.0)],
            }
        };
        let train = || {
            let mut trainer = LanguageTrainer::new(words);
            trainer.learn(2_000, 0.5);
            trainer.model()
        };
        let (first, second) = (train(), train());
        assert_eq!(first.to_bytes().unwrap(), second.to_bytes().unwrap());
        assert_eq!(first.languages("und nicht")[0].0, "de");
        assert_eq!(first.languages("dans les serpents")[0].0, "fr");
    }
}
