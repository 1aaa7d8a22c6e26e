//! The part of a write that needs no database: done before the lock is taken.

use records::{DocumentFile, Identifier, Provenance, Record, RecordId, RecordType};

use super::codec;
use crate::{Batch, Blob, CatalogError, Put, QuarantineEntry, Tombstone};

/// A batch, ready to be written.
pub(super) struct PreparedBatch {
    pub(super) at_ms: i64,
    pub(super) tombstones: Vec<Tombstone>,
    pub(super) puts: Vec<PreparedPut>,
    pub(super) touched: Vec<RecordId>,
    pub(super) seen_blobs: Vec<Blob>,
    pub(super) blobs: Vec<Blob>,
    pub(super) reread_sources: Vec<String>,
    pub(super) quarantine: Vec<QuarantineEntry>,
}

/// A record as columns.
pub(super) struct PreparedPut {
    pub(super) id: RecordId,
    pub(super) if_version: Option<u64>,
    pub(super) record_type: RecordType,
    pub(super) access: u8,
    pub(super) hash: [u8; 32],
    pub(super) summary: String,
    pub(super) provenance: String,
    pub(super) body: Option<PreparedBody>,
    pub(super) identifiers: Vec<Identifier>,
    pub(super) files: Vec<DocumentFile>,
}

/// A full text as columns.
pub(super) struct PreparedBody {
    pub(super) hash: [u8; 32],
    pub(super) n_bytes: usize,
    pub(super) packed: Vec<u8>,
}

pub(super) fn prepare(batch: Batch) -> Result<PreparedBatch, CatalogError> {
    let puts = batch.puts.into_iter().map(prepare_put);
    Ok(PreparedBatch {
        at_ms: batch.at.as_millisecond(),
        tombstones: batch.tombstones,
        puts: puts.collect::<Result<_, _>>()?,
        touched: batch.touched,
        seen_blobs: batch.seen_blobs,
        blobs: batch.blobs,
        reread_sources: batch.reread_sources,
        quarantine: batch.quarantine,
    })
}

fn prepare_put(put: Put) -> Result<PreparedPut, CatalogError> {
    let mut record: Record = put.record;
    let body = prepare_body(&std::mem::take(&mut record.body))?;
    let provenance: Provenance = std::mem::take(&mut record.provenance);
    let summary = serde_json::to_string(&record).map_err(codec::unwritable)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(summary.as_bytes());
    if let Some(body) = &body {
        hasher.update(&body.hash);
    }
    Ok(PreparedPut {
        if_version: put.if_version,
        record_type: record.record_type,
        access: codec::rank(record.access),
        hash: hasher.finalize().into(),
        summary,
        provenance: serde_json::to_string(&provenance).map_err(codec::unwritable)?,
        body,
        identifiers: record.identifiers,
        files: record.files,
        id: record.id,
    })
}

fn prepare_body(pages: &[records::Page]) -> Result<Option<PreparedBody>, CatalogError> {
    if pages.is_empty() {
        return Ok(None);
    }
    let json = serde_json::to_vec(pages).map_err(codec::unwritable)?;
    Ok(Some(PreparedBody {
        hash: blake3::hash(&json).into(),
        n_bytes: json.len(),
        packed: codec::pack(&json)?,
    }))
}
