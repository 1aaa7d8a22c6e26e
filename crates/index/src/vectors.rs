//! The seam of vector search: passages of records as unit vectors, found by
//! the cosine, narrowed by the same filters and the same clearance as words.
//!
//! ```text
//! vector ─▶ nearest cells ─▶ 8-bit products of what the filters allow ─▶ 16-bit products of the best ─▶ records
//! ```
//!
//! **Invariant:** what a clearance may not see is never compared, counted or
//! returned. A store holds vectors of one model only.

mod bits;
mod cells;
mod codes;
mod columns;
mod dot;
#[cfg(any(test, feature = "testsuite"))]
mod memory;
mod shelf;
mod sqlite;
#[cfg(any(test, feature = "testsuite"))]
#[allow(
    clippy::unwrap_used,
    reason = "the laws are tests; they run outside this crate too"
)]
pub mod testsuite;
mod train;

use std::path::PathBuf;

use records::{ChangeSeq, Clearance, Record, RecordId};

#[cfg(any(test, feature = "testsuite"))]
pub use memory::MemoryVectors;
pub use sqlite::SqliteVectors;

use crate::{Filter, InvalidFilter};

/// Names a text for one model, so that what is embedded once is not embedded
/// again: a hash of everything that decides its vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextHash(pub [u8; 16]);

/// Which vectors may be compared with one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorModel {
    /// Name of the model with everything that decides a vector.
    pub id: String,
    /// Coordinates of a vector.
    pub dim: usize,
}

/// A passage with its vector.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageVector {
    /// The hash of what was embedded.
    pub hash: TextHash,
    /// The vector, of length 1; `None` when the store knows it by its hash.
    pub vector: Option<Vec<f32>>,
    /// The passage as a reader sees it.
    pub text: String,
    /// Page of the document on which it begins; `None` for title and abstract.
    pub page: Option<u32>,
}

/// What is written in one step, all or nothing.
#[derive(Debug, Default)]
pub struct VectorBatch<'a> {
    /// Records with their passages; one that is there is replaced.
    pub upserts: Vec<(&'a Record, Vec<PassageVector>)>,
    /// Records to take out; one that is not there is passed over.
    pub deletes: Vec<RecordId>,
    /// The changes of the catalogue that are applied with this batch.
    pub seq: ChangeSeq,
}

/// A question to a vector store.
#[derive(Debug, Clone)]
pub struct VectorQuery<'a> {
    /// What to be near to, of length 1.
    pub vector: &'a [f32],
    /// Records to give back.
    pub limit: usize,
    /// Conditions; several values on one field mean "or", fields mean "and".
    pub filters: &'a [Filter],
    /// What whoever asks may see.
    pub clearance: Clearance,
}

/// A record that is near.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorHit {
    /// Which one.
    pub id: RecordId,
    /// Cosine between the question and its nearest passage.
    pub cosine: f32,
    /// Number of that passage in the record, from 0.
    pub passage: u32,
}

/// A passage to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageText {
    /// As it was embedded, without the title before it.
    pub text: String,
    /// Page on which it begins; `None` for title and abstract.
    pub page: Option<u32>,
}

/// What a store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VectorStats {
    /// Records that can be found.
    pub n_records: u64,
    /// Their passages.
    pub n_passages: u64,
    /// Size on the disk; 0 in memory.
    pub bytes: u64,
}

