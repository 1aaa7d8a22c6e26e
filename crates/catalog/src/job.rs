//! Work that waits in the catalogue until a worker takes it.

use jiff::{SignedDuration, Timestamp};

use crate::CatalogError;

/// Number of a job, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// Waits for a worker.
    Queued,
    /// A worker has it on lease.
    Running,
    /// Done.
    Done,
    /// Given up after its last attempt.
    Failed,
}

impl JobState {
    /// All states in the order of a job's life.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    /// The word in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
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
    /// Where it stands.
    pub state: JobState,
    /// How often a worker has taken it.
    pub n_attempts: u32,
    /// How often it is tried before it is given up.
    pub max_attempts: u32,
    /// Not before this moment.
    pub run_at: Timestamp,
    /// Until when the worker holds it; after that another one may take it.
    pub leased_until: Option<Timestamp>,
    /// What the last attempt said: the result, or the reason of the failure.
    pub outcome: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A queue of jobs, each done at least once.
///
/// A worker claims a job on lease, renews the lease while it works, and says
/// how it ended. When it dies, the lease runs out and the next worker takes
/// the job.
pub trait JobQueue: Send + Sync {
    /// Queues a job.
    fn enqueue(&self, job: &NewJob, now: Timestamp) -> Result<JobId, CatalogError>;

    /// Takes the job that has waited longest (by `run_at`, then by id) among
    /// those that are queued or whose lease has run out; `None` when there is
    /// none. A job out of attempts becomes failed instead.
    fn claim(
        &self,
        kinds: &[&str],
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<Job>, CatalogError>;

    /// Prolongs the lease of a claimed job; `false` when another worker has it
    /// by now or it has ended: the worker must stop.
    fn renew(&self, job: &Job, now: Timestamp, lease: SignedDuration)
    -> Result<bool, CatalogError>;

    /// Says how a claimed job ended: `Ok` with a result (JSON), or `Err` with a
    /// reason, which queues it again at `retry_at` while attempts are left.
    /// `false` when another worker has it by now: nothing is changed.
    fn finish(
        &self,
        job: &Job,
        result: Result<&str, &str>,
        retry_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, CatalogError>;

    /// The newest jobs, newest first.
    fn jobs(&self, limit: usize) -> Result<Vec<Job>, CatalogError>;
}
