//! A sparse table of feature weights that is read where it lies.
//!
//! Five of six weights of the restorer are zero. So a bit for each place says
//! whether a weight stands there, counts say how many stand before it, and the
//! weights that are not zero follow each other. Nothing is unpacked: a model
//! that is built into a program costs nothing to load, and a short text reads
//! few of its pages. Who reads much text has the table spread out once
//! ([`Rows::expect`]), with a byte for every place, which is read twice as fast.

use std::{
    borrow::Cow,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::weights::place;

/// Sums that are added at once: eight 16-bit lanes fill a vector register.
pub(crate) const LANES: usize = 8;
/// Rows that are read before the table is spread out: a text of 3,000 syllables. To
/// spread 2^25 places costs 30 ms and saves 80 ns a row (`--example train --
/// figures`).
const SPREAD_ROWS: usize = 100_000;

/// Places that share one count.
const BLOCK: usize = 256;
/// Places of one word of the mask; a block has four.
const WORD: usize = 64;
/// Bytes of the counts of one block.
const COUNT: usize = 8;
/// Scale, bits and number of weights.
const HEAD: usize = 12;

/// Weights of one byte each, most of them zero.
pub(crate) struct Rows {
    /// Scale (f32), bits (u32), number n of weights (u32); the mask, 2^bits bits;
    /// the counts of all blocks; n weights. Little-endian.
    ///
    /// The counts of a block are eight bytes: how many weights stand before it
    /// (u32), then how many before each of its four words within it (u8 each).
    bytes: Cow<'static, [u8]>,
    /// Where this table, its counts and its weights begin in `bytes`.
    start: usize,
    counts: usize,
    values: usize,
    scale: f32,
    bits: u32,
    /// The table with a byte for every place, once it pays.
    spread: OnceLock<Box<[i8]>>,
    n_read: AtomicUsize,
}

impl Rows {
    /// Rounds floats to bytes.
    ///
    /// * `weights`: 2^n numbers, n at least 8
    /// * `step`: nats of one unit; larger numbers than 127 steps are cut
    pub(crate) fn quantise(weights: &[f32], step: f32) -> Self {
        let round = |w: &f32| (w / step).round().clamp(-127.0, 127.0) as i8;
        let table: Vec<i8> = weights.iter().map(round).collect();
        let bits = table.len().ilog2();
        let mut mask = Vec::with_capacity(table.len() / 8);
        let (mut counts, mut values) = (Vec::new(), Vec::new());
        for block in table.chunks(BLOCK) {
            let before = values.len();
            counts.extend(u32::try_from(before).unwrap_or(u32::MAX).to_le_bytes());
            for word in block.chunks(WORD) {
                counts.push(u8::try_from(values.len() - before).unwrap_or(u8::MAX));
                let held = word.iter().enumerate().filter(|(_, weight)| **weight != 0);
                mask.extend(held.fold(0u64, |ones, (i, _)| ones | 1 << i).to_le_bytes());
                let held = word.iter().filter(|weight| **weight != 0);
                values.extend(held.map(|weight| weight.cast_unsigned()));
            }
        }
        let n_values = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let head = [
            step.to_le_bytes(),
            bits.to_le_bytes(),
            n_values.to_le_bytes(),
        ]
        .concat();
        let (counts_at, values_at) = (HEAD + mask.len(), HEAD + mask.len() + counts.len());
        Self {
            bytes: Cow::Owned([head, mask, counts, values].concat()),
            start: 0,
            counts: counts_at,
            values: values_at,
            scale: step,
            bits,
            spread: OnceLock::new(),
            n_read: AtomicUsize::new(0),
        }
    }

    /// Reads what [`Rows::as_bytes`] gives, from byte `start` of `bytes` to their end;
    /// `None` when bytes are missing or too many. O(1): the weights are not looked at.
    pub(crate) fn read(bytes: Cow<'static, [u8]>, start: usize) -> Option<Self> {
        let (head, rest) = bytes.get(start..)?.split_at_checked(HEAD)?;
        let number = |at: usize| head.get(at..at + 4)?.try_into().ok();
        let scale = f32::from_le_bytes(number(0)?);
        let bits = u32::from_le_bytes(number(4)?);
        let n_values = u32::from_le_bytes(number(8)?) as usize;
        let n_places = 1usize
            .checked_shl(bits)
            .filter(|n| (BLOCK..=1 << 40).contains(n))?;
        let counts = start + HEAD + n_places / 8;
        let values = counts + n_places / BLOCK * COUNT;
        (rest.len() == values - start - HEAD + n_values).then_some(Self {
            bytes,
            start,
            counts,
            values,
            scale,
            bits,
            spread: OnceLock::new(),
            n_read: AtomicUsize::new(0),
        })
    }

    /// The table in its file form.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Whether counts, mask and weights agree; reads the whole table.
    pub(crate) fn is_sound(&self) -> bool {
        let mut n_before = 0;
        let bytes = &self.bytes[..];
        (0..1usize << self.bits).step_by(WORD).all(|at| {
            let agrees = self.n_before(bytes, at) == n_before;
            n_before += self.mask(bytes, at).count_ones() as usize;
            agrees
        }) && n_before == bytes.len() - self.values
    }

    /// Says that `n_rows` more rows will be read; spreads the table out where it pays.
    /// What [`Rows::add_row`] adds stays the same.
    pub(crate) fn expect(&self, n_rows: usize) {
        // Several threads may count at once: any order gives the same sums.
        let n_read = self.n_read.fetch_add(n_rows, Ordering::Relaxed);
        if n_read.saturating_add(n_rows) > SPREAD_ROWS {
            self.spread.get_or_init(|| self.spread_out());
        }
    }

    fn spread_out(&self) -> Box<[i8]> {
        let bytes = &self.bytes[..];
        let mut table = vec![0; 1 << self.bits];
        let mut values = bytes[self.values..].iter();
        for (word, places) in table.chunks_mut(WORD).enumerate() {
            let mut ones = self.mask(bytes, word * WORD);
            while ones != 0 {
                let weight = values.next().copied().unwrap_or(0);
                places[ones.trailing_zeros() as usize] = weight.cast_signed();
                ones &= ones - 1;
            }
        }
        table.into()
    }

    /// Adds the weights from the place of `feature` on, in units of
    /// [`Rows::scale`], to as many sums, 56 at most. A row that reaches beyond the
    /// end of the table is zero.
    pub(crate) fn add_row(&self, feature: u64, sums: &mut [[i16; LANES]]) {
        let at = place(feature, self.bits);
        let end = at + sums.len() * LANES;
        if end > 1 << self.bits {
            return;
        }
        let Some(table) = self.spread.get() else {
            self.add_sparse(at, sums.as_flattened_mut());
            return;
        };
        for (sums, weights) in sums.iter_mut().zip(table[at..end].as_chunks::<LANES>().0) {
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += i16::from(weight);
            }
        }
    }

    fn add_sparse(&self, at: usize, sums: &mut [i16]) {
        let bytes = &self.bytes[..];
        let mut ones = self.mask(bytes, at) & ((1 << sums.len()) - 1);
        let from = self.values + self.n_before(bytes, at);
        let mut values = bytes.get(from..).unwrap_or(&[]).iter();
        while ones != 0 {
            let weight = values.next().copied().unwrap_or(0);
            sums[ones.trailing_zeros() as usize] += i16::from(weight.cast_signed());
            ones &= ones - 1;
        }
    }

    /// Nats of one unit.
    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    /// The mask from place `at` on, 57 places at least.
    fn mask(&self, bytes: &[u8], at: usize) -> u64 {
        word(bytes, self.start + HEAD + at / 8) >> (at % 8)
    }

    /// How many weights stand before place `at`.
    fn n_before(&self, bytes: &[u8], at: usize) -> usize {
        let count = word(bytes, self.counts + at / BLOCK * COUNT);
        let before_word = count >> (32 + at % BLOCK / WORD * 8) & 0xFF;
        let ones = word(bytes, self.start + HEAD + at / WORD * 8);
        let before_place = (ones & ((1 << (at % WORD)) - 1)).count_ones();
        count as u32 as usize + before_word as usize + before_place as usize
    }
}

