//! Taking the season out of quarterly and monthly series and putting it back.

/// A seasonal pattern: one factor (or addend) per place in the year.
#[derive(Debug, Clone)]
pub(crate) struct Season {
    pattern: Vec<f64>,
    multiplies: bool,
}

impl Season {
    /// Finds the pattern of `period` values a year by ratio (or difference) to
    /// the centred moving average; `None` when the series is shorter than three
    /// years or shows no season: its autocorrelation at one year does not
    /// exceed the 90 % limit.
    ///
    /// **Source:** V. Assimakopoulos, K. Nikolopoulos, "The theta model",
    /// International Journal of Forecasting 16 (2000) 521-530, section 3.
    pub(crate) fn find(values: &[f64], period: usize) -> Option<Self> {
        if period < 2 || values.len() < 3 * period || !is_seasonal(values, period) {
            return None;
        }
        let multiplies = values.iter().all(|y| *y > 0.0);
        let neutral = if multiplies { 1.0 } else { 0.0 };
        let mut ratios = vec![Vec::new(); period];
        for (t, average) in centred_average(values, period) {
            let ratio = if multiplies {
                values[t] / average
            } else {
                values[t] - average
            };
            ratios[t % period].push(ratio);
        }
        let mut pattern: Vec<f64> = ratios
            .iter()
            .map(|r| {
                if r.is_empty() {
                    neutral
                } else {
                    r.iter().sum::<f64>() / r.len() as f64
                }
            })
            .collect();
        let mean = pattern.iter().sum::<f64>() / period as f64;
        for place in &mut pattern {
            if multiplies {
                *place /= mean
            } else {
                *place -= mean
            }
        }
        // A place that is nearly zero can't be divided out.
        let usable = !multiplies || pattern.iter().all(|p| *p > 1e-3);
        usable.then_some(Self {
            pattern,
            multiplies,
        })
    }

    /// The series without its season.
    pub(crate) fn remove(&self, values: &[f64]) -> Vec<f64> {
        let places = self.pattern.iter().cycle();
        let pairs = values.iter().zip(places);
        if self.multiplies {
            pairs.map(|(y, p)| y / p).collect()
        } else {
            pairs.map(|(y, p)| y - p).collect()
        }
    }

    /// The value at time `t` (0 = first of the history) with its season.
    pub(crate) fn add(&self, t: usize, value: f64) -> f64 {
        let place = self.pattern[t % self.pattern.len()];
        if self.multiplies {
            value * place
        } else {
            value + place
        }
    }

    /// By how much a width at time `t` is stretched.
    pub(crate) fn stretch(&self, t: usize) -> f64 {
        if self.multiplies {
            self.pattern[t % self.pattern.len()]
        } else {
            1.0
        }
    }
}

/// Autocorrelation at one year beyond 1.645 standard errors (Bartlett).
fn is_seasonal(values: &[f64], period: usize) -> bool {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance: f64 = values.iter().map(|y| (y - mean).powi(2)).sum();
    if variance <= 0.0 {
        return false;
    }
    let correlation = |lag: usize| -> f64 {
        (lag..n)
            .map(|t| (values[t] - mean) * (values[t - lag] - mean))
            .sum::<f64>()
            / variance
    };
    let before: f64 = (1..period).map(|lag| correlation(lag).powi(2)).sum();
    correlation(period).abs() > 1.645 * ((1.0 + 2.0 * before) / n as f64).sqrt()
}

/// Moving average over one year, centred; an even period takes half of both
/// ends.
fn centred_average(values: &[f64], period: usize) -> Vec<(usize, f64)> {
    let half = period / 2;
    (half..values.len().saturating_sub(half))
        .map(|t| {
            let window = &values[t - half..=t + half];
            let sum: f64 = window.iter().sum();
            let even = period.is_multiple_of(2);
            let ends = if even {
                f64::midpoint(window[0], window[period])
            } else {
                0.0
            };
            (t, (sum - ends) / period as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarterly() -> Vec<f64> {
        let factors = [0.8, 1.1, 1.3, 0.8];
        (0..24)
            .map(|t| (100.0 + t as f64) * factors[t % 4])
            .collect()
    }

    #[test]
    fn removes_and_puts_back() {
        let values = quarterly();
        let season = Season::find(&values, 4).expect("a strong season");
        let plain = season.remove(&values);
        assert!(
            plain.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 5.0),
            "{plain:?}"
        );
        for (t, y) in plain.iter().enumerate() {
            assert!((season.add(t, *y) - values[t]).abs() < 1e-9);
        }
    }

    #[test]
    fn a_line_has_no_season() {
        let line: Vec<f64> = (0..40).map(|t| f64::from(t * t % 7)).collect();
        assert!(Season::find(&[5.0; 40], 12).is_none());
        assert!(Season::find(&line[..10], 4).is_none());
    }
}
