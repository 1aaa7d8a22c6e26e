//! Prints MASE of every method, and MASE, sMAPE, coverage of the 95 % interval
//! and speed of the product's forecast, on a competition file:
//! `measure_forecasts PERIODS_PER_YEAR FILE.csv…`, columns `series,part,value`,
//! part `train` or `test` (`scripts/m1_to_csv.py` writes such files).

#![allow(clippy::print_stdout, reason = "a measuring program prints")]

use std::{
    collections::BTreeMap,
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

use trends::{
    AutoEts, Combination, DampedTrend, DynamicTheta, ForecastOptions, Forecaster, Naive,
    RobustTrend, forecast, mean_step,
};

#[derive(Default)]
struct Series {
    train: Vec<f64>,
    test: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: measure_forecasts PERIODS_PER_YEAR FILE.csv…";
    let periods_per_year = arguments.next().ok_or(usage)?.parse()?;
    for path in arguments {
        let all = read(&path)?;
        println!("{path}: {} series", all.len());
        for method in [
            &Naive as &dyn Forecaster,
            &RobustTrend,
            &DynamicTheta,
            &DampedTrend,
            &AutoEts,
            &Combination,
        ] {
            let error = mean(all.values().filter_map(|s| {
                mase(
                    s,
                    periods_per_year,
                    &method.forecast(&s.train, s.test.len()),
                )
            }));
            println!("  {:14} MASE {error:.4}", method.name());
        }
        measure_product(&all, periods_per_year);
    }
    Ok(())
}

fn measure_product(all: &BTreeMap<String, Series>, periods_per_year: usize) {
    let (mut errors, mut smapes, mut inside, mut n_refused) = (vec![], vec![], vec![], 0);
    for series in all.values() {
        let Ok(answer) = forecast(&series.train, &options(series, periods_per_year)) else {
            n_refused += 1;
            continue;
        };
        let means: Vec<f64> = answer.steps.iter().map(|step| step.mean).collect();
        errors.extend(mase(series, periods_per_year, &means));
        for (truth, step) in series.test.iter().zip(&answer.steps) {
            inside.push(f64::from(step.lower <= *truth && *truth <= step.upper));
            smapes.push(200.0 * (truth - step.mean).abs() / (truth.abs() + step.mean.abs()));
        }
    }
    let speed = all.len() as f64 / quickest_pass(all, periods_per_year).as_secs_f64();
    println!(
        "  product        MASE {:.4}  sMAPE {:.3}  coverage {:.3}  refused {n_refused}  {speed:.0} series/s",
        mean(errors.into_iter()),
        mean(smapes.into_iter()),
        mean(inside.into_iter()),
    );
}

fn options(series: &Series, periods_per_year: usize) -> ForecastOptions {
    ForecastOptions {
        horizon: series.test.len(),
        level: 0.95,
        periods_per_year,
        counts: false,
    }
}

/// The quickest of ten passes over all series: what else runs on the machine
/// only makes a pass slower.
fn quickest_pass(all: &BTreeMap<String, Series>, periods_per_year: usize) -> Duration {
    let passes = (0..10).map(|_| {
        let start = Instant::now();
        for series in all.values() {
            let _ = black_box(forecast(&series.train, &options(series, periods_per_year)));
        }
        start.elapsed()
    });
    passes.min().unwrap_or_default()
}

fn read(path: &str) -> Result<BTreeMap<String, Series>, Box<dyn Error>> {
    let mut all = BTreeMap::<String, Series>::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let series = all.entry(row[0].to_owned()).or_default();
        let part = if &row[1] == "train" {
            &mut series.train
        } else {
            &mut series.test
        };
        part.push(row[2].parse()?);
    }
    Ok(all)
}

/// `None` for a series whose history is constant: it has no unit.
fn mase(series: &Series, period: usize, forecast: &[f64]) -> Option<f64> {
    let scale = if period == 1 {
        mean_step(&series.train)
    } else {
        mean(
            series
                .train
                .windows(period + 1)
                .map(|w| (w[period] - w[0]).abs()),
        )
    };
    let errors = series.test.iter().zip(forecast).map(|(y, f)| (y - f).abs());
    (scale > 0.0).then(|| mean(errors) / scale)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    sum / n
}
