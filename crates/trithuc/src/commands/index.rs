//! `trithuc index`: brings the derived indexes up to the catalogue, or builds
//! them anew beside the old ones, which serve until the new ones stand.

use std::time::Instant;

use clap::ValueEnum;
use index::FullTextStore;
use ingest::{Indexed, Indexer};
use serde::Serialize;

use crate::{context::Context, installation::Installation, outcome::Outcome, output};

/// Arguments of `index`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Build anew from the catalogue instead of adding what is missing.
    #[arg(long)]
    rebuild: bool,
    /// Only this index.
    #[arg(long, value_enum)]
    only: Option<Only>,
}

/// An index that can be built alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Fulltext,
}

#[derive(Serialize)]
struct Answer {
    applied: u64,
    seq: u64,
    seconds: f64,
}

/// Brings the indexes up to date.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let installation = Installation::open(&context.data)?;
    let indexed = if args.rebuild {
        rebuild(&installation)?
    } else {
        let full_text = installation.full_text()?;
        bring_up(&installation, &*full_text)?
    };
    let answer = Answer {
        applied: indexed.applied,
        seq: indexed.seq.0,
        seconds: start.elapsed().as_secs_f64(),
    };
    if context.json {
        output::json(&answer)?;
    } else {
        output::line(format!(
            "{} changes applied in {:.1} s; the full-text index stands at change {}",
            answer.applied, answer.seconds, answer.seq
        ))?;
    }
    Ok(Outcome::Done)
}

fn bring_up(installation: &Installation, full_text: &dyn FullTextStore) -> anyhow::Result<Indexed> {
    Ok(Indexer::new(&*installation.catalog, full_text)?.finish()?)
}

fn rebuild(installation: &Installation) -> anyhow::Result<Indexed> {
    let fresh = installation.begin_rebuild()?;
    let indexed = bring_up(installation, &fresh)?;
    fresh.publish()?;
    Ok(indexed)
}
