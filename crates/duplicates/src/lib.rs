//! Which records describe the same work: candidates by shared keys, evidence
//! for and against each pair, a calibrated probability, and versions (report,
//! article, thesis of one piece of work) kept apart from duplicates.
//!
//! Records are compared as [`Sketch`]es, a few hundred bytes each, so that a
//! whole collection fits into memory. The same records give the same pairs, in
//! whatever order they come. What is found, and what people decide (merge,
//! undo, keep apart), lies in the catalogue.

mod candidates;
mod decisions;
mod error;
mod evidence;
mod find;
mod grams;
mod groups;
mod merge;
mod names;
mod score;
mod sketch;

pub use decisions::{Survey, keep_apart, listed, survey, undecided};
pub use error::DuplicatesError;
pub use evidence::{Evidence, N_FEATURES, compare, features};
pub use find::{Found, Pair, SameAs, find};
pub use groups::{Group, groups};
pub use merge::{Field, Merge, UnknownField, merge, merges, undo};
pub use names::{PersonName, are_one_person};
pub use score::{WEIGHTS, probability};
pub use sketch::Sketch;
