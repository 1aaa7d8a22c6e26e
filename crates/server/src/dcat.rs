//! `/dcat/catalog`: the datasets of the library as an open-data catalogue, for
//! national and European data portals.
//!
//! The form is chosen by ending (`.ttl`, `.jsonld`, `.rdf`) or by `Accept`;
//! Turtle when nothing is asked. Long catalogues come in pages (Hydra).
//!
//! **Source:** DCAT-AP 3.0.1, <https://semiceu.github.io/DCAT-AP/releases/3.0.1/>.

mod graph;

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use catalog::{Detail, StoredRecord};
use index::{FacetField, Filter};
use jiff::Timestamp;
use records::{Lang, Record, RecordId};
use search::{Mode, SearchRequest, Sort};

use self::graph::{Node, Object};
use crate::{
    accept,
    api::reply::with_etag,
    app::{App, Library},
    error::ApiError,
    exports::EXPORTS,
    files::file_url,
    metadata::is_web_address,
    pages::record_url,
    search_params::{count, search_error},
    visit::Visit,
    words::{EN, VI},
};

/// Datasets on one page of the catalogue.
const PAGE: usize = 100;
/// Furthest page: 100,000 datasets.
const LAST_PAGE: usize = 1_000;

const PUBLISHER: &str = "#publisher";

/// How a graph is written.
struct Form {
    suffix: &'static str,
    media_type: &'static str,
    write: fn(&[Node]) -> String,
}

const FORMS: [Form; 3] = [
    Form {
        suffix: "ttl",
        media_type: "text/turtle; charset=utf-8",
        write: graph::turtle,
    },
    Form {
        suffix: "jsonld",
        media_type: "application/ld+json",
        write: graph::json_ld,
    },
    Form {
        suffix: "rdf",
        media_type: "application/rdf+xml",
        write: graph::rdf_xml,
    },
];

fn form(suffix: Option<&str>, headers: &HeaderMap) -> Result<&'static Form, ApiError> {
    if let Some(suffix) = suffix {
        return FORMS
            .iter()
            .find(|form| form.suffix == suffix)
            .ok_or(ApiError::NoSuchPage);
    }
    let offered = FORMS.each_ref().map(|form| form.media_type);
    let best = accept::best(headers, &offered).unwrap_or(offered[0]);
    Ok(FORMS
        .iter()
        .find(|form| form.media_type == best)
        .unwrap_or(&FORMS[0]))
}

/// `GET /dcat/{name}`: `catalog`, `catalog.ttl`, `catalog.jsonld`, `catalog.rdf`.
pub(crate) async fn show_catalog(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    let Ok(Path(name)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let (stem, suffix) = match name.split_once('.') {
        Some((stem, suffix)) => (stem, Some(suffix)),
        None => (name.as_str(), None),
    };
    if stem != "catalog" {
        return Err(ApiError::NoSuchPage);
    }
    let form = form(suffix, &headers)?;
    let page = count(&visit.params, "page", 1, 1, LAST_PAGE)?;
    let admin_email = app.settings.repository.admin_email.clone();
    let here = visit.clone();
    let nodes = app.ask(move |library| {
        let (total, found) = datasets(library, page, &here)?;
        let mut nodes = catalog(total, page, &found, &admin_email, &here);
        nodes.extend(found.iter().map(|stored| dataset(library, stored, &here)));
        Ok(nodes)
    });
    let body = (form.write)(&nodes.await?).into_bytes();
    let mut response = with_etag(body, form.media_type, "private, no-cache", &headers);
    let vary = HeaderValue::from_static("Accept, Cookie");
    response.headers_mut().insert(header::VARY, vary);
    Ok(response)
}

fn datasets(
    library: &Library,
    page: usize,
    visit: &Visit,
) -> Result<(u64, Vec<StoredRecord>), ApiError> {
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: PAGE,
        offset: (page - 1) * PAGE,
        sort: Sort::Newest,
        filters: vec![Filter::new(FacetField::Type, "dataset")],
        ..SearchRequest::new("", visit.clearance)
    };
    let found = library.searcher.search(&request);
    let found = found.map_err(|error| search_error(error, ""))?;
    let ids: Vec<RecordId> = found.hits.into_iter().map(|hit| hit.id).collect();
    let stored = library
        .catalogue
        .get_many(&ids, visit.clearance, Detail::Summary);
    let stored = stored.map_err(ApiError::unavailable)?;
    Ok((found.total, stored.into_iter().flatten().collect()))
}

/// The catalogue, who gives it out, and where its next page is.
fn catalog(
    total: u64,
    page: usize,
    found: &[StoredRecord],
    admin_email: &str,
    visit: &Visit,
) -> Vec<Node> {
    let base = &visit.base_url;
    let address = format!("{base}/dcat/catalog");
    let mut catalog = Node::new(Some(address.clone()), "dcat:Catalog");
    for (lang, words) in [("vi", &VI), ("en", &EN)] {
        catalog.text("dct:title", words.site.name, Some(lang));
        catalog.text("dct:description", words.site.description, Some(lang));
    }
    catalog.address("foaf:homepage", format!("{base}/"));
    catalog.address("dct:publisher", format!("{base}/{PUBLISHER}"));
    for language in ["VIE", "ENG"] {
        catalog.address(
            "dct:language",
            format!("http://publications.europa.eu/resource/authority/language/{language}"),
        );
    }
    for stored in found {
        catalog.address(
            "dcat:dataset",
            format!("{base}{}", record_url(&stored.record.id)),
        );
    }
    let mut publisher = Node::new(Some(format!("{base}/{PUBLISHER}")), "foaf:Agent");
    publisher.text("foaf:name", VI.site.name, Some("vi"));
    publisher.text("foaf:name", EN.site.name, Some("en"));
    publisher.address("foaf:mbox", format!("mailto:{admin_email}"));
    let last = usize::try_from(total.div_ceil(PAGE as u64))
        .unwrap_or(LAST_PAGE)
        .clamp(1, LAST_PAGE);
    let page_address = |n: usize| format!("{address}?page={n}");
    let mut view = Node::new(Some(page_address(page)), "hydra:PartialCollectionView");
    view.say(
        "hydra:totalItems",
        Object::Typed(total.to_string(), "xsd:integer"),
    );
    view.address("hydra:first", page_address(1));
    view.address("hydra:last", page_address(last));
    if page < last {
        view.address("hydra:next", page_address(page + 1));
    }
    vec![catalog, publisher, view]
}

