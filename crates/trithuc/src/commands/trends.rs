//! `trithuc trends …`: forecasts of series in a file, and the installation's
//! own records over the years.

use std::{collections::BTreeMap, fs::File, path::PathBuf, sync::Arc};

use anyhow::{Context as _, bail};
use authorities::Register;
use clap::{Subcommand, ValueEnum};
use records::Clearance;
use reports::{GatherError, Sources};
use serde::Serialize;
use trends::{Forecast, ForecastOptions};

use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

mod alerts;
mod emerging;
mod period;
mod report;
mod show;

use period::Moment;

/// What can be asked of series.
#[derive(Debug, Subcommand)]
pub(crate) enum Trends {
    /// Forecast each series of a CSV file with columns series, period, value.
    Forecast(ForecastArgs),
    /// Counts, growth, bursts, S-curve and forecast of a topic, a group, or what a query finds.
    Show(show::Args),
    /// A report on a topic, a group or a query: HTML, PDF, CSV or XLSX.
    Report(report::Args),
    /// Groups that emerge, by a written definition, with its score in hindsight.
    Emerging(emerging::Args),
    /// What deserves a look in the last complete year: bursts, missed forecasts, new topics, new entrants.
    Alerts(alerts::Args),
}

/// Arguments of `trends forecast`.
#[derive(Debug, clap::Args)]
pub(crate) struct ForecastArgs {
    /// CSV file with a header and the columns series, period, value.
    file: PathBuf,
    /// Periods ahead.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=200))]
    horizon: u16,
    /// Coverage that the intervals promise, in percent.
    #[arg(long, default_value_t = 95.0)]
    level: f64,
    /// Length of a period.
    #[arg(long, value_enum, default_value_t = Period::Year)]
    period: Period,
    /// The values are counts: nothing is negative, and a missing period is 0.
    #[arg(long)]
    counts: bool,
}

/// The year that is still open.
#[derive(Debug, clap::Args)]
struct AsOf {
    /// The current year, whose records are still coming in and which is left
    /// out of every calculation (default: by the clock).
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1000..=2100))]
    current_year: Option<i32>,
}

impl AsOf {
    fn year(&self) -> i32 {
        let by_clock = || i32::from(jiff::Zoned::now().year());
        self.current_year.unwrap_or_else(by_clock)
    }
}

/// The library in the data folder, seen with the rights of whoever may read it:
/// everything.
fn with_library<T>(
    context: &Context,
    ask: impl FnOnce(&Sources<'_>) -> Result<T, GatherError>,
) -> anyhow::Result<T> {
    let installation = Installation::open(&context.home()?)?;
    let searcher = super::searching::by_words(&installation)?;
    let answer = ask(&Sources {
        searcher: &searcher,
        catalogue: &*installation.catalog,
        topics: Some(&*installation.catalog),
        register: Arc::new(Register::load(&*installation.catalog)?),
        arrivals: Arc::default(),
        clearance: Clearance::Staff,
    });
    answer.map_err(|error| match error {
        GatherError::NoTopic(_) => Usage(error.to_string()).into(),
        GatherError::Search(error) => super::searching::usage(error),
        other => other.into(),
    })
}

/// Length of a period.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Period {
    Year,
    Quarter,
    Month,
}

impl Period {
    fn per_year(self) -> usize {
        match self {
            Self::Year => 1,
            Self::Quarter => 4,
            Self::Month => 12,
        }
    }
}

/// One line of the answer.
#[derive(Serialize)]
struct StepLine<'a> {
    series: &'a str,
    step: usize,
    mean: f64,
    lower: f64,
    upper: f64,
    method: &'a str,
    backtest: trends::Backtest,
}

/// The line of a series without a forecast.
#[derive(Serialize)]
struct RefusedLine<'a> {
    series: &'a str,
    refused: String,
}

/// Runs one question.
pub(crate) fn run(question: &Trends, context: &Context) -> anyhow::Result<Outcome> {
    match question {
        Trends::Forecast(args) => forecast(args, context),
        Trends::Show(args) => show::run(args, context),
        Trends::Report(args) => report::run(args, context),
        Trends::Emerging(args) => emerging::run(args, context),
        Trends::Alerts(args) => alerts::run(args, context),
    }
}

