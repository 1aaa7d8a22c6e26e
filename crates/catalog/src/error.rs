//! What can go wrong with a catalogue, as a caller can act on it.

use std::path::PathBuf;

use records::RecordId;

/// The cause below: the error of the storage engine.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a catalogue could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file cannot be opened or made.
    #[error(
        "catalogue `{path}` cannot be opened; check that the folder exists and that this user may write in it"
    )]
    Open {
        /// The database file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The file was written by a newer program.
    #[error(
        "catalogue `{path}` cannot be brought to this program's layout; use the newest `trithuc`, or restore a backup"
    )]
    Migrate {
        /// The database file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The address of a database makes no sense.
    #[error(
        "address of the catalogue cannot be used: {reason}; write `postgres://USER@HOST/DATABASE`"
    )]
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// The server of the database does not answer.
    #[error(
        "PostgreSQL at `{server}` cannot be reached; check that it runs, its address, and that it lets this user in (`pg_hba.conf`)"
    )]
    Unreachable {
        /// Host, port and database.
        server: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Something is there already, where only an empty catalogue may be.
    #[error(
        "the target holds {n_rows} rows in table `{table}` already; name an empty database or a file that is not there yet"
    )]
    NotEmpty {
        /// The first table that is not empty.
        table: &'static str,
        /// Its rows.
        n_rows: u64,
    },
    /// A put asked for a version that is not the newest.
    #[error(
        "record `{id}` is at version {found}, not {expected}; read it again and repeat the change"
    )]
    Conflict {
        /// Which record.
        id: RecordId,
        /// The version asked for; 0 for none.
        expected: u64,
        /// The newest version; 0 for none.
        found: u64,
    },
    /// A named value is not what the caller saw.
    #[error("`{name}` was changed meanwhile; read it again and repeat the change")]
    BlobConflict {
        /// Its name.
        name: String,
    },
    /// Another process holds the catalogue for too long.
    #[error("catalogue is busy with another writer; wait for it to end, then try again")]
    Busy {
        /// Why.
        #[source]
        source: Cause,
    },
    /// No space, or a limit on file sizes.
    #[error(
        "disk is full while writing the catalogue; free some space and run the command again: nothing written before is lost"
    )]
    DiskFull {
        /// Why.
        #[source]
        source: Cause,
    },
    /// What was read is not what was written.
    #[error(
        "catalogue is damaged at {place}; restore the newest backup (`trithuc restore`, or PostgreSQL's own)"
    )]
    Corrupt {
        /// Which table and row.
        place: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Whoever asked for the work wants it to end: see the jobs.
    #[error("the work was stopped; what was written before stays")]
    Stopped,
    /// Anything else that the storage engine says.
    #[error("catalogue failed while {doing}")]
    Storage {
        /// What it was about.
        doing: &'static str,
        /// Why.
        #[source]
        source: Cause,
    },
}
