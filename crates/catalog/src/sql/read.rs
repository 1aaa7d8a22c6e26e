//! Reading records. The clearance stands in every query that gives records.

use records::{
    AccessLevel, ChangeSeq, Clearance, Identifier, Provenance, Record, RecordId, RecordType,
};

use super::{Session, codec, session::Row, value::values};
use crate::{
    Blob, CatalogError, Detail, QuarantineEntry, Quarantined, Status, StoredRecord, Version,
};

/// The columns that [`StoredColumns::read`] takes, from `record LEFT JOIN body`.
pub(super) const COLUMNS: &str = "record.seq, record.version, record.created_at, \
     record.updated_at, record.summary, record.provenance, body.pages, body.n_bytes, \
     CASE WHEN record.body IS NULL THEN 0 ELSE 1 END";

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
    pub(super) fn read(row: &Row<'_>) -> Result<Self, CatalogError> {
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
        let mut record = record(&self.summary, &self.provenance)?;
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
    session: &Session<'_>,
    ids: &[RecordId],
    clearance: Clearance,
    detail: Detail,
) -> Result<Vec<Option<StoredRecord>>, CatalogError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM record {} WHERE id = ?1 AND deleted = 0 AND access <= ?2",
        join(detail)
    );
    let ceiling = codec::ceiling(clearance);
    let keys: Vec<_> = ids.iter().map(|id| values![id.as_str(), ceiling]).collect();
    session.first_of_each("reading records", &sql, &keys, |row| {
        StoredColumns::read(row)?.decode()
    })
}

pub(super) fn resolve(
    session: &Session<'_>,
    identifiers: &[Identifier],
    clearance: Clearance,
) -> Result<Vec<Vec<RecordId>>, CatalogError> {
    let ceiling = codec::ceiling(clearance);
    let keys: Vec<_> = identifiers
        .iter()
        .map(|i| values![codec::scheme_word(i.scheme), &i.value, ceiling])
        .collect();
    session.all_of_each(
        "resolving identifiers",
        "SELECT record.id FROM identifier JOIN record ON record.key = identifier.record
         WHERE scheme = ?1 AND value = ?2 AND deleted = 0 AND access <= ?3
         ORDER BY record.id",
        &keys,
        |row| record_id(&row.get::<String>(0)?),
    )
}

/// The longest way over merges that is followed: none is so long, and a circle
/// ends.
const MAX_MERGES: usize = 32;

/// Step by step, all ids at once: nearly none was merged away, and a recursive
/// query would have PostgreSQL read all records for each.
pub(super) fn successors(
    session: &Session<'_>,
    ids: &[RecordId],
    clearance: Clearance,
) -> Result<Vec<Option<RecordId>>, CatalogError> {
    let doing = "following merges";
    let ceiling = codec::ceiling(clearance);
    let keys: Vec<_> = ids.iter().map(|id| values![id.as_str(), ceiling]).collect();
    let sql = "SELECT merged_into FROM record
               WHERE id = ?1 AND deleted = 1 AND widest_access <= ?2";
    let begun = session.first_of_each(doing, sql, &keys, |row| row.get::<Option<String>>(0))?;
    let mut ways: Vec<(usize, String)> = begun
        .into_iter()
        .enumerate()
        .filter_map(|(n, next)| Some((n, next??)))
        .collect();
    let mut found = vec![None; ids.len()];
    for _ in 0..MAX_MERGES {
        let keys: Vec<_> = ways.iter().map(|(_, id)| values![id]).collect();
        let sql = "SELECT deleted, access, merged_into FROM record WHERE id = ?1";
        let stand = session.first_of_each(doing, sql, &keys, |row| {
            Ok((row.get(0)?, row.get::<u8>(1)?, row.get(2)?))
        })?;
        let mut further = Vec::new();
        for ((n, id), stands) in ways.into_iter().zip(stand) {
            match stands {
                Some((false, access, _)) if access <= ceiling => found[n] = Some(record_id(&id)?),
                Some((true, _, Some(next))) => further.push((n, next)),
                _ => {}
            }
        }
        ways = further;
    }
    Ok(found)
}

pub(super) fn record_id(text: &str) -> Result<RecordId, CatalogError> {
    RecordId::new(text).map_err(codec::corrupt("column `record.id`"))
}

