//! Takes jobs and keeps their leases while the work is done.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use catalog::{CatalogError, Job, JobEnd, JobQueue, Lease};
use jiff::{SignedDuration, Timestamp};

use crate::{KINDS, Order, Watch, watch::Stop};

/// How often progress is written at least: what a person sees is not older.
const BEAT: Duration = Duration::from_secs(2);

/// Wait before the second attempt of what may pass; doubles with each further.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// Why an order was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may pass: tried again a few times.
    Passing(String),
    /// It will not pass by itself.
    Final(String),
    /// Another process does work that this one must wait for.
    Busy(String),
}

/// Takes jobs from a queue.
pub struct Worker<'a> {
    /// Where they wait.
    pub queue: &'a dyn JobQueue,
    /// The clock.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// How long a job stays with a worker that says nothing.
    pub lease: SignedDuration,
    /// Set when the worker is to stop: the job under way goes back.
    pub is_stopping: &'a AtomicBool,
}

impl Worker<'_> {
    /// Takes the next job and has it done; gives it as it stands afterwards,
    /// `None` when none waits.
    ///
    /// * `perform`: does the work of an order; the result is JSON.
    ///
    /// # Errors
    /// When the queue cannot be read or written.
    pub fn run_next(
        &self,
        perform: impl FnOnce(&Order, &Watch<'_>, &Job) -> Result<String, Failure>,
    ) -> Result<Option<Job>, CatalogError> {
        let Some(job) = self.queue.claim(&KINDS, (self.now)(), self.lease)? else {
            return Ok(None);
        };
        tracing::info!(job = job.id.0, kind = job.kind, "job begins");
        let watch = Watch::new(self.is_stopping);
        let done = match serde_json::from_str::<Order>(&job.payload) {
            Ok(order) => self.beside_heartbeat(&job, &watch, || perform(&order, &watch, &job)),
            Err(error) => Err(Failure::Final(format!(
                "its parameters cannot be read ({error}); ask for it again"
            ))),
        };
        self.end(&job, &watch, done)?;
        self.queue.job(job.id)
    }

    /// Writes how an attempt ended, with its last progress.
    fn end(
        &self,
        job: &Job,
        watch: &Watch<'_>,
        done: Result<String, Failure>,
    ) -> Result<(), CatalogError> {
        let now = (self.now)();
        self.queue.renew(job, &watch.progress(), now, self.lease)?;
        let tries = job.n_attempts.clamp(1, 10);
        let later = now + FIRST_WAIT * 2_i32.pow(tries - 1);
        let end = match (&done, watch.stop()) {
            (Ok(result), _) => JobEnd::Done(result),
            (Err(_), Some(Stop::Cancelled)) => JobEnd::Cancelled,
            (Err(_), Some(Stop::Worker)) => JobEnd::Released(now),
            (Err(_), Some(Stop::Lost)) => return Ok(()),
            (Err(Failure::Busy(_)), None) => JobEnd::Released(now + FIRST_WAIT),
            (Err(Failure::Passing(reason)), None) => JobEnd::Again(reason, later),
            (Err(Failure::Final(reason)), None) => JobEnd::Failed(reason),
        };
        tracing::info!(job = job.id.0, kind = job.kind, ?end, "job ends");
        self.queue.finish(job, end, now).map(drop)
    }

    /// Does the work, while another thread keeps the lease. A panic of the work
    /// is a failure of the job, not of the worker.
    fn beside_heartbeat(
        &self,
        job: &Job,
        watch: &Watch<'_>,
        work: impl FnOnce() -> Result<String, Failure>,
    ) -> Result<String, Failure> {
        let is_over = Mutex::new(false);
        let over = Condvar::new();
        thread::scope(|scope| {
            scope.spawn(|| self.beat(job, watch, &is_over, &over));
            let done = catch_unwind(AssertUnwindSafe(work));
            *is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
            over.notify_all();
            done.unwrap_or_else(|_| {
                let fault = "the program has a fault that its log tells of; report it";
                Err(Failure::Final(fault.to_owned()))
            })
        })
    }

    fn beat(&self, job: &Job, watch: &Watch<'_>, is_over: &Mutex<bool>, over: &Condvar) {
        let lease = Duration::try_from(self.lease).unwrap_or(BEAT);
        let pause = BEAT.min(lease / 4);
        loop {
            let guard = is_over.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = over.wait_timeout_while(guard, pause, |is_over| !*is_over);
            if *waited.unwrap_or_else(PoisonError::into_inner).0 {
                return;
            }
            match self
                .queue
                .renew(job, &watch.progress(), (self.now)(), self.lease)
            {
                Ok(Lease::Held) => {}
                Ok(Lease::CancelAsked) => watch.cancel(),
                Ok(Lease::Lost) => {
                    watch.lose();
                    return;
                }
                Err(error) => tracing::warn!(%error, "the lease of a job was not renewed"),
            }
        }
    }

    /// Whether the worker is to stop.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use catalog::{Batch, CatalogStore, JobFilter, JobState, SqliteCatalog};

    use super::*;
    use crate::{Watched, enqueue};

    fn run(
        catalog: &SqliteCatalog,
        is_stopping: &AtomicBool,
        perform: impl FnOnce(&Order, &Watch<'_>, &Job) -> Result<String, Failure>,
    ) -> Job {
        let order = Order::Quality {};
        enqueue(catalog, &order, Some("lan"), Timestamp::now()).unwrap();
        let worker = Worker {
            queue: catalog,
            now: &Timestamp::now,
            lease: SignedDuration::from_millis(200),
            is_stopping,
        };
        worker.run_next(perform).unwrap().unwrap()
    }

    /// Work that only stops because the catalogue does.
    fn work_on(catalog: &SqliteCatalog, watch: &Watch<'_>) -> Result<String, Failure> {
        let watched = Watched::new(catalog, watch);
        loop {
            let batch = Batch::new(Timestamp::now());
            if let Err(error) = watched.apply(batch) {
                return Err(Failure::Final(error.to_string()));
            }
            thread::yield_now();
        }
    }

    #[test]
    fn a_job_is_done_and_says_how_far_it_came() {
        let catalog = SqliteCatalog::in_memory().unwrap();
        let job = run(&catalog, &AtomicBool::new(false), |order, watch, _| {
            assert_eq!(order, &Order::Quality {});
            watch.set_total(9);
            watch.add_done(9);
            Ok("{}".to_owned())
        });
        assert_eq!((job.state, job.progress.n_done), (JobState::Done, 9));
        let worker = Worker {
            queue: &catalog,
            now: &Timestamp::now,
            lease: SignedDuration::from_secs(9),
            is_stopping: &AtomicBool::new(false),
        };
        let none = worker.run_next(|_, _, _| Ok(String::new())).unwrap();
        assert_eq!(none, None);
    }

    #[test]
    fn a_cancelled_job_writes_nothing_more() {
        let catalog = SqliteCatalog::in_memory().unwrap();
        let job = run(&catalog, &AtomicBool::new(false), |_, watch, job| {
            catalog.cancel(job.id, Timestamp::now()).unwrap();
            work_on(&catalog, watch)
        });
        assert_eq!((job.state, job.outcome), (JobState::Cancelled, None));
    }

    #[test]
    fn a_worker_that_is_told_to_stop_gives_its_job_back() {
        let catalog = SqliteCatalog::in_memory().unwrap();
        let is_stopping = AtomicBool::new(false);
        let job = run(&catalog, &is_stopping, |_, watch, _| {
            is_stopping.store(true, Relaxed);
            work_on(&catalog, watch)
        });
        assert_eq!(job.state, JobState::Queued);
    }

    #[test]
    fn a_panic_is_the_failure_of_one_job() {
        let catalog = SqliteCatalog::in_memory().unwrap();
        let job = run(&catalog, &AtomicBool::new(false), |_, _, _| {
            panic!("on purpose")
        });
        assert_eq!(job.state, JobState::Failed);
        assert!(job.outcome.unwrap().contains("fault"));
    }

    #[test]
    fn what_may_pass_is_tried_later_and_what_is_busy_costs_no_attempt() {
        let catalog = SqliteCatalog::in_memory().unwrap();
        let never = AtomicBool::new(false);
        let job = run(&catalog, &never, |_, _, _| {
            Err(Failure::Busy("index".into()))
        });
        let left = |job: &Job| job.max_attempts - job.n_attempts;
        assert_eq!((job.state, left(&job)), (JobState::Queued, 3));
        assert!(job.run_at > job.updated_at);
        catalog.cancel(job.id, Timestamp::now()).unwrap();
        let job = run(&catalog, &never, |_, _, _| {
            Err(Failure::Passing("disk".into()))
        });
        assert_eq!((job.state, left(&job)), (JobState::Queued, 2));
        assert_eq!(job.outcome.as_deref(), Some("disk"));
        assert_eq!(catalog.jobs(&JobFilter::default(), 9).unwrap().len(), 2);
    }
}
