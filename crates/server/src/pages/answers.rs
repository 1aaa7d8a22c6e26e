//! `/answers`: a question, and the sentences of the library that answer it.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    api::answers::answer,
    app::App,
    error::ApiError,
    pages::{
        frame::{Frame, respond},
        hit::{page_url, record_url},
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
    let found = match answer(&app, &visit).await {
        Ok(found) => found,
        Err(error @ ApiError::InvalidParameter { .. }) => {
            page.problem = Some(error.advice(visit.locale));
            return respond(&page, &visit, StatusCode::BAD_REQUEST);
        }
        Err(error) => return Err(error),
    };
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
            document: quote.page.and_then(|page| page_url(&quote.record, page)),
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
