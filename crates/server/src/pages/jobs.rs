//! `/jobs`: work that runs by itself: how far it is, what failed and why, and
//! forms to ask for more, for librarians.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use catalog::{Job, JobState};
use jiff::Timestamp;
use jobs::Order;
use records::{AccessLevel, RecordType};

use crate::{
    accounts::{Role, Scope},
    api::jobs::{Act, Wanted, named, one, take_in},
    app::App,
    desk::{ask_for, desk},
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        labels,
    },
    params::Params,
    typography::{decimal, moment, number},
    upload::{Upload, word},
    visit::Visit,
    words::fill,
};

/// One job, as a row and as a page.
pub(super) struct JobView {
    id: u64,
    url: String,
    kind: String,
    subject: String,
    state: &'static str,
    state_word: String,
    done: String,
    /// 0 to 100, where the whole is known.
    percent: Option<String>,
    rate: Option<String>,
    message: Option<String>,
    /// What came of it, or why it failed.
    said: Vec<(String, String)>,
    reason: Option<String>,
    asked_by: Option<String>,
    asked_at: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    attempts: u32,
    may_cancel: bool,
    may_retry: bool,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct JobsPage {
    f: Frame,
    jobs: Vec<JobView>,
    /// Words, addresses, and whether it is the one shown.
    states: Vec<(String, String, bool)>,
    next: Option<String>,
    refresh: Refresh,
    accesses: Vec<(&'static str, &'static str)>,
    types: Vec<(&'static str, &'static str)>,
    folders: Vec<String>,
    n_aside: u64,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "job.html")]
struct JobPage {
    f: Frame,
    job: JobView,
    refresh: Refresh,
}

/// A page that loads itself anew every few seconds, when the reader asks for
/// it: pages that change by themselves are in the way of some readers.
struct Refresh {
    is_on: bool,
    url: String,
}

impl Refresh {
    fn of(visit: &Visit) -> Self {
        let is_on = visit.params.get("refresh") == Some("1");
        let other = (!is_on).then_some("1");
        Self {
            is_on,
            url: visit.params.with("refresh", other).to_url(&visit.path),
        }
    }
}

/// Jobs on a page.
const SHOWN_JOBS: usize = 30;

