//! Every kernel of this processor computes what plain Rust computes.

use proptest::prelude::*;

use super::*;
use crate::q4::{BLOCK, Q4Matrix};

/// Any numbers as stored blocks: a scale and 16 bytes.
fn blocks(seed: u64, n_blocks: usize, extreme: bool) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let mut bytes = Vec::new();
    for _ in 0..n_blocks {
        let scale = half::f16::from_f32((next() % 1000) as f32 / 4000.0 - 0.1);
        bytes.extend(scale.to_le_bytes());
        bytes.extend((0..16).map(|_| {
            if extreme {
                [0x00, 0xFF][next() as usize % 2]
            } else {
                next() as u8
            }
        }));
    }
    bytes
}

fn product(
    kernel: Kernel,
    matrix: &Q4Matrix,
    rows: &[f32],
    width: usize,
    bias: &[f32],
) -> Vec<f32> {
    let mut quantised = QuantisedRows::default();
    quantised.fill(rows, width);
    let mut out = vec![f32::NAN; rows.len() / width * bias.len()];
    matrix.multiply(kernel, &quantised, bias, &mut out);
    out
}

proptest! {
    #[test]
    fn kernels_agree(
        seed in any::<u64>(),
        n_rows in 1_usize..21,
        n_panels in 1_usize..4,
        n_blocks in 1_usize..10,
        extreme in any::<bool>(),
        size in prop_oneof![Just(1e-6_f32), Just(1.0), Just(1e4)],
    ) {
        let (n_out, width) = (n_panels * PANEL, n_blocks * BLOCK);
        let stored = blocks(seed, n_out * n_blocks, extreme);
        let matrix = Q4Matrix::pack(&stored, n_out, width).unwrap();
        let rows: Vec<f32> = (0..n_rows * width)
            .map(|i| {
                let wave = ((i as f32 + (seed % 97) as f32) * 0.37).sin();
                // At the extremes the 16-bit sums of AVX2 and the 32-bit sums
                // of a group are as full as they get.
                if extreme { wave.signum() * size } else { wave * size }
            })
            .collect();
        let bias: Vec<f32> = (0..n_out).map(|i| i as f32 / 10.0).collect();
        let wanted = product(Kernel(Isa::Scalar), &matrix, &rows, width, &bias);
        for kernel in Kernel::available() {
            let found = product(kernel, &matrix, &rows, width, &bias);
            prop_assert_eq!(&found, &wanted, "{}", kernel.name());
        }
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours(seed in any::<u64>(), n_rows in 2_usize..20) {
        let width = 4 * BLOCK;
        let matrix = Q4Matrix::pack(&blocks(seed, PANEL * 4, false), PANEL, width).unwrap();
        let rows: Vec<f32> = (0..n_rows * width).map(|i| (i as f32 * 0.11).cos()).collect();
        let bias = [0.5; PANEL];
        for kernel in Kernel::available() {
            let all = product(kernel, &matrix, &rows, width, &bias);
            for (row, together) in rows.chunks_exact(width).zip(all.chunks_exact(PANEL)) {
                let alone = product(kernel, &matrix, row, width, &bias);
                prop_assert_eq!(&alone[..], together);
            }
        }
    }
}

#[test]
fn the_product_is_near_that_of_floats() {
    let (n_out, width, n_rows) = (2 * PANEL, 4 * BLOCK, 5);
    let stored = blocks(7, n_out * 4, false);
    let matrix = Q4Matrix::pack(&stored, n_out, width).unwrap();
    let mut weights = Vec::new();
    crate::q4::dequantise(&stored, &mut weights);
    let rows: Vec<f32> = (0..n_rows * width)
        .map(|i| (i as f32 * 0.7).sin() * 3.0)
        .collect();
    let found = product(Kernel::detect(), &matrix, &rows, width, &vec![0.0; n_out]);
    for (r, row) in rows.chunks_exact(width).enumerate() {
        for (o, weights) in weights.chunks_exact(width).enumerate() {
            let terms = || row.iter().zip(weights).map(|(a, b)| a * b);
            let exact: f32 = terms().sum();
            let size: f32 = terms().map(f32::abs).sum();
            let error = (found[r * n_out + o] - exact).abs();
            // Half a step of 1/127 on each activation, and errors mostly cancel.
            assert!(
                error <= size / 254.0 + 1e-4,
                "row {r}, output {o}: off by {error} of {size}"
            );
        }
    }
}

#[test]
fn this_processor_has_the_plain_kernel_at_least() {
    assert_eq!(Kernel::available()[0].name(), "scalar");
    for kernel in Kernel::available() {
        println!("kernel checked: {}", kernel.name());
    }
}
