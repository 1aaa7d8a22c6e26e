//! `/api/v1/records`, `/api/v1/changes`, `/api/v1/dump`: the whole library in
//! the order in which it grew, for mirrors and analyses. Whoever has read up to
//! a number goes on from there and misses nothing.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use catalog::{Change, Changes, Detail, WhatChanged};
use futures_util::stream;
use records::{ChangeSeq, Clearance, Record};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::search::refuse_unknown,
    app::{App, Library},
    audit::{Noted, with_note},
    error::ApiError,
    public::public_record,
    search_params::count,
    visit::Visit,
};

/// Purpose of the cursors of `/api/v1/records`.
const PURPOSE: &str = "records";
/// Most records in one answer.
const MOST: usize = 500;

/// One page of the library.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordList {
    /// The records, in the order of their newest change.
    #[schema(value_type = Vec<crate::api::openapi::RecordSchema>)]
    records: Vec<Record>,
    /// Send it as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeList {
    /// The changes, in order; at most one a record, its newest.
    changes: Vec<ChangeAnswer>,
    /// Send it as `since` next time.
    up_to: u64,
    /// Whether nothing more had changed when this was read.
    is_last: bool,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeAnswer {
    /// Its number.
    seq: u64,
    /// When, in UTC.
    at: String,
    /// Which record.
    id: String,
    /// Whether the record has gone, or may no longer be seen.
    deleted: bool,
    /// The record that stands for it now, after a merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    /// The record as it is now, without full text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::api::openapi::RecordSchema>)]
    record: Option<Record>,
}

/// All records, page by page
///
/// Without full text, in the order of their newest change. A cursor stays good
/// for ever: records that changed since come again at the end.
#[utoipa::path(
    get, path = "/api/v1/records", operation_id = "listRecords",
    params(
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before; empty for the first page"),
        ("limit" = Option<u32>, Query, description = "Records to give back; 100 when not sent", minimum = 1, maximum = 500),
        ("lang" = Option<String>, Query, description = "vi or en: language of error messages"),
    ),
    responses(
        (status = 200, description = "One page of records", body = RecordList),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The library is busy", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_records(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["cursor", "limit"])?;
    let limit = count(&visit.params, "limit", 100, 1, MOST)?;
    let mut at = match visit.params.get("cursor") {
        None => ChangeSeq::ZERO,
        Some(cursor) => read_cursor(&app, cursor)?,
    };
    let clearance = visit.clearance;
    let found = app.ask(move |library| {
        let mut records = Vec::new();
        loop {
            let page = changes(
                library,
                at,
                limit - records.len(),
                clearance,
                Detail::Summary,
            )?;
            records.extend(page.changes.into_iter().filter_map(upserted));
            at = page.up_to;
            if page.is_last || records.len() == limit {
                return Ok((records, (!page.is_last).then_some(at)));
            }
        }
    });
    let (records, next) = found.await?;
    let shown = records
        .into_iter()
        .map(|record| public_record(record, clearance));
    let answer = RecordList {
        records: shown.collect(),
        next_cursor: next.map(|seq| app.signer.seal(PURPOSE, &seq.0.to_string())),
    };
    Ok(([(header::CACHE_CONTROL, "private, no-cache")], Json(answer)).into_response())
}

fn read_cursor(app: &App, cursor: &str) -> Result<ChangeSeq, ApiError> {
    let payload = app.signer.open(PURPOSE, cursor);
    let seq = payload.and_then(|payload| payload.parse().ok());
    seq.map(ChangeSeq).ok_or_else(|| {
        let cure = "send next_cursor of the page before, or none for the first page";
        ApiError::invalid("cursor", cursor, "was not given out by this library", cure)
    })
}

fn upserted(change: Change) -> Option<Record> {
    match change.what {
        WhatChanged::Upsert(stored) => Some(stored.record),
        WhatChanged::Tombstone { .. } => None,
    }
}

fn changes(
    library: &Library,
    after: ChangeSeq,
    limit: usize,
    clearance: Clearance,
    detail: Detail,
) -> Result<Changes, ApiError> {
    let found = library.catalogue.changes(after, limit, clearance, detail);
    found.map_err(ApiError::unavailable)
}

