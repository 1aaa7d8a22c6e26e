//! `/collections`: what is gathered under a name, for readers; librarians
//! describe collections there and put records in or take them out.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use collections::{Change, Collection};
use index::{FacetField, Filter};
use jiff::Timestamp;
use records::RecordId;
use search::{SearchRequest, Sort};

use crate::{
    accounts::{Role, Scope},
    api::{
        collections::{change_members, ids_of_query, known_collection, known_collections},
        duplicates::record_id,
    },
    app::{App, Library},
    error::ApiError,
    locale::Locale,
    oai,
    pages::{
        form::fields,
        frame::{Frame, respond},
        hit::{HitView, filter_url},
    },
    params::{Params, encode},
    search_params::search_error,
    typography::number,
    visit::Visit,
    words::fill,
};

/// The titles of the collections that have one, by name.
///
/// # Errors
/// [`ApiError::Unavailable`].
pub(super) fn collection_titles(
    library: &Library,
    locale: Locale,
) -> Result<BTreeMap<String, String>, ApiError> {
    let said = collections::collections(&*library.catalogue)?.into_iter();
    let titles = said.map(|said| {
        let title = said.title(locale == Locale::Vi).to_owned();
        (said.name, title)
    });
    Ok(titles.collect())
}

struct EntryView {
    url: String,
    title: String,
    description: Option<String>,
    count: String,
}

#[derive(Template)]
#[template(path = "collections.html")]
struct CollectionsPage {
    f: Frame,
    entries: Vec<EntryView>,
    is_librarian: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "collection.html")]
struct CollectionPage {
    f: Frame,
    url: String,
    said: Collection,
    title: String,
    description: Option<String>,
    count: String,
    hits: Vec<HitView>,
    all_url: String,
    feed_url: String,
    oai_url: String,
    is_librarian: bool,
    problem: Option<String>,
    done: Option<String>,
}

/// Records on the page of a collection; all of them are a search.
const SHOWN_RECORDS: usize = 10;

fn url_of(name: &str) -> String {
    format!("/collections/{}", encode(name))
}

fn count_text(n: u64, locale: Locale) -> String {
    fill(
        locale.words().collections.count,
        &[("n", &number(n, locale))],
    )
}

/// `GET /collections`
pub(crate) async fn show_collections(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    list(&app, &visit, None).await
}

async fn list(app: &App, visit: &Visit, problem: Option<String>) -> Result<Response, ApiError> {
    let clearance = visit.clearance;
    let known = app
        .ask(move |library| known_collections(library, clearance))
        .await?;
    let locale = visit.locale;
    let is_vietnamese = locale == Locale::Vi;
    let entry = |(said, n): (Collection, u64)| EntryView {
        url: url_of(&said.name),
        title: said.title(is_vietnamese).to_owned(),
        description: said.description(is_vietnamese).map(first_words),
        count: count_text(n, locale),
    };
    let page = CollectionsPage {
        f: Frame::new(visit, "collections"),
        entries: known.into_iter().map(entry).collect(),
        is_librarian: visit.needs(Role::Librarian, Scope::Write).is_ok(),
        problem,
    };
    let status = match page.problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    respond(&page, visit, status)
}

/// The head of a description, for the list.
fn first_words(text: &str) -> String {
    const SHOWN: usize = 300;
    let mut head: String = text.chars().take(SHOWN).collect();
    if head.len() < text.len() {
        head.push('…');
    }
    head
}

/// `GET /collections/{name}`
pub(crate) async fn show_collection(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let changed = visit
        .params
        .get("changed")
        .and_then(|n| n.parse::<u64>().ok());
    let done = changed.map(|n| {
        let locale = visit.locale;
        fill(
            locale.words().collections.changed,
            &[("n", &number(n, locale))],
        )
    });
    page(&app, &visit, name, None, done).await
}

