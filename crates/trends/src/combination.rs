//! The mean of methods that fail in different ways.

use crate::{baseline::RobustTrend, ets::DampedTrend, forecaster::Forecaster, theta::DynamicTheta};

/// The mean of robust trend, dynamic theta and damped trend.
///
/// Equal weights: weights learnt on a dozen values are noise. Members and
/// weights were compared on the yearly series of the M1 competition and on
/// yearly sums of its quarterly and monthly series (measured:
/// `cargo run --release -p trends --example measure_forecasts`); adding [`crate::AutoEts`]
/// or [`crate::Naive`] made the mean worse on each of them.
///
/// **Source:** S. Makridakis, E. Spiliotis, V. Assimakopoulos, "The M4
/// competition", International Journal of Forecasting 36 (2020) 54-74: simple
/// combinations beat their members.
#[derive(Debug, Clone, Copy)]
pub struct Combination;

const MEMBERS: [&dyn Forecaster; 3] = [&RobustTrend, &DynamicTheta, &DampedTrend];

impl Forecaster for Combination {
    fn name(&self) -> &'static str {
        "combination"
    }

    fn min_length(&self) -> usize {
        4
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        let mut sum = vec![0.0; horizon];
        for member in MEMBERS {
            for (total, value) in sum.iter_mut().zip(member.forecast(history, horizon)) {
                *total += value;
            }
        }
        sum.iter()
            .map(|total| total / MEMBERS.len() as f64)
            .collect()
    }
}
