//! Prints how the definition of what emerges would have done, as of each year:
//! `measure_hindsight COUNTS.csv FIRST_YEAR LAST_YEAR`, columns
//! `group,year,count` (`scripts/topic_counts.py RECORDS MEMBERS` writes such a
//! file); the group `*` is everything, and `LAST_YEAR` the last complete one.

#![allow(clippy::print_stdout, reason = "a measuring program prints")]

use std::{collections::BTreeMap, error::Error, fs};

use trends::{CountSeries, WINDOW, hindsight};

/// Counts by year of each group.
type Counts = BTreeMap<String, BTreeMap<i32, f64>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, first, last] = &arguments[..] else {
        return Err("usage: measure_hindsight COUNTS.csv FIRST_YEAR LAST_YEAR".into());
    };
    let (first, last): (i32, i32) = (first.parse()?, last.parse()?);
    let counts = read(path)?;
    let whole = counts.get("*").ok_or("there is no group `*`")?;
    let years: Vec<i32> = (first..=last).collect();
    let of = |counts: &BTreeMap<i32, f64>| -> Vec<f64> {
        let count = |year| counts.get(year).copied().unwrap_or_default();
        years.iter().map(count).collect()
    };
    println!("year  emerged  grew on  others  first 5  first 10  first 20  growth  others");
    let newest = last - i32::try_from(WINDOW)?;
    let (mut sums, mut n_years) = ([0.0; 2], 0.0);
    for year in (first..=newest).rev() {
        let groups = counts.iter().filter(|(name, _)| *name != "*");
        let series = groups.map(|(name, counts)| {
            let series = CountSeries {
                first_year: first,
                counts: of(counts),
                totals: of(whole),
            };
            (name.as_str(), series)
        });
        let Some(seen) = hindsight(series, year) else {
            continue;
        };
        let at = |at: &Option<trends::Precision>| {
            at.map_or("–".to_owned(), |at| format!("{:.2}", at.precision))
        };
        println!(
            "{year}  {:7}  {:7.2}  {:6.2}  {:>7}  {:>8}  {:>8}  {:6.2}  {:6.2}",
            seen.n_flagged,
            seen.precision,
            seen.base_rate,
            at(&seen.at[0]),
            at(&seen.at[1]),
            at(&seen.at[2]),
            seen.median_growth[0],
            seen.median_growth[1],
        );
        sums[0] += seen.precision;
        sums[1] += seen.base_rate;
        n_years += 1.0;
    }
    println!(
        "mean of {n_years} years: {:.2} of what emerged grew on, {:.2} of all others",
        sums[0] / n_years,
        sums[1] / n_years
    );
    Ok(())
}

fn read(path: &str) -> Result<Counts, Box<dyn Error>> {
    let mut counts = Counts::new();
    for line in fs::read_to_string(path)?.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [group, year, count] = cells[..] else {
            return Err(format!("not group,year,count: {line}").into());
        };
        let of_group = counts.entry(group.to_owned()).or_default();
        of_group.insert(year.parse()?, count.parse()?);
    }
    Ok(counts)
}
