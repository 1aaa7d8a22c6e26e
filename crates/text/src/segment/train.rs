//! Trains the segmenter: a conditional random field over word lengths, fitted by
//! stochastic gradient steps of AdaGrad.
//!
//! **Source:** Sarawagi & Cohen, "Semi-Markov conditional random fields",
//! NIPS 2004; Duchi, Hazan & Singer, "Adaptive subgradient methods", JMLR 2011.
//! **Differs:** features are hashed into one table of fixed size, and the score
//! of a split is zero, so that a model is one number a feature.

use super::atoms::{Atom, atoms};
use super::decode::{Scores, runs};
use super::features::{MAX_WORD, N_PLAIN, N_STATE, Window};
use super::lexicon::Lexicon;
use crate::weights::place;

/// A sentence divided into words by hand or by another tool.
#[derive(Clone, Debug, Default)]
pub struct GoldSentence {
    text: String,
    /// Byte in `text` where each word ends.
    word_ends: Vec<usize>,
}

impl GoldSentence {
    /// * `words`: in order, their syllables divided by spaces
    #[must_use]
    pub fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut gold = Self::default();
        for word in words {
            if !gold.text.is_empty() {
                gold.text.push(' ');
            }
            gold.text.push_str(word);
            gold.word_ends.push(gold.text.len());
        }
        gold
    }

    /// Reads `Hợp_tác_xã dịch_vụ`: words divided by spaces, syllables by `_`.
    #[must_use]
    pub fn from_underscored(line: &str) -> Self {
        let spaced: Vec<String> = line
            .split_whitespace()
            .map(|w| w.replace('_', " "))
            .collect();
        Self::new(spaced.iter().map(|w| w.trim()).filter(|w| !w.is_empty()))
    }

    /// The sentence, words divided by single spaces.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.word_ends.iter().map(|end| end + 1));
        starts
            .zip(&self.word_ends)
            .map(|(start, &end)| &self.text[start..end])
    }

    /// The same words in lower case (where that keeps the number of bytes).
    #[must_use]
    pub fn to_lowercase(&self) -> Self {
        let words: Vec<String> = self.words().map(str::to_lowercase).collect();
        Self::new(words.iter().map(String::as_str))
    }

    fn joins(&self, atoms: &[Atom]) -> Vec<bool> {
        let mut ends = self.word_ends.iter().copied().peekable();
        let mut joins = vec![false; atoms.len()];
        for (join, pair) in joins.iter_mut().zip(atoms.windows(2)) {
            while ends.next_if(|&end| end < pair[0].end).is_some() {}
            *join = ends.peek().is_none_or(|&end| end > pair[1].start);
        }
        joins
    }
}

/// Weights in training.
pub struct Trainer {
    weights: Vec<f32>,
    /// Sums of squared gradients.
    squares: Vec<f32>,
    /// How often each feature was met, up to 255, by a hash of its own.
    counts: Vec<u8>,
    bits: u32,
    lexicon: Lexicon,
}

/// Features met less often in counting are not learnt.
const MIN_COUNT: u8 = 3;
/// Sum of squared gradients that training begins with.
const NEWS_SQUARES: f32 = 1e-3;
/// Counts are kept apart from weights, in a table of 2^COUNT_BITS.
const COUNT_BITS: u32 = 25;

/// Marginals and features of one gap.
struct Gap {
    plain: [u64; N_PLAIN],
    state: [[u64; N_STATE]; MAX_WORD],
    /// `exp(score)` of joining when the word so far has n + 1 atoms.
    odds: [f64; MAX_WORD],
}

impl Scores for Trainer {
    fn score(&self, features: &[u64]) -> f32 {
        features
            .iter()
            .map(|&f| self.weights[place(f, self.bits)])
            .sum()
    }
}

impl Trainer {
    /// A trainer whose weights are all zero.
    ///
    /// * `bits`: the table has 2^bits weights
    #[must_use]
    pub fn new(bits: u32, lexicon: Lexicon) -> Self {
        let len = 1usize << bits;
        Self {
            weights: vec![0.0; len],
            squares: vec![NEWS_SQUARES; len],
            counts: vec![0; 1 << COUNT_BITS],
            bits,
            lexicon,
        }
    }

    /// The weights as they are now.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The words it was given.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Forgets the step sizes, to adapt to a smaller text.
    ///
    /// * `squares`: sum of squared gradients to begin with; the larger, the
    ///   smaller the first steps
    pub fn restart(&mut self, squares: f32) {
        self.squares.fill(squares);
    }

