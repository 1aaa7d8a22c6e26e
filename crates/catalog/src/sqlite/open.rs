//! Opening, copying and checking the file.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::failure::while_doing;
use crate::CatalogError;

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// How long a writer waits for another process: longer than the largest batch
/// that `ingest` writes takes on a slow disk.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Statements kept prepared a connection: all that the catalogue knows, about.
const N_STATEMENTS: usize = 64;

pub(super) fn writer(path: &Path) -> Result<Connection, CatalogError> {
    let failed = |source: rusqlite::Error| CatalogError::Open {
        path: path.to_owned(),
        source: source.into(),
    };
    let mut connection = Connection::open(path).map_err(failed)?;
    set_up_writer(&connection).map_err(failed)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

pub(super) fn in_memory() -> Result<Connection, CatalogError> {
    let mut connection = Connection::open_in_memory().map_err(while_doing("opening"))?;
    connection.set_prepared_statement_cache_capacity(N_STATEMENTS);
    migrate(&mut connection, Path::new(":memory:"))?;
    Ok(connection)
}

/// `synchronous=FULL`, not NORMAL: in WAL mode NORMAL may lose the last
/// commits when the power fails, and an index that had already applied them
/// would then stand at numbers that the catalogue gives to other records.
/// With batches it is one fsync for thousands of records.
fn set_up_writer(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is removed is gone from the file, not only from its tables.
    connection.pragma_update(None, "secure_delete", true)?;
    // 64 MiB of pages: the unique indexes of a million records stay in memory.
    connection.pragma_update(None, "cache_size", -65_536)?;
    // Checkpoint at 32 MiB of log instead of 4: a page written by several
    // batches is copied once.
    connection.pragma_update(None, "wal_autocheckpoint", 8192)?;
    connection.set_prepared_statement_cache_capacity(N_STATEMENTS);
    Ok(())
}

/// All or nothing (`set_grouped`): by itself the runner commits a step and the
/// note that it was made one after the other, and a program killed between them
/// would leave a file that no program opens again.
///
/// Two processes may come to a new file at once; whoever comes second sees
/// its migration fail, and on a second look finds the work done.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), CatalogError> {
    let runner = migrations::migrations::runner().set_grouped(true);
    let ran = runner.run(connection).or_else(|_| runner.run(connection));
    ran.map(drop).map_err(|source| CatalogError::Migrate {
        path: path.to_owned(),
        source: source.into(),
    })
}

pub(super) fn reader(path: &Path) -> Result<Connection, CatalogError> {
    let open = || {
        // Read-write, because reading a WAL may need to repair it; queries
        // only, so that no bug can write.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.set_prepared_statement_cache_capacity(N_STATEMENTS);
        Ok(connection)
    };
    open().map_err(|source: rusqlite::Error| CatalogError::Open {
        path: path.to_owned(),
        source: source.into(),
    })
}

pub(super) fn copy(connection: &Connection, path: &Path) -> Result<(), CatalogError> {
    let name = path.to_string_lossy();
    let run = || {
        // SQLite counts the new file as a write.
        connection.pragma_update(None, "query_only", false)?;
        connection.execute("VACUUM INTO ?1", [name.as_ref()])
    };
    run()
        .map(drop)
        .map_err(while_doing("copying the catalogue"))
}

/// Empties the log of the file into the file. Readers under way may hold it
/// back; then it happens at the next time that nobody reads.
pub(super) fn write_back(connection: &Connection) -> Result<(), CatalogError> {
    let row = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    row.map_err(while_doing("writing the log of the file back"))
}

pub(super) fn verify(connection: &Connection) -> Result<(), CatalogError> {
    let failed = while_doing("checking the file");
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(failed)?;
    if found == "ok" {
        return Ok(());
    }
    Err(CatalogError::Corrupt {
        place: "its pages".to_owned(),
        source: found.into(),
    })
}

/// Begins a transaction that will write: takes the lock at once, so that it
/// cannot fail half-way for another writer.
pub(super) fn begin(connection: &mut Connection) -> Result<Transaction<'_>, CatalogError> {
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(while_doing("beginning to write"))
}

/// Ends it: everything is there from now on.
pub(super) fn commit(transaction: Transaction<'_>) -> Result<(), CatalogError> {
    transaction
        .commit()
        .map_err(while_doing("committing what was written"))
}

/// One state of the whole, to read from.
pub(super) fn snapshot(connection: &Connection) -> Result<Transaction<'_>, CatalogError> {
    connection
        .unchecked_transaction()
        .map_err(while_doing("beginning to read"))
}
