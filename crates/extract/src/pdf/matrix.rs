//! Affine maps of the plane as PDF writes them: `[x y 1] · M`.

/// `[a b 0; c d 0; e f 1]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f32; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// A shift.
    pub(super) fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First `self`, then `next`.
    pub(super) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [na, nb, nc, nd, ne, nf]) = (self.0, next.0);
        Self([
            a * na + b * nc,
            a * nb + b * nd,
            c * na + d * nc,
            c * nb + d * nd,
            e * na + f * nc + ne,
            e * nb + f * nd + nf,
        ])
    }

    /// Where a point goes.
    pub(super) fn apply(self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (x * a + y * c + e, x * b + y * d + f)
    }

    /// Whether all numbers are finite.
    pub(super) fn is_finite(self) -> bool {
        self.0.iter().all(|number| number.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;

    #[test]
    fn the_first_map_is_applied_first() {
        let double = Matrix([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        assert_eq!(
            Matrix::shift(1.0, 0.0).then(double).apply(1.0, 1.0),
            (4.0, 2.0)
        );
        assert_eq!(
            double.then(Matrix::shift(1.0, 0.0)).apply(1.0, 1.0),
            (3.0, 2.0)
        );
    }
}
