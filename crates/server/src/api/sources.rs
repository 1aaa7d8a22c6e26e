//! `/api/v1/sources` and `/api/v1/quarantine`: repositories that are harvested
//! by the clock, and what was set aside from them and from files.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use catalog::Quarantined;
use jiff::Timestamp;
use jobs::{
    Harvested, JobsError, Source, SourceState, aside_from, due_at, n_aside, parse_every,
    shown_every,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::{accounts::body, search::refuse_unknown},
    app::{App, Library},
    auth::is_foreign,
    desk::desk,
    edge::NO_STORE,
    error::ApiError,
    search_params::count,
    upload::word,
    visit::Visit,
};

/// A repository that is harvested by the clock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceAnswer {
    /// Its name.
    name: String,
    /// Base URL of the repository.
    url: String,
    /// Metadata format.
    prefix: String,
    /// A set of the repository.
    set: Option<String>,
    /// A collection that every record is put into.
    collection: Option<String>,
    /// The least secrecy of every record.
    access: Option<&'static str>,
    /// From one harvest to the next.
    every: String,
    /// Time of day, where the library stands.
    at: Option<String>,
    /// Whether it is left alone for now.
    paused: bool,
    /// When it is harvested next, UTC; null while it is paused.
    due_at: Option<String>,
    /// When the last harvest began, UTC.
    started_at: Option<String>,
    /// When it ended, UTC.
    ended_at: Option<String>,
    /// Harvests that failed since the last one that did not.
    failures: u32,
    /// Why the last harvest stopped.
    error: Option<String>,
    /// What it did.
    last: Option<HarvestedAnswer>,
    /// Records set aside now.
    set_aside: u64,
}

/// Counts of a harvest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HarvestedAnswer {
    /// Records that the source sent.
    seen: u64,
    /// Records that came.
    added: u64,
    /// Records that changed.
    updated: u64,
    /// Records that are there as they stand.
    unchanged: u64,
    /// Records that the source deleted.
    deleted: u64,
    /// Records set aside.
    set_aside: u64,
    /// What a person should know.
    notices: Vec<String>,
}

impl From<Harvested> for HarvestedAnswer {
    fn from(last: Harvested) -> Self {
        Self {
            seen: last.seen,
            added: last.added,
            updated: last.updated,
            unchanged: last.unchanged,
            deleted: last.deleted,
            set_aside: last.set_aside,
            notices: last.notices,
        }
    }
}

/// What is to be harvested, and when.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourcePlan {
    /// Base URL of the repository.
    pub(crate) url: String,
    /// Metadata format; oai_dc without.
    #[serde(default)]
    pub(crate) prefix: Option<String>,
    /// A set of the repository; all of it without.
    #[serde(default)]
    pub(crate) set: Option<String>,
    /// A collection that every record is put into.
    #[serde(default)]
    pub(crate) collection: Option<String>,
    /// The least secrecy of every record: open, registered or restricted.
    #[serde(default)]
    pub(crate) access: Option<String>,
    /// From one harvest to the next: 30m, 6h, 1d, 2w; 1d without.
    #[serde(default)]
    pub(crate) every: Option<String>,
    /// At this time of day, where the library stands: 02:30.
    #[serde(default)]
    pub(crate) at: Option<String>,
    /// Whether it is left alone for now.
    #[serde(default)]
    pub(crate) paused: bool,
}

/// An input that was set aside.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AsideAnswer {
    /// Its number.
    number: u64,
    /// When, UTC.
    at: String,
    /// Path or address.
    source: String,
    /// Line of a file, from 1.
    line: Option<u64>,
    /// What is wrong, and the cure.
    reason: String,
    /// Its first characters.
    head: String,
}

/// Inputs that were set aside, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineAnswer {
    /// How many there are.
    total: u64,
    /// The newest of them.
    inputs: Vec<AsideAnswer>,
}

impl From<Quarantined> for AsideAnswer {
    fn from(input: Quarantined) -> Self {
        Self {
            number: input.number,
            at: input.at.to_string(),
            source: input.entry.source,
            line: input.entry.line,
            reason: input.entry.reason,
            head: String::from_utf8_lossy(&input.entry.raw_head).into_owned(),
        }
    }
}

/// A source with its state and with what is set aside from it.
pub(crate) type Known = (Source, SourceState, u64);

/// All sources.
///
/// # Errors
/// [`ApiError::NoSuchPage`] in a library without a desk.
pub(crate) fn known_sources(library: &Library) -> Result<Vec<Known>, ApiError> {
    desk(library)?;
    let sources = jobs::sources(&*library.catalogue)?.into_iter();
    let counted = sources.map(|(source, state)| {
        let n = n_aside(&*library.catalogue, &source.url);
        Ok((source, state, n.map_err(ApiError::unavailable)?))
    });
    counted.collect()
}

/// One source.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) fn known_source(library: &Library, name: &str) -> Result<Known, ApiError> {
    desk(library)?;
    let (source, state) = jobs::source(&*library.catalogue, name).map_err(or_no_page)?;
    let n = n_aside(&*library.catalogue, &source.url).map_err(ApiError::unavailable)?;
    Ok((source, state, n))
}

/// A path that names no source is no page.
pub(crate) fn or_no_page(error: JobsError) -> ApiError {
    match error {
        JobsError::NoSource(_) => ApiError::NoSuchPage,
        error => error.into(),
    }
}

