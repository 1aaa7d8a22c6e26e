//! The tile on AVX-512 with VNNI: 8 rows times 16 outputs.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps, _mm512_mullo_epi32, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_srai_epi32, _mm512_storeu_ps,
};

use super::{GROUP, Panel, QuantisedRows, STEPS};
use crate::q4::{BLOCK, PANEL};

/// Rows of a tile.
pub(super) const ROWS: usize = 8;

/// Steps written out in the loop over them.
const UNROLLED: usize = 2;

/// # Safety
/// The processor has AVX-512F and VNNI, and the panel and `first` are those
/// that [`super::Kernel::multiply_panel`] checked.
#[target_feature(enable = "avx512f,avx512vnni")]
pub(super) unsafe fn tile(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    first: usize,
    out: &mut [[f32; PANEL]],
) {
    let (n_blocks, n_groups) = (rows.n_blocks(), rows.n_groups());
    let (values, row_scales) = rows.tile(first);
    // SAFETY: a panel has 16 biases and units, 16 starts a group, 16 scales
    // (each twice) and 512 weights a block; the rows of the tile exist
    // (`QuantisedRows` pads them), each with 32 bytes a block and a scale a
    // group.
    unsafe {
        let units = _mm512_loadu_ps(panel.units.as_ptr());
        let mut totals = [_mm512_loadu_ps(panel.bias.as_ptr()); ROWS];
        for group in 0..n_groups {
            let starts = _mm512_loadu_si512(panel.starts.as_ptr().add(group).cast::<__m512i>());
            let mut sums = [starts; ROWS];
            for block in group * GROUP..n_blocks.min((group + 1) * GROUP) {
                let weights = panel.weights.as_ptr().add(block * BLOCK * PANEL).cast();
                let values = values.as_ptr().add(block * BLOCK);
                let products = multiply_block(weights, values, rows.width());
                let twice = _mm512_loadu_si512(panel.scales.as_ptr().add(block).cast::<__m512i>());
                let scales = _mm512_srai_epi32::<16>(twice);
                for (sum, product) in sums.iter_mut().zip(products) {
                    *sum = _mm512_add_epi32(*sum, _mm512_mullo_epi32(product, scales));
                }
            }
            for (r, (total, sum)) in totals.iter_mut().zip(sums).enumerate() {
                let row_scale = _mm512_set1_ps(*row_scales.get_unchecked(r * n_groups + group));
                let scale = _mm512_mul_ps(units, row_scale);
                *total = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), scale, *total);
            }
        }
        for (out, total) in out.iter_mut().zip(totals) {
            _mm512_storeu_ps(out.as_mut_ptr(), total);
        }
    }
}

/// `Σ (a + 128)·w` of a block, for each row and output.
///
/// # Safety
/// `weights` has 8 registers, `values` 32 bytes in each of 8 rows, `width`
/// bytes from one row to the next.
#[target_feature(enable = "avx512f,avx512vnni")]
#[inline]
unsafe fn multiply_block(
    weights: *const __m512i,
    values: *const u8,
    width: usize,
) -> [__m512i; ROWS] {
    // Unknown to the compiler, as in the tile of AVX2: it would load the values
    // of all steps first and run out of registers.
    let n_turns = std::hint::black_box(STEPS / UNROLLED);
    let mut products = [_mm512_set1_epi32(0); ROWS];
    for turn in 0..n_turns {
        for step in turn * UNROLLED..(turn + 1) * UNROLLED {
            // SAFETY: as the caller promises.
            unsafe {
                let weights = _mm512_loadu_si512(weights.add(step));
                for (r, product) in products.iter_mut().enumerate() {
                    let four = values.add(r * width + 4 * step).cast::<i32>();
                    let four = _mm512_set1_epi32(four.read_unaligned());
                    *product = _mm512_dpbusd_epi32(*product, four, weights);
                }
            }
        }
    }
    products
}
