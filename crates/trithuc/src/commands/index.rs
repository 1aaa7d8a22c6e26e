//! `trithuc index`: brings the derived indexes up to the catalogue, or builds
//! them anew beside the old ones, which serve until the new ones stand.

use std::time::Instant;

use clap::ValueEnum;
use index::FullTextStore;
use ingest::{Indexed, Indexer, Vectorised};
use serde::Serialize;

use crate::{
    context::Context, indexes::IndexKind, installation::Installation, outcome::Outcome, output,
    vectorising as progress,
};

/// Arguments of `index`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Build anew from the catalogue instead of adding what is missing.
    #[arg(long)]
    rebuild: bool,
    /// Only this index.
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// Take over the vectors of texts that indexes of this kind hold, instead of
    /// making them again.
    #[arg(long, value_enum, value_name = "KIND")]
    reuse_from: Option<IndexKind>,
}

/// An index that can be built alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Fulltext,
    Vectors,
}

#[derive(Default, Serialize)]
struct Answer {
    applied: u64,
    seq: u64,
    seconds: f64,
    /// What was done for the index of meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    vectors: Option<Vectorised>,
    /// Vectors that were taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    reused: Option<u64>,
}

/// Brings the indexes up to date.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let installation = Installation::open(&context.home()?)?;
    let mut answer = Answer::default();
    if args.only != Some(Only::Vectors) {
        let indexed = if args.rebuild {
            rebuild_full_text(&installation)?
        } else {
            let full_text = installation.full_text()?;
            bring_up(&installation, &*full_text)?
        };
        (answer.applied, answer.seq) = (indexed.applied, indexed.seq.0);
    }
    if args.only != Some(Only::Fulltext) {
        if let Some(kind) = args.reuse_from {
            answer.reused = Some(reuse(&installation, kind, context)?);
        }
        answer.vectors = vectors(args, &installation)?;
    }
    answer.seconds = start.elapsed().as_secs_f64();
    if let (Some(Only::Vectors), Some(done)) = (args.only, answer.vectors) {
        (answer.applied, answer.seq) = (done.applied, done.seq.0);
    }
    if context.json {
        output::json(&answer)?;
    } else {
        output::line(format!(
            "{} changes applied in {:.1} s; the index stands at change {}",
            answer.applied, answer.seconds, answer.seq
        ))?;
        if let Some(reused) = answer.reused {
            output::line(format!("meaning: vectors of {reused} texts taken over"))?;
        }
        if let Some(done) = answer.vectors {
            output::line(format!(
                "meaning: {} passages embedded, {} known already",
                done.embedded, done.known
            ))?;
        }
    }
    Ok(Outcome::Done)
}

/// Takes over the vectors of texts from indexes of another kind; gives how many
/// were looked at.
fn reuse(installation: &Installation, kind: IndexKind, context: &Context) -> anyhow::Result<u64> {
    let Some(meaning) = installation.meaning()? else {
        anyhow::bail!("there is no embedding model here; fetch it with `trithuc model fetch`");
    };
    let other = context.indexes_of(kind)?;
    let other = installation.vectors_in(&other, &*meaning.embedder)?;
    let bar = progress::bar();
    let n = progress::take_over(&*other, &*meaning.vectors, &bar)?;
    bar.finish_and_clear();
    Ok(n)
}

/// Brings the index of meaning up; `None` when there is no model, which is an
/// error only when nothing else was asked for.
fn vectors(args: &Args, installation: &Installation) -> anyhow::Result<Option<Vectorised>> {
    let opened = if args.rebuild {
        installation.begin_vectors()?
    } else {
        installation.meaning()?
    };
    let Some(meaning) = opened else {
        if args.only == Some(Only::Vectors) {
            anyhow::bail!("there is no embedding model here; fetch it with `trithuc model fetch`");
        }
        eprintln!(
            "trithuc: there is no embedding model here, so search is by words only; fetch one with `trithuc model fetch`"
        );
        return Ok(None);
    };
    let bar = progress::bar();
    let done = progress::vectorise(&*installation.catalog, &meaning, &bar);
    bar.finish_and_clear();
    let done = done?;
    if args.rebuild {
        installation.publish_vectors(meaning)?;
    }
    Ok(Some(done))
}

pub(super) fn bring_up(
    installation: &Installation,
    full_text: &dyn FullTextStore,
) -> anyhow::Result<Indexed> {
    Ok(Indexer::new(&*installation.catalog, full_text)?.finish()?)
}

/// Builds the index of words anew beside the old one.
pub(super) fn rebuild_full_text(installation: &Installation) -> anyhow::Result<Indexed> {
    let fresh = installation.begin_rebuild()?;
    let indexed = bring_up(installation, fresh.store())?;
    fresh.publish()?;
    Ok(indexed)
}
