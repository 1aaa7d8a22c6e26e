//! What stops an ingest. Inputs that cannot be read do not: they are set aside.

use std::{io, path::PathBuf};

/// Why an ingest stopped. What was committed before stays; running the same
/// command again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A path that was asked for is not there.
    #[error("path `{path}` does not exist; check the spelling")]
    MissingPath {
        /// The path as given.
        path: PathBuf,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] catalog::CatalogError),
    /// The authorities cannot be read.
    #[error(transparent)]
    Authority(#[from] authorities::AuthorityError),
    /// The index failed.
    #[error(transparent)]
    FullText(#[from] index::FullTextError),
    /// The index of meaning failed.
    #[error(transparent)]
    Vectors(#[from] index::vectors::VectorError),
    /// The model failed.
    #[error(transparent)]
    Embed(#[from] embed::EmbedError),
    /// A document cannot be kept.
    #[error(
        "file `{path}` cannot be written; free some space or mend the rights of the data folder, then run the command again: nothing written before is lost"
    )]
    Store {
        /// Where in the data folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}
