//! Minimising a smooth function of a few bounded parameters without
//! derivatives.

/// The lowest point found and its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minimum<const N: usize> {
    pub(crate) at: [f64; N],
    pub(crate) value: f64,
}

/// Reflection, expansion, contraction and shrink factors of the original paper.
const REFLECT: f64 = 1.0;
const EXPAND: f64 = 2.0;
const CONTRACT: f64 = 0.5;
const SHRINK: f64 = 0.5;
/// Most parameters that a simplex is kept for.
const MAX_PARAMETERS: usize = 3;

/// Minimises `f` from `start` inside `[low, high]` with the simplex method.
///
/// A point outside the bounds is moved onto them. Stops when the values at the
/// corners differ by less than a 10⁻⁸ part, or after `max_evaluations`. The
/// same input gives the same output: there is no chance in it.
///
/// **Source:** J. A. Nelder, R. Mead, "A simplex method for function
/// minimization", The Computer Journal 7 (1965) 308-313.
pub(crate) fn minimise<const N: usize>(
    f: impl Fn(&[f64; N]) -> f64,
    start: &[f64; N],
    bounds: &[(f64, f64); N],
    max_evaluations: usize,
) -> Minimum<N> {
    const { assert!(N >= 1 && N <= MAX_PARAMETERS) };
    let evaluate = |mut at: [f64; N]| {
        for (x, (low, high)) in at.iter_mut().zip(bounds) {
            *x = x.clamp(*low, *high);
        }
        let value = f(&at);
        let value = if value.is_finite() { value } else { f64::MAX };
        Minimum { at, value }
    };
    let mut corners = [evaluate(*start); MAX_PARAMETERS + 1];
    let simplex = &mut corners[..=N];
    for i in 0..N {
        simplex[i + 1] = evaluate(first_step(start, bounds, i));
    }
    let mut n_evaluations = N + 1;
    while n_evaluations < max_evaluations {
        simplex.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (best, worst) = (simplex[0].value, simplex[N].value);
        if worst - best <= 1e-8 * (best.abs() + 1e-12) {
            break;
        }
        let centre = centre_of(&simplex[..N]);
        let corner = simplex[N].at;
        let towards = |factor| along(&centre, &corner, factor);
        let reflected = evaluate(towards(REFLECT));
        n_evaluations += 1;
        if reflected.value < best {
            let expanded = evaluate(towards(EXPAND));
            n_evaluations += 1;
            simplex[N] = lower(expanded, reflected);
        } else if reflected.value < simplex[N - 1].value {
            simplex[N] = reflected;
        } else {
            let outside = reflected.value < worst;
            let contracted = evaluate(towards(if outside { CONTRACT } else { -CONTRACT }));
            n_evaluations += 1;
            if contracted.value < worst.min(reflected.value) {
                simplex[N] = contracted;
            } else {
                let anchor = simplex[0].at;
                for corner in &mut simplex[1..] {
                    *corner = evaluate(along(&anchor, &corner.at, -SHRINK));
                }
                n_evaluations += N;
            }
        }
    }
    simplex.sort_by(|a, b| a.value.total_cmp(&b.value));
    simplex[0]
}

/// `centre + factor·(centre - corner)`.
fn along<const N: usize>(centre: &[f64; N], corner: &[f64; N], factor: f64) -> [f64; N] {
    std::array::from_fn(|i| centre[i] + factor * (centre[i] - corner[i]))
}

/// The lower one; the second on a tie.
fn lower<const N: usize>(a: Minimum<N>, b: Minimum<N>) -> Minimum<N> {
    if a.value < b.value { a } else { b }
}

/// The corner next to `start` along parameter `i`: a twentieth away (the usual
/// choice), inward when it would leave the bounds.
fn first_step<const N: usize>(start: &[f64; N], bounds: &[(f64, f64); N], i: usize) -> [f64; N] {
    let mut at = *start;
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

fn centre_of<const N: usize>(corners: &[Minimum<N>]) -> [f64; N] {
    let n = corners.len() as f64;
    std::array::from_fn(|i| corners.iter().map(|corner| corner.at[i]).sum::<f64>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_a_curved_valley() {
        // Rosenbrock's function: minimum 0 at (1, 1).
        let f = |x: &[f64; 2]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let found = minimise(f, &[-1.2, 1.0], &[(-5.0, 5.0), (-5.0, 5.0)], 2000);
        assert!(found.value < 1e-6, "{found:?}");
    }

    #[test]
    fn stays_inside_the_bounds() {
        let found = minimise(|x: &[f64; 1]| -x[0], &[0.2], &[(0.0, 0.9)], 200);
        assert!((found.at[0] - 0.9).abs() < 1e-6);
    }
}