fn forecast(args: &ForecastArgs, context: &Context) -> anyhow::Result<Outcome> {
    let options = ForecastOptions {
        horizon: usize::from(args.horizon),
        level: args.level / 100.0,
        periods_per_year: args.period.per_year(),
        counts: args.counts,
    };
    if !(args.level > 0.0 && args.level < 100.0) {
        bail!(Usage(format!(
            "level `{}` is not between 0 and 100; 95 is usual",
            args.level
        )));
    }
    let mut outcome = Outcome::Done;
    for (name, series) in read(args)? {
        let answer = series
            .values(args)
            .and_then(|values| trends::forecast(&values, &options).map_err(|r| r.to_string()));
        match answer {
            Ok(forecast) => print_steps(&name, &forecast, context)?,
            Err(refused) => {
                outcome = Outcome::SetAside;
                print_refusal(&name, refused, context)?;
            }
        }
    }
    Ok(outcome)
}

/// Values of one series by moment; rows without a readable period keep the
/// order of the file.
#[derive(Default)]
struct Series {
    rows: Vec<(Option<Moment>, f64)>,
}

impl Series {
    /// The values in order of time without gaps.
    fn values(&self, args: &ForecastArgs) -> Result<Vec<f64>, String> {
        let dated: Option<BTreeMap<Moment, f64>> = self
            .rows
            .iter()
            .map(|(moment, value)| Some(((*moment)?, *value)))
            .collect();
        let Some(dated) = dated else {
            return Ok(self.rows.iter().map(|(_, value)| *value).collect());
        };
        if dated.len() < self.rows.len() {
            return Err("a period stands twice; keep one row for each".to_owned());
        }
        let mut values = Vec::new();
        let mut expected: Option<Moment> = None;
        for (moment, value) in dated {
            while let Some(missing) = expected.filter(|expected| *expected < moment) {
                if !args.counts {
                    return Err(format!("period {missing} is missing; add its row"));
                }
                values.push(0.0);
                expected = Some(missing.next());
            }
            values.push(value);
            expected = Some(moment.next());
        }
        Ok(values)
    }
}

fn read(args: &ForecastArgs) -> anyhow::Result<Vec<(String, Series)>> {
    let path = args.file.display();
    let file = File::open(&args.file).with_context(|| format!("`{path}` cannot be opened"))?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(file);
    let header = reader
        .headers()
        .with_context(|| format!("`{path}` has no header"))?;
    let column = |name: &str| {
        header
            .iter()
            .position(|title| {
                title
                    .trim_start_matches('\u{feff}')
                    .eq_ignore_ascii_case(name)
            })
            .with_context(|| {
                format!("`{path}` has no column `{name}`; the header must be series,period,value")
            })
    };
    let (series, period, value) = (column("series")?, column("period")?, column("value")?);
    // In the order in which the file first names them.
    let mut all: Vec<(String, Series)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (i, row) in reader.records().enumerate() {
        let line = i + 2;
        let row = row.with_context(|| format!("`{path}` line {line} cannot be read"))?;
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let number = cell(value).parse().with_context(|| {
            format!(
                "`{path}` line {line}: value `{}` is no number (use a decimal point)",
                cell(value)
            )
        })?;
        let place = *places.entry(cell(series).to_owned()).or_insert_with(|| {
            all.push((cell(series).to_owned(), Series::default()));
            all.len() - 1
        });
        let moment = Moment::parse(cell(period), args.period.per_year());
        all[place].1.rows.push((moment, number));
    }
    Ok(all)
}

fn print_steps(name: &str, forecast: &Forecast, context: &Context) -> anyhow::Result<()> {
    if !context.json {
        print_forecast_head(name, forecast)?;
    }
    for (i, step) in forecast.steps.iter().enumerate() {
        if context.json {
            output::json(&StepLine {
                series: name,
                step: i + 1,
                mean: step.mean,
                lower: step.lower,
                upper: step.upper,
                method: forecast.method,
                backtest: forecast.backtest,
            })?;
        } else {
            output::line(format!(
                "  +{:<3} {:>12.2}   [{:.2}, {:.2}]",
                i + 1,
                step.mean,
                step.lower,
                step.upper
            ))?;
        }
    }
    Ok(())
}

/// One line: the method and its backtest.
fn print_forecast_head(name: &str, forecast: &Forecast) -> anyhow::Result<()> {
    let mase = |value: Option<f64>| value.map_or("–".to_owned(), |m| format!("{m:.2}"));
    let backtest = &forecast.backtest;
    output::line(format!(
        "{name}: {} (backtest over {} moments: MASE {}, naive {}, coverage {})",
        forecast.method,
        backtest.n_origins,
        mase(backtest.mase),
        mase(backtest.mase_naive),
        backtest
            .coverage
            .map_or("–".to_owned(), |c| format!("{:.0} %", 100.0 * c)),
    ))
}

fn print_refusal(series: &str, refused: String, context: &Context) -> anyhow::Result<()> {
    if context.json {
        output::json(&RefusedLine { series, refused })
    } else {
        output::line(format!("{series}: no forecast, {refused}"))
    }
}
