//! `/api/v1/quality`: how good the records are by the six criteria, and what to
//! mend. For librarians: worklists name records of every access level.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use catalog::CatalogStore;
use duplicates::{DuplicatesError, undecided};
use jiff::Timestamp;
use quality::{
    Entry, Point, QualityError, Report, Rule, Scores, Worklist, last_report, survey_and_keep,
    trend, worklist,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::search::refuse_unknown,
    app::App,
    auth::is_foreign,
    edge::NO_STORE,
    error::ApiError,
    search_params::count,
    visit::Visit,
};

/// Scores of a set of records.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScoresAnswer {
    /// Records in it.
    n_records: u64,
    /// Mean of the records' scores, 0 to 100.
    overall: f64,
    /// By criterion: correct, complete, clean, live, consistent, shared.
    criteria: BTreeMap<&'static str, f64>,
}

/// The scores of one day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointAnswer {
    /// When the survey was made, UTC.
    at: String,
    /// Its scores.
    scores: ScoresAnswer,
}

/// A rule, and how many records fail it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleAnswer {
    /// Its name.
    id: &'static str,
    /// The criterion that it belongs to.
    criterion: &'static str,
    /// How much it counts in its criterion, 1 to 3.
    weight: u32,
    /// What it asks, by language.
    asks: BTreeMap<&'static str, &'static str>,
    /// What to do about a record that fails, by language.
    cure: BTreeMap<&'static str, &'static str>,
    /// It applies to so many records.
    asked: u64,
    /// It fails for so many.
    failed: u64,
}

/// The last survey of the library's quality.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityAnswer {
    /// When it was made, UTC; absent before the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// The change of the catalogue that it knew.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// All records; absent before the first survey.
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<ScoresAnswer>,
    /// By source.
    sources: BTreeMap<String, ScoresAnswer>,
    /// By collection.
    collections: BTreeMap<String, ScoresAnswer>,
    /// By record type.
    types: BTreeMap<String, ScoresAnswer>,
    /// All rules, criterion by criterion.
    rules: Vec<RuleAnswer>,
    /// One point a day, oldest first.
    trend: Vec<PointAnswer>,
}

/// A record to mend.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryAnswer {
    /// Its id.
    id: String,
    /// Its score over all rules, 0 to 100.
    score: f64,
    /// The value at fault; empty where something is missing.
    fault: String,
}

/// The records that fail a rule, worst first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorklistAnswer {
    /// The rule.
    rule: RuleAnswer,
    /// At most 1,000 are kept.
    total: usize,
    /// This page of them.
    records: Vec<EntryAnswer>,
}

impl From<Scores> for ScoresAnswer {
    fn from(scores: Scores) -> Self {
        let criteria = scores.criteria.into_iter();
        Self {
            n_records: scores.n_records,
            overall: scores.overall,
            criteria: criteria
                .map(|(criterion, score)| (criterion.as_str(), score))
                .collect(),
        }
    }
}

impl From<QualityError> for ApiError {
    fn from(error: QualityError) -> Self {
        match error {
            QualityError::NoRule(_) => Self::NoSuchPage,
            QualityError::Damaged { .. } => Self::internal(error),
            QualityError::Catalog(error) => Self::unavailable(error),
        }
    }
}

/// The last survey and the trend, or nothing before the first one.
pub(crate) fn kept(catalogue: &dyn CatalogStore) -> Result<(Option<Report>, Vec<Point>), ApiError> {
    Ok((last_report(catalogue)?, trend(catalogue)?))
}

/// Judges every record anew and keeps the result.
pub(crate) fn judge_all(catalogue: &dyn CatalogStore) -> Result<(), ApiError> {
    let duplicates = undecided(catalogue).map_err(|error| match error {
        DuplicatesError::Catalog(error) => ApiError::unavailable(error),
        error => ApiError::internal(error),
    })?;
    survey_and_keep(catalogue, duplicates, Timestamp::now())?;
    Ok(())
}

