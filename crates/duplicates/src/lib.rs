//! Which records describe the same work: candidates by shared keys, evidence
//! for and against each pair, a calibrated probability, and versions (report,
//! article, thesis of one piece of work) kept apart from duplicates.
//!
//! Records come in as [`Sketch`]es, a few hundred bytes each, so that a whole
//! collection fits into memory. Pure: no store, no clock. The same sketches
//! give the same pairs, in whatever order they come.

mod candidates;
mod evidence;
mod find;
mod grams;
mod groups;
mod names;
mod score;
mod sketch;

pub use evidence::{Evidence, N_FEATURES, compare, features};
pub use find::{Found, Pair, SameAs, find};
pub use groups::{Group, groups};
pub use names::{PersonName, are_one_person};
pub use score::{WEIGHTS, probability};
pub use sketch::Sketch;
