//! `trithuc trends show` and `trends emerging`: the installation's own records
//! over the years.

use anyhow::{Context as _, bail};
use catalog::{CatalogStore, Detail, SqliteCatalog, WhatChanged};
use records::{ChangeSeq, Clearance};
use serde::Serialize;
use trends::{
    Burst, CountSeries, CountTable, Dimension, Emerging, Forecast, ForecastOptions, Hindsight,
    SCurve, WINDOW,
};

use crate::{
    context::Context,
    outcome::{Outcome, Usage},
    output,
};

/// Records read at a time.
const CHUNK: usize = 2_000;

/// Arguments of `trends show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// What to show, as DIMENSION:NAME: field:4, province:"Cần Thơ",
    /// keyword:"xâm nhập mặn", institution:…, type:patent, venue:…, language:en.
    group: String,
    /// Years to forecast.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    horizon: u16,
    #[command(flatten)]
    now: AsOf,
}

/// Arguments of `trends emerging`.
#[derive(Debug, clap::Args)]
pub(crate) struct EmergingArgs {
    /// What the records are grouped by.
    #[arg(long, default_value = "keyword", value_parser = dimension)]
    by: Dimension,
    /// How many groups to list.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    now: AsOf,
}

/// The year that is still open.
#[derive(Debug, clap::Args)]
struct AsOf {
    /// The current year, whose records are still coming in and which is left
    /// out of every calculation (default: by the clock).
    #[arg(long, value_name = "YEAR")]
    current_year: Option<i32>,
}

impl AsOf {
    fn last_complete_year(&self) -> i32 {
        let current = self
            .current_year
            .unwrap_or_else(|| i32::from(jiff::Zoned::now().year()));
        current - 1
    }
}

fn dimension(word: &str) -> Result<Dimension, String> {
    Dimension::parse(word).ok_or_else(|| {
        let known: Vec<_> = Dimension::ALL.iter().map(|d| d.as_str()).collect();
        format!("`{word}` is no dimension; use one of {}", known.join(", "))
    })
}

/// The answer of `trends show`.
#[derive(Serialize)]
struct Shown {
    dimension: &'static str,
    group: String,
    years: Vec<i32>,
    counts: Vec<f64>,
    shares: Vec<f64>,
    last_complete_year: i32,
    unfinished: Vec<UnfinishedYear>,
    bursts: Vec<Burst>,
    s_curve: Option<SCurve>,
    s_curve_refused: Option<String>,
    forecast: Option<Forecast>,
    forecast_refused: Option<String>,
    catalogue_seq: ChangeSeq,
}

/// A year that is not over.
#[derive(Serialize)]
struct UnfinishedYear {
    year: i32,
    count: f64,
}

/// The answer of `trends emerging`.
#[derive(Serialize)]
struct EmergingAnswer {
    dimension: &'static str,
    last_complete_year: i32,
    emerging: Vec<Emerging>,
    hindsight: Option<Hindsight>,
    catalogue_seq: ChangeSeq,
}

/// Runs `trends show`.
pub(crate) fn show(args: &ShowArgs, context: &Context) -> anyhow::Result<Outcome> {
    let Some((word, name)) = args.group.split_once(':') else {
        bail!(Usage(format!(
            "`{}` is not DIMENSION:NAME, for example field:4",
            args.group
        )));
    };
    let dimension = dimension(word).map_err(Usage)?;
    let (table, seq) = count(dimension, context)?;
    let name = name.trim();
    let series = table
        .series(name)
        .with_context(|| unknown_group(&table, word, name))?;
    let shown = describe(dimension, name, &series, args, seq);
    if context.json {
        output::json(&shown)?;
    } else {
        print_shown(&shown)?;
    }
    Ok(Outcome::Done)
}

fn unknown_group(table: &CountTable, word: &str, name: &str) -> String {
    let folded = text::fold(name);
    let near: Vec<_> = table
        .groups()
        .filter(|group| text::fold(group).contains(&folded))
        .take(5)
        .collect();
    if near.is_empty() {
        format!("no record has {word} `{name}`; see the facets of `trithuc search` for the names")
    } else {
        format!(
            "no record has {word} `{name}`; did you mean `{}`?",
            near.join("`, `")
        )
    }
}

fn describe(
    dimension: Dimension,
    name: &str,
    series: &CountSeries,
    args: &ShowArgs,
    catalogue_seq: ChangeSeq,
) -> Shown {
    let last = args.now.last_complete_year();
    let complete = series.until(last).unwrap_or(CountSeries {
        first_year: last + 1,
        counts: Vec::new(),
        totals: Vec::new(),
    });
    let options = ForecastOptions {
        horizon: usize::from(args.horizon),
        level: 0.95,
        periods_per_year: 1,
        counts: true,
    };
    let (s_curve, s_curve_refused) = either(trends::s_curve(complete.first_year, &complete.counts));
    let (forecast, forecast_refused) = either(trends::forecast(&complete.counts, &options));
    let beyond = (series.first_year..)
        .zip(&series.counts)
        .filter(|(year, _)| *year > last);
    Shown {
        dimension: dimension.as_str(),
        group: name.to_owned(),
        years: (complete.first_year..=complete.last_year()).collect(),
        shares: complete.shares(),
        bursts: trends::bursts(&complete),
        counts: complete.counts,
        last_complete_year: last,
        unfinished: beyond
            .map(|(year, count)| UnfinishedYear {
                year,
                count: *count,
            })
            .collect(),
        s_curve,
        s_curve_refused,
        forecast,
        forecast_refused,
        catalogue_seq,
    }
}

