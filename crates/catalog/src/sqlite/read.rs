//! Reading records. The clearance stands in every query that gives records.

use records::{
    AccessLevel, ChangeSeq, Clearance, Identifier, Provenance, Record, RecordId, RecordType,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{codec, failure::while_doing};
use crate::{
    Blob, CatalogError, Detail, QuarantineEntry, Quarantined, Status, StoredRecord, Version,
};

/// The columns that [`StoredColumns::read`] takes, from `record LEFT JOIN body`.
pub(super) const COLUMNS: &str = "record.seq, record.version, record.created_at, \
     record.updated_at, record.summary, record.provenance, body.pages, body.n_bytes, \
     record.body IS NOT NULL";

/// How `record` meets its full text: not at all when only the summary is read,
/// which is asked as a hash that none has. (`ON 0` would read all of `body` for
/// each record: SQLite looks for a match row by row.)
pub(super) fn join(detail: Detail) -> &'static str {
    match detail {
        Detail::Full => "LEFT JOIN body ON body.hash = record.body",
        Detail::Summary => "LEFT JOIN body ON body.hash = NULL",
    }
}

/// A row of [`COLUMNS`].
pub(super) struct StoredColumns {
    seq: u64,
    version: u64,
    created_ms: i64,
    updated_ms: i64,
    summary: String,
    provenance: String,
    pages: Option<Vec<u8>>,
    n_bytes: Option<usize>,
    has_body: bool,
}

impl StoredColumns {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            version: row.get(1)?,
            created_ms: row.get(2)?,
            updated_ms: row.get(3)?,
            summary: row.get(4)?,
            provenance: row.get(5)?,
            pages: row.get(6)?,
            n_bytes: row.get(7)?,
            has_body: row.get(8)?,
        })
    }

    /// Length of the full text, uncompressed.
    pub(super) fn body_bytes(&self) -> usize {
        self.n_bytes.unwrap_or(0)
    }

    pub(super) fn decode(self) -> Result<StoredRecord, CatalogError> {
        let damaged = codec::corrupt("table `record`");
        let mut record: Record = serde_json::from_str(&self.summary).map_err(&damaged)?;
        record.provenance =
            serde_json::from_str::<Provenance>(&self.provenance).map_err(&damaged)?;
        if let (Some(pages), Some(n_bytes)) = (self.pages, self.n_bytes) {
            record.body = codec::unpack_pages(&pages, n_bytes)?;
        }
        Ok(StoredRecord {
            record,
            has_body: self.has_body,
            version: self.version,
            seq: ChangeSeq(self.seq),
            created_at: codec::timestamp(self.created_ms)?,
            updated_at: codec::timestamp(self.updated_ms)?,
        })
    }
}

pub(super) fn get_many(
    connection: &Connection,
    ids: &[RecordId],
    clearance: Clearance,
    detail: Detail,
) -> Result<Vec<Option<StoredRecord>>, CatalogError> {
    let failed = while_doing("reading records");
    let sql = format!(
        "SELECT {COLUMNS} FROM record {} WHERE id = ?1 AND deleted = 0 AND access <= ?2",
        join(detail)
    );
    let snapshot = connection.unchecked_transaction().map_err(&failed)?;
    let mut statement = snapshot.prepare_cached(&sql).map_err(&failed)?;
    let one = |id: &RecordId| {
        statement
            .query_row(
                params![id.as_str(), codec::ceiling(clearance)],
                StoredColumns::read,
            )
            .optional()
            .map_err(&failed)?
            .map(StoredColumns::decode)
            .transpose()
    };
    ids.iter().map(one).collect()
}

pub(super) fn resolve(
    connection: &Connection,
    identifiers: &[Identifier],
    clearance: Clearance,
) -> Result<Vec<Vec<RecordId>>, CatalogError> {
    let failed = while_doing("resolving identifiers");
    let mut statement = connection
        .prepare_cached(
            "SELECT record.id FROM identifier JOIN record ON record.key = identifier.record
             WHERE scheme = ?1 AND value = ?2 AND deleted = 0 AND access <= ?3
             ORDER BY record.id",
        )
        .map_err(&failed)?;
    let mut one = |identifier: &Identifier| {
        let scheme = codec::scheme_word(identifier.scheme);
        let key = params![scheme, identifier.value, codec::ceiling(clearance)];
        let rows = statement
            .query_map(key, |row| row.get(0))
            .map_err(&failed)?;
        rows.map(|id: rusqlite::Result<String>| record_id(&id.map_err(&failed)?))
            .collect()
    };
    identifiers.iter().map(&mut one).collect()
}

pub(super) fn successors(
    connection: &Connection,
    ids: &[RecordId],
    clearance: Clearance,
) -> Result<Vec<Option<RecordId>>, CatalogError> {
    let failed = while_doing("following merges");
    let mut statement = connection
        .prepare_cached(
            "WITH RECURSIVE chain (id, n) AS (
                 SELECT merged_into, 1 FROM record
                 WHERE id = ?1 AND deleted = 1 AND widest_access <= ?2
                 UNION ALL
                 SELECT merged_into, n + 1 FROM chain JOIN record USING (id)
                 WHERE deleted = 1 AND n < 32)
             SELECT record.id FROM chain JOIN record USING (id)
             WHERE deleted = 0 AND access <= ?2",
        )
        .map_err(&failed)?;
    let mut one = |id: &RecordId| {
        let found: Option<String> = statement
            .query_row(params![id.as_str(), codec::ceiling(clearance)], |row| {
                row.get(0)
            })
            .optional()
            .map_err(&failed)?;
        found.as_deref().map(record_id).transpose()
    };
    ids.iter().map(&mut one).collect()
}

