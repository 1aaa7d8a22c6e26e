//! The seam of full-text search.

use std::path::PathBuf;

use records::{ChangeSeq, Clearance, Record, RecordId};

use crate::{FullTextPage, FullTextQuery, InvalidFilter};

/// Why a full-text store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum FullTextError {
    /// The folder cannot be opened or made.
    #[error(
        "full-text index `{path}` cannot be opened; check that this user may write in the folder, or rebuild the index with `trithuc index --rebuild`"
    )]
    Open {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process writes to the same index.
    #[error(
        "full-text index `{path}` is being written by another process; wait for it to end, then try again"
    )]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The index was built by another definition of fields or analyser.
    #[error(
        "full-text index `{path}` was built with definition `{found}`, this program uses `{wanted}`; rebuild it with `trithuc index --rebuild`"
    )]
    Outdated {
        /// The folder.
        path: PathBuf,
        /// Definition the index was built with.
        found: String,
        /// Definition of this program.
        wanted: String,
    },
    /// A condition of the question is not understood.
    #[error(transparent)]
    Filter(#[from] InvalidFilter),
    /// The engine failed (disk, damage).
    #[error("full-text index failed while {doing}")]
    Engine {
        /// What it was about.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// What a store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FullTextStats {
    /// Records that can be found.
    pub n_records: u64,
    /// Size on the disk; 0 in memory.
    pub bytes: u64,
    /// Parts that the engine keeps the index in.
    pub n_segments: usize,
}

/// A derived index of the text of records: tantivy in a folder, or the oracle
/// in memory.
///
/// Synchronous; async callers go through `spawn_blocking`. One writer, many
/// readers; a search sees whole commits only, also those of another process.
/// The laws are written as tests in `index::testsuite` (feature `testsuite`).
pub trait FullTextStore: Send + Sync {
    /// Puts records in, full text included; one that is there is replaced.
    /// Nothing can be found before [`FullTextStore::commit`].
    fn upsert(&self, records: &[Record]) -> Result<(), FullTextError>;

    /// Takes records out; one that is not there is passed over.
    fn delete(&self, ids: &[RecordId]) -> Result<(), FullTextError>;

    /// Makes everything since the last commit durable and findable, all or
    /// nothing, and remembers that the changes up to `seq` are applied.
    fn commit(&self, seq: ChangeSeq) -> Result<(), FullTextError>;

    /// The number given to the last commit; [`ChangeSeq::ZERO`] before the
    /// first.
    fn applied_seq(&self) -> Result<ChangeSeq, FullTextError>;

    /// Ends a batch of work: waits for background merges and lets another
    /// process write. The next write begins again by itself. What was not
    /// committed is dropped.
    fn finish(&self) -> Result<(), FullTextError>;

    /// Looks for records; see [`FullTextQuery`].
    fn search(&self, query: &FullTextQuery) -> Result<FullTextPage, FullTextError>;

    /// For a word that stands in no record that `clearance` may see: words that
    /// do and are spelled nearly like it (one letter off, two from eight letters
    /// on; a swap is one), nearest first, then commonest, at most `limit`. Empty
    /// for a known word, and for a text that is not one word of four letters or
    /// more.
    fn similar_words(
        &self,
        word: &str,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<String>, FullTextError>;

    /// How many records that `clearance` may see hold `text`, one word or two
    /// Vietnamese syllables side by side, with exactly these accents; about, and 0 for any
    /// other text. A pair without any accent is also counted where it has some.
    fn n_holding(&self, text: &str, clearance: Clearance) -> Result<u64, FullTextError>;

    /// The ids of all records that `clearance` may see, sorted.
    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, FullTextError>;

    /// What the store holds.
    fn stats(&self) -> Result<FullTextStats, FullTextError>;
}
