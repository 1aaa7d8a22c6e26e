//! From files into the catalogue, and from the catalogue into the indexes.
//!
//! The way of a file: [`walk`] finds it, its hash is compared with the
//! checkpoints (read already: passed over), `formats` cuts it into entries or
//! `extract` reads it as a document, all cores parse, one thread writes batches.
//! A batch holds records, the inputs set aside, and the checkpoint that says how
//! far the file is read, in one transaction; so being killed at any moment loses
//! nothing and doubles nothing. Beside it [`Indexer`] replays what was committed
//! into the full-text index.
//!
//! Invariant: every entry of every file ends in exactly one count of the
//! [`IngestReport`]; the catalogue after a run does not depend on where it was
//! interrupted.

mod archive;
mod batch;
mod checkpoint;
mod data_package;
mod document;
mod error;
mod file_store;
mod indexer;
mod options;
mod overlap;
mod pipeline;
mod record_passages;
mod records_file;
mod records_run;
mod report;
mod vectoriser;
pub mod walk;
mod workbook;

pub use archive::seven_zip::{Unpacker, to_tar};
pub use batch::{preview_records, write_records};
pub use error::IngestError;
pub use file_store::FileStore;
pub use indexer::{Indexed, Indexer};
pub use options::IngestOptions;
pub use overlap::beside_indexing;
pub use pipeline::{Ingester, Progress};
pub use report::{IngestReport, SetAside};
pub use vectoriser::{Vectorised, Vectoriser};