/// Why a vector store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// The file cannot be opened or made.
    #[error(
        "index of meaning `{path}` cannot be opened; check that this user may write there, or build it anew with `trithuc index --rebuild --only vectors`"
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The vectors in the file are of another model.
    #[error(
        "index of meaning `{path}` holds vectors of `{found}`, the model is `{wanted}`; build it anew with `trithuc index --rebuild --only vectors`"
    )]
    OtherModel {
        /// The file.
        path: PathBuf,
        /// The model of the file.
        found: String,
        /// The model of the program.
        wanted: String,
    },
    /// A vector of another size, or with numbers that are not finite.
    #[error("a vector has {found} finite coordinates instead of {wanted}; embed the text again")]
    BadVector {
        /// Finite coordinates.
        found: usize,
        /// Coordinates of the model.
        wanted: usize,
    },
    /// A passage without a vector whose text was never embedded.
    #[error("a passage of `{id}` comes without a vector and none is known; embed it first")]
    Unknown {
        /// The record.
        id: RecordId,
    },
    /// A condition of the question is not understood.
    #[error(transparent)]
    Filter(#[from] InvalidFilter),
    /// The engine failed (disk, damage).
    #[error(
        "index of meaning failed while {doing}; if it happens again, build it anew with `trithuc index --rebuild --only vectors`"
    )]
    Engine {
        /// What it was about.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A derived index of the meaning of records: cells of 8-bit codes in memory
/// over a file, or the exact oracle.
///
/// Synchronous. Many readers; writers wait for one another. What is applied is
/// found at once, by other processes too at their next search. The laws are
/// written as tests in `index::vectors::testsuite` (feature `testsuite`).
pub trait VectorStore: Send + Sync {
    /// The model whose vectors it holds.
    fn model(&self) -> &VectorModel;

    /// Writes a batch and makes it findable.
    ///
    /// # Errors
    /// Nothing of the batch is there after any error.
    fn apply(&self, batch: &VectorBatch<'_>) -> Result<(), VectorError>;

    /// The number given with the last batch; [`ChangeSeq::ZERO`] before the
    /// first.
    fn applied_seq(&self) -> Result<ChangeSeq, VectorError>;

    /// For each hash, whether its vector is known: it can be left out of a
    /// batch.
    fn knows(&self, hashes: &[TextHash]) -> Result<Vec<bool>, VectorError>;

    /// Keeps vectors of texts that were embedded elsewhere, as if a batch had
    /// brought them; one whose text is known already stays as it is.
    ///
    /// # Errors
    /// Nothing is kept when one is no vector of the model.
    fn learn(&self, texts: &[(TextHash, Vec<f32>)]) -> Result<(), VectorError>;

    /// Known texts behind `after`, in order of their hashes, `limit` at most;
    /// none behind the last. Vectors come as they are kept: within what 16-bit
    /// coordinates change.
    fn known(
        &self,
        after: Option<TextHash>,
        limit: usize,
    ) -> Result<Vec<(TextHash, Vec<f32>)>, VectorError>;

    /// The nearest records, best first, ties by id; fewer than asked only when
    /// no more may be seen and meet the filters.
    fn search(&self, query: &VectorQuery<'_>) -> Result<Vec<VectorHit>, VectorError>;

    /// The passages of a record with their vectors, in order; none where the
    /// record is not there or may not be seen.
    fn passages(
        &self,
        id: &RecordId,
        clearance: Clearance,
    ) -> Result<Vec<(PassageText, Vec<f32>)>, VectorError>;

    /// One passage of a record; `None` where the record is not there or may
    /// not be seen.
    fn passage(
        &self,
        id: &RecordId,
        number: u32,
        clearance: Clearance,
    ) -> Result<Option<PassageText>, VectorError>;

    /// The ids of all records that `clearance` may see, sorted.
    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, VectorError>;

    /// Takes all records out and goes back to the first change; texts that were
    /// embedded stay known.
    fn clear(&self) -> Result<(), VectorError>;

    /// Brings the vectors into an order that makes searches fast; changes no
    /// answer but the speed and, within the bound of the laws, the recall.
    fn optimise(&self) -> Result<(), VectorError>;

    /// What the store holds.
    fn stats(&self) -> Result<VectorStats, VectorError>;
}

/// Refuses what is no vector of `dim` finite coordinates.
fn check_vector(vector: &[f32], dim: usize) -> Result<(), VectorError> {
    let found = vector.iter().filter(|x| x.is_finite()).count();
    if found == dim && vector.len() == dim {
        return Ok(());
    }
    Err(VectorError::BadVector { found, wanted: dim })
}
