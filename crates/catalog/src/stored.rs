//! What is read: records with their place in the history, changes, counts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use records::{AccessLevel, ChangeSeq, Record, RecordId, RecordType};

/// How much of a record to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// All but the full text (`body` is empty).
    Summary,
    /// With the full text.
    Full,
}

/// A record as the catalogue holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// The record.
    pub record: Record,
    /// Whether it has a full text, also when that was not read.
    pub has_body: bool,
    /// Version from 1; goes on after a deletion.
    pub version: u64,
    /// Its newest change.
    pub seq: ChangeSeq,
    /// When it first came.
    pub created_at: Timestamp,
    /// When it last changed: the OAI-PMH datestamp.
    pub updated_at: Timestamp,
}

/// One version in the history of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Version from 1.
    pub version: u64,
    /// The change that made it.
    pub seq: ChangeSeq,
    /// When.
    pub at: Timestamp,
    /// The record then, without full text; `None` for a deletion.
    pub record: Option<Record>,
}

/// Changes in the order of the sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// At most one a record: its newest state.
    pub changes: Vec<Change>,
    /// Whoever has applied `changes` stands here.
    pub up_to: ChangeSeq,
    /// Whether nothing more had changed when this was read.
    pub is_last: bool,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its number.
    pub seq: ChangeSeq,
    /// When.
    pub at: Timestamp,
    /// Which record.
    pub id: RecordId,
    /// What happened.
    pub what: WhatChanged,
}

/// What happened to a record.
#[derive(Debug, Clone, PartialEq)]
pub enum WhatChanged {
    /// It came or changed: its newest state.
    Upsert(Box<StoredRecord>),
    /// It went, or may no longer be seen.
    Tombstone {
        /// The record that stands for it now, after a merge.
        merged_into: Option<RecordId>,
    },
}

/// A set-aside input with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Number from 1, growing.
    pub number: u64,
    /// When it was set aside.
    pub at: Timestamp,
    /// What was set aside.
    pub entry: crate::QuarantineEntry,
}

/// Counts over a catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// The newest number of the sequence.
    pub seq: ChangeSeq,
    /// Records that are there.
    pub n_records: u64,
    /// Records taken out.
    pub n_deleted: u64,
    /// Inputs set aside.
    pub n_quarantined: u64,
    /// Records that are there, by type.
    pub by_type: BTreeMap<RecordType, u64>,
    /// Records that are there, by access level.
    pub by_access: BTreeMap<AccessLevel, u64>,
}
