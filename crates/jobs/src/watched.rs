//! A catalogue that stops the work that reads or writes through it: no batch
//! is written by a job that was cancelled or lost.

use catalog::{
    Applied, Batch, Blob, CatalogError, CatalogStore, Changes, Detail, Quarantined, Status,
    StoredRecord, Version,
};
use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Identifier, RecordId};

use crate::Watch;

/// A catalogue for a job under way.
pub struct Watched<'a> {
    catalog: &'a dyn CatalogStore,
    watch: &'a Watch<'a>,
    /// Whether changes that are read count as work done.
    counts_changes: bool,
}

impl<'a> Watched<'a> {
    /// Stops with `watch`.
    pub fn new(catalog: &'a dyn CatalogStore, watch: &'a Watch<'a>) -> Self {
        Self {
            catalog,
            watch,
            counts_changes: false,
        }
    }

    /// Counts the changes that are read as work done.
    #[must_use]
    pub fn counting_changes(self) -> Self {
        Self {
            counts_changes: true,
            ..self
        }
    }
}

impl CatalogStore for Watched<'_> {
    fn apply(&self, batch: Batch) -> Result<Applied, CatalogError> {
        self.watch.check()?;
        self.catalog.apply(batch)
    }

    fn get_many(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Vec<Option<StoredRecord>>, CatalogError> {
        self.watch.check()?;
        self.catalog.get_many(ids, clearance, detail)
    }

    fn resolve(
        &self,
        identifiers: &[Identifier],
        clearance: Clearance,
    ) -> Result<Vec<Vec<RecordId>>, CatalogError> {
        self.watch.check()?;
        self.catalog.resolve(identifiers, clearance)
    }

    fn successors(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
    ) -> Result<Vec<Option<RecordId>>, CatalogError> {
        self.catalog.successors(ids, clearance)
    }

    fn changes(
        &self,
        after: ChangeSeq,
        limit: usize,
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Changes, CatalogError> {
        self.watch.check()?;
        let page = self.catalog.changes(after, limit, clearance, detail)?;
        if self.counts_changes {
            self.watch.add_done(page.changes.len() as u64);
        }
        Ok(page)
    }

    fn seq(&self) -> Result<ChangeSeq, CatalogError> {
        self.catalog.seq()
    }

    fn seq_before(&self, at: Timestamp) -> Result<ChangeSeq, CatalogError> {
        self.catalog.seq_before(at)
    }

    fn history(&self, id: &RecordId, clearance: Clearance) -> Result<Vec<Version>, CatalogError> {
        self.catalog.history(id, clearance)
    }

    fn quarantined(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, CatalogError> {
        self.watch.check()?;
        self.catalog.quarantined(after, limit)
    }

    fn blobs(&self, prefix: &str) -> Result<Vec<Blob>, CatalogError> {
        self.watch.check()?;
        self.catalog.blobs(prefix)
    }

    fn status(&self) -> Result<Status, CatalogError> {
        self.catalog.status()
    }
}
