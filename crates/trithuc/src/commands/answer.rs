//! `trithuc answer QUESTION`: sentences of the library that answer, or that
//! none does.

use records::{Clearance, Lang};
use search::{AnswerRequest, Filter};
use serde_json::json;

use super::searching;
use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `answer`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The question, in plain Vietnamese or English.
    question: String,
    /// FIELD:VALUE; may be repeated: the records that may answer.
    #[arg(long = "filter", value_name = "FIELD:VALUE")]
    filters: Vec<Filter>,
}

/// Answers. A question without an answer is an answer: status 0.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    if args.question.trim().is_empty() {
        return Err(Usage("the question is empty; ask something".to_owned()).into());
    }
    let installation = Installation::open(&context.home()?)?;
    let searcher = searching::searcher(&installation)?;
    let answer = searcher.quote(&AnswerRequest {
        filters: args.filters.clone(),
        ..AnswerRequest::new(args.question.clone(), Clearance::Staff)
    })?;
    if context.json {
        let quotes = answer.quotes.iter().map(|quote| {
            json!({
                "id": quote.record.id, "title": quote.record.display_title(&Lang::vi()),
                "page": quote.page, "text": quote.text, "evidence": quote.evidence,
            })
        });
        output::json(&json!({
            "found": !answer.quotes.is_empty(),
            "quotes": quotes.collect::<Vec<_>>(),
            "best": answer.best,
            "nearest": answer.nearest.iter().map(|record| &record.id).collect::<Vec<_>>(),
            "mode": answer.mode,
            "notices": answer.notices,
        }))?;
        return Ok(Outcome::Done);
    }
    for notice in &answer.notices {
        eprintln!("{notice}");
    }
    if answer.quotes.is_empty() {
        output::line("không có trong thư viện / not in the library")?;
    }
    for quote in &answer.quotes {
        let page = quote
            .page
            .map_or(String::new(), |page| format!(", tr. {page}"));
        let title = quote.record.display_title(&Lang::vi());
        output::line(format!(
            "“{}”\n  {} [{}]{page}\n",
            quote.text, title, quote.record.id
        ))?;
    }
    Ok(Outcome::Done)
}
