//! The seam of the catalogue.

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Identifier, RecordId};

use crate::{
    AccountNames, Applied, AuditLog, Batch, CatalogError, Changes, Detail, JobQueue, Quarantined,
    QuotaStore, Status, StoredRecord, TopicStore, Version,
};

/// All that an installation keeps: records, jobs, topics, the log of acts, quotas,
/// and whose name stands where in them.
pub trait Catalogue:
    CatalogStore + JobQueue + TopicStore + AuditLog + QuotaStore + AccountNames
{
}

impl<C> Catalogue for C where
    C: CatalogStore + JobQueue + TopicStore + AuditLog + QuotaStore + AccountNames
{
}

/// A catalogue: SQLite in a file, a PostgreSQL database, or the oracle in memory.
///
/// Synchronous; async callers go through `spawn_blocking`. Many threads may
/// read while one writes; a reader sees whole batches only. The laws are
/// written as tests in `catalog::testsuite` (feature `testsuite`).
pub trait CatalogStore: Send + Sync {
    /// Writes a whole batch in one transaction, in this order: tombstones,
    /// puts, touched records, blobs, set-aside inputs. A put of what is already there, byte for
    /// byte but for its provenance, changes nothing and gets no number.
    ///
    /// # Errors
    /// Nothing of the batch is there after any error. [`CatalogError::Conflict`]
    /// when a put asked for a version that is no longer the newest,
    /// [`CatalogError::BlobConflict`] when a named value is not as it was seen.
    fn apply(&self, batch: Batch) -> Result<Applied, CatalogError>;

    /// The records of `ids`, in the same order; `None` where there is none
    /// that `clearance` may see (deleted, hidden, or never there: a reader
    /// cannot tell which).
    fn get_many(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Vec<Option<StoredRecord>>, CatalogError>;

    /// The record of one id: see [`CatalogStore::get_many`].
    fn get(
        &self,
        id: &RecordId,
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Option<StoredRecord>, CatalogError> {
        let found = self.get_many(std::slice::from_ref(id), clearance, detail)?;
        Ok(found.into_iter().next().flatten())
    }

    /// For each identifier the ids of the records that carry it, by id; empty
    /// where none may be seen.
    fn resolve(
        &self,
        identifiers: &[Identifier],
        clearance: Clearance,
    ) -> Result<Vec<Vec<RecordId>>, CatalogError>;

    /// For each id of a record that was merged away: the record that stands for
    /// it now, over as many merges as there were (32 at most); `None` for every
    /// other id, and where `clearance` could never see the one or may not see
    /// the other.
    fn successors(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
    ) -> Result<Vec<Option<RecordId>>, CatalogError>;

    /// What changed after `after`, in order of the sequence: the newest state
    /// of each record only. At most `limit` changes, and fewer when their full
    /// texts together pass 32 MiB; go on from [`Changes::up_to`] until
    /// [`Changes::is_last`].
    ///
    /// A record that `clearance` may no longer see comes as a tombstone if it
    /// could once be seen, else not at all. `changes(ChangeSeq::ZERO, …)` walks
    /// through the whole catalogue.
    fn changes(
        &self,
        after: ChangeSeq,
        limit: usize,
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Changes, CatalogError>;

    /// The newest number of the sequence, without counting anything.
    fn seq(&self) -> Result<ChangeSeq, CatalogError>;

    /// The newest number of the sequence among the changes before `at` that are
    /// still the newest of their record: `changes` after it begins with what
    /// changed at `at` or later. Numbers and times grow together.
    fn seq_before(&self, at: Timestamp) -> Result<ChangeSeq, CatalogError>;

    /// All versions of a record, oldest first, without full text; empty where
    /// the newest one may not be seen, or the record is deleted and the reader
    /// is not staff. A version whose own level may not be seen is left out.
    fn history(&self, id: &RecordId, clearance: Clearance) -> Result<Vec<Version>, CatalogError>;

    /// Set-aside inputs numbered above `after`, oldest first. Staff only: the
    /// inputs may hold anything.
    fn quarantined(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, CatalogError>;

    /// The named values whose names start with `prefix`, by name: checkpoints
    /// (`checkpoint/…`) and the small states of other rooms.
    fn blobs(&self, prefix: &str) -> Result<Vec<crate::Blob>, CatalogError>;

    /// Counts over the records that are there, whatever their level.
    fn status(&self) -> Result<Status, CatalogError>;
}
