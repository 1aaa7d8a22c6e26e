//! Writing a batch in one transaction. What the batch is about is read first
//! and at once, then everything is written without waiting in between: over a
//! network a record would otherwise cost a handful of round trips.

use std::collections::{HashMap, HashSet};

use records::{ChangeSeq, RecordId};

use super::{
    Session, codec,
    prepared::{PreparedBatch, PreparedBody, PreparedPut},
    session::Row,
    value::values,
};
use crate::{Applied, Blob, CatalogError, PutOutcome, QuarantineEntry, Tombstone};

pub(super) fn apply(session: &Session<'_>, batch: &PreparedBatch) -> Result<Applied, CatalogError> {
    check_blobs(session, &batch.seen_blobs)?;
    let mut writer = Writer::start(session, batch)?;
    let mut n_deleted = 0;
    for tombstone in &batch.tombstones {
        n_deleted += usize::from(writer.delete(tombstone)?);
    }
    let puts = batch.puts.iter().map(|put| writer.put(put));
    let puts = puts.collect::<Result<Vec<_>, _>>()?;
    for id in &batch.touched {
        writer.touch(id)?;
    }
    writer.set_blobs(&batch.blobs)?;
    writer.forget_quarantine(&batch.reread_sources)?;
    writer.set_aside(&batch.quarantine)?;
    Ok(Applied {
        seq: writer.finish()?,
        puts,
        n_deleted,
    })
}

struct Writer<'s> {
    session: &'s Session<'s>,
    seq: u64,
    at_ms: i64,
    next_key: i64,
    /// The records of the batch that are there, or once were.
    standing: HashMap<RecordId, Standing>,
    /// Versions that are about to be replaced, by the key of their record.
    former: HashMap<i64, Former>,
}

/// What is known of a record before it is written.
struct Standing {
    key: i64,
    version: u64,
    hash: Vec<u8>,
    deleted: bool,
}

/// The newest version, to be kept before it is replaced.
struct Former {
    version: u64,
    seq: u64,
    at_ms: i64,
    access: u8,
    body: Option<Vec<u8>>,
    /// The record and its provenance as JSON; `None` for a deletion.
    json: Option<(String, String)>,
}

impl<'s> Writer<'s> {
    /// A clock that goes back does not make times go back: datestamps grow
    /// with the sequence.
    fn start(session: &'s Session<'s>, batch: &PreparedBatch) -> Result<Self, CatalogError> {
        let doing = "reading the sequence";
        let counters = session.all(doing, "SELECT name, value FROM counter", &[], |row| {
            Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
        })?;
        let counters: HashMap<String, i64> = counters.into_iter().collect();
        let counter = |name: &str| counters.get(name).copied().unwrap_or(0);
        let sql = "SELECT coalesce(max(key), 0) + 1 FROM record";
        let mut writer = Self {
            session,
            seq: u64::try_from(counter("seq")).map_err(codec::corrupt("table `counter`"))?,
            at_ms: batch.at_ms.max(counter("at")),
            next_key: session.scalar(doing, sql, &[])?,
            standing: standing(session, batch)?,
            former: HashMap::new(),
        };
        writer.former = former(session, &writer.about_to_be_replaced(batch))?;
        Ok(writer)
    }

    fn about_to_be_replaced(&self, batch: &PreparedBatch) -> Vec<i64> {
        let deleted = batch.tombstones.iter().filter_map(|tombstone| {
            let standing = self.standing.get(&tombstone.id)?;
            (!standing.deleted).then_some(standing.key)
        });
        let put = batch.puts.iter().filter_map(|put| {
            let standing = self.standing.get(&put.id)?;
            (!standing.is(put)).then_some(standing.key)
        });
        let keys: HashSet<i64> = deleted.chain(put).collect();
        keys.into_iter().collect()
    }

    fn finish(self) -> Result<ChangeSeq, CatalogError> {
        let seq = i64::try_from(self.seq).map_err(codec::corrupt("table `counter`"))?;
        for (name, value) in [("seq", seq), ("at", self.at_ms)] {
            let sql = "UPDATE counter SET value = ?2 WHERE name = ?1";
            self.write("writing the sequence", sql, values![name, value])?;
        }
        Ok(ChangeSeq(self.seq))
    }

    fn put(&mut self, put: &PreparedPut) -> Result<PutOutcome, CatalogError> {
        check_version(put, self.standing.get(&put.id))?;
        let Some(standing) = self.standing.get_mut(&put.id) else {
            self.add(put)?;
            return Ok(PutOutcome::Added);
        };
        if standing.is(put) {
            return Ok(PutOutcome::Unchanged);
        }
        let outcome = match standing.deleted {
            true => PutOutcome::Added,
            false => PutOutcome::Updated,
        };
        standing.version += 1;
        standing.hash = put.hash.to_vec();
        standing.deleted = false;
        let key = standing.key;
        self.archive(key)?;
        self.replace(key, put)?;
        self.drop_parts(key)?;
        self.add_parts(key, put)?;
        Ok(outcome)
    }

