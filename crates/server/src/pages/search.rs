//! `/search`: the results, with filters, order and pages.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use search::{SearchRequest, SearchResponse, Sort, sort_word};

use crate::{
    accounts::{Role, Scope},
    app::App,
    authorities::with_headings,
    error::ApiError,
    exports::{EXPORTS, Export},
    pages::{
        collections::collection_titles,
        facets::{ActiveView, FacetView, SHOWN, active_views, facet_views, name_collections},
        frame::{Frame, respond},
        hit::HitView,
    },
    params::Params,
    search_params::{DEEPEST_HIT, count, search_error, search_request, year_span},
    typography::{decimal, number},
    visit::Visit,
    words::fill,
};

/// Results on a page: about three screens on a desk, as library catalogues do.
const PAGE_HITS: usize = 20;

/// A link of the line of orders.
struct SortView {
    url: String,
    label: &'static str,
    current: bool,
}

/// A link of the line of pages; `gap` says that numbers are left out before.
struct PageView {
    url: String,
    number: String,
    label: String,
    current: bool,
    gap: bool,
}

/// Where a query goes wrong.
struct BadQuery {
    at: String,
    before: String,
    there: String,
    after: String,
    message: String,
    cure: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    f: Frame,
    title: String,
    query: String,
    kept: Vec<(String, String)>,
    bad_query: Option<BadQuery>,
    notices: Vec<String>,
    suggestions: Vec<(String, String)>,
    total: u64,
    total_text: String,
    range: Option<String>,
    took: String,
    sorts: Vec<SortView>,
    active: Vec<ActiveView>,
    clear_url: String,
    nothing: String,
    has_quotes: bool,
    unquoted_url: String,
    first: usize,
    hits: Vec<HitView>,
    too_deep: Option<String>,
    pages: Vec<PageView>,
    previous_url: Option<String>,
    next_url: Option<String>,
    explaining: bool,
    explain_url: String,
    feed_url: String,
    save_url: String,
    /// For librarians.
    edit_url: Option<String>,
    advanced_url: String,
    answers_url: String,
    json_url: String,
    exports: Vec<(&'static str, String)>,
    facets: Vec<FacetView>,
    year_kept: Vec<(String, String)>,
    year_from: String,
    year_to: String,
}

/// `GET /search`
pub(crate) async fn show_search(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Some(url) = year_span_url(&visit.params)? {
        return Ok(Redirect::to(&url).into_response());
    }
    let page = count(&visit.params, "page", 1, 1, DEEPEST_HIT / PAGE_HITS)?;
    let params = known(&visit.params);
    let request = SearchRequest {
        limit: PAGE_HITS,
        offset: (page - 1) * PAGE_HITS,
        facets: SHOWN.map(|(field, _)| field).to_vec(),
        ..search_request(&params, visit.clearance, visit.locale.lang())?
    };
    let query = request.query.clone();
    let asked = request.clone();
    let locale = visit.locale;
    let answer = app.ask(move |library| {
        let asked = with_headings(library, asked)?;
        let answer = library.searcher.search(&asked);
        let answer = answer.map_err(|error| search_error(error, &asked.query))?;
        Ok((answer, collection_titles(library, locale)?))
    });
    match answer.await {
        Ok((answer, titles)) => {
            let mut page = results(&visit, &params, &request, &answer, page);
            name_collections(&mut page.facets, &titles, locale);
            respond(&page, &visit, StatusCode::OK)
        }
        Err(ApiError::InvalidQuery {
            position,
            message,
            cure,
            ..
        }) => {
            let mut page = empty(&visit, &params, &query);
            page.bad_query = Some(bad_query(&query, position, message, cure, &visit));
            respond(&page, &visit, StatusCode::BAD_REQUEST)
        }
        Err(error) => Err(error),
    }
}

/// The parameters that stay when the search changes.
fn known(params: &Params) -> Params {
    let mut kept = Params::default();
    for (name, value) in params.iter() {
        if ["q", "mode", "sort", "filter", "explain"].contains(&name) && !value.is_empty() {
            kept = kept.adding(name, value);
        }
    }
    kept
}

/// The fields "from year" and "to year" become a filter like any other, at an
/// address that can be kept; `None` when they were not sent.
fn year_span_url(params: &Params) -> Result<Option<String>, ApiError> {
    if !params
        .iter()
        .any(|(name, _)| name == "year_from" || name == "year_to")
    {
        return Ok(None);
    }
    let kept = without_years(&known(params));
    let kept = match year_span(params)? {
        None => kept,
        Some(span) => kept.adding("filter", &format!("year:{span}")),
    };
    Ok(Some(kept.to_url("/search")))
}

fn without_years(params: &Params) -> Params {
    let mut kept = params.clone();
    for filter in params
        .all("filter")
        .filter(|filter| filter.starts_with("year:"))
    {
        kept = kept.removing("filter", filter);
    }
    kept
}

fn pairs_except(params: &Params, left_out: &str) -> Vec<(String, String)> {
    let pairs = params.iter().filter(|(name, _)| *name != left_out);
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The page of a search without an answer.
fn empty(visit: &Visit, params: &Params, query: &str) -> SearchPage {
    let w = &visit.locale.words().search;
    let (year_from, year_to) = year_bounds(params);
    let url = |params: &Params| params.to_url("/search");
    let (title, nothing) = if query.is_empty() {
        (w.title.to_owned(), w.nothing.to_owned())
    } else {
        let gaps = [("query", query)];
        (fill(w.title_for, &gaps), fill(w.nothing_for, &gaps))
    };
    let explaining = params.get("explain").is_some();
    SearchPage {
        f: Frame::new(visit, "search"),
        title,
        query: query.to_owned(),
        kept: pairs_except(params, "q"),
        bad_query: None,
        notices: Vec::new(),
        suggestions: Vec::new(),
        total: 0,
        total_text: String::new(),
        range: None,
        took: String::new(),
        sorts: Vec::new(),
        active: active_views(params, visit.locale),
        clear_url: url(&params.with("filter", None)),
        nothing,
        has_quotes: query.contains('"'),
        unquoted_url: url(&params.with("q", Some(&query.replace('"', " ")))),
        first: 1,
        hits: Vec::new(),
        too_deep: None,
        pages: Vec::new(),
        previous_url: None,
        next_url: None,
        explain_url: url(&params.with("explain", (!explaining).then_some("1"))),
        explaining,
        feed_url: params
            .with("sort", None)
            .with("explain", None)
            .to_url("/feed.atom"),
        save_url: kept_url(params, "/saved", &ASKED),
        edit_url: (visit.needs(Role::Librarian, Scope::Write).is_ok())
            .then(|| kept_url(params, "/edits", &ASKED)),
        advanced_url: kept_url(params, "/search/advanced", &["q", "filter", "sort", "mode"]),
        answers_url: kept_url(params, "/answers", &ASKED),
        json_url: params.to_url("/api/v1/search"),
        exports: exports(params),
        facets: Vec::new(),
        year_kept: pairs_except(&without_years(params), ""),
        year_from,
        year_to,
    }
}

/// The search in each format, whole.
fn exports(params: &Params) -> Vec<(&'static str, String)> {
    let kept = params.with("explain", None).with("mode", None);
    let url = |export: &Export| {
        kept.with("format", Some(export.name()))
            .to_url("/api/v1/export")
    };
    let links = EXPORTS.iter().map(|export| (export.label, url(export)));
    links.collect()
}

/// The page of a search with its answer.
fn results(
    visit: &Visit,
    params: &Params,
    request: &SearchRequest,
    answer: &SearchResponse,
    page: usize,
) -> SearchPage {
    let locale = visit.locale;
    let w = &locale.words().search;
    let suggestions = answer.suggestions.iter();
    let suggestions =
        suggestions.map(|text| (text.clone(), params.with("q", Some(text)).to_url("/search")));
    let hits = answer.hits.iter().zip(request.offset + 1..);
    let n_pages = usize::try_from(answer.total.div_ceil(PAGE_HITS as u64)).unwrap_or(usize::MAX);
    let last_page = n_pages.min(DEEPEST_HIT / PAGE_HITS);
    let deepest = number(DEEPEST_HIT as u64, locale);
    SearchPage {
        notices: answer.notices.clone(),
        suggestions: suggestions.collect(),
        total: answer.total,
        total_text: total_text(request, answer.total, visit),
        range: range(request, answer, visit),
        took: fill(
            w.took,
            &[("s", &decimal(answer.took_ms / 1000.0, 3, locale))],
        ),
        sorts: sorts(params, request.sort, visit),
        first: request.offset + 1,
        hits: hits
            .map(|(hit, number)| HitView::new(hit, number, locale))
            .collect(),
        too_deep: (n_pages > last_page && page == last_page)
            .then(|| fill(w.too_deep, &[("n", &deepest)])),
        pages: pages(params, page, last_page, visit),
        previous_url: (page > 1).then(|| page_url(params, page - 1)),
        next_url: (page < last_page).then(|| page_url(params, page + 1)),
        facets: facet_views(&answer.facets, params, locale),
        ..empty(visit, params, &request.query)
    }
}

fn total_text(request: &SearchRequest, total: u64, visit: &Visit) -> String {
    let w = &visit.locale.words().search;
    let message = match total {
        1 => w.total_one,
        _ if request.query.is_empty() && request.filters.is_empty() => w.total_all,
        _ => w.total,
    };
    fill(message, &[("n", &number(total, visit.locale))])
}

/// Which of the results this page shows, when it does not show all.
fn range(request: &SearchRequest, answer: &SearchResponse, visit: &Visit) -> Option<String> {
    if answer.hits.is_empty() || answer.total <= answer.hits.len() as u64 {
        return None;
    }
    let place = |n: usize| number(n as u64, visit.locale);
    let (from, to) = (
        place(request.offset + 1),
        place(request.offset + answer.hits.len()),
    );
    Some(fill(
        visit.locale.words().search.range,
        &[("from", &from), ("to", &to)],
    ))
}

fn page_url(params: &Params, page: usize) -> String {
    let number = page.to_string();
    params
        .with("page", (page > 1).then_some(number.as_str()))
        .to_url("/search")
}

fn sorts(params: &Params, current: Sort, visit: &Visit) -> Vec<SortView> {
    let w = &visit.locale.words().search;
    let all = [
        (Sort::Relevance, w.sort_relevance),
        (Sort::Newest, w.sort_newest),
        (Sort::Oldest, w.sort_oldest),
        (Sort::Title, w.sort_title),
    ];
    let view = |(sort, label)| {
        let word = (sort != Sort::Relevance).then(|| sort_word(sort));
        let url = params.with("sort", word).to_url("/search");
        SortView {
            url,
            label,
            current: sort == current,
        }
    };
    all.into_iter().map(view).collect()
}

/// The first and the last page, and two on either side of this one.
fn pages(params: &Params, page: usize, last: usize, visit: &Visit) -> Vec<PageView> {
    let mut before = 0;
    let mut views = Vec::new();
    let shown = |n: &usize| *n == 1 || *n == last || n.abs_diff(page) <= 2;
    for n in (1..=last).filter(shown) {
        let number = number(n as u64, visit.locale);
        views.push(PageView {
            url: page_url(params, n),
            label: fill(visit.locale.words().search.page_n, &[("n", &number)]),
            number,
            current: n == page,
            gap: n > before + 1,
        });
        before = n;
    }
    views
}

/// The ends of the span of years that is on, for its two fields.
fn year_bounds(params: &Params) -> (String, String) {
    let span = params
        .all("filter")
        .find_map(|filter| filter.strip_prefix("year:"));
    match span.map(|span| span.split_once("..").unwrap_or((span, span))) {
        Some((from, to)) => (from.to_owned(), to.to_owned()),
        None => (String::new(), String::new()),
    }
}

/// Shows the character at which a query cannot be read.
fn bad_query(
    query: &str,
    position: usize,
    message: String,
    cure: String,
    visit: &Visit,
) -> BadQuery {
    let w = &visit.locale.words().search;
    let mut at = position.min(query.len());
    while !query.is_char_boundary(at) {
        at -= 1;
    }
    let (before, rest) = query.split_at(at);
    let there_len = rest.chars().next().map_or(0, char::len_utf8);
    let (there, after) = rest.split_at(there_len);
    let n = (before.chars().count() + 1).to_string();
    let there = if there.is_empty() {
        format!("⟨{}⟩", w.bad_query_end)
    } else {
        there.to_owned()
    };
    BadQuery {
        at: fill(w.bad_query_at, &[("n", &n)]),
        before: before.to_owned(),
        there,
        after: after.to_owned(),
        message,
        cure,
    }
}

/// What is asked for: the query and its conditions.
const ASKED: [&str; 2] = ["q", "filter"];

/// Another page about this search.
fn kept_url(params: &Params, path: &str, names: &[&str]) -> String {
    let kept = params.iter().filter(|(name, _)| names.contains(name));
    let kept = kept.fold(Params::default(), |kept, (name, value)| {
        kept.adding(name, value)
    });
    kept.to_url(path)
}
