//! `/api/v1/subjects`: codes of classification schemes, suggestions for
//! records, and what librarians decide about them.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use subjects::{
    Decision, Run, SubjectError, decide, decisions, scheme, suggest, suggestions, undo,
};
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::{accounts::body, duplicates::record_id, search::refuse_unknown},
    app::App,
    auth::is_foreign,
    decisions::follow,
    edge::NO_STORE,
    error::ApiError,
    pages::LEAST_CONFIDENCE,
    search_params::count,
    visit::Visit,
};

/// A code of a scheme.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodeAnswer {
    /// The code.
    code: String,
    /// The code above it.
    #[serde(skip_serializing_if = "String::is_empty")]
    parent: String,
    /// Name in Vietnamese.
    vi: String,
    /// Name in English.
    en: String,
}

/// A code for a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubjectSuggestionAnswer {
    /// Id of the record.
    record: String,
    /// `khcn` or `ipc`.
    scheme: String,
    /// The code.
    code: String,
    /// Probability, 0 to 1.
    confidence: f32,
}

/// Suggestions that nobody has decided on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubjectSuggestionsAnswer {
    /// When they were made, UTC; absent before the first (`trithuc subject suggest`).
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Open ones in all.
    total: usize,
    /// This page of them, surest first.
    suggestions: Vec<SubjectSuggestionAnswer>,
}

/// A decision to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// Id of the record.
    record: String,
    /// `khcn` (default) or `ipc`.
    #[serde(default)]
    scheme: Option<String>,
    /// The code.
    code: String,
    /// Whether the code is right.
    accept: bool,
}

/// A line of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecisionAnswer {
    /// Its number.
    number: u64,
    /// When, UTC.
    at: String,
    /// Who.
    by: String,
    /// Id of the record.
    record: String,
    /// `khcn` or `ipc`.
    scheme: String,
    /// The code.
    code: String,
    /// Accepted or rejected.
    accepted: bool,
    /// Whether it was taken back.
    is_undone: bool,
}

impl From<Decision> for DecisionAnswer {
    fn from(decision: Decision) -> Self {
        Self {
            number: decision.number,
            at: decision.at.to_string(),
            by: decision.by,
            record: decision.record.to_string(),
            scheme: decision.scheme,
            code: decision.code,
            accepted: decision.accepted,
            is_undone: decision.is_undone,
        }
    }
}

impl From<SubjectError> for ApiError {
    fn from(error: SubjectError) -> Self {
        let parameter = match &error {
            SubjectError::Catalog(_) => return Self::unavailable(error),
            SubjectError::Damaged { .. } => return Self::internal(error),
            SubjectError::NoScheme(_) => "scheme",
            SubjectError::NoCode { .. } | SubjectError::Carried { .. } => "code",
            SubjectError::NoRecord(_) => "record",
            SubjectError::NoDecision(_) => "number",
            SubjectError::Line { .. } => "body",
        };
        Self::Refused {
            parameter,
            message: error.to_string(),
        }
    }
}

