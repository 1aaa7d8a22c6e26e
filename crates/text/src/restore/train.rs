//! Trains the restorer: for every syllable a softmax over its spellings, given
//! the true spellings to its left and the accent-free text on both sides.
//!
//! **Source:** McCallum, Freitag & Pereira, "Maximum entropy Markov models",
//! ICML 2000; Duchi, Hazan & Singer, "Adaptive subgradient methods", JMLR 2011.
//! **Differs:** features are hashed, and only those seen with the right spelling
//! at least [`MIN_COUNT`] times are learnt.

use super::features::{Context, typed_before};
use super::forms::Forms;
use super::line::{Slot, slots};
use crate::weights::place;

/// Features seen less often with the right spelling stay at zero.
const MIN_COUNT: u8 = 3;
/// Counts are kept apart from weights, in a table of 2^COUNT_BITS.
const COUNT_BITS: u32 = 27;

/// Weights of the restorer in training.
pub struct Trainer {
    forms: Forms,
    weights: Vec<f32>,
    squares: Vec<f32>,
    counts: Vec<u8>,
    bits: u32,
}

impl Trainer {
    /// * `forms`: spellings to choose from, the commoner first
    /// * `bits`: the table has 2^bits weights
    #[must_use]
    pub fn new<'a>(forms: impl Iterator<Item = &'a str>, bits: u32) -> Self {
        let len = 1 << bits;
        Self {
            forms: Forms::new(forms),
            weights: vec![0.0; len],
            squares: vec![1e-3; len],
            counts: vec![0; 1 << COUNT_BITS],
            bits,
        }
    }

    /// Counts the features of the true spellings of `line` as `times` times seen.
    pub fn count(&mut self, line: &str, times: u8) {
        let slots = slots(line, &self.forms);
        let mut seen = Vec::new();
        for at in 0..slots.len() {
            if slots[at].choices.is_empty() {
                continue;
            }
            let Some(gold) = slots[at]
                .choices
                .iter()
                .position(|c| c.hash == slots[at].typed)
            else {
                continue;
            };
            let context = Context::of(&slots, at);
            let (one, two) = (typed_before(&slots, at, 1), typed_before(&slots, at, 2));
            seen.extend(context.fixed().map(|f| (f, gold)));
            seen.extend(context.moving(one, two).map(|f| (f, gold)));
        }
        for (feature, gold) in seen {
            if let Some(count) = self.counts.get_mut(place(feature, COUNT_BITS) + gold) {
                *count = count.saturating_add(times);
            }
        }
    }

    /// One gradient step for every syllable of `line`, which has its accents.
    ///
    /// * `keep_case`: whether capitals may be looked at
    /// * Returns: the loss in nats, and over how many syllables
    pub fn learn(&mut self, line: &str, rate: f32, keep_case: bool) -> (f64, usize) {
        let forms = std::mem::take(&mut self.forms);
        let slots = slots(line, &forms);
        let mut loss = 0.0;
        let mut n_learnt = 0;
        for at in 0..slots.len() {
            if let Some(gold) = slots[at]
                .choices
                .iter()
                .position(|c| c.hash == slots[at].typed)
            {
                loss += self.step(&slots, at, gold, rate, keep_case);
                n_learnt += 1;
            }
        }
        drop(slots);
        self.forms = forms;
        (loss, n_learnt)
    }

    fn step(
        &mut self,
        slots: &[Slot<'_>],
        at: usize,
        gold: usize,
        rate: f32,
        keep_case: bool,
    ) -> f64 {
        let mut context = Context::of(slots, at);
        if !keep_case {
            context = context.without_case();
        }
        let (one, two) = (typed_before(slots, at, 1), typed_before(slots, at, 2));
        let n_choices = slots[at].choices.len();
        let mut scores = vec![0.0; n_choices];
        let (fixed, moving) = (context.fixed(), context.moving(one, two));
        for &feature in fixed.iter().chain(&moving) {
            for (score, weight) in scores.iter_mut().zip(self.row(feature, n_choices)) {
                *score += weight;
            }
        }
        let mut gradients = softmax(scores);
        let loss = -f64::from(gradients[gold].max(1e-9)).ln();
        for (i, gradient) in gradients.iter_mut().enumerate() {
            *gradient = f32::from(u8::from(i == gold)) - *gradient;
        }
        for &feature in fixed.iter().chain(&moving) {
            self.move_row(feature, &gradients, rate);
        }
        loss
    }

    fn row(&self, feature: u64, n_choices: usize) -> &[f32] {
        let at = place(feature, self.bits);
        self.weights.get(at..at + n_choices).unwrap_or(&[])
    }

    fn move_row(&mut self, feature: u64, gradients: &[f32], rate: f32) {
        let (from, at) = (place(feature, COUNT_BITS), place(feature, self.bits));
        if at + gradients.len() > self.weights.len() || from + gradients.len() > self.counts.len() {
            return;
        }
        for (i, &gradient) in gradients.iter().enumerate() {
            if gradient.abs() > 1e-3 && self.counts[from + i] >= MIN_COUNT {
                self.squares[at + i] += gradient * gradient;
                self.weights[at + i] += rate * gradient / self.squares[at + i].sqrt();
            }
        }
    }

    /// The weights as they are now.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }
}

/// Shares that add up to one, in the order of `scores` (nats).
pub(crate) fn softmax(mut scores: Vec<f32>) -> Vec<f32> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for score in &mut scores {
        *score = (*score - top).exp();
        total += *score;
    }
    scores.iter_mut().for_each(|score| *score /= total);
    scores
}
