//! `trithuc topics fit FILE`: the topics of a file.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    str::FromStr,
};

use anyhow::Context as _;
use serde::Serialize;
use topics::{Assignment, Document, FitOptions, Fitted, Topic, TopicCount};

use super::{
    input::{self, Entry},
    vectors,
};
use crate::{
    context::Context,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `topics fit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// JSON Lines with id, title, text; plain or packed.
    file: PathBuf,
    /// How many topics: a number, or `auto`.
    #[arg(long, default_value = "auto", value_name = "N|auto")]
    topics: Count,
    /// Start of the random directions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Embedding model, `ngram`, or `none` for the words alone. Without it: the
    /// default model where it is there and the file holds at most 3,000 texts.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Write the topics to this file, as JSON Lines.
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

/// `auto` or a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count(pub(super) TopicCount);

impl FromStr for Count {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match (word, word.parse()) {
            ("auto", _) => Ok(Self(TopicCount::Auto)),
            (_, Ok(n)) if n > 0 => Ok(Self(TopicCount::Exactly(n))),
            _ => Err("use `auto` or a number from 1".to_owned()),
        }
    }
}

/// The line of one document.
#[derive(Serialize)]
struct AssignmentLine<'a> {
    id: &'a str,
    topic: Option<u32>,
    probability: f32,
}

/// The line of one topic.
#[derive(Serialize)]
struct TopicLine<'a> {
    topic: u32,
    size: usize,
    label: Label<'a>,
    terms: &'a [String],
    coherence_npmi: f64,
    stability: f64,
    parent: u32,
    central: Vec<&'a str>,
}

#[derive(Serialize)]
struct Label<'a> {
    vi: Option<&'a str>,
    en: Option<&'a str>,
}

/// Finds the topics and writes them.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let (entries, bad) = input::read(&args.file)?;
    input::report(&args.file, &bad);
    let (vectors, said) = vectors::of_entries(&entries, args.model.as_deref(), context)?;
    let both = entries.iter().zip(&vectors);
    let documents: Vec<Document<'_>> = both.map(document).collect();
    let options = FitOptions {
        count: args.topics.0,
        seed: args.seed,
        is_stop_word: &::index::is_stop_word,
        progress: &Context::say,
        regroup: None,
    };
    let fitted = topics::fit(&documents, &options)
        .map_err(|error| Usage(format!("`{}`: {error}", args.file.display())))?;
    if let Some(path) = &args.summary {
        write_summary(path, &entries, &fitted)?;
    }
    for (entry, assignment) in entries.iter().zip(&fitted.assignments) {
        print_assignment(entry, assignment)?;
    }
    Context::say(&format!("{}, by {said}", summary(&fitted)));
    Ok(if bad.is_empty() {
        Outcome::Done
    } else {
        Outcome::SetAside
    })
}

fn document<'a>((entry, vector): (&'a Entry, &'a Vec<f32>)) -> Document<'a> {
    Document {
        id: &entry.id,
        title: &entry.title,
        text: &entry.text,
        vector,
    }
}

fn print_assignment(entry: &Entry, assignment: &Assignment) -> anyhow::Result<()> {
    output::json(&AssignmentLine {
        id: &entry.id,
        topic: assignment.topic,
        probability: assignment.probability,
    })
}

fn write_summary(path: &PathBuf, entries: &[Entry], fitted: &Fitted) -> anyhow::Result<()> {
    let cannot = || {
        format!(
            "`{}` cannot be written; choose another file",
            path.display()
        )
    };
    let mut out = BufWriter::new(File::create(path).with_context(cannot)?);
    for topic in &fitted.topics {
        let line = serde_json::to_string(&topic_line(topic, entries))?;
        writeln!(out, "{line}").with_context(cannot)?;
    }
    out.flush().with_context(cannot)
}

fn topic_line<'a>(topic: &'a Topic, entries: &'a [Entry]) -> TopicLine<'a> {
    TopicLine {
        topic: topic.topic,
        size: topic.size,
        label: Label {
            vi: topic.label_vi.as_deref(),
            en: topic.label_en.as_deref(),
        },
        terms: &topic.terms,
        coherence_npmi: topic.coherence_npmi,
        stability: topic.stability,
        parent: topic.parent,
        central: topic
            .central
            .iter()
            .map(|at| entries[*at].id.as_str())
            .collect(),
    }
}

fn summary(fitted: &Fitted) -> String {
    let n = fitted.topics.len();
    let mean = fitted.topics.iter().map(|t| t.coherence_npmi).sum::<f64>() / n.max(1) as f64;
    let stable = fitted.topics.iter().map(|t| t.stability).sum::<f64>() / n.max(1) as f64;
    let n_outliers = fitted
        .assignments
        .iter()
        .filter(|a| a.topic.is_none())
        .count();
    format!(
        "{n} topics, coherence (NPMI) {mean:.3}, diversity {:.3}, stability {stable:.3}, {n_outliers} outliers",
        fitted.diversity
    )
}
