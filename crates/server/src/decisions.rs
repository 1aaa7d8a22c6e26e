//! What librarians decide about duplicates: carried out in the catalogue, and
//! then in the full text, so that the next search knows.

use duplicates::{DuplicatesError, Field, Merge};
use ingest::Indexer;
use jiff::Timestamp;
use records::RecordId;

use crate::{app::Library, error::ApiError};

/// Merges records, and has the full text follow.
///
/// # Errors
/// What the caller can mend is [`ApiError::Refused`].
pub(crate) fn merge(
    library: &Library,
    kept: &RecordId,
    others: &[RecordId],
    choices: &[(Field, RecordId)],
) -> Result<Merge, ApiError> {
    let catalogue = &*library.catalogue;
    let merge = duplicates::merge(catalogue, kept, others, choices, Timestamp::now())?;
    follow(library);
    Ok(merge)
}

/// Takes a merge back, and has the full text follow.
///
/// # Errors
/// See [`merge`].
pub(crate) fn undo(library: &Library, number: u64) -> Result<Merge, ApiError> {
    let merge = duplicates::undo(&*library.catalogue, number, Timestamp::now())?;
    follow(library);
    Ok(merge)
}

/// The decision stands even when another process (an ingest) holds the index
/// now: that one, or the next to write, brings it up; `/status` shows the lag.
pub(crate) fn follow(library: &Library) {
    let followed =
        Indexer::new(&*library.catalogue, &*library.full_text).and_then(|indexer| indexer.finish());
    if let Err(error) = followed {
        tracing::warn!(%error, "the full text will follow a decision later");
    }
}

impl From<DuplicatesError> for ApiError {
    fn from(error: DuplicatesError) -> Self {
        let parameter = match &error {
            DuplicatesError::Catalog(_) => return Self::unavailable(error),
            DuplicatesError::Damaged { .. } => return Self::internal(error),
            DuplicatesError::NoRecord(_) | DuplicatesError::Itself(_) => "others",
            DuplicatesError::NotMerged { .. } => "take",
            DuplicatesError::NoMerge(_) | DuplicatesError::Changed(_) => "number",
        };
        Self::Refused {
            parameter,
            message: error.to_string(),
        }
    }
}
