//! Dates as sources write them: `2019-05-01T00:00:00Z`, `20190501`,
//! `2019/05`, `[2019?]`, `May 2019`.

use records::Year;

/// The date as `2019`, `2019-05` or `2019-05-17`. `None` when there is no year.
pub(crate) fn read(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let digits: Vec<&str> = raw
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    if let Some(date) = compact(digits.first().copied().unwrap_or_default()) {
        return Some(date);
    }
    let year = Year::find(raw)?;
    if !raw.starts_with(|c: char| c.is_ascii_digit()) || digits.first()?.len() != 4 {
        return Some(year.to_string());
    }
    // A range or a list of years has no month behind the first.
    let mut date = year.to_string();
    for (part, max) in digits.iter().skip(1).zip([12, 31]) {
        match part.parse::<u32>() {
            Ok(number) if (1..=max).contains(&number) && part.len() <= 2 => {
                date.push_str(&format!("-{number:02}"));
            }
            _ => break,
        }
    }
    Some(date)
}

/// Eight digits: year, month, day; month and day may be `00` (not known).
fn compact(digits: &str) -> Option<String> {
    if digits.len() != 8 {
        return None;
    }
    let (year, rest) = digits.split_at(4);
    let year = Year::find(year)?;
    let (month, day) = rest.split_at(2);
    let is_in = |part: &str, max: u32| part.parse().is_ok_and(|n: u32| (1..=max).contains(&n));
    Some(match (is_in(month, 12), is_in(day, 31)) {
        (true, true) => format!("{year}-{month}-{day}"),
        (true, false) => format!("{year}-{month}"),
        _ => year.to_string(),
    })
}

/// The number of an English month, `Jan` to `December`; `None` for another word.
pub(crate) fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let lower = word.trim().to_ascii_lowercase();
    let head = lower.get(..3)?;
    (1..)
        .zip(MONTHS)
        .find(|(_, name)| *name == head)
        .map(|(number, _)| number)
}

/// A date of parts that may be blank; the month may be a word.
pub(crate) fn of_parts(year: &str, month_or_word: &str, day: &str) -> String {
    let month = month_or_word
        .trim()
        .parse()
        .ok()
        .or_else(|| month(month_or_word));
    match (month, day.trim().parse::<u32>()) {
        (Some(month), Ok(day)) => format!("{year}-{month:02}-{day:02}"),
        (Some(month), Err(_)) => format!("{year}-{month:02}"),
        (None, _) => year.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sources_write() {
        for (raw, date) in [
            ("2019-05-01T00:00:00Z", Some("2019-05-01")),
            ("20151201", Some("2015-12-01")),
            ("19840500", Some("1984-05")),
            ("2019/5", Some("2019-05")),
            ("2010-2012", Some("2010")),
            ("[2019?]", Some("2019")),
            ("May 17, 2018", Some("2018")),
            ("c1999.", Some("1999")),
            ("n.d.", None),
            ("-0099", None),
        ] {
            assert_eq!(read(raw).as_deref(), date, "{raw}");
        }
        assert_eq!(of_parts("2018", "May", "7"), "2018-05-07");
        assert_eq!(of_parts("2018", "", ""), "2018");
    }
}
