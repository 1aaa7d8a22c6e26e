//! Forecasts that need no fitting: the yardsticks, and a trend that one
//! outlier can't bend.

use crate::forecaster::Forecaster;

/// The last value again and again.
#[derive(Debug, Clone, Copy)]
pub struct Naive;

impl Forecaster for Naive {
    fn name(&self) -> &'static str {
        "naive"
    }

    fn min_length(&self) -> usize {
        1
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        vec![*history.last().unwrap_or(&0.0); horizon]
    }
}

/// The last value plus the median yearly step, full at first and fading.
///
/// The median of the steps ignores one outlier year, where the mean step (last
/// minus first over the count) hangs on two values. The step is shrunk by
/// [`RobustTrend::DAMPING`] each period.
///
/// **Source:** after M. Meade's ROBUST-Trend, best of the published entries on
/// yearly series of the M3 competition (S. Makridakis, M. Hibon, International
/// Journal of Forecasting 16 (2000) 451-476). **Differs:** median of the steps
/// and damping.
#[derive(Debug, Clone, Copy)]
pub struct RobustTrend;

impl RobustTrend {
    /// Part of the step that is left a period later.
    pub const DAMPING: f64 = 0.97;
}

impl Forecaster for RobustTrend {
    fn name(&self) -> &'static str {
        "robust-trend"
    }

    fn min_length(&self) -> usize {
        3
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        let last = *history.last().unwrap_or(&0.0);
        let steps: Vec<f64> = history.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let step = median(steps);
        let (mut power, mut reach) = (1.0, 0.0);
        (0..horizon)
            .map(|_| {
                reach += power;
                power *= Self::DAMPING;
                last + reach * step
            })
            .collect()
    }
}

/// The middle value; the mean of the two middle ones for an even count; 0 for
/// none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    let n = values.len();
    if n == 0 {
        return 0.0;
    }
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(n - 1) / 2], values[n / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_does_not_bend_the_trend() {
        let history = [1.0, 2.0, 3.0, 90.0, 5.0, 6.0, 7.0];
        let ahead = RobustTrend.forecast(&history, 2);
        assert!((ahead[0] - 8.0).abs() < 1e-9, "{ahead:?}");
    }

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 2.5);
        assert_eq!(median(vec![]), 0.0);
    }
}
