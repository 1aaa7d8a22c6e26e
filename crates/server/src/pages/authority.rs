//! `/authors/{id}` and `/institutions/{id}`: one person or institution, all its
//! names, and its works.

use std::sync::Arc;

use askama::Template;
use authorities::{Authority, AuthorityKind};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use index::{FacetCount, FacetField};

use crate::{
    accounts::{Role, Scope},
    api::authorities::works_url,
    app::App,
    authorities::{Named, named},
    charts::{Chart, ChartView, Mark, Point, Series, Unit},
    error::ApiError,
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        hit::{filter_url, record_url},
        labels,
    },
    params::encode,
    typography::number,
    visit::Visit,
    words::fill,
};

/// A line of the facts: a word, and texts with or without an address.
struct FactView {
    word: &'static str,
    values: Vec<(String, Option<String>)>,
}

/// A list of names with the number of shared works.
struct ListView {
    id: &'static str,
    heading: &'static str,
    rows: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "authority.html")]
struct AuthorityPage {
    f: Frame,
    kind: &'static str,
    name: String,
    /// Whether a name without an authority record is shown.
    is_bare: bool,
    facts: Vec<FactView>,
    count: String,
    works_url: String,
    /// For librarians.
    edit_url: Option<String>,
    chart: Option<ChartView>,
    lists: Vec<ListView>,
    /// Address, title, year.
    newest: Vec<(String, String, String)>,
}

/// `GET /authors/{id}`
pub(crate) async fn show_author(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    show(&app, path, &visit, AuthorityKind::Person).await
}

/// `GET /institutions/{id}`
pub(crate) async fn show_institution(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    show(&app, path, &visit, AuthorityKind::Institution).await
}

