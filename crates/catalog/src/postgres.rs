//! The catalogue in a PostgreSQL database: many writers and readers on many
//! machines.
//!
//! Connections are driven by a thread of their own; whoever asks waits for the
//! answer where it stands, inside an asynchronous runtime or not. A connection
//! that was lost before anything was committed is replaced and the work done
//! again, so that a restart of the server is a pause.

mod address;
mod connection;
mod failure;
mod open;
mod tls;
mod value;
mod wait;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;

pub use self::address::PostgresAddress;
use self::connection::PostgresConnection;
use crate::{
    CatalogError,
    sql::{Engine, Session, SqlCatalog, Turn, values},
};

/// A catalogue in one PostgreSQL database. Several processes on several
/// machines may hold the same one.
pub type PostgresCatalog = SqlCatalog<Postgres>;

/// A PostgreSQL database.
pub struct Postgres {
    address: PostgresAddress,
    /// Connections that wait for the next reader or writer.
    idle: Mutex<Vec<PostgresConnection>>,
    driver: Driver,
}

/// How work that went well ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It was no transaction.
    Nothing,
    /// What was read is known; nothing was written.
    RollBack,
    Commit,
}

/// Where connections are driven; `None` only while it is dropped.
struct Driver(Option<Runtime>);

/// How long a server that restarts is waited for: shorter than the time that a
/// request may take (`server.time_limit_s`), longer than a restart.
const PATIENCE: Duration = Duration::from_secs(15);

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// How often work is done anew after its connection was lost.
const MAX_LOSSES: usize = 3;

/// Connections kept open for the next reader: what a server of 8 cores asks for
/// at once (`server.n_readers`).
const MAX_IDLE: usize = 32;

/// One state of the whole for a reader.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A writer whose turn it is sees all that was committed before.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// Locks of this program: `trithuc` in ASCII, and a number each.
const LOCKS: i64 = 0x7472_6974_6875_6300;

impl SqlCatalog<Postgres> {
    /// Opens the database, which must be there, and brings its layout up to
    /// date.
    ///
    /// # Errors
    /// [`CatalogError::Unreachable`] and [`CatalogError::Migrate`].
    pub fn connect(address: &PostgresAddress) -> Result<Self, CatalogError> {
        let driver = Driver(Some(open::runtime(address)?));
        let connection = open::first(driver.runtime(), address)?;
        Ok(Self(Postgres {
            address: address.clone(),
            idle: Mutex::new(vec![connection]),
            driver,
        }))
    }

    /// Where it lies, without the password.
    pub fn address(&self) -> &PostgresAddress {
        &self.0.address
    }

    /// Asks the server for all rows that name a row which is not there: what
    /// foreign keys promise and damaged files break.
    ///
    /// # Errors
    /// [`CatalogError::Corrupt`] with the first damage found.
    pub fn verify(&self) -> Result<(), CatalogError> {
        self.0.snapshot(open::verify)
    }
}

impl Postgres {
    fn idle(&self) -> MutexGuard<'_, Vec<PostgresConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connection(&self) -> Result<PostgresConnection, CatalogError> {
        while let Some(connection) = { self.idle().pop() } {
            if !connection.is_lost() {
                return Ok(connection);
            }
        }
        let start = Instant::now();
        loop {
            match open::connect(self.driver.runtime(), &self.address) {
                Err(CatalogError::Unreachable { .. }) if start.elapsed() < PATIENCE => {
                    std::thread::sleep(PAUSE);
                }
                connected => return connected,
            }
        }
    }

    fn give_back(&self, connection: PostgresConnection) {
        let mut idle = self.idle();
        if !connection.is_lost() && idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }

    /// Does some work between `begin` and a commit. It is done anew when the
    /// connection was lost before the commit was sent; a commit whose answer
    /// was lost is an error, because it may have been written.
    fn run<T, F: From<CatalogError>>(
        &self,
        begin: &dyn Fn(&Session<'_>) -> Result<(), CatalogError>,
        end: End,
        work: impl Fn(&Session<'_>) -> Result<T, F>,
    ) -> Result<T, F> {
        let mut n_losses = 0;
        loop {
            let connection = self.connection()?;
            let session = Session(&connection);
            let done = begin(&session)
                .map_err(F::from)
                .and_then(|()| work(&session))
                .and_then(|done| {
                    connection.flush()?;
                    Ok(done)
                });
            let done = match done {
                Err(_) if connection.is_lost() && n_losses < MAX_LOSSES => {
                    n_losses += 1;
                    // Whatever ended this one ended those too.
                    self.idle().clear();
                    continue;
                }
                Ok(done) if end == End::Commit => {
                    connection.commit().map(|()| done).map_err(F::from)
                }
                done => {
                    if end != End::Nothing {
                        connection.roll_back();
                    }
                    done
                }
            };
            self.give_back(connection);
            return done;
        }
    }
}

impl Engine for Postgres {
    const SKIPS_LOCKED_ROWS: bool = true;

    const DEFER_REFERENCES: &'static str = "SET CONSTRAINTS ALL DEFERRED";

    /// PostgreSQL does it by itself (autovacuum).
    fn scrub(&self) -> Result<(), CatalogError> {
        Ok(())
    }

    fn set_next_number(
        session: &Session<'_>,
        table: &str,
        column: &str,
    ) -> Result<(), CatalogError> {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'),
                           (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
        );
        session.write("writing the next number", &sql, &[])
    }

    fn read<T>(
        &self,
        work: impl Fn(&Session<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        self.run(&|_| Ok(()), End::Nothing, work)
    }

    fn snapshot<T>(
        &self,
        work: impl Fn(&Session<'_>) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        let begin = |session: &Session<'_>| session.write("beginning to read", SNAPSHOT, &[]);
        self.run(&begin, End::RollBack, work)
    }

    fn write<T, F: From<CatalogError>>(
        &self,
        turn: Turn,
        work: impl Fn(&Session<'_>) -> Result<T, F>,
    ) -> Result<T, F> {
        let lock = match turn {
            Turn::Records => Some(LOCKS + 1),
            Turn::Jobs => Some(LOCKS + 2),
            Turn::Topics => Some(LOCKS + 3),
            Turn::Acts => Some(LOCKS + 4),
            Turn::Rows => None,
        };
        let begin = |session: &Session<'_>| {
            let doing = "beginning to write";
            session.write(doing, WRITE, &[])?;
            let Some(lock) = lock else { return Ok(()) };
            let sql = "SELECT pg_advisory_xact_lock(?1)";
            session.write(doing, sql, &values![lock])
        };
        self.run(&begin, End::Commit, work)
    }
}

impl Driver {
    fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("taken only in drop")
    }
}

impl Drop for Driver {
    /// Never waits: it may be dropped inside another runtime.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests;
