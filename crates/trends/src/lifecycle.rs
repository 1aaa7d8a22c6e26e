//! Where a technology stands on its S-curve, or why that can't be said.

use serde::Serialize;

use crate::optimise::minimise;

/// Stage on the S-curve, by the part of the ceiling that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Up to a tenth.
    Emergence,
    /// Up to a half: the yearly count still grows.
    Growth,
    /// Up to nine tenths: the yearly count falls.
    Maturity,
    /// Beyond.
    Saturation,
}

/// A fitted S-curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SCurve {
    /// Stage at the end of the series.
    pub stage: Stage,
    /// Ceiling of the cumulative count.
    pub ceiling: f64,
    /// Part of the ceiling that is reached.
    pub reached: f64,
    /// Year of the steepest growth.
    pub midpoint: f64,
    /// Part of the variance of the cumulative counts that the curve explains.
    pub r_squared: f64,
}

/// Why no stage is given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoStage {
    /// Too few years or cases.
    #[error(
        "{years} years with {cases} cases are too few; at least {MIN_YEARS} years and {MIN_CASES} cases are needed"
    )]
    TooThin {
        /// Years from the first case on.
        years: usize,
        /// Cases in all.
        cases: f64,
    },
    /// The curve does not describe the series.
    #[error("the S-curve explains {:.1} % of the series, less than {:.0} %", 100.0 * r_squared, 100.0 * MIN_R_SQUARED)]
    PoorFit {
        /// What it explains.
        r_squared: f64,
    },
    /// Growth has not bent yet, so that any ceiling would be a guess.
    #[error("growth has not slowed yet, so the ceiling can't be told")]
    NoBend,
}

impl Serialize for NoStage {
    /// The reason in words.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Three parameters and a shape need about this many points.
const MIN_YEARS: usize = 8;
/// Below this the curve follows single records.
const MIN_CASES: f64 = 30.0;
/// Cumulative counts are smooth: even a poor curve explains nine tenths.
const MIN_R_SQUARED: f64 = 0.985;
/// A ceiling beyond this multiple of what is reached is outside the data.
const MAX_EXTRAPOLATION: f64 = 4.0;

/// Fits a logistic curve `K / (1 + exp(-(t - t₀)/τ))` to the cumulative counts
/// by least squares.
///
/// * `first_year`, `counts`: counts a year; years before the first case are
///   left out.
///
/// # Errors
/// [`NoStage`] with the reason why no stage is given.
///
/// **Source:** P. S. Meyer, J. W. Yung, J. H. Ausubel, "A primer on logistic
/// growth and substitution", Technological Forecasting and Social Change 61
/// (1999) 247-271.
pub fn s_curve(first_year: i32, counts: &[f64]) -> Result<SCurve, NoStage> {
    let lead = counts.iter().take_while(|count| **count <= 0.0).count();
    let counts = &counts[lead..];
    let cases: f64 = counts.iter().sum();
    if counts.len() < MIN_YEARS || cases < MIN_CASES {
        return Err(NoStage::TooThin {
            years: counts.len(),
            cases,
        });
    }
    let cumulative: Vec<f64> = counts
        .iter()
        .scan(0.0, |sum, count| {
            *sum += count;
            Some(*sum / cases)
        })
        .collect();
    let n = counts.len() as f64;
    let curve = |p: &[f64], t: f64| p[0] / (1.0 + (-(t - p[1]) / p[2]).exp());
    let squares = |p: &[f64; 3]| -> f64 {
        let errors = cumulative
            .iter()
            .enumerate()
            .map(|(t, y)| y - curve(p, t as f64));
        errors.map(|e| e * e).sum()
    };
    let bounds = [(1.0, 50.0), (-n, 4.0 * n), (0.2, 2.0 * n)];
    // From several shapes that all end where the series ends: the search goes
    // downhill only.
    let starts = [1.05_f64, 2.0, 6.0, 20.0].into_iter().flat_map(|ceiling| {
        [n / 12.0, n / 6.0].map(|tau| [ceiling, n - 1.0 + tau * (ceiling - 1.0).ln(), tau])
    });
    let found = starts
        .map(|start| minimise(squares, &start, &bounds, 1500))
        .min_by(|a, b| a.value.total_cmp(&b.value))
        .ok_or(NoStage::NoBend)?;
    let mean = cumulative.iter().sum::<f64>() / n;
    let variance: f64 = cumulative.iter().map(|y| (y - mean).powi(2)).sum();
    let r_squared = 1.0 - found.value / variance;
    if r_squared < MIN_R_SQUARED {
        return Err(NoStage::PoorFit { r_squared });
    }
    let reached = 1.0 / found.at[0];
    if found.at[0] > MAX_EXTRAPOLATION {
        return Err(NoStage::NoBend);
    }
    Ok(SCurve {
        stage: stage(reached),
        ceiling: found.at[0] * cases,
        reached,
        midpoint: f64::from(first_year) + lead as f64 + found.at[1],
        r_squared,
    })
}

fn stage(reached: f64) -> Stage {
    match reached {
        r if r < 0.1 => Stage::Emergence,
        r if r < 0.5 => Stage::Growth,
        r if r < 0.9 => Stage::Maturity,
        _ => Stage::Saturation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logistic_counts(ceiling: f64, midpoint: f64, tau: f64, years: usize) -> Vec<f64> {
        let at = |t: f64| ceiling / (1.0 + (-(t - midpoint) / tau).exp());
        (0..years)
            .map(|t| at(t as f64) - at(t as f64 - 1.0))
            .collect()
    }

    #[test]
    fn finds_the_curve_that_made_the_counts() {
        let curve = s_curve(2000, &logistic_counts(500.0, 10.0, 2.0, 20)).unwrap();
        assert_eq!(curve.stage, Stage::Saturation);
        assert!((curve.midpoint - 2010.0).abs() < 0.7, "{curve:?}");
        assert!((curve.ceiling - 500.0).abs() < 25.0, "{curve:?}");
    }

    #[test]
    fn refuses_where_nothing_has_bent() {
        let doubling: Vec<f64> = (0..12).map(|t| 2.0_f64.powi(t)).collect();
        assert_eq!(s_curve(2000, &doubling), Err(NoStage::NoBend));
    }

    #[test]
    fn refuses_what_is_thin() {
        let refused = s_curve(2000, &[0.0, 1.0, 2.0]).unwrap_err().to_string();
        assert!(refused.contains("at least 8 years"), "{refused}");
    }
}
