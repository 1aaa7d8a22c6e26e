//! From what PostgreSQL says to what a caller can do about it.

use tokio_postgres::{Error, error::SqlState};

use super::PostgresAddress;
use crate::CatalogError;

/// Whether the connection is of no more use.
pub(super) fn is_loss(error: &Error) -> bool {
    let Some(code) = error.code() else {
        // Not from the server: the network, or a value that cannot be bound.
        return error.is_closed() || is_io(error);
    };
    [
        &SqlState::ADMIN_SHUTDOWN,
        &SqlState::CRASH_SHUTDOWN,
        &SqlState::CANNOT_CONNECT_NOW,
        &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ]
    .contains(&code)
}

fn is_io(error: &Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<std::io::Error>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Gives an error of a statement the name that a caller can act on.
pub(super) fn name(server: &PostgresAddress, doing: &'static str, error: Error) -> CatalogError {
    if is_loss(&error) {
        return unreachable(server, error);
    }
    let code = error.code().cloned();
    let source = Box::new(error);
    let is = |known: &[SqlState]| code.as_ref().is_some_and(|code| known.contains(code));
    if is(&[
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
    ]) {
        CatalogError::Busy { source }
    } else if is(&[SqlState::DISK_FULL]) {
        CatalogError::DiskFull { source }
    } else if is(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) {
        CatalogError::Corrupt {
            place: doing.to_owned(),
            source,
        }
    } else {
        CatalogError::Storage { doing, source }
    }
}

/// The server does not answer, or does not let this program in.
pub(super) fn unreachable(server: &PostgresAddress, error: Error) -> CatalogError {
    CatalogError::Unreachable {
        server: server.to_string(),
        source: error.into(),
    }
}
