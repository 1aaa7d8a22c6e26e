//! What keeps a library whole: the catalogue is compared with everything that
//! was made from it, differences are mended, and the whole is put away in one
//! archive that is proved before anybody relies on it.
//!
//! Invariant: nothing here changes the catalogue; the indexes and files are
//! mended towards it, never the other way.

mod backup;
mod check;
mod files;
mod indexes;
mod repair;

pub use backup::{BackupError, Inventory, Source, back_up, restore};
pub use check::{CheckError, Library, Progress, check};
pub use files::FilesReport;
pub use indexes::IndexReport;
pub use repair::repair;

use serde::Serialize;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Records of the catalogue.
    pub records: u64,
    /// Its newest change.
    pub seq: u64,
    /// Damage in the catalogue's own file; nothing here mends that.
    pub damage: Option<String>,
    /// The index of words.
    pub full_text: IndexReport,
    /// The index of meaning; `None` where there is no model.
    pub vectors: Option<IndexReport>,
    /// Document files.
    pub files: FilesReport,
}

impl Report {
    /// Whether everything agrees. Changes that wait for an index are no fault.
    pub fn is_whole(&self) -> bool {
        self.damage.is_none()
            && self.full_text.is_whole()
            && self.vectors.as_ref().is_none_or(IndexReport::is_whole)
            && self.files.is_whole()
    }

    /// Whether what is left is nothing that [`repair`] could mend: damage of
    /// the catalogue, and files that are gone.
    pub fn needs_backup(&self) -> bool {
        self.damage.is_some() || !self.files.missing.is_empty()
    }
}
