//! Why a saved search could not be kept, looked for or told of.

use catalog::CatalogError;
use index::FullTextError;
use search::SearchError;

/// Why a saved search could not be kept, looked for or told of.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// Something that its owner can mend.
    #[error("{message}")]
    Refused {
        /// Which part of the saved search.
        field: &'static str,
        /// What is wrong, and the cure.
        message: String,
    },
    /// The account keeps no such saved search.
    #[error("there is no saved search `{0}`; see the list of saved searches")]
    NotFound(String),
    /// The catalogue failed.
    #[error(transparent)]
    Catalogue(#[from] CatalogError),
    /// The full text failed.
    #[error(transparent)]
    FullText(#[from] FullTextError),
    /// The search failed.
    #[error(transparent)]
    Search(#[from] SearchError),
}

impl AlertError {
    pub(crate) fn refused(field: &'static str, message: impl Into<String>) -> Self {
        Self::Refused {
            field,
            message: message.into(),
        }
    }
}
