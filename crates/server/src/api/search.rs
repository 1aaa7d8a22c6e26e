//! `/api/v1/search`: one page of results.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use search::{FacetCount, FusionParts, Highlighted, Hit, SearchRequest, SearchResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    authorities::with_headings,
    error::ApiError,
    params::{Params, encode},
    search_params::{DEEPEST_HIT, search_error, search_request},
    visit::Visit,
};

/// The parameters of a search; any other is refused, so that a slip of the pen
/// does not pass for an answer.
const KNOWN: [&str; 8] = [
    "q", "mode", "limit", "offset", "filter", "facet", "sort", "explain",
];

/// One page of results.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchAnswer {
    /// How many records match, exactly.
    total: u64,
    /// What `total` is to the true number: always `eq`.
    #[schema(example = "eq")]
    total_relation: &'static str,
    /// Time of the search in milliseconds.
    took_ms: f64,
    /// The indexes that ranked: `lexical`, `semantic` or `hybrid`.
    #[schema(example = "lexical")]
    mode: &'static str,
    /// What the caller should know: the query was read as something else, cut, or widened.
    notices: Vec<String>,
    /// Other queries that may be meant.
    suggestions: Vec<String>,
    /// The results of this page, in order; ties by id.
    hits: Vec<HitAnswer>,
    /// For each facet field asked: its values over all results, from the most frequent.
    facets: BTreeMap<&'static str, Vec<ValueCount>>,
    /// Addresses of this page and its neighbours.
    links: PageLinks,
}

/// One result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HitAnswer {
    /// Name of the record in this library.
    id: String,
    /// Comparable within one answer only.
    score: f64,
    /// The title in the language asked, else in another.
    title: String,
    /// Year of publication, grant or acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    /// `paper`, `patent`, `dataset`, `thesis`, `report`, `task`, `book`, `other`.
    #[serde(rename = "type")]
    record_type: &'static str,
    /// Main language of the work, ISO 639.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// Authors, inventors or principal investigators, names as printed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<String>,
    /// Journal, proceedings, series or university.
    #[serde(skip_serializing_if = "Option::is_none")]
    venue: Option<String>,
    /// `open`, `registered`, `restricted` or `embargoed`.
    access: &'static str,
    /// The passage that shows best why the record was found.
    snippet: Option<String>,
    /// Page of the document that the snippet stands on, from 1.
    page: Option<u32>,
    /// Where the query matches.
    highlights: Highlights,
    /// Address of the record's page.
    url: String,
    /// What the score is made of, when asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<Why>,
}

/// Matching places as `[start, end)` in Unicode characters (code points).
#[derive(Debug, Serialize, ToSchema)]
struct Highlights {
    /// In `title`.
    title: Vec<[usize; 2]>,
    /// In `snippet`.
    snippet: Vec<[usize; 2]>,
}

/// What a score is made of.
#[derive(Debug, Serialize, ToSchema)]
struct Why {
    /// The score of the words: the sum of `terms`.
    lexical: f64,
    /// Its parts, from the largest.
    terms: Vec<WhyTerm>,
    /// How words and meaning make up the score; absent when words alone rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    fusion: Option<WhyFusion>,
}

/// The arithmetic of a score from words and meaning: the sum of `lexical_part`
/// and `semantic_part`.
#[derive(Debug, Serialize, ToSchema)]
struct WhyFusion {
    /// Rank by words, from 1; absent when they do not find the record, or find
    /// it far behind this page.
    lexical_rank: Option<usize>,
    /// The score by words; 0 when they do not find the record.
    lexical_score: f64,
    /// The highest score by words.
    best_lexical_score: f64,
    /// The share of the words of the question that the best records by words hold.
    coverage: f64,
    /// The share of the nearest records that are in the language of the question.
    same_language: f64,
    /// The weight of the words, from 0 to 1: `same_language * 0.65 * min(1, coverage / 0.4) + (1 - same_language) * 0.2`;
    /// 0 or 1 where only one side finds anything.
    lexical_weight: f64,
    /// `lexical_weight * lexical_score / best_lexical_score`
    lexical_part: f64,
    /// Rank by meaning, from 1; absent when it is not among the nearest.
    semantic_rank: Option<usize>,
    /// Cosine between the question and the nearest passage of the record.
    cosine: Option<f64>,
    /// The highest cosine.
    nearest_cosine: f64,
    /// The cosine that counts as nothing in common.
    level_cosine: f64,
    /// `(1 - lexical_weight) * (cosine - level_cosine) / (nearest_cosine - level_cosine)`
    semantic_part: f64,
}

