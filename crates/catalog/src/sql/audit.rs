//! The log of acts in a database that refuses to change its rows.

use jiff::Timestamp;

use super::{
    Engine, Session, SqlCatalog, Turn, codec,
    session::Row,
    value::{Value, values},
};
use crate::{ActFilter, AuditLog, CatalogError, LoggedAct, NewAct, Via};

const READING: &str = "reading the log of acts";
const WRITING: &str = "writing the log of acts";
const COLUMNS: &str = "SELECT number, at, actor, via, act, object, detail, hash FROM audit";
const N_ADDED: &str = "SELECT value FROM counter WHERE name = 'audit'";

impl<E: Engine> AuditLog for SqlCatalog<E> {
    fn log_act(&self, act: NewAct, at: Timestamp) -> Result<LoggedAct, CatalogError> {
        self.0.write(Turn::Acts, |session| {
            let former = newest(session, &ActFilter::default(), 1)?.pop();
            let logged = LoggedAct::after(former.as_ref(), act.clone(), at);
            add(session, &logged)?;
            Ok(logged)
        })
    }

    fn acts(&self, filter: &ActFilter, limit: usize) -> Result<Vec<LoggedAct>, CatalogError> {
        self.0.read(|session| newest(session, filter, limit))
    }

    fn acts_after(&self, number: u64, limit: usize) -> Result<Vec<LoggedAct>, CatalogError> {
        let sql = format!("{COLUMNS} WHERE number > ?1 ORDER BY number LIMIT ?2");
        self.0
            .read(|session| session.all(READING, &sql, &values![number, limit], logged))
    }

    fn n_acts(&self) -> Result<u64, CatalogError> {
        self.0.read(|session| session.scalar(READING, N_ADDED, &[]))
    }
}

fn newest(
    session: &Session<'_>,
    filter: &ActFilter,
    limit: usize,
) -> Result<Vec<LoggedAct>, CatalogError> {
    let before = filter.before.unwrap_or(i64::MAX as u64);
    let mut values: Vec<Value<'_>> = values![before, limit].into();
    let mut of_actor = "";
    if let Some(actor) = &filter.actor {
        values.push(actor.into());
        of_actor = "AND actor = ?3";
    }
    let sql = format!("{COLUMNS} WHERE number < ?1 {of_actor} ORDER BY number DESC LIMIT ?2");
    session.all(READING, &sql, &values, logged)
}

fn add(session: &Session<'_>, act: &LoggedAct) -> Result<(), CatalogError> {
    session.write(
        WRITING,
        "INSERT INTO audit (number, at, actor, via, act, object, detail, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &values![
            act.number,
            act.at.as_millisecond(),
            &act.actor,
            act.via.as_str(),
            &act.act,
            &act.object,
            &act.detail,
            &act.hash,
        ],
    )?;
    let sql = "UPDATE counter SET value = ?1 WHERE name = 'audit'";
    session.write(WRITING, sql, &values![act.number])
}

fn logged(row: &Row<'_>) -> Result<LoggedAct, CatalogError> {
    let word: String = row.get(3)?;
    let via = Via::ALL.into_iter().find(|via| via.as_str() == word);
    Ok(LoggedAct {
        number: row.get(0)?,
        at: codec::timestamp(row.get(1)?)?,
        actor: row.get(2)?,
        via: via.ok_or_else(|| codec::corrupt("column `via`")(word))?,
        act: row.get(4)?,
        object: row.get(5)?,
        detail: row.get(6)?,
        hash: row.get(7)?,
    })
}
