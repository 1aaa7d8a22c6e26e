//! `/sources` and `/set-aside`: repositories that are harvested by the clock,
//! and what could not be taken in, with its reason, for librarians.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use catalog::Quarantined;
use jiff::{Timestamp, tz::TimeZone};
use jobs::{Order, Source, due_at, shown_every};
use records::AccessLevel;

use crate::{
    accounts::{Role, Scope},
    api::sources::{Known, SourcePlan, aside, keep_source, known_sources, or_no_page},
    app::App,
    desk::{ask_for, desk},
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        jobs::shown_moment,
        labels,
    },
    params::{Params, encode},
    typography::{moment, number},
    visit::Visit,
    words::fill,
};

/// One source.
struct SourceView {
    name: String,
    url: String,
    what: String,
    every: String,
    is_paused: bool,
    due: Option<String>,
    last_at: Option<String>,
    last: Option<String>,
    notices: Vec<String>,
    failed: Option<(String, String)>,
    aside: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage {
    f: Frame,
    sources: Vec<SourceView>,
    accesses: Vec<(&'static str, &'static str)>,
    problem: Option<String>,
}

/// An input that was set aside.
struct AsideView {
    place: String,
    source: String,
    reason: String,
    head: String,
    at: String,
}

#[derive(Template)]
#[template(path = "set_aside.html")]
struct AsidePage {
    f: Frame,
    source: String,
    count: String,
    inputs: Vec<AsideView>,
    has_desk: bool,
}

/// Inputs on a page.
const SHOWN_INPUTS: usize = 100;
/// Characters of an input that are shown.
const SHOWN_CHARS: usize = 200;

/// `GET /sources`
pub(crate) async fn show_sources(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    match visit.needs(Role::Librarian, Scope::Read) {
        Ok(_) => page(&app, &visit, None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn page(app: &App, visit: &Visit, problem: Option<String>) -> Result<Response, ApiError> {
    let asked = app.ask(|library| Ok((known_sources(library)?, desk(library)?.zone.clone())));
    let (known, zone) = asked.await?;
    let locale = visit.locale;
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let w = locale.words();
    let page = SourcesPage {
        f: Frame::new(visit, "sources"),
        sources: known
            .into_iter()
            .map(|known| view(known, &zone, locale))
            .collect(),
        accesses: AccessLevel::ALL
            .map(|level| (level.as_str(), labels::access(level, w)))
            .into(),
        problem,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

fn view((source, state, n_aside): Known, zone: &TimeZone, locale: Locale) -> SourceView {
    let w = &locale.words().sources;
    let count = |n: u64| number(n, locale);
    let parts = [
        Some(source.prefix.as_str()),
        source.set.as_deref(),
        source.collection.as_deref(),
    ];
    let every = shown_every(source.every_minutes);
    let last = state.last.as_ref().map(|last| {
        let gaps = [
            ("seen", count(last.seen)),
            ("added", count(last.added)),
            ("updated", count(last.updated)),
            ("deleted", count(last.deleted)),
            ("aside", count(last.set_aside)),
        ];
        fill(
            w.counts,
            &gaps.each_ref().map(|(name, value)| (*name, value.as_str())),
        )
    });
    SourceView {
        what: parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        every: match &source.at {
            Some(at) => fill(w.every_at, &[("every", &every), ("at", at)]),
            None => fill(w.every_only, &[("every", &every)]),
        },
        due: shown_moment(due_at(&source, &state, zone), locale),
        last_at: shown_moment(state.ended_at.or(state.started_at), locale),
        last,
        notices: state.last.map(|last| last.notices).unwrap_or_default(),
        failed: state.error.map(|error| {
            let n = count(state.n_failures.into());
            (fill(w.failed, &[("n", &n)]), error)
        }),
        aside: (n_aside > 0).then(|| {
            let url = format!("/set-aside?source={}", encode(&source.url));
            (fill(w.aside, &[("n", &count(n_aside))]), url)
        }),
        is_paused: source.is_paused,
        name: source.name,
        url: source.url,
    }
}

/// `POST /sources`: adds a source, or changes the one of its name.
pub(crate) async fn add_source(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let text = |name: &str| {
        let text = form
            .get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let name = text("name").unwrap_or_default();
    let plan = SourcePlan {
        url: text("url").unwrap_or_default(),
        prefix: text("prefix"),
        set: text("set"),
        collection: text("collection"),
        access: text("access"),
        every: text("every"),
        at: text("at"),
        paused: false,
    };
    let kept = app.ask(move |library| keep_source(library, &name, plan));
    told(kept.await, &app, &visit).await
}

/// `POST /sources/{name}`: pauses, resumes, removes or runs a source.
pub(crate) async fn act_on_source(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let asked_by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let act = form.get("act").unwrap_or_default().to_owned();
    let done = app.ask(move |library| {
        desk(library)?;
        let catalogue = &*library.catalogue;
        let now = Timestamp::now();
        let (source, _) = jobs::source(catalogue, &name).map_err(or_no_page)?;
        match act.as_str() {
            "pause" | "resume" => {
                let is_paused = act == "pause";
                jobs::store(
                    catalogue,
                    &Source {
                        is_paused,
                        ..source
                    },
                    now,
                )?;
            }
            "remove" => jobs::remove(catalogue, &name, now)?,
            "run" => {
                let order = Order::Harvest {
                    source: name,
                    full: false,
                };
                return ask_for(library, order, &asked_by).map(|job| Some(job.id));
            }
            other => {
                let cure = "send pause, resume, remove or run";
                let reason = "is nothing to be done to a source";
                return Err(ApiError::invalid("act", other, reason, cure));
            }
        }
        Ok(None)
    });
    match done.await {
        Ok(Some(job)) => Ok(Redirect::to(&format!("/jobs/{job}")).into_response()),
        done => told(done.map(drop), &app, &visit).await,
    }
}

fn allowed_form(app: &App, visit: &Visit, body: &[u8]) -> Result<Params, ApiError> {
    let form = fields(body)?;
    visit.check_form(app, form.get("csrf"))?;
    visit.needs(Role::Librarian, Scope::Write)?;
    Ok(form)
}

/// Back to the list; what was refused says why there.
async fn told(done: Result<(), ApiError>, app: &App, visit: &Visit) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(Redirect::to("/sources").into_response()),
        Err(ApiError::Refused { message, .. }) => page(app, visit, Some(message)).await,
        Err(error) => Err(error),
    }
}

/// `GET /set-aside`
pub(crate) async fn show_aside(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Read) {
        return or_sign_in(error, &visit);
    }
    let source = visit.params.get("source").unwrap_or_default().to_owned();
    let wanted = source.clone();
    let asked = app.ask(move |library| {
        let (total, inputs) = aside(library, &wanted, SHOWN_INPUTS)?;
        Ok((total, inputs, library.desk.is_some()))
    });
    let (total, inputs, has_desk) = asked.await?;
    let locale = visit.locale;
    let w = &locale.words().sources;
    let shown = number(inputs.len() as u64, locale);
    let gaps = [("n", number(total, locale)), ("shown", shown)];
    let gaps = gaps.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = AsidePage {
        f: Frame::new(&visit, "set-aside"),
        source,
        count: fill(w.aside_count, &gaps),
        inputs: inputs
            .into_iter()
            .map(|input| aside_view(input, locale))
            .collect(),
        has_desk,
    };
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

fn aside_view(input: Quarantined, locale: Locale) -> AsideView {
    let entry = input.entry;
    let head = String::from_utf8_lossy(&entry.raw_head);
    let head = head.chars().filter(|c| !c.is_control() && *c != '\u{FFFD}');
    AsideView {
        place: match entry.line {
            Some(line) => format!("{}:{line}", entry.source),
            None => entry.source.clone(),
        },
        source: entry.source,
        reason: entry.reason,
        head: head.take(SHOWN_CHARS).collect(),
        at: moment(input.at, locale),
    }
}
