//! `POST /api/v1/similar`, `POST /api/v1/overlap`,
//! `/api/v1/records/{id}/overlap`: a text from outside, or a record, beside the
//! library.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use search::{
    OverlapRequest, SearchRequest,
    overlap::{Compared, Overlap, PassagePair, RecordOverlap, Side},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        search::{character_ranges, refuse_unknown},
        similar::{SimilarAnswer, similar_answer},
    },
    app::App,
    edge::NO_STORE,
    error::{ApiError, shown},
    lookup::named,
    manuscript::{MOST_PASSAGES, Sent, TextToCompare, of_record},
    params::encode,
    search_params::{MOST_HITS, count, filters, search_error},
    visit::Visit,
};

/// What of a text stands in the library already.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverlapAnswer {
    /// What was compared.
    compared: ComparedAnswer,
    /// What the caller should know: what could not be compared, and why.
    notices: Vec<String>,
    /// The records with most in common, from the most alike.
    records: Vec<RecordOverlapAnswer>,
}

/// What was compared.
#[derive(Debug, Serialize, ToSchema)]
struct ComparedAnswer {
    /// Records that the caller may see and that meet the filters: all were searched.
    n_records: u64,
    /// Records whose every passage was compared.
    n_examined: usize,
    /// Passages of the text.
    n_passages: usize,
    /// Those that records were looked up for.
    n_looked_up: usize,
    /// Whether meaning was compared, not words alone.
    by_meaning: bool,
    /// Words of the text; in Vietnamese, syllables.
    n_words: usize,
    /// Words of the text that stand, in runs of eight or more, in any of the records below.
    n_shared_words: usize,
}

impl From<Compared> for ComparedAnswer {
    fn from(compared: Compared) -> Self {
        Self {
            n_records: compared.n_records,
            n_examined: compared.n_examined,
            n_passages: compared.n_passages,
            n_looked_up: compared.n_looked_up,
            by_meaning: compared.by_meaning,
            n_words: compared.n_words,
            n_shared_words: compared.n_shared_words,
        }
    }
}

/// What a record has in common with the text.
#[derive(Debug, Serialize, ToSchema)]
struct RecordOverlapAnswer {
    /// Name of the record in this library.
    id: String,
    /// Its title in the language asked, else in another.
    title: String,
    /// Its year.
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    /// `paper`, `patent`, `dataset`, `thesis`, `report`, `task`, `book`, `other`.
    #[serde(rename = "type")]
    record_type: &'static str,
    /// Address of the record's page.
    url: String,
    /// That of its most alike passage, from 0 to 1.
    similarity: f64,
    /// Words of the text that stand, in runs, in this record.
    n_shared_words: usize,
    /// The passages side by side, from the most alike; at most five.
    pairs: Vec<OverlapPairAnswer>,
}

/// Two passages side by side.
#[derive(Debug, Serialize, ToSchema)]
struct OverlapPairAnswer {
    /// `copied`, `partly_copied`, `translated`, `reworded` or `related`; the last is no finding.
    kind: &'static str,
    /// From 0 to 1: the larger of the share of shared words and of the chance that both say the same.
    similarity: f64,
    /// Cosine of their vectors, where meaning was compared.
    cosine: Option<f32>,
    /// Words in shared runs.
    n_shared_words: usize,
    /// The passage of the text.
    own: SideAnswer,
    /// The passage of the record.
    theirs: SideAnswer,
}

/// One of two passages.
#[derive(Debug, Serialize, ToSchema)]
struct SideAnswer {
    /// Number of the passage, from 1.
    number: usize,
    /// Page on which it begins, from 1.
    page: Option<u32>,
    /// Its language, ISO 639; `und` when that cannot be told.
    language: &'static str,
    /// Its text.
    text: String,
    /// Shared runs as `[start, end)` in Unicode characters.
    highlights: Vec<[usize; 2]>,
}

impl From<Side> for SideAnswer {
    fn from(side: Side) -> Self {
        Self {
            number: side.number,
            page: side.page,
            language: side.lang,
            highlights: character_ranges(&side.text),
            text: side.text.text,
        }
    }
}

impl From<PassagePair> for OverlapPairAnswer {
    fn from(pair: PassagePair) -> Self {
        Self {
            kind: pair.kind.as_str(),
            similarity: pair.similarity,
            cosine: pair.cosine,
            n_shared_words: pair.n_shared_words,
            own: SideAnswer::from(pair.own),
            theirs: SideAnswer::from(pair.theirs),
        }
    }
}

fn overlap_answer(found: Overlap, visit: &Visit) -> OverlapAnswer {
    let record = |found: RecordOverlap| RecordOverlapAnswer {
        title: found.record.display_title(&visit.locale.lang()).to_owned(),
        year: found.record.year.map(records::Year::get),
        record_type: found.record.record_type.as_str(),
        url: format!(
            "{}/records/{}",
            visit.base_url,
            encode(found.record.id.as_str())
        ),
        similarity: found.similarity,
        n_shared_words: found.n_shared_words,
        pairs: found
            .pairs
            .into_iter()
            .map(OverlapPairAnswer::from)
            .collect(),
        id: found.record.id.into(),
    };
    OverlapAnswer {
        compared: found.compared.into(),
        notices: found.notices,
        records: found.records.into_iter().map(record).collect(),
    }
}

