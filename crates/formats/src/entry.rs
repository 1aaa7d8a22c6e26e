//! From a file to its entries to records: the seam of the formats.

use std::{
    io::{self, BufRead},
    sync::Arc,
};

use records::{InvalidRecordId, Record};

use crate::IdSource;

/// A format that holds many records.
pub trait RecordFormat: Send + Sync {
    /// The word in reports, and in provenance where the record says no more
    /// special one: `jsonl`, `xml`, `marc21`.
    fn name(&self) -> &'static str;

    /// Cuts UTF-8 bytes into entries, in order, in bounded memory. Ends at the
    /// first error of reading.
    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a>;

    /// Makes a record of one entry, whatever the others are.
    ///
    /// # Errors
    /// [`EntryError`] with the cure; never panics.
    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError>;
}

/// What one entry may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest entry in bytes; a longer one is read past, not kept.
    pub max_entry_bytes: usize,
}

impl Default for Limits {
    /// 32 MiB: ten times the longest full text met in a record; four such
    /// entries in flight stay far below the memory that `ingest` may use.
    fn default() -> Self {
        Self {
            max_entry_bytes: 32 << 20,
        }
    }
}

/// One entry as it stands in the file.
#[derive(Debug, Clone, Default)]
pub struct RawEntry {
    /// Line on which it starts, from 1; in a format without lines, its number.
    pub line: u64,
    /// Its bytes; of an entry that is too long only the first ones.
    pub bytes: Vec<u8>,
    /// Its whole length when it passes [`Limits::max_entry_bytes`].
    pub overlong_bytes: Option<u64>,
    /// What stands in the file once for all entries: the header of a table,
    /// the abbreviations of a bibliography.
    pub(crate) shared: Option<Arc<str>>,
}

impl RawEntry {
    /// Fails when the entry was too long to be kept.
    pub(crate) fn check_length(&self) -> Result<(), EntryError> {
        match self.overlong_bytes {
            Some(n_bytes) => Err(EntryError::TooLong { n_bytes }),
            None => Ok(()),
        }
    }
}

/// A record with how it got its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The record.
    pub record: Record,
    /// How it got its id.
    pub id_source: IdSource,
    /// Whether the source says the type; else it is a guess.
    pub says_type: bool,
    /// Whether the source says the access level; else it is open by default.
    pub says_access: bool,
    /// Files of data that belong to the record: paths beside the file that it
    /// stands in.
    pub data_files: Vec<String>,
}

/// Why an entry gives no record. Each message ends with the cure.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Longer than the limit.
    #[error(
        "entry of {n_bytes} bytes is longer than the limit; put one record on a line, or send long full texts as files of their own"
    )]
    TooLong {
        /// Its length.
        n_bytes: u64,
    },
    /// Not JSON.
    #[error("not valid JSON ({reason}); mend the line, one JSON object on it")]
    Json {
        /// What the parser says, with the column.
        reason: String,
    },
    /// JSON, but no object.
    #[error("JSON {found} where an object is wanted; write `{{\"id\": …, \"title\": …}}`")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// Nothing to find it by.
    #[error("neither title nor abstract nor text; give at least a title")]
    Nothing,
    /// An id that cannot be one.
    #[error(transparent)]
    Id(#[from] InvalidRecordId),
    /// A table whose header does not name what is wanted.
    #[error("{reason}")]
    Columns {
        /// What is missing, with the cure.
        reason: String,
    },
    /// Broken syntax of another format.
    #[error("not a valid {format} entry ({reason}); {cure}")]
    Syntax {
        /// Name of the format.
        format: &'static str,
        /// What is wrong, and where.
        reason: String,
        /// What to do.
        cure: &'static str,
    },
}
