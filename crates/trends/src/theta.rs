//! The dynamic optimised theta method.

use crate::{forecaster::Forecaster, optimise::minimise};

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
/// 32 (2016) 1151-1161, section 2.3.
#[derive(Debug, Clone, Copy)]
pub struct DynamicTheta;

/// The classical choice of θ where a series is too short to optimise it.
const CLASSICAL_THETA: f64 = 2.0;
/// θ above this differs from the full line by less than a percent.
const MAX_THETA: f64 = 100.0;

impl Forecaster for DynamicTheta {
    fn name(&self) -> &'static str {
        "theta"
    }

    fn min_length(&self) -> usize {
        4
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        let scale = history.iter().map(|y| y.abs()).sum::<f64>() / history.len() as f64;
        if scale == 0.0 {
            return vec![0.0; horizon];
        }
        let scaled: Vec<f64> = history.iter().map(|y| y / scale).collect();
        let found = minimise(
            |p| squared_errors(&scaled, p[0], p[1], p[2]),
            &[scaled[0] / 2.0, 0.5, CLASSICAL_THETA],
            &[(-10.0, 10.0), (0.1, 0.99), (1.0, MAX_THETA)],
            300,
        );
        let mut state = State::new(found.at[0], found.at[1], found.at[2]);
        for y in &scaled {
            state.step(*y);
        }
        (0..horizon)
            .map(|_| {
                let mean = state.mean();
                state.step(mean);
                mean * scale
            })
            .collect()
    }
}

fn squared_errors(history: &[f64], level: f64, alpha: f64, theta: f64) -> f64 {
    let mut state = State::new(level, alpha, theta);
    let mut sum = 0.0;
    for (i, y) in history.iter().enumerate() {
        if i >= 2 {
            sum += (y - state.mean()).powi(2);
        }
        state.step(*y);
    }
    sum
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
    fn new(level: f64, alpha: f64, theta: f64) -> Self {
        Self {
            alpha,
            line_share: 1.0 - 1.0 / theta,
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
        let reach = (1.0 - self.decay * (1.0 - self.alpha)) / self.alpha;
        self.level + self.line_share * (self.decay * self.intercept + reach * self.slope)
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
        let mut state = State::new(0.0, 0.5, 2.0);
        for y in values {
            state.step(y);
        }
        // By hand: mean 5.4, slope Σ(t-3)(y-5.4)/10 = 1.1, intercept 5.4 - 3.3.
        assert!((state.slope - 1.1).abs() < 1e-12, "{}", state.slope);
        assert!((state.intercept - 2.1).abs() < 1e-12);
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
