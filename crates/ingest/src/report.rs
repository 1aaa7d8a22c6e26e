//! What an ingest did.

use serde::Serialize;

/// Counts of an ingest. Each entry that was seen is in exactly one of `added`,
/// `updated`, `unchanged`, `duplicates` and the entries set aside.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct IngestReport {
    /// Entries of record files, and documents.
    pub seen: u64,
    /// Records that came.
    pub added: u64,
    /// Records that changed.
    pub updated: u64,
    /// Entries that are in the catalogue already, as they stand.
    pub unchanged: u64,
    /// Entries that say again what an earlier entry of the same file said, or
    /// describe a work that is there under another id and add nothing to it.
    pub duplicates: u64,
    /// Files in a folder that are text but no document (`.md`, `.py`): passed
    /// over, not counted as seen. Name such a file itself to take it in.
    pub passed_over: u64,
    /// Inputs set aside.
    pub quarantined: Vec<SetAside>,
    /// Wall-clock time, set by the caller.
    pub seconds: f64,
}

/// An input that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// File, as given or found.
    pub path: String,
    /// Line from 1, for an entry of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What is wrong, and the cure.
    pub reason: String,
}
