//! Which groups emerge: a written definition, and its score in hindsight.
//!
//! A group **emerges** in year `y` when, with all counts up to `y` only,
//! 1. it has at least [`MIN_RECENT`] records in the last [`WINDOW`] years;
//! 2. its mean share of the collection in these years is at least
//!    [`MIN_GROWTH`] times that of the [`WINDOW`] years before;
//! 3. at least [`MIN_NOVELTY`] of all its records lie in the last 2 × [`WINDOW`]
//!    years.
//!
//! Its **score** is the logarithm (base 2) of the growth in 2, smoothed by
//! [`SMOOTHING`] records on both sides so that small groups don't win by chance.

use serde::Serialize;

use crate::counts::CountSeries;

/// Years that are compared with as many years before: long enough that one
/// conference does not decide, short enough to be news.
pub const WINDOW: usize = 3;
/// Fewer records than this are chance.
pub const MIN_RECENT: f64 = 6.0;
/// Growth that deserves the name.
pub const MIN_GROWTH: f64 = 1.5;
/// Old groups that merely recover are left out.
pub const MIN_NOVELTY: f64 = 0.5;
/// Records added to both windows: a group that went from 0 to 3 does not beat
/// one that went from 20 to 80.
pub const SMOOTHING: f64 = 2.0;

/// An emerging group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Emerging {
    /// Name of the group.
    pub group: String,
    /// Base-2 logarithm of the smoothed growth of its share.
    pub score: f64,
    /// Records in the last window.
    pub recent: f64,
    /// Records in the window before.
    pub before: f64,
    /// Part of all its records in the last two windows.
    pub novelty: f64,
}

/// Applies the definition at the last year of a series.
pub fn emerging(group: &str, series: &CountSeries) -> Option<Emerging> {
    let n = series.counts.len();
    if n < 2 * WINDOW {
        return None;
    }
    let sum = |values: &[f64], from: usize, to: usize| values[from..to].iter().sum::<f64>();
    let recent = sum(&series.counts, n - WINDOW, n);
    let before = sum(&series.counts, n - 2 * WINDOW, n - WINDOW);
    let recent_total = sum(&series.totals, n - WINDOW, n);
    let before_total = sum(&series.totals, n - 2 * WINDOW, n - WINDOW);
    let all = sum(&series.counts, 0, n);
    if recent < MIN_RECENT || before_total <= 0.0 || recent_total <= 0.0 {
        return None;
    }
    let scale = before_total / recent_total;
    let growth = (recent * scale + SMOOTHING) / (before + SMOOTHING);
    let novelty = (recent + before) / all;
    (growth >= MIN_GROWTH && novelty >= MIN_NOVELTY).then(|| Emerging {
        group: group.to_owned(),
        score: growth.log2(),
        recent,
        before,
        novelty,
    })
}

/// How the definition would have done.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hindsight {
    /// The year it was applied at.
    pub year: i32,
    /// Groups that emerged by the definition.
    pub n_flagged: usize,
    /// Part of them whose share in the next [`WINDOW`] years was above that of
    /// the last window.
    pub precision: f64,
    /// The same part among all other groups with enough records: what chance
    /// would give.
    pub base_rate: f64,
}

/// Applies the definition at `year` and looks at the [`WINDOW`] years after it.
/// `None` when the series do not reach that far, or nothing was flagged.
pub fn hindsight<'a>(
    groups: impl Iterator<Item = (&'a str, CountSeries)>,
    year: i32,
) -> Option<Hindsight> {
    let (mut n_flagged, mut n_right, mut n_others, mut n_others_grown) = (0, 0, 0, 0);
    for (group, series) in groups {
        let Some(known) = series.until(year) else {
            continue;
        };
        let n = known.counts.len();
        if series.counts.len() < n + WINDOW || n < 2 * WINDOW {
            continue;
        }
        let share = |from: usize, to: usize| {
            let total: f64 = series.totals[from..to].iter().sum();
            if total > 0.0 {
                series.counts[from..to].iter().sum::<f64>() / total
            } else {
                0.0
            }
        };
        let grown = share(n, n + WINDOW) > share(n - WINDOW, n);
        if emerging(group, &known).is_some() {
            n_flagged += 1;
            n_right += usize::from(grown);
        } else if known.counts[n - WINDOW..].iter().sum::<f64>() >= MIN_RECENT {
            n_others += 1;
            n_others_grown += usize::from(grown);
        }
    }
    let part = |n: usize, of: usize| if of > 0 { n as f64 / of as f64 } else { 0.0 };
    (n_flagged > 0).then(|| Hindsight {
        year,
        n_flagged,
        precision: part(n_right, n_flagged),
        base_rate: part(n_others_grown, n_others),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(counts: &[f64]) -> CountSeries {
        CountSeries {
            first_year: 2010,
            counts: counts.to_vec(),
            totals: vec![100.0; counts.len()],
        }
    }

    #[test]
    fn new_and_growing_emerges_steady_does_not() {
        let found = emerging(
            "x",
            &series(&[0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 5.0, 8.0, 13.0]),
        );
        let found = found.expect("it grew from 4 to 26");
        // (26 + 2) / (4 + 2), base 2.
        assert!((found.score - (28.0_f64 / 6.0).log2()).abs() < 1e-12);
        assert!(emerging("x", &series(&[5.0; 9])).is_none());
    }

    #[test]
    fn an_old_group_that_recovers_is_not_new() {
        let old = [40.0, 40.0, 40.0, 40.0, 2.0, 2.0, 2.0, 6.0, 7.0, 9.0];
        assert!(emerging("x", &series(&old)).is_none());
    }

    #[test]
    fn hindsight_counts_what_went_on_growing() {
        let up = series(&[0.0, 0.0, 1.0, 4.0, 6.0, 9.0, 12.0, 15.0, 20.0]);
        let flash = series(&[0.0, 0.0, 1.0, 4.0, 6.0, 9.0, 1.0, 0.0, 0.0]);
        let seen = hindsight([("up", up), ("flash", flash)].into_iter(), 2015).unwrap();
        assert_eq!(seen.n_flagged, 2);
        assert!((seen.precision - 0.5).abs() < 1e-12);
    }
}
