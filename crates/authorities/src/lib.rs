//! Authorities: one record a person and an institution, with the names that
//! documents print for it, its identifiers, its former names, what it belongs
//! to and what came before it.
//!
//! Authority records lie in the catalogue; the records of the library keep
//! what they print. [`Register::as_indexed`] puts the preferred name in its
//! place when a record is indexed, and the other names beside it, so that any
//! of them finds the record and a facet counts it once.
//!
//! Invariants: two persons or institutions become one only by a person's
//! decision or by an equal identifier; every act has a number in the log and
//! can be taken back while nothing has changed since; names come from open
//! records and from people, never from records that not everyone may see.

mod act;
mod authority;
mod census;
mod change;
mod error;
mod file;
mod institution;
mod key;
mod person;
mod register;
mod shared;
mod suggest;
#[cfg(test)]
mod tests;

pub use act::{Act, ActKind, acts, apart, build, edit, load, merge, undo};
pub use authority::{Authority, AuthorityId, AuthorityKind, FormerName, InvalidAuthorityId};
pub use change::{EmptyName, Party};
pub use error::AuthorityError;
pub use file::{FileRow, read_file};
pub use register::Register;
pub use shared::SharedRegister;
pub use suggest::{Evidence, Side, Suggestion, Suggestions, suggest, suggestions};
