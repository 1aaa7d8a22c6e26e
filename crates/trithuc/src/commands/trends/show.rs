//! `trithuc trends show`: a topic, a group or a query over the years.

use records::{ChangeSeq, Lang};
use reports::{Material, Selection, correct, gather, lags};
use serde::Serialize;
use trends::{Study, StudyOptions};

use super::{AsOf, with_library};
use crate::{
    context::Context,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `trends show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// topic:12; FIELD:VALUE such as field:4, province:"Cần Thơ",
    /// institution:…, type:patent, venue:…, language:en; or a query.
    #[arg(allow_hyphen_values = true)]
    selection: String,
    /// Years to forecast.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    horizon: u16,
    #[command(flatten)]
    now: AsOf,
}

/// The answer as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    selection: String,
    names: &'a Option<[String; 2]>,
    n_records: u64,
    n_without_year: u64,
    #[serde(flatten)]
    study: &'a Study,
    lags: Vec<reports::TypeLag>,
    notices: &'a [String],
    catalogue_seq: ChangeSeq,
}

/// Studies one selection.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let selection: Selection = args
        .selection
        .parse()
        .map_err(|error: reports::InvalidSelection| Usage(error.to_string()))?;
    let options = StudyOptions {
        current_year: args.now.year(),
        horizon: usize::from(args.horizon),
        level: 0.95,
    };
    let (material, study) = with_library(context, |sources| {
        let material = gather(sources, &selection, &Lang::vi())?;
        let mut study = Study::of(&material.series, &options);
        correct(sources, &mut study, jiff::Zoned::now().date())?;
        Ok((material, study))
    })?;
    let lags = lags(&material, options.current_year);
    if context.json {
        output::json(&Answer {
            selection: material.selection.to_string(),
            names: &material.topic_names,
            n_records: material.n_records,
            n_without_year: material.n_without_year,
            study: &study,
            lags,
            notices: &material.notices,
            catalogue_seq: material.seq,
        })?;
        return Ok(Outcome::Done);
    }
    print_counts(&material, &study)?;
    print_findings(&study)?;
    for lag in lags {
        output::line(lag.to_string())?;
    }
    print_forecast(&study)?;
    Ok(Outcome::Done)
}

fn print_counts(material: &Material, study: &Study) -> anyhow::Result<()> {
    let name = match &material.topic_names {
        Some([vi, _]) => format!("{} ({vi})", material.selection),
        None => material.selection.to_string(),
    };
    output::line(format!(
        "{name}: {} records, {} without a year (complete up to {})",
        material.n_records, material.n_without_year, study.last_complete_year
    ))?;
    for notice in &material.notices {
        output::line(format!("  {notice}"))?;
    }
    let highest = study.counts.iter().copied().fold(1.0, f64::max);
    for ((year, count), share) in study.years.iter().zip(&study.counts).zip(&study.shares) {
        let bar = "█".repeat((count / highest * 40.0).round() as usize);
        let percent = 100.0 * share;
        output::line(format!("  {year}  {count:>6}  {percent:>5.1} %  {bar}"))?;
    }
    for open in &study.unfinished {
        let why = if open.is_future {
            "in the future"
        } else {
            "unfinished"
        };
        let (year, count) = (open.year, open.count);
        output::line(format!("  {year}  {count:>6}  {why}, left out"))?;
        if let Some(whole) = open.corrected {
            output::line(format!(
                "  {year}  {:>6.0}  [{:.0}, {:.0}] a year from now, as records arrived in {} past years ({:.0} % by this day)",
                whole.mean,
                whole.lower,
                whole.upper,
                whole.n_years,
                100.0 * whole.arrived
            ))?;
        }
    }
    if let Some(refused) = &study.correction_refused {
        output::line(format!("  not corrected: {refused}"))?;
    }
    Ok(())
}

fn print_findings(study: &Study) -> anyhow::Result<()> {
    for year in &study.outliers {
        output::line(format!(
            "{year} stands far above its neighbours: look at its records; the forecast leaves it out"
        ))?;
    }
    if let Some(growth) = study.growth {
        output::line(format!(
            "growth {}–{}: {:+.1} % a year, share {:+.1} %",
            growth.from,
            growth.until,
            100.0 * growth.per_year,
            100.0 * growth.share_per_year
        ))?;
    }
    for burst in &study.bursts {
        let (from, until, weight) = (burst.from, burst.until, burst.weight);
        output::line(format!("burst {from}–{until} (weight {weight:.1})"))?;
    }
    for change in &study.change_points {
        output::line(format!(
            "change in {}: share {:.1} % → {:.1} %",
            change.year,
            100.0 * change.before,
            100.0 * change.after
        ))?;
    }
    match (&study.s_curve, &study.s_curve_refused) {
        (Some(curve), _) => output::line(format!(
            "S-curve: {:?}, {:.0} % of a ceiling of {:.0}, midpoint {:.0}, explains {:.1} %",
            curve.stage,
            100.0 * curve.reached,
            curve.ceiling,
            curve.midpoint,
            100.0 * curve.r_squared
        )),
        (None, Some(refused)) => output::line(format!("S-curve: none, {refused}")),
        (None, None) => Ok(()),
    }
}

fn print_forecast(study: &Study) -> anyhow::Result<()> {
    if let Some(refused) = &study.forecast_refused {
        output::line(format!("forecast: none, {refused}"))?;
    }
    let Some(forecast) = &study.forecast else {
        return Ok(());
    };
    super::print_forecast_head("forecast", forecast)?;
    for (year, step) in (study.last_complete_year + 1..).zip(&forecast.steps) {
        output::line(format!(
            "  {year}  {:>8.1}  [{:.1}, {:.1}]",
            step.mean, step.lower, step.upper
        ))?;
    }
    Ok(())
}
