//! `/saved`: searches that an account keeps, and by which ways it hears of news.
//! `/feeds/…`: their feeds, for programs that know nothing but the address.
//! `/letters/…`: where whoever gets letters agrees to them, or ends them.

use std::sync::Arc;

use alerts::{About, News, SavedSearch, State as Progress, Wish};
use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use crate::{
    accounts::{Accounts, Role, Scope},
    alerting::{
        alerts_of, clearance_of, feed_path, line, locale_of, of_feed, of_letter, search_path,
    },
    api::{reply::with_etag, saved::check_email},
    app::App,
    edge::NO_STORE,
    error::ApiError,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        machines::xml,
    },
    params::Params,
    typography::{date, number},
    visit::Visit,
    words::fill,
};

/// Entries in a feed.
const N_ENTRIES: usize = 50;
/// News shown under a saved search.
const N_SHOWN: usize = 5;

/// One saved search in the list.
struct SavedView {
    id: String,
    name: String,
    filters: Vec<String>,
    url: String,
    feed_url: String,
    webhook: String,
    secret: String,
    email: String,
    /// How the ways stand, in words.
    remarks: Vec<String>,
    n_news: String,
    /// Title, address and day of the newest.
    news: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "saved.html")]
struct SavedPage {
    f: Frame,
    saved: Vec<SavedView>,
    /// What the form for a new one begins with.
    query: String,
    filters: Vec<String>,
    is_of_trends: bool,
    has_mail: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "letters.html")]
struct LettersPage {
    f: Frame,
    lead: String,
    /// Whether there is something to agree to, or to end.
    asks: bool,
    ends: bool,
}

