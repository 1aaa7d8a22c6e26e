//! A whole catalogue from one database into another, row by row: numbers,
//! versions, jobs, topics and named values stay what they were, so that every
//! index made from the one goes on with the other.

use serde::Serialize;

use super::{Engine, Session, SqlCatalog, Turn, Value};
use crate::CatalogError;

/// A table, in an order in which no row comes before one that it names.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    /// How many of the columns, from the first, are its key.
    n_key: usize,
    /// Whether rows may be as large as a book.
    is_wide: bool,
}

const fn table(name: &'static str, n_key: usize, columns: &'static [&'static str]) -> Table {
    Table {
        name,
        columns,
        n_key,
        is_wide: false,
    }
}

const fn wide(name: &'static str, n_key: usize, columns: &'static [&'static str]) -> Table {
    Table {
        is_wide: true,
        ..table(name, n_key, columns)
    }
}

/// Everything that both layouts hold. A test compares it with the layouts.
#[rustfmt::skip]
const TABLES: [Table; 16] = [
    table("counter", 1, &["name", "value"]),
    wide("body", 1, &["hash", "n_bytes", "pages"]),
    table("record", 1, &["key", "id", "seq", "version", "type", "access", "widest_access",
        "deleted", "merged_into", "created_at", "updated_at", "hash", "body", "summary",
        "provenance"]),
    table("version", 2, &["record", "version", "seq", "at", "access", "body", "summary"]),
    table("identifier", 3, &["scheme", "value", "record"]),
    table("file", 2, &["blake3", "record", "name", "media_type", "n_bytes"]),
    wide("blob", 1, &["name", "bytes"]),
    table("quarantine", 1, &["number", "at", "source", "line", "reason", "raw_blake3", "raw_head",
        "how"]),
    table("job", 1, &["id", "kind", "payload", "state", "n_attempts", "max_attempts", "run_at",
        "leased_until", "outcome", "updated_at", "key", "asked_by", "created_at", "started_at",
        "finished_at", "n_done", "n_total", "message", "is_cancel_asked"]),
    wide("topic_build", 1, &["build", "at", "seq", "n_records", "n_outliers", "diversity",
        "method", "years", "stability", "placing"]),
    table("topic", 1, &["id", "parent", "label_vi", "label_en", "name_vi", "name_en", "terms",
        "coherence", "joined", "locked", "is_alive", "merged_into", "is_part", "map_x", "map_y",
        "stability", "note", "split_from"]),
    table("topic_member", 1, &["record", "topic", "probability", "year", "origin", "part",
        "is_later"]),
    table("topic_event", 1, &["number", "at", "build", "topic", "kind", "other", "detail",
        "undone", "actor"]),
    table("topic_share", 2, &["record", "topic", "share"]),
    table("topic_outlier", 1, &["record"]),
    table("audit", 1, &["number", "at", "actor", "via", "act", "object", "detail", "hash", "seals",
        "salts"]),
];

/// Derived from the topics, and read whole.
const NEIGHBOURS: Table = table("topic_neighbour", 2, &["topic", "other", "weight"]);

/// Rows read at once; of wide tables 16 books.
const N_ROWS: usize = 1000;
const N_WIDE_ROWS: usize = 16;

/// What was copied, and read again to prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Each table with its rows.
    pub tables: Vec<CopiedTable>,
}

/// A table that is the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopiedTable {
    /// Its name.
    pub name: &'static str,
    /// How many rows.
    pub n_rows: u64,
    /// BLAKE3 over all values of all rows in the order of the key, lower-case
    /// hex.
    pub blake3: String,
}

/// Copies one state of a whole catalogue into an empty one, in one transaction:
/// all of it or, after any error, nothing. Every table is read again from where
/// it was written and compared, before the transaction ends. `tell` hears of
/// the rows written of each table.
///
/// # Errors
/// [`CatalogError::NotEmpty`] when the target holds anything, and
/// [`CatalogError::Corrupt`] when it reads back something else.
#[allow(
    private_bounds,
    reason = "the engines are chosen by `SqliteCatalog` and `PostgresCatalog`"
)]
pub fn copy_store<A: Engine, B: Engine>(
    from: &SqlCatalog<A>,
    to: &SqlCatalog<B>,
    tell: &dyn Fn(&'static str, u64),
) -> Result<Copied, CatalogError> {
    from.0.snapshot(|source| {
        to.0.write(Turn::Records, |target| {
            refuse_full(target)?;
            target.write("copying", B::DEFER_REFERENCES, &[])?;
            target.write("copying", "DELETE FROM counter", &[])?;
            let tables = all_tables().map(|table| copy(source, target, table, tell));
            let tables = tables.collect::<Result<Vec<_>, _>>()?;
            for (table, column) in [
                ("quarantine", "number"),
                ("job", "id"),
                ("topic_event", "number"),
            ] {
                B::set_next_number(target, table, column)?;
            }
            Ok(Copied { tables })
        })
    })
}

fn all_tables() -> impl Iterator<Item = &'static Table> {
    const { &TABLES }
        .iter()
        .chain(std::iter::once(const { &NEIGHBOURS }))
}

