//! Spans of datestamps: what is left to harvest, and its halves when a source
//! fails on the whole.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::HarvestError;

/// How finely a source tells its datestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Granularity {
    Day,
    Second,
}

impl Granularity {
    /// Reads the word of `Identify`; seconds only where they are promised.
    pub(crate) fn of(word: &str) -> Self {
        match word.contains("hh:mm:ss") {
            true => Self::Second,
            false => Self::Day,
        }
    }

    fn unit_s(self) -> i64 {
        match self {
            Self::Day => 86_400,
            Self::Second => 1,
        }
    }

    /// Writes a moment as the source takes it.
    pub(crate) fn write(self, at: Timestamp) -> String {
        let pattern = match self {
            Self::Day => "%Y-%m-%d",
            Self::Second => "%Y-%m-%dT%H:%M:%SZ",
        };
        at.strftime(pattern).to_string()
    }

    /// A bound as the source takes it: a day becomes its first or its last
    /// second, a second its day.
    pub(crate) fn bound(self, value: &str, is_until: bool) -> Result<String, HarvestError> {
        let at = read(value).ok_or_else(|| HarvestError::Date {
            value: value.to_owned(),
        })?;
        let is_day = !value.contains('T');
        let last = i64::from(is_until && is_day) * 86_399;
        let at = Timestamp::from_second(at.as_second() + last).unwrap_or(at);
        Ok(self.write(at))
    }
}

/// Reads a day or a second.
pub(crate) fn read(value: &str) -> Option<Timestamp> {
    if let Ok(at) = value.parse::<Timestamp>() {
        return Some(at);
    }
    let day: Date = value.parse().ok()?;
    day.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// A span of datestamps, both ends in it; an end that is not there is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Window {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
}

impl Window {
    /// The earlier and the later half, which together are the whole; `None`
    /// for a single day or second. Open ends stay open; for the middle they
    /// count as `earliest` and `latest`.
    pub(crate) fn halves(
        &self,
        granularity: Granularity,
        earliest: Timestamp,
        latest: Timestamp,
    ) -> Option<(Self, Self)> {
        let unit = granularity.unit_s();
        let end = |bound: &Option<String>, open: Timestamp| {
            let at = bound.as_deref().and_then(read).unwrap_or(open);
            at.as_second().div_euclid(unit)
        };
        let (low, high) = (end(&self.from, earliest), end(&self.until, latest));
        if high <= low {
            return None;
        }
        let middle = low + (high - low) / 2;
        let write = |n: i64| Timestamp::from_second(n * unit).map(|at| granularity.write(at));
        let earlier = Self {
            from: self.from.clone(),
            until: Some(write(middle).ok()?),
        };
        let later = Self {
            from: Some(write(middle + 1).ok()?),
            until: self.until.clone(),
        };
        Some((earlier, later))
    }

    /// For people.
    pub(crate) fn shown(&self) -> String {
        let end = |bound: &Option<String>| bound.clone().unwrap_or_else(|| "…".to_owned());
        format!("{} to {}", end(&self.from), end(&self.until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(value: &str) -> Timestamp {
        read(value).unwrap()
    }

    #[test]
    fn halves_end_at_single_units_and_leave_nothing_out() {
        for (granularity, n_units) in [(Granularity::Day, 59), (Granularity::Second, 40)] {
            let (earliest, latest) = match granularity {
                Granularity::Day => (at("2024-01-01"), at("2024-02-28")),
                Granularity::Second => (at("2024-01-01T00:00:00Z"), at("2024-01-01T00:00:39Z")),
            };
            let mut left = vec![Window::default()];
            let mut whole = Vec::new();
            while let Some(window) = left.pop() {
                match window.halves(granularity, earliest, latest) {
                    Some((earlier, later)) => left.extend([later, earlier]),
                    None => whole.push(window),
                }
            }
            assert_eq!(whole.len(), n_units);
            assert_eq!((&whole[0].from, &whole[n_units - 1].until), (&None, &None));
            for pair in whole.windows(2) {
                let (end, next) = (pair[0].until.as_deref(), pair[1].from.as_deref());
                let gap = at(next.unwrap()).as_second() - at(end.unwrap()).as_second();
                assert_eq!(gap, granularity.unit_s());
            }
        }
    }

    #[test]
    fn bounds_are_written_as_the_source_takes_them() {
        let second = |value, is_until| Granularity::Second.bound(value, is_until).unwrap();
        assert_eq!(second("2024-01-31", false), "2024-01-31T00:00:00Z");
        assert_eq!(second("2024-01-31", true), "2024-01-31T23:59:59Z");
        assert_eq!(second("2024-01-31T08:00:00Z", true), "2024-01-31T08:00:00Z");
        let day = Granularity::Day.bound("2024-01-31T08:00:00Z", true);
        assert_eq!(day.unwrap(), "2024-01-31");
        assert!(Granularity::Day.bound("yesterday", false).is_err());
    }
}
