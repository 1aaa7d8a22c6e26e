//! From a page to the catalogue: records, deletions, raw records, what is set
//! aside and the state of the harvest, in one transaction.

use std::{collections::BTreeMap, io};

use catalog::{Batch, Blob, CatalogError, CatalogStore, Detail, QuarantineEntry, Tombstone};
use formats::{IdSource, Parsed};
use ingest::{IngestError, IngestOptions, IngestReport, SetAside, preview_records, write_records};
use jiff::Timestamp;
use records::{Clearance, RecordId};
use rustc_hash::FxHashSet;

use crate::{
    HarvestError, HarvestReport,
    answer::{PageRecord, What},
    state::{State, StateName},
};

/// Before the id of a record in the name of its raw form.
const RAW_PREFIX: &str = "raw/";

/// Writers that meet at the same record: one more try than there may be other
/// writers (the pages, the jobs, a second harvest).
const MAX_TRIES: u32 = 4;

/// An input to set aside.
pub(crate) struct Aside {
    /// The address that gives the record alone.
    pub(crate) address: String,
    pub(crate) reason: String,
    pub(crate) raw: Vec<u8>,
}

/// Writes the pages of one harvest.
pub(crate) struct Writer<'a> {
    pub(crate) catalog: &'a dyn CatalogStore,
    pub(crate) options: &'a IngestOptions,
    pub(crate) url: &'a str,
    pub(crate) prefix: &'a str,
    pub(crate) is_dry_run: bool,
    pub(crate) name: StateName,
    /// Addresses that something is set aside from.
    pub(crate) quarantined: FxHashSet<String>,
}

/// What a page comes to.
#[derive(Default)]
struct Sorted {
    parsed: Vec<Parsed>,
    deleted: Vec<RecordId>,
    blobs: Vec<Blob>,
    addresses: Vec<String>,
    report: IngestReport,
}