/// `GET /jobs`
pub(crate) async fn show_jobs(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    match visit.needs(Role::Librarian, Scope::Read) {
        Ok(_) => page(&app, &visit, None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn page(app: &App, visit: &Visit, problem: Option<String>) -> Result<Response, ApiError> {
    let locale = visit.locale;
    let wanted = Wanted::read(&visit.params)?;
    let asked = app.ask(move |library| {
        let desk = desk(library)?;
        let jobs = desk.queue.jobs(&wanted.filter(), SHOWN_JOBS);
        let n_aside = library
            .catalogue
            .status()
            .map_err(ApiError::unavailable)?
            .n_quarantined;
        let folders = desk.import_folders.iter();
        let folders = folders.map(|path| path.display().to_string()).collect();
        Ok((jobs.map_err(ApiError::unavailable)?, n_aside, folders))
    });
    let (jobs, n_aside, folders) = asked.await?;
    let is_cut = jobs.len() == SHOWN_JOBS;
    let last = jobs.last().filter(|_| is_cut).map(|job| job.id.to_string());
    let w = locale.words();
    let page = JobsPage {
        f: Frame::new(visit, "jobs"),
        next: last.map(|id| visit.params.with("before", Some(&id)).to_url("/jobs")),
        jobs: jobs.into_iter().map(|job| job_view(job, locale)).collect(),
        states: states(&visit.params, locale),
        refresh: Refresh::of(visit),
        accesses: AccessLevel::ALL
            .map(|level| (level.as_str(), labels::access(level, w)))
            .into(),
        types: RecordType::ALL
            .map(|kind| (kind.as_str(), labels::kind(kind, w)))
            .into(),
        folders,
        n_aside,
        problem,
    };
    let status = match page.problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

fn states(params: &Params, locale: Locale) -> Vec<(String, String, bool)> {
    let chosen = params.get("state");
    let all = (
        locale.words().jobs.all.to_owned(),
        "/jobs".to_owned(),
        chosen.is_none(),
    );
    let one = |state: JobState| {
        let url = format!("/jobs?state={}", state.as_str());
        (
            state_word(state, locale),
            url,
            chosen == Some(state.as_str()),
        )
    };
    std::iter::once(all)
        .chain(JobState::ALL.into_iter().map(one))
        .collect()
}

fn state_word(state: JobState, locale: Locale) -> String {
    let w = &locale.words().jobs;
    w.get(&format!("state_{}", state.as_str()))
        .unwrap_or(state.as_str())
        .to_owned()
}

fn kind_word(kind: &str, locale: Locale) -> String {
    let w = &locale.words().jobs;
    w.get(&format!("kind_{kind}")).unwrap_or(kind).to_owned()
}

fn job_view(job: Job, locale: Locale) -> JobView {
    let w = &locale.words().jobs;
    let order = serde_json::from_str::<Order>(&job.payload).ok();
    let progress = &job.progress;
    let n_done = number(progress.n_done, locale);
    let done = match progress.n_total {
        Some(total) => fill(w.of, &[("n", &n_done), ("total", &number(total, locale))]),
        None => n_done,
    };
    let percent = progress.n_total.filter(|total| *total > 0).map(|total| {
        let percent = progress.n_done.min(total) as f64 * 100.0 / total as f64;
        format!("{percent:.0}")
    });
    let rate = job.per_second();
    let is_done = job.state == JobState::Done;
    let result = job.outcome.as_deref().filter(|_| is_done);
    JobView {
        id: job.id.0,
        url: format!("/jobs/{}", job.id),
        kind: kind_word(&job.kind, locale),
        subject: order.map(|order| order.subject()).unwrap_or_default(),
        state: job.state.as_str(),
        state_word: match job.is_cancel_asked && job.state == JobState::Running {
            true => w.cancelling.to_owned(),
            false => state_word(job.state, locale),
        },
        done,
        percent,
        rate: rate.map(|rate| fill(w.per_second, &[("n", &decimal(rate, 1, locale))])),
        message: progress.message.clone(),
        said: result
            .map(|result| said(result, locale))
            .unwrap_or_default(),
        reason: job.outcome.clone().filter(|_| !is_done),
        asked_by: job.asked_by.clone(),
        asked_at: moment(job.created_at, locale),
        started_at: job.started_at.map(|at| moment(at, locale)),
        ended_at: job.finished_at.map(|at| moment(at, locale)),
        attempts: job.n_attempts,
        may_cancel: job.state.is_active() && !job.is_cancel_asked,
        may_retry: matches!(job.state, JobState::Failed | JobState::Cancelled),
    }
}

/// The figures of a result under their words.
fn said(result: &str, locale: Locale) -> Vec<(String, String)> {
    let w = &locale.words().jobs;
    let Ok(serde_json::Value::Object(result)) = serde_json::from_str(result) else {
        return Vec::new();
    };
    let figure = |(name, value): (String, serde_json::Value)| {
        let value = match (&value, value.as_u64(), value.as_f64()) {
            (_, Some(n), _) => number(n, locale),
            (_, _, Some(n)) => decimal(n, 1, locale),
            (serde_json::Value::Array(notices), ..) => {
                let notices: Vec<&str> = notices.iter().filter_map(|n| n.as_str()).collect();
                notices.join("; ")
            }
            _ => value.to_string(),
        };
        let word = w.get(&format!("result_{name}")).unwrap_or(&name).to_owned();
        (!value.is_empty()).then_some((word, value))
    };
    result.into_iter().filter_map(figure).collect()
}

/// `GET /jobs/{id}`
pub(crate) async fn show_job(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Read) {
        return or_sign_in(error, &visit);
    }
    let job = one(&app, named(path)?, Act::Look).await?;
    let page = JobPage {
        f: Frame::new(&visit, "jobs"),
        job: job_view(job, visit.locale),
        refresh: Refresh::of(&visit),
    };
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

/// `POST /jobs`: asks for work.
pub(crate) async fn ask_for_job(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let name = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    let order = order(&form)?;
    let asked = app.ask(move |library| ask_for(library, order, &name));
    told(asked.await, &app, &visit).await
}

/// The order of a form.
fn order(form: &Params) -> Result<Order, ApiError> {
    let text = |name: &str| form.get(name).map(str::trim).map(str::to_owned);
    let is_ticked = |name: &str| form.get(name).is_some();
    Ok(match form.get("kind").unwrap_or_default() {
        "ingest" => Order::Ingest {
            paths: text("path").into_iter().collect(),
            collection: text("collection"),
            access: word("access", form.get("access"))?,
            record_type: word("type", form.get("type"))?,
        },
        "harvest" => Order::Harvest {
            source: text("source").unwrap_or_default(),
            full: is_ticked("full"),
        },
        "index" => Order::Index {
            rebuild: is_ticked("rebuild"),
        },
        "vectors" => Order::Vectors {
            rebuild: is_ticked("rebuild"),
        },
        "quality" => Order::Quality {},
        "duplicates" => Order::Duplicates { least: 0.5 },
        "authorities" => Order::Authorities { least: 0.5 },
        "topics" => Order::Topics {
            topics: None,
            seed: 1,
        },
        "again" => Order::Again {
            source: text("source"),
        },
        other => {
            let cure = "send a kind of the page";
            return Err(ApiError::invalid("kind", other, "is no kind of job", cure));
        }
    })
}

/// `POST /jobs/upload`: a file to be taken in.
pub(crate) async fn upload_file(
    State(app): State<Arc<App>>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    let name = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    let upload = match Upload::read(request).await {
        Ok(upload) => upload,
        // A form sent without a file.
        Err(ApiError::MissingParameter { .. }) => {
            let words = visit.locale.words().jobs.no_file.to_owned();
            return page(&app, &visit, Some(words)).await;
        }
        Err(error) => return Err(error),
    };
    visit.check_form(&app, upload.csrf.as_deref())?;
    told(take_in(&app, upload, name).await, &app, &visit).await
}

/// `POST /jobs/{id}`: ends a job, or queues it again.
pub(crate) async fn act_on_job(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    visit.needs(Role::Librarian, Scope::Write)?;
    let act = match form.get("act").unwrap_or_default() {
        "cancel" => Act::Cancel,
        "retry" => Act::Retry,
        other => {
            let cure = "send cancel or retry";
            return Err(ApiError::invalid(
                "act",
                other,
                "is nothing to be done to a job",
                cure,
            ));
        }
    };
    let job = one(&app, named(path)?, act).await?;
    Ok(Redirect::to(&format!("/jobs/{}", job.id)).into_response())
}

/// On to the job; an order that was refused says why on the list.
async fn told(
    asked: Result<Job, ApiError>,
    app: &App,
    visit: &Visit,
) -> Result<Response, ApiError> {
    match asked {
        Ok(job) => Ok(Redirect::to(&format!("/jobs/{}", job.id)).into_response()),
        Err(ApiError::Refused { message, .. }) => page(app, visit, Some(message)).await,
        Err(error) => Err(error),
    }
}

/// A moment, for pages beside this one.
pub(super) fn shown_moment(at: Option<Timestamp>, locale: Locale) -> Option<String> {
    at.map(|at| moment(at, locale))
}
