//! From other people's repositories into the catalogue by OAI-PMH.
//!
//! The way of a record: a list comes page by page, each page is cut into
//! records by `formats`, joined with what is there by `ingest`, and written
//! with the raw records, the deletions, what is set aside and the state of the
//! harvest in one transaction. What fails is asked for again, in smaller spans
//! of time, at last record by record.
//!
//! **Source:** The Open Archives Initiative Protocol for Metadata Harvesting,
//! version 2.0, <http://www.openarchives.org/OAI/openarchivesprotocol.html>.
//!
//! Invariant: what a source sends ends in the catalogue or in quarantine with
//! its reason, whatever fails and whenever the process is killed; none twice.

mod answer;
mod error;
mod harvester;
mod http;
mod report;
mod scan;
mod source;
mod state;
mod trouble;
mod window;
mod writer;

pub use error::HarvestError;
pub use harvester::Harvester;
pub use report::{HarvestReport, HarvestRequest};
pub use trouble::asked_alone;
pub use writer::raw_record;
