//! How fast a group grew lately, and the years in which its rate changed.

use serde::Serialize;

use crate::counts::CountSeries;

/// Growth over the last complete years.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Growth {
    /// First year looked at.
    pub from: i32,
    /// Last year looked at.
    pub until: i32,
    /// Mean yearly change of the count: 0.1 is a tenth more each year.
    pub per_year: f64,
    /// Mean yearly change of the share of the collection.
    pub share_per_year: f64,
}

/// Years that growth is taken over: long enough that one good year does not
/// decide.
const GROWTH_YEARS: usize = 5;
/// Fewer cases than this in these years are chance.
const MIN_CASES: f64 = 10.0;
/// Added to each count, so that a year without cases has a logarithm.
const HALF: f64 = 0.5;

/// Mean yearly growth over the last five years: the slope of `ln(count + ½)` by
/// least squares, as a rate; `None` with fewer than 3 years or 10 cases.
pub fn growth(series: &CountSeries) -> Option<Growth> {
    let n = series.counts.len();
    let from = n.saturating_sub(GROWTH_YEARS);
    let counts = &series.counts[from..];
    if counts.len() < 3 || counts.iter().sum::<f64>() < MIN_CASES {
        return None;
    }
    let logs: Vec<f64> = counts.iter().map(|count| (count + HALF).ln()).collect();
    let shares: Vec<f64> = (counts.iter().zip(&series.totals[from..]))
        .map(|(count, total)| ((count + HALF) / (total + HALF)).ln())
        .collect();
    Some(Growth {
        from: series.first_year + i32::try_from(from).ok()?,
        until: series.last_year(),
        per_year: slope(&logs).exp_m1(),
        share_per_year: slope(&shares).exp_m1(),
    })
}

/// Slope of the least-squares line through equally spaced values.
fn slope(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let middle = (n - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / n;
    let (mut up, mut down) = (0.0, 0.0);
    for (t, y) in values.iter().enumerate() {
        let t = t as f64 - middle;
        up += t * (y - mean);
        down += t * t;
    }
    up / down
}

/// A year in which the share of the collection went to another level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChangePoint {
    /// First year on the new level.
    pub year: i32,
    /// Mean share before, from the change before it on.
    pub before: f64,
    /// Mean share after, up to the next change.
    pub after: f64,
}

/// Years on one level at least: one year alone is a burst or an error.
const MIN_SEGMENT: usize = 3;

/// Years in which the level of the share changed, in order.
///
/// The years are cut into stretches of at least 3 in which the counts are
/// Poisson with one share of the totals; the cut with the highest likelihood
/// less `1.5·ln n` for each change (place and level: the modified Bayesian
/// criterion for change points) is taken. O(n²).
///
/// **Source:** B. Jackson et al., "An algorithm for optimal partitioning of data
/// on an interval", IEEE Signal Processing Letters 12 (2005) 105-108; N. R.
/// Zhang, D. O. Siegmund, "A modified Bayes information criterion",
/// Biometrics 63 (2007) 22-32.
pub fn change_points(series: &CountSeries) -> Vec<ChangePoint> {
    let n = series.counts.len();
    let sums = |values: &[f64]| -> Vec<f64> {
        let running = values.iter().scan(0.0, |sum, value| {
            *sum += value;
            Some(*sum)
        });
        std::iter::once(0.0).chain(running).collect()
    };
    let (counts, totals) = (sums(&series.counts), sums(&series.totals));
    let level = |from: usize, to: usize| {
        let total = totals[to] - totals[from];
        if total > 0.0 {
            (counts[to] - counts[from]) / total
        } else {
            0.0
        }
    };
    // Minus the log likelihood but for what all cuts share: -Σc·ln(share),
    // since Σ share·total = Σc in each stretch.
    let cost = |from: usize, to: usize| {
        let cases = counts[to] - counts[from];
        if cases > 0.0 {
            -cases * level(from, to).ln()
        } else {
            0.0
        }
    };
    let price = 1.5 * (n as f64).ln();
    // best[t]: the cheapest cut of the first t years, and where its last
    // stretch begins.
    let mut best = vec![(0.0, 0); n + 1];
    for to in 1..=n {
        best[to] = (f64::INFINITY, 0);
        let whole = std::iter::once(0).filter(|_| to >= MIN_SEGMENT.min(n));
        for from in whole.chain(MIN_SEGMENT..(to + 1).saturating_sub(MIN_SEGMENT)) {
            let entry = if from == 0 { 0.0 } else { price };
            let total = best[from].0 + entry + cost(from, to);
            if total < best[to].0 {
                best[to] = (total, from);
            }
        }
    }
    let mut cuts = vec![n];
    while let Some(to) = cuts.last().copied().filter(|to| *to > 0) {
        cuts.push(best[to].1);
    }
    cuts.reverse();
    cuts.windows(3)
        .map(|w| ChangePoint {
            year: series.first_year + i32::try_from(w[1]).unwrap_or(i32::MAX),
            before: level(w[0], w[1]),
            after: level(w[1], w[2]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(counts: Vec<f64>) -> CountSeries {
        CountSeries {
            first_year: 2000,
            totals: vec![200.0; counts.len()],
            counts,
        }
    }

    #[test]
    fn a_tenth_more_each_year() {
        let counts = (0..8).map(|t| 400.0 * 1.1_f64.powi(t)).collect();
        let found = growth(&series(counts)).unwrap();
        assert_eq!((found.from, found.until), (2003, 2007));
        assert!((found.per_year - 0.1).abs() < 0.001, "{found:?}");
        assert!(growth(&series(vec![1.0; 8])).is_none(), "5 cases");
        assert!(growth(&series(vec![90.0; 2])).is_none(), "2 years");
    }

    #[test]
    fn a_step_is_found_at_its_year_and_a_level_is_none() {
        let mut counts = vec![10.0, 12.0, 9.0, 11.0, 10.0, 8.0];
        assert!(change_points(&series(counts.clone())).is_empty());
        counts.extend([31.0, 28.0, 33.0, 30.0, 29.0]);
        let found = change_points(&series(counts));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].year, 2006);
        assert!((found[0].before - 0.05).abs() < 1e-9);
        assert!((found[0].after - 0.151).abs() < 1e-9);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(change_points(&series(vec![])).is_empty());
        assert!(change_points(&series(vec![5.0])).is_empty());
        assert!(change_points(&series(vec![0.0; 12])).is_empty());
    }
}
