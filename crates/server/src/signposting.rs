//! Signposting: links that lead machines from the page of a record to its
//! persistent address, its people, its files and its descriptions, in the head
//! of the answer (level 1) and as a link set (level 2).
//!
//! **Source:** <https://signposting.org/FAIR/>; RFC 8288, RFC 9264.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use records::{Record, RecordType, Scheme};
use serde_json::{Map, Value, json};

use crate::{
    api::search::refuse_unknown,
    app::App,
    error::ApiError,
    exports::EXPORTS,
    files::file_url,
    lookup::{find, named},
    metadata::is_web_address,
    pages::record_url,
    params::encode,
    visit::Visit,
};

/// Creators linked in the head: a long list would pass what proxies take.
const MOST_AUTHORS: usize = 10;

/// A link: relation, target, media type where it helps.
pub(crate) struct Signpost {
    rel: &'static str,
    href: String,
    media_type: Option<String>,
}

fn post(rel: &'static str, href: impl Into<String>) -> Signpost {
    Signpost {
        rel,
        href: href.into(),
        media_type: None,
    }
}

/// The links of a record; `file_urls` in the order of its files.
pub(crate) fn signposts(
    record: &Record,
    file_urls: &[Option<String>],
    base_url: &str,
) -> Vec<Signpost> {
    let page = format!("{base_url}{}", record_url(&record.id));
    let doi = record.identifier(Scheme::Doi);
    let cite_as = doi.map_or_else(
        || page.clone(),
        |doi| format!("https://doi.org/{}", path(doi)),
    );
    let mut posts = vec![
        post("cite-as", cite_as),
        post("type", "https://schema.org/AboutPage"),
        post("type", schema_type(record.record_type)),
    ];
    let people = record
        .creators()
        .filter_map(|agent| agent.identifier.as_deref());
    let orcids = people.filter(|id| {
        id.len() == 19 && id.bytes().all(|b| b.is_ascii_digit() || b"-X".contains(&b))
    });
    posts.extend(
        orcids
            .take(MOST_AUTHORS)
            .map(|id| post("author", format!("https://orcid.org/{id}"))),
    );
    let licence = record
        .licence
        .as_deref()
        .map(|licence| match is_web_address(licence) {
            true => licence.to_owned(),
            false => format!("https://spdx.org/licenses/{}", encode(licence)),
        });
    posts.extend(licence.map(|url| post("license", url)));
    for (file, url) in record.files.iter().zip(file_urls) {
        let Some(url) = url else { continue };
        let href = if url.starts_with('/') {
            format!("{base_url}{url}")
        } else {
            url.clone()
        };
        let media_type = Some(file.media_type.clone());
        posts.push(Signpost {
            rel: "item",
            href,
            media_type,
        });
    }
    for export in &EXPORTS {
        let href = format!("{base_url}{}", export.url(&record.id));
        let media_type = Some(export.media_type().to_owned());
        posts.push(Signpost {
            rel: "describedby",
            href,
            media_type,
        });
    }
    posts
}

/// A DOI in an address: its slash stays.
fn path(doi: &str) -> String {
    let parts: Vec<String> = doi.split('/').map(encode).collect();
    parts.join("/")
}

fn schema_type(record_type: RecordType) -> &'static str {
    match record_type {
        RecordType::Paper => "https://schema.org/ScholarlyArticle",
        RecordType::Dataset => "https://schema.org/Dataset",
        RecordType::Thesis => "https://schema.org/Thesis",
        RecordType::Report => "https://schema.org/Report",
        RecordType::Book => "https://schema.org/Book",
        RecordType::Task => "https://schema.org/ResearchProject",
        RecordType::Patent | RecordType::Other => "https://schema.org/CreativeWork",
    }
}

