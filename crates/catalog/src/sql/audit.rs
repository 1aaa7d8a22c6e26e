//! The log of acts in a database that refuses to change its rows.

use jiff::Timestamp;

use super::{
    Engine, Session, SqlCatalog, Turn, codec,
    session::Row,
    value::{Value, values},
};
use crate::{
    ActFilter, AuditLog, CatalogError, ERASURE, Erasing, LoggedAct, NewAct, Salt, Sealing, Via,
    audit::told_erasing,
};

const READING: &str = "reading the log of acts";
const WRITING: &str = "writing the log of acts";
const COLUMNS: &str =
    "SELECT number, at, actor, via, act, object, detail, hash, seals, salts FROM audit";
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

    fn erase_words(
        &self,
        words: &[Erasing],
        act: NewAct,
        at: Timestamp,
    ) -> Result<LoggedAct, CatalogError> {
        self.0.write(Turn::Acts, |session| {
            let former = newest(session, &ActFilter::default(), 1)?.pop();
            let number = former.as_ref().map_or(1, |former| former.number + 1);
            let mut standing = Vec::new();
            for word in words {
                if stands(session, word)? {
                    standing.push(word.clone());
                }
            }
            let (standing, detail) = told_erasing(&standing);
            for word in &standing {
                erase(session, word, number)?;
            }
            let act = NewAct {
                act: ERASURE.to_owned(),
                detail,
                ..act.clone()
            };
            let logged = LoggedAct::after(former.as_ref(), act, at);
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

fn of_number(session: &Session<'_>, number: u64) -> Result<Option<LoggedAct>, CatalogError> {
    let sql = format!("{COLUMNS} WHERE number = ?1");
    session.first(READING, &sql, &values![number], logged)
}

/// Whether a word is there and was not erased before.
fn stands(session: &Session<'_>, word: &Erasing) -> Result<bool, CatalogError> {
    let act = of_number(session, word.number)?;
    let salt = act.map(|act| act.sealing.salts[word.word as usize].clone());
    Ok(salt.is_some_and(|salt| salt.erased_by().is_none()))
}

fn erase(session: &Session<'_>, word: &Erasing, by: u64) -> Result<(), CatalogError> {
    let act = of_number(session, word.number)?;
    let act = act.ok_or_else(|| codec::corrupt("table `audit`")("a row is missing"))?;
    let mut sealing = act.sealing;
    sealing.salts[word.word as usize] = Salt::Erased(by);
    let [_, salts] = sealing.columns();
    let sql = format!(
        "UPDATE audit SET {} = ?2, salts = ?3 WHERE number = ?1",
        word.word.as_str()
    );
    session.write(WRITING, &sql, &values![word.number, &word.text, &salts])
}

fn add(session: &Session<'_>, act: &LoggedAct) -> Result<(), CatalogError> {
    let [seals, salts] = act.sealing.columns();
    session.write(
        WRITING,
        "INSERT INTO audit (number, at, actor, via, act, object, detail, hash, seals, salts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &values![
            act.number,
            act.at.as_millisecond(),
            &act.actor,
            act.via.as_str(),
            &act.act,
            &act.object,
            &act.detail,
            &act.hash,
            &seals,
            &salts,
        ],
    )?;
    let sql = "UPDATE counter SET value = ?1 WHERE name = 'audit'";
    session.write(WRITING, sql, &values![act.number])
}

fn logged(row: &Row<'_>) -> Result<LoggedAct, CatalogError> {
    let word: String = row.get(3)?;
    let via = Via::ALL.into_iter().find(|via| via.as_str() == word);
    let (seals, salts): (Option<String>, Option<String>) = (row.get(8)?, row.get(9)?);
    let sealing = Sealing::read(seals.as_deref(), salts.as_deref());
    Ok(LoggedAct {
        number: row.get(0)?,
        at: codec::timestamp(row.get(1)?)?,
        actor: row.get(2)?,
        via: via.ok_or_else(|| codec::corrupt("column `via`")(word))?,
        act: row.get(4)?,
        object: row.get(5)?,
        detail: row.get(6)?,
        hash: row.get(7)?,
        sealing: sealing.ok_or_else(|| codec::corrupt("table `audit`")("seals are damaged"))?,
    })
}
