//! `trithuc restore`: a data folder from a backup.

use std::{path::PathBuf, time::Instant};

use anyhow::bail;
use serde::Serialize;
use upkeep::{Inventory, restore};

use super::index::bring_up;
use crate::{
    context::Context,
    home::Place,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
    steps::Steps,
};

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The archive that `trithuc backup` wrote.
    file: PathBuf,
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    inventory: Inventory,
    /// Changes put into the index of words.
    applied: u64,
    seconds: f64,
}

/// Restores into the data folder, which must be empty or not there.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let home = context.home()?;
    if let Place::Database(address) = &home.catalogue {
        bail!(Usage(format!(
            "a backup is restored into a data folder, and the catalogue is set to `{address}`; restore without that setting, then move it there with `trithuc migrate-store`"
        )));
    }
    let steps = Steps::new();
    let inventory = restore(&args.file, &context.data, &|what, done, all| {
        steps.say(what, done, all);
    })?;
    steps.end();
    let installation = Installation::open(&home)?;
    let full_text = installation.full_text()?;
    let indexed = bring_up(&installation, &*full_text)?;
    let answer = Answer {
        inventory,
        applied: indexed.applied,
        seconds: start.elapsed().as_secs_f64(),
    };
    if context.json {
        output::json(&answer)?;
    } else {
        output::line(format!(
            "{} records of {} restored to `{}` and made findable in {:.1} s; `trithuc check` compares everything",
            answer.inventory.records,
            answer.inventory.at,
            context.data.display(),
            answer.seconds
        ))?;
    }
    Ok(Outcome::Done)
}
