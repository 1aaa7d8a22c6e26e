//! What the values of one column are: type, least and greatest, a few samples.

use records::Column;

use super::dates;

/// Values shown of a column.
const N_SAMPLES: usize = 5;

/// Bytes of one sample: longer texts are cut, the body has them whole.
const MAX_SAMPLE_BYTES: usize = 80;

/// Share of the values that may break the rule of a column (a note among the
/// numbers) before it counts as text: one in fifty.
const MISFITS_IN: u64 = 50;

/// Words for a value that is not there.
const MISSING: [&str; 12] = [
    "", "-", "–", "--", "...", "…", "na", "n/a", "nan", "null", "none", "#n/a",
];

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decimal {
    /// `1,234.5`
    Point,
    /// `1.234,5`, as in Vietnamese.
    Comma,
}

/// The extent of the values that can be read in one way.
#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    n: u64,
    n_fractions: u64,
    /// Values that only this way of writing explains.
    n_sure: u64,
    extent: Option<(f64, f64)>,
}

impl Numbers {
    fn add(&mut self, read: Number) {
        self.n += 1;
        self.n_fractions += u64::from(read.is_fraction);
        self.n_sure += u64::from(read.is_sure);
        let (least, greatest) = self.extent.unwrap_or((read.value, read.value));
        self.extent = Some((least.min(read.value), greatest.max(read.value)));
    }
}

/// A number as it was written.
struct Number {
    value: f64,
    is_fraction: bool,
    is_sure: bool,
}

/// All that is known of the values of a column so far.
#[derive(Debug, Default)]
pub(crate) struct Values {
    n_filled: u64,
    n_missing: u64,
    points: Numbers,
    commas: Numbers,
    n_codes: u64,
    n_booleans: u64,
    n_dates: u64,
    dates: Option<(String, String)>,
    samples: Vec<String>,
}

impl Values {
    /// Counts a value.
    pub(crate) fn add(&mut self, raw: &str) {
        let value = raw.trim();
        if is_missing(value) {
            self.n_missing += 1;
            return;
        }
        self.n_filled += 1;
        self.add_sample(value);
        let (point, comma) = (number(value, Decimal::Point), number(value, Decimal::Comma));
        self.n_codes += u64::from(point.is_some() && is_code(value));
        if let Some(read) = point {
            self.points.add(read);
        }
        if let Some(read) = comma {
            self.commas.add(read);
        }
        self.n_booleans += u64::from(is_boolean(value));
        if let Some(date) = dates::read(value) {
            self.n_dates += 1;
            match &mut self.dates {
                None => self.dates = Some((date.clone(), date)),
                Some((first, last)) => {
                    if date < *first {
                        first.clone_from(&date);
                    }
                    if date > *last {
                        *last = date;
                    }
                }
            }
        }
    }

    /// Counts a value that is not there.
    pub(crate) fn add_missing(&mut self) {
        self.n_missing += 1;
    }

    fn add_sample(&mut self, value: &str) {
        if self.samples.len() < N_SAMPLES {
            let sample = cut(value);
            if !self.samples.contains(&sample) {
                self.samples.push(sample);
            }
        }
    }

    /// Whether nearly all values are numbers, dates or truth values.
    pub(crate) fn is_data(&self) -> bool {
        self.data_type(Decimal::Point).is_some_and(|t| t != "text")
    }

    /// Whether there is any value.
    pub(crate) fn is_empty(&self) -> bool {
        self.n_filled == 0
    }

    fn fits(&self, n: u64) -> bool {
        self.n_filled > 0 && n + self.n_filled / MISFITS_IN >= self.n_filled
    }

    /// The type; `usual`: how the file writes numbers where a column leaves the
    /// choice.
    fn data_type(&self, usual: Decimal) -> Option<&'static str> {
        let is_number = self.fits(self.numbers(usual).n) && !self.has_codes();
        Some(match () {
            () if self.n_filled == 0 => return None,
            // `0` and `1` are numbers.
            () if is_number && self.numbers(usual).n_fractions > 0 => "number",
            () if is_number => "integer",
            () if self.fits(self.n_dates) => "date",
            () if self.fits(self.n_booleans) => "boolean",
            () => "text",
        })
    }

    /// `001` is a code and no number: its zeros tell.
    fn has_codes(&self) -> bool {
        self.n_codes * MISFITS_IN > self.n_filled
    }

    fn numbers(&self, usual: Decimal) -> &Numbers {
        let is_comma = match self.points.n.cmp(&self.commas.n) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => match self.points.n_sure.cmp(&self.commas.n_sure) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Greater => false,
                std::cmp::Ordering::Equal => usual == Decimal::Comma,
            },
        };
        if is_comma { &self.commas } else { &self.points }
    }

    /// The column under its name.
    pub(crate) fn column(self, name: String, table: Option<&str>, usual: Decimal) -> Column {
        let data_type = self.data_type(usual);
        let (minimum, maximum) = match data_type {
            Some("integer" | "number") => match self.numbers(usual).extent {
                Some((least, greatest)) => (Some(shown(least)), Some(shown(greatest))),
                None => (None, None),
            },
            Some("date") => self.dates.unzip(),
            _ => (None, None),
        };
        Column {
            name,
            data_type: data_type.map(str::to_owned),
            samples: self.samples,
            table: table.map(str::to_owned),
            minimum,
            maximum,
            n_missing: (self.n_missing > 0).then_some(self.n_missing),
            ..Column::default()
        }
    }
}

/// Whether a cell says that there is nothing.
pub(crate) fn is_missing(value: &str) -> bool {
    value.len() <= 5 && MISSING.contains(&value.to_lowercase().as_str())
}

