//! `trithuc job`: work that runs by itself: asked for, looked at, ended,
//! queued again.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalog::{Job, JobFilter, JobId, JobState};
use jiff::Timestamp;
use jobs::{JobsError, KINDS, Order, enqueue};
use records::{AccessLevel, RecordType};
use serde_json::{Value, json};

use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to do about jobs.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// The newest jobs, newest first.
    List {
        /// Only those in this state: queued, running, done, failed or
        /// cancelled.
        #[arg(long, value_parser = state)]
        state: Option<JobState>,
        /// Only those of this kind.
        #[arg(long, value_parser = KINDS)]
        kind: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
    /// One job.
    Show {
        /// Its number.
        number: u64,
    },
    /// End a job that waits or runs.
    Cancel {
        /// Its number.
        number: u64,
    },
    /// Queue a failed or cancelled job again.
    Retry {
        /// Its number.
        number: u64,
    },
    /// Ask for work; `trithuc worker` or `trithuc serve` does it.
    #[command(subcommand)]
    Add(Add),
}

/// What can be asked for.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Add {
    /// Take in files and folders.
    Ingest {
        /// Files and folders.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Put every record into this collection.
        #[arg(long, value_name = "NAME")]
        collection: Option<String>,
        /// The least secrecy of every record: open, registered or restricted.
        #[arg(long, value_name = "LEVEL")]
        access: Option<AccessLevel>,
        /// Type of the records that do not say theirs.
        #[arg(long = "type", value_name = "TYPE")]
        record_type: Option<RecordType>,
    },
    /// Harvest a source now: see `trithuc source`.
    Harvest {
        /// Its name.
        source: String,
        /// Everything again, not only what changed.
        #[arg(long)]
        full: bool,
    },
    /// Bring the full-text index up to the catalogue.
    Index {
        /// Build it anew.
        #[arg(long)]
        rebuild: bool,
    },
    /// Bring the index of meaning up to the catalogue.
    Vectors {
        /// Build it anew.
        #[arg(long)]
        rebuild: bool,
    },
    /// Judge all records by the six criteria.
    Quality,
    /// Compare all records.
    Duplicates {
        /// The least probability of a pair that is kept, 0 to 1.
        #[arg(long, default_value_t = 0.5)]
        least: f32,
    },
    /// Compare the names of persons and institutions.
    Authorities {
        /// The least strength of a suggestion that is kept, 0 to 1.
        #[arg(long, default_value_t = 0.5)]
        least: f32,
    },
    /// Build the library's topics.
    Topics {
        /// How many; as many as the records ask for without.
        #[arg(long)]
        topics: Option<usize>,
        /// Start of the random directions.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Read again what was set aside.
    Again {
        /// Only from paths or addresses that begin so.
        source: Option<String>,
    },
}

fn state(word: &str) -> Result<JobState, String> {
    JobState::from_word(word).ok_or_else(|| {
        format!("`{word}` is no state; write queued, running, done, failed or cancelled")
    })
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let now = Timestamp::now();
    if let Command::Add(add) = command {
        let installation = Installation::open_or_create(&context.home()?)?;
        let id = queue(&installation, &order(add)?, now)?;
        let job = installation.catalog.job(id)?;
        return tell(job, id.0, context);
    }
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    match command {
        Command::List { state, kind, limit } => {
            let filter = JobFilter {
                state: *state,
                kind: kind.as_deref(),
                before: None,
            };
            let jobs = catalog.jobs(&filter, (*limit).into())?;
            if context.json {
                output::json(&jobs.iter().map(as_json).collect::<Vec<_>>())?;
            } else {
                jobs.iter().try_for_each(say)?;
            }
            Ok(Outcome::Done)
        }
        Command::Show { number } => tell(catalog.job(JobId(*number))?, *number, context),
        Command::Cancel { number } => tell(catalog.cancel(JobId(*number), now)?, *number, context),
        Command::Retry { number } => tell(catalog.retry(JobId(*number), now)?, *number, context),
        Command::Add(_) => unreachable!("dealt with above"),
    }
}

