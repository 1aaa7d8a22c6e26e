//! Statements on a connection of PostgreSQL, prepared once each. What is only
//! written is sent together, and the answers are looked at afterwards: a record
//! takes a handful of statements, and a round trip for each would be most of
//! the time.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    pin::pin,
};

use futures_util::TryStreamExt as _;
use tokio_postgres::{Client, Error, Row, Statement as Prepared};

use super::{PostgresAddress, failure, wait};
use crate::{
    CatalogError,
    sql::{Connection, Statement, Value, Visit},
};

/// Statements sent at once, at most. Their values are held until then.
const WINDOW: usize = 512;

/// Values sent at once, about: bounds the memory of a batch of books.
const WINDOW_BYTES: usize = 8 * 1024 * 1024;

/// A connection, with what was prepared on it.
pub(super) struct PostgresConnection {
    client: Client,
    address: PostgresAddress,
    prepared: RefCell<HashMap<String, Prepared>>,
    /// Statements to send before anything else, and the size of their values.
    pending: RefCell<Vec<Pending>>,
    pending_bytes: Cell<usize>,
    is_lost: Cell<bool>,
}

struct Pending {
    doing: &'static str,
    prepared: Prepared,
    values: Vec<Value<'static>>,
}

/// What a statement gave.
struct Answer {
    rows: Vec<Row>,
    n_rows: u64,
}

impl PostgresConnection {
    pub(super) fn new(client: Client, address: PostgresAddress) -> Self {
        Self {
            client,
            address,
            prepared: RefCell::default(),
            pending: RefCell::default(),
            pending_bytes: Cell::new(0),
            is_lost: Cell::new(false),
        }
    }

    /// Whether nothing more can be asked on it.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.get() || self.client.is_closed()
    }

    /// Sends what is pending and waits for the answers.
    pub(super) fn flush(&self) -> Result<(), CatalogError> {
        self.ask("writing", &[], &mut |_, _| Ok(()))
    }

    pub(super) fn commit(&self) -> Result<(), CatalogError> {
        self.execute(
            Statement {
                doing: "committing what was written",
                sql: "COMMIT",
            },
            &[],
        )
        .map(drop)
    }

    /// Takes back what was written; a connection that cannot even do that is
    /// given up, and the server does it.
    pub(super) fn roll_back(&self) {
        self.pending.take();
        self.pending_bytes.set(0);
        if wait::wait(self.client.batch_execute("ROLLBACK")).is_err() {
            self.is_lost.set(true);
        }
    }

    fn name(&self, doing: &'static str, error: Error) -> CatalogError {
        if failure::is_loss(&error) {
            self.is_lost.set(true);
        }
        failure::name(&self.address, doing, error)
    }

    fn prepare(&self, statement: Statement<'_>) -> Result<Prepared, CatalogError> {
        if let Some(known) = self.prepared.borrow().get(statement.sql) {
            return Ok(known.clone());
        }
        let sql = statement.sql.replace('?', "$");
        let prepared = wait::wait(self.client.prepare(&sql))
            .map_err(|error| self.name(statement.doing, error))?;
        let mut known = self.prepared.borrow_mut();
        known.insert(statement.sql.to_owned(), prepared.clone());
        Ok(prepared)
    }

    /// Sends what is pending and then the questions, and tells the answers of
    /// the questions.
    fn ask(
        &self,
        doing: &'static str,
        questions: &[(&Prepared, &[Value<'_>])],
        tell: &mut dyn FnMut(usize, Answer) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        let pending = self.pending.take();
        self.pending_bytes.set(0);
        let first = pending
            .iter()
            .map(|p| (p.doing, &p.prepared, p.values.as_slice()));
        let then = questions
            .iter()
            .map(|(prepared, values)| (doing, *prepared, *values));
        let asked = first
            .chain(then)
            .map(|(doing, prepared, values)| async move {
                let answer = ask(&self.client, prepared, values).await;
                answer.map_err(|error| self.name(doing, error))
            });
        wait::wait_in_order(asked, |n, answer| match n.checked_sub(pending.len()) {
            Some(n) => tell(n, answer),
            None => Ok(()),
        })
    }
}

async fn ask(client: &Client, prepared: &Prepared, values: &[Value<'_>]) -> Result<Answer, Error> {
    let mut stream = pin!(client.query_raw(prepared, values.iter()).await?);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(row);
    }
    Ok(Answer {
        rows,
        n_rows: stream.rows_affected().unwrap_or(0),
    })
}

impl Connection for PostgresConnection {
    fn execute(&self, statement: Statement<'_>, values: &[Value<'_>]) -> Result<u64, CatalogError> {
        let prepared = self.prepare(statement)?;
        let mut n = 0;
        self.ask(statement.doing, &[(&prepared, values)], &mut |_, answer| {
            n = answer.n_rows;
            Ok(())
        })?;
        Ok(n)
    }

    fn write(&self, statement: Statement<'_>, values: &[Value<'_>]) -> Result<(), CatalogError> {
        let pending = Pending {
            doing: statement.doing,
            prepared: self.prepare(statement)?,
            values: values.iter().cloned().map(Value::into_owned).collect(),
        };
        let n_bytes: usize = values.iter().map(Value::n_bytes).sum();
        self.pending_bytes.set(self.pending_bytes.get() + n_bytes);
        self.pending.borrow_mut().push(pending);
        if self.pending.borrow().len() >= WINDOW || self.pending_bytes.get() >= WINDOW_BYTES {
            return self.flush();
        }
        Ok(())
    }

    fn visit(
        &self,
        statement: Statement<'_>,
        keys: &[&[Value<'_>]],
        visit: Visit<'_>,
    ) -> Result<(), CatalogError> {
        let prepared = self.prepare(statement)?;
        for (window, keys) in keys.chunks(WINDOW).enumerate() {
            let questions: Vec<_> = keys.iter().map(|key| (&prepared, *key)).collect();
            self.ask(statement.doing, &questions, &mut |n, answer| {
                for row in &answer.rows {
                    if visit(window * WINDOW + n, row)?.is_break() {
                        break;
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
