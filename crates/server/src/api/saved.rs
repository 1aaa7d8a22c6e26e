//! `/api/v1/saved-searches`: what the page of saved searches does, for programs.

use std::sync::Arc;

use alerts::{About, Channel, SavedSearch, State, Wish};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State as Of, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    alerting::{feed_path, line},
    api::{accounts::body, search::refuse_unknown},
    app::App,
    auth::is_foreign,
    edge::NO_STORE,
    error::ApiError,
    search_params::count,
    visit::Visit,
};

/// Most news in one answer: all that are kept.
const MOST_NEWS: usize = 200;

/// What a saved search brings news of.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AboutWord {
    /// Records that the search finds.
    #[default]
    Records,
    /// Bursts, missed forecasts, new topics and entrants, what begins to emerge.
    Trends,
}

impl From<AboutWord> for About {
    fn from(word: AboutWord) -> Self {
        match word {
            AboutWord::Records => Self::Records,
            AboutWord::Trends => Self::Trends,
        }
    }
}

/// A search to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSavedSearch {
    /// What it brings news of; records by default.
    #[serde(default)]
    about: AboutWord,
    /// What to call it; the query when it is left out.
    #[serde(default)]
    #[schema(max_length = 120)]
    name: String,
    /// The query, as of /api/v1/search; empty means every record. Of trends: `topic:12` or a
    /// value of field, institution, province or country; empty means everything.
    #[serde(default)]
    query: String,
    /// Conditions FIELD:VALUE, as of /api/v1/search.
    #[serde(default)]
    filters: Vec<String>,
    /// `vi` (default) or `en`: language of titles and letters.
    #[serde(default = "vietnamese")]
    language: String,
    /// Where signed messages go (Standard Webhooks).
    #[serde(default)]
    webhook: Option<String>,
    /// Where letters go, once whoever reads them has agreed.
    #[serde(default)]
    email: Option<String>,
}

fn vietnamese() -> String {
    "vi".to_owned()
}

/// What to change of a saved search; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedSearchChange {
    /// Another name.
    #[serde(default)]
    #[schema(max_length = 120)]
    name: Option<String>,
    /// Another query.
    #[serde(default)]
    query: Option<String>,
    /// Other conditions.
    #[serde(default)]
    filters: Option<Vec<String>>,
    /// Another language.
    #[serde(default)]
    language: Option<String>,
    /// Another address for messages; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    webhook: Option<Option<String>>,
    /// Another address for letters; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
}

/// What is there, null included.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// How one way of the news stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayAnswer {
    /// Where it leads.
    address: String,
    /// What messages are signed with; webhooks only.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Whether whoever reads the letters has agreed; letters only.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<bool>,
    /// When a message last arrived, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived_at: Option<String>,
    /// Attempts that failed since.
    n_failed: u32,
    /// What the last attempt said, when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// When the next attempt is due, UTC, after one that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<String>,
}

/// A saved search.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedSearchAnswer {
    /// Its id.
    id: String,
    /// `records` or `trends`: what it brings news of.
    about: String,
    /// What its owner calls it.
    name: String,
    /// The query.
    query: String,
    /// Conditions.
    filters: Vec<String>,
    /// Language of titles and letters.
    language: String,
    /// When it was saved, UTC.
    created_at: String,
    /// News found so far.
    n_news: u64,
    /// Address of its Atom feed; whoever has it reads what its owner may see.
    feed: String,
    /// Where signed messages go.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<WayAnswer>,
    /// Where letters go.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<WayAnswer>,
}

/// One piece of news.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewsAnswer {
    /// Its number among the news of this saved search.
    number: u64,
    /// `record`, `more` (so many that they are told by their number), or of
    /// trends `burst`, `forecast_missed`, `emerging`, `new_topic`, `new_entrant`.
    kind: String,
    /// When it was found, UTC.
    at: String,
    /// The record, for news of records.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// What happened.
    title: String,
    /// Where to read on.
    link: String,
}

fn way(channel: Option<&Channel>, address: &str) -> WayAnswer {
    let channel = channel.filter(|channel| channel.target == address);
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    WayAnswer {
        address: address.to_owned(),
        secret: None,
        confirmed: None,
        arrived_at: time(channel.and_then(|channel| channel.arrived_at)),
        n_failed: channel.map_or(0, |channel| channel.n_failed),
        error: channel.and_then(|channel| channel.error.clone()),
        retry_at: time(channel.and_then(|channel| channel.retry_at)),
    }
}

