//! The tile on AVX2: 4 rows times 16 outputs. The 8 registers of 16-bit sums
//! stay where they are for a block; the sums in floats wait in the nearest
//! cache, where a block touches them once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_cvtepi32_ps, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_storeu_ps,
};

use super::{Panel, QuantisedRows, STEPS};
use crate::q4::{BLOCK, PANEL};

/// Rows of a tile.
pub(super) const ROWS: usize = 4;

/// # Safety
/// The processor has AVX2 and FMA, and the panel and `first` are those that
/// [`super::Kernel::multiply_panel`] asserted.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn tile(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    first: usize,
    out: &mut [[f32; PANEL]],
) {
    let n_blocks = rows.n_blocks();
    let (values, row_scales, offsets) = rows.tile(first);
    let ones = _mm256_set1_epi16(1);
    // Unknown to the compiler: it would unroll the steps, order the sums anew
    // and run out of registers (measured: `examples/speed.rs`, 4 times slower).
    let n_steps = std::hint::black_box(STEPS);
    let mut sums = [[0.0_f32; PANEL]; ROWS];
    sums.fill(*panel.bias);
    // SAFETY: a panel has 16 scales a block and 64 bytes a step; the rows of
    // the tile exist (`QuantisedRows` pads them), each with a word a step and
    // a scale and an offset a block.
    unsafe {
        for block in 0..n_blocks {
            let mut products = [[_mm256_set1_epi32(0); 2]; ROWS];
            for (r, products) in products.iter_mut().enumerate() {
                let offset = *offsets.get_unchecked(r * n_blocks + block);
                *products = [_mm256_set1_epi32(offset); 2];
            }
            let weights = panel.nibbles.as_ptr().add(block * BLOCK * PANEL);
            let values = values.as_ptr().add(block * STEPS);
            for step in 0..n_steps {
                let at = weights.add(step * 4 * PANEL).cast::<__m256i>();
                let (left, right) = (_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1)));
                for (r, [a, b]) in products.iter_mut().enumerate() {
                    let four = _mm256_set1_epi32(*values.add(r * n_blocks * STEPS + step));
                    *a = _mm256_add_epi16(*a, _mm256_maddubs_epi16(left, four));
                    *b = _mm256_add_epi16(*b, _mm256_maddubs_epi16(right, four));
                }
            }
            let scales = panel.scales.as_ptr().add(block * PANEL);
            for (r, products) in products.iter().enumerate() {
                let row_scale = _mm256_set1_ps(*row_scales.get_unchecked(r * n_blocks + block));
                for (half, product) in products.iter().enumerate() {
                    let sum = sums[r].as_mut_ptr().add(8 * half);
                    let wide = _mm256_cvtepi32_ps(_mm256_madd_epi16(*product, ones));
                    let scale = _mm256_mul_ps(_mm256_loadu_ps(scales.add(8 * half)), row_scale);
                    _mm256_storeu_ps(sum, _mm256_fmadd_ps(wide, scale, _mm256_loadu_ps(sum)));
                }
            }
        }
    }
    for (out, sums) in out.iter_mut().zip(sums) {
        *out = sums;
    }
}