/// The links as one `Link` header; those that no header can hold are left to
/// the link set.
pub(crate) fn link_header(
    record: &Record,
    posts: &[Signpost],
    base_url: &str,
) -> Option<HeaderValue> {
    let linkset = format!(
        "{base_url}/api/v1/records/{}/linkset",
        encode(record.id.as_str())
    );
    let linkset = Signpost {
        rel: "linkset",
        href: linkset,
        media_type: Some(MEDIA_TYPE.to_owned()),
    };
    let plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>\"\\".contains(&b))
    };
    let lines = posts
        .iter()
        .chain([&linkset])
        .filter(|post| plain(&post.href));
    let lines: Vec<String> = lines
        .map(|post| {
            match post
                .media_type
                .as_deref()
                .filter(|t| plain(&t.replace("; ", ";")))
            {
                Some(media_type) => format!(
                    "<{}>; rel=\"{}\"; type=\"{media_type}\"",
                    post.href, post.rel
                ),
                None => format!("<{}>; rel=\"{}\"", post.href, post.rel),
            }
        })
        .collect();
    HeaderValue::from_str(&lines.join(", ")).ok()
}

const MEDIA_TYPE: &str = "application/linkset+json";

/// The links of a record as a set
///
/// RFC 9264, for programs that follow Signposting.
#[utoipa::path(
    get, path = "/api/v1/records/{id}/linkset", operation_id = "getLinkset",
    params(
        ("id" = String, Path, description = "Name of the record in this library, percent-encoded"),
        ("lang" = Option<String>, Query, description = "vi or en: language of error messages"),
    ),
    responses(
        (status = 200, description = "The links", body = Object, content_type = "application/linkset+json"),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_linkset(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let raw = named(path)?;
    let (clearance, base_url) = (visit.clearance, visit.base_url.clone());
    let set = app.ask(move |library| {
        let record = find(library, &raw, clearance)?.record;
        let files = record.files.iter().zip(1..);
        let url = |(file, number)| file_url(library, &record.id, number, file);
        let urls: Vec<Option<String>> = files.map(url).collect();
        let posts = signposts(&record, &urls, &base_url);
        let page = format!("{base_url}{}", record_url(&record.id));
        Ok(linkset(&page, &posts))
    });
    let headers = [
        (header::CONTENT_TYPE, MEDIA_TYPE),
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    let mut response = Json(set.await?).into_response();
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn linkset(page: &str, posts: &[Signpost]) -> Value {
    let mut context = Map::new();
    context.insert("anchor".to_owned(), json!(page));
    for post in posts {
        let mut target = json!({ "href": post.href });
        if let Some(media_type) = &post.media_type {
            target["type"] = json!(media_type);
        }
        let targets = context.entry(post.rel).or_insert_with(|| json!([]));
        targets
            .as_array_mut()
            .expect("every relation but the anchor is a list")
            .push(target);
    }
    json!({ "linkset": [context] })
}

#[cfg(test)]
mod tests {
    use records::{Agent, Identifier, RecordId};

    use super::*;

    #[test]
    fn the_head_leads_to_the_doi_the_people_and_the_formats() {
        let mut record = Record::new(RecordId::new("lúa/1").unwrap(), RecordType::Dataset);
        record
            .identifiers
            .extend(Identifier::new(Scheme::Doi, "10.5555/a\"b"));
        let mut author = Agent::author("Lê An");
        author.identifier = Some("0000-0002-1825-0097".into());
        record.agents.push(author);
        record.licence = Some("CC-BY-4.0".into());
        let posts = signposts(&record, &[], "https://a.vn");
        let line = link_header(&record, &posts, "https://a.vn").unwrap();
        let line = line.to_str().unwrap();
        for part in [
            "<https://doi.org/10.5555/a%22b>; rel=\"cite-as\"",
            "<https://orcid.org/0000-0002-1825-0097>; rel=\"author\"",
            "<https://spdx.org/licenses/CC-BY-4.0>; rel=\"license\"",
            "<https://a.vn/records/l%C3%BAa%2F1.jsonld>; rel=\"describedby\"; type=\"application/ld+json\"",
            "<https://schema.org/Dataset>; rel=\"type\"",
            "rel=\"linkset\"; type=\"application/linkset+json\"",
        ] {
            assert!(line.contains(part), "{part}: {line}");
        }
        let set = linkset("https://a.vn/records/x", &posts);
        assert_eq!(
            set["linkset"][0]["describedby"].as_array().unwrap().len(),
            EXPORTS.len()
        );
    }
}