fn answer(
    app: &App,
    visit: &Visit,
    saved: &SavedSearch,
    state: Option<&State>,
) -> SavedSearchAnswer {
    let webhook = saved.webhook.as_ref().map(|hook| WayAnswer {
        secret: Some(hook.secret.clone()),
        ..way(state.and_then(|state| state.webhook.as_ref()), &hook.url)
    });
    let email = saved.mail.as_ref().map(|mail| WayAnswer {
        confirmed: Some(mail.is_confirmed),
        ..way(state.and_then(|state| state.mail.as_ref()), &mail.address)
    });
    SavedSearchAnswer {
        id: saved.id.to_string(),
        about: saved.about.as_str().to_owned(),
        name: saved.name.clone(),
        query: saved.query.clone(),
        filters: saved.filters.clone(),
        language: saved.language.clone(),
        created_at: saved.created_at.to_string(),
        n_news: state.map_or(0, |state| state.last_event),
        feed: format!("{}{}", visit.base_url, feed_path(&app.signer, saved)),
        webhook,
        email,
    }
}

/// Letters can be asked for where a mail server is set, and not in floods: each
/// new address is asked by a letter.
///
/// # Errors
/// [`ApiError::Refused`], [`ApiError::TooManyRequests`].
pub(crate) fn check_email(app: &App, owner: &str, email: Option<&str>) -> Result<(), ApiError> {
    if email.is_none() {
        return Ok(());
    }
    if app.settings.mail.is_none() {
        let message =
            "this library sends no letters; use the feed, or ask its operator to set [server.mail]";
        return Err(ApiError::Refused {
            parameter: "email",
            message: message.to_owned(),
        });
    }
    let caller = crate::limiter::Caller::Account(format!("letters of {owner}"));
    let waits = app
        .sign_ins
        .refuses(&caller, ADDRESSES, std::time::Instant::now());
    waits.map_or(Ok(()), |retry_after_s| {
        Err(ApiError::TooManyRequests { retry_after_s })
    })
}

/// New addresses a minute for one account: a person changes one or two.
const ADDRESSES: u32 = 5;

async fn found(
    app: &App,
    owner: String,
    id: String,
) -> Result<(SavedSearch, Option<State>), ApiError> {
    app.alerts(move |alerts| {
        let saved = alerts.get(&owner, &id)?;
        let state = alerts.state(&saved.id)?;
        Ok((saved, state))
    })
    .await
}

fn id_of(path: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    path.map(|Path(id)| id).map_err(|_| ApiError::NoSuchPage)
}

/// The saved searches of the account
#[utoipa::path(
    get, path = "/api/v1/saved-searches", operation_id = "listSavedSearches", security(("key" = [])),
    responses(
        (status = 200, description = "The saved searches, oldest first", body = Vec<SavedSearchAnswer>),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_saved(Of(app): Of<Arc<App>>, visit: Visit) -> Result<Response, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Read)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let all = app.alerts(move |alerts| {
        let saved = alerts.of_owner(&owner)?.into_iter();
        saved
            .map(|saved| alerts.state(&saved.id).map(|state| (saved, state)))
            .collect::<Result<Vec<_>, _>>()
    });
    let all = all.await?;
    let answers: Vec<_> = all
        .iter()
        .map(|(saved, state)| answer(&app, &visit, saved, state.as_ref()))
        .collect();
    Ok((NO_STORE, Json(answers)).into_response())
}

