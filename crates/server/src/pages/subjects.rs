//! `/subjects`: codes suggested for records, for librarians to accept or to
//! reject.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use catalog::Detail;
use jiff::Timestamp;
use records::{Clearance, RecordId};
use subjects::{IPC, KHCN, Scheme, decide, decisions, scheme, suggest, suggestions, undo};

use crate::{
    accounts::{Role, Scope},
    api::{authorities::act_number, duplicates::record_id},
    app::{App, Library},
    decisions::follow,
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        hit::record_url,
    },
    params::Params,
    search_params::count,
    typography::{decimal, number},
    visit::Visit,
    words::fill,
};

/// One suggestion.
struct SuggestionView {
    record: String,
    url: String,
    title: String,
    scheme: String,
    code: String,
    name: String,
    confidence: String,
}

#[derive(Template)]
#[template(path = "subjects.html")]
struct SubjectsPage {
    f: Frame,
    count: String,
    suggestions: Vec<SuggestionView>,
    next: Option<String>,
    /// Number, what was decided, and by whom; newest first.
    decisions: Vec<(u64, String, String)>,
    problem: Option<String>,
}

/// Suggestions on a page.
const SHOWN: usize = 30;
/// Decisions shown for undoing; the API has all.
const SHOWN_DECISIONS: usize = 20;
/// Least confidence of suggestions made from the page or over the API, as on the
/// command line.
pub(crate) const LEAST: f32 = 0.3;

/// `GET /subjects`
pub(crate) async fn show_subjects(
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
    let (total, suggestions, decisions) = read.await?;
    let w = &locale.words().subject;
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let end = offset + SHOWN;
    let page = SubjectsPage {
        f: Frame::new(visit, "subjects"),
        count: match total {
            None => w.none.to_owned(),
            Some(total) => fill(w.open, &[("n", &number(total as u64, locale))]),
        },
        suggestions,
        next: (end < total.unwrap_or(0)).then(|| format!("/subjects?offset={end}")),
        decisions,
        problem,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

type Read = (
    Option<usize>,
    Vec<SuggestionView>,
    Vec<(u64, String, String)>,
);

fn read(library: &Library, offset: usize, locale: Locale) -> Result<Read, ApiError> {
    let catalogue = &*library.catalogue;
    let run = suggestions(catalogue)?;
    let list = run.as_ref().map_or(&[][..], |run| &run.list);
    let shown = list.iter().skip(offset).take(SHOWN);
    let ids: Vec<RecordId> = shown.clone().map(|one| one.record.clone()).collect();
    let stored = catalogue.get_many(&ids, Clearance::Staff, Detail::Summary);
    let stored = stored.map_err(ApiError::unavailable)?;
    let mut schemes = BTreeMap::new();
    for name in [KHCN, IPC] {
        schemes.insert(name, scheme(catalogue, name)?);
    }
    let name = |of: &str, code: &str| {
        schemes
            .get(of)
            .map_or(String::new(), |one| named(one, code, locale))
    };
    let views = shown.zip(stored).filter_map(|(one, stored)| {
        let record = stored?.record;
        Some(SuggestionView {
            record: record.id.to_string(),
            url: record_url(&record.id),
            title: record.display_title(&locale.lang()).to_owned(),
            name: name(&one.scheme, &one.code),
            scheme: one.scheme.clone(),
            code: one.code.clone(),
            confidence: decimal(f64::from(one.confidence) * 100.0, 0, locale),
        })
    });
    let w = &locale.words().subject;
    let log = decisions(catalogue)?.into_iter().rev();
    let log = log
        .filter(|one| !one.is_undone)
        .take(SHOWN_DECISIONS)
        .map(|one| {
            let what = if one.accepted { w.accepted } else { w.rejected };
            let code = format!("{} {}", one.code, name(&one.scheme, &one.code));
            (one.number, format!("{}: {what} {code}", one.record), one.by)
        });
    Ok((
        run.as_ref().map(|_| list.len()),
        views.collect(),
        log.collect(),
    ))
}

/// The name of a code, or of the code above it that has one.
fn named(scheme: &Scheme, code: &str, locale: Locale) -> String {
    let heads = (1..=code.len()).rev().filter_map(|end| code.get(..end));
    let found = heads.filter_map(|head| scheme.entries.get(head)).next();
    found.map_or(String::new(), |entry| match locale {
        Locale::Vi => entry.vi.clone(),
        Locale::En => entry.en.clone(),
    })
}

/// `POST /subjects`: learns and suggests anew.
pub(crate) async fn suggest_subjects(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    allowed_form(&app, &visit, &body)?;
    let done = app.ask(move |library| {
        suggest(&*library.catalogue, LEAST, Timestamp::now())?;
        Ok(())
    });
    told(done.await, &app, &visit).await
}

/// `POST /subjects/decide`
pub(crate) async fn decide_subjects(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (form, by) = allowed_form(&app, &visit, &body)?;
    let record = record_id("record", form.get("record").unwrap_or_default())?;
    let accepted = form.get("accept") == Some("1");
    let [scheme, code] =
        ["scheme", "code"].map(|name| form.get(name).unwrap_or_default().to_owned());
    let done = app.ask(move |library| {
        let code = (scheme.as_str(), code.as_str());
        decide(
            &*library.catalogue,
            &record,
            code,
            accepted,
            &by,
            Timestamp::now(),
        )?;
        follow(library);
        Ok(())
    });
    told(done.await, &app, &visit).await
}

/// `POST /subjects/undo`
pub(crate) async fn undo_subjects(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (form, _) = allowed_form(&app, &visit, &body)?;
    let number = act_number(form.get("number").unwrap_or_default())?;
    let done = app.ask(move |library| {
        undo(&*library.catalogue, number, Timestamp::now())?;
        follow(library);
        Ok(())
    });
    told(done.await, &app, &visit).await
}

fn allowed_form(app: &App, visit: &Visit, body: &[u8]) -> Result<(Params, String), ApiError> {
    let form = fields(body)?;
    visit.check_form(app, form.get("csrf"))?;
    let by = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    Ok((form, by))
}

/// Back to the list; a decision that was refused says why there.
async fn told(done: Result<(), ApiError>, app: &App, visit: &Visit) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(Redirect::to("/subjects").into_response()),
        Err(ApiError::Refused { message, .. }) => page(app, visit, Some(message)).await,
        Err(error) => Err(error),
    }
}
