//! The kernel on AVX2: 2 rows times 16 outputs at a time, which with their
//! sums, products and weights just fit the 16 registers.

use std::arch::x86_64::{
    __m256, __m256i, _mm256_add_epi16, _mm256_cvtepi32_ps, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_storeu_ps,
};

use super::{Panel, QuantisedRows};
use crate::q4::{BLOCK, PANEL};

/// Steps of 4 inputs in a block.
const STEPS: usize = BLOCK / 4;

/// # Safety
/// The processor has AVX2 and FMA, and the lengths are those asserted by
/// [`super::Kernel::multiply_panel`].
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn multiply(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    out: &mut [f32],
    stride: usize,
) {
    let mut row = 0;
    // SAFETY: `tile` has the features of this function, and each call stays
    // within `n_rows`.
    unsafe {
        while row + 2 <= rows.n_rows() {
            tile::<2>(panel, rows, row, out, stride);
            row += 2;
        }
        if row < rows.n_rows() {
            tile::<1>(panel, rows, row, out, stride);
        }
    }
}

/// `R` rows from `first` on.
///
/// # Safety
/// As [`multiply`]; `first + R` rows exist.
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const R: usize>(
    panel: &Panel<'_>,
    rows: &QuantisedRows,
    first: usize,
    out: &mut [f32],
    stride: usize,
) {
    let values: [&[i32]; R] = std::array::from_fn(|r| rows.packed(first + r));
    let row_scales: [&[f32]; R] = std::array::from_fn(|r| rows.scales(first + r));
    let offsets: [&[i32]; R] = std::array::from_fn(|r| rows.offsets(first + r));
    let ones = _mm256_set1_epi16(1);
    // SAFETY: a panel has 16 biases, 16 scales a block and 64 bytes a step,
    // and `out` has `stride` numbers a row with 16 from `first_output` on.
    unsafe {
        let bias = panel.bias.as_ptr();
        let mut sums: [[__m256; 2]; R] = [[_mm256_loadu_ps(bias), _mm256_loadu_ps(bias.add(8))]; R];
        for block in 0..rows.n_blocks() {
            let products = block_products::<R>(panel, &values, &offsets, block);
            let scales = panel.scales.as_ptr().add(block * PANEL);
            let scales = [_mm256_loadu_ps(scales), _mm256_loadu_ps(scales.add(8))];
            for r in 0..R {
                let row_scale = _mm256_set1_ps(*row_scales[r].get_unchecked(block));
                for half in 0..2 {
                    let wide = _mm256_cvtepi32_ps(_mm256_madd_epi16(products[r][half], ones));
                    let scale = _mm256_mul_ps(scales[half], row_scale);
                    sums[r][half] = _mm256_fmadd_ps(wide, scale, sums[r][half]);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let at = out
                .as_mut_ptr()
                .add((first + r) * stride + panel.first_output);
            _mm256_storeu_ps(at, sums[0]);
            _mm256_storeu_ps(at.add(8), sums[1]);
        }
    }
}

/// Sums of products in 16 bits, two neighbours an output.
///
/// # Safety
/// As [`tile`]; `block` exists.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn block_products<const R: usize>(
    panel: &Panel<'_>,
    values: &[&[i32]; R],
    offsets: &[&[i32]; R],
    block: usize,
) -> [[__m256i; 2]; R] {
    // SAFETY: block and step are within the panel and the rows.
    unsafe {
        let mut products: [[__m256i; 2]; R] =
            std::array::from_fn(|r| [_mm256_set1_epi32(*offsets[r].get_unchecked(block)); 2]);
        let weights = panel.nibbles.as_ptr().add(block * BLOCK * PANEL);
        for step in 0..STEPS {
            let at = weights.add(step * 4 * PANEL).cast::<__m256i>();
            let weights = [_mm256_loadu_si256(at), _mm256_loadu_si256(at.add(1))];
            for r in 0..R {
                let four = _mm256_set1_epi32(*values[r].get_unchecked(block * STEPS + step));
                for half in 0..2 {
                    products[r][half] = _mm256_add_epi16(
                        products[r][half],
                        _mm256_maddubs_epi16(weights[half], four),
                    );
                }
            }
        }
        products
    }
}
