//! Batch edits: a few operations over many records, shown before they are
//! done, done as one act, taken back whole.
//!
//! In: operations and the ids of records. Out: what would change, field by
//! field; the act in the log.
//!
//! Invariant: an act changes exactly what its preview showed, or nothing; undoing
//! it gives every field back the values it had, and touches no other field.

mod act;
mod error;
mod field;
mod operation;
mod preview;
#[cfg(test)]
mod tests;

pub use act::{EditAct, Undone, act, acts, apply, diffs, undo};
pub use error::EditError;
pub use field::{Field, UnknownField};
pub use operation::{ActWord, Operation, UnknownAct};
pub use preview::{FieldChange, MOST_RECORDS, Preview, RecordDiff, preview};
