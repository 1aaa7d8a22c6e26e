//! Weights in blocks of 32 values of 4 bits (ggml's `Q4_0`).
//!
//! A block is 18 bytes: a half-precision scale `d` and 16 bytes; value `j` is
//! `(low nibble of byte j − 8)·d`, value `j + 16` is `(high nibble − 8)·d`.

use crate::kernel::{GROUP, Kernel, MAX_SCALE, Panel, QuantisedRows};

/// Weights that share a scale.
pub(crate) const BLOCK: usize = 32;
/// Bytes of a stored block.
pub(crate) const BLOCK_BYTES: usize = 18;
/// Outputs that a kernel computes side by side: one 512-bit or two 256-bit
/// registers of 32-bit sums.
pub(crate) const PANEL: usize = 16;

/// Bytes of activations that every panel passes over in turn: half of a second
/// level cache of 512 KiB, the smallest in use.
const ROWS_BYTES: usize = 256 * 1024;

/// Rows that every kernel cuts into whole tiles.
const TILE_HEIGHTS: usize = 24;

/// Scale of a stored block.
fn scale(block: &[u8]) -> f32 {
    half::f16::from_le_bytes([block[0], block[1]]).to_f32()
}

/// The 4 bits of value `j`, 0 to 15.
fn nibble(block: &[u8], j: usize) -> u8 {
    let byte = block[2 + j % 16];
    if j < 16 { byte & 15 } else { byte >> 4 }
}

/// Appends the values of stored blocks to `out`.
pub(crate) fn dequantise(blocks: &[u8], out: &mut Vec<f32>) {
    let start = out.len();
    out.resize(start + blocks.len() / BLOCK_BYTES * BLOCK, 0.0);
    dequantise_row(blocks, &mut out[start..]);
}

/// Writes the values of stored blocks to `out`, 32 a block.
pub(crate) fn dequantise_row(blocks: &[u8], out: &mut [f32]) {
    let pairs = blocks
        .chunks_exact(BLOCK_BYTES)
        .zip(out.chunks_exact_mut(BLOCK));
    for (block, out) in pairs {
        let d = scale(block);
        for (j, value) in out.iter_mut().enumerate() {
            *value = (f32::from(nibble(block, j)) - 8.0) * d;
        }
    }
}

/// A matrix `[n_out, n_in]` laid out for the integer kernels.
///
/// Panels of 16 outputs; in a panel, for each block of 32 inputs, 8 steps of
/// 64 bytes: 4 inputs of output 0, 4 of output 1, … The weights are those of
/// the file; their scales are rounded to steps of 1/16,383 of the largest of
/// an output.
#[derive(Debug)]
pub(crate) struct Q4Matrix {
    n_out: usize,
    n_in: usize,
    /// `[n_out / 16, n_in / 4, 16, 4]`
    weights: Vec<i8>,
    /// `[n_out / 16, n_in / 32, 16]`: twice each, as the instructions want it.
    scales: Vec<[[i16; 2]; PANEL]>,
    /// `[n_out / 16, n_groups, 16]`: `−128·Σ scale·weight` of a group.
    starts: Vec<[i32; PANEL]>,
    /// `[n_out]`: what a step of the scales is worth. Not a number where the
    /// file has scales that are none, so that no vector comes of them.
    units: Vec<[f32; PANEL]>,
}

impl Q4Matrix {
    /// * `blocks`: rows of `n_in / 32` stored blocks, `n_out` rows.
    ///
    /// Nothing when the shape does not fit whole panels and blocks.
    pub(crate) fn pack(blocks: &[u8], n_out: usize, n_in: usize) -> Option<Self> {
        let n_blocks = n_in / BLOCK;
        let row_bytes = n_blocks * BLOCK_BYTES;
        if !n_out.is_multiple_of(PANEL)
            || !n_in.is_multiple_of(BLOCK)
            || blocks.len() != n_out * row_bytes
        {
            return None;
        }
        let n_panels = n_out / PANEL;
        let n_groups = n_blocks.div_ceil(GROUP);
        let mut matrix = Self {
            n_out,
            n_in,
            weights: vec![0; n_out * n_in],
            scales: vec![[[0; 2]; PANEL]; n_panels * n_blocks],
            starts: vec![[0; PANEL]; n_panels * n_groups],
            units: vec![[0.0; PANEL]; n_panels],
        };
        for (output, row) in blocks.chunks_exact(row_bytes).enumerate() {
            matrix.pack_row(output, row);
        }
        Some(matrix)
    }

