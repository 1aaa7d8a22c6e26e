//! Element-wise arithmetic of the encoder, written as plain loops that the
//! compiler turns into vector instructions.
//!
//! Products and sums are not contracted to fused operations, so the results
//! are the same bits with and without the instructions.

/// Defines a function that runs with AVX2 where the processor has it.
macro_rules! dispatch {
    ($(#[$meta:meta])* $visible:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        $visible fn $name($($argument: $kind),*) {
            #[inline(always)]
            fn plain($($argument: $kind),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($argument: $kind),*) {
                    plain($($argument),*);
                }
                if is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has AVX2, as just checked; the
                    // body is safe code.
                    return unsafe { avx2($($argument),*) };
                }
            }
            plain($($argument),*);
        }
    };
}
pub(crate) use dispatch;

/// Independent partial results of a reduction: enough to fill two registers.
const LANES: usize = 16;

/// Folds `values` with an associative operation, in a fixed order.
#[inline(always)]
fn reduce(values: &[f32], start: f32, combine: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = combine(*lane, value);
        }
    }
    let all = lanes.iter().chain(rest);
    all.fold(start, |total, &value| combine(total, value))
}

/// `eˣ` for `x ≤ 0` and small positive `x`; relative error below 3·10⁻⁷.
///
/// **Source:** S. L. Moshier, Cephes library, `expf`.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    // ln 2 in two parts, so that the product with a small integer is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // 1.5·2²³: adding it rounds to an integer that lies in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_2e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3F80_0000));
    (p * r * r + r + 1.0) * power
}

/// The error function; absolute error below 5·10⁻⁷.
///
/// **Source:** Abramowitz and Stegun, *Handbook of Mathematical Functions*,
/// 7.1.26.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let mut p = 1.061_405_4;
    p = p * t - 1.453_152;
    p = p * t + 1.421_413_8;
    p = p * t - 0.284_496_72;
    p = p * t + 0.254_829_6;
    let y = 1.0 - p * t * exp(-x * x);
    y.copysign(x)
}

dispatch! {
    /// `x ← x · Φ(x)`, the exact form (with `erf`) that BERT was trained with.
    pub(crate) fn gelu(values: &mut [f32]) {
        for value in values {
            let x = *value;
            *value = 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2));
        }
    }
}

dispatch! {
    /// Each row of `width` numbers times `scale`, then softmax.
    pub(crate) fn softmax(rows: &mut [f32], width: usize, scale: f32) {
        for row in rows.chunks_exact_mut(width) {
            let highest = reduce(row, f32::NEG_INFINITY, f32::max);
            for value in row.iter_mut() {
                *value = exp((*value - highest) * scale);
            }
            let inverse = 1.0 / reduce(row, 0.0, |a, b| a + b);
            for value in row.iter_mut() {
                *value *= inverse;
            }
        }
    }
}

dispatch! {
    /// `rows ← LayerNorm(rows + added)`: each row to mean 0 and variance 1,
    /// times `weight` plus `bias`.
    pub(crate) fn add_and_normalise(
        rows: &mut [f32],
        added: &[f32],
        weight: &[f32],
        bias: &[f32],
        epsilon: f32,
    ) {
        let width = weight.len();
        let count = width as f32;
        for (row, added) in rows.chunks_exact_mut(width).zip(added.chunks_exact(width)) {
            for (value, added) in row.iter_mut().zip(added) {
                *value += added;
            }
            let mean = reduce(row, 0.0, |a, b| a + b) / count;
            for value in row.iter_mut() {
                *value -= mean;
            }
            let mut squares = [0.0_f32; LANES];
            let chunks = row.chunks_exact(LANES);
            let rest: f32 = chunks.remainder().iter().map(|x| x * x).sum();
            for chunk in chunks {
                for (square, value) in squares.iter_mut().zip(chunk) {
                    *square += value * value;
                }
            }
            let variance = (squares.iter().sum::<f32>() + rest) / count;
            let inverse = 1.0 / (variance + epsilon).sqrt();
            for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
                *value = *value * inverse * weight + bias;
            }
        }
    }
}

dispatch! {
    /// Adds `bias` to each row.
    pub(crate) fn add_bias(rows: &mut [f32], bias: &[f32]) {
        for row in rows.chunks_exact_mut(bias.len()) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    }
}

#[cfg(test)]
mod tests;
