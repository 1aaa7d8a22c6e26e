//! `/api/v1/jobs`: work that runs by itself, for librarians.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use catalog::{Job, JobFilter, JobId, JobState};
use jiff::Timestamp;
use jobs::{KINDS, Order};
use records::{AccessLevel, RecordType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::{accounts::body, order_schema::OrderSchema, search::refuse_unknown},
    app::App,
    auth::is_foreign,
    desk::{ask_for, ask_for_upload, desk, job_id, keep_upload},
    edge::NO_STORE,
    error::ApiError,
    params::Params,
    search_params::count,
    upload::Upload,
    visit::Visit,
};

/// A job as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobAnswer {
    /// Its number.
    id: u64,
    /// Kind of work.
    kind: String,
    /// queued, running, done, failed or cancelled.
    state: &'static str,
    /// What was asked for.
    #[schema(value_type = Object)]
    order: serde_json::Value,
    /// The account that asked; null for the program itself.
    asked_by: Option<String>,
    /// How often a worker has taken it.
    attempts: u32,
    /// Whether its end was asked for while it runs.
    cancel_asked: bool,
    /// Records, files or changes dealt with by the newest attempt.
    done: u64,
    /// How many there are, where that is known.
    total: Option<u64>,
    /// What the newest attempt does a second.
    per_second: Option<f64>,
    /// What is being done.
    message: Option<String>,
    /// What came of it.
    #[schema(value_type = Option<Object>)]
    result: Option<serde_json::Value>,
    /// Why the last attempt failed.
    reason: Option<String>,
    /// When it was asked for, UTC.
    created_at: String,
    /// When the newest attempt began, UTC.
    started_at: Option<String>,
    /// When it ended, UTC.
    finished_at: Option<String>,
}

/// Jobs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobsAnswer {
    /// This page of them.
    jobs: Vec<JobAnswer>,
    /// Send it as `before` for the next page; null on the last one.
    next: Option<u64>,
}

impl From<Job> for JobAnswer {
    fn from(job: Job) -> Self {
        let is_done = job.state == JobState::Done;
        let per_second = job.per_second();
        let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let (result, reason) = match job.outcome {
            Some(outcome) if is_done => (serde_json::from_str(&outcome).ok(), None),
            reason => (None, reason),
        };
        Self {
            id: job.id.0,
            kind: job.kind,
            state: job.state.as_str(),
            order: serde_json::from_str(&job.payload).unwrap_or_default(),
            asked_by: job.asked_by,
            attempts: job.n_attempts,
            cancel_asked: job.is_cancel_asked,
            done: job.progress.n_done,
            total: job.progress.n_total,
            per_second,
            message: job.progress.message,
            result,
            reason,
            created_at: job.created_at.to_string(),
            started_at: moment(job.started_at),
            finished_at: moment(job.finished_at),
        }
    }
}

/// State, kind and place of a list of jobs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    state: Option<JobState>,
    kind: Option<&'static str>,
    before: Option<JobId>,
}

impl Wanted {
    /// # Errors
    /// [`ApiError::InvalidParameter`].
    pub(crate) fn read(params: &Params) -> Result<Self, ApiError> {
        let state = params.get("state").map(|word| {
            let words = "send queued, running, done, failed or cancelled";
            let state = JobState::from_word(word);
            state.ok_or_else(|| ApiError::invalid("state", word, "is no state of a job", words))
        });
        let kind = params.get("kind").map(|word| {
            let kind = KINDS.into_iter().find(|kind| *kind == word);
            let cure = format!("send one of {}", KINDS.join(", "));
            kind.ok_or_else(|| ApiError::invalid("kind", word, "is no kind of job", cure))
        });
        let before = count(params, "before", 0, 1, i64::MAX as usize)?;
        Ok(Self {
            state: state.transpose()?,
            kind: kind.transpose()?,
            before: (before > 0).then_some(JobId(before as u64)),
        })
    }

    /// As the queue takes it.
    pub(crate) fn filter(&self) -> JobFilter<'_> {
        JobFilter {
            state: self.state,
            kind: self.kind,
            before: self.before,
        }
    }
}

