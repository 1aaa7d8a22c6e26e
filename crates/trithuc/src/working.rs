//! Workers: the jobs of an installation are taken and done, in `trithuc worker`
//! and inside `trithuc serve`.

mod harvesting;
mod indexing;
mod reading;
mod workshop;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use catalog::{Job, JobQueue, JobState};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use jobs::{Worker, queue_due};
use serde::Deserialize;

use self::workshop::Workshop;
use crate::{home::Home, installation::Installation};

/// How long an idle worker waits before it looks again.
const PAUSE: Duration = Duration::from_secs(2);

/// How often old jobs are looked for.
const SWEEP: Duration = Duration::from_secs(3600);

/// How long `serve` waits for its workers at its end: a batch is written in
/// less.
const GRACE: Duration = Duration::from_secs(30);

/// The part `[jobs]` of the configuration file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct JobSettings {
    /// Workers inside `serve`; 0 when `trithuc worker` runs beside it.
    pub(crate) workers_in_serve: usize,
    /// Seconds after which a job of a worker that says nothing is taken by
    /// another one, 2 to 3600.
    pub(crate) lease_s: u32,
    /// Days for which jobs that ended are kept.
    pub(crate) keep_days: u32,
    /// Folders of the server whose files librarians may have taken in.
    pub(crate) import_folders: Vec<std::path::PathBuf>,
    /// How long personal data is kept: the part `[privacy]`, which workers sweep.
    #[serde(skip)]
    pub(crate) retention: server::Retention,
}

impl Default for JobSettings {
    /// A minute is far longer than a worker is silent (seconds) and short for
    /// the job of one that died; a year holds the comparison with last year's
    /// harvests.
    fn default() -> Self {
        Self {
            workers_in_serve: 1,
            lease_s: 60,
            keep_days: 365,
            import_folders: Vec::new(),
            retention: server::Retention::default(),
        }
    }
}

impl JobSettings {
    /// The settings, if every one makes sense.
    pub(crate) fn checked(self) -> Result<Self, crate::outcome::Usage> {
        let refuse = |name: &str, cure: &str| {
            let text = format!("setting `jobs.{name}` makes no sense; {cure}");
            Err(crate::outcome::Usage(text))
        };
        if self.workers_in_serve > 64 {
            return refuse("workers_in_serve", "set 0 to 64");
        }
        if !(2..=3600).contains(&self.lease_s) {
            return refuse("lease_s", "set 2 to 3600");
        }
        if !(1..=36_500).contains(&self.keep_days) {
            return refuse("keep_days", "set 1 to 36500");
        }
        if self.import_folders.iter().any(|path| !path.is_absolute()) {
            return refuse("import_folders", "write whole paths, such as /srv/nhap");
        }
        Ok(self)
    }
}

/// What a worker did.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) n_done: u64,
    pub(crate) n_failed: u64,
    pub(crate) n_cancelled: u64,
}

/// Takes jobs until it is told to stop, or with `is_once` until none waits.
pub(crate) fn work(
    home: &Home,
    settings: &JobSettings,
    is_stopping: &AtomicBool,
    is_once: bool,
    tell: &dyn Fn(&Job),
) -> anyhow::Result<Tally> {
    let workshop = Workshop::new(Installation::open_or_create(home)?);
    let uploads = Installation::uploads_path(&home.data);
    let queue: &dyn JobQueue = &*workshop.installation.catalog;
    let worker = Worker {
        queue,
        now: &Timestamp::now,
        lease: SignedDuration::from_secs(settings.lease_s.into()),
        is_stopping,
    };
    let zone = TimeZone::system();
    let mut tally = Tally::default();
    let mut swept: Option<Instant> = None;
    while !worker.is_stopping() {
        let now = Timestamp::now();
        if swept.is_none_or(|at| at.elapsed() > SWEEP) {
            let kept = SignedDuration::from_hours(24 * i64::from(settings.keep_days));
            queue.forget_ended(now - kept)?;
            let catalogue = &workshop.installation.catalog;
            let gone = server::sweep(catalogue, Some(&uploads), &settings.retention, now)?;
            tracing::info!(?gone, "personal data was swept");
            swept = Some(Instant::now());
        }
        queue_due(&*workshop.installation.catalog, queue, &zone, now)?;
        let ran = worker.run_next(|order, watch, _| workshop.perform(order, watch));
        match ran? {
            Some(job) => {
                tally.count(job.state);
                tell(&job);
            }
            None if is_once => break,
            None => {
                workshop.catch_up();
                rest(is_stopping);
            }
        }
    }
    Ok(tally)
}

impl Tally {
    fn count(&mut self, state: JobState) {
        match state {
            JobState::Done => self.n_done += 1,
            JobState::Failed => self.n_failed += 1,
            JobState::Cancelled => self.n_cancelled += 1,
            JobState::Queued | JobState::Running => {}
        }
    }
}

fn rest(is_stopping: &AtomicBool) {
    let until = Instant::now() + PAUSE;
    while Instant::now() < until && !is_stopping.load(Relaxed) {
        thread::sleep(Duration::from_millis(100));
    }
}

/// Workers on threads of their own, until they are dismissed.
pub(crate) struct Staff {
    is_stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Staff {
    /// Nobody.
    pub(crate) fn none() -> Self {
        Self {
            is_stopping: Arc::default(),
            threads: Vec::new(),
        }
    }

    /// Starts as many workers as the settings say.
    pub(crate) fn hire(home: &Home, settings: &JobSettings) -> Self {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let worker = |_| {
            let (home, settings) = (home.clone(), settings.clone());
            let is_stopping = is_stopping.clone();
            thread::spawn(move || {
                while !is_stopping.load(Relaxed) {
                    if let Err(error) = work(&home, &settings, &is_stopping, false, &|_| {}) {
                        let error = records::with_causes(error.as_ref());
                        tracing::error!(error, "a worker broke off; it begins again");
                        rest(&is_stopping);
                    }
                }
            })
        };
        let threads = (0..settings.workers_in_serve).map(worker).collect();
        Self {
            is_stopping,
            threads,
        }
    }

    /// Has the workers give their jobs back, and waits a while for them.
    pub(crate) fn dismiss(self) {
        self.is_stopping.store(true, Relaxed);
        let until = Instant::now() + GRACE;
        let is_working = || self.threads.iter().any(|thread| !thread.is_finished());
        while is_working() && Instant::now() < until {
            thread::sleep(Duration::from_millis(50));
        }
    }
}
