//! Why an order or a source is not taken.

use catalog::CatalogError;

/// Why an order or a source is not taken.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// A part of it makes no sense.
    #[error("{name} `{value}` {reason}")]
    Invalid {
        /// The part.
        name: &'static str,
        /// As given, shortened.
        value: String,
        /// What is wrong, and the cure.
        reason: &'static str,
    },
    /// No source of this name.
    #[error("no source is called `{0}`; see `trithuc source list`")]
    NoSource(String),
    /// What is kept under a name cannot be read.
    #[error("`{name}` in the catalogue cannot be read; remove the source and add it again")]
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

impl JobsError {
    pub(crate) fn invalid(name: &'static str, value: &str, reason: &'static str) -> Self {
        Self::Invalid {
            name,
            value: value.chars().take(80).collect(),
            reason,
        }
    }
}
