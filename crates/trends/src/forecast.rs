//! The whole forecast of one series: method chosen by backtest, intervals, the
//! backtest beside it, or a refusal with its reason.

use serde::Serialize;

use crate::{
    backtest::{Origin, mase},
    interval::{Spread, coverage},
    members::{Candidate, Panel, Trial},
    season::Season,
};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct ForecastOptions {
    /// Periods ahead, at least 1.
    pub horizon: usize,
    /// Coverage that the intervals promise, between 0 and 1 (0.95: 95 %).
    pub level: f64,
    /// Values a year: 1, 4 or 12.
    pub periods_per_year: usize,
    /// Whether the values are counts: then nothing is ever negative.
    pub counts: bool,
}

/// A forecast beside its own backtest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// One entry a step ahead, in order.
    pub steps: Vec<Step>,
    /// Name of the method that the backtest chose.
    pub method: &'static str,
    /// How it would have done in the past.
    pub backtest: Backtest,
}

/// One step ahead.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// Expected value.
    pub mean: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
}

/// How a method would have done in the past.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Backtest {
    /// Mean absolute error over the in-sample error of the naive method.
    pub mase: Option<f64>,
    /// The same of the naive method at the same moments: the yardstick.
    pub mase_naive: Option<f64>,
    /// Part of the truths inside the intervals that the other moments would
    /// have given.
    pub coverage: Option<f64>,
    /// Past moments tried.
    pub n_origins: usize,
}

/// Why no forecast is given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Too few values.
    #[error("only {n} values; a forecast needs at least {}", MIN_VALUES)]
    TooShort {
        /// Values given.
        n: usize,
    },
    /// Counts that add up to next to nothing.
    #[error("only {total} cases in all; a forecast needs at least {}", MIN_CASES)]
    TooThin {
        /// Sum of all counts.
        total: f64,
    },
    /// Not a number.
    #[error("value {place} is not a finite number; leave the row out or correct it")]
    NotFinite {
        /// Place in the series, from 1.
        place: usize,
    },
    /// A count below zero.
    #[error("value {place} is negative, which no count is; correct it or drop --counts")]
    NegativeCount {
        /// Place in the series, from 1.
        place: usize,
    },
    /// A question that makes no sense.
    #[error("{0}")]
    BadQuestion(&'static str),
}

