//! `/api/v1/duplicates`: records that may be one work, and what librarians
//! decide about them.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use duplicates::{Field, Group, Merge, Pair, SameAs, groups, keep_apart, listed, merges};
use jiff::Timestamp;
use records::RecordId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::{accounts::body, search::refuse_unknown},
    app::App,
    auth::is_foreign,
    decisions,
    edge::NO_STORE,
    error::ApiError,
    search_params::count,
    visit::Visit,
};

/// Two records that may be one work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PairAnswer {
    /// The smaller id.
    a: String,
    /// The greater id.
    b: String,
    /// `duplicate` or `version`.
    same_as: SameAsAnswer,
    /// How likely they are one work, 0 to 1.
    probability: f32,
    /// What was compared, each with its figures.
    #[schema(value_type = Vec<Object>)]
    evidence: Vec<serde_json::Value>,
}

/// What two records are to each other.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SameAsAnswer {
    /// Two descriptions of one publication.
    Duplicate,
    /// Two publications of one work.
    Version,
}

/// Records that hang together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupAnswer {
    /// Their ids.
    ids: Vec<String>,
    /// The pairs between them, likeliest first.
    pairs: Vec<PairAnswer>,
}

/// What the last search for duplicates found and nobody has decided on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DuplicatesAnswer {
    /// When it was made, UTC; absent before the first (`trithuc duplicates find`).
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Groups in all.
    total: usize,
    /// This page of them, likeliest first.
    groups: Vec<GroupAnswer>,
}

/// A merge to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMerge {
    /// The record that stays.
    kept: String,
    /// The records that go into it.
    others: Vec<String>,
    /// Fields to take from one of the records: title, abstract, keywords,
    /// agents, year, venue, pages or type, each with the id of the record.
    #[serde(default)]
    take: BTreeMap<String, String>,
}

/// A merge that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MergeAnswer {
    /// Its number.
    number: u64,
    /// When, UTC.
    at: String,
    /// The record that stays.
    kept: String,
    /// The records that went into it.
    merged: Vec<String>,
}

/// Two records that are two works.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApartPair {
    /// One of them.
    a: String,
    /// The other one.
    b: String,
}

impl From<Pair> for PairAnswer {
    fn from(pair: Pair) -> Self {
        let evidence = pair.evidence.iter();
        Self {
            a: pair.a.to_string(),
            b: pair.b.to_string(),
            same_as: match pair.same_as {
                SameAs::Duplicate => SameAsAnswer::Duplicate,
                SameAs::Version => SameAsAnswer::Version,
            },
            probability: pair.probability,
            evidence: evidence
                .map(|evidence| serde_json::json!(evidence))
                .collect(),
        }
    }
}

impl From<Group> for GroupAnswer {
    fn from(group: Group) -> Self {
        Self {
            ids: group.ids.iter().map(RecordId::to_string).collect(),
            pairs: group.pairs.into_iter().map(PairAnswer::from).collect(),
        }
    }
}

impl From<Merge> for MergeAnswer {
    fn from(merge: Merge) -> Self {
        Self {
            number: merge.number,
            at: merge.at.to_string(),
            kept: merge.kept.to_string(),
            merged: merge.merged.iter().map(RecordId::to_string).collect(),
        }
    }
}

/// An id out of a body or form.
///
/// # Errors
/// [`ApiError::InvalidParameter`] naming the parameter.
pub(crate) fn record_id(parameter: &'static str, raw: &str) -> Result<RecordId, ApiError> {
    RecordId::new(raw).map_err(|error| {
        let cure = "send the id of a record";
        ApiError::invalid(parameter, raw, format!("is no id ({error})"), cure)
    })
}

/// A field that can be chosen, and the record it comes from.
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn choice(field: &str, id: &str) -> Result<(Field, RecordId), ApiError> {
    let known = field.parse::<Field>().map_err(|error| {
        let cure = "send a field that can be chosen";
        ApiError::invalid("take", field, format!("is no field ({error})"), cure)
    })?;
    Ok((known, record_id("take", id)?))
}