/// `GET /saved?q=…&filter=…`: the parameters begin a new one.
pub(crate) async fn show_saved(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    match visit.needs(Role::Reader, Scope::Read) {
        Ok(_) => page(&app, &visit, &visit.params, None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn page(
    app: &App,
    visit: &Visit,
    wanted: &Params,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Read)?.name.clone();
    let clearance = visit.clearance;
    let found = app.alerts(move |alerts| {
        let mut all = Vec::new();
        for saved in alerts.of_owner(&owner)? {
            let state = alerts.state(&saved.id)?;
            let mut events = alerts.events(&saved.id)?;
            let older = events.len().saturating_sub(N_SHOWN);
            let news = alerts.seen(events.split_off(older), clearance)?;
            all.push((saved, state, news));
        }
        Ok(all)
    });
    let found = found.await?;
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let saved = found.iter().rev();
    let page = SavedPage {
        f: Frame::new(visit, "saved"),
        saved: saved
            .map(|(saved, state, news)| view(app, visit, saved, state.as_ref(), news))
            .collect(),
        query: wanted.get("q").unwrap_or_default().to_owned(),
        filters: wanted.all("filter").map(str::to_owned).collect(),
        is_of_trends: wanted.get("about") == Some("trends"),
        has_mail: app.settings.mail.is_some(),
        problem,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

fn view(
    app: &App,
    visit: &Visit,
    saved: &SavedSearch,
    state: Option<&Progress>,
    news: &[News],
) -> SavedView {
    let day = |at: Timestamp| date(&at.strftime("%Y-%m-%d").to_string(), visit.locale);
    let shown = news.iter().rev().map(|news| {
        let (title, link) = line(saved, news);
        (title, link, day(news.event.at))
    });
    SavedView {
        id: saved.id.to_string(),
        name: saved.name.clone(),
        filters: saved.filters.clone(),
        url: search_path(saved),
        feed_url: format!("{}{}", visit.base_url, feed_path(&app.signer, saved)),
        webhook: saved
            .webhook
            .as_ref()
            .map_or(String::new(), |hook| hook.url.clone()),
        secret: saved
            .webhook
            .as_ref()
            .map_or(String::new(), |hook| hook.secret.clone()),
        email: saved
            .mail
            .as_ref()
            .map_or(String::new(), |mail| mail.address.clone()),
        remarks: remarks(visit, saved, state),
        n_news: number(state.map_or(0, |state| state.last_event), visit.locale),
        news: shown.collect(),
    }
}

/// What the owner should know of the ways: what waits and what fails.
fn remarks(visit: &Visit, saved: &SavedSearch, state: Option<&Progress>) -> Vec<String> {
    let w = &visit.locale.words().saved;
    let mut remarks = Vec::new();
    if saved.mail.as_ref().is_some_and(|mail| !mail.is_confirmed) {
        remarks.push(w.unconfirmed.to_owned());
    }
    let ways = state.map(|state| [(w.webhook, &state.webhook), (w.email, &state.mail)]);
    for (way, channel) in ways.into_iter().flatten() {
        let failed = channel.as_ref().filter(|channel| channel.n_failed > 0);
        if let Some(channel) = failed {
            let (n, error) = (channel.n_failed.to_string(), channel.error.as_deref());
            let gaps = [
                ("way", way),
                ("n", &n),
                ("error", error.unwrap_or_default()),
            ];
            remarks.push(fill(w.failed, &gaps));
        }
    }
    remarks
}

fn wish(form: &Params, visit: &Visit) -> Wish {
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let address = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    Wish {
        about: match form.get("about") {
            Some("trends") => About::Trends,
            _ => About::Records,
        },
        name: text("name"),
        query: text("q"),
        filters: form.all("filter").map(str::to_owned).collect(),
        language: visit.locale.code().to_owned(),
        webhook: address("webhook"),
        email: address("email"),
    }
}

/// What the owner can mend is said on the page itself.
async fn or_say(
    app: &App,
    visit: &Visit,
    form: &Params,
    done: Result<(), ApiError>,
) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(Redirect::to("/saved").into_response()),
        Err(ApiError::Refused { message, .. }) => page(app, visit, form, Some(message)).await,
        Err(error) => Err(error),
    }
}

/// `POST /saved`
pub(crate) async fn add_saved(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let owner = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    let wish = wish(&form, &visit);
    let done = match check_email(&app, &owner, wish.email.as_deref()) {
        Ok(()) => {
            let added = app.alerts(move |alerts| alerts.add(&owner, wish, Timestamp::now()));
            added.await.map(drop)
        }
        Err(error) => Err(error),
    };
    or_say(&app, &visit, &form, done).await
}

/// `POST /saved/{id}`: `action` is `change`, `renew` or `remove`.
pub(crate) async fn change_saved(
    State(app): State<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let owner = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    let Ok(Path(id)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let now = Timestamp::now();
    let done = match form.get("action") {
        Some("remove") => {
            app.alerts(move |alerts| alerts.remove(&owner, &id, now))
                .await
        }
        Some("renew") => {
            let renewed = app.alerts(move |alerts| alerts.renew_feed(&owner, &id, now));
            renewed.await.map(drop)
        }
        _ => change(&app, &visit, &form, owner, id).await,
    };
    or_say(&app, &visit, &Params::default(), done).await
}

async fn change(
    app: &App,
    visit: &Visit,
    form: &Params,
    owner: String,
    id: String,
) -> Result<(), ApiError> {
    let wish = wish(form, visit);
    let (asked, named) = (owner.clone(), id.clone());
    let old = app
        .alerts(move |alerts| alerts.get(&asked, &named))
        .await?
        .wish();
    if wish.email != old.email {
        check_email(app, &owner, wish.email.as_deref())?;
    }
    let changed = app.alerts(move |alerts| {
        alerts.change(&owner, &id, Timestamp::now(), |old| Wish {
            about: old.about,
            query: old.query,
            filters: old.filters,
            ..wish
        })
    });
    changed.await.map(drop)
}

/// `GET /feeds/{token}.atom`
pub(crate) async fn show_saved_feed(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let token = path.map_or_else(|_| String::new(), |Path(name)| name);
    let token = token.strip_suffix(".atom").unwrap_or(&token).to_owned();
    let shared = app.clone();
    let found = app.ask(move |library| {
        let alerts = alerts_of(library);
        let Some(saved) = of_feed(&shared.signer, &alerts, &token)? else {
            return Err(ApiError::NoSuchPage);
        };
        let accounts = Accounts::new(library.catalogue.clone());
        let Some(clearance) = clearance_of(&accounts, &saved.owner)? else {
            return Err(ApiError::NoSuchPage);
        };
        let mut events = alerts.events(&saved.id)?;
        let older = events.len().saturating_sub(N_ENTRIES);
        let news = alerts.seen(events.split_off(older), clearance)?;
        Ok((saved, news))
    });
    let (saved, news) = found.await?;
    let body = feed(&app, &visit, &saved, &news).into_bytes();
    let (kind, caching) = ("application/atom+xml; charset=utf-8", "private, max-age=60");
    Ok(with_etag(body, kind, caching, &headers))
}

fn feed(app: &App, visit: &Visit, saved: &SavedSearch, news: &[News]) -> String {
    let locale = locale_of(saved);
    let base = &visit.base_url;
    let newest = news.last().map_or(saved.created_at, |news| news.event.at);
    let entries: String = news
        .iter()
        .rev()
        .map(|news| entry(base, saved, news))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n\
         <id>urn:trithuc:saved:{id}</id>\n<title>{title} – {site}</title>\n<updated>{newest}</updated>\n\
         <author><name>{site}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{here}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{there}\"/>\n{entries}</feed>\n",
        lang = locale.code(),
        id = saved.id,
        title = xml(&saved.name),
        site = xml(locale.words().site.name),
        here = xml(&format!("{base}{}", feed_path(&app.signer, saved))),
        there = xml(&format!("{base}{}", search_path(saved))),
    )
}

fn entry(base: &str, saved: &SavedSearch, news: &News) -> String {
    let (title, path) = line(saved, news);
    format!(
        "<entry>\n<id>urn:trithuc:saved:{id}:{number}</id>\n<title>{title}</title>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{url}\"/>\n\
         <updated>{at}</updated>\n<category term=\"{kind}\"/>\n</entry>\n",
        id = saved.id,
        number = news.event.number,
        title = xml(&title),
        url = xml(&format!("{base}{path}")),
        at = news.event.at,
        kind = xml(news.kind()),
    )
}

/// `GET /letters/{token}`
pub(crate) async fn show_letters(
    State(app): State<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let w = &visit.locale.words().saved;
    let token = path.map_or_else(|_| String::new(), |Path(token)| token);
    let [owner, id, address] = of_letter(&app.signer, &token).ok_or(ApiError::NoSuchPage)?;
    let found = app.alerts(move |alerts| alerts.get(&owner, &id)).await;
    let saved = match found {
        Ok(saved) => saved
            .mail
            .filter(|mail| mail.address == address)
            .map(|mail| (saved.name, mail)),
        Err(ApiError::AccountNotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    let (lead, asks, ends) = match saved {
        None => (w.letters_none.to_owned(), false, false),
        Some((name, mail)) => {
            let gaps = [("name", name.as_str()), ("address", &mail.address)];
            let lead = if mail.is_confirmed {
                w.letters_go
            } else {
                w.letters_ask
            };
            (fill(lead, &gaps), !mail.is_confirmed, true)
        }
    };
    let page = LettersPage {
        f: Frame::new(&visit, "letters"),
        lead,
        asks,
        ends,
    };
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

/// `POST /letters/{token}`: `action` is `agree` or `end`; a mail program ends
/// them by `List-Unsubscribe=One-Click` (RFC 8058). The address is the proof:
/// only the letter had it.
pub(crate) async fn answer_letters(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    let token = path.map_or_else(|_| String::new(), |Path(token)| token);
    let [owner, id, address] = of_letter(&app.signer, &token).ok_or(ApiError::NoSuchPage)?;
    let agrees = match (form.get("action"), form.get("List-Unsubscribe")) {
        (Some("agree"), _) => true,
        (Some("end"), _) | (_, Some("One-Click")) => false,
        (other, _) => {
            let value = other.unwrap_or_default();
            return Err(ApiError::invalid(
                "action",
                value,
                "is not known",
                "send agree or end",
            ));
        }
    };
    let answered = app
        .alerts(move |alerts| alerts.answer_mail(&owner, &id, &address, agrees, Timestamp::now()));
    match answered.await {
        Ok(_) | Err(ApiError::AccountNotFound { .. }) => {
            Ok(Redirect::to(&visit.path).into_response())
        }
        Err(error) => Err(error),
    }
}
