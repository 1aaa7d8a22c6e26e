//! Writes versions of records, and makes a commit of them.
//!
//! A version is born with a commit and dies with one. What is written before the
//! commit is marked with the number that it will have, so nobody sees it; the
//! commit is one write of the state, so it is there as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use index::{Definition, FullTextError};
use qdrant_client::qdrant::{
    Condition, DeletePayloadPoints, Filter, PointId, PointsIdsList, PointsSelector, Range,
    ScrollPoints, SetPayloadPoints, points_selector::PointsSelectorOneOf,
};
use records::{ChangeSeq, Record, RecordId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    QdrantWords,
    document::{Document, version_id},
    state::{Lengths, State},
};
use crate::{
    ClusterError, generation,
    payload::{self, Payload, only},
};

/// Records that are read and marked at once.
const RECORDS_AT_ONCE: usize = 256;
/// Words that this writer has put into the dictionary are not put in again;
/// forgotten when they are more.
const MAX_LEARNT: usize = 1 << 20;

/// Work since the last commit.
pub(super) struct Writer {
    /// The state after the last commit.
    pub(super) committed: State,
    /// The state that the next commit keeps.
    next: State,
    /// Records written since, with their lengths; `None` for deleted ones.
    pending: FxHashMap<RecordId, Option<Lengths>>,
    learnt: FxHashSet<String>,
}

fn beyond(key: &str, epoch: i64) -> Condition {
    let range = Range {
        gt: Some(epoch as f64),
        ..Range::default()
    };
    Condition::range(key, range)
}

fn until(key: &str, epoch: i64) -> Condition {
    let range = Range {
        lte: Some(epoch as f64),
        ..Range::default()
    };
    Condition::range(key, range)
}

/// What can be seen after commit number `epoch`.
pub(super) fn seen_at(epoch: i64) -> Vec<Condition> {
    vec![beyond("born", epoch), until("dead", epoch)]
}

impl Writer {
    /// Starts where the last commit stands; what was not committed is undone.
    pub(super) async fn begin(store: &QdrantWords) -> Result<Self, ClusterError> {
        let committed = store.state().await?;
        undo(store, committed.epoch).await?;
        Ok(Self {
            next: committed.clone(),
            committed,
            pending: FxHashMap::default(),
            learnt: FxHashSet::default(),
        })
    }

    fn born(&self) -> i64 {
        self.committed.epoch + 1
    }

    /// Puts records in.
    pub(super) async fn upsert(
        &mut self,
        store: &QdrantWords,
        records: &[Record],
    ) -> Result<(), ClusterError> {
        for chunk in records.chunks(RECORDS_AT_ONCE) {
            // Of one that is there twice, the last counts.
            let last: BTreeMap<&RecordId, &Record> =
                chunk.iter().map(|record| (&record.id, record)).collect();
            let ids: Vec<RecordId> = last.keys().map(|id| (*id).clone()).collect();
            self.retire(store, &ids).await?;
            let (mut points, mut words) = (Vec::new(), BTreeSet::new());
            for record in last.into_values() {
                let means = |own: &Lengths| {
                    let mut state = self.next.clone();
                    state.add(own);
                    state.mean_lengths()
                };
                let document = Document::new(record, self.born(), &means, Definition::built_in());
                self.next.add(&document.lengths);
                self.pending
                    .insert(record.id.clone(), Some(document.lengths));
                points.push(document.point);
                words.extend(document.words);
            }
            generation::upsert(&store.cluster, &store.collection, points).await?;
            words.retain(|word| !self.learnt.contains(word));
            store.learn(&words).await?;
            if self.learnt.len() > MAX_LEARNT {
                self.learnt.clear();
            }
            self.learnt.extend(words);
        }
        Ok(())
    }

    /// Takes records out.
    pub(super) async fn delete(
        &mut self,
        store: &QdrantWords,
        ids: &[RecordId],
    ) -> Result<(), ClusterError> {
        for chunk in ids.chunks(RECORDS_AT_ONCE) {
            let unique: BTreeSet<RecordId> = chunk.iter().cloned().collect();
            let ids: Vec<RecordId> = unique.into_iter().collect();
            self.retire(store, &ids).await?;
            let written: Vec<PointId> = ids
                .iter()
                .filter(|id| matches!(self.pending.get(*id), Some(Some(_))))
                .map(|id| version_id(id, self.born()))
                .collect();
            if !written.is_empty() {
                generation::delete(&store.cluster, &store.collection, written).await?;
            }
            self.pending.extend(ids.into_iter().map(|id| (id, None)));
        }
        Ok(())
    }

