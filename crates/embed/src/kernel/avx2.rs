//! The tile on AVX2: 6 rows times 16 outputs. The 12 registers of 16-bit sums
//! stay where they are for a block; the wide sums wait in the nearest cache,
//! where a block touches them once.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_cvtepi32_ps, _mm256_fmadd_ps,
    _mm256_loadu_ps, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_storeu_ps,
};

use super::{GROUP, Panel, QuantisedRows, STEPS};
use crate::q4::{BLOCK, PANEL};

/// Rows of a tile.
pub(super) const ROWS: usize = 6;

/// Steps written out in the loop over them.
const UNROLLED: usize = 2;

/// Sums of a tile: for each row, outputs 0 to 7 and 8 to 15.
type Sums = [[__m256i; 2]; ROWS];

/// # Safety
/// The processor has AVX2 and FMA, and the panel and `first` are those that
/// [`super::Kernel::multiply_panel`] checked.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn tile(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    first: usize,
    out: &mut [[f32; PANEL]],
) {
    let (n_blocks, n_groups) = (rows.n_blocks(), rows.n_groups());
    let (values, row_scales) = rows.tile(first);
    out.fill(*panel.bias);
    for group in 0..n_groups {
        // SAFETY: a panel has 16 starts a group, 16 scales (each twice) and 512
        // weights a block; the rows of the tile exist (`QuantisedRows` pads
        // them), each with 32 bytes a block and a scale a group.
        unsafe {
            let starts = pair(panel.starts.as_ptr().add(group).cast());
            let mut sums = [starts; ROWS];
            for block in group * GROUP..n_blocks.min((group + 1) * GROUP) {
                let weights = panel.weights.as_ptr().add(block * BLOCK * PANEL);
                let products = multiply_block(
                    weights.cast(),
                    values.as_ptr().add(block * BLOCK),
                    rows.width(),
                );
                let scales = pair(panel.scales.as_ptr().add(block).cast());
                for (sums, products) in sums.iter_mut().zip(products) {
                    for (sum, (product, scale)) in
                        sums.iter_mut().zip(products.into_iter().zip(scales))
                    {
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(product, scale));
                    }
                }
            }
            for (r, (out, sums)) in out.iter_mut().zip(sums).enumerate() {
                let row_scale = _mm256_set1_ps(*row_scales.get_unchecked(r * n_groups + group));
                for (half, sum) in sums.into_iter().enumerate() {
                    let unit = _mm256_loadu_ps(panel.units.as_ptr().add(8 * half));
                    let scale = _mm256_mul_ps(unit, row_scale);
                    let out = out.as_mut_ptr().add(8 * half);
                    let wide = _mm256_cvtepi32_ps(sum);
                    _mm256_storeu_ps(out, _mm256_fmadd_ps(wide, scale, _mm256_loadu_ps(out)));
                }
            }
        }
    }
}

/// `Σ (a + 128)·w` of a block in 16-bit lanes, two an output.
///
/// # Safety
/// `weights` has 16 registers, `values` 32 bytes in each of 6 rows, `width`
/// bytes from one row to the next.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn multiply_block(weights: *const __m256i, values: *const u8, width: usize) -> Sums {
    // Unknown to the compiler: it would unroll all steps, order the sums anew
    // and run out of registers (measured: `examples/speed.rs`, 4 times slower).
    let n_turns = std::hint::black_box(STEPS / UNROLLED);
    let mut products = [[_mm256_set1_epi32(0); 2]; ROWS];
    for turn in 0..n_turns {
        for step in turn * UNROLLED..(turn + 1) * UNROLLED {
            // SAFETY: as the caller promises.
            unsafe {
                let [left, right] = pair(weights.add(2 * step));
                for (r, [a, b]) in products.iter_mut().enumerate() {
                    let four = values.add(r * width + 4 * step).cast::<i32>();
                    let four = _mm256_set1_epi32(four.read_unaligned());
                    *a = _mm256_add_epi16(*a, _mm256_maddubs_epi16(four, left));
                    *b = _mm256_add_epi16(*b, _mm256_maddubs_epi16(four, right));
                }
            }
        }
    }
    products
}

/// Two registers, one behind the other.
///
/// # Safety
/// 64 bytes lie at `at`.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn pair(at: *const __m256i) -> [__m256i; 2] {
    // SAFETY: as the caller promises.
    unsafe { [_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1))] }
}
