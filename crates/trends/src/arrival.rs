//! What an unfinished year will have once its records have come: from how many
//! of a year's records had arrived by the same day of past years.

use serde::Serialize;

/// An unfinished year as it will be counted a year from now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Corrected {
    /// Expected records.
    pub mean: f64,
    /// Lower end of the 95 % interval; never below what is there.
    pub lower: f64,
    /// Upper end of the 95 % interval.
    pub upper: f64,
    /// Part of a year's records that had arrived by this day, in a usual past
    /// year (geometric mean), 0..=1.
    pub arrived: f64,
    /// Past years that tell.
    pub n_years: usize,
}

/// Why an unfinished year is not corrected.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum NoCorrection {
    /// The year in question is not the present one.
    #[error("only the present year can be corrected")]
    OtherYear,
    /// Nothing to correct.
    #[error("no record of this year has come yet")]
    Nothing,
    /// The catalogue is too young, or took in too few records a year.
    #[error(
        "the catalogue knows of {n_years} past years when their records arrived; at least {MIN_YEARS} are needed"
    )]
    TooFewYears {
        /// Those that tell.
        n_years: usize,
    },
    /// So little of a year has usually come by now that it says nothing.
    #[error("by this day only {:.0} % of a year's records have usually come", 100.0 * arrived)]
    TooEarly {
        /// That part.
        arrived: f64,
    },
}

impl Serialize for NoCorrection {
    /// The reason in words.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Records of one past year by when they arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastYear {
    /// Arrived by this day of the year itself.
    pub by_then: u64,
    /// Arrived by this day of the year after.
    pub a_year_later: u64,
}

/// With fewer the spread between years is a guess.
pub const MIN_YEARS: usize = 3;
/// Years with fewer records say nothing on their own.
const MIN_RECORDS: u64 = 30;
/// Below this part the rest is twenty times what is known.
const MIN_ARRIVED: f64 = 0.05;

/// Corrects the count of the unfinished year.
///
/// The part `f` that had arrived is taken as log-normal over past years, with
/// Student's t for its spread; what is still to come adds a variance of
/// `(1 − f) / count` to the logarithm (records arrive independently).
///
/// * `count`: records of the year that are there today;
/// * `past`: past years, of which those with at least 30 records tell.
///
/// # Errors
/// [`NoCorrection`].
pub fn correct(count: f64, past: &[PastYear]) -> Result<Corrected, NoCorrection> {
    if count <= 0.0 {
        return Err(NoCorrection::Nothing);
    }
    let told = past.iter().filter(|year| year.a_year_later >= MIN_RECORDS);
    let logs: Vec<f64> = told.map(|year| part_arrived(*year).ln()).collect();
    let n_years = logs.len();
    if n_years < MIN_YEARS {
        return Err(NoCorrection::TooFewYears { n_years });
    }
    let n = n_years as f64;
    let mean = logs.iter().sum::<f64>() / n;
    let arrived = mean.exp();
    if arrived < MIN_ARRIVED {
        return Err(NoCorrection::TooEarly { arrived });
    }
    let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let to_come = (1.0 - arrived).max(0.0) / count;
    let spread = (variance * (1.0 + 1.0 / n) + to_come).sqrt();
    let reach = (student_975(n_years - 1) * spread).exp();
    let whole = (count / arrived).max(count);
    Ok(Corrected {
        mean: whole,
        lower: (whole / reach).max(count),
        upper: whole * reach,
        arrived,
        n_years,
    })
}

/// Half a record is added to both sides, so that none at all is still a part.
fn part_arrived(year: PastYear) -> f64 {
    (year.by_then as f64 + 0.5) / (year.a_year_later as f64 + 1.0)
}

/// The 97.5 % point of Student's t; beyond the table by the first term of its
/// expansion around the normal one (off by less than .01).
fn student_975(degrees: usize) -> f64 {
    const TABLE: [f64; 20] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    ];
    let place = degrees.saturating_sub(1);
    TABLE
        .get(place)
        .copied()
        .unwrap_or(1.960 + 2.372 / degrees as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(by_then: u64, a_year_later: u64) -> PastYear {
        PastYear {
            by_then,
            a_year_later,
        }
    }

    #[test]
    fn half_of_a_year_becomes_a_whole_one() {
        let past = [
            year(500, 1000),
            year(480, 1000),
            year(520, 1000),
            year(505, 1000),
        ];
        let found = correct(300.0, &past).unwrap();
        assert!((found.mean - 600.0).abs() < 10.0, "{found:?}");
        assert!((found.arrived - 0.5).abs() < 0.01 && found.n_years == 4);
        assert!(300.0 < found.lower && found.lower < found.mean && found.mean < found.upper);
        // Years that differ more give a wider interval.
        let uneven = [
            year(300, 1000),
            year(700, 1000),
            year(500, 1000),
            year(600, 1000),
        ];
        let wide = correct(300.0, &uneven).unwrap();
        assert!(wide.upper - wide.lower > 2.0 * (found.upper - found.lower));
    }

    #[test]
    fn it_is_refused_without_a_history() {
        let good = year(50, 100);
        assert_eq!(correct(0.0, &[good; 5]), Err(NoCorrection::Nothing));
        let few = Err(NoCorrection::TooFewYears { n_years: 2 });
        assert_eq!(correct(9.0, &[good, good, year(5, 20)]), few);
        let early = correct(9.0, &[year(1, 100); 4]).unwrap_err();
        assert!(matches!(early, NoCorrection::TooEarly { .. }), "{early}");
    }

    #[test]
    fn what_is_there_is_never_taken_away() {
        let found = correct(40.0, &[year(100, 100); 3]).unwrap();
        assert!(found.lower >= 40.0 && found.mean >= 40.0, "{found:?}");
    }

    /// Years drawn from one law of arrival: the interval covers what comes.
    #[test]
    fn the_interval_covers_what_it_promises() {
        let mut state = 7u64;
        let mut random = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / (1u64 << 31) as f64
        };
        let (mut n_in, n_all) = (0, 600);
        for _ in 0..n_all {
            let mut draw = || {
                let total = 200 + (random() * 400.0) as u64;
                let part = 0.35 + 0.3 * random();
                let by_then = (0..total).filter(|_| random() < part).count() as u64;
                year(by_then, total)
            };
            let past: Vec<PastYear> = (0..6).map(|_| draw()).collect();
            let now = draw();
            let found = correct(now.by_then as f64, &past).unwrap();
            n_in += usize::from((found.lower..=found.upper).contains(&(now.a_year_later as f64)));
        }
        let coverage = n_in as f64 / f64::from(n_all);
        assert!((0.92..=0.995).contains(&coverage), "{coverage}");
    }
}
