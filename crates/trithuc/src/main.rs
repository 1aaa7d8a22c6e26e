//! The one binary: command line, web service and workers.
//!
//! In: arguments, environment, a configuration file. Out: an exit status that
//! scripts can rely on (see [`outcome::Outcome`]) and, with `--json`, one JSON
//! document on standard output.

mod alerting;
mod audited;
mod cli;
mod commands;
mod context;
mod home;
mod indexes;
mod installation;
mod models;
mod outcome;
mod output;
mod steps;
mod vectorising;
mod working;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

/// A tenth of an ingest was the system allocator's bookkeeping (measured with
/// `perf record trithuc ingest`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let matches = cli::Cli::command().get_matches();
    let cli = cli::Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let context = context::Context::from(&cli.global);
    context.start_logging();
    let act = match audited::begun(&matches, &context) {
        Ok(act) => act,
        Err(error) => return outcome::report_failure(&error),
    };
    let ended = context.indexes().and_then(|indexes| {
        indexes::choose(indexes);
        commands::run(cli.command, &context)
    });
    let logged = act.map_or(Ok(()), |act| act.end(&context, &ended));
    match ended.and_then(|outcome| logged.map(|()| outcome)) {
        Ok(outcome) => outcome.into(),
        Err(error) => outcome::report_failure(&error),
    }
}