    fn add(&mut self, put: &PreparedPut) -> Result<(), CatalogError> {
        let key = self.next_key;
        self.next_key += 1;
        self.seq += 1;
        self.write(
            "writing a record",
            "INSERT INTO record (key, id, seq, version, type, access, widest_access, created_at,
                                 updated_at, hash, body, summary, provenance)
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?5, ?6, ?6, ?7, ?8, ?9, ?10)",
            values![
                key,
                put.id.as_str(),
                self.seq,
                put.record_type.as_str(),
                put.access,
                self.at_ms,
                &put.hash,
                put.body.as_ref().map(|body| &body.hash),
                &put.summary,
                &put.provenance,
            ],
        )?;
        let standing = Standing {
            key,
            version: 1,
            hash: put.hash.to_vec(),
            deleted: false,
        };
        self.standing.insert(put.id.clone(), standing);
        self.add_parts(key, put)
    }

    /// Writes the next version over the one that was archived.
    fn replace(&mut self, key: i64, put: &PreparedPut) -> Result<(), CatalogError> {
        self.seq += 1;
        self.write(
            "writing a record",
            "UPDATE record
             SET seq = ?2, version = version + 1, type = ?3, access = ?4,
                 widest_access = CASE WHEN ?4 < widest_access THEN ?4 ELSE widest_access END,
                 deleted = 0, merged_into = NULL, updated_at = ?5, hash = ?6, body = ?7,
                 summary = ?8, provenance = ?9
             WHERE key = ?1",
            values![
                key,
                self.seq,
                put.record_type.as_str(),
                put.access,
                self.at_ms,
                &put.hash,
                put.body.as_ref().map(|body| &body.hash),
                &put.summary,
                &put.provenance,
            ],
        )
    }

    fn delete(&mut self, tombstone: &Tombstone) -> Result<bool, CatalogError> {
        let standing = self.standing.get_mut(&tombstone.id);
        let Some(standing) = standing.filter(|standing| !standing.deleted) else {
            return Ok(false);
        };
        standing.version += 1;
        standing.hash = Vec::new();
        standing.deleted = true;
        let key = standing.key;
        self.archive(key)?;
        self.drop_parts(key)?;
        self.seq += 1;
        self.write(
            "deleting a record",
            "UPDATE record SET seq = ?2, version = version + 1, deleted = 1,
                    merged_into = ?3, updated_at = ?4, hash = ?5, body = NULL,
                    summary = NULL, provenance = NULL
             WHERE key = ?1",
            values![
                key,
                self.seq,
                tombstone.merged_into.as_ref().map(RecordId::as_str),
                self.at_ms,
                &[0_u8; 0][..],
            ],
        )?;
        Ok(true)
    }

    fn touch(&mut self, id: &RecordId) -> Result<(), CatalogError> {
        if self.standing.get(id).is_none_or(|s| s.deleted) {
            return Ok(());
        }
        self.seq += 1;
        self.write(
            "touching a record",
            "UPDATE record SET seq = ?2, updated_at = ?3 WHERE id = ?1",
            values![id.as_str(), self.seq, self.at_ms],
        )
    }

    /// Keeps the newest version as history before it is replaced.
    fn archive(&mut self, key: i64) -> Result<(), CatalogError> {
        let former = match self.former.remove(&key) {
            Some(former) => former,
            // Written in this very batch.
            None => self::former(self.session, &[key])?
                .remove(&key)
                .ok_or_else(|| codec::corrupt("table `record`")("a row is missing"))?,
        };
        let packed = former
            .json
            .map(|(summary, provenance)| codec::with_provenance(&summary, &provenance))
            .transpose()?
            .map(|json| codec::pack(json.as_bytes()))
            .transpose()?;
        self.write(
            "keeping a version",
            "INSERT INTO version (record, version, seq, at, access, body, summary)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            values![
                key,
                former.version,
                former.seq,
                former.at_ms,
                former.access,
                former.body.as_ref(),
                packed.as_ref(),
            ],
        )
    }

    fn drop_parts(&self, key: i64) -> Result<(), CatalogError> {
        for sql in [
            "DELETE FROM identifier WHERE record = ?1",
            "DELETE FROM file WHERE record = ?1",
        ] {
            self.write("replacing identifiers and files", sql, values![key])?;
        }
        Ok(())
    }

    fn add_parts(&self, key: i64, put: &PreparedPut) -> Result<(), CatalogError> {
        for identifier in &put.identifiers {
            self.write(
                "writing an identifier",
                "INSERT INTO identifier (scheme, value, record) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                values![
                    codec::scheme_word(identifier.scheme),
                    &identifier.value,
                    key
                ],
            )?;
        }
        for file in &put.files {
            self.write(
                "writing a file",
                "INSERT INTO file (blake3, record, name, media_type, n_bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                values![&file.blake3, key, &file.name, &file.media_type, file.bytes],
            )?;
        }
        put.body.as_ref().map_or(Ok(()), |body| self.add_body(body))
    }

    fn add_body(&self, body: &PreparedBody) -> Result<(), CatalogError> {
        self.write(
            "writing a full text",
            "INSERT INTO body (hash, n_bytes, pages) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            values![&body.hash, body.n_bytes, &body.packed],
        )
    }

    fn set_blobs(&self, blobs: &[Blob]) -> Result<(), CatalogError> {
        for blob in blobs {
            if blob.bytes.is_empty() {
                let sql = "DELETE FROM blob WHERE name = ?1";
                self.write("removing a named value", sql, values![&blob.name])?;
            } else {
                let sql = "INSERT INTO blob (name, bytes) VALUES (?1, ?2)
                           ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes";
                let values = values![&blob.name, &blob.bytes];
                self.write("writing a named value", sql, values)?;
            }
        }
        Ok(())
    }

    fn forget_quarantine(&self, sources: &[String]) -> Result<(), CatalogError> {
        for source in sources {
            let sql = "DELETE FROM quarantine WHERE source = ?1";
            self.write("forgetting set-aside inputs", sql, values![source])?;
        }
        Ok(())
    }

    fn set_aside(&self, entries: &[QuarantineEntry]) -> Result<(), CatalogError> {
        for entry in entries {
            self.write(
                "setting an input aside",
                "INSERT INTO quarantine (at, source, line, reason, raw_blake3, raw_head, how)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (source, line, raw_blake3)
                 DO UPDATE SET at = excluded.at, reason = excluded.reason, how = excluded.how",
                values![
                    self.at_ms,
                    &entry.source,
                    entry.line.unwrap_or(0),
                    &entry.reason,
                    &entry.raw_blake3,
                    &entry.raw_head,
                    &entry.how,
                ],
            )?;
        }
        Ok(())
    }

    fn write<const N: usize>(
        &self,
        doing: &'static str,
        sql: &str,
        values: [super::Value<'_>; N],
    ) -> Result<(), CatalogError> {
        self.session.write(doing, sql, &values)
    }
}

