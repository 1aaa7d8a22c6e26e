//! The tile in plain Rust: for processors without the instructions, and the
//! oracle of the other kernels.

use super::{GROUP, Panel, QuantisedRows};
use crate::q4::{BLOCK, PANEL};

/// Rows of a tile.
pub(super) const ROWS: usize = 1;

pub(super) fn tile(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    first: usize,
    out: &mut [[f32; PANEL]],
) {
    let (values, row_scales) = rows.tile(first);
    for (r, out) in out.iter_mut().enumerate() {
        *out = *panel.bias;
        let values = &values[r * rows.width()..][..rows.width()];
        for (group, values) in values.chunks(GROUP * BLOCK).enumerate() {
            let sums = group_sums(panel, values, group);
            let row_scale = row_scales[r * rows.n_groups() + group];
            for ((out, sum), unit) in out.iter_mut().zip(sums).zip(panel.units) {
                *out = (sum as f32).mul_add(unit * row_scale, *out);
            }
        }
    }
}

/// `Σ scale·a·w` of a group for each output. Sums on the way may wrap; the
/// last one fits.
fn group_sums(panel: &Panel<'_>, values: &[u8], group: usize) -> [i32; PANEL] {
    let mut sums = panel.starts[group];
    for (b, values) in values.chunks_exact(BLOCK).enumerate() {
        let block = group * GROUP + b;
        let products = block_products(panel, values, block);
        for ((sum, product), [scale, _]) in sums.iter_mut().zip(products).zip(panel.scales[block]) {
            *sum = sum.wrapping_add(product.wrapping_mul(i32::from(scale)));
        }
    }
    sums
}

/// `Σ (a + 128)·w` of a block for each output.
fn block_products(panel: &Panel<'_>, values: &[u8], block: usize) -> [i32; PANEL] {
    let mut products = [0; PANEL];
    let weights = &panel.weights[block * BLOCK * PANEL..][..BLOCK * PANEL];
    for (four, weights) in values.chunks_exact(4).zip(weights.chunks_exact(4 * PANEL)) {
        for (product, weights) in products.iter_mut().zip(weights.chunks_exact(4)) {
            for (&value, &weight) in four.iter().zip(weights) {
                *product += i32::from(value) * i32::from(weight);
            }
        }
    }
    products
}
