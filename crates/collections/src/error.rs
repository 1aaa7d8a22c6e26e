//! Why a collection is not changed.

use catalog::CatalogError;

/// Why a collection is not changed.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    /// A text that is none, or too long.
    #[error("{field} `{value}` {reason}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// As given, shortened.
        value: String,
        /// What is wrong, and the cure.
        reason: &'static str,
    },
    /// What is kept under a name cannot be read.
    #[error("`{name}` in the catalogue cannot be read; describe the collection again")]
    Damaged {
        /// The name.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}
