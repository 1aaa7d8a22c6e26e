//! The vocabulary of the library: what a record is, in types that every other
//! room shares. No I/O, no clock, no configuration.
//!
//! Invariant: a value of these types is valid by construction or says why not
//! when it is made; serialising and reading back gives the same value.

mod access;
mod agent;
mod agent_identifier;
mod causes;
mod change;
mod country;
mod dataset;
mod file;
mod fill;
mod id;
mod identifier;
mod localised;
mod provenance;
mod record;
mod year;

pub use access::{AccessLevel, Clearance, UnknownAccessLevel};
pub use agent::{Agent, AgentKind, AgentRole};
pub use agent_identifier::{AgentIdentifier, InvalidAgentIdentifier};
pub use causes::with_causes;
pub use change::ChangeSeq;
pub use country::Country;
pub use dataset::Column;
pub use file::{DocumentFile, Page};
pub use fill::fill_gaps;
pub use id::{InvalidRecordId, RecordId};
pub use identifier::{Identifier, Scheme};
pub use localised::{Lang, Localised, LocalisedText};
pub use provenance::Provenance;
pub use record::{Link, Record, RecordType, Relation, Subject, UnknownRecordType};
pub use year::{InvalidYear, Year};
