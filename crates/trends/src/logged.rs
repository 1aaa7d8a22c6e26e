//! A method that works in logarithms: growth by a rate instead of by a step.

use crate::forecaster::Forecaster;

/// A method applied to the logarithms of positive values.
///
/// No step of the answer is larger, up or down, than the largest step of the
/// history in logarithms: a rate that was never seen is not extrapolated. A
/// history with a value of zero or below has no logarithms: the method is then
/// applied to the values themselves.
#[derive(Debug, Clone, Copy)]
pub struct Logged<F> {
    /// The method.
    pub method: F,
    /// Name shown beside a forecast.
    pub name: &'static str,
}

impl<F: Forecaster> Forecaster for Logged<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn min_length(&self) -> usize {
        self.method.min_length()
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        if history.iter().any(|y| *y <= 0.0) {
            return self.method.forecast(history, horizon);
        }
        // Relative to the first value, so that another unit changes no bit.
        let first = history[0];
        let logs: Vec<f64> = history.iter().map(|y| (y / first).ln()).collect();
        let (mut fall, mut rise) = (0.0_f64, 0.0_f64);
        for pair in logs.windows(2) {
            fall = fall.min(pair[1] - pair[0]);
            rise = rise.max(pair[1] - pair[0]);
        }
        let mut before = logs[logs.len() - 1];
        let mut ahead = self.method.forecast(&logs, horizon);
        for value in &mut ahead {
            before = value.clamp(before + fall, before + rise);
            *value = first * before.exp();
        }
        ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::RobustTrend;

    const LOGGED: Logged<RobustTrend> = Logged {
        method: RobustTrend,
        name: "test",
    };

    #[test]
    fn growth_by_a_rate_goes_on_by_it() {
        let history: Vec<f64> = (0..10).map(|t| 10.0 * 1.2_f64.powi(t)).collect();
        let next = LOGGED.forecast(&history, 1)[0];
        assert!((next / history[9] - 1.2).abs() < 1e-9, "{next}");
    }

    #[test]
    fn a_zero_leaves_the_values_as_they_are() {
        let history = [0.0, 2.0, 4.0, 6.0];
        assert_eq!(
            LOGGED.forecast(&history, 2),
            RobustTrend.forecast(&history, 2)
        );
    }
}
