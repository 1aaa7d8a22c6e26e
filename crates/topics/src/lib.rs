//! From texts to topics: words → sparse vectors → a latent space → a graph of
//! nearest neighbours → communities → labels and quality.
//!
//! In: documents, in any order. Out: a topic for each document, with the
//! topics' hierarchy, terms, labels and coherence.
//!
//! Invariant: documents are put into an order that depends on their content
//! alone before anything is computed, sums run in that order and ties go to
//! the lower number: the same documents give the same topics, byte for byte,
//! whatever order they come in. (Rivals do not hold this: two swapped records
//! turned 20 topics into 24.)

mod collection;
mod corpus;
mod fields;
mod findings;
mod function_words;
mod graph;
mod hierarchy;
mod labels;
mod latent;
mod leiden;
mod lineage;
mod linear;
mod map;
mod model;
mod neighbours;
mod parts;
mod placing;
mod quality;
mod stability;
#[cfg(test)]
mod tests;
mod wording;
mod words;

pub use collection::{
    BuildError, BuildOptions, Built, Meaning, PlaceError, Placed, VectorOf, build, place,
};
pub use corpus::Document;
pub use map::Place;
pub use model::{
    Assignment, Field, FitError, FitOptions, Fitted, Part, Regroup, Topic, TopicCount, fit,
};
pub use placing::Placing;
pub use quality::{diversity, npmi};
