//! The catalogue in a SQLite file: one writer, many readers (WAL).

mod connection;
mod failure;
mod open;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;

use crate::{
    CatalogError,
    sql::{Engine, Session, SqlCatalog, Turn},
};

/// A catalogue in one SQLite file (and its `-wal` and `-shm` beside it), or in
/// memory. Several processes may hold the same file.
pub type SqliteCatalog = SqlCatalog<Sqlite>;

/// A SQLite database.
pub struct Sqlite {
    writer: Mutex<Connection>,
    /// The file, and connections that wait for the next reader; `None` in
    /// memory, where readers share the writer's connection.
    readers: Option<Readers>,
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl SqlCatalog<Sqlite> {
    /// Opens the file, or makes it, and brings its layout up to date.
    ///
    /// # Errors
    /// [`CatalogError::Open`] and [`CatalogError::Migrate`].
    pub fn open(path: &Path) -> Result<Self, CatalogError> {
        Ok(Self(Sqlite {
            writer: Mutex::new(open::writer(path)?),
            readers: Some(Readers {
                path: path.to_owned(),
                idle: Mutex::new(Vec::new()),
            }),
        }))
    }

    /// An empty catalogue that is gone when it is dropped.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn in_memory() -> Result<Self, CatalogError> {
        Ok(Self(Sqlite {
            writer: Mutex::new(open::in_memory()?),
            readers: None,
        }))
    }

    /// Writes a whole and consistent copy into a new file, while others read
    /// and write.
    ///
    /// # Errors
    /// When the file is there already, or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), CatalogError> {
        match &self.0.readers {
            Some(readers) => open::copy(&open::reader(&readers.path)?, path),
            None => open::copy(&self.0.writer(), path),
        }
    }

    /// Lets SQLite look for damage in its file.
    ///
    /// # Errors
    /// [`CatalogError::Corrupt`] with the first damage found.
    pub fn verify(&self) -> Result<(), CatalogError> {
        self.0.with_reader(open::verify)
    }
}

impl Sqlite {
    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic between begin and commit rolled its transaction back.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lends a connection; after a panic it is not taken back.
    fn with_reader<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        let Some(readers) = &self.readers else {
            return work(&self.writer());
        };
        let idle = || readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = { idle().pop() };
        let connection = match waiting {
            Some(connection) => connection,
            None => open::reader(&readers.path)?,
        };
        let done = work(&connection);
        idle().push(connection);
        done
    }
}

impl Engine for Sqlite {
    const SKIPS_LOCKED_ROWS: bool = false;

    const DEFER_REFERENCES: &'static str = "PRAGMA defer_foreign_keys = ON";

    /// What was removed is overwritten with zeros at once (`secure_delete`); pages
    /// of before stay in the log of the file until it is written back.
    fn scrub(&self) -> Result<(), CatalogError> {
        open::write_back(&self.writer())
    }

    /// SQLite does it by itself.
    fn set_next_number(_: &Session<'_>, _: &str, _: &str) -> Result<(), CatalogError> {
        Ok(())
    }

    fn read<T>(
        &self,
        work: impl Fn(&Session<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        self.with_reader(|connection| work(&Session(connection)))
    }

    fn snapshot<T>(
        &self,
        work: impl Fn(&Session<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        self.with_reader(|connection| {
            let snapshot = open::snapshot(connection)?;
            work(&Session(&*snapshot))
        })
    }

    /// SQLite has one writer at a time, whatever it writes.
    fn write<T, F: From<CatalogError>>(
        &self,
        _: Turn,
        work: impl Fn(&Session<'_>) -> Result<T, F>,
    ) -> Result<T, F> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        let done = work(&Session(&*transaction))?;
        open::commit(transaction)?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests;