impl Standing {
    /// Whether it is there just as it is put.
    fn is(&self, put: &PreparedPut) -> bool {
        !self.deleted && self.hash == put.hash
    }
}

fn standing(
    session: &Session<'_>,
    batch: &PreparedBatch,
) -> Result<HashMap<RecordId, Standing>, CatalogError> {
    let deleted = batch.tombstones.iter().map(|tombstone| &tombstone.id);
    let put = batch.puts.iter().map(|put| &put.id);
    let ids: Vec<&RecordId> = deleted.chain(put).chain(&batch.touched).collect();
    let keys: Vec<_> = ids.iter().map(|id| values![id.as_str()]).collect();
    let found = session.first_of_each(
        "looking a record up",
        "SELECT key, version, hash, deleted FROM record WHERE id = ?1",
        &keys,
        |row| {
            Ok(Standing {
                key: row.get(0)?,
                version: row.get(1)?,
                hash: row.get(2)?,
                deleted: row.get(3)?,
            })
        },
    )?;
    let known = ids.into_iter().zip(found);
    Ok(known
        .filter_map(|(id, standing)| Some((id.clone(), standing?)))
        .collect())
}

fn former(session: &Session<'_>, keys: &[i64]) -> Result<HashMap<i64, Former>, CatalogError> {
    let wanted: Vec<_> = keys.iter().map(|key| values![*key]).collect();
    let found = session.first_of_each(
        "reading the version to keep",
        "SELECT version, seq, updated_at, access, body, summary, provenance
         FROM record WHERE key = ?1",
        &wanted,
        |row| {
            let (summary, provenance): (Option<String>, Option<String>) =
                (row.get(5)?, row.get(6)?);
            Ok(Former {
                version: row.get(0)?,
                seq: row.get(1)?,
                at_ms: row.get(2)?,
                access: row.get(3)?,
                body: row.get(4)?,
                json: summary.zip(provenance),
            })
        },
    )?;
    let known = keys.iter().copied().zip(found);
    Ok(known
        .filter_map(|(key, former)| Some((key, former?)))
        .collect())
}

fn check_version(put: &PreparedPut, standing: Option<&Standing>) -> Result<(), CatalogError> {
    let found = standing.filter(|s| !s.deleted).map_or(0, |s| s.version);
    match put.if_version {
        Some(expected) if expected != found => Err(CatalogError::Conflict {
            id: put.id.clone(),
            expected,
            found,
        }),
        _ => Ok(()),
    }
}

fn check_blobs(session: &Session<'_>, seen: &[Blob]) -> Result<(), CatalogError> {
    for blob in seen {
        let sql = "SELECT bytes FROM blob WHERE name = ?1";
        let read = |row: &Row<'_>| row.get::<Vec<u8>>(0);
        let stands = session.first("reading a named value", sql, &values![&blob.name], read)?;
        if stands.unwrap_or_default() != blob.bytes {
            let name = blob.name.clone();
            return Err(CatalogError::BlobConflict { name });
        }
    }
    Ok(())
}