impl From<FusionParts> for WhyFusion {
    fn from(parts: FusionParts) -> Self {
        Self {
            lexical_rank: parts.lexical_rank,
            lexical_score: parts.lexical_score,
            best_lexical_score: parts.best_lexical_score,
            coverage: parts.sight.coverage,
            same_language: parts.sight.same_language,
            lexical_weight: parts.lexical_weight,
            lexical_part: parts.lexical_part,
            semantic_rank: parts.semantic_rank,
            cosine: parts.cosine,
            nearest_cosine: parts.nearest_cosine,
            level_cosine: parts.level_cosine,
            semantic_part: parts.semantic_part,
        }
    }
}

/// One part of a score.
#[derive(Debug, Serialize, ToSchema)]
struct WhyTerm {
    /// The term of the index that was found.
    term: String,
    /// The field it was found in.
    field: &'static str,
    /// The weight of that field.
    field_weight: f32,
    /// How often it stands there.
    frequency: u32,
    /// What it adds to the score.
    score: f32,
}

/// A value and how many results have it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValueCount {
    /// The value, as `filter=field:value` takes it.
    value: String,
    /// Number of results that have it.
    count: u64,
}

impl From<FacetCount> for ValueCount {
    fn from(counted: FacetCount) -> Self {
        Self {
            value: counted.value,
            count: counted.count,
        }
    }
}

/// Addresses of this page of results and its neighbours.
#[derive(Debug, Serialize, ToSchema)]
struct PageLinks {
    /// This page.
    #[serde(rename = "self")]
    this: String,
    /// The next page, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// The previous page, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<String>,
}

/// Search the library
///
/// Totals and facets are exact. Several filters on one field mean "or", filters
/// on different fields mean "and".
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "search",
    params(
        ("q" = Option<String>, Query, description = "The query; empty means every record. Words, \"phrases\", AND OR NOT, field:word, prefix*, parentheses", example = "biến đổi khí hậu"),
        ("mode" = Option<String>, Query, description = "hybrid (default), lexical or semantic"),
        ("limit" = Option<u32>, Query, description = "Results to give back", minimum = 0, maximum = 100),
        ("offset" = Option<u32>, Query, description = "Results to skip; offset and limit together at most 10000", minimum = 0, maximum = 10000),
        ("filter" = Option<Vec<String>>, Query, description = "FIELD:VALUE, repeatable; a year may be a span: year:2010..2020"),
        ("facet" = Option<Vec<String>>, Query, description = "Field to count, repeatable: year, type, language, field, institution, province, country, collection, access, licence, venue, author"),
        ("sort" = Option<String>, Query, description = "relevance (default), newest, oldest or title"),
        ("explain" = Option<bool>, Query, description = "Whether each result says what its score is made of"),
        ("lang" = Option<String>, Query, description = "vi or en: which title is shown when there are several"),
    ),
    responses(
        (status = 200, description = "One page of results", body = SearchAnswer),
        (status = 304, description = "The caller has this answer already (If-None-Match)"),
        (status = 400, description = "A parameter or the query cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 414, description = "The query string is too long", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The library is busy", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_search(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &KNOWN)?;
    let request = search_request(&visit.params, visit.clearance, visit.locale.lang())?;
    let seqs = app.ask(|library| {
        let words = library.full_text.applied_seq();
        let words = words.map_err(ApiError::unavailable)?;
        let meaning = library.searcher.meaning_state();
        Ok((words, meaning.map_err(ApiError::unavailable)?))
    });
    let (words, meaning) = seqs.await?;
    let etag = etag(&visit, &format!("{} {meaning:?}", words.0));
    if is_known(&headers, &etag) {
        return Ok(validated(StatusCode::NOT_MODIFIED.into_response(), &etag));
    }
    let asked = request.clone();
    let answer = app.ask(move |library| {
        let asked = with_headings(library, asked)?;
        let answer = library.searcher.search(&asked);
        answer.map_err(|error| search_error(error, &asked.query))
    });
    let answer = answer_of(answer.await?, &request, &visit);
    Ok(validated(axum::Json(answer).into_response(), &etag))
}

/// Names the first parameter that is not one of `known`, or the first but `q`
/// that is sent without a value.
pub(crate) fn refuse_unknown(params: &Params, known: &[&str]) -> Result<(), ApiError> {
    let is_empty = |(name, value): &(&str, &str)| *name != "q" && value.is_empty();
    if let Some((name, value)) = params.iter().find(is_empty) {
        let cure = "leave it out, or give it a value";
        return Err(ApiError::invalid(name, value, "is empty", cure));
    }
    match params.iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, value)) => {
            let cure = format!("leave it out, or send one of {}", known.join(", "));
            Err(ApiError::invalid(
                name,
                value,
                "belongs to no parameter of this address",
                cure,
            ))
        }
    }
}

