//! From the topics of one build to those of the next: who goes on, who came
//! out of whom, who ended.
//!
//! Rules, over the documents that both builds know:
//! - a topic that people hold (merged by hand, or locked) goes on in the new
//!   topic with most of its documents;
//! - of the others, pairs of a former and a new topic are taken by their
//!   Jaccard overlap, the largest first, ties by the lower numbers: the new
//!   topic goes on under the former's id, if the overlap is [`MIN_OVERLAP`] or
//!   more and both are still free;
//! - a new topic without a former one is *split* from the former topic that at
//!   least half of its known documents come from, else it is *born*;
//! - a former topic without a new one *merged* into the new topic that at least
//!   half of its documents are in, else it *died*.

use std::collections::BTreeMap;

/// Overlap from which a topic goes on. Two halves of a topic that fell apart
/// evenly overlap with it by 0.5, five fifths by 0.2.
pub(crate) const MIN_OVERLAP: f64 = 0.2;

/// A topic of the former build.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Former {
    /// Its documents, as numbers that the new build gives them.
    pub(crate) members: Vec<usize>,
    /// Whether people hold it.
    pub(crate) is_held: bool,
}

/// Where a new topic comes from. Numbers are places in the lists given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    /// It goes on from this former topic.
    Continues(usize),
    /// It came out of this former topic, which goes on elsewhere or ended.
    SplitFrom(usize),
    /// It is new.
    Born,
}

/// What became of a former topic that does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parting {
    /// It is in this new topic now.
    MergedInto(usize),
    /// It is gone.
    Died,
}

/// Traces each new topic back, and each former topic that ended forward: (its
/// place, what became of it). `topic_of` is the new topic of each document,
/// all below `n_new`.
pub(crate) fn trace(
    former: &[Former],
    topic_of: &[Option<usize>],
    n_new: usize,
) -> (Vec<Match>, Vec<(usize, Parting)>) {
    let shared = shared(former, topic_of);
    let mut n_known = vec![0usize; n_new];
    for ((_, new), n) in &shared {
        n_known[*new] += n;
    }
    let mut pairs: Vec<(bool, f64, usize, usize)> = (shared.iter())
        .map(|((old, new), n)| {
            let union = former[*old].members.len() + n_known[*new] - n;
            let overlap = *n as f64 / union as f64;
            let key = if former[*old].is_held {
                *n as f64
            } else {
                overlap
            };
            (former[*old].is_held, key, *old, *new)
        })
        .filter(|(held, key, ..)| *held || *key >= MIN_OVERLAP)
        .collect();
    pairs.sort_by(|a, b| {
        (b.0.cmp(&a.0))
            .then(b.1.total_cmp(&a.1))
            .then((a.2, a.3).cmp(&(b.2, b.3)))
    });
    let mut matches = vec![Match::Born; n_new];
    let mut goes_on = vec![false; former.len()];
    for (.., old, new) in pairs {
        if !goes_on[old] && matches[new] == Match::Born {
            goes_on[old] = true;
            matches[new] = Match::Continues(old);
        }
    }
    // In the order of pairs of numbers, so that ties go to the lower one.
    for ((old, new), n) in &shared {
        if matches[*new] == Match::Born && 2 * n >= n_known[*new] {
            matches[*new] = Match::SplitFrom(*old);
        }
    }
    let partings = (0..former.len()).filter(|old| !goes_on[*old]).map(|old| {
        let n_members = former[old].members.len();
        let mut into = shared.range((old, 0)..(old + 1, 0));
        let most = into.find(|(_, n)| 2 * **n >= n_members);
        (
            old,
            most.map_or(Parting::Died, |((_, new), _)| Parting::MergedInto(*new)),
        )
    });
    let partings = partings.collect();
    (matches, partings)
}

/// Documents that a former and a new topic share, by (former, new).
fn shared(former: &[Former], topic_of: &[Option<usize>]) -> BTreeMap<(usize, usize), usize> {
    let mut shared = BTreeMap::new();
    for (old, topic) in former.iter().enumerate() {
        for member in &topic.members {
            if let Some(new) = topic_of[*member] {
                *shared.entry((old, new)).or_insert(0) += 1;
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn former(members: std::ops::Range<usize>) -> Former {
        Former {
            members: members.collect(),
            is_held: false,
        }
    }

    fn new(sizes: &[usize]) -> Vec<Option<usize>> {
        let topics = sizes.iter().enumerate();
        topics
            .flat_map(|(topic, n)| std::iter::repeat_n(Some(topic), *n))
            .collect()
    }

    #[test]
    fn larger_half_keeps_the_id_and_the_other_is_split() {
        let (matches, partings) = trace(&[former(0..10)], &new(&[4, 6]), 2);
        assert_eq!(matches, [Match::SplitFrom(0), Match::Continues(0)]);
        assert_eq!(partings, []);
    }

    #[test]
    fn smaller_of_two_that_became_one_is_merged() {
        let both = [former(0..4), former(4..10)];
        let (matches, partings) = trace(&both, &new(&[10]), 1);
        assert_eq!(matches, [Match::Continues(1)]);
        assert_eq!(partings, [(0, Parting::MergedInto(0))]);
    }

    #[test]
    fn what_has_nothing_in_common_is_born_and_dies() {
        let mut topic_of = vec![None; 5];
        topic_of.extend(new(&[5]));
        let (matches, partings) = trace(&[former(0..5)], &topic_of, 1);
        assert_eq!(matches, [Match::Born]);
        assert_eq!(partings, [(0, Parting::Died)]);
    }

    #[test]
    fn a_held_topic_goes_on_in_a_much_larger_one() {
        let mut held = former(0..2);
        held.is_held = true;
        let (matches, _) = trace(&[held, former(2..40)], &new(&[40]), 1);
        assert_eq!(matches, [Match::Continues(0)]);
    }
}
