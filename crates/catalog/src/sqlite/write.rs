//! Writing a batch in one transaction.

use std::collections::HashMap;

use records::{ChangeSeq, RecordId};
use rusqlite::{Connection, OptionalExtension, Transaction, named_params, params};

use super::{
    codec,
    failure::while_doing,
    open,
    prepared::{PreparedBatch, PreparedBody, PreparedPut},
};
use crate::{Applied, Blob, CatalogError, PutOutcome, QuarantineEntry, Tombstone};

pub(super) fn apply(
    connection: &mut Connection,
    batch: PreparedBatch,
) -> Result<Applied, CatalogError> {
    let transaction = open::begin(connection)?;
    let mut writer = Writer::start(&transaction, batch.at_ms)?;
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
    let seq = writer.finish()?;
    let failed = while_doing("committing a batch");
    transaction.commit().map_err(failed)?;
    Ok(Applied {
        seq,
        puts,
        n_deleted,
    })
}

struct Writer<'t> {
    transaction: &'t Transaction<'t>,
    seq: u64,
    at_ms: i64,
}

/// What is known of a record before it is written.
struct Standing {
    key: i64,
    version: u64,
    hash: Vec<u8>,
    deleted: bool,
}

impl<'t> Writer<'t> {
    /// A clock that goes back does not make times go back: datestamps grow
    /// with the sequence.
    fn start(transaction: &'t Transaction<'t>, at_ms: i64) -> Result<Self, CatalogError> {
        let failed = while_doing("reading the sequence");
        let mut counters = transaction
            .prepare_cached("SELECT name, value FROM counter")
            .map_err(&failed)?;
        let rows = counters
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(&failed)?;
        let counters: HashMap<String, i64> = rows.collect::<Result<_, _>>().map_err(&failed)?;
        let counter = |name: &str| counters.get(name).copied().unwrap_or(0);
        Ok(Self {
            transaction,
            seq: u64::try_from(counter("seq")).map_err(codec::corrupt("table `counter`"))?,
            at_ms: at_ms.max(counter("at")),
        })
    }

    fn finish(self) -> Result<ChangeSeq, CatalogError> {
        let failed = while_doing("writing the sequence");
        let mut set = self
            .transaction
            .prepare_cached("UPDATE counter SET value = ?2 WHERE name = ?1")
            .map_err(&failed)?;
        set.execute(params!["seq", self.seq]).map_err(&failed)?;
        set.execute(params!["at", self.at_ms]).map_err(&failed)?;
        Ok(ChangeSeq(self.seq))
    }

    fn standing(&self, id: &RecordId) -> Result<Option<Standing>, CatalogError> {
        let failed = while_doing("looking a record up");
        self.transaction
            .prepare_cached("SELECT key, version, hash, deleted FROM record WHERE id = ?1")
            .map_err(&failed)?
            .query_row([id.as_str()], |row| {
                Ok(Standing {
                    key: row.get(0)?,
                    version: row.get(1)?,
                    hash: row.get(2)?,
                    deleted: row.get(3)?,
                })
            })
            .optional()
            .map_err(&failed)
    }

    fn put(&mut self, put: &PreparedPut) -> Result<PutOutcome, CatalogError> {
        let standing = self.standing(&put.id)?;
        check_version(put, standing.as_ref())?;
        match standing {
            None => {
                self.write_record(put)?;
                self.add_parts(self.transaction.last_insert_rowid(), put)?;
                Ok(PutOutcome::Added)
            }
            Some(s) if !s.deleted && s.hash == put.hash => Ok(PutOutcome::Unchanged),
            Some(s) => {
                self.archive(s.key)?;
                self.write_record(put)?;
                self.drop_parts(s.key)?;
                self.add_parts(s.key, put)?;
                Ok(if s.deleted {
                    PutOutcome::Added
                } else {
                    PutOutcome::Updated
                })
            }
        }
    }

