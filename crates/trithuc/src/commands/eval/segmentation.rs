//! `trithuc eval segmentation FILE.conllu`: our words against the gold words.

use std::{fs, path::PathBuf, time::Instant};

use anyhow::Context as _;
use serde::Serialize;
use text::segment::{Segmenter, WordCounts, read_conllu};

use crate::{context::Context, outcome::Outcome, output};

/// Arguments of `eval segmentation`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Treebank in CoNLL-U; a word of several syllables has spaces in its FORM.
    file: PathBuf,
}

/// The figures, as printed.
#[derive(Debug, Serialize)]
struct Figures {
    precision: f64,
    recall: f64,
    f1: f64,
    /// Gold words.
    words: usize,
    /// Pieces between white space, divided by the time of segmenting alone.
    syllables_per_second: f64,
}

/// Segments the text of every sentence and compares spans of characters.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let path = args.file.display();
    let source =
        fs::read_to_string(&args.file).with_context(|| format!("`{path}` cannot be read"))?;
    let sentences = read_conllu(&source).with_context(|| format!("`{path}` is no treebank"))?;
    anyhow::ensure!(
        !sentences.is_empty(),
        "`{path}` holds no sentence; give a CoNLL-U file with words"
    );
    // Unpacking the model is no part of the speed.
    let segmenter = Segmenter::embedded();
    let start = Instant::now();
    let found: Vec<_> = sentences
        .iter()
        .map(|sentence| segmenter.segment(&sentence.text))
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    let mut counts = WordCounts::default();
    let mut n_syllables = 0;
    for (sentence, found) in sentences.iter().zip(&found) {
        counts.add(&sentence.gold, &sentence.text, found);
        n_syllables += sentence.text.split_whitespace().count();
    }
    let figures = Figures {
        precision: counts.precision(),
        recall: counts.recall(),
        f1: counts.f1(),
        words: counts.n_gold,
        syllables_per_second: n_syllables as f64 / seconds.max(1e-9),
    };
    print(&figures, context)?;
    Ok(Outcome::Done)
}

fn print(figures: &Figures, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return output::json(figures);
    }
    output::line(format!(
        "precision {:.4}  recall {:.4}  F1 {:.4}  ({} words, {:.0} syllables a second)",
        figures.precision, figures.recall, figures.f1, figures.words, figures.syllables_per_second
    ))
}
