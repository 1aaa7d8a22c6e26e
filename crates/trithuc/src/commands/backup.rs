//! `trithuc backup`: the whole library in one file.

use std::{path::PathBuf, time::Instant};

use jiff::Timestamp;
use serde::Serialize;
use upkeep::{Inventory, Source, back_up};

use crate::{context::Context, installation::Installation, outcome::Outcome, output, steps::Steps};

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The archive to write, for example `library-2026-11-23.tar.zst`.
    file: PathBuf,
    /// Leave the vectors out: a smaller file, and hours of embedding after a
    /// restore.
    #[arg(long)]
    without_vectors: bool,
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    inventory: Inventory,
    /// Size of the archive.
    packed_bytes: u64,
    seconds: f64,
}

/// Writes the archive, and reads it again.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let installation = Installation::open(&context.home()?)?;
    let source = Source {
        data: &context.data,
        copy_catalogue: &|to| installation.opened.copy_to(to),
        with_vectors: !args.without_vectors,
        at: Timestamp::now(),
    };
    let steps = Steps::new();
    let inventory = back_up(&source, &args.file, &|what, done, all| {
        steps.say(what, done, all);
    })?;
    steps.end();
    let answer = Answer {
        inventory,
        packed_bytes: std::fs::metadata(&args.file)?.len(),
        seconds: start.elapsed().as_secs_f64(),
    };
    if context.json {
        output::json(&answer)?;
    } else {
        output::line(format!(
            "{} records up to change {}, {} files, {} bytes ({} packed), written to `{}` and read again in {:.1} s",
            answer.inventory.records,
            answer.inventory.seq,
            answer.inventory.members,
            answer.inventory.bytes,
            answer.packed_bytes,
            args.file.display(),
            answer.seconds
        ))?;
    }
    Ok(Outcome::Done)
}
