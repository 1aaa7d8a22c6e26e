//! `trithuc worker`: does the jobs that wait, harvests by the clock, and tells
//! what is new for saved searches and trends that are watched.

use std::{
    sync::{Arc, atomic::AtomicBool, atomic::Ordering::Relaxed},
    thread,
};

use catalog::Job;
use server::Settings;

use super::{
    job::{as_json, say},
    serve,
};
use crate::{
    alerting,
    context::Context,
    outcome::{Outcome, Usage},
    output, working,
};

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
    let settings = context.config()?.job_settings()?;
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
    let home = context.home()?;
    let settings_of_alerts = alert_settings(context)?;
    if let Some((settings, base_url)) = settings_of_alerts.clone().filter(|_| !args.once) {
        let library = serve::stores(&home)?;
        alerting::follow(&context.data, library, settings, base_url);
    }
    let tally = working::work(&home, &settings, &is_stopping, args.once, &tell)?;
    if let Some((settings, base_url)) = settings_of_alerts.filter(|_| args.once) {
        let library = serve::stores(&home)?;
        alerting::round(&context.data, &library, &settings, &base_url)?;
    }
    if args.once && tally.n_failed > 0 {
        anyhow::bail!(
            "{} jobs failed; see `trithuc job list --state failed`",
            tally.n_failed
        );
    }
    Ok(Outcome::Done)
}

/// What saved searches and trends are followed by; `None` where the library's
/// address is not set, which letters and messages need, or `interval_s` is 0.
fn alert_settings(context: &Context) -> anyhow::Result<Option<(Settings, String)>> {
    let settings = context.config()?.server.checked();
    let settings = settings.map_err(|error| Usage(error.to_string()))?;
    if settings.alerts.interval_s == 0 {
        return Ok(None);
    }
    let base_url = settings.public_url.clone();
    if base_url.is_none() {
        tracing::warn!(
            "saved searches are not followed here: `public_url` is not set in the file of `--config`"
        );
    }
    Ok(base_url.map(|url| (settings, url)))
}