impl Writer<'_> {
    /// Writes a page and the state after it, both or neither.
    ///
    /// * `address`: of a record alone, by its identifier.
    pub(crate) fn write(
        &mut self,
        records: Vec<PageRecord>,
        asides: Vec<Aside>,
        state: &State,
        at: Timestamp,
        address: impl Fn(&str) -> String,
        report: &mut HarvestReport,
    ) -> Result<(), HarvestError> {
        let mut sorted = self.sort(records, address)?;
        let mut batch = Batch::new(at);
        for aside in asides {
            let entry = QuarantineEntry::new(&aside.address, None, &aside.reason, &aside.raw)
                .asked_as(self.options.to_json());
            sorted.report.seen += 1;
            sorted.report.quarantined.push(SetAside {
                path: aside.address.clone(),
                line: None,
                reason: aside.reason,
            });
            sorted.addresses.push(aside.address);
            batch.quarantine.push(entry);
        }
        if self.is_dry_run {
            preview_records(self.catalog, sorted.parsed, &mut sorted.report)?;
            report.deleted += sorted.deleted.len() as u64;
            report.add(sorted.report);
            return Ok(());
        }
        let old = sorted.addresses.iter();
        let old = old.filter(|address| self.quarantined.contains(*address));
        batch.reread_sources = old.cloned().collect();
        let new = sorted.report.quarantined.iter().map(|aside| &aside.path);
        self.quarantined.extend(new.cloned());
        let deleted = sorted.deleted.iter().cloned();
        batch.tombstones = deleted
            .map(|id| Tombstone {
                id,
                merged_into: None,
            })
            .collect();
        batch.blobs = sorted.blobs;
        batch.blobs.push(self.name.blob(state));
        let done = self.commit(&batch, &sorted.parsed, &mut sorted.report)?;
        report.deleted += done as u64;
        sorted.report.unchanged += (sorted.deleted.len() - done) as u64;
        report.add(sorted.report);
        Ok(())
    }

    /// Another writer may come between reading and writing: joined again then.
    fn commit(
        &self,
        batch: &Batch,
        parsed: &[Parsed],
        report: &mut IngestReport,
    ) -> Result<usize, HarvestError> {
        let mut n_tries = 1;
        loop {
            match write_records(self.catalog, batch.clone(), parsed.to_vec(), report) {
                Ok(applied) => return Ok(applied.n_deleted),
                Err(IngestError::Catalog(CatalogError::Conflict { .. })) if n_tries < MAX_TRIES => {
                    n_tries += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Of a record that comes twice on a page, the last one counts.
    fn sort(
        &self,
        records: Vec<PageRecord>,
        address: impl Fn(&str) -> String,
    ) -> Result<Sorted, HarvestError> {
        let mut sorted = Sorted::default();
        sorted.report.seen = records.len() as u64;
        let mut newest = BTreeMap::new();
        for record in records {
            sorted.addresses.push(address(&record.identifier));
            let Some(id) = id_of(&record) else {
                continue;
            };
            if newest.insert(id, record).is_some() {
                sorted.report.duplicates += 1;
            }
        }
        for (id, record) in newest {
            let raw = match record.what {
                What::Is(parsed) => {
                    sorted.parsed.push(self.finish(*parsed, record.identifier));
                    pack(&record.raw)
                }
                What::Deleted => {
                    sorted.deleted.push(id.clone());
                    Vec::new()
                }
                What::Unreadable(_) => continue,
            };
            sorted.blobs.push(raw_blob(&id, raw));
        }
        self.keep_foreign(&mut sorted)?;
        Ok(sorted)
    }

    fn finish(&self, mut parsed: Parsed, identifier: String) -> Parsed {
        self.options.apply(&mut parsed.record, parsed.says_type);
        // Its identifier names it, also where its own form of it is too long.
        parsed.id_source = IdSource::Given;
        let provenance = &mut parsed.record.provenance;
        provenance.source = self.url.to_owned();
        if provenance.format.is_empty() {
            provenance.format = self.prefix.to_owned();
        }
        provenance.place = Some(identifier);
        parsed
    }

    /// A source takes out only what came from it.
    fn keep_foreign(&self, sorted: &mut Sorted) -> Result<(), HarvestError> {
        let stored = self
            .catalog
            .get_many(&sorted.deleted, Clearance::Staff, Detail::Summary)?;
        let mut stored = stored.into_iter();
        let n_asked = sorted.deleted.len();
        sorted.deleted.retain(|_| {
            let record = stored.next().flatten();
            record.is_some_and(|s| s.record.provenance.source == self.url)
        });
        sorted.report.unchanged += (n_asked - sorted.deleted.len()) as u64;
        Ok(())
    }
}

fn id_of(record: &PageRecord) -> Option<RecordId> {
    match &record.what {
        What::Is(parsed) => Some(parsed.record.id.clone()),
        _ => RecordId::from_text(&record.identifier),
    }
}

fn pack(raw: &[u8]) -> Vec<u8> {
    zstd::encode_all(raw, zstd::DEFAULT_COMPRESSION_LEVEL).expect("memory does not fail")
}

fn raw_blob(id: &RecordId, bytes: Vec<u8>) -> Blob {
    Blob {
        name: format!("{RAW_PREFIX}{id}"),
        bytes,
    }
}

/// The record as its source sent it last; `None` for one that was not
/// harvested.
///
/// # Errors
/// When the catalogue cannot be read.
pub fn raw_record(
    catalog: &dyn CatalogStore,
    id: &RecordId,
) -> Result<Option<Vec<u8>>, CatalogError> {
    let name = format!("{RAW_PREFIX}{id}");
    let found = catalog.blobs(&name)?;
    let packed = found.into_iter().find(|blob| blob.name == name);
    let unpack = |blob: Blob| zstd::decode_all(io::Cursor::new(blob.bytes));
    let raw = packed.map(unpack).transpose();
    raw.map_err(|source| CatalogError::Corrupt {
        place: name,
        source: source.into(),
    })
}