/// Adds a source, or changes the one of its name.
///
/// # Errors
/// [`ApiError::Refused`] names the part at fault.
pub(crate) fn keep_source(library: &Library, name: &str, plan: SourcePlan) -> Result<(), ApiError> {
    desk(library)?;
    let catalogue = &*library.catalogue;
    let now = Timestamp::now();
    let known = match jobs::source(catalogue, name) {
        Ok((source, _)) => Some(source),
        Err(JobsError::NoSource(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let every = plan.every.as_deref().unwrap_or("1d");
    let source = Source {
        name: name.to_owned(),
        url: plan.url,
        prefix: plan.prefix.unwrap_or_else(|| "oai_dc".to_owned()),
        set: plan.set,
        collection: plan.collection,
        access: word("access", plan.access.as_deref())?,
        every_minutes: parse_every(every)?,
        at: plan.at,
        // A file of the server: named on its command line only.
        ca: known.as_ref().and_then(|source| source.ca.clone()),
        is_paused: plan.paused,
        created_at: known.map_or(now, |source| source.created_at),
    };
    Ok(jobs::store(catalogue, &source, now)?)
}

fn answer(library: &Library, (source, state, set_aside): Known) -> Result<SourceAnswer, ApiError> {
    let due = due_at(&source, &state, &desk(library)?.zone);
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
    Ok(SourceAnswer {
        name: source.name,
        url: source.url,
        prefix: source.prefix,
        set: source.set,
        collection: source.collection,
        access: source.access.map(|access| access.as_str()),
        every: shown_every(source.every_minutes),
        at: source.at,
        paused: source.is_paused,
        due_at: moment(due),
        started_at: moment(state.started_at),
        ended_at: moment(state.ended_at),
        failures: state.n_failures,
        error: state.error,
        last: state.last.map(HarvestedAnswer::from),
        set_aside,
    })
}

/// Repositories that are harvested by the clock
#[utoipa::path(
    get, path = "/api/v1/sources", operation_id = "listSources", security(("key" = [])),
    responses(
        (status = 200, description = "The sources, by name", body = Vec<SourceAnswer>),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library does no jobs", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_sources(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let asked = app.ask(|library| {
        let known = known_sources(library)?.into_iter();
        known
            .map(|known| answer(library, known))
            .collect::<Result<Vec<_>, _>>()
    });
    Ok((NO_STORE, Json(asked.await?)).into_response())
}

/// One source
#[utoipa::path(
    get, path = "/api/v1/sources/{name}", operation_id = "getSource", security(("key" = [])),
    params(("name" = String, Path, description = "Name of the source")),
    responses(
        (status = 200, description = "The source", body = SourceAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such source", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_source(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let asked = app.ask(move |library| answer(library, known_source(library, &name)?));
    Ok((NO_STORE, Json(asked.await?)).into_response())
}

/// Add a source, or change the one of this name
#[utoipa::path(
    put, path = "/api/v1/sources/{name}", operation_id = "putSource", security(("key" = [])),
    params(("name" = String, Path, description = "1 to 64 letters a-z, digits and -")),
    request_body = SourcePlan,
    responses(
        (status = 200, description = "The source", body = SourceAnswer),
        (status = 400, description = "A part of it makes no sense", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library does no jobs", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn put_source(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let plan: SourcePlan = body(&bytes, &headers)?;
    let asked = app.ask(move |library| {
        keep_source(library, &name, plan)?;
        answer(library, known_source(library, &name)?)
    });
    Ok((NO_STORE, Json(asked.await?)).into_response())
}

/// Harvest no more from a source
///
/// What was harvested stays.
#[utoipa::path(
    delete, path = "/api/v1/sources/{name}", operation_id = "removeSource", security(("key" = [])),
    params(("name" = String, Path, description = "Name of the source")),
    responses(
        (status = 204, description = "It is not harvested any more"),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such source", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_source(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    app.ask(move |library| {
        desk(library)?;
        jobs::remove(&*library.catalogue, &name, Timestamp::now()).map_err(or_no_page)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was set aside, newest first
///
/// Read again what was set aside with a job of the kind `again`.
#[utoipa::path(
    get, path = "/api/v1/quarantine", operation_id = "listQuarantine", security(("key" = [])),
    params(
        ("source" = Option<String>, Query, description = "Only from paths or addresses that begin so"),
        ("limit" = Option<u32>, Query, description = "Inputs to give back", minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "The inputs, with the reasons", body = QuarantineAnswer),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_quarantine(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["source", "limit"])?;
    let limit = count(&visit.params, "limit", 50, 1, 1000)?;
    let source = visit.params.get("source").unwrap_or_default().to_owned();
    let (total, inputs) = app
        .ask(move |library| aside(library, &source, limit))
        .await?;
    let answer = QuarantineAnswer {
        total,
        inputs: inputs.into_iter().map(AsideAnswer::from).collect(),
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// How many inputs are set aside from there, and the newest of them.
///
/// # Errors
/// [`ApiError::Unavailable`].
pub(crate) fn aside(
    library: &Library,
    source: &str,
    limit: usize,
) -> Result<(u64, Vec<Quarantined>), ApiError> {
    let catalogue = &*library.catalogue;
    let total = n_aside(catalogue, source).map_err(ApiError::unavailable)?;
    let inputs = aside_from(catalogue, source, limit).map_err(ApiError::unavailable)?;
    Ok((total, inputs))
}