/// What changed since a number
///
/// Records that came or changed, and those that went: what a mirror needs. Ask
/// again with `up_to` as `since`, for ever. A record that may no longer be seen
/// comes as deleted.
#[utoipa::path(
    get, path = "/api/v1/changes", operation_id = "listChanges",
    params(
        ("since" = Option<u64>, Query, description = "Number of the last change that the caller has; 0 for all", minimum = 0),
        ("limit" = Option<u32>, Query, description = "Changes to give back; 100 when not sent", minimum = 1, maximum = 500),
        ("lang" = Option<String>, Query, description = "vi or en: language of error messages"),
    ),
    responses(
        (status = 200, description = "One page of changes", body = ChangeList),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The library is busy", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_changes(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["since", "limit"])?;
    let limit = count(&visit.params, "limit", 100, 1, MOST)?;
    // Numbers of SQLite end at 2^63.
    let since = count(&visit.params, "since", 0, 0, i64::MAX as usize)?;
    let after = ChangeSeq(since as u64);
    let clearance = visit.clearance;
    let page = app.ask(move |library| changes(library, after, limit, clearance, Detail::Summary));
    let page = page.await?;
    let answer = ChangeList {
        up_to: page.up_to.0,
        is_last: page.is_last,
        changes: page
            .changes
            .into_iter()
            .map(|c| change(c, clearance))
            .collect(),
    };
    Ok(([(header::CACHE_CONTROL, "private, no-cache")], Json(answer)).into_response())
}

fn change(change: Change, clearance: Clearance) -> ChangeAnswer {
    let (record, merged_into) = match change.what {
        WhatChanged::Upsert(stored) => (Some(public_record(stored.record, clearance)), None),
        WhatChanged::Tombstone { merged_into } => (None, merged_into),
    };
    ChangeAnswer {
        seq: change.seq.0,
        at: change.at.to_string(),
        id: change.id.into(),
        deleted: record.is_none(),
        merged_into: merged_into.map(Into::into),
        record,
    }
}

/// Records read at once for a dump; full texts bound it further.
const READ_AT_ONCE: usize = 200;

/// The whole library as one file
///
/// JSON Lines, a record a line, with full texts, as far as the caller may see.
/// The header `X-Change-Seq` gives the number from which `/api/v1/changes` goes
/// on.
#[utoipa::path(
    get, path = "/api/v1/dump", operation_id = "dump",
    responses(
        (status = 200, description = "All records, a line each", body = String, content_type = "application/x-ndjson"),
        (status = 503, description = "The library is busy", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_dump(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let newest = app.ask(|library| library.catalogue.seq().map_err(ApiError::unavailable));
    let newest = newest.await?;
    let clearance = visit.clearance;
    let noted = Noted::taken(&visit, format!("dump up to change {}", newest.0));
    let lines = stream::try_unfold(Some(ChangeSeq::ZERO), move |at| {
        let app = app.clone();
        async move {
            let Some(at) = at else {
                return Ok(None);
            };
            let chunk = app
                .ask(move |library| dump_chunk(library, at, clearance))
                .await;
            chunk.map(Some).map_err(|error| {
                error.log();
                std::io::Error::other("the dump broke off; try again")
            })
        }
    });
    let mut response = Response::new(Body::from_stream(lines));
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "application/x-ndjson");
    set(header::CACHE_CONTROL, "private, no-store");
    set(
        header::CONTENT_DISPOSITION,
        "attachment; filename=\"tri-thuc.jsonl\"",
    );
    headers.insert(
        HeaderName::from_static("x-change-seq"),
        HeaderValue::from(newest.0),
    );
    Ok(with_note(noted, response))
}

/// The lines of the next records, and where to go on, if anywhere.
fn dump_chunk(
    library: &Library,
    at: ChangeSeq,
    clearance: Clearance,
) -> Result<(Vec<u8>, Option<ChangeSeq>), ApiError> {
    let page = changes(library, at, READ_AT_ONCE, clearance, Detail::Full)?;
    let next = (!page.is_last).then_some(page.up_to);
    let mut lines = Vec::new();
    for record in page.changes.into_iter().filter_map(upserted) {
        let record = public_record(record, clearance);
        serde_json::to_writer(&mut lines, &record).map_err(ApiError::internal)?;
        lines.push(b'\n');
    }
    Ok((lines, next))
}
