//! `trithuc topics build`: the topics of the installation.

use jiff::Timestamp;
use serde_json::json;
use topics::{BuildError, BuildOptions};

use super::{fit::Count, vectors};
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `topics build`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many topics: a number, or `auto`.
    #[arg(long, default_value = "auto", value_name = "N|auto")]
    topics: Count,
    /// Start of the random directions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Use the words alone, also where vectors of meaning are there.
    #[arg(long)]
    words_only: bool,
}

/// Builds and says what happened.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let stored = if args.words_only {
        None
    } else {
        vectors::stored(&installation)?
    };
    let vector_of = stored.as_ref().map(vectors::Stored::vector_of);
    let meaning = stored.as_ref().zip(vector_of.as_ref());
    let options = BuildOptions {
        meaning: meaning.map(|(stored, vector_of)| topics::Meaning {
            model: &stored.model,
            vector_of,
        }),
        count: args.topics.0,
        seed: args.seed,
        is_stop_word: &::index::is_stop_word,
        progress: &Context::say,
        at: Timestamp::now(),
    };
    let built = topics::build(&*installation.catalog, &options).map_err(|error| match error {
        BuildError::TooFew { .. } => anyhow::Error::new(Usage(error.to_string())),
        other => other.into(),
    })?;
    let build = &built.build;
    if context.json {
        output::json(&json!({
            "build": build.build, "catalogue_seq": build.seq, "records": build.n_records,
            "outliers": build.n_outliers, "topics": built.n_topics, "fields": built.n_fields,
            "parts": built.n_parts, "vectors": built.n_vectors, "stability": build.stability,
            "coherence_npmi": built.coherence_npmi, "diversity": build.diversity,
            "happened": built.happened, "method": build.method,
        }))?;
        return Ok(Outcome::Done);
    }
    output::line(format!(
        "build {}: {} topics in {} fields, with {} parts, from {} open records, {} of them in none; coherence (NPMI) {:.3}, diversity {:.3}, stability {:.3}",
        build.build,
        built.n_topics,
        built.n_fields,
        built.n_parts,
        build.n_records,
        build.n_outliers,
        built.coherence_npmi,
        build.diversity,
        build.stability.unwrap_or_default()
    ))?;
    output::line(if built.n_vectors > 0 {
        format!(
            "  by words and by the vectors of {} records",
            built.n_vectors
        )
    } else {
        "  by words alone; with vectors of most records (`trithuc index`) they would count, too"
            .to_owned()
    })?;
    for (what, n) in &built.happened {
        output::line(format!("  {what:8} {n:>6}"))?;
    }
    Ok(Outcome::Done)
}
