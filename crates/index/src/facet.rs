//! What results can be counted and narrowed by: the facet fields, a filter on
//! one of them, a counted value.

use std::{fmt, str::FromStr};

use records::Country;
use serde::{Deserialize, Serialize};

/// A field whose values are counted and filtered exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FacetField {
    /// Year of publication, grant or acceptance: four digits.
    Year,
    /// Kind of work: `paper`, `patent`, …
    Type,
    /// Main language, ISO 639.
    Language,
    /// S&T field: a code of the classification; a record also counts for the
    /// codes above its own.
    Field,
    /// Institution.
    Institution,
    /// Province or city.
    Province,
    /// Country, ISO 3166-1 alpha-2.
    Country,
    /// Collection.
    Collection,
    /// Access level.
    Access,
    /// Licence.
    Licence,
    /// Journal, proceedings, series, university.
    Venue,
    /// Author, inventor or principal investigator.
    Author,
}

/// A word that is no facet field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "facet field `{0}` is not known; use year, type, language, field, institution, province, country, collection, access, licence, venue or author"
)]
pub struct UnknownFacetField(String);

impl FacetField {
    /// All fields, in the order in which pages list them.
    pub const ALL: [Self; 12] = [
        Self::Year,
        Self::Type,
        Self::Language,
        Self::Field,
        Self::Institution,
        Self::Province,
        Self::Country,
        Self::Collection,
        Self::Access,
        Self::Licence,
        Self::Venue,
        Self::Author,
    ];

    /// The word used in filters, JSON and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Type => "type",
            Self::Language => "language",
            Self::Field => "field",
            Self::Institution => "institution",
            Self::Province => "province",
            Self::Country => "country",
            Self::Collection => "collection",
            Self::Access => "access",
            Self::Licence => "licence",
            Self::Venue => "venue",
            Self::Author => "author",
        }
    }

    /// A value as the index holds it: a country by its code, whatever name or
    /// code it was asked for by.
    pub fn canonical(self, value: String) -> String {
        match Country::of_field(&value).filter(|_| self == Self::Country) {
            Some(country) => country.code.to_owned(),
            None => value,
        }
    }
}

impl fmt::Display for FacetField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FacetField {
    type Err = UnknownFacetField;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let lower = word.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|field| field.as_str() == lower)
            .ok_or_else(|| UnknownFacetField(word.chars().take(40).collect()))
    }
}

/// One condition on one field. Several values on one field mean "or",
/// different fields mean "and".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Filter {
    /// The field.
    pub field: FacetField,
    /// The exact value; for the year `2015`, `2010..2020`, `2010..` or `..2020`.
    pub value: String,
}

impl Filter {
    /// A condition that `field` has `value`.
    pub fn new(field: FacetField, value: impl Into<String>) -> Self {
        Self {
            field,
            value: value.into(),
        }
    }
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilter {
    /// No colon, or nothing after it.
    #[error("filter `{0}` has no value; write it as FIELD:VALUE, for example year:2010..2020")]
    NoValue(String),
    /// The field is not known.
    #[error(transparent)]
    Field(#[from] UnknownFacetField),
    /// The year is no year and no range of years.
    #[error("year `{0}` is not understood; write 2015, 2010..2020, 2010.. or ..2020")]
    Year(String),
}

impl FromStr for Filter {
    type Err = InvalidFilter;

    /// Reads `FIELD:VALUE`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = || text.chars().take(60).collect::<String>();
        let (field, value) = text
            .split_once(':')
            .filter(|(_, value)| !value.trim().is_empty())
            .ok_or_else(|| InvalidFilter::NoValue(shown()))?;
        let field: FacetField = field.parse()?;
        let filter = Self::new(field, field.canonical(value.trim().to_owned()));
        if filter.field == FacetField::Year {
            YearRange::from_str(&filter.value)?;
        }
        Ok(filter)
    }
}

/// Years from one to another, both included; an open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct YearRange {
    /// First year.
    pub from: Option<i32>,
    /// Last year.
    pub until: Option<i32>,
}

impl YearRange {
    /// Whether `year` lies in the range.
    pub fn contains(&self, year: i32) -> bool {
        self.from.is_none_or(|from| from <= year) && self.until.is_none_or(|until| year <= until)
    }
}

impl FromStr for YearRange {
    type Err = InvalidFilter;

    /// Reads `2015`, `2010..2020`, `2010..`, `..2020`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidFilter::Year(text.chars().take(40).collect());
        let bound = |part: &str| match part.trim() {
            "" | "*" => Ok(None),
            digits => digits.parse::<i32>().map(Some).map_err(|_| invalid()),
        };
        let (from, until) = match text.split_once("..") {
            Some((from, until)) => (bound(from)?, bound(until)?),
            None => (bound(text)?, bound(text)?),
        };
        if from.is_none() && until.is_none() {
            return Err(invalid());
        }
        Ok(Self { from, until })
    }
}

/// How many of the results have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// Number of results that have it.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip() {
        for field in FacetField::ALL {
            assert_eq!(field.as_str().parse(), Ok(field));
            assert_eq!(
                serde_json::to_string(&field).unwrap(),
                format!("\"{field}\"")
            );
        }
        assert!("colour".parse::<FacetField>().is_err());
    }

    #[test]
    fn a_filter_is_a_field_and_a_value() {
        let filter: Filter = "venue: ACL: 2019".parse().unwrap();
        assert_eq!(filter, Filter::new(FacetField::Venue, "ACL: 2019"));
        for country in ["country:Việt Nam", "country:vietnam", "country:VNM"] {
            let filter: Filter = country.parse().unwrap();
            assert_eq!(filter, Filter::new(FacetField::Country, "VN"));
        }
        for bad in ["venue", "venue:", "colour:red", "year:soon", "year:.."] {
            assert!(bad.parse::<Filter>().is_err(), "{bad}");
        }
    }

    #[test]
    fn year_ranges_include_both_ends() {
        let range: YearRange = "2010..2020".parse().unwrap();
        assert!(range.contains(2010) && range.contains(2020));
        assert!(!range.contains(2009) && !range.contains(2021));
        assert!("..2020".parse::<YearRange>().unwrap().contains(1000));
        assert!("2015".parse::<YearRange>().unwrap().contains(2015));
        assert!(!"2015".parse::<YearRange>().unwrap().contains(2016));
    }
}
