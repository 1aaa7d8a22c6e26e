//! By how many years one kind of work follows another.

use serde::Serialize;

use crate::baseline::median;

/// How far the second kind lies behind the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lag {
    /// Median of the differences between a year of the second and a year of
    /// the first; negative when the second came first.
    pub years: f64,
    /// Cases of the first kind.
    pub n_first: f64,
    /// Cases of the second kind.
    pub n_second: f64,
}

/// Why no lag is given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{n_first} and {n_second} cases are too few; at least {} of each are needed",
    MIN_CASES
)]
pub struct NoLag {
    /// Cases of the first kind.
    pub n_first: f64,
    /// Cases of the second kind.
    pub n_second: f64,
}

/// With fewer the median moves by a year with each new case.
const MIN_CASES: f64 = 10.0;

/// The shift between two distributions over years: the median over all pairs
/// of one case of each.
///
/// * `first`, `second`: cases in the same years, of the same length.
///
/// # Errors
/// [`NoLag`] when either kind has fewer than 10 cases.
///
/// **Source:** J. L. Hodges, E. L. Lehmann, "Estimates of location based on rank
/// tests", Annals of Mathematical Statistics 34 (1963) 598-611, section 6.
pub fn lag(first: &[f64], second: &[f64]) -> Result<Lag, NoLag> {
    let n_first: f64 = first.iter().sum();
    let n_second: f64 = second.iter().sum();
    if n_first < MIN_CASES || n_second < MIN_CASES {
        return Err(NoLag { n_first, n_second });
    }
    // Pairs by difference: a few dozen years, so a table of them is small.
    let span = first.len().max(second.len());
    let mut pairs = vec![0.0; 2 * span + 1];
    for (i, a) in first.iter().enumerate() {
        for (j, b) in second.iter().enumerate() {
            pairs[span + j - i] += a * b;
        }
    }
    let half = n_first * n_second / 2.0;
    let mut below = 0.0;
    let mut middle = Vec::new();
    for (place, weight) in pairs.iter().enumerate().filter(|(_, w)| **w > 0.0) {
        let reaches = below + weight;
        if below <= half && reaches >= half {
            middle.push(place as f64 - span as f64);
        }
        below = reaches;
    }
    Ok(Lag {
        years: median(middle),
        n_first,
        n_second,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patents_three_years_behind_the_papers() {
        let papers = [0.0, 4.0, 9.0, 4.0, 0.0, 0.0, 0.0];
        let patents = [0.0, 0.0, 0.0, 0.0, 4.0, 9.0, 4.0];
        assert_eq!(lag(&papers, &patents).unwrap().years, 3.0);
        assert_eq!(lag(&patents, &papers).unwrap().years, -3.0);
        assert_eq!(lag(&papers, &papers).unwrap().years, 0.0);
    }

    #[test]
    fn a_handful_says_nothing() {
        let refused = lag(&[9.0], &[30.0]).unwrap_err().to_string();
        assert!(refused.contains("at least 10"), "{refused}");
    }
}
