//! Why the cluster could not do what it was asked.

use index::{FullTextError, vectors::VectorError};
use qdrant_client::QdrantError;

/// Why the cluster could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No node answers.
    #[error(
        "no node of the Qdrant cluster answers at {urls}; start it, or name other nodes in `urls` of the configuration"
    )]
    Unreachable {
        /// The nodes that were asked.
        urls: String,
        /// What the last of them said.
        #[source]
        source: Box<QdrantError>,
    },
    /// The cluster refuses a request.
    #[error("the Qdrant cluster refuses: {message}{cure}")]
    Refused {
        /// What it said.
        message: String,
        /// What may help, if anything is known.
        cure: &'static str,
        /// The whole answer.
        #[source]
        source: Box<QdrantError>,
    },
    /// An answer without a part that it must have.
    #[error(
        "an answer of the Qdrant cluster has no readable `{0}`; build the index anew with `trithuc index --rebuild`"
    )]
    Unreadable(&'static str),
    /// The client cannot be made.
    #[error("the client of the Qdrant cluster cannot be made for `{url}`; check the address")]
    Client {
        /// The node.
        url: String,
        /// Why.
        #[source]
        source: Box<QdrantError>,
    },
    /// A setting that cannot be.
    #[error(transparent)]
    Settings(#[from] crate::settings::InvalidSettings),
}

impl ClusterError {
    /// What the seam of full text says of it.
    pub(crate) fn of_words(doing: &'static str) -> impl FnOnce(Self) -> FullTextError {
        move |source| FullTextError::Engine {
            doing,
            source: Box::new(source),
        }
    }

    /// What the seam of meaning says of it.
    pub(crate) fn of_meaning(doing: &'static str) -> impl FnOnce(Self) -> VectorError {
        move |source| VectorError::Engine {
            doing,
            source: Box::new(source),
        }
    }
}