/// Jobs, newest first
#[utoipa::path(
    get, path = "/api/v1/jobs", operation_id = "listJobs", security(("key" = [])),
    params(
        ("state" = Option<String>, Query, description = "Only those in this state: queued, running, done, failed or cancelled"),
        ("kind" = Option<String>, Query, description = "Only those of this kind"),
        ("before" = Option<u64>, Query, description = "Only those asked for before the one of this number", minimum = 1),
        ("limit" = Option<u32>, Query, description = "Jobs to give back", minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "The jobs", body = JobsAnswer),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library does no jobs", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_jobs(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["state", "kind", "before", "limit"])?;
    let limit = count(&visit.params, "limit", 50, 1, 1000)?;
    let wanted = Wanted::read(&visit.params)?;
    let asked = app.ask(move |library| {
        let jobs = desk(library)?.queue.jobs(&wanted.filter(), limit);
        jobs.map_err(ApiError::unavailable)
    });
    let jobs = asked.await?;
    let answer = JobsAnswer {
        next: jobs
            .last()
            .filter(|_| jobs.len() == limit)
            .map(|job| job.id.0),
        jobs: jobs.into_iter().map(JobAnswer::from).collect(),
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// Ask for work
///
/// While the same work is queued or running, its job is given back instead of a
/// new one.
#[utoipa::path(
    post, path = "/api/v1/jobs", operation_id = "addJob", security(("key" = [])),
    request_body(content = OrderSchema, description = "What to do"),
    responses(
        (status = 201, description = "The job", body = JobAnswer),
        (status = 400, description = "The order cannot be read or carried out", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library does no jobs", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_job(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let name = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let order: Order = body(&bytes, &headers)?;
    let job = app
        .ask(move |library| ask_for(library, order, &name))
        .await?;
    Ok((StatusCode::CREATED, NO_STORE, Json(JobAnswer::from(job))).into_response())
}

/// Send a file to be taken in
///
/// Documents, records, and archives of them. Larger ones are put into an import
/// folder of the server.
#[utoipa::path(
    post, path = "/api/v1/uploads", operation_id = "addUpload", security(("key" = [])),
    request_body(description = "The file (`file`, at most 32 MiB), and what holds for its records", content(
        (UploadSchema = "multipart/form-data"),
    )),
    responses(
        (status = 201, description = "The job that takes it in", body = JobAnswer),
        (status = 400, description = "The form cannot be read, or holds no file", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library does no jobs", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_upload(
    State(app): State<Arc<App>>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    let name = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(request.headers()) {
        return Err(ApiError::ForeignForm);
    }
    let upload = Upload::read(request).await?;
    let job = take_in(&app, upload, name).await?;
    Ok((StatusCode::CREATED, NO_STORE, Json(JobAnswer::from(job))).into_response())
}

/// The parts of a form with a file.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; `Upload` reads it")]
pub(crate) struct UploadSchema {
    /// The file.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// Put every record into this collection.
    collection: Option<String>,
    /// The least secrecy of every record: open, registered or restricted.
    access: Option<String>,
    /// Type of the records that do not say theirs.
    r#type: Option<String>,
}

/// Keeps a file that was sent, and queues the taking in of it.
///
/// # Errors
/// [`ApiError::InvalidParameter`], [`ApiError::Refused`].
pub(crate) async fn take_in(app: &App, upload: Upload, name: String) -> Result<Job, ApiError> {
    let access = upload.access()?;
    let record_type = upload.record_type()?;
    app.ask(move |library| {
        let order = |paths| order_of(paths, &upload, access, record_type);
        order(vec![upload.name.clone()]).check()?;
        let path = keep_upload(desk(library)?, &upload.name, &upload.bytes)?;
        ask_for_upload(library, &path, order, &name)
    })
    .await
}

fn order_of(
    paths: Vec<String>,
    upload: &Upload,
    access: Option<AccessLevel>,
    record_type: Option<RecordType>,
) -> Order {
    Order::Ingest {
        paths,
        collection: upload.collection.clone(),
        access,
        record_type,
    }
}

/// One job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", operation_id = "getJob", security(("key" = [])),
    params(("id" = u64, Path, description = "Number of the job")),
    responses(
        (status = 200, description = "The job", body = JobAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_job(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let job = one(&app, named(path)?, Act::Look).await?;
    Ok((NO_STORE, Json(JobAnswer::from(job))).into_response())
}

/// End a job
///
/// One that waits ends at once, one that runs as soon as its worker hears of it.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/cancel", operation_id = "cancelJob", security(("key" = [])),
    params(("id" = u64, Path, description = "Number of the job")),
    responses(
        (status = 200, description = "The job as it stands now", body = JobAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn cancel_job(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    act(&app, path, &visit, &headers, Act::Cancel).await
}

/// Queue a failed or cancelled job again
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/retry", operation_id = "retryJob", security(("key" = [])),
    params(("id" = u64, Path, description = "Number of the job")),
    responses(
        (status = 200, description = "The job as it stands now, or the one that does the same work already", body = JobAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn retry_job(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    act(&app, path, &visit, &headers, Act::Retry).await
}

async fn act(
    app: &App,
    path: Result<Path<String>, PathRejection>,
    visit: &Visit,
    headers: &HeaderMap,
    act: Act,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(headers) {
        return Err(ApiError::ForeignForm);
    }
    let job = one(app, named(path)?, act).await?;
    Ok((NO_STORE, Json(JobAnswer::from(job))).into_response())
}

/// What to do about one job.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Look,
    Cancel,
    Retry,
}

/// The number that a path names.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) fn named(path: Result<Path<String>, PathRejection>) -> Result<JobId, ApiError> {
    let Path(raw) = path.map_err(|_| ApiError::NoSuchPage)?;
    job_id(&raw)
}

/// Does something about a job; gives it as it stands then.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) async fn one(app: &App, id: JobId, act: Act) -> Result<Job, ApiError> {
    let asked = app.ask(move |library| {
        let queue = &desk(library)?.queue;
        let now = Timestamp::now();
        let job = match act {
            Act::Look => queue.job(id),
            Act::Cancel => queue.cancel(id, now),
            Act::Retry => queue.retry(id, now),
        };
        job.map_err(ApiError::unavailable)?
            .ok_or(ApiError::NoSuchPage)
    });
    asked.await
}