fn either<T, E: ToString>(result: Result<T, E>) -> (Option<T>, Option<String>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(refused) => (None, Some(refused.to_string())),
    }
}

fn print_shown(shown: &Shown) -> anyhow::Result<()> {
    output::line(format!(
        "{}:{}  (complete up to {})",
        shown.dimension, shown.group, shown.last_complete_year
    ))?;
    let highest = shown.counts.iter().copied().fold(1.0, f64::max);
    for ((year, count), share) in shown.years.iter().zip(&shown.counts).zip(&shown.shares) {
        let bar = "█".repeat((count / highest * 40.0).round() as usize);
        output::line(format!(
            "  {year}  {count:>6}  {:>5.1} %  {bar}",
            100.0 * share
        ))?;
    }
    for open in &shown.unfinished {
        output::line(format!(
            "  {}  {:>6}  unfinished, left out",
            open.year, open.count
        ))?;
    }
    for burst in &shown.bursts {
        output::line(format!(
            "burst {}–{} (weight {:.1})",
            burst.from, burst.until, burst.weight
        ))?;
    }
    match (&shown.s_curve, &shown.s_curve_refused) {
        (Some(curve), _) => output::line(format!(
            "S-curve: {:?}, {:.0} % of a ceiling of {:.0}, midpoint {:.0}, explains {:.1} %",
            curve.stage,
            100.0 * curve.reached,
            curve.ceiling,
            curve.midpoint,
            100.0 * curve.r_squared
        ))?,
        (None, refused) => output::line(format!("S-curve: none, {}", reason(refused)))?,
    }
    match (&shown.forecast, &shown.forecast_refused) {
        (Some(forecast), _) => {
            super::print_forecast_head("forecast", forecast)?;
            for (i, step) in forecast.steps.iter().enumerate() {
                output::line(format!(
                    "  {}  {:>8.1}  [{:.1}, {:.1}]",
                    shown.last_complete_year + 1 + i32::try_from(i)?,
                    step.mean,
                    step.lower,
                    step.upper
                ))?;
            }
        }
        (None, refused) => output::line(format!("forecast: none, {}", reason(refused)))?,
    }
    Ok(())
}

fn reason(refused: &Option<String>) -> &str {
    refused.as_deref().unwrap_or("no reason given")
}

/// Runs `trends emerging`.
pub(crate) fn list_emerging(args: &EmergingArgs, context: &Context) -> anyhow::Result<Outcome> {
    let (table, catalogue_seq) = count(args.by, context)?;
    let last = args.now.last_complete_year();
    let complete = || {
        table
            .groups()
            .filter_map(|group| Some((group, table.series(group)?.until(last)?)))
    };
    let mut emerging: Vec<Emerging> = complete()
        .filter_map(|(group, series)| trends::emerging(group, &series))
        .collect();
    emerging.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.group.cmp(&b.group))
    });
    emerging.truncate(args.limit);
    let answer = EmergingAnswer {
        dimension: args.by.as_str(),
        last_complete_year: last,
        emerging,
        hindsight: trends::hindsight(complete(), last - i32::try_from(WINDOW)?),
        catalogue_seq,
    };
    if context.json {
        output::json(&answer)?;
        return Ok(Outcome::Done);
    }
    if answer.emerging.is_empty() {
        output::line(format!("no {} emerges up to {last}", answer.dimension))?;
    }
    for found in &answer.emerging {
        output::line(format!(
            "{:5.2}  {} → {}  {}",
            found.score, found.before, found.recent, found.group
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

/// Counts the whole catalogue; also the change up to which it was read.
fn count(dimension: Dimension, context: &Context) -> anyhow::Result<(CountTable, ChangeSeq)> {
    let path = context.data.join("catalogue.sqlite");
    if !path.exists() {
        bail!(
            "`{}` holds no catalogue; run `trithuc ingest` first or name the folder with --data",
            context.data.display()
        );
    }
    let catalogue = SqliteCatalog::open(&path)?;
    let mut table = CountTable::new(dimension);
    let mut at = ChangeSeq::ZERO;
    loop {
        let read = catalogue.changes(at, CHUNK, Clearance::Staff, Detail::Summary)?;
        for change in &read.changes {
            if let WhatChanged::Upsert(stored) = &change.what {
                table.add(&stored.record);
            }
        }
        at = read.up_to;
        if read.is_last {
            return Ok((table, at));
        }
    }
}
