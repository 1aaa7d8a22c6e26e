//! Small dense linear algebra: row-major matrices, products, orthogonal bases.

use rayon::prelude::*;

/// A row-major matrix.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub(crate) n_rows: usize,
    pub(crate) n_columns: usize,
    pub(crate) values: Vec<f32>,
}

impl Matrix {
    pub(crate) fn zeros(n_rows: usize, n_columns: usize) -> Self {
        Self {
            n_rows,
            n_columns,
            values: vec![0.0; n_rows * n_columns],
        }
    }

    pub(crate) fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.n_columns..(at + 1) * self.n_columns]
    }

    pub(crate) fn row_mut(&mut self, at: usize) -> &mut [f32] {
        &mut self.values[at * self.n_columns..(at + 1) * self.n_columns]
    }

    /// Rows scaled to length 1; rows of zeros stay.
    pub(crate) fn normalise_rows(&mut self) {
        let n_columns = self.n_columns.max(1);
        self.values.par_chunks_mut(n_columns).for_each(normalise);
    }

    /// `self · other`.
    pub(crate) fn times(&self, other: &Matrix) -> Matrix {
        let mut product = Matrix::zeros(self.n_rows, other.n_columns);
        multiply(
            (&self.values, self.n_rows, self.n_columns),
            (&other.values, other.n_columns, [other.n_columns, 1]),
            &mut product.values,
        );
        product
    }

    /// `selfᵀ · self`, in double precision.
    fn gram(&self) -> Vec<f64> {
        let n = self.n_columns;
        let mut sum = vec![0.0f64; n * n];
        // Blocks are added in their order, so that the sum is always the same.
        let blocks: Vec<Vec<f32>> = self
            .values
            .par_chunks(GRAM_ROWS * n.max(1))
            .map(|block| gram_of(block, n))
            .collect();
        for block in blocks {
            for (total, part) in sum.iter_mut().zip(block) {
                *total += f64::from(part);
            }
        }
        sum
    }

    /// An orthonormal basis of the columns, by Cholesky of the Gram matrix,
    /// twice for accuracy (CholeskyQR2, Yamamoto et al. 2015). Columns that
    /// depend on others become zero.
    pub(crate) fn orthonormal(self) -> Matrix {
        self.orthonormal_once().orthonormal_once()
    }

    fn orthonormal_once(self) -> Matrix {
        let n = self.n_columns;
        let inverse = inverse_cholesky(&self.gram(), n);
        self.times(&Matrix {
            n_rows: n,
            n_columns: n,
            values: inverse,
        })
    }

    /// Coordinates of the rows along the main axes of the cloud that they
    /// form, the longest axis first: at most `n_axes` of them.
    pub(crate) fn along_main_axes(&self, n_axes: usize) -> Matrix {
        let n = self.n_columns;
        let (values, vectors) = eigen(self.gram(), n);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
        order.truncate(n_axes);
        let mut axes = Matrix::zeros(n, order.len());
        for (to, from) in order.iter().enumerate() {
            for at in 0..n {
                axes.row_mut(at)[to] = vectors[at * n + from] as f32;
            }
        }
        self.times(&axes)
    }
}

/// Rows whose Gram matrix is summed in single precision.
const GRAM_ROWS: usize = 4096;

fn gram_of(block: &[f32], n: usize) -> Vec<f32> {
    let n_rows = block.len() / n.max(1);
    let mut sum = vec![0.0f32; n * n];
    // SAFETY: `block` holds n_rows × n values and `sum` n × n; the strides
    // stay inside them.
    unsafe {
        matrixmultiply::sgemm(
            n,
            n_rows,
            n,
            1.0,
            block.as_ptr(),
            1,
            n as isize,
            block.as_ptr(),
            n as isize,
            1,
            0.0,
            sum.as_mut_ptr(),
            n as isize,
            1,
        );
    }
    sum
}

/// Rows of the left matrix multiplied in one piece.
const BLOCK_ROWS: usize = 256;

/// `left · right` into `out`; `left` is (values, rows, columns) in rows,
/// `right` (values, columns, [stride of rows, stride of columns]).
pub(crate) fn multiply(
    left: (&[f32], usize, usize),
    right: (&[f32], usize, [usize; 2]),
    out: &mut [f32],
) {
    let (a, n_rows, n_inner) = left;
    let (b, n_columns, [row_stride, column_stride]) = right;
    assert_eq!(a.len(), n_rows * n_inner);
    assert_eq!(out.len(), n_rows * n_columns);
    if n_inner == 0 || n_columns == 0 || n_rows == 0 {
        return;
    }
    assert!((n_inner - 1) * row_stride + (n_columns - 1) * column_stride < b.len());
    let blocks = out.par_chunks_mut(BLOCK_ROWS * n_columns);
    blocks
        .zip(a.par_chunks(BLOCK_ROWS * n_inner))
        .for_each(|(out, a)| {
            let n_rows = a.len() / n_inner;
            // SAFETY: `a` holds n_rows × n_inner values, `out` n_rows ×
            // n_columns, and the largest index into `b` was checked above.
            unsafe {
                matrixmultiply::sgemm(
                    n_rows,
                    n_inner,
                    n_columns,
                    1.0,
                    a.as_ptr(),
                    n_inner as isize,
                    1,
                    b.as_ptr(),
                    row_stride as isize,
                    column_stride as isize,
                    0.0,
                    out.as_mut_ptr(),
                    n_columns as isize,
                    1,
                );
            }
        });
}

