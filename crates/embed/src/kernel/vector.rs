//! Element-wise arithmetic of the encoder, written as plain loops that the
//! compiler turns into vector instructions.
//!
//! A body may call `fused(a, b, c)` for `a·b + c`: one operation, rounded
//! once, where the processor has it, and two elsewhere. So results with and
//! without the instructions differ by rounding; with them they are the same
//! on every processor.

/// Defines a function that runs with AVX-512 or AVX2, and FMA, where the
/// processor has them.
macro_rules! dispatch {
    ($(#[$meta:meta])* $visible:vis fn $name:ident<$fused:ident>($($argument:ident: $kind:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        $visible fn $name($($argument: $kind),*) {
            #[inline(always)]
            fn plain<const FMA: bool>($($argument: $kind),*) {
                #[allow(unused_variables, reason = "some bodies only add")]
                let $fused = $crate::kernel::vector::multiply_add::<FMA>;
                $body
            }
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,fma")]
                fn widest($($argument: $kind),*) {
                    plain::<true>($($argument),*);
                }
                #[target_feature(enable = "avx2,fma")]
                fn wide($($argument: $kind),*) {
                    plain::<true>($($argument),*);
                }
                if is_x86_feature_detected!("fma") && is_x86_feature_detected!("avx512f") {
                    // SAFETY: the processor has AVX-512F and FMA, as just
                    // checked; the body is safe code.
                    return unsafe { widest($($argument),*) };
                }
                if is_x86_feature_detected!("fma") && is_x86_feature_detected!("avx2") {
                    // SAFETY: as above, with AVX2.
                    return unsafe { wide($($argument),*) };
                }
            }
            plain::<false>($($argument),*);
        }
    };
}
pub(crate) use dispatch;

/// `a·b + c`, rounded once where the processor can (`FMA`).
#[inline(always)]
pub(crate) fn multiply_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

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

/// `eˣ` for `x` up to 88; relative error below 3·10⁻⁷, 0 below −87.
///
/// **Source:** S. L. Moshier, Cephes library, `expf`.
#[inline(always)]
fn exp(x: f32, fused: impl Fn(f32, f32, f32) -> f32) -> f32 {
    // ln 2 in two parts, so that the product with a small integer is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // 1.5·2²³: adding it rounds to an integer that lies in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = fused(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = fused(n, -LN_2_LOW, fused(n, -LN_2_HIGH, x));
    let mut p = fused(1.987_569_1e-4, r, 1.398_2e-3);
    p = fused(p, r, 8.333_452e-3);
    p = fused(p, r, 4.166_579_6e-2);
    p = fused(p, r, 1.666_666_5e-1);
    p = fused(p, r, 0.5);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3F80_0000));
    fused(p * r, r, r + 1.0) * power
}

/// From here on `x·Φ(x)` is `x`, and below the negative of it 0, to within
/// 2·10⁻⁷.
const GELU_END: f32 = 5.4;

/// `Φ(x) = ½ + x·P(x²)/Q(x²)` for `|x|` up to [`GELU_END`], lowest power
/// first. Fitted for this program: rational least squares in 60 digits,
/// weights moved until `x·Φ(x)` errs evenly, by 1.6·10⁻⁸ at most.
const PHI_ABOVE: [f32; 6] = [
    0.398_942_05,
    3.449_233_8e-2,
    4.722_418e-3,
    1.762_689_8e-4,
    6.490_416e-6,
    2.277_675_4e-8,
];
/// `Q` of [`PHI_ABOVE`].
const PHI_BELOW: [f32; 6] = [
    1.0,
    0.253_123_75,
    2.902_805_4e-2,
    1.925_507_7e-3,
    7.651_119e-5,
    1.208_658_9e-6,
];

dispatch! {
    /// `x ← x · Φ(x)`, the exact form (with `erf`) that BERT was trained with.
    pub(crate) fn gelu<fused>(values: &mut [f32]) {
        for value in values {
            let x = *value;
            let near = x.clamp(-GELU_END, GELU_END);
            let square = near * near;
            let polynomial = |[a, b, c, d, e, f]: [f32; 6]| {
                let high = fused(fused(fused(f, square, e), square, d), square, c);
                fused(fused(high, square, b), square, a)
            };
            let phi = fused(near, polynomial(PHI_ABOVE) / polynomial(PHI_BELOW), 0.5);
            let phi = if x >= GELU_END { 1.0 } else { phi };
            *value = if x <= -GELU_END { 0.0 } else { x * phi };
        }
    }
}

dispatch! {
    /// Each row of `width` numbers to `exp(scale·(value − highest))`, and into
    /// `totals` the sum of each row: softmax is the one divided by the other.
    pub(crate) fn exponentiate<fused>(
        rows: &mut [f32],
        width: usize,
        scale: f32,
        totals: &mut [f32],
    ) {
        for (row, total) in rows.chunks_exact_mut(width).zip(totals) {
            let highest = -scale * reduce(row, f32::NEG_INFINITY, f32::max);
            let mut lanes = [0.0_f32; LANES];
            let mut chunks = row.chunks_exact_mut(LANES);
            for chunk in &mut chunks {
                for (lane, value) in lanes.iter_mut().zip(chunk) {
                    *value = exp(fused(*value, scale, highest), fused);
                    *lane += *value;
                }
            }
            for (lane, value) in lanes.iter_mut().zip(chunks.into_remainder()) {
                *value = exp(fused(*value, scale, highest), fused);
                *lane += *value;
            }
            *total = lanes.iter().sum();
        }
    }
}

dispatch! {
    /// `rows ← LayerNorm(rows + added)`: each row to mean 0 and variance 1,
    /// times `weight` plus `bias`.
    pub(crate) fn add_and_normalise<fused>(
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
                    *square = fused(*value, *value, *square);
                }
            }
            let variance = (squares.iter().sum::<f32>() + rest) / count;
            let inverse = 1.0 / (variance + epsilon).sqrt();
            for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
                *value = fused(*value * inverse, *weight, *bias);
            }
        }
    }
}

dispatch! {
    /// Adds `bias` to each row.
    pub(crate) fn add_bias<fused>(rows: &mut [f32], bias: &[f32]) {
        for row in rows.chunks_exact_mut(bias.len()) {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
    }
}

#[cfg(test)]
mod tests;
