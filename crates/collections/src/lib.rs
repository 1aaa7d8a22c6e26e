//! Collections: a record says itself which it is in (by name), and the
//! catalogue keeps what is said of a name: title and description in both
//! languages.
//!
//! Invariant: putting in and taking out are changes of records like any other:
//! with a version and a number in the sequence that every index follows.

mod description;
mod error;
mod members;

pub use description::{Collection, check_name, collection, collections, remove, store};
pub use error::CollectionError;
pub use members::{Change, Changed, change};
