//! Work that waits in the catalogue until a worker takes it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::CatalogError;

/// Attempts of a job that a person queues again: one that the worker may lose
/// by being killed, and one more.
pub const RETRY_ATTEMPTS: u32 = 2;

/// Number of a job, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// Waits for a worker.
    Queued,
    /// A worker has it on lease.
    Running,
    /// Done.
    Done,
    /// Given up.
    Failed,
    /// Ended because somebody asked for it.
    Cancelled,
}

impl JobState {
    /// All states in the order of a job's life.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The word in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a word; `None` for another word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a worker has it or may still take it.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// A job to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Kind of work: `ingest`, `index`, `harvest`.
    pub kind: String,
    /// What the worker needs to know, as JSON.
    pub payload: String,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// How often it is tried before it is given up, at least 1.
    pub max_attempts: u32,
    /// Jobs of one key are the same work: while one is queued or running, no
    /// other is queued.
    pub key: Option<String>,
    /// The account that asked for it; `None` for the program itself.
    pub asked_by: Option<String>,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// Kind of work.
    pub kind: String,
    /// What the worker needs to know, as JSON.
    pub payload: String,
    /// See [`NewJob::key`].
    pub key: Option<String>,
    /// See [`NewJob::asked_by`].
    pub asked_by: Option<String>,
    /// Where it stands.
    pub state: JobState,
    /// How often a worker has taken it. It never goes down: it tells the
    /// worker that has the job from one that had it.
    pub n_attempts: u32,
    /// How often it is tried before it is given up.
    pub max_attempts: u32,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// Until when the worker holds it; after that another one may take it.
    pub leased_until: Option<Timestamp>,
    /// How far the newest attempt is.
    pub progress: JobProgress,
    /// Whether it is running and somebody asked for its end.
    pub is_cancel_asked: bool,
    /// What the last attempt said: the result (JSON), or the reason of the
    /// failure.
    pub outcome: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When the newest attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended for good.
    pub finished_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Job {
    /// What the newest attempt does a second; `None` before it has lasted one,
    /// or when it counts nothing.
    pub fn per_second(&self) -> Option<f64> {
        let until = self.finished_at.unwrap_or(self.updated_at);
        let seconds = until.duration_since(self.started_at?).as_secs_f64();
        let n_done = self.progress.n_done;
        (seconds >= 1.0 && n_done > 0).then(|| n_done as f64 / seconds)
    }
}

/// How far an attempt is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// Records, files or changes dealt with.
    pub n_done: u64,
    /// How many there are, where that is known.
    pub n_total: Option<u64>,
    /// What is being done.
    pub message: Option<String>,
}

/// Whether a worker still has its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It has it.
    Held,
    /// It has it, and is to end it as [`JobEnd::Cancelled`].
    CancelAsked,
    /// Another worker has it by now, or it has ended: stop, write nothing.
    Lost,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd<'a> {
    /// Done, with a result (JSON).
    Done(&'a str),
    /// It failed for a reason that may pass: queued again at a moment while
    /// attempts are left, else given up.
    Again(&'a str, Timestamp),
    /// It failed for a reason that will not pass: given up.
    Failed(&'a str),
    /// Somebody asked for its end.
    Cancelled,
    /// The worker gives it back: queued again for a moment, as if this attempt
    /// had not been made.
    Released(Timestamp),
}

/// Which jobs to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobFilter<'a> {
    /// Only those in this state.
    pub state: Option<JobState>,
    /// Only those of this kind.
    pub kind: Option<&'a str>,
    /// Only those that were queued before this one.
    pub before: Option<JobId>,
}

/// A queue of jobs, each done at least once.
///
/// A worker claims a job on lease, renews the lease while it works, and says
/// how it ended. When it dies, the lease runs out and the next worker takes
/// the job.
pub trait JobQueue: Send + Sync {
    /// Queues a job; gives the one of the same key that is queued or running
    /// already, if there is one.
    fn enqueue(&self, job: &NewJob, now: Timestamp) -> Result<JobId, CatalogError>;

    /// Takes the job that has waited longest (by `run_at`, then by id) among
    /// those that are queued or whose lease has run out; `None` when there is
    /// none. A job out of attempts becomes failed instead, one whose end was
    /// asked for cancelled.
    fn claim(
        &self,
        kinds: &[&str],
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Job>, CatalogError>;

    /// Prolongs the lease of a claimed job and says how far it is.
    fn renew(
        &self,
        job: &Job,
        progress: &JobProgress,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Lease, CatalogError>;

    /// Says how a claimed job ended; `false` when another worker has it by
    /// now: nothing is changed.
    fn finish(&self, job: &Job, end: JobEnd<'_>, now: Timestamp) -> Result<bool, CatalogError>;

    /// Ends a queued job, or asks the worker of a running one to end it;
    /// gives the job as it stands then, `None` when there is none. One that
    /// has ended stays as it is.
    fn cancel(&self, id: JobId, now: Timestamp) -> Result<Option<Job>, CatalogError>;

    /// Queues a failed or cancelled job again, for [`RETRY_ATTEMPTS`] further
    /// attempts; gives the job as it stands then, or the one of the same key
    /// that is queued or running already; `None` when there is none. One that
    /// is queued, running or done stays as it is.
    fn retry(&self, id: JobId, now: Timestamp) -> Result<Option<Job>, CatalogError>;

    /// One job.
    fn job(&self, id: JobId) -> Result<Option<Job>, CatalogError>;

    /// The newest jobs, newest first.
    fn jobs(&self, filter: &JobFilter<'_>, limit: usize) -> Result<Vec<Job>, CatalogError>;

    /// Removes jobs that ended before a moment; gives how many.
    fn forget_ended(&self, before: Timestamp) -> Result<u64, CatalogError>;
}
