//! Activations in 8 bits, a scale for each group of blocks.

use super::{GROUP, MAX_TILE_ROWS, vector::dispatch};
use crate::q4::BLOCK;

/// Rows of activations, quantised group by group. Behind the last row come
/// [`MAX_TILE_ROWS`] others, of any contents.
#[derive(Debug, Default)]
pub(crate) struct QuantisedRows {
    width: usize,
    n_rows: usize,
    /// `[n_rows, width]`: a value plus 128, 1 to 255.
    values: Vec<u8>,
    /// `[n_rows, n_groups]`
    scales: Vec<f32>,
}

impl QuantisedRows {
    /// Replaces the contents by `rows`, `[n_rows, width]`.
    ///
    /// A value is off by at most half a step, 1/254 of the largest magnitude
    /// of its group.
    pub(crate) fn fill(&mut self, rows: &[f32], width: usize) {
        assert!(
            width.is_multiple_of(BLOCK) && rows.len().is_multiple_of(width),
            "whole blocks and rows"
        );
        self.width = width;
        self.n_rows = rows.len() / width;
        let n_padded = self.n_rows + MAX_TILE_ROWS;
        self.values.resize(n_padded * width, 0);
        self.scales.resize(n_padded * self.n_groups(), 0.0);
        quantise(rows, width, &mut self.values, &mut self.scales);
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

    /// Groups of a row.
    pub(crate) fn n_groups(&self) -> usize {
        self.n_blocks().div_ceil(GROUP)
    }

    /// Values (`width` a row) and scales (one a group) from a row on, row
    /// after row.
    pub(super) fn tile(&self, first: usize) -> (&[u8], &[f32]) {
        (
            &self.values[first * self.width..],
            &self.scales[first * self.n_groups()..],
        )
    }
}

dispatch! {
    fn quantise<fused>(rows: &[f32], width: usize, values: &mut [u8], scales: &mut [f32]) {
        let n_groups = (width / BLOCK).div_ceil(GROUP);
        let rows = rows.chunks_exact(width).zip(values.chunks_exact_mut(width));
        for ((row, values), scales) in rows.zip(scales.chunks_exact_mut(n_groups)) {
            let groups = row.chunks(GROUP * BLOCK).zip(values.chunks_mut(GROUP * BLOCK));
            for ((row, values), scale) in groups.zip(scales) {
                *scale = quantise_group(row, values);
            }
        }
    }
}

/// Writes `row` in steps of the scale that it returns, plus 128.
#[inline(always)]
fn quantise_group(row: &[f32], values: &mut [u8]) -> f32 {
    let mut largest = [0.0_f32; 16];
    for sixteen in row.chunks_exact(16) {
        for (large, value) in largest.iter_mut().zip(sixteen) {
            *large = large.max(value.abs());
        }
    }
    let largest = largest.iter().fold(0.0_f32, |high, &x| high.max(x));
    let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    for (byte, value) in values.iter_mut().zip(row) {
        // Adding 1.5·2²³ rounds to the nearest integer (ties to even) and
        // leaves it in the low bits; 128 goes with it.
        *byte = (value * inverse + 12_583_040.0).to_bits() as u8;
    }
    largest / 127.0
}
