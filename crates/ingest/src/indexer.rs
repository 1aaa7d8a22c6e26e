//! Replaying the catalogue's changes into the full-text index.

use authorities::SharedRegister;
use catalog::{CatalogStore, Detail, WhatChanged};
use index::FullTextStore;
use records::{ChangeSeq, Clearance, Record, RecordId};
use serde::Serialize;

use crate::IngestError;

/// Changes read at once.
const PAGE: usize = 2000;

/// Changes between two commits: rare enough that commits cost little, often
/// enough that a killed run repeats seconds of work, not minutes.
const COMMIT_EVERY: u64 = 100_000;

/// Brings a full-text index up to its catalogue.
pub struct Indexer<'a> {
    catalog: &'a dyn CatalogStore,
    full_text: &'a dyn FullTextStore,
    applied: ChangeSeq,
    n_uncommitted: u64,
    n_applied: u64,
    register: SharedRegister,
}

/// What was indexed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Indexed {
    /// Changes applied.
    pub applied: u64,
    /// Where the index stands now.
    pub seq: ChangeSeq,
}

impl<'a> Indexer<'a> {
    /// Starts where the index stands.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn new(
        catalog: &'a dyn CatalogStore,
        full_text: &'a dyn FullTextStore,
    ) -> Result<Self, IngestError> {
        Ok(Self {
            catalog,
            full_text,
            applied: full_text.applied_seq()?,
            n_uncommitted: 0,
            n_applied: 0,
            register: SharedRegister::default(),
        })
    }

    /// Replays what is committed in the catalogue by now; commits the index
    /// only every so often.
    ///
    /// # Errors
    /// When the catalogue cannot be read or the index not be written.
    pub fn follow(&mut self) -> Result<(), IngestError> {
        loop {
            // Before the changes: an act that comes later touches its records.
            let register = self.register.current(self.catalog)?;
            let page = self
                .catalog
                .changes(self.applied, PAGE, Clearance::Staff, Detail::Full)?;
            let mut upserts: Vec<Record> = Vec::with_capacity(page.changes.len());
            let mut deletes = Vec::new();
            self.n_uncommitted += page.changes.len() as u64;
            self.n_applied += page.changes.len() as u64;
            for change in page.changes {
                match change.what {
                    WhatChanged::Upsert(stored) => upserts.push(register.as_indexed(stored.record)),
                    WhatChanged::Tombstone { .. } => deletes.push(change.id),
                }
            }
            // A record changes at most once in a page: the order does not matter.
            self.full_text.delete(&deletes)?;
            self.full_text.upsert(&upserts)?;
            self.applied = page.up_to;
            if self.n_uncommitted >= COMMIT_EVERY {
                self.commit()?;
            }
            if page.is_last {
                return Ok(());
            }
        }
    }

    /// Replays the rest, makes it findable and lets go of the index.
    ///
    /// # Errors
    /// As [`Indexer::follow`].
    pub fn finish(mut self) -> Result<Indexed, IngestError> {
        self.follow()?;
        if self.n_uncommitted > 0 || self.full_text.applied_seq()? != self.applied {
            self.commit()?;
        }
        self.full_text.finish()?;
        Ok(Indexed {
            applied: self.n_applied,
            seq: self.applied,
        })
    }

    /// Puts these records in anew as the catalogue has them, and takes out those
    /// that it does not have; the index stays where it stands.
    ///
    /// # Errors
    /// As [`Indexer::follow`].
    pub fn mend(self, ids: &[RecordId]) -> Result<(), IngestError> {
        let register = self.register.current(self.catalog)?;
        for ids in ids.chunks(PAGE) {
            let (upserts, deletes) = as_they_are(self.catalog, ids)?;
            let upserts = upserts
                .into_iter()
                .map(|record| register.as_indexed(record));
            let upserts: Vec<Record> = upserts.collect();
            self.full_text.delete(&deletes)?;
            self.full_text.upsert(&upserts)?;
        }
        self.full_text.commit(self.applied)?;
        Ok(self.full_text.finish()?)
    }

    fn commit(&mut self) -> Result<(), IngestError> {
        self.full_text.commit(self.applied)?;
        self.n_uncommitted = 0;
        Ok(())
    }
}

/// The records of `ids` that are there, and the ids of the others.
pub(crate) fn as_they_are(
    catalog: &dyn CatalogStore,
    ids: &[RecordId],
) -> Result<(Vec<Record>, Vec<RecordId>), IngestError> {
    let found = catalog.get_many(ids, Clearance::Staff, Detail::Full)?;
    let (mut records, mut gone) = (Vec::new(), Vec::new());
    for (id, found) in ids.iter().zip(found) {
        match found {
            Some(stored) => records.push(stored.record),
            None => gone.push(id.clone()),
        }
    }
    Ok((records, gone))
}
