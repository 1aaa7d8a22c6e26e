//! The indexes of a library on a Qdrant cluster: the same two seams as in
//! `index`, spread over shards and replicas.
//!
//! ```text
//! question ─▶ plan (index) ─▶ filter + sparse query (Qdrant) ─▶ candidates ─▶ exact score (index) ─▶ page
//! ```
//!
//! The cluster finds, counts and narrows; the ranking is computed here from the
//! tokens of the candidates, by the code that ranks in the embedded mode. So
//! both modes give one order.
//!
//! **Invariant:** the clearance is a condition inside every request that finds
//! records. Nothing falls back: what cannot be asked of the cluster is an error.

mod client;
mod condition;
mod error;
mod generation;
mod meaning;
mod payload;
mod settings;
mod words;

pub use error::ClusterError;
pub use meaning::QdrantVectors;
pub use settings::{QdrantSettings, Redundancy};
pub use words::QdrantWords;
