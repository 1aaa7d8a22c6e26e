//! `trithuc trends emerging`: what emerges in the library.

use reports::{By, EmergingGroups, emerging_groups};
use trends::Hindsight;

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
    /// Judge the definition at each of the last years that can be judged, instead of listing.
    #[arg(long)]
    hindsight: bool,
    #[command(flatten)]
    now: AsOf,
}

/// Lists what emerges, and how the definition did in hindsight.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let year = args.now.year();
    let mut answer = with_library(context, |sources| emerging_groups(sources, args.by, year))?;
    if args.hindsight {
        return print_hindsight(&answer, context);
    }
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

/// A line a year: of the groups that emerged, how many went on growing, and of
/// all others; the same of the highest scores; median growth of both.
fn print_hindsight(answer: &EmergingGroups, context: &Context) -> anyhow::Result<Outcome> {
    let all: Vec<&Hindsight> = (answer.hindsight.iter())
        .chain(&answer.hindsight_before)
        .collect();
    if context.json {
        output::json(&all)?;
        return Ok(Outcome::Done);
    }
    let percent = |part: f64| format!("{:.0} %", 100.0 * part);
    output::line("year  emerged  grew on  others  first 5  first 10  first 20  growth  others")?;
    for seen in all {
        let at = seen
            .at
            .map(|at| at.map_or("–".to_owned(), |at| percent(at.precision)));
        output::line(format!(
            "{}  {:7}  {:>7}  {:>6}  {:>7}  {:>8}  {:>8}  {:6.2}  {:6.2}",
            seen.year,
            seen.n_flagged,
            percent(seen.precision),
            percent(seen.base_rate),
            at[0],
            at[1],
            at[2],
            seen.median_growth[0],
            seen.median_growth[1],
        ))?;
    }
    Ok(Outcome::Done)
}