/// Scales to length 1; zeros stay.
pub(crate) fn normalise(row: &mut [f32]) {
    let length = row.iter().map(|v| v * v).sum::<f32>().sqrt();
    if length > 0.0 {
        row.iter_mut().for_each(|v| *v /= length);
    }
}

/// A column of which less than this share (squared) lies outside the columns
/// before it is one of them: single precision shows no more.
const DEPENDENT: f64 = 1e-6;

/// The inverse of R, upper triangular, where `gram = Rᵀ·R`; columns of
/// dependent directions are zero.
fn inverse_cholesky(gram: &[f64], n: usize) -> Vec<f32> {
    let mut r = vec![0.0f64; n * n];
    for i in 0..n {
        for j in i..n {
            let sum: f64 = (0..i).map(|k| r[k * n + i] * r[k * n + j]).sum();
            let rest = gram[i * n + j] - sum;
            if i == j {
                r[i * n + i] = if rest > DEPENDENT * gram[i * n + i] {
                    rest.sqrt()
                } else {
                    0.0
                };
            } else if r[i * n + i] > 0.0 {
                r[i * n + j] = rest / r[i * n + i];
            }
        }
    }
    let mut inverse = vec![0.0f64; n * n];
    for j in 0..n {
        if r[j * n + j] == 0.0 {
            continue;
        }
        inverse[j * n + j] = 1.0 / r[j * n + j];
        for i in (0..j).rev() {
            if r[i * n + i] == 0.0 {
                continue;
            }
            let sum: f64 = (i + 1..=j).map(|k| r[i * n + k] * inverse[k * n + j]).sum();
            inverse[i * n + j] = -sum / r[i * n + i];
        }
    }
    inverse.into_iter().map(|v| v as f32).collect()
}

/// Sweeps of Jacobi's rotations; it converges in fewer than ten.
const SWEEPS: usize = 20;

/// Eigenvalues and eigenvectors (in columns) of a symmetric matrix, by
/// Jacobi's rotations.
fn eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut vectors = vec![0.0; n * n];
    (0..n).for_each(|i| vectors[i * n + i] = 1.0);
    for _ in 0..SWEEPS {
        let off: f64 = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i * n + j] * a[i * n + j])
            .sum();
        let on: f64 = (0..n).map(|i| a[i * n + i] * a[i * n + i]).sum();
        if off <= 1e-20 * on {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, n, p, q);
            }
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), vectors)
}

fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) {
    let apq = a[p * n + q];
    if apq == 0.0 {
        return;
    }
    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for k in 0..n {
        let (x, y) = (a[p * n + k], a[q * n + k]);
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
        let (x, y) = (vectors[k * n + p], vectors[k * n + q]);
        vectors[k * n + p] = c * x - s * y;
        vectors[k * n + q] = s * x + c * y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(n_rows: usize, n_columns: usize) -> Matrix {
        let mut state = 7u64;
        let mut next = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            ((state >> 40) as f32) / (1u32 << 24) as f32 - 0.5
        };
        let values = (0..n_rows * n_columns).map(|_| next()).collect();
        Matrix {
            n_rows,
            n_columns,
            values,
        }
    }

    #[test]
    fn a_basis_is_orthonormal_also_of_dependent_columns() {
        let mut m = matrix(500, 8);
        for row in m.values.chunks_mut(8) {
            row[5] = row[1] + row[2];
        }
        let basis = m.orthonormal();
        let gram = basis.gram();
        for i in 0..8 {
            for j in 0..8 {
                let wanted = if i == j && i != 5 { 1.0 } else { 0.0 };
                assert!((gram[i * 8 + j] - wanted).abs() < 1e-4, "{i} {j}");
            }
        }
    }

    #[test]
    fn main_axes_keep_lengths_and_come_longest_first() {
        let m = matrix(300, 6);
        let turned = m.along_main_axes(6);
        let length = |m: &Matrix, row: usize| m.row(row).iter().map(|v| v * v).sum::<f32>();
        assert!((0..300).all(|row| (length(&m, row) - length(&turned, row)).abs() < 1e-3));
        let spread = |c: usize| (0..300).map(|r| turned.row(r)[c].powi(2)).sum::<f32>();
        assert!((1..6).all(|c| spread(c - 1) >= spread(c) - 1e-3));
    }
}
