//! The methods that a forecast is made from, run once at each moment.

use crate::{
    backtest::{Origin, mean_step, moments},
    baseline::{Naive, RobustTrend},
    ets::{AutoEts, DampedTrend, damped_and_auto},
    forecaster::Forecaster,
    logged::Logged,
    theta::DynamicTheta,
};

/// All methods.
const MEMBERS: [&dyn Forecaster; 7] = [
    &RobustTrend,
    &DynamicTheta,
    &Logged {
        method: RobustTrend,
        name: "log-robust-trend",
    },
    &Logged {
        method: DynamicTheta,
        name: "log-theta",
    },
    &DampedTrend,
    &AutoEts,
    &Naive,
];
/// Where the damped trend and, after it, the chosen form of smoothing stand:
/// one fit serves both.
const SMOOTHING: usize = 4;
/// Those that the combination takes the mean of, where all values are positive.
const COMBINED: &[usize] = &[0, 1, 2, 3, 4];
/// Those for a series with zeros: without the two that work in logarithms, and
/// without the trend from the last value, which is mostly chance where counts
/// are small; with the form of smoothing that the criterion chooses.
const COMBINED_WITH_ZEROS: &[usize] = &[1, SMOOTHING, SMOOTHING + 1];

fn combined(history: &[f64]) -> &'static [usize] {
    if history.iter().all(|y| *y > 0.0) {
        COMBINED
    } else {
        COMBINED_WITH_ZEROS
    }
}

/// What is tried: the combination first, then each method alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Candidate {
    Combination,
    Alone(usize),
}

impl Candidate {
    /// The yardstick.
    pub(crate) const NAIVE: Self = Self::Alone(MEMBERS.len() - 1);

    /// Each method alone.
    pub(crate) fn singles() -> impl Iterator<Item = Self> {
        (0..MEMBERS.len()).map(Self::Alone)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Combination => "combination",
            Self::Alone(i) => MEMBERS[i].name(),
        }
    }

    /// The forecast of this candidate.
    pub(crate) fn of(self, panel: &Panel) -> Vec<f64> {
        match self {
            Self::Alone(i) => panel.forecasts[i].clone(),
            Self::Combination => {
                let members = panel
                    .combined
                    .iter()
                    .map(|i| panel.forecasts[*i].as_slice());
                mean_of(&members.collect::<Vec<_>>())
            }
        }
    }
}

/// Forecasts of all methods at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    forecasts: Vec<Vec<f64>>,
    combined: &'static [usize],
}

impl Panel {
    pub(crate) fn new(known: &[f64], horizon: usize) -> Self {
        let run = |members: &[&dyn Forecaster]| -> Vec<Vec<f64>> {
            let forecasts = members.iter().map(|m| m.forecast(known, horizon));
            forecasts.collect()
        };
        let mut forecasts = run(&MEMBERS[..SMOOTHING]);
        forecasts.extend(damped_and_auto(known, horizon));
        forecasts.extend(run(&MEMBERS[SMOOTHING + 2..]));
        Self {
            forecasts,
            combined: combined(known),
        }
    }
}

/// All methods at past moments: each is run once, whatever is made of them.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    history: &'a [f64],
    panels: Vec<(usize, Panel)>,
}

impl<'a> Trial<'a> {
    pub(crate) fn run(history: &'a [f64], horizon: usize) -> Self {
        let min_length = MEMBERS.iter().map(|member| member.min_length()).max();
        let panels = moments(history.len(), min_length.unwrap_or(1))
            .map(|n_known| {
                let reach = horizon.min(history.len() - n_known);
                (n_known, Panel::new(&history[..n_known], reach))
            })
            .collect();
        Self { history, panels }
    }

    /// The backtest of one candidate, newest moment first.
    pub(crate) fn origins(&self, candidate: Candidate) -> Vec<Origin> {
        let origins = self.panels.iter().map(|(n_known, panel)| {
            let truth = self.history[*n_known..].iter();
            Origin {
                n_known: *n_known,
                scale: mean_step(&self.history[..*n_known]),
                errors: truth.zip(candidate.of(panel)).map(|(y, f)| y - f).collect(),
            }
        });
        origins.collect()
    }
}

/// The mean of methods that fail in different ways: robust trend and dynamic
/// theta, each on the values and on their logarithms, and damped trend; for a
/// series with zeros dynamic theta, damped trend and [`AutoEts`].
///
/// Equal weights: weights learnt on a dozen values are noise. Growth by a step
/// and growth by a rate err to opposite sides, so that their mean is better than
/// both (measured with `cargo run --release -p trends --example measure_forecasts`
/// on the yearly series of the M1 competition, on their first parts, and on
/// yearly sums of its quarterly and monthly series; adding [`AutoEts`] or
/// [`Naive`] made the mean worse on each of them. The choice for zeros was
/// compared on the topics of the ACL anthology: `docs/trends.md`).
///
/// **Source:** S. Makridakis, E. Spiliotis, V. Assimakopoulos, "The M4
/// competition", International Journal of Forecasting 36 (2020) 54-74: simple
/// combinations beat their members.
#[derive(Debug, Clone, Copy)]
pub struct Combination;

impl Forecaster for Combination {
    fn name(&self) -> &'static str {
        Candidate::Combination.name()
    }

    fn min_length(&self) -> usize {
        4
    }

    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64> {
        let members = combined(history).iter();
        let forecasts: Vec<_> = members
            .map(|i| MEMBERS[*i].forecast(history, horizon))
            .collect();
        mean_of(&forecasts.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }
}

fn mean_of(forecasts: &[&[f64]]) -> Vec<f64> {
    let n = forecasts.len() as f64;
    let horizon = forecasts.first().map_or(0, |forecast| forecast.len());
    (0..horizon)
        .map(|h| forecasts.iter().map(|forecast| forecast[h]).sum::<f64>() / n)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_combination_alone_and_in_a_trial_are_one() {
        for lowest in [0, 3] {
            one_way_or_the_other(lowest);
        }
    }

    fn one_way_or_the_other(lowest: i32) {
        let history: Vec<f64> = (1..20).map(|t| f64::from(t * t % 17 + lowest)).collect();
        let alone = Combination.forecast(&history, 4);
        let panel = Panel::new(&history, 4);
        assert_eq!(alone, Candidate::Combination.of(&panel));
        for (member, forecast) in MEMBERS.iter().zip(&panel.forecasts) {
            assert_eq!(&member.forecast(&history, 4), forecast, "{member:?}");
        }
        assert_eq!(Candidate::NAIVE.name(), "naive");
        let trial = Trial::run(&history, 4);
        let by_seam = crate::backtest(&Combination, &history, 4);
        let origins = trial.origins(Candidate::Combination);
        assert_eq!(origins.len(), by_seam.len());
        for (a, b) in origins.iter().zip(&by_seam) {
            assert_eq!((a.n_known, &a.errors), (b.n_known, &b.errors));
        }
    }
}
