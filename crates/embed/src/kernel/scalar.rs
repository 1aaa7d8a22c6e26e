//! The kernel in plain Rust: for processors without the instructions, and the
//! oracle of the other kernels.

use super::{Panel, QuantisedRows};
use crate::q4::{BLOCK, PANEL};

pub(super) fn multiply(panel: &Panel<'_>, rows: &QuantisedRows, out: &mut [f32], stride: usize) {
    for (row, out) in out.chunks_exact_mut(stride).enumerate() {
        let out = &mut out[panel.first_output..][..PANEL];
        out.copy_from_slice(panel.bias);
        for block in 0..rows.n_blocks() {
            let sums = block_sums(panel, rows, row, block);
            let scales = &panel.scales[block * PANEL..][..PANEL];
            let row_scale = rows.scales(row)[block];
            for ((out, sum), scale) in out.iter_mut().zip(sums).zip(scales) {
                *out += sum as f32 * (scale * row_scale);
            }
        }
    }
}

/// `Σ a·w` of a block for each output, as integers.
fn block_sums(panel: &Panel<'_>, rows: &QuantisedRows, row: usize, block: usize) -> [i32; PANEL] {
    let mut sums = [0; PANEL];
    for step in block * BLOCK / 4..(block + 1) * BLOCK / 4 {
        let values = rows.packed(row)[step]
            .to_le_bytes()
            .map(|b| i32::from(b as i8));
        let weights = panel.nibbles[step * 4 * PANEL..][..4 * PANEL].chunks_exact(4);
        for (sum, four) in sums.iter_mut().zip(weights) {
            for (value, &nibble) in values.iter().zip(four) {
                *sum += value * (i32::from(nibble) - 8);
            }
        }
    }
    sums
}
