//! A walk through a catalogue: the census first, then every record is judged.

use std::collections::BTreeMap;

use catalog::{CatalogStore, Detail, StoredRecord, WhatChanged};
use jiff::Timestamp;
use rayon::prelude::*;
use records::{ChangeSeq, Clearance, RecordId};

use crate::{Census, Look, QualityError, Report, Worklist, judge, kept, report::Tally};

#[cfg(test)]
mod tests;

/// Records read at once.
const PAGE: usize = 2000;

/// What a survey found.
#[derive(Debug)]
pub struct Surveyed {
    /// Scores and counts.
    pub report: Report,
    /// For each rule the records that fail it.
    pub worklists: BTreeMap<&'static str, Worklist>,
}

/// Judges the records of a catalogue, or those of one collection; `duplicates`
/// are records that are likely there twice. Keeps nothing.
///
/// # Errors
/// The catalogue's.
pub fn survey(
    catalog: &dyn CatalogStore,
    collection: Option<&str>,
    duplicates: impl IntoIterator<Item = RecordId>,
    now: Timestamp,
) -> Result<Surveyed, QualityError> {
    let mut census = Census::default();
    census.count_duplicates(duplicates);
    walk(catalog, |page| {
        page.iter().for_each(|stored| census.count(&stored.record));
    })?;
    let mut tally = Tally::default();
    let seq = walk(catalog, |page| {
        let is_in = |stored: &&StoredRecord| {
            collection.is_none_or(|name| stored.record.collections.iter().any(|c| c == name))
        };
        let chosen: Vec<&StoredRecord> = page.iter().filter(is_in).collect();
        let judged: Vec<_> = chosen
            .par_iter()
            .map(|stored| judge(&look(stored, &census, now)))
            .collect();
        for (stored, judgement) in chosen.into_iter().zip(judged) {
            tally.add(&stored.record, judgement);
        }
    })?;
    let (mut report, worklists) = tally.finish(now, seq);
    report.collection = collection.map(str::to_owned);
    Ok(Surveyed { report, worklists })
}

/// A [`survey`] of the whole library that is kept in the catalogue: the report
/// and the worklists until the next one, the scores as a point of the trend.
///
/// # Errors
/// The catalogue's.
pub fn survey_and_keep(
    catalog: &dyn CatalogStore,
    duplicates: impl IntoIterator<Item = RecordId>,
    now: Timestamp,
) -> Result<Surveyed, QualityError> {
    let surveyed = survey(catalog, None, duplicates, now)?;
    kept::keep(catalog, &surveyed)?;
    Ok(surveyed)
}

fn look<'a>(stored: &'a StoredRecord, census: &'a Census, now: Timestamp) -> Look<'a> {
    Look {
        record: &stored.record,
        has_body: stored.has_body,
        updated_at: stored.updated_at,
        now,
        census,
    }
}

/// Every record that is there, page by page.
fn walk(
    catalog: &dyn CatalogStore,
    mut take: impl FnMut(&[StoredRecord]),
) -> Result<ChangeSeq, QualityError> {
    let mut seq = ChangeSeq::ZERO;
    loop {
        let page = catalog.changes(seq, PAGE, Clearance::Staff, Detail::Summary)?;
        let upserts = page
            .changes
            .into_iter()
            .filter_map(|change| match change.what {
                WhatChanged::Upsert(stored) => Some(*stored),
                WhatChanged::Tombstone { .. } => None,
            });
        take(&upserts.collect::<Vec<_>>());
        seq = page.up_to;
        if page.is_last {
            return Ok(seq);
        }
    }
}
