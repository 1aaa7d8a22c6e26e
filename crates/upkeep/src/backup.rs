//! One archive of everything that cannot be made again, or not soon: the
//! catalogue, the documents, the vectors, the librarians' own terms, models.
//!
//! ```text
//! trithuc-backup.json   what it is: form, time, change, counts
//! catalogue.sqlite …    the members, sorted
//! inventory.jsonl       path, bytes and BLAKE3 of each member
//! ```
//!
//! A tar under zstd, so that it can be opened without this program. Whoever
//! writes one reads it again before the file gets its name; whoever restores
//! one proves every byte before the data folder gets its name.

mod read;
mod write;

use std::path::{Path, PathBuf};

use catalog::CatalogError;
use index::vectors::VectorError;
use serde::{Deserialize, Serialize};

pub use read::restore;
pub use write::back_up;

/// Changes when the layout does; another form is refused.
const FORM: u32 = 1;

/// The first member of an archive.
const HEAD: &str = "trithuc-backup.json";
/// The last one.
const INVENTORY: &str = "inventory.jsonl";
/// Documents of deposits that are not decided yet.
const DRAFTS: &str = "uploads/deposits";
/// The catalogue in a data folder and in an archive.
const CATALOGUE: &str = "catalogue.sqlite";

/// What is put away.
pub struct Source<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// Writes a whole copy of the catalogue into a new file.
    pub copy_catalogue: &'a dyn Fn(&Path) -> Result<(), CatalogError>,
    /// Whether vectors go in: embedding a large library again takes days.
    pub with_vectors: bool,
    /// When, as the caller's clock says.
    pub at: jiff::Timestamp,
}

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Layout of the archive.
    pub form: u32,
    /// When it was made.
    pub at: jiff::Timestamp,
    /// The program that made it.
    pub program: String,
    /// The newest change of the catalogue.
    pub seq: u64,
    /// Records of the catalogue.
    pub records: u64,
    /// Members, head and inventory left out.
    pub members: u64,
    /// Their bytes, unpacked.
    pub bytes: u64,
}

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Member {
    path: String,
    bytes: u64,
    blake3: String,
}

/// Why a backup could not be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file is there already.
    #[error("`{path}` is there already; choose another name, or move it away")]
    IsThere {
        /// Which.
        path: PathBuf,
    },
    /// Reading or writing failed.
    #[error("backup failed at `{path}`; check free space and rights, then run it again")]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The archive is not what it was when it was written, or is none.
    #[error(
        "`{path}` is no whole backup: {reason}; use another copy. Nothing was restored from it"
    )]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The archive has a layout that this program does not know.
    #[error("`{path}` has form {found}, this program knows {FORM}; use the newest `trithuc`")]
    OtherForm {
        /// The archive.
        path: PathBuf,
        /// Its form.
        found: u32,
    },
    /// The catalogue cannot be copied or read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Vectors cannot be copied.
    #[error(transparent)]
    Vectors(#[from] VectorError),
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> BackupError {
    move |source| BackupError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
