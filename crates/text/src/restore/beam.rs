//! Finds the best spellings of a whole line from left to right.

use super::features::{Context, N_FIXED, N_MOVING, typed_before};
use super::forms::MAX_CHOICES;
use super::line::Slot;
use crate::rows::{LANES, Rows};

/// Lines kept in mind at once. A guess, not tuned.
const BEAM: usize = 4;
/// Lines this many nats worse than the best are dropped.
const BEAM_NATS: f32 = 6.0;

/// One way to spell the line up to here.
#[derive(Clone, Copy)]
struct Hypothesis {
    score: f32,
    /// Hashes of the last two spellings.
    one: u64,
    two: u64,
    /// Index into the trail of its last choice.
    trail: usize,
}

/// A choice and the trail before it.
struct Step {
    before: usize,
    choice: u8,
}

/// One spelling of the whole line: for every slot the number of its choice
/// (0 where there is none), and the natural logarithm of its probability.
pub(crate) struct Spelling {
    pub(crate) choices: Vec<u8>,
    pub(crate) log_probability: f32,
}

/// The best `n` spellings of `slots`, best first; ties in the order of choices.
pub(crate) fn best_spellings(slots: &[Slot<'_>], weights: &Rows, n: usize) -> Vec<Spelling> {
    let trail = vec![Step {
        before: 0,
        choice: 0,
    }];
    let mut search = Search {
        weights,
        trail,
        width: BEAM.max(n),
    };
    let n_open = slots.iter().filter(|slot| !slot.choices.is_empty());
    weights.expect(n_open.count() * (N_FIXED + BEAM * N_MOVING));
    let edge = typed_before(slots, 0, 1);
    let mut beam = vec![Hypothesis {
        score: 0.0,
        one: edge,
        two: edge,
        trail: 0,
    }];
    for (at, slot) in slots.iter().enumerate() {
        beam = if slot.choices.is_empty() || slot.is_marked {
            search.pass(&beam, slot)
        } else {
            search.branch(&beam, slots, at)
        };
    }
    beam.truncate(n);
    let spelling = |h: &Hypothesis| Spelling {
        choices: search.trace(h.trail, slots.len()),
        log_probability: h.score,
    };
    beam.iter().map(spelling).collect()
}

/// By how many nats the choice of `spelling` at a slot beats the bare syllable
/// there, all else as in `spelling`. Infinite where the bare one is no choice.
pub(crate) fn lead(slots: &[Slot<'_>], weights: &Rows, spelling: &Spelling, at: usize) -> f32 {
    let slot = &slots[at];
    let hash_before = |back: usize| {
        let before = at
            .checked_sub(back)
            .map(|i| (&slots[i], usize::from(spelling.choices[i])));
        before.map_or_else(
            || typed_before(slots, at, back),
            |(slot, choice)| slot.hash_of(choice),
        )
    };
    let context = Context::of(slots, at);
    let scores = Scores::of(&context, slot.choices.len(), weights);
    let sums = scores.given(hash_before(1), hash_before(2), weights);
    let chosen = sums.as_flattened()[usize::from(spelling.choices[at])];
    let bare = slot
        .choices
        .iter()
        .position(|choice| choice.hash == slot.typed);
    bare.map_or(f32::INFINITY, |bare| {
        f32::from(chosen - sums.as_flattened()[bare]) * weights.scale()
    })
}

/// Sums of weights for every choice of one slot.
type Sums = [[i16; LANES]; MAX_CHOICES / LANES];

/// The part of the scores of one slot that all hypotheses share.
struct Scores<'c> {
    context: &'c Context,
    n_rows: usize,
    fixed: Sums,
}

impl<'c> Scores<'c> {
    fn of(context: &'c Context, n_choices: usize, weights: &Rows) -> Self {
        let n_rows = n_choices.div_ceil(LANES);
        let mut fixed = Sums::default();
        for feature in context.fixed() {
            weights.add_row(feature, &mut fixed[..n_rows]);
        }
        Self {
            context,
            n_rows,
            fixed,
        }
    }

    fn given(&self, one: u64, two: u64, weights: &Rows) -> Sums {
        let mut sums = self.fixed;
        for feature in self.context.moving(one, two) {
            weights.add_row(feature, &mut sums[..self.n_rows]);
        }
        sums
    }
}

struct Search<'w> {
    weights: &'w Rows,
    trail: Vec<Step>,
    width: usize,
}

impl Search<'_> {
    /// Every hypothesis takes the slot as it was typed.
    fn pass(&mut self, beam: &[Hypothesis], slot: &Slot<'_>) -> Vec<Hypothesis> {
        let choice = slot
            .choices
            .iter()
            .position(|choice| choice.hash == slot.typed)
            .unwrap_or(0);
        beam.iter()
            .map(|h| self.take(h, h.score, slot.typed, choice))
            .collect()
    }

    /// Every hypothesis meets every choice; the best remain.
    fn branch(&mut self, beam: &[Hypothesis], slots: &[Slot<'_>], at: usize) -> Vec<Hypothesis> {
        let choices = slots[at].choices;
        let context = Context::of(slots, at);
        let scores = Scores::of(&context, choices.len(), self.weights);
        let scale = self.weights.scale();
        let mut met: Vec<(f32, usize, usize)> = Vec::with_capacity(beam.len() * choices.len());
        for (from, h) in beam.iter().enumerate() {
            let sums = scores.given(h.one, h.two, self.weights);
            let sums = &sums.as_flattened()[..choices.len()];
            let top = sums.iter().copied().max().unwrap_or(0);
            let below = |sum: i16| f32::from(sum - top) * scale;
            let total: f32 = sums.iter().map(|&sum| below(sum).exp()).sum();
            let near = sums
                .iter()
                .enumerate()
                .filter(|&(_, &sum)| below(sum) > -BEAM_NATS);
            met.extend(near.map(|(i, &sum)| (h.score + below(sum) - total.ln(), from, i)));
        }
        met.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let floor = met.first().map_or(0.0, |best| best.0) - BEAM_NATS;
        met.truncate(self.width);
        met.retain(|m| m.0 >= floor);
        met.iter()
            .map(|&(score, from, i)| self.take(&beam[from], score, choices[i].hash, i))
            .collect()
    }

    fn take(&mut self, from: &Hypothesis, score: f32, spelling: u64, choice: usize) -> Hypothesis {
        self.trail.push(Step {
            before: from.trail,
            choice: u8::try_from(choice).unwrap_or(0),
        });
        Hypothesis {
            score,
            one: spelling,
            two: from.one,
            trail: self.trail.len() - 1,
        }
    }

    fn trace(&self, mut at: usize, len: usize) -> Vec<u8> {
        let mut choices = vec![0; len];
        for choice in choices.iter_mut().rev() {
            *choice = self.trail[at].choice;
            at = self.trail[at].before;
        }
        choices
    }
}
