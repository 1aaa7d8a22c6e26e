//! Numbers and dates as each language prints them.

use crate::locale::Locale;

/// A whole number with its thousands marked: `1.234` in Vietnamese, `1,234` in
/// English.
pub(crate) fn number(n: u64, locale: Locale) -> String {
    let mark = match locale {
        Locale::Vi => '.',
        Locale::En => ',',
    };
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// A number with `places` decimals: `0,25` in Vietnamese, `0.25` in English.
pub(crate) fn decimal(value: f64, places: usize, locale: Locale) -> String {
    let text = format!("{value:.places$}");
    match locale {
        Locale::Vi => text.replace('.', ","),
        Locale::En => text,
    }
}

/// A size in bytes, decimal units: `1,2 MB`.
pub(crate) fn size(bytes: u64, locale: Locale) -> String {
    #[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let amount = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", decimal(amount / 1e3, 0, locale)),
        1_000_000..1_000_000_000 => format!("{} MB", decimal(amount / 1e6, 1, locale)),
        _ => format!("{} GB", decimal(amount / 1e9, 1, locale)),
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `2019-05-17` as `17/5/2019` or `17 May 2019`, `2019-05` as `5/2019` or `May
/// 2019`. What is no such date comes back as it was.
pub(crate) fn date(iso: &str, locale: Locale) -> String {
    let mut parts = iso.split('-');
    let (Some(year), month, day, None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return iso.to_owned();
    };
    let within = |part: Option<&str>, most: usize| {
        let value = part?.parse::<usize>().ok()?;
        (1..=most).contains(&value).then_some(value)
    };
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return iso.to_owned();
    }
    match (within(month, 12), within(day, 31)) {
        (Some(month), Some(day)) => match locale {
            Locale::Vi => format!("{day}/{month}/{year}"),
            Locale::En => format!("{day} {} {year}", MONTHS[month - 1]),
        },
        (Some(month), None) if day.is_none() => match locale {
            Locale::Vi => format!("{month}/{year}"),
            Locale::En => format!("{} {year}", MONTHS[month - 1]),
        },
        _ => iso.to_owned(),
    }
}

/// A moment as day and minute, UTC: `17/5/2019 08:30 UTC`.
pub(crate) fn moment(at: jiff::Timestamp, locale: Locale) -> String {
    let day = date(&at.strftime("%Y-%m-%d").to_string(), locale);
    format!("{day} {} UTC", at.strftime("%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_from_the_right() {
        let shown = [0, 12, 999, 1_000, 73_970, 1_234_567];
        let vi = shown.map(|n| number(n, Locale::Vi));
        assert_eq!(vi, ["0", "12", "999", "1.000", "73.970", "1.234.567"]);
        assert_eq!(number(1_234_567, Locale::En), "1,234,567");
        assert_eq!(decimal(0.256, 2, Locale::Vi), "0,26");
        assert_eq!(size(1_250_000, Locale::Vi), "1,2 MB");
        assert_eq!(size(999, Locale::En), "999 B");
    }

    #[test]
    fn dates_read_as_people_write_them() {
        assert_eq!(date("2019-05-07", Locale::Vi), "7/5/2019");
        assert_eq!(date("2019-05-07", Locale::En), "7 May 2019");
        assert_eq!(date("2019-05", Locale::Vi), "5/2019");
        assert_eq!(date("2019-12", Locale::En), "December 2019");
        for odd in [
            "2019",
            "2019-13-01",
            "2019-00",
            "mùa xuân 2019",
            "",
            "2019-05-99",
            "-1-1",
        ] {
            assert_eq!(date(odd, Locale::Vi), odd);
        }
    }
}