pub(super) fn record_id(text: &str) -> Result<RecordId, CatalogError> {
    RecordId::new(text).map_err(codec::corrupt("column `record.id`"))
}

pub(super) fn history(
    connection: &Connection,
    id: &RecordId,
    clearance: Clearance,
) -> Result<Vec<Version>, CatalogError> {
    let failed = while_doing("reading a history");
    let staff = codec::ceiling(Clearance::Staff);
    let mut statement = connection
        .prepare_cached(
            "SELECT v.version, v.seq, v.at, v.summary, NULL
             FROM version v JOIN record ON record.key = v.record
             WHERE id = ?1 AND record.access <= ?2 AND v.access <= ?2 AND (deleted = 0 OR ?2 = ?3)
             UNION ALL
             SELECT version, seq, updated_at, NULL,
                    json_set(summary, '$.provenance', json(provenance))
             FROM record WHERE id = ?1 AND access <= ?2 AND (deleted = 0 OR ?2 = ?3)
             ORDER BY 1",
        )
        .map_err(&failed)?;
    let key = params![id.as_str(), codec::ceiling(clearance), staff];
    let mut rows = statement.query(key).map_err(&failed)?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        versions.push(version(row)?);
    }
    Ok(versions)
}

fn version(row: &Row<'_>) -> Result<Version, CatalogError> {
    let failed = while_doing("reading a version");
    let packed: Option<Vec<u8>> = row.get(3).map_err(&failed)?;
    let plain: Option<String> = row.get(4).map_err(&failed)?;
    let record = match (packed, plain) {
        (Some(packed), _) => Some(codec::unpack_record(&packed)?),
        (None, Some(json)) => {
            let damaged = codec::corrupt("table `record`");
            Some(serde_json::from_str(&json).map_err(damaged)?)
        }
        (None, None) => None,
    };
    Ok(Version {
        version: row.get(0).map_err(&failed)?,
        seq: ChangeSeq(row.get(1).map_err(&failed)?),
        at: codec::timestamp(row.get(2).map_err(&failed)?)?,
        record,
    })
}

pub(super) fn quarantined(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Result<Vec<Quarantined>, CatalogError> {
    let failed = while_doing("reading set-aside inputs");
    let mut statement = connection
        .prepare_cached(
            "SELECT number, at, source, line, reason, raw_blake3, raw_head, how FROM quarantine
             WHERE number > ?1 ORDER BY number LIMIT ?2",
        )
        .map_err(&failed)?;
    let mut rows = statement.query(params![after, limit]).map_err(&failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let at_ms = row.get(1).map_err(&failed)?;
        found.push(Quarantined {
            number: row.get(0).map_err(&failed)?,
            at: codec::timestamp(at_ms)?,
            entry: quarantine_entry(row).map_err(&failed)?,
        });
    }
    Ok(found)
}

fn quarantine_entry(row: &Row<'_>) -> rusqlite::Result<QuarantineEntry> {
    let line: u64 = row.get(3)?;
    Ok(QuarantineEntry {
        source: row.get(2)?,
        line: (line > 0).then_some(line),
        reason: row.get(4)?,
        raw_blake3: row.get(5)?,
        raw_head: row.get(6)?,
        how: row.get(7)?,
    })
}

pub(super) fn blobs(connection: &Connection, prefix: &str) -> Result<Vec<Blob>, CatalogError> {
    let failed = while_doing("reading named values");
    // The first name after all that start with the prefix: no character is
    // higher than U+10FFFF.
    let end = format!("{prefix}\u{10FFFF}");
    let mut statement = connection
        .prepare_cached("SELECT name, bytes FROM blob WHERE name >= ?1 AND name < ?2 ORDER BY name")
        .map_err(&failed)?;
    let rows = statement.query_map([prefix, &end], |row| {
        Ok(Blob {
            name: row.get(0)?,
            bytes: row.get(1)?,
        })
    });
    rows.and_then(Iterator::collect).map_err(&failed)
}

pub(super) fn seq(connection: &Connection) -> Result<ChangeSeq, CatalogError> {
    let sql = "SELECT value FROM counter WHERE name = 'seq'";
    let read = connection.query_row(sql, [], |row| row.get(0));
    read.map(ChangeSeq)
        .map_err(while_doing("reading the sequence"))
}

pub(super) fn status(connection: &Connection) -> Result<Status, CatalogError> {
    let failed = while_doing("counting records");
    let snapshot = connection.unchecked_transaction().map_err(&failed)?;
    let one = |sql: &str| {
        snapshot
            .query_row(sql, [], |row| row.get(0))
            .map_err(&failed)
    };
    let mut status = Status {
        seq: ChangeSeq(one("SELECT value FROM counter WHERE name = 'seq'")?),
        n_records: one("SELECT count(*) FROM record WHERE deleted = 0")?,
        n_deleted: one("SELECT count(*) FROM record WHERE deleted = 1")?,
        n_quarantined: one("SELECT count(*) FROM quarantine")?,
        ..Status::default()
    };
    let sql = "SELECT type, access, count(*) FROM record WHERE deleted = 0 GROUP BY 1, 2";
    let mut statement = snapshot.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query([]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let word: String = row.get(0).map_err(&failed)?;
        let record_type: RecordType = word.parse().map_err(codec::corrupt("column `type`"))?;
        let access = access(row.get(1).map_err(&failed)?)?;
        let n: u64 = row.get(2).map_err(&failed)?;
        *status.by_type.entry(record_type).or_default() += n;
        *status.by_access.entry(access).or_default() += n;
    }
    Ok(status)
}

fn access(rank: u8) -> Result<AccessLevel, CatalogError> {
    codec::level(rank).ok_or_else(|| codec::corrupt("column `access`")(format!("level {rank}")))
}
