//! `/duplicates`: records that may be one work, side by side, for librarians to
//! merge or to keep apart.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use catalog::Detail;
use duplicates::{Evidence, Group, Pair, groups, keep_apart, listed, merges};
use index::FacetField;
use jiff::Timestamp;
use records::{Record, RecordId};

use crate::{
    accounts::{Role, Scope},
    api::duplicates::{choice, merge_number, record_id},
    app::{App, Library},
    decisions,
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        hit::record_url,
        labels::value,
    },
    params::Params,
    search_params::count,
    typography::{decimal, number},
    visit::Visit,
    words::fill,
};

/// One record of a group, as a column.
struct ColumnView {
    id: String,
    url: String,
    is_first: bool,
}

/// One field of all records of a group. `field` is empty where it cannot be
/// chosen; lists are united anyway.
struct FieldView {
    field: &'static str,
    word: &'static str,
    values: Vec<(String, String)>,
}

/// Two records and what was compared.
struct PairView {
    a: String,
    b: String,
    likely: String,
    reasons: Vec<String>,
}

struct GroupView {
    heading: String,
    columns: Vec<ColumnView>,
    rows: Vec<FieldView>,
    pairs: Vec<PairView>,
}

#[derive(Template)]
#[template(path = "duplicates.html")]
struct DuplicatesPage {
    f: Frame,
    count: String,
    groups: Vec<GroupView>,
    next: Option<String>,
    /// Number, kept and merged ids of what can be undone, newest first.
    merges: Vec<(u64, String, String)>,
    problem: Option<String>,
}

/// Groups on a page: each is a table of its own.
const SHOWN_GROUPS: usize = 10;
/// Merges shown for undoing; the API has all.
const SHOWN_MERGES: usize = 20;

