//! `trithuc source`: repositories that are harvested by the clock.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalog::CatalogStore;
use jiff::{Timestamp, tz::TimeZone};
use jobs::{Order, Source, SourceState, due_at, n_aside, parse_every, shown_every};
use records::AccessLevel;
use serde_json::{Value, json};

use super::job::{queue, usage};
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to do about sources.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Add a source, or change the one of this name. `trithuc worker` and
    /// `trithuc serve` harvest it when it is due.
    Add(Add),
    /// The sources: when each is due, how the last harvest went.
    List,
    /// Harvest no more from here; what was harvested stays.
    Remove {
        /// Its name.
        name: String,
    },
    /// Leave a source alone for now.
    Pause {
        /// Its name.
        name: String,
    },
    /// Take a paused source up again.
    Resume {
        /// Its name.
        name: String,
    },
    /// Harvest a source as soon as a worker is free.
    Run {
        /// Its name.
        name: String,
        /// Everything again, not only what changed.
        #[arg(long)]
        full: bool,
    },
}

/// Arguments of `source add`.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// What to call it: letters a-z, digits and -.
    name: String,
    /// Base URL of the repository, as in `https://example.vn/oai`.
    url: String,
    /// Format to harvest: oai_dc, marcxml, oai_datacite…
    #[arg(long, default_value = "oai_dc", value_name = "PREFIX")]
    prefix: String,
    /// Only this set of the repository.
    #[arg(long, value_name = "SET")]
    set: Option<String>,
    /// Put every record into this collection.
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// The least secrecy of every record: open, registered or restricted.
    #[arg(long, value_name = "LEVEL")]
    access: Option<AccessLevel>,
    /// From one harvest to the next: 30m, 6h, 1d, 2w.
    #[arg(long, default_value = "1d", value_name = "INTERVAL")]
    every: String,
    /// At this time of day, where the server stands: 02:30.
    #[arg(long, value_name = "HH:MM")]
    at: Option<String>,
    /// Certificates (PEM) to trust the repository by instead of the system's.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let now = Timestamp::now();
    if let Command::Add(add) = command {
        let installation = Installation::open_or_create(&context.home()?)?;
        let catalog = &*installation.catalog;
        let source = wanted(catalog, add, now)?;
        jobs::store(catalog, &source, now).map_err(usage)?;
        return show(catalog, &source.name, context);
    }
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    match command {
        Command::Add(_) => unreachable!("dealt with above"),
        Command::List => list(catalog, context)?,
        Command::Remove { name } => jobs::remove(catalog, name, now).map_err(usage)?,
        Command::Pause { name } => return set_paused(catalog, name, true, context),
        Command::Resume { name } => return set_paused(catalog, name, false, context),
        Command::Run { name, full } => {
            let order = Order::Harvest {
                source: name.clone(),
                full: *full,
            };
            let id = queue(&installation, &order, now)?;
            match context.json {
                true => output::json(&json!({ "job": id.0 }))?,
                false => output::line(format!(
                    "job {id}: done by `trithuc serve`, or by `trithuc worker --once`"
                ))?,
            }
        }
    }
    Ok(Outcome::Done)
}

/// The source as it is asked for; one that is there keeps its beginnings.
fn wanted(catalog: &dyn CatalogStore, add: &Add, now: Timestamp) -> anyhow::Result<Source> {
    let known = jobs::source(catalog, &add.name).ok();
    let ca = add.ca.as_deref().map(|path| {
        read_certificates(Some(path))?;
        let whole = path.canonicalize();
        whole.with_context(|| format!("`{}` cannot be read", path.display()))
    });
    let source = Source {
        name: add.name.clone(),
        url: add.url.clone(),
        prefix: add.prefix.clone(),
        set: add.set.clone(),
        collection: add.collection.clone(),
        access: add.access,
        every_minutes: parse_every(&add.every).map_err(usage)?,
        at: add.at.clone(),
        ca: ca.transpose()?,
        is_paused: known.as_ref().is_some_and(|(source, _)| source.is_paused),
        created_at: known.map_or(now, |(source, _)| source.created_at),
    };
    source.check().map_err(usage)?;
    Ok(source)
}

/// Certificates in a PEM file.
///
/// # Errors
/// [`Usage`] when it cannot be read.
pub(crate) fn read_certificates(path: Option<&Path>) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(path) = path else {
        return Ok(None);
    };
    let read = std::fs::read(path);
    let read = read.map_err(|error| Usage(format!("--ca `{}`: {error}", path.display())));
    Ok(Some(read?))
}

fn set_paused(
    catalog: &dyn CatalogStore,
    name: &str,
    is_paused: bool,
    context: &Context,
) -> anyhow::Result<Outcome> {
    let (source, _) = jobs::source(catalog, name).map_err(usage)?;
    let source = Source {
        is_paused,
        ..source
    };
    jobs::store(catalog, &source, Timestamp::now())?;
    show(catalog, name, context)
}

fn show(catalog: &dyn CatalogStore, name: &str, context: &Context) -> anyhow::Result<Outcome> {
    let (source, state) = jobs::source(catalog, name).map_err(usage)?;
    match context.json {
        true => output::json(&as_json(catalog, &source, &state)?)?,
        false => say(&source, &state)?,
    }
    Ok(Outcome::Done)
}

fn list(catalog: &dyn CatalogStore, context: &Context) -> anyhow::Result<()> {
    let sources = jobs::sources(catalog)?;
    if context.json {
        let sources = sources.iter();
        let answers = sources.map(|(source, state)| as_json(catalog, source, state));
        return output::json(&answers.collect::<anyhow::Result<Vec<_>>>()?);
    }
    sources
        .iter()
        .try_for_each(|(source, state)| say(source, state))
}

fn as_json(
    catalog: &dyn CatalogStore,
    source: &Source,
    state: &SourceState,
) -> anyhow::Result<Value> {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(json!({
        "name": source.name,
        "url": source.url,
        "prefix": source.prefix,
        "set": source.set,
        "collection": source.collection,
        "access": source.access,
        "every": shown_every(source.every_minutes),
        "at": source.at,
        "paused": source.is_paused,
        "due_at": moment(due_at(source, state, &TimeZone::system())),
        "started_at": moment(state.started_at),
        "ended_at": moment(state.ended_at),
        "failures": state.n_failures,
        "error": state.error,
        "last": state.last,
        "set_aside": n_aside(catalog, &source.url)?,
    }))
}

fn say(source: &Source, state: &SourceState) -> anyhow::Result<()> {
    let due = match due_at(source, state, &TimeZone::system()) {
        None => "paused".to_owned(),
        Some(at) => format!("due {}", at.strftime("%Y-%m-%d %H:%M UTC")),
    };
    let last = match (&state.error, &state.last) {
        (Some(error), _) => format!("failed {} times: {error}", state.n_failures),
        (None, Some(last)) => format!(
            "{} seen, {} added, {} updated, {} deleted, {} set aside",
            last.seen, last.added, last.updated, last.deleted, last.set_aside
        ),
        (None, None) => "not harvested yet".to_owned(),
    };
    output::line(format!(
        "{:<16} every {:<4} {due:<24} {}\n{:<16} {last}",
        source.name,
        shown_every(source.every_minutes),
        source.url,
        ""
    ))
}
