//! The catalogue in a SQLite file: one writer, many readers (WAL).

mod changes;
mod codec;
mod failure;
mod jobs;
mod open;
mod prepared;
mod read;
mod topic_acts;
mod topic_writes;
mod topics;
mod write;

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Identifier, RecordId};
use rusqlite::Connection;

use crate::{
    Applied, Batch, Blob, CatalogError, CatalogStore, Changes, Detail, Quarantined, Status,
    StoredRecord, Version,
};

/// A catalogue in one SQLite file (and its `-wal` and `-shm` beside it), or in
/// memory. Several processes may hold the same file.
pub struct SqliteCatalog {
    writer: Mutex<Connection>,
    /// The file, and connections that wait for the next reader; `None` in
    /// memory, where readers share the writer's connection.
    readers: Option<Readers>,
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteCatalog {
    /// Opens the file, or makes it, and brings its layout up to date.
    ///
    /// # Errors
    /// [`CatalogError::Open`] and [`CatalogError::Migrate`].
    pub fn open(path: &Path) -> Result<Self, CatalogError> {
        Ok(Self {
            writer: Mutex::new(open::writer(path)?),
            readers: Some(Readers {
                path: path.to_owned(),
                idle: Mutex::new(Vec::new()),
            }),
        })
    }

    /// An empty catalogue that is gone when it is dropped.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn in_memory() -> Result<Self, CatalogError> {
        Ok(Self {
            writer: Mutex::new(open::in_memory()?),
            readers: None,
        })
    }

    /// Writes a whole and consistent copy into a new file, while others read
    /// and write.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), CatalogError> {
        match &self.readers {
            Some(readers) => open::copy(&open::reader(&readers.path)?, path),
            None => open::copy(&self.writer(), path),
        }
    }

    /// Lets SQLite look for damage in its file.
    ///
    /// # Errors
    /// [`CatalogError::Corrupt`] with the first damage found.
    pub fn verify(&self) -> Result<(), CatalogError> {
        open::verify(&*self.reader()?)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic between begin and commit rolled its transaction back.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<Reader<'_>, CatalogError> {
        let Some(readers) = &self.readers else {
            return Ok(Reader::Shared(self.writer()));
        };
        let idle = readers.idle();
        let connection = { idle.lock().unwrap_or_else(PoisonError::into_inner).pop() };
        let connection = match connection {
            Some(connection) => connection,
            None => open::reader(&readers.path)?,
        };
        Ok(Reader::Own(Some(connection), idle))
    }
}

impl Readers {
    fn idle(&self) -> &Mutex<Vec<Connection>> {
        &self.idle
    }
}

/// A connection on loan to a reader.
enum Reader<'a> {
    Own(Option<Connection>, &'a Mutex<Vec<Connection>>),
    Shared(MutexGuard<'a, Connection>),
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Own(connection, _) => connection.as_ref().expect("taken only in drop"),
            Self::Shared(guard) => guard,
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Self::Own(connection, idle) = self {
            let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.extend(connection.take());
        }
    }
}

impl CatalogStore for SqliteCatalog {
    fn apply(&self, batch: Batch) -> Result<Applied, CatalogError> {
        let prepared = prepared::prepare(batch)?;
        write::apply(&mut self.writer(), prepared)
    }

    fn get_many(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Vec<Option<StoredRecord>>, CatalogError> {
        read::get_many(&*self.reader()?, ids, clearance, detail)
    }

    fn resolve(
        &self,
        identifiers: &[Identifier],
        clearance: Clearance,
    ) -> Result<Vec<Vec<RecordId>>, CatalogError> {
        read::resolve(&*self.reader()?, identifiers, clearance)
    }

    fn successors(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
    ) -> Result<Vec<Option<RecordId>>, CatalogError> {
        read::successors(&*self.reader()?, ids, clearance)
    }

    fn changes(
        &self,
        after: ChangeSeq,
        limit: usize,
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Changes, CatalogError> {
        changes::changes(&*self.reader()?, after, limit, clearance, detail)
    }

    fn seq(&self) -> Result<ChangeSeq, CatalogError> {
        read::seq(&*self.reader()?)
    }

    fn seq_before(&self, at: Timestamp) -> Result<ChangeSeq, CatalogError> {
        changes::seq_before(&*self.reader()?, at)
    }

    fn history(&self, id: &RecordId, clearance: Clearance) -> Result<Vec<Version>, CatalogError> {
        read::history(&*self.reader()?, id, clearance)
    }

    fn quarantined(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, CatalogError> {
        read::quarantined(&*self.reader()?, after, limit)
    }

    fn blobs(&self, prefix: &str) -> Result<Vec<Blob>, CatalogError> {
        read::blobs(&*self.reader()?, prefix)
    }

    fn status(&self) -> Result<Status, CatalogError> {
        read::status(&*self.reader()?)
    }
}

#[cfg(test)]
mod tests;
