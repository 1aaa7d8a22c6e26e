//! Keeps the best matches, ties broken by id.

use std::{cmp::Ordering, collections::BinaryHeap};

use tantivy::DocId;

use super::snapshot::Segment;
use crate::Sort;

/// A match of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Candidate {
    /// Larger is better.
    key: u64,
    /// Number of the id in the segment: smaller is better.
    id: u64,
    doc: DocId,
    score: f32,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    /// The worst is the greatest, so that a heap gives it up first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.key.cmp(&self.key)).then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best matches of one segment, not yet comparable in ties.
pub(super) struct SegmentBest<'a> {
    at: usize,
    segment: &'a Segment,
    by_title: bool,
    candidates: Vec<Candidate>,
}

/// A match of any segment, comparable with those of others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranked {
    key: u64,
    title: Option<String>,
    pub(super) id: String,
    pub(super) segment: usize,
    pub(super) doc: DocId,
    pub(super) score: f32,
}

impl Ranked {
    /// The better one first.
    fn order(&self, other: &Self) -> Ordering {
        let by_title = match (&self.title, &other.title) {
            (Some(a), Some(b)) => a.cmp(b),
            _ => Ordering::Equal,
        };
        other
            .key
            .cmp(&self.key)
            .then(by_title)
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// The best matches of one segment.
pub(super) struct Best {
    sort: Sort,
    n_kept: usize,
    heap: BinaryHeap<Candidate>,
}

impl Best {
    pub(super) fn new(sort: Sort, n_kept: usize) -> Self {
        Self {
            sort,
            n_kept,
            heap: BinaryHeap::with_capacity(n_kept.min(1024) + 1),
        }
    }

    pub(super) fn push(&mut self, segment: &Segment, doc: DocId, score: f32) {
        if self.n_kept == 0 {
            return;
        }
        let key = self.key(segment, doc, score);
        let is_full = self.heap.len() >= self.n_kept;
        if is_full && self.heap.peek().is_some_and(|worst| key < worst.key) {
            return;
        }
        let id = segment.columns.ids.ords().first(doc).unwrap_or(u64::MAX);
        self.heap.push(Candidate {
            key,
            id,
            doc,
            score,
        });
        if is_full {
            self.heap.pop();
        }
    }

    fn key(&self, segment: &Segment, doc: DocId, score: f32) -> u64 {
        let year = || segment.columns.year.first(doc);
        match self.sort {
            Sort::Relevance => u64::from(orderable(score)),
            Sort::Newest => year().map_or(0, |year| year.max(0) as u64 + 1),
            Sort::Oldest => year().map_or(0, |year| u64::MAX - year.max(0) as u64),
            Sort::Title => {
                let ord = segment.columns.title_key.ords().first(doc);
                ord.map_or(0, |ord| u64::MAX - ord)
            }
        }
    }

    /// The best matches of segment number `at`.
    pub(super) fn finish(self, at: usize, segment: &Segment) -> SegmentBest<'_> {
        SegmentBest {
            at,
            segment,
            by_title: self.sort == Sort::Title,
            candidates: self.heap.into_vec(),
        }
    }
}

impl SegmentBest<'_> {
    /// Candidates whose key is not below `key`, with what orders ties over
    /// segments. Titles are numbered for each segment: none is left out.
    fn ranked(&self, key: u64) -> impl Iterator<Item = Ranked> + '_ {
        let is_wanted = move |candidate: &&Candidate| self.by_title || candidate.key >= key;
        let columns = &self.segment.columns;
        self.candidates
            .iter()
            .filter(is_wanted)
            .map(move |candidate| Ranked {
                key: if self.by_title { 0 } else { candidate.key },
                title: (self.by_title).then(|| text_of(&columns.title_key, candidate.doc)),
                id: text_of(&columns.ids, candidate.doc),
                segment: self.at,
                doc: candidate.doc,
                score: candidate.score,
            })
    }
}

fn text_of(column: &tantivy::columnar::StrColumn, doc: DocId) -> String {
    let mut text = String::new();
    if let Some(ord) = column.ords().first(doc) {
        // A column that cannot be read gives an empty text, which is no id and
        // is passed over.
        let _ = column.ord_to_str(ord, &mut text);
    }
    text
}

/// One page of the best matches of all segments.
pub(super) fn page(found: &[SegmentBest<'_>], offset: usize, limit: usize) -> Vec<Ranked> {
    let mut keys: Vec<u64> = found
        .iter()
        .flat_map(|best| &best.candidates)
        .map(|candidate| candidate.key)
        .collect();
    keys.sort_unstable_by(|a, b| b.cmp(a));
    // Ids cost a look into the dictionary each: only for those on the page.
    let last = offset.saturating_add(limit).saturating_sub(1);
    let worst = keys.get(last).copied().unwrap_or(0);
    let ranked = found.iter().flat_map(|best| best.ranked(worst)).collect();
    cut(ranked, offset, limit)
}

fn cut(mut ranked: Vec<Ranked>, offset: usize, limit: usize) -> Vec<Ranked> {
    ranked.sort_by(Ranked::order);
    ranked.into_iter().skip(offset).take(limit).collect()
}

/// Bits that order like the number. Scores are never negative or NaN.
fn orderable(score: f32) -> u32 {
    score.max(0.0).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_order_like_scores() {
        let scores = [0.0, f32::MIN_POSITIVE, 0.1, 1.0, 17.5];
        assert!(scores.map(orderable).is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn pages_follow_one_another_and_ties_go_by_id() {
        let ranked = |id: &str, key| Ranked {
            key,
            title: None,
            id: id.into(),
            segment: 0,
            doc: 0,
            score: 0.0,
        };
        let all = vec![ranked("b", 1), ranked("c", 2), ranked("a", 1)];
        let ids = |offset, limit| -> Vec<String> {
            let page = cut(all.clone(), offset, limit);
            page.into_iter().map(|hit| hit.id).collect()
        };
        assert_eq!(ids(0, 2), ["c", "a"]);
        assert_eq!(ids(2, 2), ["b"]);
    }
}