/// Queues an order of the command line.
///
/// # Errors
/// [`Usage`] when it makes no sense.
pub(super) fn queue(
    installation: &Installation,
    order: &Order,
    now: Timestamp,
) -> anyhow::Result<JobId> {
    if let Order::Harvest { source, .. } = order {
        jobs::source(&*installation.catalog, source).map_err(usage)?;
    }
    enqueue(&*installation.catalog, order, None, now).map_err(usage)
}

/// What the caller can mend is bad usage; the rest is a failure.
pub(super) fn usage(error: JobsError) -> anyhow::Error {
    match error {
        JobsError::Invalid { .. } | JobsError::NoSource(_) => Usage(error.to_string()).into(),
        error => error.into(),
    }
}

fn order(add: &Add) -> anyhow::Result<Order> {
    Ok(match add {
        Add::Ingest {
            paths,
            collection,
            access,
            record_type,
        } => Order::Ingest {
            paths: paths
                .iter()
                .map(|path| whole(path))
                .collect::<anyhow::Result<_>>()?,
            collection: collection.clone(),
            access: *access,
            record_type: *record_type,
        },
        Add::Harvest { source, full } => Order::Harvest {
            source: source.clone(),
            full: *full,
        },
        Add::Index { rebuild } => Order::Index { rebuild: *rebuild },
        Add::Vectors { rebuild } => Order::Vectors { rebuild: *rebuild },
        Add::Quality => Order::Quality {},
        Add::Duplicates { least } => Order::Duplicates { least: *least },
        Add::Authorities { least } => Order::Authorities { least: *least },
        Add::Topics { topics, seed } => Order::Topics {
            topics: *topics,
            seed: *seed,
        },
        Add::Again { source } => Order::Again {
            source: source.clone(),
        },
    })
}

/// The worker may run in another folder.
fn whole(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let whole = path
        .canonicalize()
        .with_context(|| format!("path `{shown}` cannot be read; check the spelling"))?;
    let whole = whole.into_os_string().into_string();
    whole.map_err(|_| Usage(format!("path `{shown}` is not UTF-8; rename it")).into())
}

fn tell(job: Option<Job>, number: u64, context: &Context) -> anyhow::Result<Outcome> {
    let job = job.ok_or_else(|| Usage(format!("no job has the number {number}")))?;
    if context.json {
        output::json(&as_json(&job))?;
    } else {
        say(&job)?;
    }
    Ok(Outcome::Done)
}

/// A job as the API shows it, too.
pub(super) fn as_json(job: &Job) -> Value {
    let order: Value = serde_json::from_str(&job.payload).unwrap_or_default();
    let is_done = job.state == JobState::Done;
    let outcome = job.outcome.as_deref();
    let result: Option<Value> = outcome
        .filter(|_| is_done)
        .and_then(|outcome| serde_json::from_str(outcome).ok());
    let reason = outcome.filter(|_| !is_done);
    json!({
        "id": job.id.0,
        "kind": job.kind,
        "state": job.state.as_str(),
        "order": order,
        "asked_by": job.asked_by,
        "attempts": job.n_attempts,
        "cancel_asked": job.is_cancel_asked,
        "done": job.progress.n_done,
        "total": job.progress.n_total,
        "per_second": job.per_second(),
        "message": job.progress.message,
        "result": result,
        "reason": reason,
        "created_at": job.created_at.to_string(),
        "started_at": job.started_at.map(|at| at.to_string()),
        "finished_at": job.finished_at.map(|at| at.to_string()),
    })
}

/// A job on one line.
pub(super) fn say(job: &Job) -> anyhow::Result<()> {
    let subject = serde_json::from_str::<Order>(&job.payload);
    let subject = subject.map(|order| order.subject()).unwrap_or_default();
    let done = match job.progress.n_total {
        Some(total) => format!("{} of {total}", job.progress.n_done),
        None => job.progress.n_done.to_string(),
    };
    let rate = job.per_second();
    let rate = rate.map_or_else(String::new, |rate| format!(" ({rate:.1}/s)"));
    let said = job.outcome.as_deref().or(job.progress.message.as_deref());
    output::line(format!(
        "{:>6} {:<9} {:<10} {subject} {done}{rate} {}",
        job.id.0,
        job.state.as_str(),
        job.kind,
        said.unwrap_or_default()
    ))
}