pub(super) fn history(
    session: &Session<'_>,
    id: &RecordId,
    clearance: Clearance,
) -> Result<Vec<Version>, CatalogError> {
    let (ceiling, staff) = (codec::ceiling(clearance), codec::ceiling(Clearance::Staff));
    session.all(
        "reading a history",
        "SELECT v.version, v.seq, v.at, v.summary, NULL, NULL
         FROM version v JOIN record ON record.key = v.record
         WHERE id = ?1 AND record.access <= ?2 AND v.access <= ?2 AND (deleted = 0 OR ?2 = ?3)
         UNION ALL
         SELECT version, seq, updated_at, NULL, summary, provenance
         FROM record WHERE id = ?1 AND access <= ?2 AND (deleted = 0 OR ?2 = ?3)
         ORDER BY 1",
        &values![id.as_str(), ceiling, staff],
        version,
    )
}

fn version(row: &Row<'_>) -> Result<Version, CatalogError> {
    let packed: Option<Vec<u8>> = row.get(3)?;
    let summary: Option<String> = row.get(4)?;
    let provenance: Option<String> = row.get(5)?;
    let record = match (packed, summary.zip(provenance)) {
        (Some(packed), _) => Some(codec::unpack_record(&packed)?),
        (None, Some((summary, provenance))) => Some(record(&summary, &provenance)?),
        (None, None) => None,
    };
    Ok(Version {
        version: row.get(0)?,
        seq: ChangeSeq(row.get(1)?),
        at: codec::timestamp(row.get(2)?)?,
        record,
    })
}

/// A record without its full text, from the two columns.
fn record(summary: &str, provenance: &str) -> Result<Record, CatalogError> {
    let damaged = codec::corrupt("table `record`");
    let mut record: Record = serde_json::from_str(summary).map_err(&damaged)?;
    record.provenance = serde_json::from_str::<Provenance>(provenance).map_err(&damaged)?;
    Ok(record)
}

pub(super) fn quarantined(
    session: &Session<'_>,
    after: u64,
    limit: usize,
) -> Result<Vec<Quarantined>, CatalogError> {
    session.all(
        "reading set-aside inputs",
        "SELECT number, at, source, line, reason, raw_blake3, raw_head, how FROM quarantine
         WHERE number > ?1 ORDER BY number LIMIT ?2",
        &values![after, limit],
        |row| {
            Ok(Quarantined {
                number: row.get(0)?,
                at: codec::timestamp(row.get(1)?)?,
                entry: quarantine_entry(row)?,
            })
        },
    )
}

fn quarantine_entry(row: &Row<'_>) -> Result<QuarantineEntry, CatalogError> {
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

pub(super) fn blobs(session: &Session<'_>, prefix: &str) -> Result<Vec<Blob>, CatalogError> {
    // The first name after all that start with the prefix: no character is
    // higher than U+10FFFF.
    let end = format!("{prefix}\u{10FFFF}");
    session.all(
        "reading named values",
        "SELECT name, bytes FROM blob WHERE name >= ?1 AND name < ?2 ORDER BY name",
        &values![prefix, &end],
        |row| {
            Ok(Blob {
                name: row.get(0)?,
                bytes: row.get(1)?,
            })
        },
    )
}

/// The newest number of the sequence.
pub(super) const SEQ: &str = "SELECT value FROM counter WHERE name = 'seq'";

pub(super) fn seq(session: &Session<'_>) -> Result<ChangeSeq, CatalogError> {
    session
        .scalar("reading the sequence", SEQ, &[])
        .map(ChangeSeq)
}

pub(super) fn status(session: &Session<'_>) -> Result<Status, CatalogError> {
    let doing = "counting records";
    let one = |sql: &str| session.scalar::<u64>(doing, sql, &[]);
    let mut status = Status {
        seq: ChangeSeq(one(SEQ)?),
        n_records: one("SELECT count(*) FROM record WHERE deleted = 0")?,
        n_deleted: one("SELECT count(*) FROM record WHERE deleted = 1")?,
        n_quarantined: one("SELECT count(*) FROM quarantine")?,
        ..Status::default()
    };
    let sql = "SELECT type, access, count(*) FROM record WHERE deleted = 0 GROUP BY 1, 2";
    let counted = session.all(doing, sql, &[], |row| {
        let word: String = row.get(0)?;
        let record_type: RecordType = word.parse().map_err(codec::corrupt("column `type`"))?;
        Ok((record_type, access(row.get(1)?)?, row.get::<u64>(2)?))
    })?;
    for (record_type, access, n) in counted {
        *status.by_type.entry(record_type).or_default() += n;
        *status.by_access.entry(access).or_default() += n;
    }
    Ok(status)
}

fn access(rank: u8) -> Result<AccessLevel, CatalogError> {
    codec::level(rank).ok_or_else(|| codec::corrupt("column `access`")(format!("level {rank}")))
}