fn dataset(library: &Library, stored: &StoredRecord, visit: &Visit) -> Node {
    let record = &stored.record;
    let base = &visit.base_url;
    let page = format!("{base}{}", record_url(&record.id));
    let mut node = Node::new(Some(page.clone()), "dcat:Dataset");
    describe(&mut node, record);
    node.address("dcat:landingPage", page.clone());
    let doi = record.identifier(records::Scheme::Doi);
    let identifier = doi.map_or_else(|| page.clone(), |doi| format!("https://doi.org/{doi}"));
    node.text("dct:identifier", &identifier, None);
    let day = |at: Timestamp| Object::Typed(at.strftime("%Y-%m-%d").to_string(), "xsd:date");
    let year = record
        .year
        .map(|year| Object::Typed(year.to_string(), "xsd:gYear"));
    node.say("dct:issued", year.unwrap_or_else(|| day(stored.created_at)));
    node.say("dct:modified", day(stored.updated_at));
    node.address("dct:accessRights", access_right(record.access));
    let name = record.publisher.as_ref().or(record.institutions.first());
    match name {
        Some(name) => {
            let mut publisher = Node::new(None, "foaf:Agent");
            publisher.text("foaf:name", name, None);
            node.say("dct:publisher", Object::Node(Box::new(publisher)));
        }
        None => node.address("dct:publisher", format!("{base}/{PUBLISHER}")),
    }
    for agent in record.creators() {
        let mut creator = Node::new(None, "foaf:Agent");
        creator.text("foaf:name", &agent.name, None);
        node.say("dct:creator", Object::Node(Box::new(creator)));
    }
    for distribution in distributions(library, record, visit) {
        node.say("dcat:distribution", Object::Node(Box::new(distribution)));
    }
    node
}

/// Titles, descriptions and keywords in every language there is. A dataset
/// without a description has its title for one: DCAT-AP asks for both.
fn describe(node: &mut Node, record: &Record) {
    let lang = Lang::vi();
    if record.title.is_empty() {
        node.text("dct:title", record.display_title(&lang), None);
    }
    for (lang, title) in record.title.iter() {
        node.text("dct:title", title, Some(lang.as_str()));
    }
    if record.abstract_text.is_empty() {
        node.text("dct:description", record.display_title(&lang), None);
    }
    for (lang, text) in record.abstract_text.iter() {
        node.text("dct:description", text, Some(lang.as_str()));
    }
    for (lang, words) in record.keywords.iter() {
        for word in words {
            node.text("dcat:keyword", word, Some(lang.as_str()));
        }
    }
}

/// The files, and the metadata itself as one more way to have it, so that no
/// dataset is without an access address.
fn distributions(library: &Library, record: &Record, visit: &Visit) -> Vec<Node> {
    let base = &visit.base_url;
    let page = format!("{base}{}", record_url(&record.id));
    let mut all = Vec::new();
    for (file, number) in record.files.iter().zip(1..) {
        let Some(url) = file_url(library, &record.id, number, file) else {
            continue;
        };
        let url = if url.starts_with('/') {
            format!("{base}{url}")
        } else {
            url
        };
        let mut node = Node::new(None, "dcat:Distribution");
        node.text("dct:title", &file.name, None);
        node.address("dcat:accessURL", page.clone());
        node.address("dcat:downloadURL", url);
        node.text("dcat:mediaType", &file.media_type, None);
        node.say(
            "dcat:byteSize",
            Object::Typed(file.bytes.to_string(), "xsd:nonNegativeInteger"),
        );
        add_licence(&mut node, record);
        all.push(node);
    }
    if all.is_empty() {
        let mut node = Node::new(None, "dcat:Distribution");
        node.text("dct:title", EXPORTS[0].label, None);
        node.address(
            "dcat:accessURL",
            format!("{base}{}", EXPORTS[0].url(&record.id)),
        );
        add_licence(&mut node, record);
        all.push(node);
    }
    all
}

fn add_licence(node: &mut Node, record: &Record) {
    if let Some(licence) = &record.licence {
        let url = match is_web_address(licence) {
            true => licence.clone(),
            false => format!(
                "https://spdx.org/licenses/{}",
                crate::params::encode(licence)
            ),
        };
        node.address("dct:license", url);
    }
}

fn access_right(access: records::AccessLevel) -> &'static str {
    match access {
        records::AccessLevel::Open => {
            "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
        }
        records::AccessLevel::Registered => {
            "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
        }
        records::AccessLevel::Restricted | records::AccessLevel::Embargoed => {
            "http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC"
        }
    }
}
