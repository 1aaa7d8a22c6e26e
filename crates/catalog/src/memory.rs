//! The oracle: a catalogue of plain maps, as simple as the laws are written.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use records::{AccessLevel, ChangeSeq, Clearance, Identifier, Provenance, Record, RecordId};

use crate::{
    Applied, Batch, Blob, CatalogError, CatalogStore, Change, Changes, Detail, Put, PutOutcome,
    QuarantineEntry, Quarantined, Status, StoredRecord, Tombstone, Version, WhatChanged,
};

/// A catalogue in memory: the yardstick for the others, and a quick one for
/// tests. Keeps everything, compresses nothing.
#[derive(Default)]
pub struct MemoryCatalog {
    state: Mutex<State>,
}

#[derive(Debug, Clone)]
struct State {
    seq: ChangeSeq,
    at: Timestamp,
    records: BTreeMap<RecordId, Vec<Entry>>,
    blobs: BTreeMap<String, Vec<u8>>,
    quarantine: Vec<Quarantined>,
    n_set_aside: u64,
}

/// One version; `record` is `None` for a deletion.
#[derive(Debug, Clone)]
struct Entry {
    seq: ChangeSeq,
    at: Timestamp,
    access: AccessLevel,
    record: Option<Record>,
    merged_into: Option<RecordId>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            seq: ChangeSeq::ZERO,
            at: Timestamp::UNIX_EPOCH,
            records: BTreeMap::new(),
            blobs: BTreeMap::new(),
            quarantine: Vec::new(),
            n_set_aside: 0,
        }
    }
}

impl MemoryCatalog {
    /// An empty catalogue.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, put: Put) -> Result<PutOutcome, CatalogError> {
        let versions = self.records.entry(put.record.id.clone()).or_default();
        let newest = versions.last().and_then(|entry| entry.record.as_ref());
        let found = newest.map_or(0, |_| versions.len() as u64);
        if let Some(expected) = put.if_version.filter(|expected| *expected != found) {
            let id = put.record.id;
            return Err(CatalogError::Conflict {
                id,
                expected,
                found,
            });
        }
        let outcome = match newest {
            None => PutOutcome::Added,
            Some(old) if same_content(old, &put.record) => return Ok(PutOutcome::Unchanged),
            Some(_) => PutOutcome::Updated,
        };
        self.seq = self.seq.next();
        versions.push(Entry {
            seq: self.seq,
            at: self.at,
            access: put.record.access,
            record: Some(put.record),
            merged_into: None,
        });
        Ok(outcome)
    }

    fn delete(&mut self, tombstone: Tombstone) -> bool {
        let versions = self.records.get_mut(&tombstone.id);
        let Some(versions) = versions.filter(|v| v.last().is_some_and(|e| e.record.is_some()))
        else {
            return false;
        };
        self.seq = self.seq.next();
        let access = versions.last().map_or(AccessLevel::Open, |e| e.access);
        versions.push(Entry {
            seq: self.seq,
            at: self.at,
            access,
            record: None,
            merged_into: tombstone.merged_into,
        });
        true
    }

    fn touch(&mut self, id: &RecordId) {
        let newest = self.records.get_mut(id).and_then(|v| v.last_mut());
        if let Some(entry) = newest.filter(|entry| entry.record.is_some()) {
            self.seq = self.seq.next();
            (entry.seq, entry.at) = (self.seq, self.at);
        }
    }

    fn set_aside(&mut self, entry: QuarantineEntry) {
        let same = |old: &&mut Quarantined| {
            let old = &old.entry;
            (&old.source, old.line, &old.raw_blake3)
                == (&entry.source, entry.line, &entry.raw_blake3)
        };
        if let Some(old) = self.quarantine.iter_mut().find(same) {
            old.at = self.at;
            old.entry.reason = entry.reason;
            return;
        }
        self.n_set_aside += 1;
        self.quarantine.push(Quarantined {
            number: self.n_set_aside,
            at: self.at,
            entry,
        });
    }

    fn visible(&self, id: &RecordId, clearance: Clearance) -> Option<StoredRecord> {
        let versions = self.records.get(id)?;
        let newest = versions.last()?;
        let record = newest.record.clone()?;
        clearance.may_see(record.access).then(|| StoredRecord {
            has_body: !record.body.is_empty(),
            record,
            version: versions.len() as u64,
            seq: newest.seq,
            created_at: versions[0].at,
            updated_at: newest.at,
        })
    }

    fn successor(&self, id: &RecordId, clearance: Clearance) -> Option<RecordId> {
        let merged_into = |id: &RecordId| self.records.get(id)?.last()?.merged_into.clone();
        let versions = self.records.get(id)?;
        if !versions.iter().any(|e| clearance.may_see(e.access)) {
            return None;
        }
        let chain = std::iter::successors(merged_into(id), merged_into).take(32);
        let last = chain.last()?;
        self.visible(&last, clearance).map(|_| last)
    }

    fn change(&self, id: &RecordId, clearance: Clearance, detail: Detail) -> Option<Change> {
        let versions = self.records.get(id)?;
        let newest = versions.last()?;
        let was_seen = versions.iter().any(|e| clearance.may_see(e.access));
        let what = match self.visible(id, clearance) {
            Some(stored) => WhatChanged::Upsert(Box::new(cut(stored, detail))),
            None => WhatChanged::Tombstone {
                merged_into: newest
                    .merged_into
                    .clone()
                    .filter(|target| self.visible(target, clearance).is_some()),
            },
        };
        was_seen.then(|| Change {
            seq: newest.seq,
            at: newest.at,
            id: id.clone(),
            what,
        })
    }
}

