//! Names of accounts in tables.

use records::{Provenance, RecordId};

use super::{Engine, Session, SqlCatalog, Turn, codec, jobs, topic_acts, value::values};
use crate::{AccountNames, CatalogError, DEPOSITED, Job, TopicEvent};

const WRITING: &str = "putting another name in the place of an account's";

/// The columns that name accounts, beside those of `audit`.
const COLUMNS: [(&str, &str); 2] = [("job", "asked_by"), ("topic_event", "actor")];

impl<E: Engine> AccountNames for SqlCatalog<E> {
    fn jobs_of(&self, name: &str) -> Result<Vec<Job>, CatalogError> {
        self.0.read(|session| jobs::asked_by(session, name))
    }

    fn topic_events_of(&self, name: &str) -> Result<Vec<TopicEvent>, CatalogError> {
        self.0.read(|session| topic_acts::events_of(session, name))
    }

    fn rename_account(
        &self,
        from: &str,
        to: &str,
        deposited: &[RecordId],
    ) -> Result<u64, CatalogError> {
        self.0.write(Turn::Records, |session| {
            let mut n_rows = 0;
            for (table, column) in COLUMNS {
                let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
                n_rows += session.execute(WRITING, &sql, &values![from, to])?;
            }
            for id in deposited {
                n_rows += forget_depositor(session, from, id)?;
            }
            Ok(n_rows)
        })
    }

    fn scrub(&self) -> Result<(), CatalogError> {
        self.0.scrub()
    }
}

/// What earlier programs wrote.
fn is_named(provenance: &Provenance, from: &str) -> bool {
    provenance.source.strip_prefix("deposit by ") == Some(from)
}

/// Takes the name of whoever handed a record in out of all its versions.
fn forget_depositor(session: &Session<'_>, from: &str, id: &RecordId) -> Result<u64, CatalogError> {
    let doing = "reading where a record comes from";
    let sql = "SELECT key, provenance FROM record WHERE id = ?1";
    let found = session.first(doing, sql, &values![id.as_str()], |row| {
        Ok((row.get::<i64>(0)?, row.get::<Option<String>>(1)?))
    })?;
    let Some((key, provenance)) = found else {
        return Ok(0);
    };
    let mut n_rows = 0;
    let damaged = codec::corrupt("table `record`");
    let provenance = provenance.map(|text| serde_json::from_str::<Provenance>(&text));
    if let Some(mut found) = provenance.transpose().map_err(damaged)?
        && is_named(&found, from)
    {
        found.source = DEPOSITED.to_owned();
        let text = serde_json::to_string(&found).map_err(codec::unwritable)?;
        let sql = "UPDATE record SET provenance = ?2 WHERE key = ?1";
        n_rows += session.execute(WRITING, sql, &values![key, &text])?;
    }
    let sql = "SELECT version, summary FROM version WHERE record = ?1 AND summary IS NOT NULL";
    let versions = session.all(doing, sql, &values![key], |row| {
        Ok((row.get::<u64>(0)?, row.get::<Vec<u8>>(1)?))
    })?;
    for (version, packed) in versions {
        let mut record = codec::unpack_record(&packed)?;
        if !is_named(&record.provenance, from) {
            continue;
        }
        record.provenance.source = DEPOSITED.to_owned();
        let packed = codec::pack(&serde_json::to_vec(&record).map_err(codec::unwritable)?)?;
        let sql = "UPDATE version SET summary = ?3 WHERE record = ?1 AND version = ?2";
        n_rows += session.execute(WRITING, sql, &values![key, version, &packed])?;
    }
    Ok(n_rows)
}
