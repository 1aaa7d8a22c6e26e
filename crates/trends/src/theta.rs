//! The dynamic optimised theta method.

use crate::forecaster::Forecaster;

/// Dynamic optimised theta model: an exponentially smoothed level plus a part
/// `1 - 1/θ` of a straight line that is re-estimated at every step.
///
/// `μ_t = ℓ_{t-1} + (1 - 1/θ)·((1-α)^{t-1}·A_{t-1} + (1-(1-α)^t)/α·B_{t-1})`,
/// with `A`, `B` intercept and slope of the line through the values so far, and
/// `ℓ` the level smoothed with `α`. `ℓ_0`, `α` and `θ` minimise the squared
/// one-step errors from the third value on. θ = 2 is the classical method.
///
/// **Source:** J. A. Fiorucci, T. R. Pellegrini, F. Louzada, F. Petropoulos,
/// A. B. Koehler, "Models for optimising the theta method and their
/// relationship to state space models", International Journal of Forecasting
/// 32 (2016) 1151-1161, section 2.3. **Differs:** only α is searched; the first
/// level and θ are solved for.
#[derive(Debug, Clone, Copy)]
pub struct DynamicTheta;

/// `1 - 1/θ` of the classical θ = 2, where the series does not tell it.
const CLASSICAL_LINE_SHARE: f64 = 0.5;
/// `1 - 1/θ` of θ = 100: beyond, it differs from the full line by less than a
/// percent.
const MAX_LINE_SHARE: f64 = 0.99;

impl Forecaster for DynamicTheta {
    fn name(&self) -> &'static str {
        "theta"
    }

    fn min_length(&self) -> usize {
        4
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        let fit = best_fit(history);
        let mut state = State::new(fit.level, fit.alpha, fit.line_share);
        for y in history {
            state.step(*y);
        }
        (0..horizon)
            .map(|_| {
                let mean = state.mean();
                state.step(mean);
                mean
            })
            .collect()
    }
}

/// α keeps off the edges, as in the source of [`DynamicTheta`].
const ALPHA: (f64, f64) = (0.1, 0.99);
/// Places of α looked at before the search narrows: the squared errors have at
/// most a few valleys over α.
const N_GRID: usize = 12;
/// Narrowing steps, each keeping 0.618 of the stretch: α is then known to a
/// thousandth.
const N_NARROWING: usize = 11;

#[derive(Debug, Clone, Copy)]
struct Fit {
    squares: f64,
    level: f64,
    alpha: f64,
    line_share: f64,
}

/// The smallest squared errors: a grid over α, then golden sections about its
/// best place.
fn best_fit(history: &[f64]) -> Fit {
    let step = (ALPHA.1 - ALPHA.0) / N_GRID as f64;
    let mut best = fit_at(history, ALPHA.0);
    for i in 1..=N_GRID {
        best = better(best, fit_at(history, ALPHA.0 + i as f64 * step));
    }
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let mut low = (best.alpha - step).max(ALPHA.0);
    let mut high = (best.alpha + step).min(ALPHA.1);
    for _ in 0..N_NARROWING {
        let left = fit_at(history, high - golden * (high - low));
        let right = fit_at(history, low + golden * (high - low));
        if left.squares <= right.squares {
            high = right.alpha;
        } else {
            low = left.alpha;
        }
        best = better(better(best, left), right);
    }
    best
}

fn better(a: Fit, b: Fit) -> Fit {
    if b.squares < a.squares { b } else { a }
}

