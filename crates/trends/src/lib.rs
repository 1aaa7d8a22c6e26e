//! Series of counts: bursts, life cycles, what emerges, and forecasts with
//! calibrated intervals, each beside its own backtest.
//!
//! In: records or numbers in order of time. Out: numbers. No I/O, no clock.
//!
//! Invariant: the same series and options give the same bytes.

mod arrival;
mod backtest;
mod baseline;
mod burst;
mod counts;
mod emerging;
mod ets;
mod forecast;
mod forecaster;
mod growth;
mod interval;
mod lag;
mod lifecycle;
mod logged;
mod members;
mod optimise;
mod season;
mod study;
mod theta;

pub use arrival::{Corrected, MIN_YEARS, NoCorrection, PastYear, correct};
pub use backtest::{MAX_ORIGINS, Origin, backtest, mase, mean_step};
pub use baseline::{Naive, RobustTrend};
pub use burst::{Burst, bursts};
pub use counts::{CountSeries, CountTable, Dimension};
pub use emerging::{
    Emerging, Hindsight, MIN_GROWTH, MIN_NOVELTY, MIN_RECENT, Precision, SMOOTHING, WINDOW,
    emerging, hindsight,
};
pub use ets::{AutoEts, DampedTrend};
pub use forecast::{
    Backtest, Forecast, ForecastOptions, MIN_CASES, MIN_VALUES, Refusal, Step, forecast,
};
pub use forecaster::Forecaster;
pub use growth::{ChangePoint, Growth, change_points, growth};
pub use lag::{Lag, NoLag, lag};
pub use lifecycle::{NoStage, SCurve, Stage, s_curve};
pub use logged::Logged;
pub use members::Combination;
pub use study::{OpenYear, Study, StudyOptions};
pub use theta::DynamicTheta;
