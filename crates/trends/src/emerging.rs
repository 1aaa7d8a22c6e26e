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

use crate::{baseline::median, counts::CountSeries};

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
    /// Of the so many highest scores, as far as there are so many.
    pub at: [Option<Precision>; N_CUTS],
    /// Median growth of the share over the next [`WINDOW`] years, smoothed as in
    /// the definition: of the groups that emerged, and of all others. 1: none.
    pub median_growth: [f64; 2],
}

/// How many of the highest scores went on growing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Precision {
    /// How many of the highest scores.
    pub k: usize,
    /// Part of them that went on growing, 0..=1.
    pub precision: f64,
}

/// Lists as long as a reader looks at: the first, a screen, a page.
const CUTS: [usize; N_CUTS] = [5, 10, 20];
const N_CUTS: usize = 3;

/// What became of a group after a year.
struct Outcome {
    /// Its score then; `None` when it did not emerge.
    score: Option<f64>,
    /// Whether its share was larger afterwards.
    has_grown: bool,
    /// How many times, smoothed.
    growth: f64,
}

/// Applies the definition at `year` and looks at the [`WINDOW`] years after it.
/// `None` when the series do not reach that far, or nothing was flagged.
///
/// Equal scores go by the name of the group.
pub fn hindsight<'a>(
    groups: impl Iterator<Item = (&'a str, CountSeries)>,
    year: i32,
) -> Option<Hindsight> {
    let mut outcomes: Vec<(&str, Outcome)> = groups
        .filter_map(|(group, series)| Some((group, outcome(group, &series, year)?)))
        .collect();
    let rank = |outcome: &Outcome| outcome.score.unwrap_or(f64::NEG_INFINITY);
    outcomes.sort_by(|a, b| rank(&b.1).total_cmp(&rank(&a.1)).then(a.0.cmp(b.0)));
    let n_flagged = outcomes.partition_point(|(_, outcome)| outcome.score.is_some());
    let (flagged, others) = outcomes.split_at(n_flagged);
    let grown = |part: &[(&str, Outcome)]| {
        let n = part.iter().filter(|(_, outcome)| outcome.has_grown).count();
        n as f64 / part.len().max(1) as f64
    };
    let middle = |part: &[(&str, Outcome)]| median(part.iter().map(|(_, o)| o.growth).collect());
    (n_flagged > 0).then(|| Hindsight {
        year,
        n_flagged,
        precision: grown(flagged),
        base_rate: grown(others),
        at: CUTS.map(|k| {
            (k <= n_flagged).then(|| Precision {
                k,
                precision: grown(&flagged[..k]),
            })
        }),
        median_growth: [middle(flagged), middle(others)],
    })
}

/// What became of a group; `None` when it had too few records to be judged, or
/// its series ends too early.
fn outcome(group: &str, series: &CountSeries, year: i32) -> Option<Outcome> {
    let known = series.until(year)?;
    let n = known.counts.len();
    if series.counts.len() < n + WINDOW || n < 2 * WINDOW {
        return None;
    }
    let sums = |from: usize| {
        let sum = |values: &[f64]| values[from..from + WINDOW].iter().sum::<f64>();
        (sum(&series.counts), sum(&series.totals))
    };
    let ((recent, recent_total), (after, after_total)) = (sums(n - WINDOW), sums(n));
    let score = emerging(group, &known).map(|found| found.score);
    if score.is_none() && recent < MIN_RECENT {
        return None;
    }
    let share = |count: f64, total: f64| if total > 0.0 { count / total } else { 0.0 };
    let scale = if after_total > 0.0 {
        recent_total / after_total
    } else {
        0.0
    };
    Some(Outcome {
        score,
        has_grown: share(after, after_total) > share(recent, recent_total),
        growth: (after * scale + SMOOTHING) / (recent + SMOOTHING),
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
        assert_eq!(seen.at, [None; N_CUTS], "two are no list of five");
    }

    #[test]
    fn precision_at_k_is_of_the_highest_scores() {
        // Growth before decides the score, growth after whether it was right.
        let names: Vec<String> = (0..12).map(|i| format!("g{i:02}")).collect();
        let groups = names.iter().enumerate().map(|(i, name)| {
            let recent = 30.0 - i as f64;
            let after = if i < 4 { 40.0 } else { 1.0 };
            let counts = [2.0, 2.0, 2.0, recent, recent, recent, after, after, after];
            (name.as_str(), series(&counts))
        });
        let seen = hindsight(groups, 2015).unwrap();
        assert_eq!(seen.n_flagged, 12);
        let at: Vec<f64> = seen.at.iter().flatten().map(|at| at.precision).collect();
        assert_eq!(at, [0.8, 0.4]);
        // Eight of the twelve fell to three records.
        assert!(seen.median_growth[0] < 0.1, "{:?}", seen.median_growth);
    }
}