fn same_content(old: &Record, new: &Record) -> bool {
    let bare = |record: &Record| Record {
        provenance: Provenance::default(),
        ..record.clone()
    };
    bare(old) == bare(new)
}

fn cut(mut stored: StoredRecord, detail: Detail) -> StoredRecord {
    if detail == Detail::Summary {
        stored.record.body.clear();
    }
    stored
}

impl CatalogStore for MemoryCatalog {
    fn apply(&self, batch: Batch) -> Result<Applied, CatalogError> {
        let mut held = self.state();
        let mut state = held.clone();
        for seen in &batch.seen_blobs {
            let stands = state.blobs.get(&seen.name).map_or(&[][..], Vec::as_slice);
            if stands != seen.bytes {
                let name = seen.name.clone();
                return Err(CatalogError::BlobConflict { name });
            }
        }
        state.at = state.at.max(batch.at);
        let deleted = batch.tombstones.into_iter().map(|t| state.delete(t));
        let n_deleted = deleted.filter(|gone| *gone).count();
        let puts = batch.puts.into_iter().map(|put| state.put(put));
        let puts = puts.collect::<Result<_, _>>()?;
        for id in batch.touched {
            state.touch(&id);
        }
        for blob in batch.blobs {
            if blob.bytes.is_empty() {
                state.blobs.remove(&blob.name);
            } else {
                state.blobs.insert(blob.name, blob.bytes);
            }
        }
        let reread = batch.reread_sources;
        state
            .quarantine
            .retain(|q| !reread.contains(&q.entry.source));
        for entry in batch.quarantine {
            state.set_aside(entry);
        }
        let seq = state.seq;
        *held = state;
        Ok(Applied {
            seq,
            puts,
            n_deleted,
        })
    }