/// `GET /duplicates`
pub(crate) async fn show_duplicates(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    match visit.needs(Role::Librarian, Scope::Read) {
        Ok(_) => page(&app, &visit, None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn page(app: &App, visit: &Visit, problem: Option<String>) -> Result<Response, ApiError> {
    let offset = count(&visit.params, "offset", 0, 0, 1_000_000)?;
    let locale = visit.locale;
    let read = app.ask(move |library| read(library, offset, locale));
    let (total, groups, merges) = read.await?;
    let w = &locale.words().duplicates;
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let end = offset + groups.len();
    let page = DuplicatesPage {
        f: Frame::new(visit, "duplicates"),
        count: match total {
            None => w.none.to_owned(),
            Some(total) => fill(w.count, &[("n", &number(total as u64, locale))]),
        },
        groups,
        next: (end < total.unwrap_or(0)).then(|| format!("/duplicates?offset={end}")),
        merges,
        problem,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

type Read = (Option<usize>, Vec<GroupView>, Vec<(u64, String, String)>);

fn read(library: &Library, offset: usize, locale: Locale) -> Result<Read, ApiError> {
    let catalogue = &*library.catalogue;
    let survey = listed(catalogue)?;
    let all = survey.as_ref().map(|survey| groups(&survey.pairs));
    let mut shown = Vec::new();
    for group in all.iter().flatten().skip(offset).take(SHOWN_GROUPS) {
        let clearance = records::Clearance::Staff;
        let stored = catalogue.get_many(&group.ids, clearance, Detail::Summary);
        let stored = stored.map_err(ApiError::unavailable)?.into_iter().flatten();
        let records: Vec<Record> = stored.map(|stored| stored.record).collect();
        shown.push(group_view(group, &records, locale));
    }
    let done = merges(catalogue)?.into_iter().rev().take(SHOWN_MERGES);
    let done = done.map(|merge| {
        let merged: Vec<&str> = merge.merged.iter().map(RecordId::as_str).collect();
        (merge.number, merge.kept.to_string(), merged.join(", "))
    });
    Ok((all.map(|all| all.len()), shown, done.collect()))
}

fn group_view(group: &Group, records: &[Record], locale: Locale) -> GroupView {
    let columns = records
        .iter()
        .enumerate()
        .map(|(place, record)| ColumnView {
            id: record.id.to_string(),
            url: record_url(&record.id),
            is_first: place == 0,
        });
    let title = records
        .first()
        .map(|record| record.display_title(&locale.lang()));
    GroupView {
        heading: title.unwrap_or_default().to_owned(),
        columns: columns.collect(),
        rows: rows(records, locale),
        pairs: group
            .pairs
            .iter()
            .map(|pair| pair_view(pair, locale))
            .collect(),
    }
}

fn rows(records: &[Record], locale: Locale) -> Vec<FieldView> {
    let w = &locale.words().duplicates;
    type Show = fn(&Record, Locale) -> String;
    let fields: [(&'static str, &'static str, Show); 9] = [
        ("title", w.title_field, |r, _| {
            joined(r.title.iter().map(|(_, t)| t.clone()))
        }),
        ("agents", w.agents, |r, _| {
            joined(r.agents.iter().map(|a| a.name.clone()))
        }),
        ("year", w.year, |r, _| {
            r.year.map(|y| y.to_string()).unwrap_or_default()
        }),
        ("type", w.kind, |r, locale| {
            value(FacetField::Type, r.record_type.as_str(), locale)
        }),
        ("venue", w.venue, |r, _| r.venue.clone().unwrap_or_default()),
        ("pages", w.pages, |r, _| {
            joined(
                [&r.volume, &r.issue, &r.pages]
                    .into_iter()
                    .flatten()
                    .cloned(),
            )
        }),
        ("abstract", w.abstract_field, |r, _| {
            joined(
                r.abstract_text
                    .iter()
                    .map(|(_, t)| t.chars().take(400).collect()),
            )
        }),
        ("keywords", w.keywords, |r, _| {
            joined(r.keywords.iter().map(|(_, k)| k.join(", ")))
        }),
        ("", w.identifiers, |r, _| {
            joined(r.identifiers.iter().map(|i| i.value.clone()))
        }),
    ];
    let row = |(field, word, show): (&'static str, &'static str, Show)| FieldView {
        field,
        word,
        values: records
            .iter()
            .map(|record| (record.id.to_string(), show(record, locale)))
            .collect(),
    };
    fields.into_iter().map(row).collect()
}

fn joined(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join("; ")
}

fn pair_view(pair: &Pair, locale: Locale) -> PairView {
    let likely = decimal(f64::from(pair.probability) * 100.0, 0, locale);
    PairView {
        a: pair.a.to_string(),
        b: pair.b.to_string(),
        likely: fill(locale.words().duplicates.likely, &[("n", &likely)]),
        reasons: pair
            .evidence
            .iter()
            .map(|evidence| reason(evidence, locale))
            .collect(),
    }
}

fn reason(evidence: &Evidence, locale: Locale) -> String {
    let w = &locale.words().duplicates;
    let percent = |share: f32| decimal(f64::from(share) * 100.0, 0, locale);
    let alike =
        |word: &'static str, share: f32| fill(w.alike, &[("what", word), ("n", &percent(share))]);
    let same = |word: &'static str, same: bool| {
        fill(if same { w.same } else { w.other }, &[("what", word)])
    };
    match evidence {
        Evidence::SameIdentifier { identifier } => {
            fill(w.same_name, &[("name", &identifier.value)])
        }
        Evidence::OtherIdentifier => same(w.identifiers, false),
        Evidence::Title { similarity, .. } => alike(w.title_field, *similarity),
        Evidence::Authors { shared, of, .. } => {
            let shared = decimal(f64::from(*shared), 1, locale);
            fill(
                w.authors,
                &[("n", &shared), ("of", &number(*of as u64, locale))],
            )
        }
        Evidence::Year { apart } => same(w.year, *apart == 0),
        Evidence::Pages { same: is_same } => same(w.pages, *is_same),
        Evidence::Volume { same: is_same } => same(w.volume, *is_same),
        Evidence::Venue { similarity } => alike(w.venue, *similarity),
        Evidence::Abstract { similarity } => alike(w.abstract_field, *similarity),
        Evidence::Figures { contained } => alike(w.figures, *contained),
    }
}

/// `POST /duplicates/merge`
pub(crate) async fn merge_duplicates(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let kept = record_id("kept", form.get("kept").unwrap_or_default())?;
    let others = form.all("id").map(|id| record_id("id", id));
    let mut others = others.collect::<Result<Vec<RecordId>, ApiError>>()?;
    others.retain(|id| *id != kept);
    let fields = [
        "title", "agents", "year", "type", "venue", "pages", "abstract", "keywords",
    ];
    let chosen = fields
        .iter()
        .filter_map(|field| Some((*field, form.get(field)?)));
    let choices = chosen
        .filter(|(_, id)| *id != kept.as_str())
        .map(|(field, id)| choice(field, id))
        .collect::<Result<Vec<_>, ApiError>>()?;
    let done =
        app.ask(move |library| decisions::merge(library, &kept, &others, &choices).map(drop));
    told(done.await, &app, &visit).await
}

/// `POST /duplicates/apart`
pub(crate) async fn keep_records_apart(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let a = record_id("a", form.get("a").unwrap_or_default())?;
    let b = record_id("b", form.get("b").unwrap_or_default())?;
    let done = app.ask(move |library| {
        keep_apart(&*library.catalogue, &a, &b, Timestamp::now())?;
        Ok(())
    });
    told(done.await, &app, &visit).await
}

/// `POST /duplicates/undo`
pub(crate) async fn undo_duplicates(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let number = merge_number(form.get("number").unwrap_or_default())?;
    let done = app.ask(move |library| decisions::undo(library, number).map(drop));
    told(done.await, &app, &visit).await
}

fn allowed_form(app: &App, visit: &Visit, body: &[u8]) -> Result<Params, ApiError> {
    let form = fields(body)?;
    visit.check_form(app, form.get("csrf"))?;
    visit.needs(Role::Librarian, Scope::Write)?;
    Ok(form)
}

/// Back to the list; a decision that was refused says why there.
async fn told(done: Result<(), ApiError>, app: &App, visit: &Visit) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(Redirect::to("/duplicates").into_response()),
        Err(ApiError::Refused { message, .. }) => page(app, visit, Some(message)).await,
        Err(error) => Err(error),
    }
}
