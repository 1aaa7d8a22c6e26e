//! What is written: one batch, one transaction.

use jiff::Timestamp;
use records::{ChangeSeq, Record, RecordId};

/// Everything that one transaction writes. A checkpoint, the records that it
/// covers, their tombstones and the inputs set aside lie in the same batch, so
/// that being killed between them is not possible.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// When, as the caller's clock says.
    pub at: Timestamp,
    /// Records to take out. One that is not there is passed over.
    pub tombstones: Vec<Tombstone>,
    /// Records to put in or to replace, in order.
    pub puts: Vec<Put>,
    /// Records that stay as they are and whose derived data must be made anew:
    /// each gets the next number, and the time of the batch. One that is not
    /// there is passed over.
    pub touched: Vec<RecordId>,
    /// Named values as the caller saw them; empty for "was not there". The batch
    /// fails when one of them is another by now.
    pub seen_blobs: Vec<Blob>,
    /// Named values to set or to remove.
    pub blobs: Vec<Blob>,
    /// Sources (paths, addresses) that are read anew: what was set aside from
    /// them earlier is forgotten before `quarantine` is written.
    pub reread_sources: Vec<String>,
    /// Inputs set aside with their reason.
    pub quarantine: Vec<QuarantineEntry>,
}

impl Batch {
    /// An empty batch.
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            tombstones: Vec::new(),
            puts: Vec::new(),
            touched: Vec::new(),
            seen_blobs: Vec::new(),
            blobs: Vec::new(),
            reread_sources: Vec::new(),
            quarantine: Vec::new(),
        }
    }

    /// A batch of puts without conditions.
    pub fn of_records(at: Timestamp, records: impl IntoIterator<Item = Record>) -> Self {
        Self {
            puts: records.into_iter().map(Put::from).collect(),
            ..Self::new(at)
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.tombstones.is_empty()
            && self.puts.is_empty()
            && self.touched.is_empty()
            && self.blobs.is_empty()
            && self.reread_sources.is_empty()
            && self.quarantine.is_empty()
    }
}

/// A record to put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// The whole record, full text included.
    pub record: Record,
    /// The version that the caller saw; 0 for "was not there". The batch fails
    /// when another one is the newest by now. `None` asks nothing.
    pub if_version: Option<u64>,
}

impl From<Record> for Put {
    fn from(record: Record) -> Self {
        Self {
            record,
            if_version: None,
        }
    }
}

/// A record to take out. Its history stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// Which one.
    pub id: RecordId,
    /// The record that stands for it now, after a merge.
    pub merged_into: Option<RecordId>,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name: `checkpoint/…`, `collection/…`.
    pub name: String,
    /// Its value; empty removes the name.
    pub bytes: Vec<u8>,
}

/// An input that could not be read, with all that is needed to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineEntry {
    /// Path or address.
    pub source: String,
    /// Line from 1, for inputs of lines.
    pub line: Option<u64>,
    /// What is wrong, and the cure.
    pub reason: String,
    /// BLAKE3 of the raw bytes, lower-case hex.
    pub raw_blake3: String,
    /// The first bytes, at most [`QuarantineEntry::HEAD_BYTES`].
    pub raw_head: Vec<u8>,
    /// What held for the input (collection, access level) as JSON, so that it
    /// is read again in the same way; `None` where that is not known.
    pub how: Option<String>,
}

impl QuarantineEntry {
    /// Enough to recognise a line in the source file.
    pub const HEAD_BYTES: usize = 1024;

    /// An entry for these raw bytes.
    pub fn new(
        source: impl Into<String>,
        line: Option<u64>,
        reason: impl Into<String>,
        raw: &[u8],
    ) -> Self {
        Self {
            source: source.into(),
            line,
            reason: reason.into(),
            raw_blake3: blake3::hash(raw).to_hex().to_string(),
            raw_head: raw[..raw.len().min(Self::HEAD_BYTES)].to_vec(),
            how: None,
        }
    }

    /// The entry with what held for the input, as JSON.
    #[must_use]
    pub fn asked_as(self, how: String) -> Self {
        Self {
            how: Some(how),
            ..self
        }
    }
}

/// What a batch did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The newest number of the sequence, after the batch.
    pub seq: ChangeSeq,
    /// What became of each put, in order.
    pub puts: Vec<PutOutcome>,
    /// Tombstones that took out a record.
    pub n_deleted: usize,
}

impl Applied {
    /// How many puts had this outcome.
    pub fn count(&self, outcome: PutOutcome) -> usize {
        self.puts.iter().filter(|put| **put == outcome).count()
    }
}

/// What became of a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOutcome {
    /// It was not there, or had been deleted.
    Added,
    /// It replaced another version.
    Updated,
    /// It was there already.
    Unchanged,
}