fn rule_answer(rule: &'static Rule, report: Option<&Report>) -> RuleAnswer {
    let count = report.and_then(|report| report.rules.get(rule.id));
    let count = count.copied().unwrap_or_default();
    RuleAnswer {
        id: rule.id,
        criterion: rule.criterion.as_str(),
        weight: rule.weight,
        asks: BTreeMap::from([("vi", rule.asks.vi), ("en", rule.asks.en)]),
        cure: BTreeMap::from([("vi", rule.cure.vi), ("en", rule.cure.en)]),
        asked: count.asked,
        failed: count.failed,
    }
}

fn quality_answer(report: Option<Report>, trend: Vec<Point>) -> QualityAnswer {
    let rules = Rule::all().map(|rule| rule_answer(rule, report.as_ref()));
    let rules = rules.collect();
    let trend = trend.into_iter().map(|point| PointAnswer {
        at: point.at.to_string(),
        scores: point.scores.into(),
    });
    let groups = |groups: BTreeMap<String, Scores>| {
        let groups = groups.into_iter();
        groups.map(|(name, scores)| (name, scores.into())).collect()
    };
    let mut answer = QualityAnswer {
        at: None,
        seq: None,
        scores: None,
        sources: BTreeMap::new(),
        collections: BTreeMap::new(),
        types: BTreeMap::new(),
        rules,
        trend: trend.collect(),
    };
    if let Some(report) = report {
        answer.at = Some(report.at.to_string());
        answer.seq = Some(report.seq.0);
        answer.scores = Some(report.scores.into());
        answer.sources = groups(report.sources);
        answer.collections = groups(report.collections);
        answer.types = groups(report.types);
    }
    answer
}

/// Quality of the records
///
/// The last survey by the six criteria of the national data strategy, the
/// rules behind the scores, and the scores over time.
#[utoipa::path(
    get, path = "/api/v1/quality", operation_id = "getQuality", security(("key" = [])),
    responses(
        (status = 200, description = "The last survey", body = QualityAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_quality(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let (report, trend) = app.ask(|library| kept(&*library.catalogue)).await?;
    Ok((NO_STORE, Json(quality_answer(report, trend))).into_response())
}

/// Judge all records
///
/// Holds every rule against every record, and keeps the result.
#[utoipa::path(
    post, path = "/api/v1/quality", operation_id = "judgeQuality", security(("key" = [])),
    responses(
        (status = 200, description = "The new survey", body = QualityAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn judge_quality(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let asked = app.ask(|library| {
        judge_all(&*library.catalogue)?;
        kept(&*library.catalogue)
    });
    let (report, trend) = asked.await?;
    Ok((NO_STORE, Json(quality_answer(report, trend))).into_response())
}

/// Records that fail a rule
///
/// As the last survey found them, worst first.
#[utoipa::path(
    get, path = "/api/v1/quality/{rule}", operation_id = "getWorklist", security(("key" = [])),
    params(
        ("rule" = String, Path, description = "Name of the rule"),
        ("limit" = Option<u32>, Query, description = "Records to give back", minimum = 1, maximum = 1000),
        ("offset" = Option<u32>, Query, description = "Records to pass over", minimum = 0, maximum = 1000),
    ),
    responses(
        (status = 200, description = "The records", body = WorklistAnswer),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such rule", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_worklist(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["limit", "offset"])?;
    let limit = count(&visit.params, "limit", 100, 1, Worklist::MOST)?;
    let offset = count(&visit.params, "offset", 0, 0, Worklist::MOST)?;
    let rule = named_rule(path)?;
    let asked = app.ask(move |library| {
        let catalogue = &*library.catalogue;
        Ok((worklist(catalogue, rule.id)?, last_report(catalogue)?))
    });
    let (list, report) = asked.await?;
    let Worklist(entries) = list.unwrap_or_default();
    let page = entries.iter().skip(offset).take(limit);
    let answer = WorklistAnswer {
        rule: rule_answer(rule, report.as_ref()),
        total: entries.len(),
        records: page.map(entry_answer).collect(),
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// The rule that a path names.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) fn named_rule(
    path: Result<Path<String>, PathRejection>,
) -> Result<&'static Rule, ApiError> {
    let name = path.map(|Path(name)| name).unwrap_or_default();
    Rule::find(&name).ok_or(ApiError::NoSuchPage)
}

fn entry_answer(entry: &Entry) -> EntryAnswer {
    EntryAnswer {
        id: entry.id.to_string(),
        score: entry.score,
        fault: entry.fault.clone(),
    }
}
