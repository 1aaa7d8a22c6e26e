//! Dates in cells, as `2019-05-17`.

/// Reads `2019-05-17`, `2019/05/17`, `17/05/2019`, `17-05-2019` and
/// `17.05.2019`, with or without a time behind it; the day comes before the
/// month, as everywhere in Vietnam. `None` for what is no date.
pub(super) fn read(value: &str) -> Option<String> {
    let (date, time) = match value.split_once([' ', 'T']) {
        Some((date, time)) => (date, time.trim_end_matches('Z').trim()),
        None => (value, ""),
    };
    let is_time = |time: &str| {
        time.bytes()
            .all(|b| b.is_ascii_digit() || b":.+-".contains(&b))
    };
    if !(8..=10).contains(&date.len()) || !is_time(time) {
        return None;
    }
    let mark = ['-', '/', '.']
        .into_iter()
        .find(|mark| date.contains(*mark))?;
    let parts: Vec<&str> = date.split(mark).collect();
    let &[first, second, third] = parts.as_slice() else {
        return None;
    };
    let (year, month, day) = match (first.len(), third.len()) {
        (4, 1..=2) => (first, second, third),
        (1..=2, 4) => (third, second, first),
        _ => return None,
    };
    let number = |part: &str| match part.bytes().all(|b| b.is_ascii_digit()) {
        true => part.parse::<u16>().ok(),
        false => None,
    };
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let is_good = (1000..=2999).contains(&year) && (1..=12).contains(&month);
    (is_good && (1..=31).contains(&day)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// The date of a day counted from 1970-01-01, in the proleptic Gregorian
/// calendar; `None` beyond the years 1 to 9999. **Source:** Hinnant 2013,
/// chrono-compatible low-level date algorithms.
pub(super) fn of_day(day: i64) -> Option<String> {
    if !(-719_162..=2_932_896).contains(&day) {
        return None;
    }
    let since_0000_03_01 = day + 719_468;
    let era = since_0000_03_01.div_euclid(146_097);
    let day_of_era = since_0000_03_01.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_before_months() {
        for (text, date) in [
            ("2019-05-17", Some("2019-05-17")),
            ("17/5/2019", Some("2019-05-17")),
            ("17.05.2019 08:30", Some("2019-05-17")),
            ("2019-05-17T08:30:00Z", Some("2019-05-17")),
            ("05/17/2019", None),
            ("1234-56", None),
            ("192.168.1.10", None),
            ("12/5/19", None),
        ] {
            assert_eq!(read(text).as_deref(), date, "{text}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (day, date) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (18_321, "2020-02-29"),
            (19_782, "2024-02-29"),
            (2_932_896, "9999-12-31"),
            (-719_162, "0001-01-01"),
        ] {
            assert_eq!(of_day(day).as_deref(), Some(date));
        }
        assert_eq!((of_day(i64::MAX), of_day(i64::MIN)), (None, None));
    }
}
