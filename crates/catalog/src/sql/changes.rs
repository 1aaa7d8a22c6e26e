//! Reading the sequence of changes.

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, RecordId};

use super::{
    Session, codec,
    read::{COLUMNS, SEQ, StoredColumns, join, record_id},
    session::Row,
    value::values,
};
use crate::{CatalogError, Change, Changes, Detail, WhatChanged};

/// Full texts read at once: bounds the memory of whoever replays.
const BODY_BYTES: usize = 32 * 1024 * 1024;

/// Full texts asked for at once. An engine may read a whole answer before it
/// gives the first row: a book has a megabyte, so these few stay near
/// [`BODY_BYTES`], and asking anew costs a look into an index.
const N_BODIES: usize = 64;

/// Columns after [`COLUMNS`]: the id, where the content may be read 1, and
/// where a merged record went, if that may be seen.
const CHANGE_COLUMNS: &str = "record.id,
     CASE WHEN record.deleted = 0 AND record.access <= ?2 THEN 1 ELSE 0 END,
     (SELECT t.id FROM record t
      WHERE t.id = record.merged_into AND t.deleted = 0 AND t.access <= ?2)";

pub(super) fn changes(
    session: &Session<'_>,
    after: ChangeSeq,
    limit: usize,
    clearance: Clearance,
    detail: Detail,
) -> Result<Changes, CatalogError> {
    let newest: u64 = session.scalar("reading changes", SEQ, &[])?;
    let at_once = match detail {
        Detail::Full => N_BODIES,
        Detail::Summary => limit,
    };
    let mut page = Page::default();
    let mut up_to = after;
    while page.has_room() && page.changes.len() < limit {
        let n = at_once.min(limit - page.changes.len());
        let n_read = page.read(session, up_to, n, clearance, detail)?;
        up_to = page.changes.last().map_or(after, |change| change.seq);
        if n_read < n {
            break;
        }
    }
    let is_last = page.changes.len() < limit && page.has_room();
    Ok(Changes {
        up_to: if is_last { ChangeSeq(newest) } else { up_to },
        changes: page.changes,
        is_last,
    })
}

#[derive(Default)]
struct Page {
    changes: Vec<Change>,
    n_body_bytes: usize,
}

impl Page {
    fn has_room(&self) -> bool {
        self.n_body_bytes <= BODY_BYTES
    }

    /// Reads the next `n` changes, or fewer when the page is full; how many.
    fn read(
        &mut self,
        session: &Session<'_>,
        after: ChangeSeq,
        n: usize,
        clearance: Clearance,
        detail: Detail,
    ) -> Result<usize, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS}, {CHANGE_COLUMNS} FROM record {}
             WHERE record.seq > ?1 AND record.widest_access <= ?2 ORDER BY record.seq LIMIT ?3",
            join(detail)
        );
        let key = values![after.0, codec::ceiling(clearance), n];
        let mut n_bytes = self.n_body_bytes;
        let read = session.all_until("reading changes", &sql, &key, |row| {
            if n_bytes > BODY_BYTES {
                return Ok(None);
            }
            let (change, n_more) = change(row)?;
            n_bytes += n_more;
            Ok(Some(change))
        })?;
        let n_read = read.len();
        self.changes.extend(read);
        self.n_body_bytes = n_bytes;
        Ok(n_read)
    }
}

/// Numbers and times grow together, so the border is found by halving: about
/// twenty reads by key for a million records.
pub(super) fn seq_before(session: &Session<'_>, at: Timestamp) -> Result<ChangeSeq, CatalogError> {
    let doing = "looking for a change by its time";
    let next = "SELECT seq, updated_at FROM record WHERE seq >= ?1 ORDER BY seq LIMIT 1";
    let last = "SELECT coalesce(max(seq), 0) FROM record WHERE seq < ?1";
    let at_ms = at.as_millisecond();
    let newest: u64 = session.scalar(doing, last, &values![i64::MAX])?;
    // All changes numbered below `low` are older; none from `high` on is.
    let (mut low, mut high) = (0, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let found = session.first(doing, next, &values![middle], |row| {
            Ok((row.get::<u64>(0)?, row.get::<i64>(1)?))
        })?;
        match found {
            Some((seq, changed_ms)) if changed_ms < at_ms => low = seq + 1,
            _ => high = middle,
        }
    }
    session.scalar(doing, last, &values![low]).map(ChangeSeq)
}

fn change(row: &Row<'_>) -> Result<(Change, usize), CatalogError> {
    let id: RecordId = record_id(&row.get::<String>(9)?)?;
    let seq = ChangeSeq(row.get(0)?);
    let at = codec::timestamp(row.get(3)?)?;
    let mut n_bytes = 0;
    let what = if row.get(10)? {
        let columns = StoredColumns::read(row)?;
        n_bytes = columns.body_bytes();
        WhatChanged::Upsert(Box::new(columns.decode()?))
    } else {
        let merged_into: Option<String> = row.get(11)?;
        WhatChanged::Tombstone {
            merged_into: merged_into.as_deref().map(record_id).transpose()?,
        }
    };
    Ok((Change { seq, at, id, what }, n_bytes))
}