/// Whether a cell is a number in one of the two ways of writing.
pub(crate) fn is_number(value: &str) -> bool {
    [Decimal::Point, Decimal::Comma]
        .into_iter()
        .any(|decimal| number(value.trim(), decimal).is_some())
}

fn is_boolean(value: &str) -> bool {
    let lower = value.to_lowercase();
    matches!(
        lower.as_str(),
        "true" | "false" | "có" | "không" | "yes" | "no"
    )
}

fn is_code(value: &str) -> bool {
    let digits = value.trim_start_matches(['-', '+']);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A sample of bounded length.
pub(crate) fn cut(value: &str) -> String {
    if value.len() <= MAX_SAMPLE_BYTES {
        return value.to_owned();
    }
    let end = (0..=MAX_SAMPLE_BYTES)
        .rev()
        .find(|at| value.is_char_boundary(*at));
    format!("{}…", value[..end.unwrap_or(0)].trim_end())
}

/// A number without the noise of binary fractions.
pub(super) fn shown(value: f64) -> String {
    // Fifteen digits are what a double carries for sure.
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    rounded.to_string()
}

fn number(value: &str, decimal: Decimal) -> Option<Number> {
    let value = value.strip_suffix('%').unwrap_or(value).trim_end();
    let (mark, group) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let unsigned = value.strip_prefix(['-', '+', '−']).unwrap_or(value);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = match mantissa.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let is_grouped = whole.contains([group, ' ', '\u{a0}']);
    if !(has_good_groups(whole, group) || (!whole.is_empty() && is_digits(whole))) {
        // `.5`
        (whole.is_empty() && fraction.is_some_and(|f| !f.is_empty())).then_some(())?;
    }
    let fraction_digits = fraction.unwrap_or_default();
    if !is_digits(fraction_digits) || fraction == Some("") {
        return None;
    }
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let value_text = format!("{digits}.{fraction_digits}e{exponent}");
    let magnitude: f64 = value_text.parse().ok().filter(|v: &f64| v.is_finite())?;
    let is_negative = unsigned.len() < value.len() && !value.starts_with('+');
    Some(Number {
        value: if is_negative { -magnitude } else { magnitude },
        is_fraction: fraction.is_some() || exponent < 0,
        // Three digits behind one mark may be thousands to the other.
        is_sure: fraction.is_some_and(|f| f.len() != 3 || whole.len() > 3 || whole == "0")
            || (is_grouped && whole.matches(group).count() > 1),
    })
}

/// `1.234.567`: one to three digits, then threes.
fn has_good_groups(whole: &str, group: char) -> bool {
    let mut parts = whole.split([group, ' ', '\u{a0}']);
    let first = parts.next().unwrap_or_default();
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    (1..=3).contains(&first.len())
        && is_digits(first)
        && parts.all(|p| p.len() == 3 && is_digits(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[&str], usual: Decimal) -> (String, Option<String>, Option<String>) {
        let mut found = Values::default();
        values.iter().for_each(|value| found.add(value));
        let column = found.column("x".to_owned(), None, usual);
        (
            column.data_type.unwrap_or_default(),
            column.minimum,
            column.maximum,
        )
    }

    fn some(kind: &str, least: &str, greatest: &str) -> (String, Option<String>, Option<String>) {
        (
            kind.to_owned(),
            Some(least.to_owned()),
            Some(greatest.to_owned()),
        )
    }

    #[test]
    fn numbers_are_read_as_their_column_writes_them() {
        use Decimal::{Comma, Point};
        for (values, usual, expected) in [
            (
                &["12,5", "3,75", "-1"][..],
                Point,
                some("number", "-1", "12.5"),
            ),
            (
                &["1.234,5", "2.000"],
                Point,
                some("number", "1234.5", "2000"),
            ),
            (
                &["1,234.5", "2,000"],
                Comma,
                some("number", "1234.5", "2000"),
            ),
            (&["1.234", "2.345"], Comma, some("integer", "1234", "2345")),
            (&["1.234", "2.345"], Point, some("number", "1.234", "2.345")),
            (&["1.234.567"], Point, some("integer", "1234567", "1234567")),
            (&["0.125", "1.5"], Comma, some("number", "0.125", "1.5")),
            (&["5", "NA", "-", "7"], Point, some("integer", "5", "7")),
            (&["1 234 567"], Point, some("integer", "1234567", "1234567")),
            (&["1e-3", "2"], Point, some("number", "0.001", "2")),
            (&["12,5%", "7,5 %"], Point, some("number", "7.5", "12.5")),
        ] {
            assert_eq!(column(values, usual), expected, "{values:?}");
        }
    }

    #[test]
    fn codes_dates_truth_and_texts_are_no_numbers() {
        let plain = |values: &[&str]| column(values, Decimal::Point).0;
        assert_eq!(plain(&["001", "002"]), "text");
        assert_eq!(plain(&["có", "không"]), "boolean");
        assert_eq!(plain(&["Huế", "12"]), "text");
        assert_eq!(plain(&["1.2.3"]), "text");
        assert_eq!(
            column(&["31/12/2019", "01/02/2018"], Decimal::Point),
            some("date", "2018-02-01", "2019-12-31")
        );
    }

    proptest::proptest! {
        #[test]
        fn no_value_panics(value in "[-+−0-9.,eE% a/:-]{0,24}|.{0,24}") {
            let mut found = Values::default();
            found.add(&value);
            found.column("x".to_owned(), None, Decimal::Comma);
        }
    }
}
