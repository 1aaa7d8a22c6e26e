//! When records arrived in the catalogue, by their year: what corrects the year
//! that is not over.
//!
//! Only open records are read, so that no figure tells when closed ones came.
//! Years before the catalogue was begun say nothing: their records came at once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use catalog::{CatalogError, CatalogStore, Detail, WhatChanged};
use jiff::{civil::Date, tz::TimeZone};
use records::{ChangeSeq, Clearance, RecordId};
use trends::{PastYear, Study};

use crate::material::{GatherError, Sources};

/// Records read at once.
const CHUNK: usize = 2_000;
/// Years back that tell: who sends records, and how fast, changes.
const MOST_YEARS: i16 = 10;

/// When open records arrived; read once, then only what changed.
#[derive(Debug, Default)]
pub struct SharedArrivals(Mutex<Held>);

#[derive(Debug)]
struct Held {
    seq: ChangeSeq,
    /// Year of a record, and the day it came (UTC).
    of: HashMap<RecordId, (i16, Date)>,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            seq: ChangeSeq::ZERO,
            of: HashMap::new(),
        }
    }
}

impl Held {
    fn catch_up(&mut self, catalogue: &dyn CatalogStore) -> Result<(), CatalogError> {
        loop {
            let read = catalogue.changes(self.seq, CHUNK, Clearance::Public, Detail::Summary)?;
            for change in read.changes {
                let year = match &change.what {
                    WhatChanged::Upsert(stored) => stored.record.year,
                    WhatChanged::Tombstone { .. } => None,
                };
                let year = year.and_then(|year| i16::try_from(year.get()).ok());
                let (Some(year), WhatChanged::Upsert(stored)) = (year, change.what) else {
                    self.of.remove(&change.id);
                    continue;
                };
                let day = stored.created_at.to_zoned(TimeZone::UTC).date();
                self.of.insert(change.id, (year, day));
            }
            self.seq = read.up_to;
            if read.is_last {
                return Ok(());
            }
        }
    }

    /// Past years through which the catalogue was kept, as far as they were in
    /// on the same day of the year, the newest first.
    fn past(&self, today: Date) -> Vec<PastYear> {
        let Some(begun) = self.of.values().map(|(_, day)| *day).min() else {
            return Vec::new();
        };
        let first = (begun.year() + 1).max(today.year() - MOST_YEARS);
        let years = (first..today.year()).rev();
        years.map(|year| self.past_year(year, today)).collect()
    }

    fn past_year(&self, year: i16, today: Date) -> PastYear {
        // Refused for 29 February of a common year alone, which becomes the 28th.
        let same_day = |year: i16| {
            let day = today.with().year(year).build();
            day.unwrap_or_else(|_| Date::constant(year, 2, 28))
        };
        let (then, later) = (same_day(year), same_day(year + 1));
        let mut counted = PastYear {
            by_then: 0,
            a_year_later: 0,
        };
        for (_, day) in self.of.values().filter(|(own, _)| *own == year) {
            counted.by_then += u64::from(*day <= then);
            counted.a_year_later += u64::from(*day <= later);
        }
        counted
    }
}

impl SharedArrivals {
    /// Past years by how much of them was in on this day.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn past(
        &self,
        catalogue: &dyn CatalogStore,
        today: Date,
    ) -> Result<Vec<PastYear>, CatalogError> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.catch_up(catalogue)?;
        Ok(held.past(today))
    }
}

/// Corrects the unfinished year of a study, when it is the present one, or says
/// why not.
///
/// # Errors
/// When the catalogue fails.
pub fn correct(sources: &Sources<'_>, study: &mut Study, today: Date) -> Result<(), GatherError> {
    if study.last_complete_year + 1 != i32::from(today.year()) {
        study.correct(None);
        return Ok(());
    }
    let past = sources.arrivals.past(sources.catalogue, today)?;
    study.correct(Some(&past));
    Ok(())
}

#[cfg(test)]
mod tests {
    use catalog::{Batch, SqliteCatalog};
    use records::{AccessLevel, Record, RecordType, Year};

    use super::*;

    fn batch(day: &str, ids: std::ops::Range<usize>, year: i32, access: AccessLevel) -> Batch {
        let record = |i: usize| {
            let id = RecordId::new(format!("{year}-{i}")).unwrap();
            let mut record = Record::new(id, RecordType::Paper);
            record.year = Some(Year::new(year).unwrap());
            record.access = access;
            record
        };
        let at = format!("{day}T12:00:00Z").parse().unwrap();
        Batch::of_records(at, ids.map(record).collect::<Vec<_>>())
    }

    #[test]
    fn years_are_counted_as_they_came_and_only_those_that_were_followed() {
        let catalogue = SqliteCatalog::in_memory().unwrap();
        let open = AccessLevel::Open;
        for given in [
            batch("2020-03-01", 0..50, 2015, open),
            batch("2020-03-01", 0..40, 2020, open),
            batch("2021-04-01", 0..10, 2021, open),
            batch("2021-09-01", 10..40, 2021, open),
            batch("2022-03-01", 40..60, 2021, open),
            batch("2022-06-15", 0..30, 2022, open),
            batch("2022-08-01", 60..90, 2021, open),
            batch("2022-08-01", 100..200, 2022, AccessLevel::Restricted),
            batch("2023-01-01", 30..50, 2022, open),
        ] {
            catalogue.apply(given).unwrap();
        }
        let arrivals = SharedArrivals::default();
        let today = jiff::civil::date(2023, 6, 30);
        let year = |by_then, a_year_later| PastYear {
            by_then,
            a_year_later,
        };
        let past = arrivals.past(&catalogue, today).unwrap();
        assert_eq!(past, [year(30, 50), year(10, 60)]);
        // What changes afterwards is read, and nothing else.
        let gone = batch("2023-07-01", 0..5, 2022, AccessLevel::Restricted);
        catalogue.apply(gone).unwrap();
        let past = arrivals.past(&catalogue, today).unwrap();
        assert_eq!(past[0], year(25, 45));
        let leap = jiff::civil::date(2024, 2, 29);
        assert_eq!(arrivals.past(&catalogue, leap).unwrap().len(), 3);
    }
}
