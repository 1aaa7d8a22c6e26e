//! Everything that a series of counts tells, and why it does not tell the rest.

use serde::Serialize;

use crate::{
    arrival::{self, Corrected, NoCorrection, PastYear},
    burst::{Burst, bursts},
    counts::CountSeries,
    forecast::{Forecast, ForecastOptions, Refusal, forecast},
    growth::{ChangePoint, Growth, change_points, growth},
    lifecycle::{NoStage, SCurve, s_curve},
};

/// A year that enters no calculation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OpenYear {
    /// Which.
    pub year: i32,
    /// Records so far.
    pub count: f64,
    /// Whether it is still to come: then the year of its records is wrong, or
    /// they are announced.
    pub is_future: bool,
    /// What it will have a year from now; see [`Study::correct`].
    pub corrected: Option<Corrected>,
}

/// What a series tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Study {
    /// Complete years, without gaps, from the first of the collection on.
    pub years: Vec<i32>,
    /// Records of the group in them.
    pub counts: Vec<f64>,
    /// Share of the collection in them, 0..=1.
    pub shares: Vec<f64>,
    /// The last year that is over.
    pub last_complete_year: i32,
    /// The current year and later ones, left out of everything below.
    pub unfinished: Vec<OpenYear>,
    /// Why the current year is not corrected.
    pub correction_refused: Option<NoCorrection>,
    /// Years whose count is far above both neighbours: look at their records.
    /// Forecast and S-curve take the mean of the neighbours in their place.
    pub outliers: Vec<i32>,
    /// Growth over the last five years; `None` when that is chance.
    pub growth: Option<Growth>,
    /// Runs of years with an unusually large share.
    pub bursts: Vec<Burst>,
    /// Years in which the share went to another level.
    pub change_points: Vec<ChangePoint>,
    /// Stage on the S-curve.
    pub s_curve: Option<SCurve>,
    /// Why there is none.
    pub s_curve_refused: Option<NoStage>,
    /// The years to come, beside the backtest.
    pub forecast: Option<Forecast>,
    /// Why there is none.
    pub forecast_refused: Option<Refusal>,
}

/// What is asked of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudyOptions {
    /// The year that is not over yet.
    pub current_year: i32,
    /// Years to forecast, at least 1.
    pub horizon: usize,
    /// Coverage that the intervals promise (0.95: 95 %).
    pub level: f64,
}

/// An outlier is at least this many times both of its neighbours…
const OUTLIER_TIMES: f64 = 5.0;
/// … and has at least this many records.
const OUTLIER_CASES: f64 = 20.0;

impl Study {
    /// Studies a series that runs to whatever year; years from
    /// [`StudyOptions::current_year`] on are set apart.
    ///
    /// The forecast begins with the first year that has a record: what came
    /// before the group says nothing about how it goes on.
    pub fn of(series: &CountSeries, options: &StudyOptions) -> Self {
        let last = options.current_year - 1;
        let complete = series.until(last).unwrap_or(CountSeries {
            first_year: last + 1,
            counts: Vec::new(),
            totals: Vec::new(),
        });
        let asked = ForecastOptions {
            horizon: options.horizon,
            level: options.level,
            periods_per_year: 1,
            counts: true,
        };
        let lead = complete.counts.iter().take_while(|c| **c <= 0.0).count();
        let outliers = outliers(&complete);
        let smooth = without(&outliers, &complete);
        let (s_curve, s_curve_refused) = either(s_curve(complete.first_year, &smooth));
        let (forecast, forecast_refused) = either(forecast(&smooth[lead..], &asked));
        let unfinished = (series.first_year..)
            .zip(&series.counts)
            .filter(|(year, count)| *year > last && (**count > 0.0 || *year == last + 1));
        Self {
            years: (complete.first_year..=complete.last_year()).collect(),
            shares: complete.shares(),
            last_complete_year: last,
            unfinished: unfinished
                .map(|(year, count)| OpenYear {
                    year,
                    count: *count,
                    is_future: year > options.current_year,
                    corrected: None,
                })
                .collect(),
            correction_refused: None,
            outliers,
            growth: growth(&complete),
            bursts: bursts(&complete),
            change_points: change_points(&complete),
            counts: complete.counts,
            s_curve,
            s_curve_refused,
            forecast,
            forecast_refused,
        }
    }
}

