//! Finds the best division of atoms into words (Viterbi over word lengths).

use super::atoms::Atom;
use super::features::{MAX_WORD, Window};
use crate::weights::Weights;

/// Scores of features: a trained table, or one in training.
pub(crate) trait Scores {
    /// The sum of the weights of `features`, in nats.
    fn score(&self, features: &[u64]) -> f32;
}

impl Scores for Weights {
    fn score(&self, features: &[u64]) -> f32 {
        self.sum(features)
    }
}

/// States this much worse than the best (in nats) are not followed further.
/// A guess, not tuned.
const BEAM_NATS: f32 = 9.0;

/// Ranges of atoms between which the model decides: letters with only white
/// space between them.
pub(crate) fn runs(atoms: &[Atom]) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let begin = at;
        let first = atoms.get(begin)?;
        at += 1;
        while first.is_letters
            && atoms
                .get(at)
                .is_some_and(|atom| atom.is_letters && atom.follows)
        {
            at += 1;
        }
        Some(begin..at)
    })
}

/// For every atom, whether it is one word with the atom after it.
pub(crate) fn decode(atoms: &[Atom], window: &Window<'_>, scores: &impl Scores) -> Vec<bool> {
    let mut joins = vec![false; atoms.len()];
    let mut back = Vec::new();
    for run in runs(atoms) {
        if run.len() > 1 {
            decode_run(run, window, scores, &mut back, &mut joins);
        }
    }
    joins
}

fn decode_run(
    run: std::ops::Range<usize>,
    window: &Window<'_>,
    scores: &impl Scores,
    back: &mut Vec<usize>,
    joins: &mut [bool],
) {
    back.clear();
    let mut best = [f32::NEG_INFINITY; MAX_WORD];
    best[0] = 0.0;
    for left in run.start..run.end - 1 {
        let (top, &top_score) = best_state(&best);
        back.push(top);
        let plain = scores.score(&window.plain(left));
        let mut next = [f32::NEG_INFINITY; MAX_WORD];
        next[0] = top_score;
        for n in 0..MAX_WORD - 1 {
            if best[n] > top_score - BEAM_NATS {
                next[n + 1] = best[n] + plain + scores.score(&window.state(left, n + 1));
            }
        }
        best = next;
    }
    let mut end = run.end;
    let mut n = best_state(&best).0;
    loop {
        let begin = end - 1 - n;
        joins[begin..end - 1].fill(true);
        if begin == run.start {
            break;
        }
        n = back[begin - 1 - run.start];
        end = begin;
    }
}

/// The best state; among equals the shortest word.
fn best_state(best: &[f32; MAX_WORD]) -> (usize, &f32) {
    let mut top = 0;
    for n in 1..MAX_WORD {
        if best[n] > best[top] {
            top = n;
        }
    }
    (top, &best[top])
}
