//! The tables, and every statement that reads or writes them.

use std::{path::Path, time::Duration};

use records::{ChangeSeq, RecordId};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::{Seen, codes};
use crate::{
    FacetField,
    record_text::facet_values,
    vectors::{
        PassageText, PassageVector, TextHash, VectorBatch, VectorError, VectorModel,
        columns::FacetValues, shelf::Loaded, train,
    },
};

/// Changes when the tables do; a file of another form is refused.
const FORM: i64 = 1;

/// Changes when a record has other facets. A file of before is read on, and all
/// records are put in anew with the vectors that it knows.
const FACETS: i64 = 2;

/// `record.number` and `gone.at` only grow, so a reader asks for what is behind
/// the last one it saw.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, facets TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS passage (
    record INTEGER NOT NULL, number INTEGER NOT NULL, cell INTEGER NOT NULL, page INTEGER,
    hash BLOB NOT NULL, text TEXT NOT NULL, PRIMARY KEY (record, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS embedding (hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gone (at INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS centroid (cell INTEGER PRIMARY KEY, vector BLOB NOT NULL);
";

const INSERT_EMBEDDING: &str = "INSERT INTO embedding VALUES (?1, ?2) ON CONFLICT DO NOTHING";

/// How long a writer waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// What a failure becomes.
pub(super) fn while_doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> VectorError {
    move |source| VectorError::Engine {
        doing,
        source: source.into(),
    }
}

fn damaged(what: &'static str) -> VectorError {
    VectorError::Engine {
        doing: "reading the file",
        source: format!("{what} is damaged").into(),
    }
}

/// Opens or makes the file.
pub(super) fn open(path: &Path, model: &VectorModel) -> Result<Connection, VectorError> {
    let failed = |source: rusqlite::Error| VectorError::Open {
        path: path.to_owned(),
        source: source.into(),
    };
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(32);
    for (name, value) in [("journal_mode", "WAL"), ("synchronous", "NORMAL")] {
        connection
            .pragma_update(None, name, value)
            .map_err(failed)?;
    }
    let tx = begin(&mut connection)?;
    tx.execute_batch(TABLES).map_err(failed)?;
    let found: Option<String> = state(&tx, "model").map_err(failed)?;
    let form: Option<i64> = state(&tx, "form").map_err(failed)?;
    match (found, form) {
        (Some(id), Some(FORM)) if id == model.id => {}
        (None, None) => {
            set_state(&tx, "model", &model.id).map_err(failed)?;
            set_state(&tx, "dim", model.dim as i64).map_err(failed)?;
            set_state(&tx, "form", FORM).map_err(failed)?;
        }
        (found, form) => {
            let found = found.unwrap_or_default();
            return Err(VectorError::OtherModel {
                path: path.to_owned(),
                found: format!("{found} (form {})", form.unwrap_or_default()),
                wanted: format!("{} (form {FORM})", model.id),
            });
        }
    }
    if state(&tx, "facets").map_err(failed)? != Some(FACETS) {
        set_state(&tx, "facets", FACETS).map_err(failed)?;
        set_state(&tx, "seq", 0).map_err(failed)?;
    }
    tx.commit().map_err(failed)?;
    Ok(connection)
}

/// The model of a file that is there.
pub(super) fn model_of(path: &Path) -> Result<VectorModel, VectorError> {
    let read = || -> rusqlite::Result<Option<VectorModel>> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let id: Option<String> = state(&connection, "model")?;
        let dim: Option<usize> = state(&connection, "dim")?;
        Ok(id.zip(dim).map(|(id, dim)| VectorModel { id, dim }))
    };
    let found = read().map_err(|source| VectorError::Open {
        path: path.to_owned(),
        source: source.into(),
    })?;
    found.ok_or_else(|| damaged("the name of the model"))
}

/// Copies a file that is there while others write it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), VectorError> {
    let run = || -> rusqlite::Result<()> {
        let connection = Connection::open(from)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.execute("VACUUM INTO ?1", [to.to_string_lossy().as_ref()])?;
        Ok(())
    };
    run().map_err(while_doing("copying the file"))
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, VectorError> {
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(while_doing("beginning a batch"))
}

fn state<T: rusqlite::types::FromSql>(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<Option<T>> {
    let mut asked = connection.prepare_cached("SELECT value FROM state WHERE name = ?1")?;
    asked.query_row([name], |row| row.get(0)).optional()
}

fn set_state(
    connection: &Connection,
    name: &str,
    value: impl rusqlite::ToSql,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO state VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
        .execute((name, value))
        .map(drop)
}

/// A counter that another process's write changes.
pub(super) fn data_version(connection: &Connection) -> Result<i64, VectorError> {
    connection
        .prepare_cached("PRAGMA data_version")
        .and_then(|mut asked| asked.query_row([], |row| row.get(0)))
        .map_err(while_doing("asking for changes"))
}

pub(super) fn training(connection: &Connection) -> Result<i64, VectorError> {
    let found = state(connection, "training").map_err(while_doing("reading the file"))?;
    Ok(found.unwrap_or(0))
}

pub(super) fn applied_seq(connection: &Connection) -> Result<ChangeSeq, VectorError> {
    let found: Option<u64> = state(connection, "seq").map_err(while_doing("reading the file"))?;
    Ok(ChangeSeq(found.unwrap_or(0)))
}

fn count(connection: &Connection, sql: &str) -> Result<usize, VectorError> {
    connection
        .query_row(sql, [], |row| row.get(0))
        .map_err(while_doing("counting"))
}

pub(super) fn n_passages(connection: &Connection) -> Result<usize, VectorError> {
    count(connection, "SELECT count(*) FROM passage")
}

pub(super) fn n_cells(connection: &Connection) -> Result<usize, VectorError> {
    count(connection, "SELECT count(*) FROM centroid")
}

/// Writes a batch in one transaction.
pub(super) fn write(
    connection: &mut Connection,
    batch: &VectorBatch<'_>,
    dim: usize,
    cell_of: impl Fn(&[f32]) -> u32,
) -> Result<(), VectorError> {
    let failed = while_doing("writing a batch");
    let tx = begin(connection)?;
    for id in &batch.deletes {
        remove(&tx, id).map_err(&failed)?;
    }
    for (record, passages) in &batch.upserts {
        remove(&tx, &record.id).map_err(&failed)?;
        let values: FacetValues = FacetField::ALL
            .into_iter()
            .map(|field| (field, facet_values(record, field)))
            .filter(|(_, values)| !values.is_empty())
            .collect();
        let values = serde_json::to_string(&values).map_err(|_| damaged("a facet value"))?;
        tx.prepare_cached("INSERT INTO record (id, facets) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((record.id.as_str(), values)))
            .map_err(&failed)?;
        let number = tx.last_insert_rowid();
        for (at, passage) in passages.iter().enumerate() {
            write_passage(&tx, (number, at), passage, &record.id, dim, &cell_of)?;
        }
    }
    set_state(&tx, "seq", batch.seq.0).map_err(&failed)?;
    tx.commit().map_err(failed)
}

/// Takes all records out; embeddings stay.
pub(super) fn clear(connection: &mut Connection) -> Result<(), VectorError> {
    let failed = while_doing("taking all records out");
    let tx = begin(connection)?;
    tx.execute_batch(
        "INSERT INTO gone (number) SELECT number FROM record;
         DELETE FROM record; DELETE FROM passage;",
    )
    .map_err(&failed)?;
    set_state(&tx, "seq", 0).map_err(&failed)?;
    tx.commit().map_err(failed)
}

/// Copies all of another file over all of this one, in one transaction. Readers
/// load everything anew, as after a training.
pub(super) fn replace(connection: &mut Connection, other: &Path) -> Result<(), VectorError> {
    let failed = while_doing("putting new vectors in place");
    let name = other.to_string_lossy();
    connection
        .execute("ATTACH ?1 AS fresh", [&*name])
        .map_err(&failed)?;
    let copied = copy_fresh(connection);
    connection
        .execute_batch("DETACH fresh")
        .map_err(&failed)
        .and(copied)
}

fn copy_fresh(connection: &mut Connection) -> Result<(), VectorError> {
    let failed = while_doing("putting new vectors in place");
    let tx = begin(connection)?;
    let training: Option<i64> = state(&tx, "training").map_err(&failed)?;
    tx.execute_batch(
        "DELETE FROM main.record; DELETE FROM main.passage; DELETE FROM main.embedding;
         DELETE FROM main.gone; DELETE FROM main.centroid;
         INSERT INTO main.record SELECT * FROM fresh.record;
         INSERT INTO main.passage SELECT * FROM fresh.passage;
         INSERT INTO main.embedding SELECT * FROM fresh.embedding;
         INSERT INTO main.centroid SELECT * FROM fresh.centroid;
         INSERT INTO main.state SELECT * FROM fresh.state WHERE true
             ON CONFLICT DO UPDATE SET value = excluded.value;",
    )
    .map_err(&failed)?;
    set_state(&tx, "training", training.unwrap_or(0) + 1).map_err(&failed)?;
    tx.commit().map_err(failed)
}

fn remove(tx: &Transaction<'_>, id: &RecordId) -> rusqlite::Result<()> {
    let number: Option<i64> = tx
        .prepare_cached("DELETE FROM record WHERE id = ?1 RETURNING number")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    let Some(number) = number else {
        return Ok(());
    };
    tx.prepare_cached("DELETE FROM passage WHERE record = ?1")?
        .execute([number])?;
    tx.prepare_cached("INSERT INTO gone (number) VALUES (?1)")?
        .execute([number])?;
    Ok(())
}

fn write_passage(
    tx: &Transaction<'_>,
    (record, number): (i64, usize),
    passage: &PassageVector,
    id: &RecordId,
    dim: usize,
    cell_of: &impl Fn(&[f32]) -> u32,
) -> Result<(), VectorError> {
    let failed = while_doing("writing a passage");
    let hash = &passage.hash.0[..];
    let cell = match &passage.vector {
        Some(vector) => {
            tx.prepare_cached(INSERT_EMBEDDING)
                .and_then(|mut insert| insert.execute((hash, codes::to_bytes(vector))))
                .map_err(&failed)?;
            cell_of(vector)
        }
        None => {
            let known: Option<Vec<u8>> = tx
                .prepare_cached("SELECT vector FROM embedding WHERE hash = ?1")
                .and_then(|mut asked| asked.query_row([hash], |row| row.get(0)).optional())
                .map_err(&failed)?;
            let known = known.ok_or_else(|| VectorError::Unknown { id: id.clone() })?;
            cell_of(&vector(&known, dim)?)
        }
    };
    tx.prepare_cached("INSERT INTO passage VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .and_then(|mut insert| {
            insert.execute((record, number, cell, passage.page, hash, &passage.text))
        })
        .map(drop)
        .map_err(failed)
}

fn vector(bytes: &[u8], dim: usize) -> Result<Vec<f32>, VectorError> {
    codes::from_bytes(bytes, dim).ok_or_else(|| damaged("a vector"))
}

/// Records read together: their vectors stand in memory as floats until they
/// are on the shelf.
const RECORDS_AT_ONCE: usize = 2_000;

/// What came and went behind `seen`.
pub(super) struct News {
    pub(super) records: Vec<Loaded>,
    pub(super) gone: Vec<i64>,
    pub(super) seen: Seen,
    /// Whether nothing more was there.
    pub(super) is_last: bool,
}

/// Reads the next that is behind `seen`, from one state of the file. What went
/// of it later is told by the news after it.
pub(super) fn news(connection: &Connection, seen: Seen, dim: usize) -> Result<News, VectorError> {
    let failed = while_doing("reading new records");
    let tx = connection.unchecked_transaction().map_err(&failed)?;
    let mut news = News {
        records: new_records(&tx, seen.last_record)?,
        gone: Vec::new(),
        seen,
        is_last: true,
    };
    news.is_last = news.records.len() < RECORDS_AT_ONCE;
    add_vectors(&tx, &mut news.records, seen.last_record, dim)?;
    let mut asked = tx
        .prepare_cached("SELECT at, number FROM gone WHERE at > ?1 ORDER BY at")
        .map_err(&failed)?;
    let mut rows = asked.query([seen.last_gone]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        news.seen.last_gone = row.get(0).map_err(&failed)?;
        news.gone.push(row.get(1).map_err(&failed)?);
    }
    if let Some(last) = news.records.last() {
        news.seen.last_record = last.number;
    }
    Ok(news)
}

fn new_records(tx: &Connection, after: i64) -> Result<Vec<Loaded>, VectorError> {
    let failed = while_doing("reading new records");
    let mut asked = tx
        .prepare_cached(
            "SELECT number, id, facets FROM record WHERE number > ?1 ORDER BY number LIMIT ?2",
        )
        .map_err(&failed)?;
    let mut rows = asked.query((after, RECORDS_AT_ONCE)).map_err(&failed)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let id: String = row.get(1).map_err(&failed)?;
        let facets: String = row.get(2).map_err(&failed)?;
        records.push(Loaded {
            number: row.get(0).map_err(&failed)?,
            id: RecordId::new(id).map_err(|_| damaged("a record id"))?,
            values: serde_json::from_str(&facets).map_err(|_| damaged("a facet value"))?,
            vectors: Vec::new(),
        });
    }
    Ok(records)
}

/// Both lists are in the order of the records' numbers.
fn add_vectors(
    tx: &Connection,
    records: &mut [Loaded],
    after: i64,
    dim: usize,
) -> Result<(), VectorError> {
    let failed = while_doing("reading new vectors");
    let mut asked = tx
        .prepare_cached(
            "SELECT record, number, cell, vector FROM passage JOIN embedding USING (hash)
             WHERE record > ?1 AND record <= ?2 ORDER BY record, number",
        )
        .map_err(&failed)?;
    let last = records.last().map_or(after, |record| record.number);
    let mut rows = asked.query([after, last]).map_err(&failed)?;
    let mut records = records.iter_mut().peekable();
    while let Some(row) = rows.next().map_err(&failed)? {
        let number: i64 = row.get(0).map_err(&failed)?;
        while records.next_if(|record| record.number < number).is_some() {}
        let Some(record) = records.peek_mut() else {
            return Err(damaged("a passage without a record"));
        };
        let bytes = row.get_ref(3).map_err(&failed)?;
        let bytes = bytes.as_blob().map_err(|_| damaged("a vector"))?;
        let cell = row.get(2).map_err(&failed)?;
        let passage = row.get(1).map_err(&failed)?;
        record.vectors.push((cell, passage, vector(bytes, dim)?));
    }
    Ok(())
}

/// The centroids in order, one after the other.
pub(super) fn centroids(connection: &Connection, dim: usize) -> Result<Vec<f32>, VectorError> {
    let failed = while_doing("reading centroids");
    let mut asked = connection
        .prepare_cached("SELECT vector FROM centroid ORDER BY cell")
        .map_err(&failed)?;
    let mut rows = asked.query([]).map_err(&failed)?;
    let mut centroids = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let bytes: Vec<u8> = row.get(0).map_err(&failed)?;
        centroids.extend(vector(&bytes, dim)?);
    }
    Ok(centroids)
}

/// About `n` vectors scattered over the file, one after the other: every
/// so-manieth would miss what comes in turns, such as translations.
pub(super) fn sample(
    connection: &Connection,
    n: usize,
    dim: usize,
) -> Result<Vec<f32>, VectorError> {
    let failed = while_doing("reading a sample");
    let n_all = n_passages(connection)?.max(1);
    let mut asked = connection
        .prepare_cached("SELECT vector FROM passage JOIN embedding USING (hash) ORDER BY record")
        .map_err(&failed)?;
    let mut rows = asked.query([]).map_err(&failed)?;
    let mut values = Vec::with_capacity(n * dim);
    let mut at = 0;
    while let Some(row) = rows.next().map_err(&failed)? {
        if train::scatter(at) % n_all < n {
            let bytes = row.get_ref(0).map_err(&failed)?;
            let bytes = bytes.as_blob().map_err(|_| damaged("a vector"))?;
            values.extend(vector(bytes, dim)?);
        }
        at += 1;
    }
    Ok(values)
}

/// Replaces the centroids and moves every passage to its new cell.
pub(super) fn regroup(
    connection: &mut Connection,
    centroids: &[f32],
    dim: usize,
    cell_of: impl Fn(&[f32]) -> u32,
) -> Result<(), VectorError> {
    let failed = while_doing("grouping the vectors");
    let tx = begin(connection)?;
    tx.execute("DELETE FROM centroid", []).map_err(&failed)?;
    for (cell, centroid) in centroids.chunks_exact(dim).enumerate() {
        tx.prepare_cached("INSERT INTO centroid VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((cell, codes::to_bytes(centroid))))
            .map_err(&failed)?;
    }
    let mut moves = Vec::new();
    {
        let mut asked = tx
            .prepare("SELECT record, number, vector FROM passage JOIN embedding USING (hash)")
            .map_err(&failed)?;
        let mut rows = asked.query([]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let bytes = row.get_ref(2).map_err(&failed)?;
            let bytes = bytes.as_blob().map_err(|_| damaged("a vector"))?;
            let record: i64 = row.get(0).map_err(&failed)?;
            let number: i64 = row.get(1).map_err(&failed)?;
            moves.push((cell_of(&vector(bytes, dim)?), record, number));
        }
    }
    for one in moves {
        tx.prepare_cached("UPDATE passage SET cell = ?1 WHERE record = ?2 AND number = ?3")
            .and_then(|mut update| update.execute(one))
            .map_err(&failed)?;
    }
    let training: Option<i64> = state(&tx, "training").map_err(&failed)?;
    set_state(&tx, "training", training.unwrap_or(0) + 1).map_err(&failed)?;
    tx.commit().map_err(failed)
}

/// Keeps embeddings of texts.
pub(super) fn learn(
    connection: &mut Connection,
    texts: &[(TextHash, Vec<f32>)],
) -> Result<(), VectorError> {
    let failed = while_doing("keeping embeddings");
    let tx = begin(connection)?;
    {
        let mut insert = tx.prepare_cached(INSERT_EMBEDDING).map_err(&failed)?;
        for (hash, vector) in texts {
            let insert = insert.execute((&hash.0[..], codes::to_bytes(vector)));
            insert.map_err(&failed)?;
        }
    }
    tx.commit().map_err(failed)
}

/// Embeddings behind a hash, in order.
pub(super) fn known(
    connection: &Connection,
    after: Option<TextHash>,
    limit: usize,
    dim: usize,
) -> Result<Vec<(TextHash, Vec<f32>)>, VectorError> {
    let failed = while_doing("reading embeddings");
    let mut asked = connection
        .prepare_cached("SELECT hash, vector FROM embedding WHERE hash > ?1 ORDER BY hash LIMIT ?2")
        .map_err(&failed)?;
    // No bytes come before all others.
    let after = after.as_ref().map_or(&[][..], |hash| &hash.0[..]);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = asked.query((after, limit)).map_err(&failed)?;
    let mut texts = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let hash: [u8; 16] = row.get(0).map_err(&failed)?;
        let bytes: Vec<u8> = row.get(1).map_err(&failed)?;
        texts.push((TextHash(hash), vector(&bytes, dim)?));
    }
    Ok(texts)
}

/// The passages of a record, in order.
pub(super) fn passages(
    connection: &Connection,
    id: &RecordId,
    dim: usize,
) -> Result<Vec<(PassageText, Vec<f32>)>, VectorError> {
    let failed = while_doing("reading passages");
    let mut asked = connection
        .prepare_cached(
            "SELECT text, page, vector
             FROM record JOIN passage ON record = record.number JOIN embedding USING (hash)
             WHERE id = ?1 ORDER BY passage.number",
        )
        .map_err(&failed)?;
    let mut rows = asked.query([id.as_str()]).map_err(&failed)?;
    let mut passages = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let text = row.get(0).map_err(&failed)?;
        let page = row.get(1).map_err(&failed)?;
        let bytes: Vec<u8> = row.get(2).map_err(&failed)?;
        passages.push((PassageText { text, page }, vector(&bytes, dim)?));
    }
    Ok(passages)
}
