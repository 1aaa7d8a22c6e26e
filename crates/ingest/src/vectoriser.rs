//! Replaying the catalogue's changes into the index of meaning: texts that were
//! never seen are embedded, the others are known by their hash.

use std::collections::BTreeMap;

use catalog::{CatalogStore, Detail, WhatChanged};
use embed::{EmbedError, Embedder, TextRole};
use index::vectors::{PassageVector, TextHash, VectorBatch, VectorStore};
use records::{ChangeSeq, Clearance, Record, RecordId};
use serde::Serialize;

use crate::{
    IngestError,
    record_passages::{RecordPassage, record_passages},
};

/// Texts that go to the model together: enough to fill its batches, few enough
/// that a killed run repeats seconds of work.
const TEXTS_AT_ONCE: usize = 64;

/// Brings an index of meaning up to its catalogue, step by step.
pub struct Vectoriser<'a> {
    catalog: &'a dyn CatalogStore,
    embedder: &'a dyn Embedder,
    vectors: &'a dyn VectorStore,
}

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Vectorised {
    /// Changes applied.
    pub applied: u64,
    /// Texts that went through the model.
    pub embedded: u64,
    /// Texts whose vectors were known.
    pub known: u64,
    /// Where the index stands now.
    pub seq: ChangeSeq,
    /// Whether nothing more had changed.
    pub is_last: bool,
}

impl<'a> Vectoriser<'a> {
    /// * `embedder`: the model of `vectors`.
    pub fn new(
        catalog: &'a dyn CatalogStore,
        embedder: &'a dyn Embedder,
        vectors: &'a dyn VectorStore,
    ) -> Self {
        Self {
            catalog,
            embedder,
            vectors,
        }
    }

    /// Applies the next changes, at most `n_changes` of them; what is applied
    /// can be found and is not done again, whatever comes after.
    ///
    /// # Errors
    /// When a store or the model fails; nothing of the step is applied then.
    pub fn step(&self, n_changes: usize) -> Result<Vectorised, IngestError> {
        let after = self.vectors.applied_seq()?;
        let page = self
            .catalog
            .changes(after, n_changes, Clearance::Staff, Detail::Full)?;
        let mut done = Vectorised {
            applied: page.changes.len() as u64,
            seq: page.up_to,
            is_last: page.is_last,
            ..Vectorised::default()
        };
        if page.up_to == after {
            return Ok(done);
        }
        let (mut records, mut deletes) = (Vec::new(), Vec::new());
        for change in page.changes {
            match change.what {
                WhatChanged::Upsert(stored) => records.push(stored.record),
                WhatChanged::Tombstone { .. } => deletes.push(change.id),
            }
        }
        self.apply(&records, deletes, &mut done)?;
        Ok(done)
    }

    /// Puts these records in anew as the catalogue has them, and takes out those
    /// that it does not have; the index stays where it stands.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn mend(&self, ids: &[RecordId]) -> Result<Vectorised, IngestError> {
        let mut done = Vectorised {
            applied: ids.len() as u64,
            seq: self.vectors.applied_seq()?,
            ..Vectorised::default()
        };
        let (records, deletes) = crate::indexer::as_they_are(self.catalog, ids)?;
        self.apply(&records, deletes, &mut done)?;
        Ok(done)
    }

    fn apply(
        &self,
        records: &[Record],
        deletes: Vec<RecordId>,
        done: &mut Vectorised,
    ) -> Result<(), IngestError> {
        let planned: Vec<Vec<(TextHash, RecordPassage)>> = records
            .iter()
            .map(|record| {
                let passages = record_passages(record, self.embedder).into_iter();
                passages.map(|passage| (passage.hash(), passage)).collect()
            })
            .collect();
        let mut fresh = self.embed_unknown(&planned, done)?;
        let upserts = records.iter().zip(planned).map(|(record, passages)| {
            let passages = passages.into_iter().filter_map(|(hash, passage)| {
                let vector = match fresh.get_mut(&hash) {
                    Some(Some(vector)) => Some(vector.clone()),
                    // Nothing in it that a model could see.
                    Some(None) => return None,
                    None => None,
                };
                Some(PassageVector {
                    hash,
                    vector,
                    text: passage.shown,
                    page: passage.page,
                })
            });
            (record, passages.collect())
        });
        self.vectors.apply(&VectorBatch {
            upserts: upserts.collect(),
            deletes,
            seq: done.seq,
        })?;
        Ok(())
    }

    /// Vectors of the texts that the store does not know; `None` for a text
    /// with nothing to embed.
    fn embed_unknown(
        &self,
        planned: &[Vec<(TextHash, RecordPassage)>],
        done: &mut Vectorised,
    ) -> Result<BTreeMap<TextHash, Option<Vec<f32>>>, IngestError> {
        let texts: BTreeMap<TextHash, &str> = planned
            .iter()
            .flatten()
            .map(|(hash, passage)| (*hash, passage.embedded.as_str()))
            .collect();
        let hashes: Vec<TextHash> = texts.keys().copied().collect();
        let known = self.vectors.knows(&hashes)?;
        let unknown: Vec<(TextHash, &str)> = texts
            .into_iter()
            .zip(known)
            .filter_map(|(text, is_known)| (!is_known).then_some(text))
            .collect();
        done.known += (hashes.len() - unknown.len()) as u64;
        done.embedded += unknown.len() as u64;
        let mut fresh = BTreeMap::new();
        for chunk in unknown.chunks(TEXTS_AT_ONCE) {
            self.embed_chunk(chunk, &mut fresh)?;
        }
        Ok(fresh)
    }

    fn embed_chunk(
        &self,
        chunk: &[(TextHash, &str)],
        fresh: &mut BTreeMap<TextHash, Option<Vec<f32>>>,
    ) -> Result<(), IngestError> {
        let mut rest = chunk.to_vec();
        loop {
            let texts: Vec<&str> = rest.iter().map(|(_, text)| *text).collect();
            match self.embedder.embed(&texts, TextRole::Passage) {
                Ok(vectors) => {
                    let hashes = rest.iter().map(|(hash, _)| *hash);
                    fresh.extend(hashes.zip(vectors.into_iter().map(Some)));
                    return Ok(());
                }
                Err(EmbedError::Empty { index }) if index < rest.len() => {
                    fresh.insert(rest.remove(index).0, None);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