impl Serialize for Refusal {
    /// The reason in words.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Below this a trend can't be told from chance: the shortest history on which
/// every method has a past moment to be tried at.
pub const MIN_VALUES: usize = 6;
/// Below this a count series is chance: one more case changes every share.
pub const MIN_CASES: f64 = 10.0;
/// A single method takes the place of the combination only when its backtest
/// error is below this part of the combination's, over at least
/// [`MIN_ORIGINS`] moments (measured: `measure_forecasts` on M1; a looser rule
/// follows chance).
const CLEARLY_BETTER: f64 = 0.5;
/// Fewer moments than this choose nothing.
const MIN_ORIGINS: usize = 4;

/// Forecasts one series.
///
/// * `history`: values in order of time without gaps.
/// * Returns: `horizon` steps; the same input gives the same bytes.
///
/// # Errors
/// A [`Refusal`] that says why there is no forecast.
pub fn forecast(history: &[f64], options: &ForecastOptions) -> Result<Forecast, Refusal> {
    check(history, options)?;
    let season = Season::find(history, options.periods_per_year);
    let plain = season
        .as_ref()
        .map_or_else(|| history.to_vec(), |s| s.remove(history));
    let trial = Trial::run(&plain, options.horizon);
    let (method, origins) = choose(&trial);
    let spread = Spread::learn(&plain, &origins, None);
    let half_widths = spread.half_widths(&plain, options.horizon, options.level);
    let means = method.of(&Panel::new(&plain, options.horizon));
    let steps = means
        .iter()
        .zip(half_widths)
        .enumerate()
        .map(|(h, (mean, half_width))| {
            let t = history.len() + h;
            let mean = season.as_ref().map_or(*mean, |s| s.add(t, *mean));
            let half_width = half_width * season.as_ref().map_or(1.0, |s| s.stretch(t));
            let floor = if options.counts {
                0.0
            } else {
                f64::NEG_INFINITY
            };
            Step {
                mean: mean.max(floor),
                lower: (mean - half_width).max(floor),
                upper: (mean + half_width).max(floor),
            }
        });
    Ok(Forecast {
        steps: steps.collect(),
        method: method.name(),
        backtest: Backtest {
            mase: mase(&origins),
            mase_naive: mase(&trial.origins(Candidate::NAIVE)),
            coverage: coverage(&plain, &origins, options.level),
            n_origins: origins.len(),
        },
    })
}

fn check(history: &[f64], options: &ForecastOptions) -> Result<(), Refusal> {
    if options.horizon == 0 {
        return Err(Refusal::BadQuestion("the horizon must be at least 1"));
    }
    if !(options.level > 0.0 && options.level < 1.0) {
        return Err(Refusal::BadQuestion(
            "the level must lie between 0 and 100 %",
        ));
    }
    if let Some(place) = history.iter().position(|y| !y.is_finite()) {
        return Err(Refusal::NotFinite { place: place + 1 });
    }
    if history.len() < MIN_VALUES {
        return Err(Refusal::TooShort { n: history.len() });
    }
    if options.counts {
        if let Some(place) = history.iter().position(|y| *y < 0.0) {
            return Err(Refusal::NegativeCount { place: place + 1 });
        }
        let total = history.iter().sum();
        if total < MIN_CASES {
            return Err(Refusal::TooThin { total });
        }
    }
    Ok(())
}

/// The default, or the single method that is clearly better; ties go to the
/// one that stands first.
fn choose(trial: &Trial<'_>) -> (Candidate, Vec<Origin>) {
    let origins = trial.origins(Candidate::Combination);
    let mut best = (Candidate::Combination, origins);
    let Some(yardstick) = mase(&best.1) else {
        return best;
    };
    if best.1.len() < MIN_ORIGINS {
        return best;
    }
    let mut lowest = yardstick * CLEARLY_BETTER;
    for method in Candidate::singles() {
        let origins = trial.origins(method);
        if let Some(error) = mase(&origins).filter(|error| *error < lowest) {
            lowest = error;
            best = (method, origins);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const YEARLY: ForecastOptions = ForecastOptions {
        horizon: 5,
        level: 0.95,
        periods_per_year: 1,
        counts: true,
    };

    #[test]
    fn refusals_say_why() {
        let refused = |history: &[f64]| forecast(history, &YEARLY).unwrap_err().to_string();
        assert!(refused(&[1.0, 2.0]).contains("only 2 values"));
        assert!(refused(&[0.0; 12]).contains("only 0 cases"));
        assert!(refused(&[1.0, f64::NAN, 3.0]).contains("value 2"));
        assert!(refused(&[1.0, 2.0, -3.0, 4.0, 5.0, 6.0]).contains("value 3 is negative"));
    }

    #[test]
    fn a_constant_is_continued() {
        let steps = forecast(&[20.0; 12], &YEARLY).unwrap().steps;
        assert!(
            steps.iter().all(|step| (step.mean - 20.0).abs() < 0.1),
            "{steps:?}"
        );
    }

    #[test]
    fn a_fall_ends_at_zero() {
        let history: Vec<f64> = (0..12).map(|t| f64::from(36 - 3 * t)).collect();
        let answer = forecast(&history, &YEARLY).unwrap();
        assert!(answer.steps.iter().all(|s| s.lower >= 0.0 && s.mean >= 0.0));
        assert!(answer.steps[4].mean < 1.0, "{answer:?}");
    }

    #[test]
    fn a_clear_line_beats_naive_in_the_backtest() {
        let history: Vec<f64> = (0..20).map(|t| f64::from(10 + 4 * t)).collect();
        let backtest = forecast(&history, &YEARLY).unwrap().backtest;
        assert!(
            backtest.mase.unwrap() < backtest.mase_naive.unwrap() / 2.0,
            "{backtest:?}"
        );
    }

    #[test]
    fn the_season_comes_back() {
        let months: Vec<f64> = (0..60)
            .map(|t| 50.0 + 20.0 * f64::from(u8::from(t % 12 == 5)))
            .collect();
        let options = ForecastOptions {
            horizon: 12,
            periods_per_year: 12,
            ..YEARLY
        };
        let steps = forecast(&months, &options).unwrap().steps;
        let peak = (0..12).max_by(|a, b| steps[*a].mean.total_cmp(&steps[*b].mean));
        assert_eq!(peak, Some(5), "{steps:?}");
    }

    proptest! {
        #[test]
        fn counts_are_never_negative_and_intervals_hold_the_mean(
            history in prop::collection::vec(0_u16..5000, 6..40),
            horizon in 1_usize..12,
        ) {
            let history: Vec<f64> = history.into_iter().map(f64::from).collect();
            let options = ForecastOptions { horizon, ..YEARLY };
            if let Ok(answer) = forecast(&history, &options) {
                prop_assert_eq!(answer.steps.len(), horizon);
                for step in &answer.steps {
                    prop_assert!(step.mean.is_finite() && step.upper.is_finite());
                    prop_assert!(0.0 <= step.lower && step.lower <= step.mean);
                    prop_assert!(step.mean <= step.upper);
                }
                prop_assert_eq!(&answer, &forecast(&history, &options).unwrap());
            }
        }

        #[test]
        fn doubling_the_series_doubles_the_forecast(
            history in prop::collection::vec(1_u16..500, 8..30),
        ) {
            let once: Vec<f64> = history.iter().map(|y| f64::from(*y)).collect();
            let twice: Vec<f64> = once.iter().map(|y| 2.0 * y).collect();
            if let (Ok(one), Ok(two)) = (forecast(&once, &YEARLY), forecast(&twice, &YEARLY)) {
                for (a, b) in one.steps.iter().zip(&two.steps) {
                    prop_assert!((2.0 * a.mean - b.mean).abs() <= 1e-6 * (1.0 + b.mean.abs()));
                }
            }
        }
    }
}
