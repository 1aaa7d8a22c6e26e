//! What the library holds about whoever has an account: given out whole, taken
//! away for good, and not kept longer than it is needed (Law 91/2025/QH15 on the
//! protection of personal data, articles on access, correction and erasure).
//!
//! In: the catalogue and a name. Out: one JSON document, or a catalogue in which
//! the name stands nowhere.
//!
//! Invariant: every named value and every column that may name an account is in
//! one list here or in the catalogue's tests; what is in none of them fails a
//! test.

mod erase;
mod gather;
mod holdings;
mod mentions;
mod retention;

use std::io;

use catalog::CatalogError;

pub use self::{
    erase::{Erased, Eraser, erase},
    gather::personal_data,
    holdings::is_known_value,
    retention::{Retention, Swept, sweep},
};
use crate::{accounts::AccountError, error::ApiError};

/// How pseudonyms begin; no account may be called so.
pub(crate) const PSEUDONYM: &str = "erased-";

/// Why personal data could not be given out or erased.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// Nothing is held under this name.
    #[error("nothing is held under the name `{0}`; see `trithuc user list`")]
    NotFound(String),
    /// The account may not go, or cannot be read.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalogue(#[from] CatalogError),
    /// A named value is not what programs write.
    #[error("the named value `{name}` is damaged; restore the newest backup")]
    Damaged {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A document of a draft stays on the disk.
    #[error("a document that was handed in cannot be removed from the disk")]
    Document(#[source] io::Error),
}

impl From<PrivacyError> for ApiError {
    fn from(error: PrivacyError) -> Self {
        match error {
            PrivacyError::NotFound(_) => Self::AccountNotFound {
                message: error.to_string(),
            },
            PrivacyError::Account(error) => error.into(),
            PrivacyError::Damaged { .. } => Self::internal(error),
            PrivacyError::Catalogue(_) | PrivacyError::Document(_) => Self::unavailable(error),
        }
    }
}
