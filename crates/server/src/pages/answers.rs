//! `/answers`: a question, and the sentences of the library that answer it.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    accounts::{Role, Scope},
    api::answers::{answer, wants_writing, written},
    app::App,
    error::ApiError,
    generating::{GenerateError, Generated},
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        hit::record_url,
        reading::reading_url,
    },
    params::Params,
    visit::Visit,
    words::fill,
};

/// A quote as it is shown.
struct QuoteView {
    text: String,
    title: String,
    url: String,
    year: String,
    /// «trang 12», and the document at that page.
    page: String,
    document: Option<String>,
}

#[derive(Template)]
#[template(path = "answers.html")]
struct AnswersPage {
    f: Frame,
    question: String,
    asked: bool,
    quotes: Vec<QuoteView>,
    /// What a machine wrote: text, and the numbers of its quotes.
    sentences: Vec<(String, Vec<usize>)>,
    /// What is said of what it wrote.
    written: Option<String>,
    /// Where a machine can be asked to write.
    generate_url: Option<String>,
    nearest: Vec<(String, String)>,
    notices: Vec<String>,
    search_url: String,
    json_url: String,
    problem: Option<String>,
}

/// `GET /answers?q=…`
pub(crate) async fn show_answers(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let w = visit.locale.words();
    let question = visit.params.get("q").unwrap_or_default().trim().to_owned();
    let mut page = AnswersPage {
        f: Frame::new(&visit, "answers"),
        asked: !question.is_empty(),
        quotes: Vec::new(),
        sentences: Vec::new(),
        written: None,
        generate_url: None,
        nearest: Vec::new(),
        notices: Vec::new(),
        search_url: Params::default()
            .with("q", Some(&question))
            .to_url("/search"),
        json_url: visit.params.to_url("/api/v1/answers"),
        problem: None,
        question,
    };
    if !page.asked {
        return respond(&page, &visit, StatusCode::OK);
    }
    let wants_writing = wants_writing(&app, &visit)?;
    let found = match answer(&app, &visit).await {
        Ok(found) => found,
        Err(error @ ApiError::InvalidParameter { .. }) => {
            page.problem = Some(error.advice(visit.locale));
            return respond(&page, &visit, StatusCode::BAD_REQUEST);
        }
        Err(error) => return Err(error),
    };
    if wants_writing {
        let done = written(&app, &visit, &found).await?;
        (page.sentences, page.written) = machine_view(done, visit.locale);
    } else if app.settings.generator.is_some() && !found.quotes.is_empty() {
        let params = visit.params.with("generate", Some("true"));
        let may = visit.needs(Role::Reader, Scope::Read).is_ok();
        page.generate_url = may.then(|| params.to_url("/answers"));
    }
    let lang = visit.locale.lang();
    page.quotes = found
        .quotes
        .into_iter()
        .map(|quote| QuoteView {
            title: quote.record.display_title(&lang).to_owned(),
            url: record_url(&quote.record.id),
            year: quote
                .record
                .year
                .map_or(String::new(), |year| year.to_string()),
            page: quote.page.map_or(w.answer.of_abstract.to_owned(), |page| {
                fill(w.answer.page, &[("n", &page.to_string())])
            }),
            document: quote.page.map(|page| reading_url(&quote.record.id, page)),
            text: quote.text,
        })
        .collect();
    let near = found.nearest.iter().take(5);
    page.nearest = near
        .map(|record| {
            (
                record.display_title(&lang).to_owned(),
                record_url(&record.id),
            )
        })
        .collect();
    page.notices = found.notices;
    respond(&page, &visit, StatusCode::OK)
}

/// Sentences with the numbers of their quotes, and what is said of them.
fn machine_view(
    done: Option<Result<Generated, GenerateError>>,
    locale: Locale,
) -> (Vec<(String, Vec<usize>)>, Option<String>) {
    let w = &locale.words().answer;
    let written = match done {
        None => return (Vec::new(), Some(w.written_nothing.to_owned())),
        Some(Err(_)) => return (Vec::new(), Some(w.written_silent.to_owned())),
        Some(Ok(written)) => written,
    };
    let n_dropped = written.n_dropped.to_string();
    let said = match (written.sentences.is_empty(), written.n_dropped) {
        (true, 0) => w.written_nothing.to_owned(),
        (_, 0) => fill(w.written, &[("model", &written.model)]),
        (true, _) => fill(w.written_dropped_all, &[("n", &n_dropped)]),
        (false, _) => {
            let gaps = [("model", written.model.as_str()), ("n", &n_dropped)];
            fill(w.written_dropped, &gaps)
        }
    };
    let sentences = written.sentences.into_iter();
    (
        sentences.map(|one| (one.text, one.passages)).collect(),
        Some(said),
    )
}
