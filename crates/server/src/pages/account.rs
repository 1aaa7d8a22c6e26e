//! `/account`: what one's account may do, its password, its API keys.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use crate::{
    accounts::{Account, ApiKey, Role, Scope},
    app::App,
    auth::session_cookie,
    edge::NO_STORE,
    error::ApiError,
    pages::{
        form::fields,
        frame::{Frame, respond},
    },
    typography::date,
    visit::Visit,
};

/// One key in the list.
struct KeyView {
    id: String,
    label: String,
    scopes: String,
    made: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    f: Frame,
    name: String,
    role: &'static str,
    sees: &'static str,
    is_admin: bool,
    is_librarian: bool,
    keys: Vec<KeyView>,
    scopes: Vec<(&'static str, &'static str)>,
    /// The secret of a key made just now; shown this once.
    secret: Option<String>,
    problem: Option<String>,
    /// Whether the person signs in with a password of ours.
    has_password: bool,
}

/// The page with what stands in the way of what was asked for there.
pub(super) async fn show_problem(
    app: &App,
    visit: &Visit,
    account: &Account,
    problem: &str,
) -> Result<Response, ApiError> {
    page(app, visit, account, None, Some(problem.to_owned())).await
}

/// Whoever is not signed in is asked to; the page comes afterwards.
pub(super) fn or_sign_in(error: ApiError, visit: &Visit) -> Result<Response, ApiError> {
    match error {
        ApiError::SignInNeeded => {
            let here = visit.params.to_url(&visit.path);
            let to = format!("/login?back={}", crate::params::encode(&here));
            Ok(Redirect::to(&to).into_response())
        }
        error => Err(error),
    }
}

/// `GET /account`
pub(crate) async fn show_account(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    match visit.needs(Role::Reader, Scope::Read) {
        Ok(account) => page(&app, &visit, account, None, None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn page(
    app: &App,
    visit: &Visit,
    account: &Account,
    secret: Option<String>,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let w = visit.locale.words();
    let name = account.name.clone();
    let asked = app.account(move |accounts| {
        let has_password = accounts
            .user(&name)?
            .is_some_and(|user| user.has_password());
        Ok((accounts.keys(&name)?, has_password))
    });
    let (keys, has_password) = asked.await?;
    let sees = match account.clearance() {
        records::Clearance::Public => w.account.sees_open,
        records::Clearance::Registered => w.account.sees_registered,
        records::Clearance::Staff => w.account.sees_all,
    };
    let scopes = Scope::ALL
        .iter()
        .filter(|scope| **scope != Scope::Admin || account.role == Role::Admin);
    let status = if problem.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let page = AccountPage {
        f: Frame::new(visit, "account"),
        name: account.name.clone(),
        role: role_word(account.role, visit),
        sees,
        is_admin: account.role == Role::Admin,
        is_librarian: account.role >= Role::Librarian,
        keys: keys.iter().map(|key| key_view(key, visit)).collect(),
        scopes: scopes
            .map(|scope| (scope.as_str(), scope_word(*scope, visit)))
            .collect(),
        secret,
        problem,
        has_password,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

/// The word for a role.
pub(super) fn role_word(role: Role, visit: &Visit) -> &'static str {
    let w = &visit.locale.words().account;
    match role {
        Role::Reader => w.role_reader,
        Role::Analyst => w.role_analyst,
        Role::Librarian => w.role_librarian,
        Role::Admin => w.role_admin,
    }
}

fn scope_word(scope: Scope, visit: &Visit) -> &'static str {
    let w = &visit.locale.words().account;
    match scope {
        Scope::Read => w.scope_read,
        Scope::Write => w.scope_write,
        Scope::Admin => w.scope_admin,
    }
}

fn key_view(key: &ApiKey, visit: &Visit) -> KeyView {
    let scopes: Vec<&str> = key
        .scopes
        .iter()
        .map(|scope| scope_word(*scope, visit))
        .collect();
    let day = key.created_at.strftime("%Y-%m-%d").to_string();
    KeyView {
        id: key.id.clone(),
        label: key.label.clone(),
        scopes: scopes.join(", "),
        made: date(&day, visit.locale),
    }
}

/// `POST /account/password`: ends all sessions, this one too.
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let account = visit.needs(Role::Reader, Scope::Write)?;
    app.count_guess(&account.name)?;
    let (name, old) = (
        account.name.clone(),
        form.get("old").unwrap_or_default().to_owned(),
    );
    let new = form.get("new").unwrap_or_default().to_owned();
    let changed = app.account(move |accounts| {
        if accounts.check_password(&name, &old)?.is_none() {
            return Ok(false);
        }
        accounts
            .set_password(&name, &new, Timestamp::now())
            .map(|()| true)
    });
    match changed.await {
        Ok(true) => {
            let mut response = Redirect::to("/login?back=%2Faccount").into_response();
            let cookie = session_cookie(None, &visit.base_url);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Ok(false) => {
            let problem = visit.locale.words().account.wrong_password.to_owned();
            page(&app, &visit, account, None, Some(problem)).await
        }
        Err(ApiError::Refused { .. }) => {
            let problem = visit.locale.words().account.weak_password.to_owned();
            page(&app, &visit, account, None, Some(problem)).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /account/keys`: makes a key and shows its secret, once.
pub(crate) async fn add_key(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let account = visit.needs(Role::Reader, Scope::Write)?;
    let scopes = form
        .all("scope")
        .map(str::parse)
        .collect::<Result<Vec<Scope>, _>>();
    let scopes = scopes.map_err(|error| ApiError::Refused {
        parameter: "scope",
        message: error.to_string(),
    })?;
    let (name, label) = (
        account.name.clone(),
        form.get("label").unwrap_or_default().to_owned(),
    );
    let made =
        app.account(move |accounts| accounts.add_key(&name, &label, &scopes, Timestamp::now()));
    let (_, secret) = made.await?;
    page(&app, &visit, account, Some(secret), None).await
}

/// `POST /account/keys/{id}/remove`
pub(crate) async fn remove_key(
    State(app): State<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
    body: Bytes,
) -> Result<Response, ApiError> {
    visit.check_form(&app, fields(&body)?.get("csrf"))?;
    let name = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    let Ok(Path(id)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    app.account(move |accounts| accounts.remove_key(&name, &id, Timestamp::now()))
        .await?;
    Ok(Redirect::to("/account").into_response())
}
