//! Integer kernels: rows of 8-bit activations times a panel of 4-bit weights.
//!
//! For one block of 32 inputs, with activations `a` (−127 to 127) and weights
//! `w` (−8 to 7, scale `d`), the sum wanted is `d·Σ a·w`. The instructions
//! multiply unsigned by signed bytes, so activations are kept as `a + 128`;
//! what that adds, `128·d·Σ w`, is known when the weights are packed and is
//! taken off where a sum starts.
//!
//! With 4-bit weights a whole block fits 16-bit sums: a lane adds 16 products
//! of at most 255 · 8, together 32,640. AVX2 therefore needs two instructions
//! for 32 products, and AVX-512 VNNI one for 64.
//!
//! The scales of blocks are integers too ([`MAX_SCALE`] steps of a float that
//! an output has), so a block's sums are scaled and widened by one instruction
//! and added up as integers. Floats come in once a group of blocks
//! ([`GROUP`]), whose activations share a scale. All kernels therefore give
//! the same bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod rows;
mod scalar;
pub(crate) mod vector;

use std::ops::Range;

pub(crate) use rows::QuantisedRows;

use crate::q4::{BLOCK, PANEL};

/// Steps of 4 inputs in a block.
const STEPS: usize = BLOCK / 4;

/// Blocks whose activations share a scale, fewer in the last group of a row.
/// Measured on 200 texts in two languages (`examples/closeness.rs`): lowest
/// cosine to floats .99987 with 1, .99955 with 4, .99883 with all of a row.
pub(crate) const GROUP: usize = 4;

/// Scales of blocks lie within ± this. A sum of a group then fits 32 bits:
/// 4 blocks · 32 · 127 · 8 · 16,383 < 2³¹.
pub(crate) const MAX_SCALE: i16 = 16_383;

/// Rows of the highest tile: so many follow the last row.
pub(crate) const MAX_TILE_ROWS: usize = 8;

/// Writes the outputs of a panel for as many rows as `out` has, from the given
/// one on.
type Tile = unsafe fn(&Panel<'_>, &QuantisedRows, usize, &mut [[f32; PANEL]]);

/// 16 outputs of a matrix, see [`crate::q4::Q4Matrix`] for the order of the
/// numbers.
pub(crate) struct Panel<'a> {
    pub(crate) weights: &'a [i8],
    pub(crate) scales: &'a [[[i16; 2]; PANEL]],
    pub(crate) starts: &'a [[i32; PANEL]],
    pub(crate) units: &'a [f32; PANEL],
    pub(crate) bias: &'a [f32; PANEL],
    /// Where the outputs go in a row of the product.
    pub(crate) first_output: usize,
}

/// Which instructions the integer products use. All give the same sums; the
/// value exists only where the processor has the instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Isa);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Isa {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
}

impl Kernel {
    /// All that this processor can run, slowest first.
    pub fn available() -> Vec<Self> {
        let mut found = vec![Self(Isa::Scalar)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                found.push(Self(Isa::Avx2));
            }
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
                found.push(Self(Isa::Avx512Vnni));
            }
        }
        found
    }

    /// The fastest that this processor can run.
    pub fn detect() -> Self {
        Self::available().pop().unwrap_or(Self(Isa::Scalar))
    }

    /// `scalar`, `avx2` or `avx512-vnni`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Isa::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => "avx512-vnni",
        }
    }

    /// Writes the 16 outputs of `panel` for some rows.
    ///
    /// * `out`: `[n_rows, stride]`, all rows.
    pub(crate) fn multiply_panel(
        self,
        panel: &Panel<'_>,
        rows: &QuantisedRows,
        which: Range<usize>,
        out: &mut [f32],
        stride: usize,
    ) {
        panel.check(rows);
        assert!(which.end <= rows.n_rows(), "rows that are there");
        let (tile, n_tile): (Tile, usize) = match self.0 {
            Isa::Scalar => (scalar::tile, scalar::ROWS),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => (avx2::tile, avx2::ROWS),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => (avx512::tile, avx512::ROWS),
        };
        let mut outputs = [[0.0; PANEL]; MAX_TILE_ROWS];
        for first in which.clone().step_by(n_tile) {
            // SAFETY: the value exists only where `available` saw the
            // instructions; the lengths that a tile relies on were checked
            // above, and a tile of rows from any below `n_rows` on exists
            // because `QuantisedRows` pads.
            unsafe { tile(panel, rows, first, &mut outputs[..n_tile]) };
            for (row, outputs) in (first..which.end).zip(&outputs[..n_tile]) {
                out[row * stride + panel.first_output..][..PANEL].copy_from_slice(outputs);
            }
        }
    }
}

impl Panel<'_> {
    /// Panics unless the panel is as wide as `rows`; tiles rely on it.
    fn check(&self, rows: &QuantisedRows) {
        let n_weights = rows.width() * PANEL;
        assert_eq!(self.weights.len(), n_weights, "a panel as wide as the rows");
        assert_eq!(self.scales.len(), rows.n_blocks(), "scales for each block");
        assert_eq!(self.starts.len(), rows.n_groups(), "starts for each group");
    }
}

#[cfg(test)]
mod tests;
