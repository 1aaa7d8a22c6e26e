//! The kernel on AVX-512 with VNNI: 8 rows times 16 outputs at a time.

use std::arch::x86_64::{
    __m512, __m512i, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps,
    _mm512_loadu_si512, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_storeu_ps,
};

use super::{Panel, QuantisedRows};
use crate::q4::{BLOCK, PANEL};

/// Steps of 4 inputs in a block.
const STEPS: usize = BLOCK / 4;

/// # Safety
/// The processor has AVX-512F and VNNI, and the lengths are those asserted by
/// [`super::Kernel::multiply_panel`].
#[target_feature(enable = "avx512f,avx512vnni")]
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
        while row + 8 <= rows.n_rows() {
            tile::<8>(panel, rows, row, out, stride);
            row += 8;
        }
        if row + 4 <= rows.n_rows() {
            tile::<4>(panel, rows, row, out, stride);
            row += 4;
        }
        while row < rows.n_rows() {
            tile::<1>(panel, rows, row, out, stride);
            row += 1;
        }
    }
}

/// `R` rows from `first` on.
///
/// # Safety
/// As [`multiply`]; `first + R` rows exist.
#[target_feature(enable = "avx512f,avx512vnni")]
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
    // SAFETY: a panel has 16 biases, 16 scales a block and 64 bytes a step,
    // and `out` has `stride` numbers a row with 16 from `first_output` on.
    unsafe {
        let mut sums: [__m512; R] = [_mm512_loadu_ps(panel.bias.as_ptr()); R];
        for block in 0..rows.n_blocks() {
            let products = block_products::<R>(panel, &values, &offsets, block);
            let scales = _mm512_loadu_ps(panel.scales.as_ptr().add(block * PANEL));
            for r in 0..R {
                let row_scale = _mm512_set1_ps(*row_scales[r].get_unchecked(block));
                let scale = _mm512_mul_ps(scales, row_scale);
                sums[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[r]), scale, sums[r]);
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            let at = (first + r) * stride + panel.first_output;
            _mm512_storeu_ps(out.as_mut_ptr().add(at), *sum);
        }
    }
}

/// Sums of products in 32 bits, one an output.
///
/// # Safety
/// As [`tile`]; `block` exists.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
unsafe fn block_products<const R: usize>(
    panel: &Panel<'_>,
    values: &[&[i32]; R],
    offsets: &[&[i32]; R],
    block: usize,
) -> [__m512i; R] {
    // SAFETY: block and step are within the panel and the rows.
    unsafe {
        let mut products: [__m512i; R] = std::array::from_fn(|r| {
            let halves = *offsets[r].get_unchecked(block);
            _mm512_set1_epi32(i32::from(halves as i16) + (halves >> 16))
        });
        let weights = panel.nibbles.as_ptr().add(block * BLOCK * PANEL);
        for step in 0..STEPS {
            let weights = _mm512_loadu_si512(weights.add(step * 4 * PANEL).cast::<__m512i>());
            for r in 0..R {
                let four = _mm512_set1_epi32(*values[r].get_unchecked(block * STEPS + step));
                products[r] = _mm512_dpbusd_epi32(products[r], weights, four);
            }
        }
        products
    }
}
