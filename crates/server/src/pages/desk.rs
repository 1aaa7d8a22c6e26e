//! `/desk`: all work of librarians in one place, with what waits for them.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use deposits::State as Standing;

use crate::{
    accounts::{Role, Scope},
    app::App,
    error::ApiError,
    pages::{
        account::or_sign_in,
        frame::{Frame, respond},
    },
    typography::number,
    visit::Visit,
};

/// A page of the desk.
struct Task {
    url: &'static str,
    name: &'static str,
    about: &'static str,
    /// How much waits there.
    waiting: Option<String>,
}

/// The rule of quality that finds texts in wrong encodings.
const ENCODING: &str = "encoding";

/// How much waits for a decision.
struct Waiting {
    n_aside: u64,
    n_deposits: u64,
    n_subjects: u64,
    n_duplicates: u64,
    n_miscoded: u64,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    f: Frame,
    groups: Vec<(&'static str, Vec<Task>)>,
}

/// `GET /desk`
pub(crate) async fn show_desk(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Write) {
        return or_sign_in(error, &visit);
    }
    let asked = app.ask(|library| {
        let catalogue = &*library.catalogue;
        let status = catalogue.status().map_err(ApiError::unavailable)?;
        let deposits = deposits::deposits(catalogue)?.into_iter();
        let n_submitted = deposits
            .filter(|one| one.state == Standing::Submitted)
            .count();
        Ok(Waiting {
            n_aside: status.n_quarantined,
            n_deposits: n_submitted as u64,
            n_subjects: subjects::suggestions(catalogue)?.map_or(0, |run| run.list.len()) as u64,
            n_duplicates: duplicates::listed(catalogue)?.map_or(0, |found| found.pairs.len())
                as u64,
            n_miscoded: quality::last_report(catalogue)?.map_or(0, |report| {
                report.rules.get(ENCODING).map_or(0, |rule| rule.failed)
            }),
        })
    });
    let waiting = asked.await?;
    let w = visit.locale.words();
    let task = |url, name, about, n: u64| Task {
        url,
        name,
        about,
        waiting: (n > 0).then(|| number(n, visit.locale)),
    };
    let groups = vec![
        (
            w.desk.take_in,
            vec![
                task("/jobs", w.jobs.title, w.desk.jobs, 0),
                task("/sources", w.sources.title, w.desk.sources, 0),
                task(
                    "/deposits",
                    w.deposits.title,
                    w.desk.deposits,
                    waiting.n_deposits,
                ),
                task(
                    "/set-aside",
                    w.sources.aside_title,
                    w.desk.aside,
                    waiting.n_aside,
                ),
            ],
        ),
        (
            w.desk.curate,
            vec![
                task("/quality", w.quality.title, w.desk.quality, 0),
                task(
                    "/quality/encoding",
                    w.desk.encodings_title,
                    w.desk.encodings,
                    waiting.n_miscoded,
                ),
                task(
                    "/duplicates",
                    w.duplicates.title,
                    w.desk.duplicates,
                    waiting.n_duplicates,
                ),
                task("/authorities", w.authority.title, w.desk.authorities, 0),
                task(
                    "/subjects",
                    w.subject.title,
                    w.desk.subjects,
                    waiting.n_subjects,
                ),
            ],
        ),
        (
            w.desk.arrange,
            vec![
                task("/edits", w.edits.title, w.desk.edits, 0),
                task("/collections", w.collections.title, w.desk.collections, 0),
                task("/topics", w.nav.topics, w.desk.topics, 0),
                task("/status", w.nav.status, w.desk.status, 0),
            ],
        ),
    ];
    let page = DeskPage {
        f: Frame::new(&visit, "desk"),
        groups,
    };
    respond(&page, &visit, StatusCode::OK)
}
