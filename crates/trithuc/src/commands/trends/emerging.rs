//! `trithuc trends emerging`: what emerges in the library.

use reports::{By, emerging_groups};

use super::{AsOf, with_library};
use crate::{context::Context, outcome::Outcome, output};

/// Arguments of `trends emerging`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the records are grouped by: topic, keyword, field, institution,
    /// province, venue, type or language.
    #[arg(long, default_value_t = By::Keyword)]
    by: By,
    /// How many groups to list.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    now: AsOf,
}

/// Lists what emerges, and how the definition did in hindsight.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let year = args.now.year();
    let mut answer = with_library(context, |sources| emerging_groups(sources, args.by, year))?;
    answer.emerging.truncate(args.limit);
    if context.json {
        output::json(&answer)?;
        return Ok(Outcome::Done);
    }
    if answer.emerging.is_empty() {
        output::line(format!(
            "none of {} groups by {} emerges up to {}",
            answer.n_groups, answer.by, answer.last_complete_year
        ))?;
    }
    for group in &answer.emerging {
        let found = &group.found;
        let name = if args.by == By::Topic {
            format!("{}  {}", group.selection, group.names[0])
        } else {
            group.names[0].clone()
        };
        output::line(format!(
            "{:5.2}  {} → {}  {name}",
            found.score, found.before, found.recent
        ))?;
    }
    if let Some(seen) = answer.hindsight {
        output::line(format!(
            "in hindsight, {}: {:.0} % of {} went on growing (all others: {:.0} %)",
            seen.year,
            100.0 * seen.precision,
            seen.n_flagged,
            100.0 * seen.base_rate
        ))?;
    }
    Ok(Outcome::Done)
}
