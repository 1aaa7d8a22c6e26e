//! Small documents for browsers and crawlers: OpenSearch description,
//! `robots.txt`, sitemaps.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use catalog::{Change, Detail, WhatChanged};
use records::{ChangeSeq, Clearance};

use crate::{
    app::{App, Library},
    error::ApiError,
    pages::hit::record_url,
    visit::Visit,
};

/// Records in one sitemap. The protocol allows 50,000 addresses and 50 MB
/// (sitemaps.org); a tenth of it keeps one answer quick.
const SITEMAP_CHANGES: u64 = 5_000;

/// Text as XML: the five characters that mean something, and none that XML
/// cannot hold.
pub(crate) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() && c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// `GET /opensearch.xml`: lets a browser offer the library as a search engine
/// (OpenSearch 1.1).
pub(crate) async fn show_open_search(visit: Visit) -> Response {
    let w = visit.locale.words();
    let base = xml(&visit.base_url);
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>{name}</ShortName>
<Description>{description}</Description>
<InputEncoding>UTF-8</InputEncoding>
<Url type="text/html" template="{base}/search?q={{searchTerms}}"/>
<Url type="application/atom+xml" template="{base}/feed.atom?q={{searchTerms}}"/>
<Url type="application/json" template="{base}/api/v1/search?q={{searchTerms}}"/>
<Language>vi</Language>
<Language>en</Language>
</OpenSearchDescription>
"#,
        name = xml(w.site.name),
        description = xml(w.site.tagline),
    );
    document("application/opensearchdescription+xml", body)
}

/// `GET /robots.txt`: records and pages are welcome in search engines; result
/// lists are endless and stay out.
pub(crate) async fn show_robots(visit: Visit) -> Response {
    let body = format!(
        "User-agent: *\nDisallow: /search\nDisallow: /answers\nDisallow: /api/\nDisallow: /feed.atom\nDisallow: /feeds/\nDisallow: /letters/\nSitemap: {}/sitemap.xml\n",
        visit.base_url
    );
    document("text/plain; charset=utf-8", body)
}

/// The number of the last run of changes; the first is 1.
///
/// # Errors
/// When the catalogue fails.
pub(crate) fn last_run(library: &Library) -> Result<u64, ApiError> {
    let newest = library.catalogue.seq().map_err(ApiError::unavailable)?;
    Ok(newest.0.div_ceil(SITEMAP_CHANGES).max(1))
}

/// What a reader from the street sees of the n-th run of changes: records whose
/// newest change lies in it, and those that went.
///
/// # Errors
/// [`ApiError::NoSuchPage`] when there is no such run.
pub(crate) fn public_run(library: &Library, number: u64) -> Result<Vec<Change>, ApiError> {
    if number == 0 || number > last_run(library)? {
        return Err(ApiError::NoSuchPage);
    }
    let after = (number - 1) * SITEMAP_CHANGES;
    let until = ChangeSeq(after + SITEMAP_CHANGES);
    let mut found = Vec::new();
    let mut at = ChangeSeq(after);
    while at < until {
        let changes = library
            .catalogue
            .changes(at, 1_000, Clearance::Public, Detail::Summary)
            .map_err(ApiError::unavailable)?;
        let in_run = changes.changes.into_iter();
        found.extend(in_run.filter(|change| change.seq <= until));
        if changes.is_last || changes.up_to <= at {
            break;
        }
        at = changes.up_to;
    }
    Ok(found)
}

/// `GET /sitemap.xml`: the sitemaps, one for every run of changes.
pub(crate) async fn show_sitemap(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let n_maps = app.ask(last_run).await?;
    let base = xml(&visit.base_url);
    let maps: String = (1..=n_maps)
        .map(|n| format!("<sitemap><loc>{base}/sitemaps/{n}</loc></sitemap>\n"))
        .collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{maps}</sitemapindex>\n"
    );
    Ok(document("application/xml", body))
}

/// `GET /sitemaps/{n}`: the open records whose newest change lies in the n-th
/// run. Crawlers are readers from the street, whoever they say they are.
pub(crate) async fn show_sitemap_part(
    State(app): State<Arc<App>>,
    part: Result<Path<u64>, axum::extract::rejection::PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let Ok(Path(part)) = part else {
        return Err(ApiError::NoSuchPage);
    };
    let found = app.ask(move |library| public_run(library, part)).await?;
    let url = |change: &Change| {
        let WhatChanged::Upsert(stored) = &change.what else {
            return None;
        };
        let day = stored.updated_at.strftime("%Y-%m-%d");
        let place = xml(&format!("{}{}", visit.base_url, record_url(&change.id)));
        Some(format!(
            "<url><loc>{place}</loc><lastmod>{day}</lastmod></url>\n"
        ))
    };
    let urls: String = found.iter().filter_map(url).collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{urls}</urlset>\n"
    );
    Ok(document("application/xml", body))
}

fn document(media_type: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn text_cannot_break_out_of_xml() {
        assert_eq!(
            xml("a<b>&\"'\u{0}\u{b}\n"),
            "a&lt;b&gt;&amp;&quot;&apos;\u{fffd}\u{fffd}\n"
        );
    }
}
