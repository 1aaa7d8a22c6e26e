//! `/about`: what this is and what it keeps to.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use crate::{
    error::ApiError,
    pages::frame::{Frame, respond},
    visit::Visit,
};

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    f: Frame,
    parts: Vec<(&'static str, &'static str)>,
}

/// `GET /about`
pub(crate) async fn show_about(visit: Visit) -> Result<Response, ApiError> {
    let w = &visit.locale.words().about;
    let parts = vec![
        (w.what, w.what_text),
        (w.how, w.how_text),
        (w.access, w.access_text),
        (w.privacy, w.privacy_text),
        (w.accessibility, w.accessibility_text),
        (w.fonts, w.fonts_text),
    ];
    respond(
        &AboutPage {
            f: Frame::new(&visit, "about"),
            parts,
        },
        &visit,
        StatusCode::OK,
    )
}