/// Records that may be one work
#[utoipa::path(
    get, path = "/api/v1/duplicates", operation_id = "listDuplicates", security(("key" = [])),
    params(
        ("limit" = Option<u32>, Query, description = "Groups to give back", minimum = 1, maximum = 500),
        ("offset" = Option<u32>, Query, description = "Groups to pass over", minimum = 0, maximum = 1000000),
    ),
    responses(
        (status = 200, description = "Groups with their evidence", body = DuplicatesAnswer),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_duplicates(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &["limit", "offset"])?;
    let limit = count(&visit.params, "limit", 20, 1, 500)?;
    let offset = count(&visit.params, "offset", 0, 0, 1_000_000)?;
    let survey = app.ask(|library| Ok(listed(&*library.catalogue)?)).await?;
    let groups = survey.as_ref().map_or_else(Vec::new, |s| groups(&s.pairs));
    let answer = DuplicatesAnswer {
        at: survey.map(|survey| survey.at.to_string()),
        total: groups.len(),
        groups: groups
            .into_iter()
            .skip(offset)
            .take(limit)
            .map(GroupAnswer::from)
            .collect(),
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// Say that two records are two works
#[utoipa::path(
    post, path = "/api/v1/duplicates/apart", operation_id = "keepApart", security(("key" = [])),
    request_body = ApartPair,
    responses(
        (status = 204, description = "They are not listed again"),
        (status = 400, description = "The body cannot be read, or a record is not there", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn keep_duplicates_apart(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let pair: ApartPair = body(&bytes, &headers)?;
    let (a, b) = (record_id("a", &pair.a)?, record_id("b", &pair.b)?);
    if a == b {
        return Err(ApiError::invalid(
            "b",
            &pair.b,
            "is the same record as a",
            "send another one",
        ));
    }
    app.ask(move |library| Ok(keep_apart(&*library.catalogue, &a, &b, Timestamp::now())?))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Merges that can be undone
#[utoipa::path(
    get, path = "/api/v1/duplicates/merges", operation_id = "listMerges", security(("key" = [])),
    responses(
        (status = 200, description = "The merges, oldest first", body = Vec<MergeAnswer>),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_merges(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Read)?;
    refuse_unknown(&visit.params, &[])?;
    let merges = app.ask(|library| Ok(merges(&*library.catalogue)?)).await?;
    let merges: Vec<MergeAnswer> = merges.into_iter().map(MergeAnswer::from).collect();
    Ok((NO_STORE, Json(merges)).into_response())
}

/// Merge records
///
/// What the kept record lacks comes from the others, in their order; the ids of
/// the others lead to it from now on.
#[utoipa::path(
    post, path = "/api/v1/duplicates/merges", operation_id = "addMerge", security(("key" = [])),
    request_body = NewMerge,
    responses(
        (status = 201, description = "The merge", body = MergeAnswer),
        (status = 400, description = "The body cannot be read, or a record is not there", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_merge(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    visit.needs(Role::Librarian, Scope::Write)?;
    refuse_unknown(&visit.params, &[])?;
    let wanted: NewMerge = body(&bytes, &headers)?;
    let kept = record_id("kept", &wanted.kept)?;
    let others = wanted.others.iter().map(|id| record_id("others", id));
    let others = others.collect::<Result<Vec<RecordId>, ApiError>>()?;
    if others.is_empty() {
        return Err(ApiError::MissingParameter {
            name: "others",
            cure: "name at least one record that goes into the kept one",
        });
    }
    let choices = wanted.take.iter().map(|(field, id)| choice(field, id));
    let choices = choices.collect::<Result<Vec<_>, ApiError>>()?;
    let merged = app.ask(move |library| decisions::merge(library, &kept, &others, &choices));
    let answer = Json(MergeAnswer::from(merged.await?));
    Ok((StatusCode::CREATED, NO_STORE, answer).into_response())
}

/// Take a merge back
#[utoipa::path(
    delete, path = "/api/v1/duplicates/merges/{number}", operation_id = "undoMerge", security(("key" = [])),
    params(("number" = u64, Path, description = "Number of the merge")),
    responses(
        (status = 200, description = "The merge that was: every record is as it was before it", body = MergeAnswer),
        (status = 400, description = "The kept record was changed since, or there is no such merge", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a librarian, or the key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn undo_merge(
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
    let raw = path.map(|Path(raw)| raw).unwrap_or_default();
    let number = merge_number(&raw)?;
    let undone = app
        .ask(move |library| decisions::undo(library, number))
        .await?;
    Ok((NO_STORE, Json(MergeAnswer::from(undone))).into_response())
}

/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn merge_number(raw: &str) -> Result<u64, ApiError> {
    raw.parse().map_err(|_| {
        let cure = "send the number of a merge";
        ApiError::invalid("number", raw, "is not a whole number", cure)
    })
}
