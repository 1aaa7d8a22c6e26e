//! Weights in blocks of 32 values of 4 bits (ggml's `Q4_0`).
//!
//! A block is 18 bytes: a half-precision scale `d` and 16 bytes; value `j` is
//! `(low nibble of byte j − 8)·d`, value `j + 16` is `(high nibble − 8)·d`.

use crate::kernel::{Kernel, MAX_TILE_ROWS, Panel, QuantisedRows};

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
/// 64 bytes: 4 inputs of output 0, 4 of output 1, … Each byte is the nibble,
/// that is the weight plus 8, so it is unsigned as the instructions want it.
#[derive(Debug)]
pub(crate) struct Q4Matrix {
    n_out: usize,
    n_in: usize,
    /// `[n_out / 16, n_in / 4, 16, 4]`
    nibbles: Vec<u8>,
    /// `[n_out / 16, n_in / 32, 16]`
    scales: Vec<f32>,
}

impl Q4Matrix {
    /// * `blocks`: rows of `n_in / 32` stored blocks, `n_out` rows.
    ///
    /// Nothing when the shape does not fit whole panels and blocks.
    pub(crate) fn pack(blocks: &[u8], n_out: usize, n_in: usize) -> Option<Self> {
        let row_bytes = n_in / BLOCK * BLOCK_BYTES;
        if !n_out.is_multiple_of(PANEL)
            || !n_in.is_multiple_of(BLOCK)
            || blocks.len() != n_out * row_bytes
        {
            return None;
        }
        let mut nibbles = vec![0; n_out * n_in];
        let mut scales = vec![0.0; n_out * n_in / BLOCK];
        for (output, row) in blocks.chunks_exact(row_bytes).enumerate() {
            let (panel, lane) = (output / PANEL, output % PANEL);
            for (b, block) in row.chunks_exact(BLOCK_BYTES).enumerate() {
                let at = panel * (n_in / BLOCK) + b;
                scales[at * PANEL + lane] = scale(block);
                let bytes = &mut nibbles[at * BLOCK * PANEL..][..BLOCK * PANEL];
                for j in 0..BLOCK {
                    bytes[j / 4 * (4 * PANEL) + lane * 4 + j % 4] = nibble(block, j);
                }
            }
        }
        Some(Self {
            n_out,
            n_in,
            nibbles,
            scales,
        })
    }

    /// Matrices with the same inputs, one below the other.
    pub(crate) fn stack(parts: Vec<Self>) -> Option<Self> {
        let n_in = parts.first()?.n_in;
        let mut all = Self {
            n_out: 0,
            n_in,
            nibbles: Vec::new(),
            scales: Vec::new(),
        };
        for part in parts {
            if part.n_in != n_in {
                return None;
            }
            all.n_out += part.n_out;
            all.nibbles.extend(part.nibbles);
            all.scales.extend(part.scales);
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
        let n_blocks = self.n_in / BLOCK;
        let step = (ROWS_BYTES / self.n_in).next_multiple_of(MAX_TILE_ROWS);
        for first in (0..rows.n_rows()).step_by(step) {
            let which = first..rows.n_rows().min(first + step);
            let panels = self
                .nibbles
                .chunks_exact(self.n_in * PANEL)
                .zip(self.scales.chunks_exact(n_blocks * PANEL))
                .zip(bias.as_chunks::<PANEL>().0);
            for (panel, ((nibbles, scales), bias)) in panels.enumerate() {
                let panel = Panel {
                    nibbles,
                    scales,
                    bias,
                    first_output: panel * PANEL,
                };
                kernel.multiply_panel(&panel, rows, which.clone(), out, self.n_out);
            }
        }
    }
}

#[cfg(test)]
mod tests;
