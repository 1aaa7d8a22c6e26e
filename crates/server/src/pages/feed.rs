//! `/feed.atom`: the newest records of a search as an Atom feed (RFC 4287), to
//! be followed with any reader.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use catalog::{Detail, StoredRecord};
use jiff::Timestamp;
use records::{Clearance, RecordId};
use search::{SearchRequest, Sort};

use crate::{
    api::reply::with_etag,
    app::{App, Library},
    error::ApiError,
    pages::{hit::record_url, machines::xml},
    search_params::{search_error, search_request},
    visit::Visit,
    words::fill,
};

/// Entries in a feed: what a reader that looks once a day needs.
const N_ENTRIES: usize = 50;

/// `GET /feed.atom?q=…&filter=…`
pub(crate) async fn show_feed(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    let request = SearchRequest {
        limit: N_ENTRIES,
        offset: 0,
        facets: Vec::new(),
        sort: Sort::Newest,
        passages: true,
        explain: false,
        // A feed is fetched by a program without a session.
        ..search_request(&visit.params, Clearance::Public, visit.locale.lang())?
    };
    let query = request.query.clone();
    let found = app.ask(move |library| entries(library, &request)).await?;
    let body = feed(&found, &query, &visit).into_bytes();
    let caching = "public, max-age=300";
    let mut response = with_etag(
        body,
        "application/atom+xml; charset=utf-8",
        caching,
        &headers,
    );
    let vary = HeaderValue::from_static("Cookie, Accept-Language");
    response.headers_mut().insert(header::VARY, vary);
    Ok(response)
}

fn entries(library: &Library, request: &SearchRequest) -> Result<Vec<StoredRecord>, ApiError> {
    let answer = library.searcher.search(request);
    let answer = answer.map_err(|error| search_error(error, &request.query))?;
    let ids: Vec<RecordId> = answer.hits.into_iter().map(|hit| hit.id).collect();
    let stored = library
        .catalogue
        .get_many(&ids, request.clearance, Detail::Summary);
    Ok(stored
        .map_err(ApiError::unavailable)?
        .into_iter()
        .flatten()
        .collect())
}

fn feed(found: &[StoredRecord], query: &str, visit: &Visit) -> String {
    let w = visit.locale.words();
    let title = if query.is_empty() {
        w.home.newest.to_owned()
    } else {
        fill(w.search.title_for, &[("query", query)])
    };
    let updated = found
        .iter()
        .map(|stored| stored.updated_at)
        .max()
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let base = &visit.base_url;
    let here = xml(&format!("{base}{}", visit.params.to_url(&visit.path)));
    let there = xml(&format!("{base}{}", visit.params.to_url("/search")));
    let entries: String = found.iter().map(|stored| entry(stored, visit)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n\
         <id>{here}</id>\n<title>{title} – {site}</title>\n<updated>{updated}</updated>\n\
         <author><name>{site}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{here}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{there}\"/>\n{entries}</feed>\n",
        lang = visit.locale.code(),
        title = xml(&title),
        site = xml(w.site.name),
    )
}

fn entry(stored: &StoredRecord, visit: &Visit) -> String {
    let record = &stored.record;
    let lang = visit.locale.lang();
    let url = xml(&format!("{}{}", visit.base_url, record_url(&record.id)));
    let authors: String = record
        .creators()
        .map(|agent| format!("<author><name>{}</name></author>\n", xml(&agent.name)))
        .collect();
    let summary = record
        .abstract_text
        .prefer(&lang)
        .map_or(String::new(), |(lang, text)| {
            format!(
                "<summary xml:lang=\"{}\">{}</summary>\n",
                xml(lang.as_str()),
                xml(text)
            )
        });
    format!(
        "<entry>\n<id>{url}</id>\n<title>{title}</title>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{url}\"/>\n\
         <published>{published}</published>\n<updated>{updated}</updated>\n\
         <category term=\"{kind}\"/>\n{authors}{summary}</entry>\n",
        title = xml(record.display_title(&lang)),
        published = stored.created_at,
        updated = stored.updated_at,
        kind = record.record_type,
    )
}
