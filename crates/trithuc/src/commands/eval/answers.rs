//! `trithuc eval answers DIR`: each judged question is asked twice, of the whole
//! collection and of the collection without the records that answer it. The
//! evidence that is found tells the two apart, or does not.

use std::path::PathBuf;

use anyhow::Context as _;
use records::{Clearance, RecordId};
use search::{AnswerRequest, Evidence, Mode, Scale, evaluation::beir};
use serde::Serialize;

use super::retrieval::{Collection, one_mode};
use crate::{context::Context, outcome::Outcome, output};

/// Arguments of `eval answers`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder with corpus.jsonl, queries.jsonl and qrels/test.tsv.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// lexical or hybrid.
    #[arg(long, default_value_t = Mode::Hybrid)]
    mode: Mode,
    /// Keep the vectors in this folder.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Ask at most so many questions.
    #[arg(long, value_name = "N")]
    questions: Option<usize>,
    /// Print the evidence of each question too, one JSON a line.
    #[arg(long)]
    each: bool,
}

/// One question asked with or without its answer.
#[derive(Debug, Clone, Serialize)]
struct Asked {
    question: String,
    /// Whether the collection holds what answers it.
    answerable: bool,
    best: Option<Evidence>,
    strength: f64,
    /// Whether it was answered.
    answered: bool,
    /// Whether the first quote is of a record that is judged to answer.
    right: bool,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Measured {
    mode: Mode,
    questions: usize,
    /// Chance that a question with its answer has more evidence than one
    /// without: the area under the ROC curve.
    auc: f64,
    /// Share of questions with their answer that were answered.
    answered: f64,
    /// Share of those whose first quote is of a record that answers.
    right: f64,
    /// Share of questions without their answer that were answered all the same.
    answered_without: f64,
    threshold: f64,
}

/// Measures.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let (mut queries, qrels) = beir::judged_queries(&args.folder)?;
    queries.truncate(args.questions.unwrap_or(usize::MAX));
    let place = tempfile::tempdir().context("no temporary folder can be made")?;
    let needs = one_mode(&args.folder, args.mode, args.cache.as_deref());
    let collection = Collection::build(&needs, place.path(), &context.data)?;
    let model = collection.searcher.meaning();
    let scale = Scale::of(model.as_ref().map(|meaning| &*meaning.vectors.model().id));
    let mut asked = Vec::new();
    for query in &queries {
        let grades = qrels[&query.id].iter().filter(|(_, grade)| **grade > 0);
        let relevant: Vec<RecordId> = grades
            .filter_map(|(name, _)| RecordId::from_text(name))
            .collect();
        for answerable in [true, false] {
            let except = if answerable {
                Vec::new()
            } else {
                relevant.clone()
            };
            let answer = collection.searcher.quote(&AnswerRequest {
                except,
                ..AnswerRequest::new(query.text.clone(), Clearance::Staff)
            })?;
            let first = answer.quotes.first().map(|quote| &quote.record.id);
            let one = Asked {
                question: query.id.clone(),
                answerable,
                best: answer.best,
                strength: answer.best.map_or(0.0, |best| scale.strength(best)),
                answered: first.is_some(),
                right: first.is_some_and(|id| relevant.contains(id)),
            };
            if args.each {
                output::json(&one)?;
            }
            asked.push(one);
        }
    }
    let measured = measure(args.mode, &asked, scale.threshold());
    if context.json || args.each {
        output::json(&measured)?;
    } else {
        output::line(format!(
            "{} questions, {}: AUC {:.3}; with their answer {:.1} % answered, {:.1} % of them from the right record; \
             without it {:.1} % answered",
            measured.questions,
            measured.mode,
            measured.auc,
            100.0 * measured.answered,
            100.0 * measured.right,
            100.0 * measured.answered_without
        ))?;
    }
    Ok(Outcome::Done)
}

fn measure(mode: Mode, asked: &[Asked], threshold: f64) -> Measured {
    let with: Vec<&Asked> = asked.iter().filter(|one| one.answerable).collect();
    let without: Vec<&Asked> = asked.iter().filter(|one| !one.answerable).collect();
    let share = |of: &[&Asked], is: fn(&Asked) -> bool| {
        of.iter().filter(|one| is(one)).count() as f64 / of.len().max(1) as f64
    };
    let mut wins = 0.0;
    for one in &with {
        for other in &without {
            wins += match one.strength.total_cmp(&other.strength) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    let answered: Vec<&Asked> = with.iter().copied().filter(|one| one.answered).collect();
    Measured {
        mode,
        questions: with.len(),
        auc: wins / (with.len() * without.len()).max(1) as f64,
        answered: share(&with, |one| one.answered),
        right: share(&answered, |one| one.right),
        answered_without: share(&without, |one| one.answered),
        threshold,
    }
}
