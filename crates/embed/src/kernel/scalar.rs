//! The tile in plain Rust: for processors without the instructions, and the
//! oracle of the other kernels.

use super::{Panel, QuantisedRows, STEPS};
use crate::q4::PANEL;

/// Rows of a tile.
pub(super) const ROWS: usize = 1;

pub(super) fn tile(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    first: usize,
    out: &mut [[f32; PANEL]],
) {
    let n_blocks = rows.n_blocks();
    let (values, row_scales, _) = rows.tile(first);
    for (r, out) in out.iter_mut().enumerate() {
        *out = *panel.bias;
        for block in 0..n_blocks {
            let sums = block_sums(panel, &values[(r * n_blocks + block) * STEPS..], block);
            let scales = &panel.scales[block * PANEL..][..PANEL];
            let row_scale = row_scales[r * n_blocks + block];
            for ((out, sum), scale) in out.iter_mut().zip(sums).zip(scales) {
                *out += sum as f32 * (scale * row_scale);
            }
        }
    }
}

/// `Σ a·w` of a block for each output, as integers.
fn block_sums(panel: &Panel<'_>, values: &[i32], block: usize) -> [i32; PANEL] {
    let mut sums = [0; PANEL];
    for (step, word) in values[..STEPS].iter().enumerate() {
        let values = word.to_le_bytes().map(|b| i32::from(b as i8));
        let at = (block * STEPS + step) * 4 * PANEL;
        let weights = panel.nibbles[at..][..4 * PANEL].chunks_exact(4);
        for (sum, four) in sums.iter_mut().zip(weights) {
            for (value, &nibble) in values.iter().zip(four) {
                *sum += value * (i32::from(nibble) - 8);
            }
        }
    }
    sums
}
