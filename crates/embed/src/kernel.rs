//! Integer kernels: rows of 8-bit activations times a panel of 4-bit weights.
//!
//! For one block of 32 inputs, with activations `a` (−127 to 127, scale `s`)
//! and weights `w` (−8 to 7, scale `d`), the sum wanted is `s·d·Σ a·w`. The
//! instructions multiply unsigned by signed bytes, so weights are kept as
//! `w + 8` and the sum starts from `−8·Σ a` instead of zero.
//!
//! With 4-bit weights a whole block fits 16-bit sums: a lane adds 16 products,
//! and after any number of steps it holds `Σ done a·w − 8·Σ left a`, at most
//! 16 · 8 · 127 = 16,256 in magnitude. AVX2 therefore needs two instructions
//! for 32 products and widens once a block. AVX-512 VNNI needs one for 64.

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

/// Rows of the highest tile; rows are padded to a multiple of it.
pub(crate) const MAX_TILE_ROWS: usize = 8;

/// Writes the outputs of a panel for as many rows as `out` has, from the given
/// one on.
type Tile = unsafe fn(&Panel<'_>, &QuantisedRows, usize, &mut [[f32; PANEL]]);

/// 16 outputs of a matrix, see [`crate::q4::Q4Matrix`] for the order of the
/// numbers.
pub(crate) struct Panel<'a> {
    pub(crate) nibbles: &'a [u8],
    pub(crate) scales: &'a [f32],
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
    /// * `which`: the rows, from a multiple of [`MAX_TILE_ROWS`] on.
    /// * `out`: `[n_rows, stride]`, all rows.
    pub(crate) fn multiply_panel(
        self,
        panel: &Panel<'_>,
        rows: &QuantisedRows,
        which: Range<usize>,
        out: &mut [f32],
        stride: usize,
    ) {
        assert_eq!(
            panel.nibbles.len(),
            rows.width() * PANEL,
            "a panel as wide as the rows"
        );
        assert_eq!(
            panel.scales.len(),
            rows.n_blocks() * PANEL,
            "a scale a block and output"
        );
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
            // instructions; the lengths that a tile relies on are asserted
            // above, and a tile of rows from any multiple of its height below
            // `n_rows` exists because `QuantisedRows` pads.
            unsafe { tile(panel, rows, first, &mut outputs[..n_tile]) };
            for (row, outputs) in (first..which.end).zip(&outputs[..n_tile]) {
                out[row * stride + panel.first_output..][..PANEL].copy_from_slice(outputs);
            }
        }
    }
}

#[cfg(test)]
mod tests;
