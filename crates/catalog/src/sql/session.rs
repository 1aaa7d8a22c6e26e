//! What statements are given to: a connection of an engine, in or out of a
//! transaction.

use std::ops::ControlFlow;

use super::{
    codec,
    value::{FromColumn, Value},
};
use crate::{CatalogError, Cause};

/// A statement, and what it is about, for whoever reads its error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statement<'a> {
    /// The end of "catalogue failed while …".
    pub(crate) doing: &'static str,
    /// Its text, with `?1` for the first parameter.
    pub(crate) sql: &'a str,
}

/// What is told of each row: the number of the key that found it.
pub(crate) type Visit<'v> =
    &'v mut dyn FnMut(usize, &dyn Columns) -> Result<ControlFlow<()>, CatalogError>;

/// A connection of an engine.
pub(crate) trait Connection {
    /// Runs a statement that changes rows; gives how many.
    fn execute(&self, statement: Statement<'_>, values: &[Value<'_>]) -> Result<u64, CatalogError>;

    /// Runs a statement that changes rows, now or later: in order, and before
    /// anything is read or the transaction ends. Its error may come then.
    fn write(&self, statement: Statement<'_>, values: &[Value<'_>]) -> Result<(), CatalogError>;

    /// Runs a query once a key, in order, and tells the rows until it is asked
    /// to stop: then it goes on with the next key.
    fn visit(
        &self,
        statement: Statement<'_>,
        keys: &[&[Value<'_>]],
        visit: Visit<'_>,
    ) -> Result<(), CatalogError>;
}

/// A row of an engine.
pub(crate) trait Columns {
    /// The value of a column, counted from 0.
    fn value(&self, index: usize) -> Result<Value<'_>, Cause>;
}

/// A row, and what is being done.
pub(crate) struct Row<'r> {
    doing: &'static str,
    columns: &'r dyn Columns,
}

impl Row<'_> {
    /// The value of a column, counted from 0.
    pub(crate) fn get<T: FromColumn>(&self, index: usize) -> Result<T, CatalogError> {
        let place = |source: Cause| CatalogError::Corrupt {
            place: format!("column {} while {}", index + 1, self.doing),
            source,
        };
        let value = self.columns.value(index).map_err(place)?;
        T::from_column(value).map_err(|found| place(found.into()))
    }

    /// The values of the first `n` columns.
    pub(crate) fn values(&self, n: usize) -> Result<Vec<Value<'static>>, CatalogError> {
        let value = |index| {
            let value = self.columns.value(index);
            let value = value.map_err(codec::corrupt(self.doing));
            value.map(Value::into_owned)
        };
        (0..n).map(value).collect()
    }
}

/// A connection on loan to some work.
pub(crate) struct Session<'c>(pub(crate) &'c dyn Connection);

impl Session<'_> {
    /// See [`Connection::execute`].
    pub(crate) fn execute(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<u64, CatalogError> {
        self.0.execute(Statement { doing, sql }, values)
    }

    /// See [`Connection::write`].
    pub(crate) fn write(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<(), CatalogError> {
        self.0.write(Statement { doing, sql }, values)
    }

    /// What `read` makes of the rows, until it gives `None`.
    pub(crate) fn all_until<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<Option<T>, CatalogError>,
    ) -> Result<Vec<T>, CatalogError> {
        let mut found = Vec::new();
        self.0.visit(
            Statement { doing, sql },
            &[values],
            &mut |_, columns| match read(&Row { doing, columns })? {
                Some(value) => {
                    found.push(value);
                    Ok(ControlFlow::Continue(()))
                }
                None => Ok(ControlFlow::Break(())),
            },
        )?;
        Ok(found)
    }

    /// What `read` makes of all rows.
    pub(crate) fn all<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, CatalogError>,
    ) -> Result<Vec<T>, CatalogError> {
        self.all_until(doing, sql, values, |row| read(row).map(Some))
    }

    /// What `read` makes of the first row; `None` where there is none.
    pub(crate) fn first<T>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, CatalogError>,
    ) -> Result<Option<T>, CatalogError> {
        let mut found = None;
        self.0
            .visit(Statement { doing, sql }, &[values], &mut |_, columns| {
                found = Some(read(&Row { doing, columns })?);
                Ok(ControlFlow::Break(()))
            })?;
        Ok(found)
    }

    /// The one value of a query that always has a row.
    pub(crate) fn scalar<T: FromColumn>(
        &self,
        doing: &'static str,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<T, CatalogError> {
        let found = self.first(doing, sql, values, |row| row.get(0))?;
        found.ok_or_else(|| codec::corrupt(doing)("a row is missing"))
    }

    /// What `read` makes of the rows of each key, in the order of the keys.
    pub(crate) fn all_of_each<T, const N: usize>(
        &self,
        doing: &'static str,
        sql: &str,
        keys: &[[Value<'_>; N]],
        mut read: impl FnMut(&Row<'_>) -> Result<T, CatalogError>,
    ) -> Result<Vec<Vec<T>>, CatalogError> {
        let mut found: Vec<Vec<T>> = keys.iter().map(|_| Vec::new()).collect();
        let keys: Vec<&[Value<'_>]> = keys.iter().map(<[_; N]>::as_slice).collect();
        self.0
            .visit(Statement { doing, sql }, &keys, &mut |n, columns| {
                found[n].push(read(&Row { doing, columns })?);
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(found)
    }

    /// What `read` makes of the row of each key, in the order of the keys.
    pub(crate) fn first_of_each<T, const N: usize>(
        &self,
        doing: &'static str,
        sql: &str,
        keys: &[[Value<'_>; N]],
        read: impl FnMut(&Row<'_>) -> Result<T, CatalogError>,
    ) -> Result<Vec<Option<T>>, CatalogError> {
        let found = self.all_of_each(doing, sql, keys, read)?;
        Ok(found
            .into_iter()
            .map(|rows| rows.into_iter().next())
            .collect())
    }
}
