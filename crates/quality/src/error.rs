//! What can go wrong with a survey.

use catalog::CatalogError;

/// Why quality could not be told.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// No rule has this name.
    #[error("no rule is called `{0}`; see `trithuc quality rules`")]
    NoRule(String),
    /// What an earlier survey kept cannot be read.
    #[error("what was kept under `{name}` cannot be read; run `trithuc quality report` again")]
    Damaged {
        /// Its name in the catalogue.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}