impl Study {
    /// Corrects the first unfinished year by how records of past years arrived,
    /// or says why not. No calculation takes the corrected count.
    ///
    /// * `past`: `None` when the unfinished year is not the present one.
    pub fn correct(&mut self, past: Option<&[PastYear]>) {
        let year = self.last_complete_year + 1;
        let Some(open) = self.unfinished.iter_mut().find(|open| open.year == year) else {
            return;
        };
        let corrected = match past {
            Some(past) => arrival::correct(open.count, past),
            None => Err(NoCorrection::OtherYear),
        };
        (open.corrected, self.correction_refused) = either(corrected);
    }
}

/// Years far above both neighbours. The last year has only one: whether it
/// begins something is not known yet.
fn outliers(series: &CountSeries) -> Vec<i32> {
    let stands_out = |window: &&[f64]| {
        window[1] >= OUTLIER_CASES && window[1] >= OUTLIER_TIMES * window[0].max(window[2])
    };
    let windows = (series.first_year + 1..).zip(series.counts.windows(3));
    windows
        .filter(|(_, window)| stands_out(window))
        .map(|(year, _)| year)
        .collect()
}

/// The counts with the mean of the neighbours in place of each outlier.
fn without(outliers: &[i32], series: &CountSeries) -> Vec<f64> {
    let mut counts = series.counts.clone();
    for year in outliers {
        let place = usize::try_from(year - series.first_year).unwrap_or(0);
        counts[place] = f64::midpoint(counts[place - 1], counts[place + 1]);
    }
    counts
}

fn either<T, E>(result: Result<T, E>) -> (Option<T>, Option<E>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(refused) => (None, Some(refused)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: StudyOptions = StudyOptions {
        current_year: 2024,
        horizon: 3,
        level: 0.95,
    };

    fn series(first_year: i32, counts: &[f64]) -> CountSeries {
        CountSeries {
            first_year,
            counts: counts.to_vec(),
            totals: counts.iter().map(|count| 10.0 * count + 50.0).collect(),
        }
    }

    #[test]
    fn the_open_year_and_the_years_to_come_are_set_apart() {
        let counts = [
            5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 4.0, 0.0, 0.0, 1.0,
        ];
        let study = Study::of(&series(2016, &counts), &NOW);
        assert_eq!(study.last_complete_year, 2023);
        assert_eq!(study.counts.len(), 8);
        let open: Vec<_> = (study.unfinished.iter())
            .map(|y| (y.year, y.is_future))
            .collect();
        assert_eq!(open, [(2024, false), (2027, true)]);
        let past = PastYear {
            by_then: 50,
            a_year_later: 100,
        };
        let mut corrected = study.clone();
        corrected.correct(Some(&[past; 4]));
        let whole = corrected.unfinished[0].corrected.unwrap();
        assert!((whole.mean - 8.0).abs() < 0.1, "{whole:?}");
        assert_eq!(corrected.unfinished[1].corrected, None);
        assert_eq!(corrected.forecast, study.forecast, "it enters nothing");
        corrected.correct(None);
        assert_eq!(corrected.correction_refused, Some(NoCorrection::OtherYear));
        let next = study.forecast.unwrap().steps[0].mean;
        assert!((12.0..14.5).contains(&next), "{next}");
    }

    #[test]
    fn years_before_the_first_record_do_not_enter_the_forecast() {
        let late = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0, 12.0];
        let study = Study::of(&series(2015, &late), &NOW);
        assert_eq!(study.forecast, None);
        let reason = study.forecast_refused.unwrap().to_string();
        assert!(reason.contains("only 2 values"), "{reason}");
    }

    #[test]
    fn one_huge_year_is_named() {
        let counts = [5.0, 6.0, 5.0, 900.0, 6.0, 7.0, 6.0, 5.0];
        let study = Study::of(&series(2016, &counts), &NOW);
        assert_eq!(study.outliers, [2019]);
        let forecast = study.forecast.unwrap();
        assert!(forecast.steps[0].mean < 60.0, "{forecast:?}");
    }

    #[test]
    fn a_collection_that_starts_tomorrow_is_empty() {
        let study = Study::of(&series(2024, &[3.0]), &NOW);
        assert!(study.years.is_empty() && study.forecast.is_none());
        assert_eq!(study.unfinished.len(), 1);
    }
}
