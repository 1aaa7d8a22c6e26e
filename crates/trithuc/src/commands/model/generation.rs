//! Generations: the vectors of one model each, side by side; one is in use.

use std::{path::PathBuf, time::Instant};

use anyhow::bail;
use search::Mode;
use serde::Serialize;

use crate::{
    commands::eval::retrieval::{ByQuery, by_query},
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output, vectorising,
};

/// Arguments of `model use`.
#[derive(Debug, clap::Args)]
pub(crate) struct UseArgs {
    /// Name of the model; `ngram` is built in and knows letters alone.
    model: String,
}

/// Arguments of `model drop`.
#[derive(Debug, clap::Args)]
pub(crate) struct DropArgs {
    /// Name of the model.
    model: String,
}

/// Arguments of `model compare`.
#[derive(Debug, clap::Args)]
pub(crate) struct CompareArgs {
    /// Name of the one model.
    a: String,
    /// Name of the other.
    b: String,
    /// Judged set: a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// semantic or hybrid; several are compared one after another.
    #[arg(long = "mode", default_values_t = [Mode::Semantic, Mode::Hybrid])]
    modes: Vec<Mode>,
    /// Keep the vectors in this folder, so that a second comparison need not
    /// make them again.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

/// The model that searches use; `None` where there is no installation yet.
pub(super) fn in_use(context: &Context) -> anyhow::Result<Option<String>> {
    match Installation::open(&context.home()?) {
        Ok(installation) => installation.model_name().map(Some),
        Err(_) => Ok(None),
    }
}

#[derive(Serialize)]
struct Used {
    model: String,
    previous: String,
    embedded: u64,
    known: u64,
    records: u64,
    seq: u64,
    seconds: f64,
}

/// Brings the model's vectors up to the catalogue, then cuts over. Interrupted
/// before that, the former model stays in use and nothing that was embedded is
/// embedded again.
pub(super) fn use_model(args: &UseArgs, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let installation = Installation::open(&context.home()?)?;
    let previous = installation.model_name()?;
    let meaning = installation.generation(&args.model)?;
    let bar = vectorising::bar();
    let done = vectorising::vectorise(&*installation.catalog, &meaning, &bar);
    bar.finish_and_clear();
    let done = done?;
    installation.use_model(&args.model)?;
    let used = Used {
        model: args.model.clone(),
        previous,
        embedded: done.embedded,
        known: done.known,
        records: meaning.vectors.stats()?.n_records,
        seq: done.seq.0,
        seconds: start.elapsed().as_secs_f64(),
    };
    if context.json {
        output::json(&used)?;
    } else {
        output::line(format!(
            "{} is in use, {} was; {} passages embedded, {} known already; {} records in {:.1} s",
            used.model, used.previous, used.embedded, used.known, used.records, used.seconds
        ))?;
    }
    Ok(Outcome::Done)
}

/// Removes the vectors of a model that is not in use.
pub(super) fn drop_vectors(args: &DropArgs, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    if installation.model_name()? == args.model {
        let model = &args.model;
        return Err(Usage(format!(
            "`{model}` is in use; choose another with `trithuc model use` first"
        ))
        .into());
    }
    installation.drop_generation(&args.model)?;
    if context.json {
        output::json(&serde_json::json!({ "dropped": args.model }))?;
    }
    Ok(Outcome::Done)
}

/// Two models in one mode.
#[derive(Debug, Serialize)]
struct Compared {
    mode: Mode,
    #[serde(rename = "a_ndcg@10")]
    a: f64,
    #[serde(rename = "b_ndcg@10")]
    b: f64,
    /// `b − a`.
    difference: f64,
    /// Chance of a difference as large where neither model is better.
    p: f64,
    /// Queries that `b` answers better.
    better: usize,
    /// Queries that `b` answers worse.
    worse: usize,
    queries: usize,
}

/// Measures both and compares them query by query.
pub(super) fn compare(args: &CompareArgs, context: &Context) -> anyhow::Result<Outcome> {
    if args.modes.contains(&Mode::Lexical) {
        return Err(Usage("mode lexical uses no model; compare semantic or hybrid".into()).into());
    }
    let measure = |model: &str| {
        let cache = args.cache.as_deref();
        by_query(&args.folder, model, &args.modes, cache, context)
    };
    let (a, b) = (measure(&args.a)?, measure(&args.b)?);
    let rows: Vec<Compared> = a.iter().zip(&b).map(|(a, b)| compared(a, b)).collect();
    if rows.iter().any(|row| row.queries == 0) {
        bail!("the set has no judged query; check qrels/test.tsv");
    }
    if context.json {
        output::json(&rows)?;
        return Ok(Outcome::Done);
    }
    output::line(format!("nDCG@10: a = {}, b = {}", args.a, args.b))?;
    output::line("mode           a       b    b − a      p  better  worse  queries")?;
    for row in rows {
        output::line(format!(
            "{:9} {:7.4} {:7.4} {:+8.4} {:6.3} {:7} {:6} {:8}",
            row.mode.as_str(),
            row.a,
            row.b,
            row.difference,
            row.p,
            row.better,
            row.worse,
            row.queries
        ))?;
    }
    Ok(Outcome::Done)
}

fn compared(a: &ByQuery, b: &ByQuery) -> Compared {
    let pairs = a
        .ndcg_10
        .iter()
        .filter_map(|(query, x)| Some((*x, *b.ndcg_10.get(query)?)));
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let mean =
        |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len().max(1) as f64;
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| b - a).collect();
    let (mean_a, mean_b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    Compared {
        mode: a.mode,
        a: mean_a,
        b: mean_b,
        difference: mean_b - mean_a,
        p: search::evaluation::paired_p(&differences),
        better: differences.iter().filter(|d| **d > 0.0).count(),
        worse: differences.iter().filter(|d| **d < 0.0).count(),
        queries: pairs.len(),
    }
}