/// Save a search
///
/// What comes from now on and is found by the words of the search is news; what
/// is there already is not. News go into an Atom feed, and by webhook and letter
/// where these are asked for.
#[utoipa::path(
    post, path = "/api/v1/saved-searches", operation_id = "addSavedSearch", security(("key" = [])),
    request_body = NewSavedSearch,
    responses(
        (status = 201, description = "The saved search", body = SavedSearchAnswer),
        (status = 400, description = "Something of it cannot be taken", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many new e-mail addresses", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_saved(
    Of(app): Of<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    let new: NewSavedSearch = body(&bytes, &headers)?;
    check_email(&app, &owner, new.email.as_deref())?;
    let wish = Wish {
        about: new.about.into(),
        name: new.name,
        query: new.query,
        filters: new.filters,
        language: new.language,
        webhook: new.webhook,
        email: new.email,
    };
    let saved = app.alerts(move |alerts| alerts.add(&owner, wish, Timestamp::now()));
    let saved = answer(&app, &visit, &saved.await?, None);
    Ok((StatusCode::CREATED, NO_STORE, Json(saved)).into_response())
}

/// One saved search
#[utoipa::path(
    get, path = "/api/v1/saved-searches/{id}", operation_id = "getSavedSearch", security(("key" = [])),
    params(("id" = String, Path, description = "The id of the saved search")),
    responses(
        (status = 200, description = "The saved search", body = SavedSearchAnswer),
        (status = 400, description = "A parameter is not known", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The account keeps no such saved search", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_saved(
    Of(app): Of<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Read)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let (saved, state) = found(&app, owner, id_of(path)?).await?;
    Ok((NO_STORE, Json(answer(&app, &visit, &saved, state.as_ref()))).into_response())
}

/// Change a saved search
#[utoipa::path(
    patch, path = "/api/v1/saved-searches/{id}", operation_id = "changeSavedSearch", security(("key" = [])),
    params(("id" = String, Path, description = "The id of the saved search")),
    request_body = SavedSearchChange,
    responses(
        (status = 200, description = "The saved search as it is now", body = SavedSearchAnswer),
        (status = 400, description = "The change is refused", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The account keeps no such saved search", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many new e-mail addresses", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_saved(
    Of(app): Of<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    let change: SavedSearchChange = body(&bytes, &headers)?;
    check_email(
        &app,
        &owner,
        change.email.iter().flatten().next().map(String::as_str),
    )?;
    let id = id_of(path)?;
    let changed = app.alerts(move |alerts| {
        let saved = alerts.change(&owner, &id, Timestamp::now(), |wish| Wish {
            about: wish.about,
            name: change.name.unwrap_or(wish.name),
            query: change.query.unwrap_or(wish.query),
            filters: change.filters.unwrap_or(wish.filters),
            language: change.language.unwrap_or(wish.language),
            webhook: change.webhook.unwrap_or(wish.webhook),
            email: change.email.unwrap_or(wish.email),
        })?;
        let state = alerts.state(&saved.id)?;
        Ok((saved, state))
    });
    let (saved, state) = changed.await?;
    Ok((NO_STORE, Json(answer(&app, &visit, &saved, state.as_ref()))).into_response())
}

/// Remove a saved search
#[utoipa::path(
    delete, path = "/api/v1/saved-searches/{id}", operation_id = "removeSavedSearch", security(("key" = [])),
    params(("id" = String, Path, description = "The id of the saved search")),
    responses(
        (status = 204, description = "It is gone, with its feed"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The account keeps no such saved search", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_saved(
    Of(app): Of<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let id = id_of(path)?;
    app.alerts(move |alerts| alerts.remove(&owner, &id, Timestamp::now()))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revoke the address of the feed
///
/// The address of before opens nothing any more; the answer has the new one.
#[utoipa::path(
    post, path = "/api/v1/saved-searches/{id}/feed", operation_id = "renewSavedSearchFeed", security(("key" = [])),
    params(("id" = String, Path, description = "The id of the saved search")),
    responses(
        (status = 200, description = "The saved search with the new address", body = SavedSearchAnswer),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The account keeps no such saved search", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn renew_feed(
    Of(app): Of<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let id = id_of(path)?;
    let renewed = app.alerts(move |alerts| {
        let saved = alerts.renew_feed(&owner, &id, Timestamp::now())?;
        let state = alerts.state(&saved.id)?;
        Ok((saved, state))
    });
    let (saved, state) = renewed.await?;
    Ok((NO_STORE, Json(answer(&app, &visit, &saved, state.as_ref()))).into_response())
}

/// The news of a saved search
///
/// The newest first, at most the 200 that are kept; records that the account may
/// not see now are left out.
#[utoipa::path(
    get, path = "/api/v1/saved-searches/{id}/news", operation_id = "listSavedSearchNews", security(("key" = [])),
    params(
        ("id" = String, Path, description = "The id of the saved search"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 200", minimum = 1, maximum = 200, example = 50),
    ),
    responses(
        (status = 200, description = "The news, newest first", body = Vec<NewsAnswer>),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The account keeps no such saved search", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_news(
    Of(app): Of<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let owner = visit.needs(Role::Reader, Scope::Read)?.name.clone();
    refuse_unknown(&visit.params, &["limit"])?;
    let limit = count(&visit.params, "limit", 50, 1, MOST_NEWS)?;
    let (id, clearance) = (id_of(path)?, visit.clearance);
    let found = app.alerts(move |alerts| {
        let saved = alerts.get(&owner, &id)?;
        let news = alerts.seen(alerts.events(&saved.id)?, clearance)?;
        Ok((saved, news))
    });
    let (saved, news) = found.await?;
    let one = |news: &alerts::News| {
        let (title, path) = line(&saved, news);
        NewsAnswer {
            number: news.event.number,
            kind: news.kind().to_owned(),
            at: news.event.at.to_string(),
            id: news.event.record().map(ToString::to_string),
            title,
            link: format!("{}{path}", visit.base_url),
        }
    };
    let answers: Vec<NewsAnswer> = news.iter().rev().take(limit).map(one).collect();
    Ok((NO_STORE, Json(answers)).into_response())
}