    fn get_many(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Vec<Option<StoredRecord>>, CatalogError> {
        let state = self.state();
        let one = |id| Some(cut(state.visible(id, clearance)?, detail));
        Ok(ids.iter().map(one).collect())
    }

    fn resolve(
        &self,
        identifiers: &[Identifier],
        clearance: Clearance,
    ) -> Result<Vec<Vec<RecordId>>, CatalogError> {
        let state = self.state();
        let carries = |id: &&RecordId, wanted: &Identifier| {
            let stored = state.visible(id, clearance);
            stored.is_some_and(|s| s.record.identifiers.contains(wanted))
        };
        let ids = |wanted| {
            let carriers = state.records.keys().filter(|id| carries(id, wanted));
            carriers.cloned().collect()
        };
        Ok(identifiers.iter().map(ids).collect())
    }

    fn successors(
        &self,
        ids: &[RecordId],
        clearance: Clearance,
    ) -> Result<Vec<Option<RecordId>>, CatalogError> {
        let state = self.state();
        let one = |id| state.successor(id, clearance);
        Ok(ids.iter().map(one).collect())
    }

    fn changes(
        &self,
        after: ChangeSeq,
        limit: usize,
        clearance: Clearance,
        detail: Detail,
    ) -> Result<Changes, CatalogError> {
        let state = self.state();
        let ids = state.records.keys();
        let seen = ids.filter_map(|id| state.change(id, clearance, detail));
        let mut changes: Vec<_> = seen.filter(|change| change.seq > after).collect();
        changes.sort_by_key(|change| change.seq);
        let is_last = changes.len() < limit;
        changes.truncate(limit);
        let last_read = changes.last().map_or(after, |change| change.seq);
        Ok(Changes {
            changes,
            up_to: if is_last { state.seq } else { last_read },
            is_last,
        })
    }

    fn seq(&self) -> Result<ChangeSeq, CatalogError> {
        Ok(self.state().seq)
    }

    fn seq_before(&self, at: Timestamp) -> Result<ChangeSeq, CatalogError> {
        let state = self.state();
        let newest = state
            .records
            .values()
            .filter_map(|versions| versions.last());
        let before = newest.filter(|entry| entry.at < at).map(|entry| entry.seq);
        Ok(before.max().unwrap_or(ChangeSeq::ZERO))
    }

    fn history(&self, id: &RecordId, clearance: Clearance) -> Result<Vec<Version>, CatalogError> {
        let state = self.state();
        let is_staff = clearance == Clearance::Staff;
        if state.visible(id, clearance).is_none() && !is_staff {
            return Ok(Vec::new());
        }
        let versions = state.records.get(id).into_iter().flatten().enumerate();
        let seen = versions.filter(|(_, entry)| clearance.may_see(entry.access));
        let version = |(index, entry): (usize, &Entry)| Version {
            version: index as u64 + 1,
            seq: entry.seq,
            at: entry.at,
            record: entry.record.clone().map(|record| Record {
                body: Vec::new(),
                ..record
            }),
        };
        Ok(seen.map(version).collect())
    }

    fn quarantined(&self, after: u64, limit: usize) -> Result<Vec<Quarantined>, CatalogError> {
        let state = self.state();
        let newer = state.quarantine.iter().filter(|q| q.number > after);
        Ok(newer.take(limit).cloned().collect())
    }

    fn blobs(&self, prefix: &str) -> Result<Vec<Blob>, CatalogError> {
        let state = self.state();
        let found = state.blobs.iter().filter(|(n, _)| n.starts_with(prefix));
        let blob = |(name, bytes): (&String, &Vec<u8>)| Blob {
            name: name.clone(),
            bytes: bytes.clone(),
        };
        Ok(found.map(blob).collect())
    }

    fn status(&self) -> Result<Status, CatalogError> {
        let state = self.state();
        let mut status = Status {
            seq: state.seq,
            n_quarantined: state.quarantine.len() as u64,
            ..Status::default()
        };
        for newest in state
            .records
            .values()
            .filter_map(|versions| versions.last())
        {
            match &newest.record {
                None => status.n_deleted += 1,
                Some(record) => {
                    status.n_records += 1;
                    *status.by_type.entry(record.record_type).or_default() += 1;
                    *status.by_access.entry(record.access).or_default() += 1;
                }
            }
        }
        Ok(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_laws() {
        crate::testsuite::run_catalog_laws(MemoryCatalog::new);
    }
}
