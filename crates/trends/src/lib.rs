//! Series of counts: forecasts with calibrated intervals, each beside its own
//! backtest.
//!
//! In: numbers in order of time. Out: numbers. No records, no clock.
//!
//! Invariant: the same series and options give the same bytes.

mod backtest;
mod baseline;
mod combination;
mod ets;
mod forecast;
mod forecaster;
mod interval;
mod optimise;
mod season;
mod theta;

pub use backtest::{MAX_ORIGINS, Origin, backtest, mase, mean_step};
pub use baseline::{Naive, RobustTrend};
pub use combination::Combination;
pub use ets::{AutoEts, DampedTrend};
pub use forecast::{
    Backtest, Forecast, ForecastOptions, MIN_CASES, MIN_VALUES, Refusal, Step, forecast,
};
pub use forecaster::Forecaster;
pub use theta::DynamicTheta;