async fn show(
    app: &App,
    path: Result<Path<String>, PathRejection>,
    visit: &Visit,
    kind: AuthorityKind,
) -> Result<Response, ApiError> {
    let Ok(Path(text)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let (asked, clearance) = (text.clone(), visit.clearance);
    // An identifier that no authority has yet comes with the name beside it.
    let name = visit.params.get("name").map(str::to_owned);
    let found = app.ask(
        move |library| match named(library, kind, &asked, clearance)? {
            None => name.map_or(Ok(None), |name| named(library, kind, &name, clearance)),
            found => Ok(found),
        },
    );
    let found = found.await?.ok_or(ApiError::NoSuchPage)?;
    if let Some(authority) = found
        .authority
        .as_ref()
        .filter(|one| one.id.to_string() != text)
    {
        // One address each: names, identifiers and merged ids lead to it.
        let url = visit.params.with("name", None).to_url(&url_of(authority));
        return Ok(Redirect::temporary(&url).into_response());
    }
    respond(&page(found, visit), visit, StatusCode::OK)
}

/// How many works, in words.
pub(crate) fn n_works(n: u64, locale: Locale) -> String {
    let w = &locale.words().authority;
    let words = if n == 1 { w.count_one } else { w.count };
    fill(words, &[("n", &number(n, locale))])
}

/// Where a name leads: its authority, if it has one.
pub(crate) fn name_url(kind: AuthorityKind, name: &str) -> String {
    let folder = match kind {
        AuthorityKind::Person => "authors",
        AuthorityKind::Institution => "institutions",
    };
    format!("/{folder}/{}", encode(name))
}

fn url_of(authority: &Authority) -> String {
    name_url(authority.kind(), &authority.id.to_string())
}

fn page(found: Named, visit: &Visit) -> AuthorityPage {
    let locale = visit.locale;
    let w = locale.words();
    let newest = found.works.newest.iter().map(|record| {
        let year = record.year.map(|year| year.to_string());
        let title = record.display_title(&locale.lang()).to_owned();
        (record_url(&record.id), title, year.unwrap_or_default())
    });
    AuthorityPage {
        f: Frame::new(visit, "authority"),
        kind: match found.kind {
            AuthorityKind::Person => w.authority.person,
            AuthorityKind::Institution => w.authority.institution,
        },
        name: match &found.authority {
            Some(authority) => authority.name.clone(),
            None => found.heading.clone(),
        },
        is_bare: found.authority.is_none(),
        facts: facts(&found, locale),
        count: n_works(found.works.total, locale),
        works_url: works_url(found.kind, &found.heading),
        edit_url: edit_url(&found, visit),
        chart: chart(&found.works.years, locale),
        lists: lists(&found, locale),
        newest: newest.collect(),
    }
}

fn edit_url(found: &Named, visit: &Visit) -> Option<String> {
    let may = visit.needs(Role::Librarian, Scope::Write).is_ok();
    let authority = found.authority.as_ref().filter(|_| may);
    authority.map(|one| format!("/authorities/{}", one.id))
}

fn facts(found: &Named, locale: Locale) -> Vec<FactView> {
    let w = &locale.words().authority;
    let plain = |texts: Vec<String>| texts.into_iter().map(|text| (text, None)).collect();
    let linked = |all: &[Authority]| -> Vec<(String, Option<String>)> {
        let link = |one: &Authority| (one.name.clone(), Some(url_of(one)));
        all.iter().map(link).collect()
    };
    let mut facts = Vec::new();
    let mut add = |word, values: Vec<(String, Option<String>)>| {
        if !values.is_empty() {
            facts.push(FactView { word, values });
        }
    };
    if let Some(authority) = &found.authority {
        add(w.variants, plain(authority.variants.clone()));
        let former = authority.former.iter().map(|former| match former.until {
            Some(until) => {
                let until = fill(w.until, &[("year", &until.to_string())]);
                format!("{} ({until})", former.name)
            }
            None => former.name.clone(),
        });
        add(w.former, plain(former.collect()));
        let identifiers = authority.identifiers.iter();
        add(
            w.identifiers,
            identifiers
                .map(|one| (one.to_string(), Some(one.url())))
                .collect(),
        );
        let province = authority.province.iter();
        let url = |name: &String| (name.clone(), Some(filter_url(FacetField::Province, name)));
        add(w.province, province.map(url).collect());
    }
    add(w.parent, linked(found.parent.as_slice()));
    add(w.parts, linked(&found.parts));
    add(w.predecessors, linked(&found.predecessors));
    let since = found.authority.as_ref().and_then(|one| one.since);
    add(
        w.since,
        plain(since.iter().map(ToString::to_string).collect()),
    );
    add(w.successors, linked(&found.successors));
    add(w.namesakes, linked(&found.namesakes));
    facts
}

fn chart(years: &[FacetCount], locale: Locale) -> Option<ChartView> {
    let w = &locale.words().authority;
    let mut points: Vec<Point> = years
        .iter()
        .filter_map(|count| Some(Point::new(count.value.parse().ok()?, count.count as f64)))
        .collect();
    points.sort_by_key(|point| point.year);
    let (first, last) = (points.first()?.year, points.last()?.year);
    let span = [("from", first.to_string()), ("to", last.to_string())];
    let span: Vec<(&str, &str)> = span
        .iter()
        .map(|(key, text)| (*key, text.as_str()))
        .collect();
    let chart = Chart {
        id: "works".to_owned(),
        title: w.by_year.to_owned(),
        description: fill(w.by_year_description, &span),
        unit: Unit::Count,
        series: vec![Series {
            name: w.works.to_owned(),
            mark: Mark::Bars,
            look: 0,
            points,
        }],
        unfinished_from: None,
    };
    Some(chart.view(locale, String::new(), String::new()))
}

fn lists(found: &Named, locale: Locale) -> Vec<ListView> {
    let w = locale.words();
    let row =
        |count: &FacetCount, name: String, url: String| (name, url, number(count.count, locale));
    let of_kind = |counts: &[FacetCount], kind| -> Vec<(String, String, String)> {
        let row =
            |count: &FacetCount| row(count, count.value.clone(), name_url(kind, &count.value));
        counts.iter().map(row).collect()
    };
    let field = |count: &FacetCount| {
        let name = labels::value(FacetField::Field, &count.value, locale);
        row(count, name, filter_url(FacetField::Field, &count.value))
    };
    let persons = match found.kind {
        AuthorityKind::Person => w.authority.companions,
        AuthorityKind::Institution => w.authority.persons,
    };
    let lists = [
        (
            "persons",
            persons,
            of_kind(&found.works.persons, AuthorityKind::Person),
        ),
        (
            "institutions",
            w.facet.institution,
            of_kind(&found.works.institutions, AuthorityKind::Institution),
        ),
        (
            "fields",
            w.facet.field,
            found.works.fields.iter().map(field).collect(),
        ),
    ];
    let lists = lists.into_iter().filter(|(_, _, rows)| !rows.is_empty());
    lists
        .map(|(id, heading, rows)| ListView { id, heading, rows })
        .collect()
}
