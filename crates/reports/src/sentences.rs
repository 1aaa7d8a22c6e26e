//! What a study says, in sentences.

use records::RecordType;
use trends::{
    Forecast, MIN_CASES, MIN_VALUES, MIN_YEARS, NoCorrection, NoStage, Refusal, Stage, Study,
};

use crate::{
    lags::TypeLag,
    material::Material,
    words::{Language, Words, fill},
};

/// Everything but the forecast, the most telling first.
pub fn sentences(
    material: &Material,
    study: &Study,
    lags: &[TypeLag],
    language: Language,
) -> Vec<String> {
    let w = language.words();
    let mut all = material.notices.clone();
    let whole = |n: u64| language.whole(n as f64);
    all.push(fill(
        w.found,
        &[&whole(material.n_records), &whole(material.n_without_year)],
    ));
    if let (Some(count), Some(part)) = (study.counts.last(), study.shares.last()) {
        let (count, part) = (language.whole(*count), language.percent(*part, 2));
        all.push(fill(
            w.last,
            &[&study.last_complete_year.to_string(), &count, &part],
        ));
    }
    all.extend(course(study, language));
    all.extend(stage(study, language));
    for lag in lags {
        let Some(found) = lag.lag else { continue };
        let years = language.decimal(found.years, 1);
        all.push(fill(
            w.lag,
            &[kind(lag.first, w), kind(lag.second, w), &years],
        ));
    }
    for year in &study.outliers {
        all.push(fill(w.outlier, &[&year.to_string()]));
    }
    for open in study.unfinished.iter().filter(|open| open.count > 0.0) {
        let (year, n) = (open.year.to_string(), language.whole(open.count));
        all.push(if open.is_future {
            fill(w.future, &[&n, &year])
        } else {
            fill(w.open_year, &[&year, &n])
        });
        all.extend(open.corrected.map(|whole| {
            let [mean, lower, upper] =
                [whole.mean, whole.lower, whole.upper].map(|n| language.whole(n));
            let n_years = whole.n_years.to_string();
            let arrived = language.percent(whole.arrived, 0);
            let gaps = [&year, &mean, &lower, &upper, &n_years, &arrived];
            fill(w.corrected, &gaps.map(String::as_str))
        }));
    }
    all.extend(not_corrected(study, language));
    all
}

/// Why the unfinished year is not corrected, where a reader could expect it.
fn not_corrected(study: &Study, language: Language) -> Option<String> {
    let w = language.words();
    let why = match study.correction_refused? {
        NoCorrection::OtherYear | NoCorrection::Nothing => return None,
        NoCorrection::TooFewYears { n_years } => fill(
            w.arrivals_few,
            &[&n_years.to_string(), &MIN_YEARS.to_string()],
        ),
        NoCorrection::TooEarly { arrived } => {
            fill(w.arrivals_early, &[&language.percent(arrived, 0)])
        }
    };
    Some(fill(w.not_corrected, &[&why]))
}

/// Growth, bursts and changes.
fn course(study: &Study, language: Language) -> Vec<String> {
    let w = language.words();
    let mut all = Vec::new();
    if let Some(growth) = study.growth {
        let (from, until) = (growth.from.to_string(), growth.until.to_string());
        let rates = [growth.per_year, growth.share_per_year].map(|rate| language.rate(rate));
        all.push(fill(w.growth, &[&from, &until, &rates[0], &rates[1]]));
    }
    for burst in &study.bursts {
        let (from, until) = (burst.from.to_string(), burst.until.to_string());
        all.push(fill(
            w.burst,
            &[&from, &until, &language.decimal(burst.weight, 1)],
        ));
    }
    for change in &study.change_points {
        let shares = [change.before, change.after].map(|part| language.percent(part, 2));
        all.push(fill(
            w.change,
            &[&change.year.to_string(), &shares[0], &shares[1]],
        ));
    }
    all
}

fn stage(study: &Study, language: Language) -> Option<String> {
    let w = language.words();
    if let Some(curve) = study.s_curve {
        let stage = match curve.stage {
            Stage::Emergence => w.emergence,
            Stage::Growth => w.rise,
            Stage::Maturity => w.maturity,
            Stage::Saturation => w.saturation,
        };
        let reached = language.percent(curve.reached, 0);
        let fit = language.percent(curve.r_squared, 1);
        return Some(fill(w.s_curve, &[stage, &reached, &fit]));
    }
    let why = match study.s_curve_refused.as_ref()? {
        NoStage::TooThin { years, cases } => {
            fill(w.stage_thin, &[&years.to_string(), &language.whole(*cases)])
        }
        NoStage::PoorFit { r_squared } => fill(w.stage_poor, &[&language.percent(*r_squared, 1)]),
        NoStage::NoBend => w.stage_unbent.to_owned(),
    };
    Some(fill(w.no_stage, &[&why]))
}

/// Why there is no forecast.
pub fn refusal(refusal: &Refusal, language: Language) -> String {
    let w = language.words();
    let why = match refusal {
        Refusal::TooShort { n } => fill(w.too_short, &[&n.to_string(), &MIN_VALUES.to_string()]),
        Refusal::TooThin { total } => fill(
            w.too_thin,
            &[&language.whole(*total), &language.whole(MIN_CASES)],
        ),
        other => other.to_string(),
    };
    fill(w.no_forecast, &[&why])
}

/// The method of a forecast and how it would have done.
pub fn backtest(forecast: &Forecast, language: Language) -> String {
    let dash = || "–".to_owned();
    let backtest = &forecast.backtest;
    let mase = [backtest.mase, backtest.mase_naive]
        .map(|mase| mase.map_or_else(dash, |mase| language.decimal(mase, 2)));
    let coverage = backtest.coverage;
    let coverage = coverage.map_or_else(dash, |part| language.percent(part, 0));
    let n = backtest.n_origins.to_string();
    let w = language.words();
    let method = match forecast.method {
        "combination" => w.combination,
        "damped" => w.damped,
        "robust-trend" => w.robust_trend,
        "naive" => w.naive,
        // ETS, Theta: what statisticians call them in any language.
        other => other,
    };
    fill(w.backtest, &[method, &n, &mase[0], &mase[1], &coverage])
}

/// What readers call a type of works.
pub(crate) fn kind(kind: RecordType, w: &Words) -> &'static str {
    match kind {
        RecordType::Paper => w.paper,
        RecordType::Patent => w.patent,
        RecordType::Dataset => w.dataset,
        RecordType::Thesis => w.thesis,
        RecordType::Report => w.report,
        RecordType::Task => w.task,
        RecordType::Book => w.book,
        RecordType::Other => w.other,
    }
}
