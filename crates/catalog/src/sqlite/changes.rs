//! Reading the sequence of changes.

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, RecordId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    codec,
    failure::while_doing,
    read::{COLUMNS, StoredColumns, join, record_id},
};
use crate::{CatalogError, Change, Changes, Detail, WhatChanged};

/// Full texts read at once: bounds the memory of whoever replays.
const BODY_BYTES: usize = 32 * 1024 * 1024;

/// Columns after [`COLUMNS`]: whether the content may be read, the id, and
/// where a merged record went, if that may be seen.
const CHANGE_COLUMNS: &str = "record.id, record.deleted = 0 AND record.access <= ?2,
     (SELECT t.id FROM record t
      WHERE t.id = record.merged_into AND t.deleted = 0 AND t.access <= ?2)";

pub(super) fn changes(
    connection: &Connection,
    after: ChangeSeq,
    limit: usize,
    clearance: Clearance,
    detail: Detail,
) -> Result<Changes, CatalogError> {
    let failed = while_doing("reading changes");
    let snapshot = connection.unchecked_transaction().map_err(&failed)?;
    let newest: u64 = snapshot
        .query_row("SELECT value FROM counter WHERE name = 'seq'", [], |row| {
            row.get(0)
        })
        .map_err(&failed)?;
    let sql = format!(
        "SELECT {COLUMNS}, {CHANGE_COLUMNS} FROM record {}
         WHERE record.seq > ?1 AND record.widest_access <= ?2 ORDER BY record.seq LIMIT ?3",
        join(detail)
    );
    let mut statement = snapshot.prepare_cached(&sql).map_err(&failed)?;
    let key = params![after.0, codec::ceiling(clearance), limit];
    let mut rows = statement.query(key).map_err(&failed)?;
    let mut changes = Vec::new();
    let mut n_body_bytes = 0;
    while n_body_bytes <= BODY_BYTES
        && let Some(row) = rows.next().map_err(&failed)?
    {
        let (change, n_bytes) = change(row)?;
        changes.push(change);
        n_body_bytes += n_bytes;
    }
    let is_last = changes.len() < limit && n_body_bytes <= BODY_BYTES;
    let last_read = changes.last().map_or(after, |change: &Change| change.seq);
    Ok(Changes {
        changes,
        up_to: if is_last {
            ChangeSeq(newest)
        } else {
            last_read
        },
        is_last,
    })
}

/// Numbers and times grow together, so the border is found by halving: about
/// twenty reads by key for a million records.
pub(super) fn seq_before(
    connection: &Connection,
    at: Timestamp,
) -> Result<ChangeSeq, CatalogError> {
    let failed = while_doing("looking for a change by its time");
    let snapshot = connection.unchecked_transaction().map_err(&failed)?;
    let mut next = snapshot
        .prepare_cached("SELECT seq, updated_at FROM record WHERE seq >= ?1 ORDER BY seq LIMIT 1")
        .map_err(&failed)?;
    let mut last = snapshot
        .prepare_cached("SELECT ifnull(max(seq), 0) FROM record WHERE seq < ?1")
        .map_err(&failed)?;
    let at_ms = at.as_millisecond();
    let newest: u64 = last
        .query_row([i64::MAX], |row| row.get(0))
        .map_err(&failed)?;
    // All changes numbered below `low` are older; none from `high` on is.
    let (mut low, mut high) = (0, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = next.query_row([middle], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, i64>(1)?))
        });
        match row.optional().map_err(&failed)? {
            Some((seq, changed_ms)) if changed_ms < at_ms => low = seq + 1,
            _ => high = middle,
        }
    }
    let seq = last.query_row([low], |row| row.get(0)).map_err(&failed)?;
    Ok(ChangeSeq(seq))
}

fn change(row: &Row<'_>) -> Result<(Change, usize), CatalogError> {
    let failed = while_doing("reading a change");
    let id: RecordId = record_id(&row.get::<_, String>(9).map_err(&failed)?)?;
    let seq = ChangeSeq(row.get(0).map_err(&failed)?);
    let at = codec::timestamp(row.get(3).map_err(&failed)?)?;
    let mut n_bytes = 0;
    let what = if row.get(10).map_err(&failed)? {
        let columns = StoredColumns::read(row).map_err(&failed)?;
        n_bytes = columns.body_bytes();
        WhatChanged::Upsert(Box::new(columns.decode()?))
    } else {
        let merged_into: Option<String> = row.get(11).map_err(&failed)?;
        WhatChanged::Tombstone {
            merged_into: merged_into.as_deref().map(record_id).transpose()?,
        }
    };
    Ok((Change { seq, at, id, what }, n_bytes))
}