    fn pack_row(&mut self, output: usize, row: &[u8]) {
        let n_blocks = self.n_in / BLOCK;
        let n_groups = n_blocks.div_ceil(GROUP);
        let (panel, lane) = (output / PANEL, output % PANEL);
        let unit = unit(row);
        self.units[panel][lane] = unit;
        for (b, block) in row.chunks_exact(BLOCK_BYTES).enumerate() {
            let at = panel * n_blocks + b;
            let steps = if unit == 0.0 {
                0.0
            } else {
                scale(block) / unit
            };
            let steps = steps.round_ties_even() as i16;
            self.scales[at][lane] = [steps; 2];
            let weights = &mut self.weights[at * BLOCK * PANEL..][..BLOCK * PANEL];
            let mut sum = 0;
            for j in 0..BLOCK {
                let weight = nibble(block, j) as i8 - 8;
                weights[j / 4 * (4 * PANEL) + lane * 4 + j % 4] = weight;
                sum += i32::from(weight);
            }
            self.starts[panel * n_groups + b / GROUP][lane] -= 128 * i32::from(steps) * sum;
        }
    }

    /// Matrices with the same inputs, one below the other.
    pub(crate) fn stack(parts: Vec<Self>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let mut all = parts.next()?;
        for part in parts {
            if part.n_in != all.n_in {
                return None;
            }
            all.n_out += part.n_out;
            all.weights.extend(part.weights);
            all.scales.extend(part.scales);
            all.starts.extend(part.starts);
            all.units.extend(part.units);
        }
        Some(all)
    }

    /// Outputs of a row.
    pub(crate) fn n_out(&self) -> usize {
        self.n_out
    }

    /// `out[r, o] = bias[o] + Σ_i rows[r, i] · weight[o, i]`.
    ///
    /// * `out`: `[n_rows, n_out]`, overwritten.
    pub(crate) fn multiply(
        &self,
        kernel: Kernel,
        rows: &QuantisedRows,
        bias: &[f32],
        out: &mut [f32],
    ) {
        assert_eq!(rows.width(), self.n_in, "rows as wide as the matrix");
        assert_eq!(bias.len(), self.n_out, "one bias an output");
        assert_eq!(
            out.len(),
            rows.n_rows() * self.n_out,
            "room for all outputs"
        );
        let step = (ROWS_BYTES / self.n_in).next_multiple_of(TILE_HEIGHTS);
        for first in (0..rows.n_rows()).step_by(step) {
            let which = first..rows.n_rows().min(first + step);
            for panel in 0..self.n_out / PANEL {
                let panel = self.panel(panel, bias);
                kernel.multiply_panel(&panel, rows, which.clone(), out, self.n_out);
            }
        }
    }

    fn panel<'a>(&'a self, index: usize, bias: &'a [f32]) -> Panel<'a> {
        let n_blocks = self.n_in / BLOCK;
        let n_groups = n_blocks.div_ceil(GROUP);
        let n_weights = self.n_in * PANEL;
        Panel {
            weights: &self.weights[index * n_weights..][..n_weights],
            scales: &self.scales[index * n_blocks..][..n_blocks],
            starts: &self.starts[index * n_groups..][..n_groups],
            units: &self.units[index],
            bias: &bias.as_chunks::<PANEL>().0[index],
            first_output: index * PANEL,
        }
    }
}

/// What a step of an output's scales is worth.
fn unit(row: &[u8]) -> f32 {
    let scales = || row.chunks_exact(BLOCK_BYTES).map(scale);
    if scales().any(|scale| !scale.is_finite()) {
        return f32::NAN;
    }
    scales().fold(0.0_f32, |high, scale| high.max(scale.abs())) / f32::from(MAX_SCALE)
}

#[cfg(test)]
mod tests;
