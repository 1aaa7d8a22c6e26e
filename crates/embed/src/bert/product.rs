//! Matrix products in `f32`, by the kernels that candle uses, with the bounds
//! checked here.

use gemm_common::Parallelism;

/// A matrix inside a slice.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) values: &'a [f32],
    /// Distance from a row to the next.
    pub(super) row_stride: usize,
    /// Distance from a column to the next.
    pub(super) column_stride: usize,
}

/// A matrix to write, columns side by side.
pub(super) struct Target<'a> {
    pub(super) values: &'a mut [f32],
    pub(super) row_stride: usize,
    pub(super) n_rows: usize,
    pub(super) n_columns: usize,
}

/// `out = input·weight`, all dense: `[n, width]·[width, n_out]`.
pub(super) fn multiply(input: &[f32], width: usize, weight: &[f32], n_out: usize, out: &mut [f32]) {
    let left = View {
        values: input,
        row_stride: width,
        column_stride: 1,
    };
    let right = View {
        values: weight,
        row_stride: n_out,
        column_stride: 1,
    };
    let target = Target {
        values: out,
        row_stride: n_out,
        n_rows: input.len() / width,
        n_columns: n_out,
    };
    multiply_views(left, right, width, target);
}

/// `out = left·right` with `depth` products to a sum. One thread: texts are
/// spread over threads, not products.
pub(super) fn multiply_views(left: View<'_>, right: View<'_>, depth: usize, out: Target<'_>) {
    if out.n_rows == 0 || out.n_columns == 0 || depth == 0 {
        return;
    }
    left.check(out.n_rows, depth);
    right.check(depth, out.n_columns);
    let last = (out.n_rows - 1) * out.row_stride + out.n_columns - 1;
    assert!(last < out.values.len(), "the product fits its target");
    let product = gemm_f32::gemm::f32::get_gemm_fn();
    // The micro-kernels write columns; `outᵀ = rightᵀ·leftᵀ` makes rows of
    // them. SAFETY: every index that the shapes and strides reach lies within
    // its slice, as checked above, and `out` is borrowed for writing alone.
    unsafe {
        product(
            out.n_columns,
            out.n_rows,
            depth,
            out.values.as_mut_ptr(),
            out.row_stride as isize,
            1,
            false,
            right.values.as_ptr(),
            right.row_stride as isize,
            right.column_stride as isize,
            left.values.as_ptr(),
            left.row_stride as isize,
            left.column_stride as isize,
            0.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

impl View<'_> {
    fn check(&self, n_rows: usize, n_columns: usize) {
        let last = (n_rows - 1) * self.row_stride + (n_columns - 1) * self.column_stride;
        assert!(last < self.values.len(), "the matrix lies within its slice");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_definition() {
        for (n, width, n_out) in [(1, 1, 1), (3, 5, 2), (7, 32, 33), (64, 40, 17)] {
            let left: Vec<f32> = (0..n * width).map(|i| (i % 7) as f32 - 3.0).collect();
            let right: Vec<f32> = (0..width * n_out).map(|i| (i % 5) as f32 - 2.0).collect();
            let mut out = vec![f32::NAN; n * n_out];
            multiply(&left, width, &right, n_out, &mut out);
            for r in 0..n {
                for c in 0..n_out {
                    let wanted: f32 = (0..width)
                        .map(|k| left[r * width + k] * right[k * n_out + c])
                        .sum();
                    assert_eq!(
                        out[r * n_out + c],
                        wanted,
                        "row {r}, column {c} of {n}×{n_out}"
                    );
                }
            }
        }
    }
}