/// The best first level and θ for one α.
///
/// The errors are linear in both: `e_t = y_t - z_{t-1} - ℓ₀·(1-α)^{t-1} - ω·g_t`
/// with `z` the level smoothed from 0, `ω = 1 - 1/θ`, and `g` the part of the
/// line. Least squares gives them without a search.
fn fit_at(history: &[f64], alpha: f64) -> Fit {
    let mut state = State::new(0.0, alpha, 1.0);
    let (mut yy, mut yd, mut yg, mut dd, mut dg, mut gg) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, y) in history.iter().enumerate() {
        if i >= 2 {
            let (r, d, g) = (y - state.level, state.decay, state.line());
            yy += r * r;
            yd += r * d;
            yg += r * g;
            dd += d * d;
            dg += d * g;
            gg += g * g;
        }
        state.step(*y);
    }
    let determinant = dd * gg - dg * dg;
    let free = if determinant > 1e-12 * dd * gg {
        (yg * dd - yd * dg) / determinant
    } else {
        CLASSICAL_LINE_SHARE
    };
    let line_share = free.clamp(0.0, MAX_LINE_SHARE);
    let level = if dd > 0.0 {
        (yd - line_share * dg) / dd
    } else {
        0.0
    };
    let squares = yy
        + level * (level * dd - 2.0 * yd)
        + line_share * (line_share * gg - 2.0 * yg)
        + 2.0 * level * line_share * dg;
    Fit {
        squares,
        level,
        alpha,
        line_share,
    }
}

/// Everything known after `t` values.
struct State {
    alpha: f64,
    /// `1 - 1/θ`.
    line_share: f64,
    t: f64,
    level: f64,
    mean: f64,
    intercept: f64,
    slope: f64,
    /// `(1-α)^t`.
    decay: f64,
}

impl State {
    fn new(level: f64, alpha: f64, line_share: f64) -> Self {
        Self {
            alpha,
            line_share,
            t: 0.0,
            level,
            mean: 0.0,
            intercept: 0.0,
            slope: 0.0,
            decay: 1.0,
        }
    }

    /// Expected next value.
    fn mean(&self) -> f64 {
        self.level + self.line_share * self.line()
    }

    /// What the whole line adds to the level.
    fn line(&self) -> f64 {
        let reach = (1.0 - self.decay * (1.0 - self.alpha)) / self.alpha;
        self.decay * self.intercept + reach * self.slope
    }

    fn step(&mut self, y: f64) {
        let t = self.t + 1.0;
        self.level = self.alpha * y + (1.0 - self.alpha) * self.level;
        if t > 1.0 {
            self.slope = ((t - 2.0) * self.slope + 6.0 * (y - self.mean) / t) / (t + 1.0);
        }
        self.mean = ((t - 1.0) * self.mean + y) / t;
        self.intercept = self.mean - self.slope * (t + 1.0) / 2.0;
        self.decay *= 1.0 - self.alpha;
        self.t = t;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_least_squares_line() {
        let values = [3.0, 5.0, 4.0, 8.0, 7.0];
        let mut state = State::new(0.0, 0.5, 0.5);
        for y in values {
            state.step(y);
        }
        // By hand: mean 5.4, slope Σ(t-3)(y-5.4)/10 = 1.1, intercept 5.4 - 3.3.
        assert!((state.slope - 1.1).abs() < 1e-12, "{}", state.slope);
        assert!((state.intercept - 2.1).abs() < 1e-12);
    }

    #[test]
    fn no_other_level_or_theta_has_smaller_errors() {
        let history = [3.0, 4.5, 4.0, 6.0, 7.5, 7.0, 9.0, 8.5];
        let best = fit_at(&history, 0.4);
        for level in [-2.0, 0.0, 1.0, 2.0, 3.0, 5.0] {
            for line_share in [0.0, 0.3, 0.5, 0.8, 0.99] {
                let mut state = State::new(level, 0.4, line_share);
                let mut squares = 0.0;
                for (i, y) in history.iter().enumerate() {
                    squares += if i >= 2 {
                        (y - state.mean()).powi(2)
                    } else {
                        0.0
                    };
                    state.step(*y);
                }
                assert!(squares >= best.squares - 1e-9, "{level} {line_share}");
            }
        }
    }

    #[test]
    fn follows_a_straight_line() {
        let history: Vec<f64> = (1..=15).map(|t| 10.0 + 2.0 * f64::from(t)).collect();
        let ahead = DynamicTheta.forecast(&history, 3);
        for (h, mean) in ahead.iter().enumerate() {
            let truth = 40.0 + 2.0 * (h as f64 + 1.0);
            assert!((mean - truth).abs() < 1.5, "{ahead:?}");
        }
    }
}