/// Codes of a classification scheme
#[utoipa::path(
    get, path = "/api/v1/subjects", operation_id = "listSubjects",
    params(("scheme" = Option<String>, Query, description = "khcn (fields of science and technology, the default) or ipc")),
    responses(
        (status = 200, description = "The codes, in order", body = Vec<CodeAnswer>),
        (status = 400, description = "The scheme is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_subjects(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["scheme"])?;
    let name = visit
        .params
        .get("scheme")
        .unwrap_or(subjects::KHCN)
        .to_owned();
    let found = app
        .ask(move |library| Ok(scheme(&*library.catalogue, &name)?))
        .await?;
    let codes: Vec<CodeAnswer> = found
        .entries
        .into_iter()
        .map(|(code, entry)| CodeAnswer {
            code,
            parent: entry.parent,
            vi: entry.vi,
            en: entry.en,
        })
        .collect();
    Ok((NO_STORE, Json(codes)).into_response())
}

/// Codes suggested for records
#[utoipa::path(
    get, path = "/api/v1/subjects/suggestions", operation_id = "listSubjectSuggestions", security(("key" = [])),
    params(
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 100, description = "At most so many (20)"),
        ("offset" = Option<usize>, Query, minimum = 0, maximum = 1_000_000, description = "Pass over so many (0)"),
    ),
    responses(
        (status = 200, description = "What was suggested last and nobody has decided on", body = SubjectSuggestionsAnswer),
        (status = 400, description = "A parameter is not understood", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_subject_suggestions(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["limit", "offset"])?;
    let limit = count(&visit.params, "limit", 20, 1, 100)?;
    let offset = count(&visit.params, "offset", 0, 0, 1_000_000)?;
    let run = app
        .ask(|library| Ok(suggestions(&*library.catalogue)?))
        .await?;
    let answer = suggestions_answer(run.as_ref(), offset, limit);
    Ok((NO_STORE, Json(answer)).into_response())
}

fn suggestions_answer(run: Option<&Run>, offset: usize, limit: usize) -> SubjectSuggestionsAnswer {
    let list = run.map_or(&[][..], |run| &run.list);
    let page = list.iter().skip(offset).take(limit);
    SubjectSuggestionsAnswer {
        at: run.map(|run| run.at.to_string()),
        total: list.len(),
        suggestions: page
            .map(|one| SubjectSuggestionAnswer {
                record: one.record.to_string(),
                scheme: one.scheme.clone(),
                code: one.code.clone(),
                confidence: one.confidence,
            })
            .collect(),
    }
}

/// Learn and suggest codes anew
///
/// From the classified records and from what people decided, for all others.
#[utoipa::path(
    post, path = "/api/v1/subjects/suggestions", operation_id = "suggestSubjects", security(("key" = [])),
    responses(
        (status = 200, description = "The surest that nobody has decided on", body = SubjectSuggestionsAnswer),
        (status = 400, description = "A parameter is not understood", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn suggest_subjects(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    refuse_unknown(&visit.params, &[])?;
    let asked = app.ask(|library| {
        suggest(&*library.catalogue, LEAST_CONFIDENCE, Timestamp::now())?;
        Ok(suggestions(&*library.catalogue)?)
    });
    let answer = suggestions_answer(asked.await?.as_ref(), 0, 20);
    Ok((NO_STORE, Json(answer)).into_response())
}

/// What was decided about subjects
#[utoipa::path(
    get, path = "/api/v1/subjects/decisions", operation_id = "listSubjectDecisions", security(("key" = [])),
    responses(
        (status = 200, description = "The log, oldest first", body = Vec<DecisionAnswer>),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_subject_decisions(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let log = app
        .ask(|library| Ok(decisions(&*library.catalogue)?))
        .await?;
    let log: Vec<DecisionAnswer> = log.into_iter().map(DecisionAnswer::from).collect();
    Ok((NO_STORE, Json(log)).into_response())
}

/// Accept or reject a code for a record
#[utoipa::path(
    post, path = "/api/v1/subjects/decisions", operation_id = "decideSubject", security(("key" = [])),
    request_body = NewDecision,
    responses(
        (status = 201, description = "The decision: an accepted code stands in the record", body = DecisionAnswer),
        (status = 400, description = "The body cannot be read, or record or code are not there", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn decide_subject(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let wanted: NewDecision = body(&bytes, &headers)?;
    let record = record_id("record", &wanted.record)?;
    let done = app.ask(move |library| {
        let scheme = wanted.scheme.as_deref().unwrap_or(subjects::KHCN);
        let code = (scheme, wanted.code.as_str());
        let done = decide(
            &*library.catalogue,
            &record,
            code,
            wanted.accept,
            &by,
            Timestamp::now(),
        )?;
        follow(library);
        Ok(DecisionAnswer::from(done))
    });
    Ok((StatusCode::CREATED, NO_STORE, Json(done.await?)).into_response())
}

/// Take a decision back
#[utoipa::path(
    delete, path = "/api/v1/subjects/decisions/{number}", operation_id = "undoSubjectDecision", security(("key" = [])),
    params(("number" = u64, Path, description = "Number of the decision")),
    responses(
        (status = 200, description = "The decision, undone", body = DecisionAnswer),
        (status = 400, description = "There is no such decision, or it was undone already", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn undo_subject_decision(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let number =
        crate::api::authorities::act_number(&path.map(|Path(raw)| raw).unwrap_or_default())?;
    let done = app.ask(move |library| {
        let done = undo(&*library.catalogue, number, Timestamp::now())?;
        follow(library);
        Ok(DecisionAnswer::from(done))
    });
    Ok((NO_STORE, Json(done.await?)).into_response())
}
