//! Work that runs by itself: what can be asked for, the worker that does it,
//! and harvests by the clock.
//!
//! The way of a job: an [`Order`] is put into the queue of the catalogue, by a
//! person or by [`queue_due`]; a [`Worker`] takes it on lease, keeps the lease
//! and the progress up while somebody else (the edge) does the work, and
//! writes how it ended. The work reads and writes through a [`Watched`]
//! catalogue, which stops it when it is to end.
//!
//! Invariant: an order that was accepted is done, or stands as failed with its
//! reason; a worker that dies or stops loses its job to the next one.

mod error;
mod order;
mod schedule;
mod set_aside;
mod source;
mod watch;
mod watched;
mod worker;

pub use error::JobsError;
pub use order::{KINDS, Order, enqueue};
pub use schedule::{LEAST_MINUTES, MOST_MINUTES, due_at, parse_every, shown_every};
pub use set_aside::{aside_from, n_aside};
pub use source::{
    Harvested, Source, SourceState, begin, end, queue_due, remove, source, sources, store,
};
pub use watch::Watch;
pub use watched::Watched;
pub use worker::{Failure, Worker};
