//! Rolling-origin backtest: what a method would have said at each past moment,
//! held against what came.

use crate::forecaster::Forecaster;

/// One past moment.
#[derive(Debug, Clone)]
pub struct Origin {
    /// How many values were known.
    pub n_known: usize,
    /// Mean absolute step of the known values: the unit of the errors.
    pub scale: f64,
    /// Truth minus forecast for steps 1, 2, … as far as the truth reaches.
    pub errors: Vec<f64>,
}

/// Past moments used at most: the newest ones say most about the next, and the
/// cost stays bounded.
pub const MAX_ORIGINS: usize = 8;

/// Runs `method` at the last [`MAX_ORIGINS`] moments that leave it enough
/// history, newest first.
///
/// * `horizon`: steps ahead at each moment, cut where the series ends.
/// * Returns: empty when the series has no such moment.
pub fn backtest(method: &dyn Forecaster, history: &[f64], horizon: usize) -> Vec<Origin> {
    moments(history.len(), method.min_length())
        .map(|n_known| {
            let known = &history[..n_known];
            let reach = horizon.min(history.len() - n_known);
            let forecast = method.forecast(known, reach);
            let truth = &history[n_known..n_known + reach];
            Origin {
                n_known,
                scale: mean_step(known),
                errors: truth.iter().zip(forecast).map(|(y, f)| y - f).collect(),
            }
        })
        .collect()
}

/// How many of `n` values are known at each past moment, newest first.
pub(crate) fn moments(n: usize, min_length: usize) -> impl Iterator<Item = usize> {
    // Half of the values at least, so that the fits resemble the final one.
    let first = min_length.max(n / 2).max(4);
    (first..n).rev().take(MAX_ORIGINS)
}

/// Mean absolute difference of neighbours: the in-sample error of the naive
/// method, which is the unit of MASE. 0 for fewer than two values.
///
/// **Source:** R. J. Hyndman, A. B. Koehler, "Another look at measures of
/// forecast accuracy", International Journal of Forecasting 22 (2006) 679-688.
pub fn mean_step(values: &[f64]) -> f64 {
    let n = values.len().saturating_sub(1).max(1) as f64;
    values
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .sum::<f64>()
        / n
}

/// Mean absolute scaled error over all origins and steps; `None` without
/// origins or for a constant history.
pub fn mase(origins: &[Origin]) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for origin in origins.iter().filter(|origin| origin.scale > 0.0) {
        sum += origin.errors.iter().map(|e| e.abs()).sum::<f64>() / origin.scale;
        n += origin.errors.len() as f64;
    }
    (n > 0.0).then(|| sum / n)
}
