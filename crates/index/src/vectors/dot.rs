//! Products of a query with many rows of codes: the inner loop of a search.
//!
//! Codes are unsigned bytes, 128 more than the value they stand for, because
//! the instructions multiply unsigned by signed bytes; the surplus is the same
//! for every row of a query and is taken off at the end.

/// Largest magnitude of a value: two products with codes of at most 255 then
/// fit 16 bits, 2 · 255 · 63 = 32,130.
const MAX_VALUE: f32 = 63.0;

/// A query in signed bytes.
#[derive(Debug, Clone)]
pub(super) struct QueryCodes {
    values: Vec<i8>,
    /// `128·Σ values`: what the bias of the codes adds to every product.
    surplus: i32,
    /// What a step of a value stands for.
    pub(super) scale: f32,
}

impl QueryCodes {
    /// Rounds each coordinate to one of 127 steps of the largest.
    pub(super) fn new(query: &[f32]) -> Self {
        let largest = query.iter().fold(0.0_f32, |high, x| high.max(x.abs()));
        let inverse = if largest > 0.0 {
            MAX_VALUE / largest
        } else {
            0.0
        };
        let values: Vec<i8> = query.iter().map(|x| (x * inverse).round() as i8).collect();
        Self {
            surplus: 128 * values.iter().map(|&x| i32::from(x)).sum::<i32>(),
            scale: largest / MAX_VALUE,
            values,
        }
    }

    /// Appends to `out` the product with each row of `codes` that is picked.
    ///
    /// * `codes`: rows as long as the query.
    /// * `picked`: numbers of rows.
    pub(super) fn products(&self, codes: &[u8], picked: &[u32], out: &mut Vec<i32>) {
        let dim = self.values.len();
        let n_rows = codes.len() / dim.max(1);
        assert!(
            picked.iter().all(|&row| (row as usize) < n_rows),
            "picked rows exist"
        );
        let start = out.len();
        #[cfg(target_arch = "x86_64")]
        {
            if dim.is_multiple_of(64)
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vnni")
            {
                // SAFETY: the processor has the instructions, as just checked;
                // picked rows lie within `codes`, as asserted above.
                unsafe { x86::products_vnni(&self.values, codes, picked, out) };
            } else if dim.is_multiple_of(32) && is_x86_feature_detected!("avx2") {
                // SAFETY: as above, for AVX2.
                unsafe { x86::products_avx2(&self.values, codes, picked, out) };
            }
        }
        if out.len() == start {
            products_plain(&self.values, codes, picked, out);
        }
        for product in &mut out[start..] {
            *product -= self.surplus;
        }
    }
}

