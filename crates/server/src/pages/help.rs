//! `/help`: how to write a query.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use crate::{
    error::ApiError,
    pages::frame::{Frame, respond},
    params::Params,
    visit::Visit,
};

/// One way to write a query.
struct Row {
    write: &'static str,
    means: &'static str,
    example: &'static str,
    url: String,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    f: Frame,
    rows: Vec<Row>,
}

/// `GET /help`
pub(crate) async fn show_help(visit: Visit) -> Result<Response, ApiError> {
    let w = &visit.locale.words().help;
    let rows = [
        (w.row_words, w.row_words_means, w.row_words_example),
        (w.row_phrase, w.row_phrase_means, w.row_phrase_example),
        (w.row_and, w.row_and_means, w.row_and_example),
        (w.row_or, w.row_or_means, w.row_or_example),
        (w.row_not, w.row_not_means, w.row_not_example),
        (w.row_group, w.row_group_means, w.row_group_example),
        (w.row_prefix, w.row_prefix_means, w.row_prefix_example),
        (w.row_field, w.row_field_means, w.row_field_example),
        (w.row_range, w.row_range_means, w.row_range_example),
    ];
    let rows = rows.map(|(write, means, example)| {
        let url = Params::default().adding("q", example).to_url("/search");
        Row {
            write,
            means,
            example,
            url,
        }
    });
    let page = HelpPage {
        f: Frame::new(&visit, "help"),
        rows: rows.into(),
    };
    respond(&page, &visit, StatusCode::OK)
}