    /// Counts the features of one sentence; those never counted stay at zero.
    pub fn count(&mut self, gold: &GoldSentence, times: u8) {
        let atoms = atoms(&gold.text);
        let joins = gold.joins(&atoms);
        let window = Window::new(&atoms, &self.lexicon);
        let mut features = Vec::new();
        for run in runs(&atoms).filter(|run| run.len() > 1) {
            let mut n = 1;
            for (left, &join) in (run.start..run.end - 1).zip(&joins[run.start..]) {
                features.extend(window.plain(left));
                features.extend(window.state(left, n));
                n = if join { (n + 1).min(MAX_WORD - 1) } else { 1 };
            }
        }
        for f in features {
            let count = &mut self.counts[place(f, COUNT_BITS)];
            *count = count.saturating_add(times);
        }
    }

    /// One gradient step on one sentence; returns its loss in nats.
    pub fn learn(&mut self, gold: &GoldSentence, rate: f32) -> f64 {
        let atoms = atoms(&gold.text);
        let joins = gold.joins(&atoms);
        let window = Window::new(&atoms, &self.lexicon);
        let runs = runs(&atoms).filter(|run| run.len() > 1);
        let steps: Vec<_> = runs
            .map(|run| (run.clone(), self.gaps(run, &window)))
            .collect();
        let mut loss = 0.0;
        for (run, gaps) in steps {
            loss += self.step(&gaps, &joins[run], rate);
        }
        loss
    }

    fn gaps(&self, run: std::ops::Range<usize>, window: &Window<'_>) -> Vec<Gap> {
        (run.start..run.end - 1)
            .map(|left| {
                let plain = window.plain(left);
                let base = self.score(&plain);
                let mut gap = Gap {
                    plain,
                    state: Default::default(),
                    odds: [0.0; MAX_WORD],
                };
                let longest = (left - run.start + 1).min(MAX_WORD - 1);
                for n in 0..longest {
                    gap.state[n] = window.state(left, n + 1);
                    let score = base + self.score(&gap.state[n]);
                    gap.odds[n] = f64::from(score.clamp(-30.0, 30.0)).exp();
                }
                gap
            })
            .collect()
    }

    fn step(&mut self, gaps: &[Gap], joins: &[bool], rate: f32) -> f64 {
        let alpha = forward(gaps);
        let mut beta = [1.0f64; MAX_WORD];
        let mut marginals = vec![[0.0f64; MAX_WORD]; gaps.len()];
        for (g, gap) in gaps.iter().enumerate().rev() {
            let mut total = 0.0;
            let mut next = [0.0; MAX_WORD];
            for n in 0..MAX_WORD {
                let joined = if n + 1 < MAX_WORD {
                    gap.odds[n] * beta[n + 1]
                } else {
                    0.0
                };
                next[n] = beta[0] + joined;
                total += alpha[g][n] * next[n];
                marginals[g][n] = alpha[g][n] * joined;
            }
            let scale = next.iter().sum::<f64>().recip();
            beta = next.map(|b| b * scale);
            marginals[g].iter_mut().for_each(|m| *m /= total);
        }
        self.update(gaps, joins, &marginals, rate)
    }

    fn update(
        &mut self,
        gaps: &[Gap],
        joins: &[bool],
        marginals: &[[f64; MAX_WORD]],
        rate: f32,
    ) -> f64 {
        let mut loss = 0.0;
        let mut n_gold = 0;
        for ((gap, &join), marginal) in gaps.iter().zip(joins).zip(marginals) {
            let join = join && n_gold + 1 < MAX_WORD;
            let expected: f64 = marginal.iter().sum();
            loss -= if join { expected } else { 1.0 - expected }.max(1e-12).ln();
            self.move_weights(
                &gap.plain,
                (f64::from(u8::from(join)) - expected) as f32,
                rate,
            );
            for (n, marginal) in marginal.iter().enumerate().take(MAX_WORD - 1) {
                let target = f64::from(u8::from(join && n == n_gold));
                let gradient = (target - marginal) as f32;
                if gradient.abs() > 1e-4 {
                    self.move_weights(&gap.state[n], gradient, rate);
                }
            }
            n_gold = if join { n_gold + 1 } else { 0 };
        }
        loss
    }

    fn move_weights(&mut self, features: &[u64], gradient: f32, rate: f32) {
        for &f in features {
            if self.counts[place(f, COUNT_BITS)] < MIN_COUNT {
                continue;
            }
            let at = place(f, self.bits);
            self.squares[at] += gradient * gradient;
            self.weights[at] += rate * gradient / self.squares[at].sqrt();
        }
    }
}

fn forward(gaps: &[Gap]) -> Vec<[f64; MAX_WORD]> {
    let mut alpha = [0.0; MAX_WORD];
    alpha[0] = 1.0;
    let mut all = Vec::with_capacity(gaps.len());
    for gap in gaps {
        all.push(alpha);
        let mut next = [0.0; MAX_WORD];
        next[0] = alpha.iter().sum();
        for n in 0..MAX_WORD - 1 {
            next[n + 1] = alpha[n] * gap.odds[n];
        }
        let scale = next.iter().sum::<f64>().recip();
        alpha = next.map(|a| a * scale);
    }
    all
}
