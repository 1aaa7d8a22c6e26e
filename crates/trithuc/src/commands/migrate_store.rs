//! `trithuc migrate-store`: the catalogue from one database into another.

use std::{path::PathBuf, time::Instant};

use anyhow::bail;
use catalog::{Copied, PostgresAddress};
use serde::Serialize;

use crate::{
    context::{Context, read_address},
    home::{AddressText, Place},
    outcome::{Outcome, Usage},
    output,
    steps::Steps,
};

/// Arguments of `migrate-store`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The catalogue that is there: a file, or
    /// `postgres://USER@HOST/DATABASE`.
    #[arg(long, value_name = "FILE|ADDRESS")]
    from: AddressText,
    /// Where it shall be: a file that is not there yet, or an empty database.
    #[arg(long, value_name = "FILE|ADDRESS")]
    to: AddressText,
}

#[derive(Serialize)]
struct Answer {
    from: String,
    to: String,
    /// The newest change, on both sides.
    seq: u64,
    records: u64,
    #[serde(flatten)]
    copied: Copied,
    seconds: f64,
}

/// Copies, reads the copy again, and says what is proved to be the same.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let (from, to) = (place(&args.from)?, place(&args.to)?);
    if let Place::File(path) = &from
        && !path.exists()
    {
        bail!(Usage(format!(
            "there is no catalogue `{}`; it lies in the data folder as `catalogue.sqlite`",
            path.display()
        )));
    }
    let (source, target) = (from.open()?, to.open()?);
    let steps = Steps::new();
    let copied = source.copy_into(&target, &|table, n_rows| steps.say(table, n_rows, n_rows))?;
    steps.end();
    target.verify()?;
    let status = target.shared().status()?;
    let answer = Answer {
        from: from.to_string(),
        to: to.to_string(),
        seq: status.seq.0,
        records: status.n_records,
        copied,
        seconds: start.elapsed().as_secs_f64(),
    };
    if context.json {
        output::json(&answer)?;
    } else {
        show(&answer)?;
    }
    Ok(Outcome::Done)
}

fn place(text: &AddressText) -> Result<Place, Usage> {
    Ok(match PostgresAddress::is_one(&text.0) {
        true => Place::Database(Box::new(read_address(&text.0)?)),
        false => Place::File(PathBuf::from(&text.0)),
    })
}

fn show(answer: &Answer) -> anyhow::Result<()> {
    for table in &answer.copied.tables {
        output::line(format!(
            "{:>12} {:<16} {}",
            table.n_rows,
            table.name,
            &table.blake3[..16]
        ))?;
    }
    output::line(format!(
        "{} records up to change {} are in `{}` as they were in `{}`: every row was read again ({:.1} s)",
        answer.records, answer.seq, answer.to, answer.from, answer.seconds
    ))?;
    output::line(
        "indexes go on as they are: set `catalogue` in the configuration to the new address",
    )
}
