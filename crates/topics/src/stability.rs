//! How stable topics are: whether parts of the collection give them again.
//!
//! **Source:** Hennig, *Cluster-wise assessment of cluster stability*, CSDA
//! 2007: the mean, over fits of parts drawn from the collection, of the largest
//! Jaccard overlap of a topic with any topic of the part, both over the part's
//! documents. He calls 0.75 and more stable, below 0.6 doubtful.

use rustc_hash::FxHashMap;

use crate::{
    graph::Graph,
    hierarchy::{NONE, divide_at},
};

/// Parts that are fitted.
const N_PARTS: usize = 5;
/// Of ten documents so many are in a part.
const KEPT_OF_TEN: u64 = 8;
/// At most so many documents of the collection take part: a second a fit.
const MAX_DOCUMENTS: usize = 40_000;

/// For each topic 0..`n_topics` its stability, 0..=1; 0 for a topic without a
/// document in the parts.
///
/// * `near`: the neighbours of each document;
/// * `of`: its topic;
/// * `resolution`, `n_wanted`, `min_size`: as the topics were found.
pub(crate) fn stability(
    near: &[Vec<(u32, f32)>],
    of: &[u32],
    n_topics: usize,
    (resolution, n_wanted, min_size): (f64, usize, usize),
) -> Vec<f64> {
    let mut sums = vec![(0.0, 0u32); n_topics];
    for part in 0..N_PARTS as u64 {
        let kept = drawn(near.len().min(MAX_DOCUMENTS), part);
        let graph = Graph::of_shared_neighbours(&inner(near, &kept));
        let found = divide_at(&graph, resolution, n_wanted, min_size);
        let now: Vec<u32> = kept.iter().map(|row| of[*row as usize]).collect();
        for (topic, overlap) in best_overlaps(&now, &found) {
            let sum = &mut sums[topic as usize];
            *sum = (sum.0 + overlap, sum.1 + 1);
        }
    }
    let mean = |(sum, n): (f64, u32)| sum / f64::from(n.max(1));
    sums.into_iter().map(mean).collect()
}

/// The rows of a part, ascending: chosen by a hash of their number, which
/// stands for their content (rows are in the order of it).
fn drawn(n: usize, part: u64) -> Vec<u32> {
    let is_in = |row: &u32| {
        let mut z = (u64::from(*row) << 8 | part).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (z ^ (z >> 31)) % 10 < KEPT_OF_TEN
    };
    (0..n as u32).filter(is_in).collect()
}

/// The neighbours inside a part, by the part's numbers.
fn inner(near: &[Vec<(u32, f32)>], kept: &[u32]) -> Vec<Vec<(u32, f32)>> {
    let mut number = vec![NONE; near.len()];
    for (to, row) in kept.iter().enumerate() {
        number[*row as usize] = to as u32;
    }
    let row = |row: &u32| {
        let there = near[*row as usize].iter();
        there
            .filter_map(|(to, likeness)| {
                // A row of a sample may know rows beyond it.
                let to = number.get(*to as usize).copied()?;
                (to != NONE).then_some((to, *likeness))
            })
            .collect()
    };
    kept.iter().map(row).collect()
}

/// For each topic with a document its largest Jaccard overlap with any of the
/// other partition, by topic.
fn best_overlaps(of: &[u32], other: &[u32]) -> Vec<(u32, f64)> {
    let mut both: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let (mut n_of, mut n_other) = (FxHashMap::default(), FxHashMap::default());
    for (a, b) in of.iter().zip(other) {
        *n_of.entry(*a).or_insert(0u32) += 1;
        *n_other.entry(*b).or_insert(0u32) += 1;
        *both.entry((*a, *b)).or_default() += 1;
    }
    let mut best: FxHashMap<u32, f64> = FxHashMap::default();
    for ((a, b), n) in both {
        let known = best.entry(a).or_default();
        if b != NONE {
            let either = n_of[&a] + n_other[&b] - n;
            *known = known.max(f64::from(n) / f64::from(either));
        }
    }
    let mut best: Vec<(u32, f64)> = best.into_iter().filter(|(a, _)| *a != NONE).collect();
    best.sort_unstable_by_key(|(a, _)| *a);
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of 30 that know their own; every `noisy` document knows others.
    fn near(n_groups: u32, is_noise: bool) -> Vec<Vec<(u32, f32)>> {
        let n = 30 * n_groups;
        let row = |row: u32| {
            let group = row / 30 * 30;
            let own = (1..9).map(move |i| group + (row - group + i) % 30);
            let anywhere = (1..9).map(move |i| (row * 7 + i * i * 13 + 1) % n);
            let of = |to: u32| (to, 0.5f32);
            let mut found: Vec<(u32, f32)> = if is_noise {
                anywhere.filter(|to| *to != row).map(of).collect()
            } else {
                own.map(of).collect()
            };
            found.sort_unstable_by_key(|(to, _)| *to);
            found.dedup_by_key(|(to, _)| *to);
            found
        };
        (0..n).map(row).collect()
    }

    #[test]
    fn what_hangs_together_is_found_again_and_noise_is_not() {
        let near_groups = near(6, false);
        let of: Vec<u32> = (0..180).map(|row| row / 30).collect();
        let stable = stability(&near_groups, &of, 6, (1.0, 6, 2));
        assert!(stable.iter().all(|s| *s > 0.9), "{stable:?}");
        let noisy = stability(&near(6, true), &of, 6, (1.0, 6, 2));
        assert!(noisy.iter().all(|s| *s < 0.6), "{noisy:?}");
    }
}