/// Eight bytes from byte `at` on, little-endian; 0 where there are fewer.
fn word(bytes: &[u8], at: usize) -> u64 {
    let chunk = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>);
    chunk.map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn floats() -> Vec<f32> {
        let float = |i: usize| match i % 7 {
            0 | 3 => (i % 23) as f32 * 0.31 - 3.0,
            _ => 0.0,
        };
        (0..1024).map(float).collect()
    }

    #[test]
    fn a_damaged_table_is_refused() {
        let bytes = Rows::quantise(&floats(), 0.1).as_bytes().to_vec();
        assert!(Rows::read(Cow::Owned(bytes.clone()), 0).is_some_and(|rows| rows.is_sound()));
        for len in [0, 5, HEAD, bytes.len() - 1] {
            assert!(Rows::read(Cow::Owned(bytes[..len].to_vec()), 0).is_none());
        }
        let mut flipped = bytes;
        flipped[HEAD + 9] ^= 1;
        assert!(!Rows::read(Cow::Owned(flipped), 0).unwrap().is_sound());
    }

    proptest! {
        #[test]
        fn a_row_is_the_floats_from_its_place_on(
            at in 0usize..1024, n_rows in 1usize..7, start in 0usize..9, is_spread: bool,
        ) {
            let (floats, step) = (floats(), 0.1);
            let mut bytes = vec![7; start];
            bytes.extend(Rows::quantise(&floats, step).as_bytes());
            let rows = Rows::read(Cow::Owned(bytes), start).unwrap();
            rows.expect(if is_spread { SPREAD_ROWS + 1 } else { 1 });
            prop_assert_eq!(rows.spread.get().is_some(), is_spread);
            let mut sums = vec![[1; LANES]; n_rows];
            rows.add_row((at as u64) << 54, &mut sums);
            let is_inside = at + n_rows * LANES <= 1024;
            for (i, sum) in sums.as_flattened().iter().enumerate() {
                let float = if is_inside { floats[at + i] } else { 0.0 };
                prop_assert_eq!(*sum, 1 + (float / step).round() as i16);
            }
        }
    }
}