    /// Marks the versions that can be seen now as dying with the next commit, and
    /// counts them and what was written since out.
    async fn retire(&mut self, store: &QdrantWords, ids: &[RecordId]) -> Result<(), ClusterError> {
        for id in ids {
            if let Some(Some(lengths)) = self.pending.get(id) {
                self.next.subtract(lengths);
            }
        }
        let unmarked: Vec<String> = ids
            .iter()
            .filter(|id| !self.pending.contains_key(*id))
            .map(RecordId::to_string)
            .collect();
        if unmarked.is_empty() || self.committed.n_records == 0 {
            return Ok(());
        }
        let (points, lengths) = store.versions(unmarked, self.committed.epoch).await?;
        lengths
            .iter()
            .for_each(|lengths| self.next.subtract(lengths));
        if points.is_empty() {
            return Ok(());
        }
        let request = SetPayloadPoints {
            collection_name: store.collection.clone(),
            wait: Some(true),
            payload: Payload::from([("dead".to_owned(), self.born().into())]),
            points_selector: Some(PointsSelector {
                points_selector_one_of: Some(PointsSelectorOneOf::Points(PointsIdsList {
                    ids: points,
                })),
            }),
            ..SetPayloadPoints::default()
        };
        let asked = store
            .cluster
            .ask(async |node| node.set_payload(request.clone()).await);
        asked.await.map(drop)
    }

    /// Makes everything since the last commit findable.
    pub(super) async fn commit(
        &mut self,
        store: &QdrantWords,
        seq: ChangeSeq,
    ) -> Result<(), FullTextError> {
        let failed = ClusterError::of_words("writing a commit");
        let found = store.state().await.map_err(failed)?;
        if found.epoch != self.committed.epoch {
            return Err(FullTextError::Busy {
                path: store.shown_path(),
            });
        }
        self.next.epoch = self.born();
        self.next.seq = seq;
        let kept = generation::keep_state(&store.cluster, &store.collection, self.next.payload());
        let failed = ClusterError::of_words("writing a commit");
        kept.await.map_err(failed)?;
        self.committed = self.next.clone();
        self.pending.clear();
        let dead = Filter::must([until("dead", self.committed.epoch)]);
        let swept = generation::delete(&store.cluster, &store.collection, dead).await;
        swept.map_err(ClusterError::of_words("removing former versions"))
    }
}

/// Removes what was written for a commit that never came.
pub(super) async fn undo(store: &QdrantWords, epoch: i64) -> Result<(), ClusterError> {
    let unborn = Filter::must([beyond("born", epoch)]);
    generation::delete(&store.cluster, &store.collection, unborn).await?;
    let request = DeletePayloadPoints {
        collection_name: store.collection.clone(),
        wait: Some(true),
        keys: vec!["dead".to_owned()],
        points_selector: Some(PointsSelector::from(Filter::must([beyond("dead", epoch)]))),
        ..DeletePayloadPoints::default()
    };
    let asked = store
        .cluster
        .ask(async |node| node.delete_payload(request.clone()).await);
    asked.await.map(drop)
}

impl QdrantWords {
    /// The versions of records that can be seen after a commit, with the lengths
    /// of their fields.
    async fn versions(
        &self,
        ids: Vec<String>,
        epoch: i64,
    ) -> Result<(Vec<PointId>, Vec<Lengths>), ClusterError> {
        let mut request = ScrollPoints {
            collection_name: self.collection.clone(),
            filter: Some(Filter {
                must: vec![Condition::matches("id", ids)],
                must_not: seen_at(epoch),
                ..Filter::default()
            }),
            limit: Some(1000),
            with_payload: only(["len"]),
            ..ScrollPoints::default()
        };
        let (mut points, mut all) = (Vec::new(), Vec::new());
        loop {
            let page = self
                .cluster
                .ask(async |node| node.scroll(request.clone()).await);
            let page = page.await?;
            for point in page.result {
                let lengths = payload::read_numbers(&point.payload, "len").into_iter();
                let lengths: Vec<u32> = lengths.filter_map(|n| u32::try_from(n).ok()).collect();
                let lengths = lengths.try_into();
                all.push(lengths.map_err(|_| ClusterError::Unreadable("len"))?);
                points.extend(point.id);
            }
            request.offset = page.next_page_offset;
            if request.offset.is_none() {
                return Ok((points, all));
            }
        }
    }
}
