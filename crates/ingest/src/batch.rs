//! From what was read to what is written: records meet what the catalogue has
//! under the same id or identifier.

use catalog::{Applied, Batch, CatalogStore, Detail, Put, PutOutcome, StoredRecord};
use formats::{IdSource, Parsed};
use records::{Clearance, Identifier, Record, RecordId, fill_gaps};
use rustc_hash::FxHashMap;

use crate::{IngestError, IngestReport};

/// Writes records with what else is in the batch, in one transaction: each one
/// joins the record that is there under its id or identifier.
///
/// * `batch`: without puts; they come from `incoming`.
/// * `report`: `added`, `updated`, `unchanged` and `duplicates` grow by the
///   records of `incoming`, each in one of them.
///
/// # Errors
/// Nothing is written after an error, and nothing counted.
pub fn write_records(
    catalog: &dyn CatalogStore,
    mut batch: Batch,
    incoming: Vec<Parsed>,
    report: &mut IngestReport,
) -> Result<Applied, IngestError> {
    let mut puts = Puts::join(catalog, incoming)?;
    puts.fill(&mut batch);
    let applied = catalog.apply(batch)?;
    puts.count(&applied.puts, report);
    Ok(applied)
}

/// Counts what [`write_records`] would do with these records, and writes
/// nothing.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn preview_records(
    catalog: &dyn CatalogStore,
    incoming: Vec<Parsed>,
    report: &mut IngestReport,
) -> Result<(), IngestError> {
    let puts = Puts::join(catalog, incoming)?;
    let ids: Vec<RecordId> = puts.puts.iter().map(|put| put.record.id.clone()).collect();
    let stored = catalog.get_many(&ids, Clearance::Staff, Detail::Full)?;
    let outcome = |(put, stored): (&Put, Option<StoredRecord>)| match stored {
        None => PutOutcome::Added,
        Some(stored) => what_changes(&put.record, stored.record),
    };
    let outcomes: Vec<PutOutcome> = puts.puts.iter().zip(stored).map(outcome).collect();
    puts.count(&outcomes, report);
    Ok(())
}

/// Provenance does not count, as in the catalogue.
fn what_changes(record: &Record, mut stored: Record) -> PutOutcome {
    stored.provenance = record.provenance.clone();
    match stored == *record {
        true => PutOutcome::Unchanged,
        false => PutOutcome::Updated,
    }
}

/// Puts on their way into one batch.
#[derive(Default)]
struct Puts {
    puts: Vec<Put>,
    /// For each put: whether it came under another id than the record has.
    is_other_id: Vec<bool>,
    places: FxHashMap<RecordId, usize>,
    n_folded: u64,
}

impl Puts {
    /// Joins records with what is there. One that has the id of a record that
    /// is there replaces it, and keeps what its source does not speak of; one
    /// that only shares its identifier, or comes from another source, fills
    /// its gaps.
    fn join(catalog: &dyn CatalogStore, incoming: Vec<Parsed>) -> Result<Self, IngestError> {
        let mut targets = targets(catalog, &incoming)?;
        // A record that was merged into another one goes on to that one, and
        // does not come back as the duplicate that it was.
        let successors = catalog.successors(&targets, Clearance::Staff)?;
        for (target, successor) in targets.iter_mut().zip(successors) {
            *target = successor.unwrap_or_else(|| target.clone());
        }
        let stored = catalog.get_many(&targets, Clearance::Staff, Detail::Full)?;
        let mut puts = Self::default();
        for ((parsed, target), stored) in incoming.into_iter().zip(targets).zip(stored) {
            match puts.places.get(&target) {
                Some(place) => {
                    fill_gaps(&mut puts.puts[*place].record, parsed.record);
                    puts.n_folded += 1;
                }
                None => puts.push(parsed, target, stored.map(|s| (s.record, s.version))),
            }
        }
        Ok(puts)
    }

    fn push(&mut self, parsed: Parsed, target: RecordId, stored: Option<(Record, u64)>) {
        let is_other_id = parsed.record.id != target;
        let put = match stored {
            None => Put::from(parsed.record),
            Some((kept, version)) if fills(&parsed, &kept) => {
                let mut record = kept;
                fill_gaps(&mut record, parsed.record);
                let if_version = Some(version);
                Put { record, if_version }
            }
            Some((old, version)) => Put {
                record: replace(parsed, old),
                if_version: Some(version),
            },
        };
        self.places.insert(target, self.puts.len());
        self.puts.push(put);
        self.is_other_id.push(is_other_id);
    }

    /// Moves the puts into `batch`; what is left counts the outcomes.
    fn fill(&mut self, batch: &mut Batch) {
        batch.puts = std::mem::take(&mut self.puts);
    }

    /// Counts what became of the puts.
    fn count(&self, outcomes: &[PutOutcome], report: &mut IngestReport) {
        report.duplicates += self.n_folded;
        for (outcome, is_other_id) in outcomes.iter().zip(&self.is_other_id) {
            match outcome {
                PutOutcome::Added => report.added += 1,
                PutOutcome::Updated => report.updated += 1,
                PutOutcome::Unchanged if *is_other_id => report.duplicates += 1,
                PutOutcome::Unchanged => report.unchanged += 1,
            }
        }
    }
}

/// The id that each record goes to: its own, unless it has none from its
/// source and a record that is there carries its identifier.
fn targets(catalog: &dyn CatalogStore, incoming: &[Parsed]) -> Result<Vec<RecordId>, IngestError> {
    let wanted: Vec<Identifier> = incoming.iter().filter_map(naming).cloned().collect();
    let mut found = catalog.resolve(&wanted, Clearance::Staff)?.into_iter();
    let target = |parsed: &Parsed| {
        let own = || parsed.record.id.clone();
        match naming(parsed) {
            // By id: the first carrier is the same one at every run.
            Some(_) => found
                .next()
                .and_then(|ids| ids.into_iter().next())
                .unwrap_or_else(own),
            None => own(),
        }
    };
    Ok(incoming.iter().map(target).collect())
}

/// The identifier that gave a record its id.
fn naming(parsed: &Parsed) -> Option<&Identifier> {
    let names_it = |i: &&Identifier| i.names_one_work();
    let is_named = parsed.id_source == IdSource::Identifier;
    is_named.then(|| parsed.record.identifiers.iter().find(names_it))?
}

fn fills(parsed: &Parsed, kept: &Record) -> bool {
    let is_other_id = parsed.record.id != kept.id;
    let is_other_source = parsed.record.provenance.source != kept.provenance.source;
    is_other_id || (parsed.id_source != IdSource::Given && is_other_source)
}

/// A new description from the same source: what people and other sources
/// added to the old one stays.
fn replace(parsed: Parsed, old: Record) -> Record {
    let mut record = parsed.record;
    for collection in old.collections {
        if let Err(place) = record.collections.binary_search(&collection) {
            record.collections.insert(place, collection);
        }
    }
    if !parsed.says_access {
        record.access = record.access.max(old.access);
        record.embargo_until = record.embargo_until.or(old.embargo_until);
    }
    if record.body.is_empty() {
        record.body = old.body;
    }
    for file in old.files {
        if !record.files.iter().any(|mine| mine.blake3 == file.blake3) {
            record.files.push(file);
        }
    }
    record
}
