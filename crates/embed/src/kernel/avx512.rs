//! The tile on AVX-512 with VNNI: 8 rows times 16 outputs.

use std::arch::x86_64::{
    __m512i, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps,
    _mm512_loadu_si512, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_storeu_ps,
};

use super::{Panel, QuantisedRows, STEPS};
use crate::q4::{BLOCK, PANEL};

/// Rows of a tile.
pub(super) const ROWS: usize = 8;

/// # Safety
/// The processor has AVX-512F and VNNI, and the panel and `first` are those
/// that [`super::Kernel::multiply_panel`] asserted.
#[target_feature(enable = "avx512f,avx512vnni")]
pub(super) unsafe fn tile(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    first: usize,
    out: &mut [[f32; PANEL]],
) {
    let n_blocks = rows.n_blocks();
    let (values, row_scales, offsets) = rows.tile(first);
    // SAFETY: a panel has 16 biases, 16 scales a block and 64 bytes a step;
    // the rows of the tile exist (`QuantisedRows` pads them), each with a word
    // a step and a scale and an offset a block.
    unsafe {
        let mut sums = [_mm512_loadu_ps(panel.bias.as_ptr()); ROWS];
        for block in 0..n_blocks {
            let mut products = [_mm512_set1_epi32(0); ROWS];
            for (r, product) in products.iter_mut().enumerate() {
                let halves = *offsets.get_unchecked(r * n_blocks + block);
                *product = _mm512_set1_epi32(i32::from(halves as i16) + (halves >> 16));
            }
            let weights = panel.nibbles.as_ptr().add(block * BLOCK * PANEL);
            let values = values.as_ptr().add(block * STEPS);
            for step in 0..STEPS {
                let weights = _mm512_loadu_si512(weights.add(step * 4 * PANEL).cast::<__m512i>());
                for (r, product) in products.iter_mut().enumerate() {
                    let four = _mm512_set1_epi32(*values.add(r * n_blocks * STEPS + step));
                    *product = _mm512_dpbusd_epi32(*product, weights, four);
                }
            }
            let scales = _mm512_loadu_ps(panel.scales.as_ptr().add(block * PANEL));
            for (r, (sum, product)) in sums.iter_mut().zip(products).enumerate() {
                let row_scale = _mm512_set1_ps(*row_scales.get_unchecked(r * n_blocks + block));
                let scale = _mm512_mul_ps(scales, row_scale);
                *sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), scale, *sum);
            }
        }
        for (out, sum) in out.iter_mut().zip(sums) {
            _mm512_storeu_ps(out.as_mut_ptr(), sum);
        }
    }
}
