//! Works that people hand in: a draft of metadata and documents is submitted,
//! and a librarian accepts it into the catalogue, returns it to be mended, or
//! refuses it with a reason.
//!
//! In: metadata, documents that were read already. Out: deposits, and records in
//! the catalogue.
//!
//! Invariant: what is not accepted is no record: no search, feed or export knows
//! of it. A deposit becomes one record, once.

mod deposit;
mod error;
mod metadata;
mod shelf;
#[cfg(test)]
mod tests;

pub use deposit::{Deposit, State, Step, UnknownState};
pub use error::DepositError;
pub use metadata::{Author, Metadata};
pub use shelf::{
    Accepted, Decision, MOST_FILES, NewFile, accept, add_file, create, decline, deposit, deposits,
    forget_ended, put_metadata, remove_file, submit, withdraw,
};
