//! Moments of a series: years, quarters, months, or plain numbers.

use std::fmt;

/// A period of a series, counted in periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// Periods since year 0 (or the plain number itself).
    count: i64,
    per_year: i64,
}

impl Moment {
    /// Reads `2019`, `2019Q3`, `2019-Q3`, `2019-07`, `2019-07-01`, or a plain
    /// number that counts periods. `None` for anything else.
    pub(crate) fn parse(text: &str, per_year: usize) -> Option<Self> {
        let per_year = i64::try_from(per_year).ok()?;
        let mut parts = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(str::parse::<i64>);
        let first = parts.next()?.ok()?;
        let second = parts.next().transpose().ok()?;
        let count = match second {
            Some(_) if per_year == 1 => first,
            Some(place) if (1..=per_year).contains(&place) => first * per_year + place - 1,
            // A month in a quarterly series: its quarter.
            Some(month) if per_year == 4 && (1..=12).contains(&month) => {
                first * 4 + (month - 1) / 3
            }
            Some(_) => return None,
            None => first,
        };
        Some(Self {
            count,
            per_year: if second.is_some() { per_year } else { 1 },
        })
    }

    /// The period after this one.
    pub(crate) fn next(self) -> Self {
        Self {
            count: self.count + 1,
            ..self
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.per_year == 1 {
            write!(f, "{}", self.count)
        } else {
            write!(
                f,
                "{}-{}",
                self.count / self.per_year,
                self.count % self.per_year + 1
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let count = |text, per_year| Moment::parse(text, per_year).map(|m| m.count);
        assert_eq!(count("2019", 1), Some(2019));
        assert_eq!(count("2019-01-01", 1), Some(2019));
        assert_eq!(count("2019Q3", 4), Some(2019 * 4 + 2));
        assert_eq!(count("2019-07", 12), Some(2019 * 12 + 6));
        assert_eq!(count("17", 12), Some(17));
        assert_eq!(count("Q", 4), None);
        assert_eq!(count("2019-13", 12), None);
    }

    #[test]
    fn a_missing_period_is_named_as_it_is_written() {
        let december = Moment::parse("2019-12", 12).unwrap();
        assert_eq!(december.next().to_string(), "2020-1");
    }
}
