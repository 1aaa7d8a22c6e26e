//! Vectors of meaning for topics: those that the installation has, and those of
//! a file's texts.

use std::sync::Arc;

use anyhow::Context as _;
use embed::{DEFAULT_MODEL, Embedder, TextRole, normalise_length};
use index::vectors::VectorStore;
use rayon::prelude::*;
use records::{Clearance, RecordId};

use super::input::Entry;
use crate::{context::Context, installation::Installation, models};

/// The vectors of the model in use.
pub(crate) struct Stored {
    pub(crate) model: String,
    vectors: Arc<dyn VectorStore>,
}

/// The vectors of the installation; `None` where it has none.
pub(crate) fn stored(installation: &Installation) -> anyhow::Result<Option<Stored>> {
    let Some(meaning) = installation.meaning()? else {
        return Ok(None);
    };
    if meaning.vectors.stats()?.n_records == 0 {
        return Ok(None);
    }
    Ok(Some(Stored {
        model: meaning.embedder.model_id().to_owned(),
        vectors: meaning.vectors,
    }))
}

impl Stored {
    /// The vector of an open record: the mean of those of its title and
    /// abstract, of length 1.
    pub(crate) fn vector_of(&self) -> impl Fn(&RecordId) -> Option<Vec<f32>> + Sync + '_ {
        |id| {
            let passages = self.vectors.passages(id, Clearance::Public).ok()?;
            let described = passages.iter().filter(|(text, _)| text.page.is_none());
            let mut sum: Vec<f32> = Vec::new();
            for (_, vector) in described {
                sum.resize(vector.len(), 0.0);
                sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
            }
            normalise_length(&mut sum)?;
            Some(sum)
        }
    }
}

/// Documents up to which a fit uses the default model unasked: some minutes.
const UNASKED: usize = 3_000;
/// Documents embedded together.
const BATCH: usize = 32;

/// The vectors of a file's documents, empty where a document has no text or no
/// model is used; and what to say of that.
pub(super) fn of_entries(
    entries: &[Entry],
    wanted: Option<&str>,
    context: &Context,
) -> anyhow::Result<(Vec<Vec<f32>>, String)> {
    let none = || vec![Vec::new(); entries.len()];
    if wanted == Some("none") {
        return Ok((none(), "words alone".to_owned()));
    }
    if wanted.is_none() && entries.len() > UNASKED {
        let why = format!(
            "words alone: {} texts would take a model long; ask for it with --model {DEFAULT_MODEL}",
            entries.len()
        );
        return Ok((none(), why));
    }
    let model = match wanted {
        Some(name) => Some(models::open_known(&context.data, name)?),
        None => models::open(&context.data, DEFAULT_MODEL)?,
    };
    let Some(model) = model else {
        let why = "words alone: there is no model here; fetch one with `trithuc model fetch`";
        return Ok((none(), why.to_owned()));
    };
    Context::say("embedding the texts");
    let said = format!("words and the vectors of {}", model.model_id());
    let texts: Vec<String> = entries.iter().map(text_of).collect();
    let batches: Vec<Vec<Vec<f32>>> = texts
        .par_chunks(BATCH)
        .map(|batch| embed(&*model, batch))
        .collect::<anyhow::Result<_>>()?;
    Ok((batches.into_iter().flatten().collect(), said))
}

fn text_of(entry: &Entry) -> String {
    format!("{}\n{}", entry.title, entry.text)
}

/// Texts that are compared with each other are all embedded as questions: so
/// the makers of e5 advise for tasks without two sides, clustering among them
/// (`docs/topics.md` has what it changes). The vectors of an installation are
/// those of passages, which search needs.
fn embed(model: &dyn Embedder, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
    let has_words = |text: &&String| text.chars().any(char::is_alphanumeric);
    let there: Vec<&str> = (texts.iter().filter(has_words))
        .map(String::as_str)
        .collect();
    let mut vectors = model
        .embed(&there, TextRole::Query)
        .context("texts cannot be embedded; use --model none for the words alone")?
        .into_iter();
    let one = |text: &String| {
        if has_words(&text) {
            vectors.next().unwrap_or_default()
        } else {
            Vec::new()
        }
    };
    Ok(texts.iter().map(one).collect())
}
