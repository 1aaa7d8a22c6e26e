//! The place of a change in the history of a catalogue.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of a change in the one sequence that a catalogue counts: every
/// put and every tombstone gets the next number, from 1. An index remembers
/// the last one that it applied.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ChangeSeq(pub u64);

impl ChangeSeq {
    /// Before every change.
    pub const ZERO: Self = Self(0);

    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for ChangeSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
