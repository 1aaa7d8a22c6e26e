//! ResourceSync: for other libraries that keep a copy of the open records. The
//! way in is `/.well-known/resourcesync`; from it lead a capability list, a list
//! of all records and a list of changes, each in parts of a run of changes.
//!
//! Crawlers are readers from the street, whoever they say they are. A resource
//! is a record's JSON; its other formats are found by its `Link` header.
//!
//! **Source:** ANSI/NISO Z39.99-2017, ResourceSync Framework Specification 1.1.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::header,
    response::{IntoResponse, Response},
};
use catalog::{Change, WhatChanged};
use jiff::Timestamp;

use crate::{
    app::App,
    error::ApiError,
    pages::{last_run, public_run, record_url, xml},
    visit::Visit,
};

const NAMESPACES: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
     xmlns:rs=\"http://www.openarchives.org/rs/terms/\"";

/// What the lists are, and where.
const RESOURCES: (&str, &str) = ("resourcelist", "/resourcesync/resourcelist.xml");
const CHANGES: (&str, &str) = ("changelist", "/resourcesync/changelist.xml");
const CAPABILITIES: &str = "/resourcesync/capabilitylist.xml";
const SOURCE: &str = "/.well-known/resourcesync";

/// `GET /.well-known/resourcesync`: the description of this source.
pub(crate) async fn show_source(visit: Visit) -> Response {
    let base = xml(&visit.base_url);
    let list = format!(
        "<rs:md capability=\"description\"/>\n<url><loc>{base}{CAPABILITIES}</loc>\
         <rs:md capability=\"capabilitylist\"/></url>\n"
    );
    document("urlset", &list)
}

/// `GET /resourcesync/{name}`: the lists, and the indexes of their parts.
pub(crate) async fn show_list(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let name = path.map_or_else(|_| String::new(), |Path(name)| name);
    match name.as_str() {
        "capabilitylist.xml" => Ok(capabilities(&visit)),
        "resourcelist.xml" => index(&app, &visit, RESOURCES.0).await,
        "changelist.xml" => index(&app, &visit, CHANGES.0).await,
        _ => Err(ApiError::NoSuchPage),
    }
}

/// `GET /resourcesync/{list}/{part}`: one part of a list.
pub(crate) async fn show_part(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let Ok(Path((list, part))) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let number = part
        .strip_suffix(".xml")
        .and_then(|n| n.parse::<u64>().ok());
    let number = number.ok_or(ApiError::NoSuchPage)?;
    let is_changes = list == CHANGES.0;
    if !is_changes && list != RESOURCES.0 {
        return Err(ApiError::NoSuchPage);
    }
    let found = app.ask(move |library| public_run(library, number)).await?;
    let base = &visit.base_url;
    let entries = found.iter().filter_map(|change| match is_changes {
        true => Some(changed(base, change)),
        false => resource(base, change),
    });
    let entries: String = entries.collect();
    let index = if is_changes { CHANGES.1 } else { RESOURCES.1 };
    let times = match is_changes {
        // Open at its end: what changes next is added to the last part.
        true => format!("from=\"{}\"", earliest(&found)),
        false => format!("at=\"{}\"", now()),
    };
    let body = format!(
        "{}<rs:ln rel=\"index\" href=\"{base}{index}\"/>\n<rs:md capability=\"{list}\" {times}/>\n{entries}",
        up(base),
        base = xml(base),
    );
    Ok(document("urlset", &body))
}

fn capabilities(visit: &Visit) -> Response {
    let base = xml(&visit.base_url);
    let lists: String = [RESOURCES, CHANGES]
        .iter()
        .map(|(capability, path)| {
            format!("<url><loc>{base}{path}</loc><rs:md capability=\"{capability}\"/></url>\n")
        })
        .collect();
    let body = format!(
        "<rs:ln rel=\"up\" href=\"{base}{SOURCE}\"/>\n<rs:md capability=\"capabilitylist\"/>\n{lists}"
    );
    document("urlset", &body)
}

async fn index(app: &App, visit: &Visit, list: &str) -> Result<Response, ApiError> {
    let n_parts = app.ask(last_run).await?;
    let base = xml(&visit.base_url);
    let parts: String = (1..=n_parts)
        .map(|n| format!("<sitemap><loc>{base}/resourcesync/{list}/{n}.xml</loc></sitemap>\n"))
        .collect();
    let times = match list == CHANGES.0 {
        true => "from=\"1970-01-01T00:00:00Z\"".to_owned(),
        false => format!("at=\"{}\"", now()),
    };
    let body = format!(
        "{}<rs:md capability=\"{list}\" {times}/>\n{parts}",
        up(&visit.base_url)
    );
    Ok(document("sitemapindex", &body))
}

fn up(base: &str) -> String {
    format!("<rs:ln rel=\"up\" href=\"{}{CAPABILITIES}\"/>\n", xml(base))
}

fn resource(base: &str, change: &Change) -> Option<String> {
    let WhatChanged::Upsert(_) = &change.what else {
        return None;
    };
    let (place, at) = (place(base, change), second(change.at));
    Some(format!(
        "<url><loc>{place}</loc><lastmod>{at}</lastmod><rs:md type=\"application/json\"/></url>\n"
    ))
}

fn changed(base: &str, change: &Change) -> String {
    let what = match &change.what {
        WhatChanged::Upsert(stored) if stored.version == 1 => "created",
        WhatChanged::Upsert(_) => "updated",
        WhatChanged::Tombstone { .. } => "deleted",
    };
    let (place, at) = (place(base, change), second(change.at));
    format!(
        "<url><loc>{place}</loc><lastmod>{at}</lastmod><rs:md change=\"{what}\" datetime=\"{at}\"/></url>\n"
    )
}

fn place(base: &str, change: &Change) -> String {
    xml(&format!("{base}{}.json", record_url(&change.id)))
}

fn earliest(changes: &[Change]) -> String {
    let first = changes.iter().map(|change| change.at).min();
    second(first.unwrap_or(Timestamp::UNIX_EPOCH))
}

fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn now() -> String {
    second(Timestamp::now())
}

fn document(root: &str, list: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} {NAMESPACES}>\n{list}</{root}>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "application/xml"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, body).into_response()
}
