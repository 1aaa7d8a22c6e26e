//! Activations in 8 bits, a scale for each 32 of them.

use super::{MAX_TILE_ROWS, STEPS, vector::dispatch};
use crate::q4::BLOCK;

/// Rows of activations, quantised block by block. Behind the last row come
/// others, of any contents, up to a multiple of [`MAX_TILE_ROWS`].
#[derive(Debug, Default)]
pub(crate) struct QuantisedRows {
    width: usize,
    n_rows: usize,
    /// `[n_rows, width / 4]`: four signed bytes, lowest first.
    packed: Vec<i32>,
    /// `[n_rows, width / 32]`
    scales: Vec<f32>,
    /// `[n_rows, width / 32]`: two 16-bit halves, `−8·Σ` of the values at
    /// places 0 and 1 of each four (low half), and at 2 and 3 (high half).
    offsets: Vec<i32>,
}

impl QuantisedRows {
    /// Replaces the contents by `rows`, `[n_rows, width]`.
    ///
    /// A value is off by at most half a step, 1/254 of the largest magnitude
    /// of its block.
    pub(crate) fn fill(&mut self, rows: &[f32], width: usize) {
        assert!(
            width.is_multiple_of(BLOCK) && rows.len().is_multiple_of(width),
            "whole blocks and rows"
        );
        self.width = width;
        self.n_rows = rows.len() / width;
        let n_blocks = self.n_rows.next_multiple_of(MAX_TILE_ROWS) * width / BLOCK;
        self.packed.resize(n_blocks * STEPS, 0);
        self.scales.resize(n_blocks, 0.0);
        self.offsets.resize(n_blocks, 0);
        quantise(rows, &mut self.packed, &mut self.scales, &mut self.offsets);
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Blocks of a row.
    pub(crate) fn n_blocks(&self) -> usize {
        self.width / BLOCK
    }

    /// Values (four to a word), scales and offsets (one a block each) from a
    /// row on, row after row.
    pub(super) fn tile(&self, first: usize) -> (&[i32], &[f32], &[i32]) {
        let block = first * self.n_blocks();
        (
            &self.packed[block * STEPS..],
            &self.scales[block..],
            &self.offsets[block..],
        )
    }
}

dispatch! {
    fn quantise(rows: &[f32], packed: &mut [i32], scales: &mut [f32], offsets: &mut [i32]) {
        let blocks = rows.chunks_exact(BLOCK).zip(packed.chunks_exact_mut(BLOCK / 4));
        for ((values, packed), (scale, offset)) in blocks.zip(scales.iter_mut().zip(offsets)) {
            let mut largest = [0.0_f32; 8];
            for eight in values.chunks_exact(8) {
                for (large, value) in largest.iter_mut().zip(eight) {
                    *large = large.max(value.abs());
                }
            }
            let largest = largest.iter().fold(0.0_f32, |high, &x| high.max(x));
            *scale = largest / 127.0;
            let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
            let mut steps = [0_i32; BLOCK];
            for (step, value) in steps.iter_mut().zip(values) {
                // Adding 1.5·2²³ rounds to the nearest integer (ties to even)
                // and leaves it in the low bits.
                *step = ((value * inverse + 12_582_912.0).to_bits() as i32) - 0x4B40_0000;
            }
            let (mut low, mut high) = (0, 0);
            for (four, word) in steps.chunks_exact(4).zip(packed) {
                low += four[0] + four[1];
                high += four[2] + four[3];
                *word = (four[0] & 255) | (four[1] & 255) << 8 | (four[2] & 255) << 16 | four[3] << 24;
            }
            *offset = ((-8 * low) & 0xFFFF) | ((-8 * high) << 16);
        }
    }
}
