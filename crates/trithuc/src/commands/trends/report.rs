//! `trithuc trends report`: a report on a selection as a file.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use reports::{Language, ReportFormat, ReportOptions, Selection, method_hash, report};
use serde::Serialize;
use trends::StudyOptions;

use super::{AsOf, with_library};
use crate::{
    context::Context,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `trends report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// topic:12; FIELD:VALUE such as field:4 or province:"Cần Thơ"; or a query.
    #[arg(allow_hyphen_values = true)]
    selection: String,
    /// The file to write; its ending is the kind: html, pdf, csv or xlsx.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// vi or en.
    #[arg(long, default_value_t = Language::Vi)]
    lang: Language,
    /// Years to forecast.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    horizon: u16,
    /// The day of the report, `2025-06-30`, by which the unfinished year is
    /// corrected; today when not given.
    #[arg(long, value_name = "DATE")]
    day: Option<jiff::civil::Date>,
    #[command(flatten)]
    now: AsOf,
}

/// What was written.
#[derive(Serialize)]
struct Written {
    file: String,
    format: &'static str,
    bytes: usize,
    stamp: String,
    methods: &'static str,
}

/// Writes the report.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let usage = |error: &dyn std::error::Error| Usage(error.to_string());
    let path = args.output.display();
    let ending = args.output.extension().and_then(|ending| ending.to_str());
    let format: ReportFormat = (ending.unwrap_or_default().parse())
        .map_err(|error: reports::UnknownReportFormat| usage(&error))?;
    let selection: Selection =
        (args.selection.parse()).map_err(|error: reports::InvalidSelection| usage(&error))?;
    let options = ReportOptions {
        language: args.lang,
        study: StudyOptions {
            current_year: args.now.year(),
            horizon: usize::from(args.horizon),
            level: 0.95,
        },
        today: args.day.unwrap_or_else(|| jiff::Zoned::now().date()),
    };
    let made = with_library(context, |sources| report(sources, &selection, &options))?;
    let bytes = made.write(format)?;
    fs::write(&args.output, &bytes).with_context(|| format!("`{path}` cannot be written"))?;
    if context.json {
        output::json(&Written {
            file: path.to_string(),
            format: format.as_str(),
            bytes: bytes.len(),
            stamp: made.stamp,
            methods: method_hash(),
        })?;
    } else {
        output::line(format!("{path}: {} ({} bytes)", made.title, bytes.len()))?;
    }
    Ok(Outcome::Done)
}
