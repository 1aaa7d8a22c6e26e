//! Exponential smoothing without season, the trend chosen by information
//! criterion.

use crate::{forecaster::Forecaster, optimise::minimise};

/// How the trend enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trend {
    None,
    Additive,
    Damped,
}

/// Exponential smoothing (ETS) without season: additive error; no, additive, or
/// damped additive trend; the form with the smallest AICc.
///
/// Smoothing parameters minimise the squared one-step errors. The first level
/// and slope enter these errors linearly and are solved for exactly at each
/// step of the search, so that only α, β and φ are searched.
///
/// **Source:** R. J. Hyndman, A. B. Koehler, R. D. Snyder, S. Grose, "A state
/// space framework for automatic forecasting using exponential smoothing
/// methods", International Journal of Forecasting 18 (2002) 439-454.
/// **Differs:** no multiplicative forms (on short yearly series they made the
/// mean forecast worse), first state by least squares.
#[derive(Debug, Clone, Copy)]
pub struct AutoEts;

/// Damped-trend smoothing with additive error, whatever the criterion says.
///
/// **Source:** E. S. Gardner, E. McKenzie, "Forecasting trends in time series",
/// Management Science 31 (1985) 1237-1246.
#[derive(Debug, Clone, Copy)]
pub struct DampedTrend;

impl Forecaster for AutoEts {
    fn name(&self) -> &'static str {
        "ets"
    }

    fn min_length(&self) -> usize {
        4
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        best_form(history, Fitted::new(history, Trend::Damped)).ahead(horizon)
    }
}

/// What [`DampedTrend`] and [`AutoEts`] say, with the damped form fitted once.
pub(crate) fn damped_and_auto(history: &[f64], horizon: usize) -> [Vec<f64>; 2] {
    let damped = Fitted::new(history, Trend::Damped);
    let ahead = damped.ahead(horizon);
    [ahead, best_form(history, damped).ahead(horizon)]
}

/// The form with the smallest criterion; ties go to the one with fewer
/// parameters.
fn best_form(history: &[f64], damped: Fitted) -> Fitted {
    let mut best = Fitted::new(history, Trend::None);
    for fitted in [Fitted::new(history, Trend::Additive), damped] {
        if fitted.aicc < best.aicc {
            best = fitted;
        }
    }
    best
}

impl Forecaster for DampedTrend {
    fn name(&self) -> &'static str {
        "damped"
    }

    fn min_length(&self) -> usize {
        4
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        Fitted::new(history, Trend::Damped).ahead(horizon)
    }
}

/// φ of the damped trend lies between these, as in the source of [`AutoEts`].
const PHI: (f64, f64) = (0.8, 0.98);
/// α and the share β/α keep off the edges, as in the source of [`AutoEts`].
const SMOOTHING: (f64, f64) = (1e-4, 0.9999);
/// Evaluations a parameter: beyond this the error on the M1 competition no
/// longer changes in the fourth digit.
const EVALUATIONS_PER_PARAMETER: usize = 25;

struct Fitted {
    end: State,
    phi: f64,
    aicc: f64,
}

impl Fitted {
    fn new(history: &[f64], trend: Trend) -> Self {
        let found = match trend {
            Trend::None => search(history, trend, [0.5], [SMOOTHING]),
            Trend::Additive => search(history, trend, [0.5, 0.1], [SMOOTHING; 2]),
            Trend::Damped => search(
                history,
                trend,
                [0.5, 0.1, 0.95],
                [SMOOTHING, SMOOTHING, PHI],
            ),
        };
        let (squares, end) = run(history, trend, &found);
        let n_first_states = if trend == Trend::None { 1 } else { 2 };
        Self {
            end,
            phi: phi(trend, &found),
            aicc: aicc(squares, history, found.len() + n_first_states),
        }
    }

    fn ahead(&self, horizon: usize) -> Vec<f64> {
        let (mut reach, mut power) = (0.0, 1.0);
        (0..horizon)
            .map(|_| {
                power *= self.phi;
                reach += power;
                self.end.level + reach * self.end.slope
            })
            .collect()
    }
}

/// The smoothing parameters with the smallest squared errors.
fn search<const N: usize>(
    history: &[f64],
    trend: Trend,
    start: [f64; N],
    bounds: [(f64, f64); N],
) -> Vec<f64> {
    let squares = |p: &[f64; N]| run(history, trend, p).0;
    let n_evaluations = EVALUATIONS_PER_PARAMETER * N;
    minimise(squares, &start, &bounds, n_evaluations).at.into()
}

