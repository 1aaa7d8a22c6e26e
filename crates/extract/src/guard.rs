//! The one place where panics of parsing libraries are caught.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{ExtractError, MediaType};

/// Calls a library. Such libraries are fuzzed by their makers but no proof
/// exists that they never panic, and one bad file must not end an ingestion;
/// our own code runs outside where it can, so that its defects are seen.
pub(crate) fn guard<T>(kind: MediaType, call: impl FnOnce() -> T) -> Result<T, ExtractError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| ExtractError::ReaderDefect {
        kind,
        message: panic
            .downcast_ref::<&str>()
            .map(|message| (*message).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default(),
    })
}
