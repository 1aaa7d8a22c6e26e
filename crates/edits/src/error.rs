//! Why an edit is not done.

use catalog::CatalogError;
use records::RecordId;

/// Why an edit is not done. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// An operation that makes no sense.
    #[error("{act} {field}: {reason}")]
    Operation {
        /// What was to be done.
        act: &'static str,
        /// To which field.
        field: String,
        /// What is wrong, and the cure.
        reason: String,
    },
    /// No operation.
    #[error("there is nothing to do; name at least one operation")]
    NoOperation,
    /// More operations than one edit may have.
    #[error("{0} operations are too many; do at most 20 at once")]
    TooManyOperations(usize),
    /// More records than one edit may change.
    #[error("{0} records are too many; edit at most 10000 at once")]
    TooManyRecords(usize),
    /// Full texts that do not fit into one transaction.
    #[error(
        "the full texts of these records pass 512 MiB; edit fewer of them at once (narrow the query)"
    )]
    TooMuchText,
    /// A field would grow beyond what it may hold.
    #[error("`{field}` of record `{id}` would grow beyond {most} characters; replace less")]
    TooLong {
        /// Which record.
        id: RecordId,
        /// Which field.
        field: String,
        /// The most characters of a value.
        most: usize,
    },
    /// The records are not those of the preview any more.
    #[error("the records changed after the preview; look at a new preview first")]
    Stale,
    /// No act of this name.
    #[error("no edit `{0}`; `edit list` names those that were done")]
    NoAct(String),
    /// It was undone already.
    #[error("edit `{0}` was undone already")]
    Undone(String),
    /// Records that were changed after the act, in the same fields, or are gone.
    #[error(
        "{} of its records were changed again or are gone (`{}` first); leave them out or mend them",
        .0.len(), .0.first().map_or("", |id| id.as_str())
    )]
    ChangedSince(Vec<RecordId>),
    /// What is kept under a name cannot be read.
    #[error("`{name}` in the catalogue cannot be read; restore it from a backup")]
    Damaged {
        /// The name.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(CatalogError),
}

impl From<CatalogError> for EditError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Conflict { .. } => Self::Stale,
            error => Self::Catalog(error),
        }
    }
}