    /// Writes the row of a new record, or the next version over its old one.
    fn write_record(&mut self, put: &PreparedPut) -> Result<(), CatalogError> {
        self.seq += 1;
        self.execute(
            "writing a record",
            "INSERT INTO record (id, seq, version, type, access, widest_access, created_at,
                                 updated_at, hash, body, summary, provenance)
             VALUES (:id, :seq, 1, :type, :access, :access, :at, :at, :hash, :body, :summary,
                     :provenance)
             ON CONFLICT (id) DO UPDATE
             SET seq = excluded.seq, version = version + 1, type = excluded.type,
                 access = excluded.access,
                 widest_access = min(widest_access, excluded.access), deleted = 0,
                 merged_into = NULL, updated_at = excluded.updated_at, hash = excluded.hash,
                 body = excluded.body, summary = excluded.summary,
                 provenance = excluded.provenance",
            named_params! {
                ":id": put.id.as_str(),
                ":seq": self.seq,
                ":type": put.record_type.as_str(),
                ":access": put.access,
                ":at": self.at_ms,
                ":hash": put.hash,
                ":body": put.body.as_ref().map(|b| b.hash),
                ":summary": put.summary,
                ":provenance": put.provenance,
            },
        )
    }

    fn delete(&mut self, tombstone: &Tombstone) -> Result<bool, CatalogError> {
        let Some(s) = self.standing(&tombstone.id)?.filter(|s| !s.deleted) else {
            return Ok(false);
        };
        self.archive(s.key)?;
        self.drop_parts(s.key)?;
        self.seq += 1;
        self.execute(
            "deleting a record",
            "UPDATE record SET seq = :seq, version = version + 1, deleted = 1,
                    merged_into = :merged_into, updated_at = :at, hash = x'', body = NULL,
                    summary = NULL, provenance = NULL
             WHERE key = :key",
            named_params! {
                ":key": s.key,
                ":seq": self.seq,
                ":merged_into": tombstone.merged_into.as_ref().map(RecordId::as_str),
                ":at": self.at_ms,
            },
        )?;
        Ok(true)
    }

    fn touch(&mut self, id: &RecordId) -> Result<(), CatalogError> {
        if self.standing(id)?.is_none_or(|s| s.deleted) {
            return Ok(());
        }
        self.seq += 1;
        self.execute(
            "touching a record",
            "UPDATE record SET seq = :seq, updated_at = :at WHERE id = :id",
            named_params! { ":id": id.as_str(), ":seq": self.seq, ":at": self.at_ms },
        )
    }

    /// Keeps the newest version as history before it is replaced.
    fn archive(&self, key: i64) -> Result<(), CatalogError> {
        let failed = while_doing("reading the version to keep");
        let summary: Option<String> = self
            .transaction
            .prepare_cached("SELECT json_set(summary, '$.provenance', json(provenance)) FROM record WHERE key = ?1")
            .map_err(&failed)?
            .query_row([key], |row| row.get(0))
            .map_err(&failed)?;
        let packed = summary
            .map(|json| codec::pack(json.as_bytes()))
            .transpose()?;
        self.execute(
            "keeping a version",
            "INSERT INTO version (record, version, seq, at, access, body, summary)
             SELECT key, version, seq, updated_at, access, body, :summary
             FROM record WHERE key = :key",
            named_params! { ":key": key, ":summary": packed },
        )
    }

    fn drop_parts(&self, key: i64) -> Result<(), CatalogError> {
        for sql in [
            "DELETE FROM identifier WHERE record = ?1",
            "DELETE FROM file WHERE record = ?1",
        ] {
            self.execute("replacing identifiers and files", sql, [key])?;
        }
        Ok(())
    }

    fn add_parts(&self, key: i64, put: &PreparedPut) -> Result<(), CatalogError> {
        for identifier in &put.identifiers {
            self.execute(
                "writing an identifier",
                "INSERT OR IGNORE INTO identifier (scheme, value, record) VALUES (?1, ?2, ?3)",
                params![codec::scheme_word(identifier.scheme), identifier.value, key],
            )?;
        }
        for file in &put.files {
            self.execute(
                "writing a file",
                "INSERT OR IGNORE INTO file (blake3, record, name, media_type, n_bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![file.blake3, key, file.name, file.media_type, file.bytes],
            )?;
        }
        put.body.as_ref().map_or(Ok(()), |body| self.add_body(body))
    }

    fn add_body(&self, body: &PreparedBody) -> Result<(), CatalogError> {
        self.execute(
            "writing a full text",
            "INSERT OR IGNORE INTO body (hash, n_bytes, pages) VALUES (?1, ?2, ?3)",
            params![body.hash, body.n_bytes, body.packed],
        )
    }

    fn set_blobs(&self, blobs: &[Blob]) -> Result<(), CatalogError> {
        for blob in blobs {
            if blob.bytes.is_empty() {
                let sql = "DELETE FROM blob WHERE name = ?1";
                self.execute("removing a named value", sql, [&blob.name])?;
            } else {
                let sql = "INSERT INTO blob (name, bytes) VALUES (?1, ?2)
                           ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes";
                self.execute("writing a named value", sql, params![blob.name, blob.bytes])?;
            }
        }
        Ok(())
    }

    fn forget_quarantine(&self, sources: &[String]) -> Result<(), CatalogError> {
        for source in sources {
            let sql = "DELETE FROM quarantine WHERE source = ?1";
            self.execute("forgetting set-aside inputs", sql, [source])?;
        }
        Ok(())
    }

    fn set_aside(&self, entries: &[QuarantineEntry]) -> Result<(), CatalogError> {
        for entry in entries {
            self.execute(
                "setting an input aside",
                "INSERT INTO quarantine (at, source, line, reason, raw_blake3, raw_head, how)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (source, line, raw_blake3)
                 DO UPDATE SET at = excluded.at, reason = excluded.reason, how = excluded.how",
                params![
                    self.at_ms,
                    entry.source,
                    entry.line.unwrap_or(0),
                    entry.reason,
                    entry.raw_blake3,
                    entry.raw_head,
                    entry.how
                ],
            )?;
        }
        Ok(())
    }

    fn execute(
        &self,
        doing: &'static str,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<(), CatalogError> {
        let run = |sql| self.transaction.prepare_cached(sql)?.execute(params);
        run(sql).map(drop).map_err(while_doing(doing))
    }
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
