//! A year of publication, grant or acceptance.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A year between [`Year::MIN`] and [`Year::MAX`], both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Year(u16);

/// Why a number is no year of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("year `{shown}` is not between {} and {}", Year::MIN, Year::MAX)]
pub struct InvalidYear {
    shown: String,
}

impl InvalidYear {
    fn new(shown: impl ToString) -> Self {
        Self {
            shown: shown.to_string(),
        }
    }
}

impl Year {
    /// Before this nothing is printed: smaller numbers are page or volume
    /// numbers that slipped into the field.
    pub const MIN: i32 = 1000;
    /// Far enough for forthcoming works; larger numbers are typing errors.
    pub const MAX: i32 = 2100;

    /// Checks that `year` lies in the range.
    ///
    /// # Errors
    /// [`InvalidYear`] when it does not.
    pub fn new(year: i32) -> Result<Self, InvalidYear> {
        if (Self::MIN..=Self::MAX).contains(&year) {
            u16::try_from(year)
                .map(Self)
                .map_err(|_| InvalidYear::new(year))
        } else {
            Err(InvalidYear::new(year))
        }
    }

    /// The first run of exactly four digits in `text` that is a year:
    /// `2019`, `2019-05-01`, `c2019.`, `01/05/2019`. `None` when there is none.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| !c.is_ascii_digit())
            .filter(|digits| digits.len() == 4)
            .find_map(|digits| digits.parse().ok().and_then(|n| Self::new(n).ok()))
    }

    /// The year as a number.
    pub fn get(self) -> i32 {
        i32::from(self.0)
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Year {
    type Err = InvalidYear;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let invalid = || InvalidYear::new(text.chars().take(40).collect::<String>());
        Self::new(text.parse().map_err(|_| invalid())?)
    }
}

impl TryFrom<i32> for Year {
    type Error = InvalidYear;

    fn try_from(year: i32) -> Result<Self, Self::Error> {
        Self::new(year)
    }
}

impl From<Year> for i32 {
    fn from(year: Year) -> Self {
        year.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_year_in_what_people_write() {
        let year = |text| Year::find(text).map(Year::get);
        assert_eq!(year("c2019."), Some(2019));
        assert_eq!(year("ngày 01/05/2019"), Some(2019));
        assert_eq!(year("1-2019-00123"), Some(2019));
        assert_eq!(year("số 12345"), None);
        assert_eq!(year("0999"), None);
    }

    #[test]
    fn the_edges_hold() {
        assert!(Year::new(1000).is_ok() && Year::new(2100).is_ok());
        assert!(Year::new(999).is_err() && Year::new(2101).is_err());
    }
}
