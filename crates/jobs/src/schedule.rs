//! When a source is harvested next.

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Time, tz::TimeZone};

use crate::{JobsError, Source, SourceState};

/// Harvesting more often than every five minutes takes from a source what its
/// readers need.
pub const LEAST_MINUTES: u32 = 5;
/// A year.
pub const MOST_MINUTES: u32 = 366 * DAY;

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const WEEK: u32 = 7 * DAY;

/// Wait after the first failure of a source; doubles with each further one, to
/// at most a day: a restart is waited out, and one that is gone is not asked
/// more than its operators notice.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(15);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// Reads `30m`, `6h`, `1d`, `2w` as minutes.
///
/// # Errors
/// [`JobsError::Invalid`].
pub fn parse_every(text: &str) -> Result<u32, JobsError> {
    let cure = "is no interval; write 30m, 6h, 1d or 2w, from 5m to 366d";
    let invalid = || JobsError::invalid("every", text, cure);
    let unit = text.chars().next_back().ok_or_else(invalid)?;
    let factor = match unit {
        'm' => 1,
        'h' => HOUR,
        'd' => DAY,
        'w' => WEEK,
        _ => return Err(invalid()),
    };
    let n: u32 = text[..text.len() - 1].parse().map_err(|_| invalid())?;
    let minutes = n.checked_mul(factor).ok_or_else(invalid)?;
    match (LEAST_MINUTES..=MOST_MINUTES).contains(&minutes) {
        true => Ok(minutes),
        false => Err(invalid()),
    }
}

/// Writes minutes as [`parse_every`] reads them.
pub fn shown_every(minutes: u32) -> String {
    let units = [(WEEK, 'w'), (DAY, 'd'), (HOUR, 'h')];
    let unit = units.into_iter().find(|(n, _)| minutes.is_multiple_of(*n));
    let (n, letter) = unit.unwrap_or((1, 'm'));
    format!("{}{letter}", minutes / n)
}

/// Reads `02:30`.
///
/// # Errors
/// [`JobsError::Invalid`].
pub(crate) fn parse_at(text: &str) -> Result<Time, JobsError> {
    let read = (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok());
    read.flatten()
        .ok_or_else(|| JobsError::invalid("at", text, "is no time of day; write it as 02:30"))
}

/// When a source is to be harvested next; `None` while it is paused.
///
/// * `zone`: where its time of day is meant.
pub fn due_at(source: &Source, state: &SourceState, zone: &TimeZone) -> Option<Timestamp> {
    if source.is_paused {
        return None;
    }
    let Some(began) = state.started_at else {
        return Some(source.created_at);
    };
    if state.n_failures > 0 {
        let doubled = 2_i32.pow(state.n_failures.clamp(1, 10) - 1);
        let wait = (FIRST_WAIT * doubled).min(LONGEST_WAIT);
        return Some(state.ended_at.unwrap_or(began) + wait);
    }
    let every = SignedDuration::from_mins(source.every_minutes.into());
    let at = source.at.as_deref().and_then(|at| parse_at(at).ok());
    let Some(at) = at else {
        return Some(began + every);
    };
    let n_days = (source.every_minutes / DAY).max(1);
    let day = began.to_zoned(zone.clone()).date();
    let day = day.checked_add(i64::from(n_days).days()).unwrap_or(day);
    let due = day.to_datetime(at).to_zoned(zone.clone());
    Some(due.map_or(began + every, |due| due.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn intervals_are_read_as_they_are_written() {
        for (text, minutes) in [
            ("5m", 5),
            ("90m", 90),
            ("6h", 360),
            ("1d", DAY),
            ("2w", 14 * DAY),
        ] {
            assert_eq!(parse_every(text).unwrap(), minutes);
            assert_eq!(shown_every(minutes), text);
        }
        for bad in [
            "",
            "4m",
            "6",
            "h",
            "-1h",
            "1y",
            "367d",
            "99999999999d",
            "1ư",
        ] {
            assert!(parse_every(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_source_that_fails_is_asked_ever_less_often() {
        let created = at("2026-01-01T00:00:00Z");
        let source = Source::new("a", "https://a.vn/oai", created).unwrap();
        let zone = TimeZone::UTC;
        let mut state = SourceState::default();
        assert_eq!(due_at(&source, &state, &zone), Some(created));
        state.started_at = Some(created);
        state.ended_at = Some(created);
        let mut waits = Vec::new();
        for n in [1, 2, 3, 7, 8, 400] {
            state.n_failures = n;
            let due = due_at(&source, &state, &zone).unwrap();
            waits.push(due.duration_since(created).as_mins());
        }
        assert_eq!(waits, [15, 30, 60, 960, 1440, 1440]);
        let paused = Source {
            is_paused: true,
            ..source
        };
        assert_eq!(due_at(&paused, &state, &zone), None);
    }

    #[test]
    fn a_time_of_day_is_kept_where_the_library_stands() {
        let mut source = Source::new("a", "https://a.vn/oai", at("2026-01-01T00:00:00Z")).unwrap();
        source.at = Some("02:30".to_owned());
        let zone = TimeZone::fixed(jiff::tz::offset(7));
        let mut state = SourceState {
            // 03:10 in Viet Nam.
            started_at: Some(at("2026-03-01T20:10:00Z")),
            ..SourceState::default()
        };
        let next = at("2026-03-02T19:30:00Z");
        assert_eq!(due_at(&source, &state, &zone), Some(next));
        source.every_minutes = WEEK;
        let next = at("2026-03-08T19:30:00Z");
        assert_eq!(due_at(&source, &state, &zone), Some(next));
        source.at = None;
        state.ended_at = Some(at("2026-03-01T23:10:00Z"));
        let next = at("2026-03-08T20:10:00Z");
        assert_eq!(due_at(&source, &state, &zone), Some(next));
    }
}
