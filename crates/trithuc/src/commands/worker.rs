//! `trithuc worker`: does the jobs that wait, and harvests by the clock.

use std::{
    sync::{Arc, atomic::AtomicBool, atomic::Ordering::Relaxed},
    thread,
};

use catalog::Job;

use super::job::{as_json, say};
use crate::{context::Context, outcome::Outcome, output, working};

/// Arguments of `worker`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Do what waits, then end; status 1 when a job failed.
    #[arg(long)]
    once: bool,
}

/// Works until it is told to stop (Ctrl-C, SIGTERM): the job under way goes
/// back to the queue then.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let settings = context.config()?.jobs.checked()?;
    let is_stopping = Arc::new(AtomicBool::new(false));
    let told = is_stopping.clone();
    thread::spawn(move || {
        server::wait_for_stop();
        told.store(true, Relaxed);
    });
    let as_lines = context.json;
    let tell = |job: &Job| {
        let said = match as_lines {
            true => output::json(&as_json(job)),
            false => say(job),
        };
        if let Err(error) = said {
            tracing::warn!(%error, "a job is done, but cannot be told of");
        }
    };
    let tally = working::work(&context.data, &settings, &is_stopping, args.once, &tell)?;
    if args.once && tally.n_failed > 0 {
        anyhow::bail!(
            "{} jobs failed; see `trithuc job list --state failed`",
            tally.n_failed
        );
    }
    Ok(Outcome::Done)
}
