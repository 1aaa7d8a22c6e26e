//! Minimising a smooth function of a few bounded parameters without
//! derivatives.

/// The lowest point found and its value.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
}

/// Reflection, expansion, contraction and shrink factors of the original paper.
const REFLECT: f64 = 1.0;
const EXPAND: f64 = 2.0;
const CONTRACT: f64 = 0.5;
const SHRINK: f64 = 0.5;

/// Minimises `f` from `start` inside `[low, high]` with the simplex method.
///
/// A point outside the bounds is moved onto them. Stops when the values at the
/// corners differ by less than a 10⁻⁸ part, or after `max_evaluations`. The
/// same input gives the same output: there is no chance in it.
///
/// **Source:** J. A. Nelder, R. Mead, "A simplex method for function
/// minimization", The Computer Journal 7 (1965) 308-313.
pub(crate) fn minimise(
    f: impl Fn(&[f64]) -> f64,
    start: &[f64],
    bounds: &[(f64, f64)],
    max_evaluations: usize,
) -> Minimum {
    let n = start.len();
    let evaluate = |mut at: Vec<f64>| {
        for (x, (low, high)) in at.iter_mut().zip(bounds) {
            *x = x.clamp(*low, *high);
        }
        let value = f(&at);
        let value = if value.is_finite() { value } else { f64::MAX };
        Minimum { at, value }
    };
    let mut simplex = vec![evaluate(start.to_vec())];
    for i in 0..n {
        simplex.push(evaluate(first_step(start, bounds, i)));
    }
    let mut n_evaluations = n + 1;
    while n_evaluations < max_evaluations {
        simplex.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (best, worst) = (simplex[0].value, simplex[n].value);
        if worst - best <= 1e-8 * (best.abs() + 1e-12) {
            break;
        }
        let centre = centre_of(&simplex[..n]);
        let towards = |factor: f64| -> Vec<f64> {
            let corner = &simplex[n].at;
            centre
                .iter()
                .zip(corner)
                .map(|(c, w)| c + factor * (c - w))
                .collect()
        };
        let reflected = evaluate(towards(REFLECT));
        n_evaluations += 1;
        if reflected.value < simplex[0].value {
            let expanded = evaluate(towards(EXPAND));
            n_evaluations += 1;
            simplex[n] = if expanded.value < reflected.value {
                expanded
            } else {
                reflected
            };
        } else if reflected.value < simplex[n - 1].value {
            simplex[n] = reflected;
        } else {
            let outside = reflected.value < worst;
            let contracted = evaluate(towards(if outside { CONTRACT } else { -CONTRACT }));
            n_evaluations += 1;
            if contracted.value < worst.min(reflected.value) {
                simplex[n] = contracted;
            } else {
                let anchor = simplex[0].at.clone();
                for corner in &mut simplex[1..] {
                    let at = corner
                        .at
                        .iter()
                        .zip(&anchor)
                        .map(|(x, a)| a + SHRINK * (x - a));
                    *corner = evaluate(at.collect());
                }
                n_evaluations += n;
            }
        }
    }
    simplex.sort_by(|a, b| a.value.total_cmp(&b.value));
    simplex.swap_remove(0)
}

/// The corner next to `start` along parameter `i`: a twentieth away (the usual
/// choice), inward when it would leave the bounds.
fn first_step(start: &[f64], bounds: &[(f64, f64)], i: usize) -> Vec<f64> {
    let mut at = start.to_vec();
    let (low, high) = bounds[i];
    let unit = if high - low < 10.0 {
        (high - low) * 0.2
    } else {
        at[i].abs() * 0.1 + 1e-3
    };
    at[i] = if at[i] + unit <= high {
        at[i] + unit
    } else {
        at[i] - unit
    };
    at
}

fn centre_of(corners: &[Minimum]) -> Vec<f64> {
    let n = corners.len() as f64;
    (0..corners[0].at.len())
        .map(|i| corners.iter().map(|corner| corner.at[i]).sum::<f64>() / n)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_curved_valley() {
        // Rosenbrock's function: minimum 0 at (1, 1).
        let f = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let found = minimise(f, &[-1.2, 1.0], &[(-5.0, 5.0), (-5.0, 5.0)], 2000);
        assert!(found.value < 1e-6, "{found:?}");
    }

    #[test]
    fn stays_inside_the_bounds() {
        let found = minimise(|x| -x[0], &[0.2], &[(0.0, 0.9)], 200);
        assert!((found.at[0] - 0.9).abs() < 1e-6);
    }
}
