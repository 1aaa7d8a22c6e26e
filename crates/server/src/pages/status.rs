//! `/status`: what has entered the library and can be found.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use index::FacetField;

use crate::{
    api::status::{LibraryStatus, library_status},
    app::App,
    error::ApiError,
    pages::{
        frame::{Frame, respond},
        home::CountView,
    },
    typography::number,
    visit::Visit,
    words::fill,
};

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    f: Frame,
    up_to_date: bool,
    verdict: String,
    facts: Vec<(&'static str, String)>,
    types: Vec<CountView>,
}

/// `GET /status`
pub(crate) async fn show_status(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let clearance = visit.clearance;
    let status = app
        .ask(move |library| library_status(library, clearance))
        .await?;
    respond(&page(&status, &visit), &visit, StatusCode::OK)
}

fn page(status: &LibraryStatus, visit: &Visit) -> StatusPage {
    let locale = visit.locale;
    let w = &locale.words().status;
    let behind = status.catalogue_seq.saturating_sub(status.index_seq);
    let verdict = if behind == 0 {
        w.in_step.to_owned()
    } else {
        fill(w.behind, &[("n", &number(behind, locale))])
    };
    let facts = vec![
        (w.records, number(status.n_records, locale)),
        (w.searchable, number(status.n_searchable, locale)),
        (w.catalogue_seq, number(status.catalogue_seq, locale)),
        (w.index_seq, number(status.index_seq, locale)),
        (w.version, status.version.to_owned()),
    ];
    let counted = status.by_type.iter();
    let types = counted.map(|count| CountView::new(FacetField::Type, count, locale));
    StatusPage {
        f: Frame::new(visit, "status"),
        up_to_date: behind == 0,
        verdict,
        facts,
        types: types.collect(),
    }
}