/// The same question to the same index has the same answer, but for the time
/// it took: a weak validator.
fn etag(visit: &Visit, seq: &str) -> String {
    let question = visit.params.to_url(visit.locale.code());
    let state = format!(
        "{seq} {:?} {} {question}",
        visit.clearance,
        env!("CARGO_PKG_VERSION")
    );
    format!("W/\"{}\"", &blake3::hash(state.as_bytes()).to_hex()[..32])
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|line| line.to_str().ok());
    given.is_some_and(|line| line.split(',').any(|tag| tag.trim() == etag))
}

fn validated(mut response: Response, etag: &str) -> Response {
    let headers = response.headers_mut();
    let etag = HeaderValue::from_str(etag).expect("hexadecimal digits in quotes are plain ASCII");
    headers.insert(header::ETAG, etag);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    let vary = HeaderValue::from_static("Cookie, Accept-Language");
    headers.insert(header::VARY, vary);
    response
}

fn answer_of(answer: SearchResponse, request: &SearchRequest, visit: &Visit) -> SearchAnswer {
    let links = links(&answer, request, visit);
    let facets = answer.facets.into_iter();
    SearchAnswer {
        total: answer.total,
        total_relation: "eq",
        took_ms: answer.took_ms,
        mode: answer.mode.as_str(),
        notices: answer.notices,
        suggestions: answer.suggestions,
        hits: answer
            .hits
            .into_iter()
            .map(|hit| hit_of(hit, visit))
            .collect(),
        facets: facets
            .map(|(field, counts)| {
                (
                    field.as_str(),
                    counts.into_iter().map(ValueCount::from).collect(),
                )
            })
            .collect(),
        links,
    }
}

pub(crate) fn hit_of(hit: Hit, visit: &Visit) -> HitAnswer {
    let record = &hit.record;
    HitAnswer {
        score: hit.score,
        year: record.year.map(records::Year::get),
        record_type: record.record_type.as_str(),
        language: record.language.as_ref().map(ToString::to_string),
        authors: record.creators().map(|agent| agent.name.clone()).collect(),
        venue: record.venue.clone(),
        access: record.access.as_str(),
        page: hit.page,
        highlights: Highlights {
            title: character_ranges(&hit.title),
            snippet: hit
                .snippet
                .as_ref()
                .map(character_ranges)
                .unwrap_or_default(),
        },
        url: format!("{}/records/{}", visit.base_url, encode(hit.id.as_str())),
        explain: hit.explain.map(|explanation| Why {
            lexical: explanation.lexical,
            terms: explanation
                .terms
                .into_iter()
                .map(|part| WhyTerm {
                    term: part.term,
                    field: part.field,
                    field_weight: part.field_weight,
                    frequency: part.frequency,
                    score: part.score,
                })
                .collect(),
            fusion: explanation.fusion.map(WhyFusion::from),
        }),
        title: hit.title.text,
        snippet: hit.snippet.map(|snippet| snippet.text),
        id: hit.id.into(),
    }
}

/// Byte ranges as ranges of characters, which other languages can use as they
/// are. A range that is none of the text is left out.
pub(crate) fn character_ranges(highlighted: &Highlighted) -> Vec<[usize; 2]> {
    let text = highlighted.text.as_str();
    let ranges = highlighted.marks.iter().filter_map(|mark| {
        let before = text.get(..mark.start)?.chars().count();
        let inside = text.get(mark.start..mark.end)?.chars().count();
        Some([before, before + inside])
    });
    ranges.collect()
}

fn links(answer: &SearchResponse, request: &SearchRequest, visit: &Visit) -> PageLinks {
    let at = |offset: usize| {
        let offset = offset.to_string();
        let value = (offset != "0").then_some(offset.as_str());
        let path = visit.params.with("offset", value).to_url(&visit.path);
        format!("{}{path}", visit.base_url)
    };
    let next = request.offset + request.limit;
    let has_next =
        request.limit > 0 && (next as u64) < answer.total && next + request.limit <= DEEPEST_HIT;
    PageLinks {
        this: at(request.offset),
        next: has_next.then(|| at(next)),
        prev: (request.offset > 0).then(|| at(request.offset.saturating_sub(request.limit))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_not_bytes() {
        let text = Highlighted {
            text: "lúa gạo".into(),
            marks: vec![0..4, 5..10, 90..99],
        };
        assert_eq!(character_ranges(&text), [[0, 3], [4, 7]]);
    }
}
