//! Against the same formulas in 64 bits.

use super::*;

/// The error function by its power series; accurate to 1e-12 for `|x| < 5`.
fn exact_erf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

#[test]
fn gelu_is_exact_to_single_precision() {
    for step in -400..=400 {
        let x = step as f32 / 80.0;
        let mut found = [x];
        gelu(&mut found);
        let exact = 0.5 * f64::from(x) * (1.0 + exact_erf(f64::from(x) / 2.0_f64.sqrt()));
        assert!(
            (f64::from(found[0]) - exact).abs() < 2e-6,
            "{x}: {} {exact}",
            found[0]
        );
    }
    let mut far = [-100.0, -20.0, 20.0, 100.0];
    gelu(&mut far);
    assert_eq!(far, [0.0, 0.0, 20.0, 100.0]);
}

#[test]
fn softmax_is_exact_to_single_precision() {
    for n in [1, 2, 15, 16, 17, 33] {
        let row: Vec<f32> = (0..n).map(|i| ((i * 37 % 19) as f32 - 9.0) * 4.0).collect();
        let (mut found, mut total) = (row.clone(), [f32::NAN]);
        exponentiate(&mut found, n, 0.25, &mut total);
        let powers: Vec<f64> = row.iter().map(|&x| (f64::from(x) * 0.25).exp()).collect();
        let exact_total: f64 = powers.iter().sum();
        for (found, power) in found.iter().zip(powers) {
            let exact = power / exact_total;
            assert!((f64::from(*found / total[0]) - exact).abs() < 2e-6 * exact.max(1e-3));
        }
    }
}

#[test]
fn layer_norm_gives_mean_zero_and_variance_one() {
    let width = 40;
    let mut rows: Vec<f32> = (0..3 * width)
        .map(|i| (i as f32).sin() * 5.0 + 100.0)
        .collect();
    let added: Vec<f32> = (0..3 * width).map(|i| (i as f32).cos()).collect();
    let (weight, bias) = (vec![2.0; width], vec![1.0; width]);
    add_and_normalise(&mut rows, &added, &weight, &bias, 1e-12);
    for row in rows.chunks_exact(width) {
        let mean = row.iter().sum::<f32>() / width as f32;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / width as f32;
        assert!((mean - 1.0).abs() < 1e-4, "{mean}");
        assert!((variance - 4.0).abs() < 1e-3, "{variance}");
    }
}
