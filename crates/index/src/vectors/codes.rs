//! Vectors in two bytes a coordinate: a high byte that a search compares, and a
//! low byte that makes the comparison of the best exact enough to rank by.
//!
//! With the largest magnitude `m` of a vector, a coordinate is
//! `x ≈ m/127 · (high + low/256)`, `high` from −127 to 127, `low` from −128 to
//! 127: an error of at most `m/127/512`, below 10⁻⁴ of the length.

/// Steps of the low byte in one of the high byte.
const LOW_STEPS: i32 = 256;

/// Vectors of one size, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Codes {
    /// High bytes plus 128.
    pub(super) high: Vec<u8>,
    low: Vec<i8>,
    /// What a step of the high byte stands for, a vector.
    pub(super) scales: Vec<f32>,
}

impl Codes {
    pub(super) fn len(&self) -> usize {
        self.scales.len()
    }

    pub(super) fn push(&mut self, vector: &[f32]) {
        let largest = vector.iter().fold(0.0_f32, |high, x| high.max(x.abs()));
        let steps = (127 * LOW_STEPS) as f32;
        let inverse = if largest > 0.0 { steps / largest } else { 0.0 };
        self.high.reserve(vector.len());
        self.low.reserve(vector.len());
        for x in vector {
            let step = (x * inverse).round() as i32;
            let high = (step + LOW_STEPS / 2).div_euclid(LOW_STEPS);
            self.high.push((high + 128) as u8);
            self.low.push((step - high * LOW_STEPS) as i8);
        }
        self.scales.push(largest / 127.0);
    }

    /// Product of `query` with vector `at`.
    pub(super) fn product(&self, at: usize, query: &[f32]) -> f32 {
        let dim = query.len();
        let high = &self.high[at * dim..][..dim];
        let low = &self.low[at * dim..][..dim];
        self.scales[at] * fine_product(high, low, query) / LOW_STEPS as f32
    }

    /// Vector `at`.
    #[cfg(test)]
    fn vector(&self, at: usize, dim: usize) -> Vec<f32> {
        let unit = |i: usize| -> Vec<f32> { (0..dim).map(|j| f32::from(i == j)).collect() };
        (0..dim).map(|i| self.product(at, &unit(i))).collect()
    }
}

/// `Σ (256·high + low)·query`.
fn fine_product(high: &[u8], low: &[i8], query: &[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide(high: &[u8], low: &[i8], query: &[f32]) -> f32 {
            plain(high, low, query)
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has the instructions, as just checked; the
            // body is safe code.
            return unsafe { wide(high, low, query) };
        }
    }
    plain(high, low, query)
}

#[inline(always)]
fn plain(high: &[u8], low: &[i8], query: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let value = |high: u8, low: i8| (i32::from(high) - 128) * LOW_STEPS + i32::from(low);
    let whole = query.len() / LANES * LANES;
    let chunks = high[..whole]
        .chunks_exact(LANES)
        .zip(low[..whole].chunks_exact(LANES))
        .zip(query[..whole].chunks_exact(LANES));
    for ((high, low), query) in chunks {
        for i in 0..LANES {
            sums[i] += value(high[i], low[i]) as f32 * query[i];
        }
    }
    let rest = (whole..query.len()).map(|i| value(high[i], low[i]) as f32 * query[i]);
    sums.iter().sum::<f32>() + rest.sum::<f32>()
}

/// A vector as it lies in a file: a scale, then two bytes a coordinate, all
/// little-endian.
pub(super) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    let largest = vector.iter().fold(0.0_f32, |high, x| high.max(x.abs()));
    let steps = f32::from(i16::MAX);
    let inverse = if largest > 0.0 { steps / largest } else { 0.0 };
    let mut bytes = Vec::with_capacity(4 + 2 * vector.len());
    bytes.extend((largest / steps).to_le_bytes());
    for x in vector {
        bytes.extend(((x * inverse).round() as i16).to_le_bytes());
    }
    bytes
}

/// Reads what [`to_bytes`] wrote; `None` for another length or a scale that is
/// not finite.
pub(super) fn from_bytes(bytes: &[u8], dim: usize) -> Option<Vec<f32>> {
    let (scale, steps) = bytes.split_first_chunk::<4>()?;
    let scale = f32::from_le_bytes(*scale);
    if steps.len() != 2 * dim || !scale.is_finite() {
        return None;
    }
    let values = steps.chunks_exact(2);
    Some(
        values
            .map(|two| f32::from(i16::from_le_bytes([two[0], two[1]])) * scale)
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn codes_are_close_to_the_vector(
            vector in proptest::collection::vec(-1.0_f32..1.0, 1..70)
        ) {
            let largest = vector.iter().fold(0.0_f32, |high, x| high.max(x.abs()));
            let mut codes = Codes::default();
            codes.push(&[vec![0.0; vector.len()], vector.clone()].concat()[..vector.len()]);
            codes.push(&vector);
            for (got, wanted) in codes.vector(1, vector.len()).iter().zip(&vector) {
                prop_assert!((got - wanted).abs() <= largest / 127.0 / 500.0);
            }
            let stored = from_bytes(&to_bytes(&vector), vector.len()).unwrap();
            for (got, wanted) in stored.iter().zip(&vector) {
                prop_assert!((got - wanted).abs() <= largest / 32_767.0);
            }
            prop_assert!(from_bytes(&to_bytes(&vector), vector.len() + 1).is_none());
        }
    }
}