/// Compares what was sent with what the visitor may see.
pub(crate) async fn overlap(app: &App, sent: Sent, visit: &Visit) -> Result<Overlap, ApiError> {
    let (limit, filters) = (sent.limit()?, sent.filters()?);
    let (clearance, lang) = (visit.clearance, visit.locale.lang());
    app.ask(move |library| {
        let (manuscript, except) = sent.manuscript(library, clearance)?;
        let request = OverlapRequest {
            except,
            filters,
            lang,
            limit,
            max_passages: MOST_PASSAGES,
            ..OverlapRequest::new(manuscript, clearance)
        };
        let found = library.searcher.overlap(&request);
        found.map_err(|error| search_error(error, ""))
    })
    .await
}

/// What of a text stands in the library already
///
/// Passage beside passage, with the words that both share. The text is sent as
/// JSON or, with a document, as a form; nothing of it is kept.
#[utoipa::path(
    post, path = "/api/v1/overlap", operation_id = "findOverlap",
    params(("lang" = Option<String>, Query, description = "vi or en: language of titles and notices")),
    request_body(description = "The text, a document (`file`, at most 32 MiB) or the name of a record", content(
        (TextToCompare = "application/json"),
        (Upload = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "What was compared and what was found", body = OverlapAnswer),
        (status = 400, description = "The body cannot be read, or holds no words", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn post_overlap(
    State(app): State<Arc<App>>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let sent = Sent::read(request).await?;
    let answer = overlap_answer(overlap(&app, sent, &visit).await?, &visit);
    Ok((NO_STORE, Json(answer)).into_response())
}

/// The form of an upload, for the description.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; it is read part by part")]
pub(crate) struct Upload {
    /// The document: PDF, Word, text and others.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: Option<String>,
    /// Instead of it, the text itself.
    text: Option<String>,
    /// Instead of both, the name of a record.
    record: Option<String>,
    /// Records to give back, 1 to 100.
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// FIELD:VALUE, repeatable.
    filter: Option<Vec<String>>,
}

/// What of a record stands in others
#[utoipa::path(
    get, path = "/api/v1/records/{id}/overlap", operation_id = "getOverlap",
    params(
        ("id" = String, Path, description = "Name of the record in this library, percent-encoded"),
        ("limit" = Option<u32>, Query, description = "Records to give back", minimum = 1, maximum = 100),
        ("filter" = Option<Vec<String>>, Query, description = "FIELD:VALUE, repeatable; a year may be a span: year:2010..2020"),
        ("lang" = Option<String>, Query, description = "vi or en: language of titles and notices"),
    ),
    responses(
        (status = 200, description = "What was compared and what was found", body = OverlapAnswer),
        (status = 400, description = "A parameter cannot be read, or the record holds no words", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_overlap(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["limit", "filter"])?;
    count(&visit.params, "limit", 10, 1, MOST_HITS)?;
    filters(&visit.params)?;
    let sent = Sent {
        record: Some(named(path)?),
        params: visit.params.clone(),
        ..Sent::default()
    };
    let answer = overlap_answer(overlap(&app, sent, &visit).await?, &visit);
    Ok((NO_STORE, Json(answer)).into_response())
}

/// Records about the same as a text
///
/// Those whose passages are nearest in meaning to the mean of the text's. The
/// text is sent as JSON or, with a document, as a form; nothing of it is kept.
#[utoipa::path(
    post, path = "/api/v1/similar", operation_id = "findSimilar",
    params(("lang" = Option<String>, Query, description = "vi or en: which title is shown when there are several")),
    request_body(description = "The text, a document (`file`, at most 32 MiB) or the name of a record", content(
        (TextToCompare = "application/json"),
        (Upload = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "The records", body = SimilarAnswer),
        (status = 400, description = "The body cannot be read, or holds no words", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn post_similar(
    State(app): State<Arc<App>>,
    visit: Visit,
    request: Request,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let sent = Sent::read(request).await?;
    let similar = similar(&app, sent, &visit).await?;
    Ok((NO_STORE, Json(similar_answer(similar, &visit))).into_response())
}

/// Records like what was sent, of those that the visitor may see.
pub(crate) async fn similar(
    app: &App,
    sent: Sent,
    visit: &Visit,
) -> Result<search::Similar, ApiError> {
    let request = SearchRequest {
        limit: sent.limit()?,
        filters: sent.filters()?,
        lang: visit.locale.lang(),
        ..SearchRequest::new("", visit.clearance)
    };
    sent.check()?;
    app.ask(move |library| {
        let clearance = request.clearance;
        let found = match &sent.record {
            Some(raw) => {
                let (_, id) = of_record(library, raw, clearance)?;
                let id = id.ok_or(ApiError::RecordNotFound { id: shown(raw) })?;
                let found = library.searcher.similar(&id, &request);
                let found = found.map_err(|error| search_error(error, ""))?;
                return found.ok_or(ApiError::RecordNotFound { id: shown(raw) });
            }
            None => {
                let (manuscript, _) = sent.manuscript(library, clearance)?;
                library.searcher.similar_to(&manuscript, &request)
            }
        };
        found.map_err(|error| search_error(error, ""))
    })
    .await
}
