//! `/authorities`: names that may be of one person or institution, for
//! librarians to put together or to keep apart; what was decided, to be undone.

use std::sync::Arc;

use askama::Template;
use authorities::{AuthorityKind, Evidence, Side, Suggestion, acts, apart, suggestions};
use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use crate::{
    accounts::{Role, Scope},
    api::authorities::{act_number, party},
    app::{App, Library},
    authorities::{merge, register, undo},
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        authority::{n_works, name_url},
        form::fields,
        frame::{Frame, respond},
    },
    params::Params,
    search_params::count,
    typography::{date, decimal, number},
    visit::Visit,
    words::fill,
};

/// One of two names.
struct SideView {
    /// What the form sends: id or name.
    party: String,
    name: String,
    url: String,
    /// Other printed forms.
    forms: String,
    count: String,
}

struct SuggestionView {
    kind: &'static str,
    kind_word: &'static str,
    strength: String,
    keep: SideView,
    other: SideView,
    reasons: Vec<String>,
}

#[derive(Template)]
#[template(path = "authorities.html")]
struct AuthoritiesPage {
    f: Frame,
    count: String,
    suggestions: Vec<SuggestionView>,
    next: Option<String>,
    /// Number, what was done, and by whom and when; newest first.
    acts: Vec<(u64, String, String)>,
    problem: Option<String>,
}

/// Suggestions on a page.
const SHOWN: usize = 20;
/// Acts shown for undoing; the API has all.
const SHOWN_ACTS: usize = 20;

/// `GET /authorities`
pub(crate) async fn show_authorities(
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
    let (total, suggestions, acts) = read.await?;
    let w = &locale.words().authority;
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let end = offset + suggestions.len();
    let page = AuthoritiesPage {
        f: Frame::new(visit, "authorities"),
        count: match total {
            None => w.none.to_owned(),
            Some(total) => fill(w.open, &[("n", &number(total as u64, locale))]),
        },
        suggestions,
        next: (end < total.unwrap_or(0)).then(|| format!("/authorities?offset={end}")),
        acts,
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
    let register = register(library)?;
    let found = suggestions(&*library.catalogue, &register)?;
    let list = found.as_ref().map(|found| &found.list[..]);
    let shown = list.unwrap_or_default().iter().skip(offset).take(SHOWN);
    let shown = shown.map(|suggestion| view(suggestion, locale)).collect();
    let w = &locale.words().authority;
    let log = acts(&*library.catalogue)?.into_iter().rev();
    let log = log.filter(|act| !act.is_undone && act.kind != authorities::ActKind::Undo);
    let log = log.take(SHOWN_ACTS).map(|act| {
        let done = w
            .get(&format!("act_{}", act.kind.as_str()))
            .unwrap_or_default();
        let names = act.names.join(" ← ");
        let text = if names.is_empty() {
            done.to_owned()
        } else {
            format!("{done}: {names}")
        };
        (
            act.number,
            text,
            format!(
                "{}, {}",
                act.by,
                date(&act.at.strftime("%Y-%m-%d").to_string(), locale)
            ),
        )
    });
    Ok((list.map(<[_]>::len), shown, log.collect()))
}

fn view(suggestion: &Suggestion, locale: Locale) -> SuggestionView {
    let w = &locale.words().authority;
    SuggestionView {
        kind: suggestion.kind.as_str(),
        kind_word: match suggestion.kind {
            AuthorityKind::Person => w.person,
            AuthorityKind::Institution => w.institution,
        },
        strength: decimal(f64::from(suggestion.strength), 2, locale),
        keep: side(&suggestion.keep, suggestion.kind, locale),
        other: side(&suggestion.other, suggestion.kind, locale),
        reasons: suggestion
            .evidence
            .iter()
            .map(|one| reason(one, locale))
            .collect(),
    }
}

fn side(side: &Side, kind: AuthorityKind, locale: Locale) -> SideView {
    let party = side
        .id
        .map_or_else(|| side.name.clone(), |id| id.to_string());
    let forms = side.forms.iter().filter(|form| **form != side.name);
    let forms: Vec<&str> = forms.map(String::as_str).collect();
    SideView {
        url: name_url(kind, &party),
        party,
        name: side.name.clone(),
        forms: forms.join("; "),
        count: n_works(u64::from(side.n_records), locale),
    }
}

fn reason(evidence: &Evidence, locale: Locale) -> String {
    let w = &locale.words().authority;
    let with = |words: &'static str, n: usize| fill(words, &[("n", &number(n as u64, locale))]);
    match evidence {
        Evidence::SameLetters => w.same_letters.to_owned(),
        Evidence::Initials => w.initials.to_owned(),
        Evidence::OtherAccents => w.other_accents.to_owned(),
        Evidence::Companions { n } => with(w.shared_companions, *n),
        Evidence::Institutions { n } => with(w.shared_institutions, *n),
        Evidence::YearsApart { n } => with(w.years_apart, usize::try_from(*n).unwrap_or(0)),
        Evidence::Rivals { n } => with(w.rivals, *n),
        Evidence::Words { share } => {
            let share = decimal(f64::from(*share) * 100.0, 0, locale);
            fill(w.same_words, &[("n", &share)])
        }
    }
}

/// `POST /authorities/merge`
pub(crate) async fn merge_authorities(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (form, by) = allowed_form(&app, &visit, &body)?;
    let kind = match form.get("kind") {
        Some("institution") => AuthorityKind::Institution,
        _ => AuthorityKind::Person,
    };
    // The button that was pressed says which of the two stays.
    let [a, b] = ["a", "b"].map(|name| form.get(name).unwrap_or_default());
    let (kept, other) = if form.get("keep") == Some("b") {
        (b, a)
    } else {
        (a, b)
    };
    let (kept, other) = (party("a", kind, kept)?, party("b", kind, other)?);
    let done = app.ask(move |library| merge(library, &kept, &[other], &by).map(drop));
    told(done.await, &app, &visit).await
}

/// `POST /authorities/apart`
pub(crate) async fn keep_names_apart(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (form, by) = allowed_form(&app, &visit, &body)?;
    let [a, b] = ["a", "b"].map(|name| form.get(name).unwrap_or_default().to_owned());
    let done = app.ask(move |library| {
        apart(&*library.catalogue, &a, &b, &by, Timestamp::now())?;
        Ok(())
    });
    told(done.await, &app, &visit).await
}

/// `POST /authorities/undo`
pub(crate) async fn undo_authority_act(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (form, by) = allowed_form(&app, &visit, &body)?;
    let number = act_number(form.get("number").unwrap_or_default())?;
    let done = app.ask(move |library| undo(library, number, &by).map(drop));
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
        Ok(()) => Ok(Redirect::to("/authorities").into_response()),
        Err(ApiError::Refused { message, .. }) => page(app, visit, Some(message)).await,
        Err(error) => Err(error),
    }
}
