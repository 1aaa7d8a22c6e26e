//! From records to counts a year, by whatever a record can be grouped by.

use std::collections::BTreeMap;

use records::{Record, Year};

/// What records are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Kind of work.
    Type,
    /// S&T field: the first figure of its code.
    Field,
    /// Institution.
    Institution,
    /// Province or city.
    Province,
    /// Country, ISO 3166-1 alpha-2.
    Country,
    /// Author's keyword, lower case, in each language on its own.
    Keyword,
    /// Journal, proceedings, university.
    Venue,
    /// Main language.
    Language,
}

impl Dimension {
    /// All dimensions, in the order in which pages list them.
    pub const ALL: [Self; 8] = [
        Self::Field,
        Self::Keyword,
        Self::Institution,
        Self::Province,
        Self::Country,
        Self::Type,
        Self::Venue,
        Self::Language,
    ];

    /// The word used in commands and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Field => "field",
            Self::Institution => "institution",
            Self::Province => "province",
            Self::Country => "country",
            Self::Keyword => "keyword",
            Self::Venue => "venue",
            Self::Language => "language",
        }
    }

    /// The dimension of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dimension| dimension.as_str() == word)
    }

    /// The groups that a record belongs to, each once, in order.
    fn groups(self, record: &Record) -> Vec<String> {
        let mut groups: Vec<String> = match self {
            Self::Type => vec![record.record_type.to_string()],
            Self::Field => record
                .subjects
                .iter()
                .filter(|subject| subject.scheme == "khcn")
                .filter_map(|subject| subject.code.chars().next().map(String::from))
                .collect(),
            Self::Institution => record.institutions.clone(),
            Self::Province => record.province.iter().cloned().collect(),
            Self::Country => (record.country_codes().into_iter())
                .map(str::to_owned)
                .collect(),
            Self::Keyword => record
                .keywords
                .iter()
                .flat_map(|(_, words)| words.iter().map(|word| word.trim().to_lowercase()))
                .collect(),
            Self::Venue => record.venue.iter().cloned().collect(),
            Self::Language => record.language.iter().map(ToString::to_string).collect(),
        };
        groups.sort();
        groups.dedup();
        groups
    }
}

/// Counts a year of one group, without gaps, beside the counts of everything.
#[derive(Debug, Clone, PartialEq)]
pub struct CountSeries {
    /// Year of the first count.
    pub first_year: i32,
    /// Records of the group in each year.
    pub counts: Vec<f64>,
    /// Records of the whole collection in the same years.
    pub totals: Vec<f64>,
}

impl CountSeries {
    /// The series up to and with `year`; `None` when it starts later.
    pub fn until(&self, year: i32) -> Option<Self> {
        let n = usize::try_from(year - self.first_year + 1)
            .ok()
            .filter(|n| *n > 0)?;
        let n = n.min(self.counts.len());
        Some(Self {
            first_year: self.first_year,
            counts: self.counts[..n].to_vec(),
            totals: self.totals[..n].to_vec(),
        })
    }

    /// The last year.
    pub fn last_year(&self) -> i32 {
        self.first_year + i32::try_from(self.counts.len()).unwrap_or(i32::MAX) - 1
    }

    /// Share of the collection in each year; 0 in a year without records.
    pub fn shares(&self) -> Vec<f64> {
        let pairs = self.counts.iter().zip(&self.totals);
        pairs
            .map(|(count, total)| if *total > 0.0 { count / total } else { 0.0 })
            .collect()
    }
}

/// Counts by year and group, filled record by record.
#[derive(Debug, Clone)]
pub struct CountTable {
    dimension: Dimension,
    totals: BTreeMap<Year, u64>,
    groups: BTreeMap<String, BTreeMap<Year, u64>>,
    n_without_year: u64,
}

impl CountTable {
    /// An empty table.
    pub fn new(dimension: Dimension) -> Self {
        Self {
            dimension,
            totals: BTreeMap::new(),
            groups: BTreeMap::new(),
            n_without_year: 0,
        }
    }

    /// Counts one record. A record without a year is only counted as such.
    pub fn add(&mut self, record: &Record) {
        let Some(year) = record.year else {
            self.n_without_year += 1;
            return;
        };
        *self.totals.entry(year).or_default() += 1;
        for group in self.dimension.groups(record) {
            *self
                .groups
                .entry(group)
                .or_default()
                .entry(year)
                .or_default() += 1;
        }
    }

    /// Records that could not be placed in time.
    pub fn n_without_year(&self) -> u64 {
        self.n_without_year
    }

    /// All groups by name.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// The counts of one group from the collection's first year to its last;
    /// `None` for a group that does not occur.
    pub fn series(&self, group: &str) -> Option<CountSeries> {
        let by_year = self.groups.get(group)?;
        let first = self.totals.first_key_value()?.0.get();
        let last = self.totals.last_key_value()?.0.get();
        let at = |counts: &BTreeMap<Year, u64>, year: i32| {
            let count = Year::new(year)
                .ok()
                .and_then(|year| counts.get(&year).copied());
            count.unwrap_or(0) as f64
        };
        Some(CountSeries {
            first_year: first,
            counts: (first..=last).map(|year| at(by_year, year)).collect(),
            totals: (first..=last).map(|year| at(&self.totals, year)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use records::{RecordId, RecordType};

    use super::*;

    fn record(id: &str, year: Option<i32>, province: &str) -> Record {
        let mut record = Record::new(RecordId::new(id).unwrap(), RecordType::Paper);
        record.year = year.map(|year| Year::new(year).unwrap());
        record.province = Some(province.to_owned());
        record
    }

    #[test]
    fn years_without_records_count_zero() {
        let mut table = CountTable::new(Dimension::Province);
        for (id, year, province) in [
            ("a", Some(2010), "Huế"),
            ("b", Some(2013), "Huế"),
            ("c", Some(2013), "Hà Nội"),
            ("d", None, "Huế"),
        ] {
            table.add(&record(id, year, province));
        }
        let series = table.series("Huế").unwrap();
        assert_eq!(series.first_year, 2010);
        assert_eq!(series.counts, [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(series.totals, [1.0, 0.0, 0.0, 2.0]);
        assert_eq!(series.shares(), [1.0, 0.0, 0.0, 0.5]);
        assert_eq!(table.n_without_year(), 1);
        assert_eq!(series.until(2012).unwrap().counts, [1.0, 0.0, 0.0]);
        assert!(series.until(2009).is_none());
    }
}
