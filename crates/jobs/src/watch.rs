//! What passes between a job under way and its worker: how far it is, and
//! whether it is to stop.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use catalog::{CatalogError, JobProgress};

/// Why a job is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Somebody asked for its end.
    Cancelled,
    /// Another worker has it.
    Lost,
    /// The worker is to stop.
    Worker,
}

/// A job under way, as seen from its work.
#[derive(Debug)]
pub struct Watch<'a> {
    n_done: AtomicU64,
    /// 0: not known.
    n_total: AtomicU64,
    message: Mutex<Option<String>>,
    is_cancelled: AtomicBool,
    is_lost: AtomicBool,
    /// Set when the worker is to stop.
    worker: &'a AtomicBool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(worker: &'a AtomicBool) -> Self {
        Self {
            n_done: AtomicU64::new(0),
            n_total: AtomicU64::new(0),
            message: Mutex::new(None),
            is_cancelled: AtomicBool::new(false),
            is_lost: AtomicBool::new(false),
            worker,
        }
    }

    /// Says how much is done.
    pub fn set_done(&self, n: u64) {
        self.n_done.store(n, Relaxed);
    }

    /// So much more is done.
    pub fn add_done(&self, n: u64) {
        self.n_done.fetch_add(n, Relaxed);
    }

    /// Says how much there is to do.
    pub fn set_total(&self, n: u64) {
        self.n_total.store(n, Relaxed);
    }

    /// Says what is being done.
    pub fn say(&self, message: impl Into<String>) {
        let mut said = self.message.lock().unwrap_or_else(PoisonError::into_inner);
        *said = Some(message.into());
    }

    /// # Errors
    /// [`CatalogError::Stopped`] when the job is to stop.
    pub fn check(&self) -> Result<(), CatalogError> {
        match self.stop() {
            None => Ok(()),
            Some(_) => Err(CatalogError::Stopped),
        }
    }

    pub(crate) fn stop(&self) -> Option<Stop> {
        if self.is_lost.load(Relaxed) {
            Some(Stop::Lost)
        } else if self.is_cancelled.load(Relaxed) {
            Some(Stop::Cancelled)
        } else if self.worker.load(Relaxed) {
            Some(Stop::Worker)
        } else {
            None
        }
    }

    pub(crate) fn cancel(&self) {
        self.is_cancelled.store(true, Relaxed);
    }

    pub(crate) fn lose(&self) {
        self.is_lost.store(true, Relaxed);
    }

    pub(crate) fn progress(&self) -> JobProgress {
        let total = self.n_total.load(Relaxed);
        let said = self.message.lock().unwrap_or_else(PoisonError::into_inner);
        JobProgress {
            n_done: self.n_done.load(Relaxed),
            n_total: (total > 0).then_some(total),
            message: said.clone(),
        }
    }
}
