//! What the restorer looks at to choose the spelling of a syllable.
//!
//! The accent-free text is known on both sides, so *fixed* features are of the
//! syllable and its accent-free neighbours; *moving* features are of the
//! spellings chosen to its left. A feature names a row of weights, one for each
//! spelling of the syllable: they lie side by side, so that a row is one look
//! into memory.

use super::line::Slot;
use crate::weights::feature;

/// Features that do not depend on other choices.
pub(crate) const N_FIXED: usize = 13;
/// Features that depend on the two choices to the left.
pub(crate) const N_MOVING: usize = 6;

/// Stands for what is beyond either end of the text.
const EDGE: u64 = 0x5EED;

/// Accent-free neighbours of a slot: three to the left, three to the right.
pub(crate) struct Context {
    own: u64,
    left: [u64; 2],
    right: [u64; 3],
    is_title: u64,
}

impl Context {
    pub(crate) fn of(slots: &[Slot<'_>], at: usize) -> Self {
        let folded = |i: Option<usize>| {
            i.and_then(|i| slots.get(i))
                .map_or(EDGE, |slot| slot.folded)
        };
        Self {
            own: slots[at].folded,
            left: [folded(at.checked_sub(1)), folded(at.checked_sub(2))],
            right: [
                folded(Some(at + 1)),
                folded(Some(at + 2)),
                folded(Some(at + 3)),
            ],
            is_title: u64::from(slots[at].is_title),
        }
    }

    /// As if no letter were a capital.
    pub(crate) fn without_case(mut self) -> Self {
        self.is_title = 0;
        self
    }

    /// Rows of weights, one weight a choice, see [`Rows::add_row`](crate::rows::Rows::add_row).
    pub(crate) fn fixed(&self) -> [u64; N_FIXED] {
        let [l1, l2] = self.left;
        let [r1, r2, r3] = self.right;
        let own = self.own;
        [
            feature(1, &[own]),
            feature(2, &[own, r1]),
            feature(3, &[own, l1]),
            feature(4, &[own, r1, r2]),
            feature(5, &[own, l1, r1]),
            feature(6, &[own, l2, l1]),
            feature(7, &[own, r1, r2, r3]),
            feature(8, &[own, l1, r1, r2]),
            feature(9, &[own, l2, l1, r1]),
            feature(10, &[own, r2]),
            feature(11, &[own, l2]),
            feature(12, &[own, self.is_title]),
            feature(13, &[own, self.is_title, l1]),
        ]
    }

    /// * `one`, `two`: hashes of the spellings one and two slots to the left
    pub(crate) fn moving(&self, one: u64, two: u64) -> [u64; N_MOVING] {
        let [r1, r2, _] = self.right;
        let own = self.own;
        [
            feature(21, &[own, one]),
            feature(22, &[own, one, two]),
            feature(23, &[own, one, r1]),
            feature(24, &[own, two]),
            feature(25, &[own, one, two, r1]),
            feature(26, &[own, one, r1, r2]),
        ]
    }
}

/// The spelling hash of the slot `back` places before `at`, as typed.
pub(crate) fn typed_before(slots: &[Slot<'_>], at: usize, back: usize) -> u64 {
    at.checked_sub(back).map_or(EDGE, |i| slots[i].typed)
}
