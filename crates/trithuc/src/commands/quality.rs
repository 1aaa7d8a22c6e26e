//! `trithuc quality`: the six criteria over a library, and what to mend.

use std::collections::BTreeMap;

use duplicates::undecided;
use jiff::Timestamp;
use quality::{
    Criterion, Report, Rule, Scores, Surveyed, Worklist, survey, survey_and_keep, trend,
};
use serde_json::json;

use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to tell of quality.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Judge all records by the six criteria, and keep the result as a point of
    /// the trend.
    Report {
        /// Only records of this collection; nothing is kept then.
        #[arg(long)]
        collection: Option<String>,
    },
    /// The records that fail a rule, worst first.
    List {
        /// Name of the rule: see `trithuc quality rules`.
        rule: String,
        /// Only records of this collection.
        #[arg(long)]
        collection: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// The rules: what each asks, how much it counts, what to do.
    Rules,
    /// The scores of the library over time.
    Trend,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    match command {
        Command::Report { collection } => report(collection.as_deref(), context)?,
        Command::List {
            rule,
            collection,
            limit,
        } => {
            let rule = Rule::find(rule).ok_or_else(|| {
                Usage(format!(
                    "no rule is called `{rule}`; see `trithuc quality rules`"
                ))
            })?;
            list(rule, collection.as_deref(), *limit, context)?;
        }
        Command::Rules => rules(context)?,
        Command::Trend => {
            let installation = Installation::open(&context.home()?)?;
            for point in trend(&*installation.catalog)? {
                if context.json {
                    output::json(&point)?;
                } else {
                    let day = point.at.strftime("%Y-%m-%d").to_string();
                    output::line(score_line(&day, &point.scores))?;
                }
            }
        }
    }
    Ok(Outcome::Done)
}

fn report(collection: Option<&str>, context: &Context) -> anyhow::Result<()> {
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    let duplicates = undecided(catalog)?;
    let now = Timestamp::now();
    let Surveyed { report, .. } = match collection {
        None => survey_and_keep(catalog, duplicates, now)?,
        Some(_) => survey(catalog, collection, duplicates, now)?,
    };
    if let (Some(name), 0) = (collection, report.scores.n_records) {
        let none = format!("collection `{name}` has no records; see the facet `collection`");
        return Err(Usage(none).into());
    }
    if context.json {
        return output::json(&report);
    }
    say(&report)
}

fn say(report: &Report) -> anyhow::Result<()> {
    let names: Vec<String> = Criterion::ALL
        .iter()
        .map(|criterion| format!("{:>10}", criterion.as_str()))
        .collect();
    output::line(format!(
        "{:>8} {:>8} {}",
        "records",
        "overall",
        names.join(" ")
    ))?;
    output::line(score_line("all", &report.scores))?;
    let groups = [&report.types, &report.collections, &report.sources];
    for group in groups {
        groups_lines(group)?;
    }
    output::line("")?;
    for rule in Rule::all() {
        let Some(count) = report.rules.get(rule.id).filter(|count| count.failed > 0) else {
            continue;
        };
        output::line(format!(
            "{:<10} {:<22} {:>8} of {:>8} fail",
            rule.criterion.as_str(),
            rule.id,
            count.failed,
            count.asked
        ))?;
    }
    Ok(())
}

/// A library of single documents has a folder or more for each hundred; all
/// of them are in the JSON.
const SHOWN_GROUPS: usize = 20;

fn groups_lines(groups: &BTreeMap<String, Scores>) -> anyhow::Result<()> {
    let mut groups: Vec<_> = groups.iter().collect();
    groups.sort_by(|a, b| b.1.n_records.cmp(&a.1.n_records).then(a.0.cmp(b.0)));
    for (name, scores) in groups.iter().take(SHOWN_GROUPS) {
        output::line(score_line(name, scores))?;
    }
    match groups.len().saturating_sub(SHOWN_GROUPS) {
        0 => Ok(()),
        more => output::line(format!("  and {more} smaller ones; --json shows all")),
    }
}

fn score_line(name: &str, scores: &Scores) -> String {
    let criteria: Vec<String> = Criterion::ALL
        .iter()
        .map(|criterion| match scores.criteria.get(criterion) {
            Some(score) => format!("{score:>10.1}"),
            None => format!("{:>10}", "-"),
        })
        .collect();
    format!(
        "{:>8} {:>8.1} {}  {name}",
        scores.n_records,
        scores.overall,
        criteria.join(" ")
    )
}

fn list(
    rule: &'static Rule,
    collection: Option<&str>,
    limit: usize,
    context: &Context,
) -> anyhow::Result<()> {
    let installation = Installation::open(&context.home()?)?;
    let catalog = &*installation.catalog;
    let now = Timestamp::now();
    let surveyed = survey(catalog, collection, undecided(catalog)?, now)?;
    let Worklist(entries) = surveyed.worklists.get(rule.id).cloned().unwrap_or_default();
    if !context.json {
        let count = surveyed
            .report
            .rules
            .get(rule.id)
            .copied()
            .unwrap_or_default();
        output::line(format!("{}: {}", rule.id, rule.asks.en))?;
        output::line(format!(
            "{} of {} fail. {}",
            count.failed, count.asked, rule.cure.en
        ))?;
    }
    for entry in entries.iter().take(limit) {
        if context.json {
            output::json(entry)?;
        } else {
            output::line(format!("{:.1}\t{}\t{}", entry.score, entry.id, entry.fault))?;
        }
    }
    Ok(())
}

fn rules(context: &Context) -> anyhow::Result<()> {
    for rule in Rule::all() {
        if context.json {
            output::json(&json!({
                "id": rule.id,
                "criterion": rule.criterion,
                "weight": rule.weight,
                "asks": {"vi": rule.asks.vi, "en": rule.asks.en},
                "cure": {"vi": rule.cure.vi, "en": rule.cure.en},
            }))?;
        } else {
            let (criterion, id) = (rule.criterion.as_str(), rule.id);
            let asks = rule.asks.en;
            output::line(format!("{criterion:<10} {id:<22} {} {asks}", rule.weight))?;
        }
    }
    Ok(())
}