fn refuse_full(target: &Session<'_>) -> Result<(), CatalogError> {
    for table in all_tables().filter(|table| table.name != "counter") {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let n_rows: u64 = target.scalar("looking for what is there", &sql, &[])?;
        if n_rows > 0 {
            return Err(CatalogError::NotEmpty {
                table: table.name,
                n_rows,
            });
        }
    }
    Ok(())
}

fn copy(
    source: &Session<'_>,
    target: &Session<'_>,
    table: &'static Table,
    tell: &dyn Fn(&'static str, u64),
) -> Result<CopiedTable, CatalogError> {
    let places: Vec<String> = (1..=table.columns.len()).map(|n| format!("?{n}")).collect();
    let insert = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table.name,
        quoted(table.columns),
        places.join(", ")
    );
    let mut written = Digest::default();
    walk(source, table, &mut |row| {
        written.add(row);
        if written.n_rows.is_multiple_of(N_ROWS as u64) {
            tell(table.name, written.n_rows);
        }
        target.write("writing a copy", &insert, row)
    })?;
    tell(table.name, written.n_rows);
    let mut read = Digest::default();
    walk(target, table, &mut |row| {
        read.add(row);
        Ok(())
    })?;
    let (written, read) = (written.end(table), read.end(table));
    if written != read {
        return Err(CatalogError::Corrupt {
            place: format!("table `{}` of the copy", table.name),
            source: format!("{} rows were written, {} read", written.n_rows, read.n_rows).into(),
        });
    }
    Ok(read)
}

/// Names of columns, of which one is a word of the standard.
fn quoted(columns: &[&str]) -> String {
    let quoted: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// Tells all rows of a table in the order of its key.
fn walk(
    session: &Session<'_>,
    table: &Table,
    tell: &mut dyn FnMut(&[Value<'static>]) -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let key = quoted(&table.columns[..table.n_key]);
    let n_rows = if table.is_wide { N_WIDE_ROWS } else { N_ROWS };
    let select = |place: &str| {
        format!(
            "SELECT {} FROM {} {place} ORDER BY {key} LIMIT {n_rows}",
            quoted(table.columns),
            table.name
        )
    };
    let places: Vec<String> = (1..=table.n_key).map(|n| format!("?{n}")).collect();
    let next = select(&format!("WHERE ({key}) > ({})", places.join(", ")));
    let mut last: Option<Vec<Value<'static>>> = None;
    loop {
        let (sql, after) = match &last {
            None => (&select(""), &[][..]),
            Some(row) => (&next, &row[..table.n_key]),
        };
        let rows = session.all("reading a copy", sql, after, |row| {
            row.values(table.columns.len())
        })?;
        for row in &rows {
            tell(row)?;
        }
        let is_last = rows.len() < n_rows;
        last = rows.into_iter().next_back();
        if is_last {
            return Ok(());
        }
    }
}

#[derive(Default)]
struct Digest {
    hasher: blake3::Hasher,
    n_rows: u64,
}

impl Digest {
    fn add(&mut self, row: &[Value<'_>]) {
        self.n_rows += 1;
        for value in row {
            match value {
                Value::Null => self.part(0, &[]),
                Value::Integer(n) => self.part(1, &n.to_le_bytes()),
                Value::Real(x) => self.part(2, &x.to_bits().to_le_bytes()),
                // As PostgreSQL holds it.
                Value::Text(text) => self.part(3, text.replace('\0', "\u{FFFD}").as_bytes()),
                Value::Bytes(bytes) => self.part(4, bytes),
            }
        }
    }

    fn part(&mut self, kind: u8, bytes: &[u8]) {
        self.hasher.update(&[kind]);
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }

    fn end(&self, table: &Table) -> CopiedTable {
        CopiedTable {
            name: table.name,
            n_rows: self.n_rows,
            blake3: self.hasher.finalize().to_hex().to_string(),
        }
    }
}

/// Whether the layout of a database is what is copied: tables with their
/// columns, as its own catalogue tells them.
#[cfg(test)]
pub(crate) fn layout() -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
    all_tables()
        .map(|table| {
            let columns = table.columns.iter().map(|c| (*c).to_owned()).collect();
            (table.name.to_owned(), columns)
        })
        .collect()
}
