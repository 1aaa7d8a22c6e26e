//! From what SQLite says to what a caller can do about it.

use rusqlite::ErrorCode;

use crate::CatalogError;

/// Gives an error of SQLite the name that a caller can act on.
pub(super) fn while_doing(doing: &'static str) -> impl Fn(rusqlite::Error) -> CatalogError {
    move |error| name(doing, error)
}

fn name(doing: &'static str, error: rusqlite::Error) -> CatalogError {
    let code = error.sqlite_error_code();
    let extended = error.sqlite_error().map(|e| e.extended_code);
    let source = Box::new(error);
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => CatalogError::Busy { source },
        // A limit on file sizes comes as a failed write, not as a full disk.
        Some(ErrorCode::DiskFull) => CatalogError::DiskFull { source },
        Some(ErrorCode::SystemIoFailure) if extended == Some(rusqlite::ffi::SQLITE_IOERR_WRITE) => {
            CatalogError::DiskFull { source }
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => CatalogError::Corrupt {
            place: doing.to_owned(),
            source,
        },
        _ => CatalogError::Storage { doing, source },
    }
}
