//! What a generation knows of itself: the last commit, the number of records,
//! the lengths of their fields.

use index::SearchField;
use records::ChangeSeq;

use crate::payload::{Payload, numbers, read_number, read_numbers};

/// Lengths of the fields of a record in tokens, in the order of
/// [`SearchField::ALL`].
pub(super) type Lengths = [u32; SearchField::ALL.len()];

/// The state of a generation after a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Version of the definition that it was built with.
    pub(super) definition: i64,
    /// How many commits there were. A version of a record can be seen from the
    /// commit on that it was born with, until the one that it died with.
    pub(super) epoch: i64,
    /// The last change that is applied.
    pub(super) seq: ChangeSeq,
    /// Records that can be found.
    pub(super) n_records: i64,
    /// Sums of the lengths of each field.
    pub(super) sums: Vec<i64>,
    /// Records that have the field.
    pub(super) n_having: Vec<i64>,
}

impl State {
    /// The state of an empty generation.
    pub(super) fn empty(definition: u32) -> Self {
        Self {
            definition: i64::from(definition),
            sums: vec![0; SearchField::ALL.len()],
            n_having: vec![0; SearchField::ALL.len()],
            ..Self::default()
        }
    }

    /// Reads what [`Self::payload`] wrote; `None` where nothing was written.
    pub(super) fn read(payload: &Payload) -> Option<Self> {
        let number = |key| read_number(payload, key).ok();
        let of_fields = |key: &str| {
            let found = read_numbers(payload, key);
            (found.len() == SearchField::ALL.len()).then_some(found)
        };
        Some(Self {
            definition: number("definition")?,
            epoch: number("epoch")?,
            seq: ChangeSeq(u64::try_from(number("seq")?).ok()?),
            n_records: number("n_records")?,
            sums: of_fields("sums")?,
            n_having: of_fields("n_having")?,
        })
    }

    /// What is kept.
    pub(super) fn payload(&self) -> Payload {
        let seq = i64::try_from(self.seq.0).unwrap_or(i64::MAX);
        Payload::from([
            ("definition".to_owned(), self.definition.into()),
            ("epoch".to_owned(), self.epoch.into()),
            ("seq".to_owned(), seq.into()),
            ("n_records".to_owned(), self.n_records.into()),
            ("sums".to_owned(), numbers(self.sums.iter().copied())),
            (
                "n_having".to_owned(),
                numbers(self.n_having.iter().copied()),
            ),
        ])
    }

    /// Counts a record in.
    pub(super) fn add(&mut self, lengths: &Lengths) {
        self.count(lengths, 1);
    }

    /// Counts a record out.
    pub(super) fn subtract(&mut self, lengths: &Lengths) {
        self.count(lengths, -1);
    }

    fn count(&mut self, lengths: &Lengths, sign: i64) {
        self.n_records += sign;
        for (at, length) in lengths.iter().enumerate() {
            self.sums[at] += sign * i64::from(*length);
            self.n_having[at] += sign * i64::from(*length > 0);
        }
    }

    /// The mean length of each field over the records that have it.
    pub(super) fn mean_lengths(&self) -> Vec<f32> {
        let both = self.sums.iter().zip(&self.n_having);
        both.map(|(sum, n)| *sum as f32 / (*n).max(1) as f32)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_and_what_comes_goes() {
        let mut state = State::empty(2);
        let before = state.clone();
        let lengths = [4, 0, 0, 0, 0, 0, 100, 0, 1];
        state.add(&lengths);
        state.add(&[2, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(state.mean_lengths()[0], 3.0);
        assert_eq!(state.mean_lengths()[6], 100.0);
        assert_eq!(State::read(&state.payload()), Some(state.clone()));
        state.subtract(&lengths);
        state.subtract(&[2, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(state, before);
        assert_eq!(State::read(&Payload::new()), None);
    }
}