/// Akaike's criterion with the correction for short series; infinite when the
/// series is too short for so many parameters.
fn aicc(squares: f64, history: &[f64], n_parameters: usize) -> f64 {
    let n = history.len() as f64;
    // And the variance.
    let k = n_parameters as f64 + 1.0;
    let room = n - k - 1.0;
    if room <= 0.0 {
        return f64::INFINITY;
    }
    // A perfect fit has no likelihood: the floor, relative to the size of the
    // values, keeps the criterion finite.
    let size = history.iter().map(|y| y * y).sum::<f64>() / n;
    let variance = (squares / n).max(1e-14 * size).max(f64::MIN_POSITIVE);
    n * variance.ln() + 2.0 * k + 2.0 * k * (k + 1.0) / room
}

fn phi(trend: Trend, p: &[f64]) -> f64 {
    if trend == Trend::Damped { p[2] } else { 1.0 }
}

/// Level and slope after some value.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    level: f64,
    slope: f64,
}

impl State {
    /// Takes in a value; gives the one-step error.
    fn step(&mut self, y: f64, alpha: f64, beta: f64, phi: f64) -> f64 {
        let mean = self.level + phi * self.slope;
        let error = y - mean;
        self.level = mean + alpha * error;
        self.slope = phi * self.slope + beta * error;
        error
    }
}

/// Runs the recursion with the best first state; gives the squared one-step
/// errors and the last state.
///
/// The error is linear in the first state: `e = e⁰ + ℓ₀·e¹ + b₀·e²`, where `e⁰`
/// comes from the values with a zero start and `e¹`, `e²` from zero values with
/// a unit start. Least squares gives `ℓ₀` and `b₀`.
fn run(history: &[f64], trend: Trend, p: &[f64]) -> (f64, State) {
    let alpha = p[0];
    let beta = p.get(1).map_or(0.0, |share| share * alpha);
    let phi = phi(trend, p);
    let mut zero = State::default();
    let mut unit_level = State {
        level: 1.0,
        slope: 0.0,
    };
    let mut unit_slope = State {
        level: 0.0,
        slope: if trend == Trend::None { 0.0 } else { 1.0 },
    };
    let (mut s00, mut s01, mut s02, mut s11, mut s12, mut s22) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for y in history {
        let e0 = zero.step(*y, alpha, beta, phi);
        let e1 = unit_level.step(0.0, alpha, beta, phi);
        let e2 = unit_slope.step(0.0, alpha, beta, phi);
        s00 += e0 * e0;
        s01 += e0 * e1;
        s02 += e0 * e2;
        s11 += e1 * e1;
        s12 += e1 * e2;
        s22 += e2 * e2;
    }
    let (level, slope) = solve(s11, s12, s22, -s01, -s02);
    let squares = s00
        + level * (2.0 * s01 + level * s11)
        + slope * (2.0 * s02 + slope * s22)
        + 2.0 * level * slope * s12;
    let end = State {
        level: zero.level + level * unit_level.level + slope * unit_slope.level,
        slope: zero.slope + level * unit_level.slope + slope * unit_slope.slope,
    };
    (squares.max(0.0), end)
}

/// Solves the symmetric system of two equations; where it is singular the
/// second unknown is 0.
fn solve(a: f64, b: f64, d: f64, x: f64, y: f64) -> (f64, f64) {
    let determinant = a * d - b * b;
    if determinant > 1e-12 * a * d {
        ((x * d - y * b) / determinant, (a * y - b * x) / determinant)
    } else if a > 0.0 {
        (x / a, 0.0)
    } else {
        (0.0, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_constant() {
        for forecast in [
            AutoEts.forecast(&[7.0; 12], 4),
            DampedTrend.forecast(&[7.0; 12], 4),
        ] {
            assert!(
                forecast.iter().all(|y| (y - 7.0).abs() < 1e-3),
                "{forecast:?}"
            );
        }
    }

    #[test]
    fn damping_bends_a_line_down() {
        let line: Vec<f64> = (1..=20).map(|t| 5.0 * f64::from(t)).collect();
        let damped = DampedTrend.forecast(&line, 8);
        assert!(damped[7] < 140.0 && damped[7] > 115.0, "{damped:?}");
    }

    #[test]
    fn all_zero_gives_zero() {
        assert!(
            AutoEts
                .forecast(&[0.0; 9], 3)
                .iter()
                .all(|y| y.abs() < 1e-6)
        );
    }

    #[test]
    fn the_first_state_is_the_best_one() {
        // Any other first state must give larger squared errors.
        let history = [3.0, 4.5, 4.0, 6.0, 7.5, 7.0];
        let p = [0.4, 0.2];
        let (squares, _) = run(&history, Trend::Additive, &p);
        for level in [1.0, 2.0, 3.0, 4.0] {
            for slope in [0.0, 0.5, 1.0] {
                let mut state = State { level, slope };
                let other: f64 = history
                    .iter()
                    .map(|y| state.step(*y, 0.4, 0.08, 1.0).powi(2))
                    .sum();
                assert!(
                    other >= squares - 1e-9,
                    "{level} {slope}: {other} < {squares}"
                );
            }
        }
    }
}
