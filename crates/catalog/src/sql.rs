//! A catalogue in an SQL database. Statements are written once, in SQL that
//! SQLite and PostgreSQL both speak; what differs (connections, transactions,
//! binding, the layout's types) stands in one room per engine.
//!
//! Parameters are `?1`, `?2` … in both. Flags are numbers 0 and 1, and are
//! compared with them.

mod audit;
mod changes;
mod codec;
mod copy;
mod jobs;
mod naming;
mod prepared;
mod quotas;
mod read;
mod session;
mod topic_acts;
mod topic_writes;
mod topics;
mod value;
mod write;

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Identifier, RecordId};

#[cfg(test)]
pub(crate) use self::copy::layout;
pub use self::copy::{Copied, CopiedTable, copy_store};
pub(crate) use self::{
    session::{Columns, Connection, Session, Statement, Visit},
    value::{Value, values},
};
use crate::{
    Applied, Batch, Blob, CatalogError, CatalogStore, Changes, Detail, Quarantined, Status,
    StoredRecord, Version,
};

/// A catalogue in the database of an engine.
pub struct SqlCatalog<E>(pub(crate) E);

/// Who else must wait while something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Writers of records: numbers of the sequence become visible in order.
    Records,
    /// Whoever queues jobs.
    Jobs,
    /// Whoever changes topics.
    Topics,
    /// Whoever logs an act: entries follow each other.
    Acts,
    /// Nobody but writers of the same rows.
    Rows,
}

/// A database, as far as a catalogue needs one. Work may be done twice, when
/// the connection was lost before anything of it was written.
pub(crate) trait Engine: Send + Sync {
    /// Whether rows can be passed over that another worker is about to take.
    const SKIPS_LOCKED_ROWS: bool;

    /// Has the transaction look at its end whether rows that are named are
    /// there.
    const DEFER_REFERENCES: &'static str;

    /// Has the next row of a table whose numbers are given by the database
    /// come after those that were written with their numbers.
    fn set_next_number(
        session: &Session<'_>,
        table: &str,
        column: &str,
    ) -> Result<(), CatalogError>;

    /// Takes what was removed off the disk, as far as that is left to us.
    fn scrub(&self) -> Result<(), CatalogError>;

    /// Reads, each statement what is newest.
    fn read<T>(
        &self,
        work: impl Fn(&Session<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError>;

    /// Reads one state of the whole.
    fn snapshot<T>(
        &self,
        work: impl Fn(&Session<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError>;

    /// Writes in one transaction: all of it or, after an error, nothing.
    fn write<T, F: From<CatalogError>>(
        &self,
        turn: Turn,
        work: impl Fn(&Session<'_>) -> Result<T, F>,
    ) -> Result<T, F>;
}

#[allow(
    private_bounds,
    reason = "the engines are chosen by `SqliteCatalog` and `PostgresCatalog`"
)]
impl<E: Engine> CatalogStore for SqlCatalog<E> {
    fn apply(&self, batch: Batch) -> Result<Applied, CatalogError> {
        let prepared = prepared::prepare(batch)?;
        self.0
            .write(Turn::Records, |session| write::apply(session, &prepared))
    }

    fn get_many(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Vec<Option<StoredRecord>>, CatalogError> {
        self.0
            .snapshot(|session| read::get_many(session, ids, clearance, detail))
    }

    fn resolve(
        &self,
        identifiers: &[Identifier],
        clearance: Clearance,
    ) -> Result<Vec<Vec<RecordId>>, CatalogError> {
        self.0
            .read(|session| read::resolve(session, identifiers, clearance))
    }

    fn successors(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
    ) -> Result<Vec<Option<RecordId>>, CatalogError> {
        self.0
            .read(|session| read::successors(session, ids, clearance))
    }

    fn changes(
        &self,
        after: ChangeSeq,
        limit: usize,
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Changes, CatalogError> {
        self.0
            .snapshot(|session| changes::changes(session, after, limit, clearance, detail))
    }

    fn seq(&self) -> Result<ChangeSeq, CatalogError> {
        self.0.read(read::seq)
    }

    fn seq_before(&self, at: Timestamp) -> Result<ChangeSeq, CatalogError> {
        self.0.snapshot(|session| changes::seq_before(session, at))
    }

    fn history(&self, id: &RecordId, clearance: Clearance) -> Result<Vec<Version>, CatalogError> {
        self.0.read(|session| read::history(session, id, clearance))
    }

    fn quarantined(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, CatalogError> {
        self.0
            .read(|session| read::quarantined(session, after, limit))
    }

    fn blobs(&self, prefix: &str) -> Result<Vec<Blob>, CatalogError> {
        self.0.read(|session| read::blobs(session, prefix))
    }

    fn status(&self) -> Result<Status, CatalogError> {
        self.0.snapshot(read::status)
    }
}
