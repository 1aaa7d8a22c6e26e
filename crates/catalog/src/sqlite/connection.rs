//! Statements on a connection of SQLite, prepared once each.

use std::borrow::Cow;

use rusqlite::{
    CachedStatement, Connection, Row,
    types::{ToSqlOutput, ValueRef},
};

use super::failure::while_doing;
use crate::{
    CatalogError, Cause,
    sql::{Columns, Connection as SqlConnection, Statement, Value, Visit},
};

impl SqlConnection for Connection {
    fn execute(&self, statement: Statement<'_>, values: &[Value<'_>]) -> Result<u64, CatalogError> {
        let mut prepared = prepare(self, statement)?;
        let n = prepared.execute(rusqlite::params_from_iter(values));
        Ok(n.map_err(while_doing(statement.doing))? as u64)
    }

    fn write(&self, statement: Statement<'_>, values: &[Value<'_>]) -> Result<(), CatalogError> {
        SqlConnection::execute(self, statement, values).map(drop)
    }

    fn visit(
        &self,
        statement: Statement<'_>,
        keys: &[&[Value<'_>]],
        visit: Visit<'_>,
    ) -> Result<(), CatalogError> {
        let failed = while_doing(statement.doing);
        let mut prepared = prepare(self, statement)?;
        for (n, key) in keys.iter().enumerate() {
            let mut rows = prepared
                .query(rusqlite::params_from_iter(*key))
                .map_err(&failed)?;
            while let Some(row) = rows.next().map_err(&failed)? {
                if visit(n, row)?.is_break() {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn prepare<'c>(
    connection: &'c Connection,
    statement: Statement<'_>,
) -> Result<CachedStatement<'c>, CatalogError> {
    let prepared = connection.prepare_cached(statement.sql);
    prepared.map_err(while_doing(statement.doing))
}

impl Columns for Row<'_> {
    fn value(&self, index: usize) -> Result<Value<'_>, Cause> {
        Ok(match self.get_ref(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(n) => Value::Integer(n),
            ValueRef::Real(x) => Value::Real(x),
            ValueRef::Text(text) => Value::Text(Cow::Borrowed(std::str::from_utf8(text)?)),
            ValueRef::Blob(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
        })
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(n) => ValueRef::Integer(*n),
            Self::Real(x) => ValueRef::Real(*x),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