async fn page(
    app: &App,
    visit: &Visit,
    name: String,
    problem: Option<String>,
    done: Option<String>,
) -> Result<Response, ApiError> {
    let (clearance, locale) = (visit.clearance, visit.locale);
    let asked = app.ask(move |library| {
        let known = known_collection(library, &name, clearance)?;
        let request = SearchRequest {
            limit: SHOWN_RECORDS,
            sort: Sort::Newest,
            filters: vec![Filter {
                field: FacetField::Collection,
                value: name,
            }],
            lang: locale.lang(),
            ..SearchRequest::new("", clearance)
        };
        let found = library.searcher.search(&request);
        Ok((known, found.map_err(|error| search_error(error, ""))?))
    });
    let ((said, n), found) = asked.await?;
    let is_vietnamese = locale == Locale::Vi;
    let filter = format!("{}:{}", FacetField::Collection, said.name);
    let hits = found.hits.iter().zip(1..);
    let set = encode(&oai::collection_set(&said.name));
    let page = CollectionPage {
        f: Frame::new(visit, "collections"),
        url: url_of(&said.name),
        title: said.title(is_vietnamese).to_owned(),
        description: said.description(is_vietnamese).map(str::to_owned),
        count: count_text(n, locale),
        hits: hits
            .map(|(hit, number)| HitView::new(hit, number, locale))
            .collect(),
        all_url: filter_url(FacetField::Collection, &said.name),
        feed_url: format!("/feed.atom?filter={}", encode(&filter)),
        oai_url: format!("/oai?verb=ListRecords&metadataPrefix=oai_dc&set={set}"),
        is_librarian: visit.needs(Role::Librarian, Scope::Write).is_ok(),
        said,
        problem,
        done,
    };
    let status = match page.problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    respond(&page, visit, status)
}

fn allowed_form(app: &App, visit: &Visit, body: &[u8]) -> Result<Params, ApiError> {
    let form = fields(body)?;
    visit.check_form(app, form.get("csrf"))?;
    visit.needs(Role::Librarian, Scope::Write)?;
    Ok(form)
}

/// What a form says of a collection.
fn said_in(form: &Params, name: &str) -> Collection {
    let text = |field: &str| {
        let text = form
            .get(field)
            .map(str::trim)
            .filter(|text| !text.is_empty());
        text.map(|text| text.replace("\r\n", "\n"))
    };
    Collection {
        name: name.to_owned(),
        title_vi: text("title_vi"),
        title_en: text("title_en"),
        description_vi: text("description_vi"),
        description_en: text("description_en"),
    }
}

/// `POST /collections`: describes a new collection.
pub(crate) async fn add_collection(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    let said = said_in(&form, &name);
    let kept = app.ask(move |library| {
        Ok(collections::store(
            &*library.catalogue,
            &said,
            Timestamp::now(),
        )?)
    });
    match kept.await {
        Ok(()) => Ok(Redirect::to(&url_of(&name)).into_response()),
        Err(ApiError::Refused { message, .. }) => list(&app, &visit, Some(message)).await,
        Err(error) => Err(error),
    }
}

/// `POST /collections/{name}`: describes it anew, puts records in, takes them
/// out, or forgets what is said of it.
pub(crate) async fn act_on_collection(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let Path(name) = path.map_err(|_| ApiError::NoSuchPage)?;
    let act = form.get("act").unwrap_or_default().to_owned();
    let said = said_in(&form, &name);
    let ids = form.get("records").unwrap_or_default().split_whitespace();
    let ids = ids.map(|id| record_id("records", id));
    let ids = ids.collect::<Result<Vec<RecordId>, ApiError>>()?;
    let query = form.get("query").map(str::to_owned);
    let collection = name.clone();
    let done = app.ask(move |library| {
        let catalogue = &*library.catalogue;
        let now = Timestamp::now();
        let change = match act.as_str() {
            "describe" => return Ok(collections::store(catalogue, &said, now).map(|()| None)?),
            "forget" => return Ok(collections::remove(catalogue, &collection, now).map(|()| None)?),
            "add" => Change::Add,
            "remove" => Change::Remove,
            other => {
                let cure = "send describe, add, remove or forget";
                let reason = "is nothing to be done to a collection";
                return Err(ApiError::invalid("act", other, reason, cure));
            }
        };
        let mut ids = ids;
        if let Some(query) = &query {
            ids.extend(ids_of_query(library, query)?);
        }
        let changed = change_members(library, &collection, change, &ids)?;
        Ok(Some(changed.n_changed))
    });
    match done.await {
        Ok(Some(n)) => Ok(Redirect::to(&format!("{}?changed={n}", url_of(&name))).into_response()),
        Ok(None) => Ok(Redirect::to("/collections").into_response()),
        Err(ApiError::Refused { message, .. }) => {
            page(&app, &visit, name, Some(message), None).await
        }
        Err(error) => Err(error),
    }
}