fn products_plain(query: &[i8], codes: &[u8], picked: &[u32], out: &mut Vec<i32>) {
    let dim = query.len();
    out.extend(picked.iter().map(|&row| {
        let row = &codes[row as usize * dim..][..dim];
        let pairs = row.iter().zip(query);
        pairs
            .map(|(&code, &q)| i32::from(code) * i32::from(q))
            .sum::<i32>()
    }));
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, __m512i, _MM_HINT_T0, _mm_prefetch, _mm256_add_epi32, _mm256_loadu_si256,
        _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi16, _mm256_setzero_si256,
        _mm256_storeu_si256, _mm512_add_epi32, _mm512_dpbusd_epi32, _mm512_loadu_si512,
        _mm512_reduce_add_epi32, _mm512_setzero_si512,
    };

    /// Rows ahead of the one computed that are fetched from memory: picked rows
    /// lie apart, so the processor does not guess them.
    const AHEAD: usize = 6;

    /// # Safety
    /// AVX-512F and VNNI; `query.len()` is a multiple of 64; picked rows lie
    /// within `codes`.
    #[target_feature(enable = "avx512f,avx512vnni")]
    pub(super) unsafe fn products_vnni(
        query: &[i8],
        codes: &[u8],
        picked: &[u32],
        out: &mut Vec<i32>,
    ) {
        let dim = query.len();
        out.reserve(picked.len());
        for (at, &row) in picked.iter().enumerate() {
            // SAFETY: all loads lie within the query or a picked row; a
            // prefetch may name any address.
            let sum = unsafe {
                if let Some(&next) = picked.get(at + AHEAD) {
                    fetch(codes.as_ptr().add(next as usize * dim), dim);
                }
                let row = codes.as_ptr().add(row as usize * dim);
                let mut sums: [__m512i; 2] = [_mm512_setzero_si512(); 2];
                for (step, first) in (0..dim).step_by(64).enumerate() {
                    let code = _mm512_loadu_si512(row.add(first).cast());
                    let value = _mm512_loadu_si512(query.as_ptr().add(first).cast());
                    sums[step % 2] = _mm512_dpbusd_epi32(sums[step % 2], code, value);
                }
                _mm512_reduce_add_epi32(_mm512_add_epi32(sums[0], sums[1]))
            };
            out.push(sum);
        }
    }

    /// # Safety
    /// AVX2; `query.len()` is a multiple of 32 and its values are at most
    /// `MAX_VALUE` in magnitude; picked rows lie within `codes`.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn products_avx2(
        query: &[i8],
        codes: &[u8],
        picked: &[u32],
        out: &mut Vec<i32>,
    ) {
        let dim = query.len();
        let ones = _mm256_set1_epi16(1);
        out.reserve(picked.len());
        for (at, &row) in picked.iter().enumerate() {
            let mut lanes = [0_i32; 8];
            // SAFETY: all loads lie within the query or a picked row; a
            // prefetch may name any address.
            unsafe {
                if let Some(&next) = picked.get(at + AHEAD) {
                    fetch(codes.as_ptr().add(next as usize * dim), dim);
                }
                let row = codes.as_ptr().add(row as usize * dim);
                let mut sum: __m256i = _mm256_setzero_si256();
                for first in (0..dim).step_by(32) {
                    let code = _mm256_loadu_si256(row.add(first).cast());
                    let value = _mm256_loadu_si256(query.as_ptr().add(first).cast());
                    let pairs = _mm256_maddubs_epi16(code, value);
                    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
                }
                _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sum);
            }
            out.push(lanes.iter().sum());
        }
    }

    /// Asks for a row of codes from memory.
    ///
    /// # Safety
    /// None: a prefetch may name any address.
    unsafe fn fetch(row: *const u8, dim: usize) {
        for line in (0..dim).step_by(64) {
            // SAFETY: as above; the instruction is part of every x86-64.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(row.wrapping_add(line).cast()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_instructions_give_the_products_of_the_definition(
            query in proptest::collection::vec(-63_i8..=63, 128),
            codes in proptest::collection::vec(any::<u8>(), 128 * 9),
            picked in proptest::collection::vec(0_u32..9, 0..20),
        ) {
            let mut wanted = Vec::new();
            products_plain(&query, &codes, &picked, &mut wanted);
            #[cfg(target_arch = "x86_64")]
            {
                if is_x86_feature_detected!("avx2") {
                    let mut got = Vec::new();
                    // SAFETY: AVX2 is there; rows 0 to 8 exist.
                    unsafe { x86::products_avx2(&query, &codes, &picked, &mut got) };
                    prop_assert_eq!(&got, &wanted);
                }
                if is_x86_feature_detected!("avx512vnni") {
                    let mut got = Vec::new();
                    // SAFETY: VNNI is there; rows 0 to 8 exist.
                    unsafe { x86::products_vnni(&query, &codes, &picked, &mut got) };
                    prop_assert_eq!(&got, &wanted);
                }
            }
        }
    }

    #[test]
    fn products_are_those_of_the_values() {
        let query = QueryCodes::new(&[1.0, -0.5, 0.0]);
        let codes = [128 + 10, 128 - 4, 255, 128, 128, 128];
        let mut out = Vec::new();
        query.products(&codes, &[0, 1], &mut out);
        // 63·10 + (−32)·(−4) + 0·127, and nothing.
        assert_eq!(out, [630 + 128, 0]);
    }
}
