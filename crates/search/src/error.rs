//! Why a search could not be done.

use catalog::CatalogError;
use index::FullTextError;

/// Why a search could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The question is not understood: the user can mend it.
    #[error("query is not understood at byte {position}: {message}; {cure}")]
    BadQuery {
        /// Where, in bytes from the start of the query.
        position: usize,
        /// What is wrong.
        message: String,
        /// What to write instead.
        cure: String,
    },
    /// A filter is not understood: the user can mend it.
    #[error(transparent)]
    BadFilter(#[from] index::InvalidFilter),
    /// The mode needs an index that this installation does not have.
    #[error("mode `{mode}` is not available: {reason}")]
    Unavailable {
        /// The mode asked for.
        mode: crate::Mode,
        /// Why, and the cure.
        reason: String,
    },
    /// The full-text index failed.
    #[error(transparent)]
    FullText(FullTextError),
    /// The index of meaning failed.
    #[error(transparent)]
    Vectors(index::vectors::VectorError),
    /// The model failed.
    #[error(transparent)]
    Embed(#[from] embed::EmbedError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl From<FullTextError> for SearchError {
    fn from(error: FullTextError) -> Self {
        match error {
            FullTextError::Filter(filter) => Self::BadFilter(filter),
            other => Self::FullText(other),
        }
    }
}

impl From<index::vectors::VectorError> for SearchError {
    fn from(error: index::vectors::VectorError) -> Self {
        match error {
            index::vectors::VectorError::Filter(filter) => Self::BadFilter(filter),
            other => Self::Vectors(other),
        }
    }
}
