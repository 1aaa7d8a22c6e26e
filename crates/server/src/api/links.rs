//! `/api/v1/records/{id}/links`: works that have to do with a work, each with
//! what speaks for it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use search::{
    Highlighted, SearchRequest,
    links::{FoundLink, LinkEvidence},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::search::{character_ranges, refuse_unknown},
    app::App,
    error::{ApiError, shown},
    lookup::{find, named},
    params::encode,
    search_params::search_error,
    visit::Visit,
};

/// Works that have to do with a work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinksAnswer {
    /// Stated ones first, then by name, by title, by citation and by likeness.
    links: Vec<LinkAnswer>,
}

/// A work that has to do with the one asked about.
#[derive(Debug, Serialize, ToSchema)]
struct LinkAnswer {
    /// Name of the other record in this library.
    id: String,
    /// Its title in the language asked, else in another.
    title: String,
    /// `paper`, `patent`, `dataset`, `thesis`, `report`, `task`, `book`, `other`.
    #[serde(rename = "type")]
    record_type: &'static str,
    /// Its year.
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    /// Address of its page.
    url: String,
    /// `out`: the one asked about speaks of the other; `in`: the other way round; `both`: they are alike.
    direction: &'static str,
    /// What speaks for it.
    evidence: LinkEvidenceAnswer,
}

/// What speaks for a link.
#[derive(Debug, Default, Serialize, ToSchema)]
struct LinkEvidenceAnswer {
    /// `stated` in the record, `name`: a DOI, number or code stands in the text; `title`: the whole title stands in the text;
    /// `cited`: an entry of the reference list has the title, and the author or the year;
    /// `similar`: another kind of work that says much the same.
    kind: &'static str,
    /// What the record says that it is to the other, when stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<String>,
    /// The name that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    /// The place in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The name or title in it, as `[start, end)` in Unicode characters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    highlights: Vec<[usize; 2]>,
    /// Page of the document that speaks, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    /// Author of the other that the citation names.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// Year of the other that the citation has.
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    /// From 0 to 1, when they are alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
}

impl From<LinkEvidence> for LinkEvidenceAnswer {
    fn from(evidence: LinkEvidence) -> Self {
        let kind = evidence.as_str();
        let quoted = |quote: Highlighted, page| Self {
            kind,
            highlights: character_ranges(&quote),
            text: Some(quote.text),
            page,
            ..Self::default()
        };
        match evidence {
            LinkEvidence::Stated { relation } => Self {
                kind,
                relation: serde_json::to_value(relation)
                    .ok()
                    .and_then(|word| word.as_str().map(str::to_owned)),
                ..Self::default()
            },
            LinkEvidence::Name {
                identifier,
                quote,
                page,
            } => Self {
                identifier: Some(identifier.value),
                ..quoted(quote, page)
            },
            LinkEvidence::Title { quote, page } => quoted(quote, page),
            LinkEvidence::Cited {
                quote,
                author,
                year,
            } => Self {
                author,
                year,
                ..quoted(quote, None)
            },
            LinkEvidence::Similar { similarity, .. } => Self {
                kind,
                similarity: Some(similarity),
                ..Self::default()
            },
        }
    }
}

/// Works that have to do with a record
///
/// Papers, patents, datasets and tasks, by links that the record states, by
/// names and titles in the text of either, by the reference list, and by likeness.
#[utoipa::path(
    get, path = "/api/v1/records/{id}/links", operation_id = "getLinks",
    params(
        ("id" = String, Path, description = "Name of the record in this library, percent-encoded"),
        ("lang" = Option<String>, Query, description = "vi or en: which title is shown when there are several"),
    ),
    responses(
        (status = 200, description = "The works", body = LinksAnswer),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_links(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let raw = named(path)?;
    let request = SearchRequest {
        lang: visit.locale.lang(),
        ..SearchRequest::new("", visit.clearance)
    };
    let found = app.ask(move |library| {
        let record = find(library, &raw, request.clearance)?.record;
        let links = library.searcher.links(&record.id, &request);
        let links = links.map_err(|error| search_error(error, ""))?;
        // Taken out between the two.
        links.ok_or(ApiError::RecordNotFound { id: shown(&raw) })
    });
    let link = |link: FoundLink| LinkAnswer {
        title: link.record.display_title(&visit.locale.lang()).to_owned(),
        record_type: link.record.record_type.as_str(),
        year: link.record.year.map(records::Year::get),
        url: format!(
            "{}/records/{}",
            visit.base_url,
            encode(link.record.id.as_str())
        ),
        direction: link.direction.as_str(),
        evidence: link.evidence.into(),
        id: link.record.id.into(),
    };
    let links = found.await?.into_iter().map(link).collect();
    Ok(Json(LinksAnswer { links }).into_response())
}
