//! The catalogue: the one truth of an installation. What goes in are batches
//! of records, tombstones, checkpoints and set-aside inputs, each batch in one
//! transaction; what comes out are records as a reader of some clearance may
//! see them, and the sequence of changes that every index replays.
//!
//! Invariant: a batch is there whole or not at all; every put and every
//! tombstone has its own number in one growing sequence; no read gives a
//! record to a clearance that may not see it.

mod audit;
mod batch;
mod error;
mod job;
mod memory;
mod naming;
mod postgres;
mod quota;
mod sql;
mod sqlite;
mod store;
mod stored;
#[cfg(any(test, feature = "testsuite"))]
#[allow(
    clippy::unwrap_used,
    reason = "the laws are tests; they run outside this crate too"
)]
pub mod testsuite;
mod topic;

pub use audit::{
    ActFilter, AuditHead, AuditLog, ERASURE, Erasing, LoggedAct, NewAct, NoHead, Salt, Sealing,
    Verdict, Via, Word, verify_acts,
};
pub use batch::{Applied, Batch, Blob, Put, PutOutcome, QuarantineEntry, Tombstone};
pub use error::{CatalogError, Cause};
pub use job::{
    Job, JobEnd, JobFilter, JobId, JobProgress, JobQueue, JobState, Lease, NewJob, RETRY_ATTEMPTS,
};
pub use memory::MemoryCatalog;
pub use naming::{AccountNames, DEPOSITED};
pub use postgres::{PostgresAddress, PostgresCatalog};
pub use quota::{Draw, QuotaStore};
pub use sql::{Copied, CopiedTable, copy_store};
pub use sqlite::SqliteCatalog;
pub use store::{CatalogStore, Catalogue};
pub use stored::{
    Change, Changes, Detail, Quarantined, Status, StoredRecord, Version, WhatChanged,
};
pub use topic::{
    Bilingual, BuiltEvent, BuiltTopic, NewTopics, RecordTopics, StoredTopic, TopicAct, TopicBuild,
    TopicError, TopicEvent, TopicEventKind, TopicId, TopicList, TopicMember, TopicPlacing,
    TopicState, TopicStore,
};
