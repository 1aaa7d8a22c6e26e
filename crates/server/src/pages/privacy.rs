//! `/help/data`: what the library keeps about people, for how long, and how to get
//! or end it; and the forms that end an account.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    accounts::{Role, SESSION_S, Scope},
    api::privacy::Farewell,
    app::App,
    audit::Noted,
    auth::session_cookie,
    error::ApiError,
    locale::Locale,
    pages::{
        account,
        form::fields,
        frame::{Frame, respond},
        users,
    },
    privacy::Retention,
    typography::number,
    visit::Visit,
    words::fill,
};

/// One kind of data in the table: what, what for, how long.
struct Row {
    what: &'static str,
    why: &'static str,
    kept: String,
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct DataPage {
    f: Frame,
    rows: Vec<Row>,
    contact: String,
    is_erased: bool,
}

/// `GET /help/data`
pub(crate) async fn show_data(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let page = DataPage {
        f: Frame::new(&visit, "help"),
        rows: rows(&app.settings.retention, visit.locale),
        contact: app.settings.repository.admin_email.clone(),
        is_erased: visit.params.get("erased").is_some() && visit.account.is_none(),
    };
    respond(&page, &visit, StatusCode::OK)
}

fn rows(retention: &Retention, locale: Locale) -> Vec<Row> {
    let w = &locale.words().privacy;
    let days = |words: &str, forever: &str, days: u32| match days {
        0 => forever.to_owned(),
        days => fill(words, &[("n", &number(days.into(), locale))]),
    };
    let row = |what, why, kept: String| Row { what, why, kept };
    let session_days = u32::try_from(SESSION_S / 86_400).unwrap_or(u32::MAX);
    let closed = retention.closed_accounts_days;
    let mail = retention.unconfirmed_mail_days;
    let deposits = retention.ended_deposits_days;
    vec![
        row(
            w.account,
            w.account_why,
            days(w.account_closed, w.until_erased, closed),
        ),
        row(
            w.sessions,
            w.sessions_why,
            days(w.for_days, w.until_erased, session_days),
        ),
        row(w.keys, w.keys_why, w.keys_kept.to_owned()),
        row(
            w.saved,
            w.saved_why,
            days(w.saved_unconfirmed, w.saved_kept, mail),
        ),
        row(
            w.deposits,
            w.deposits_why,
            days(w.deposits_ended, w.deposits_kept, deposits),
        ),
        row(
            w.jobs,
            w.jobs_why,
            days(w.jobs_ended, w.until_erased, retention.jobs_days),
        ),
        row(w.curation, w.curation_why, w.curation_kept.to_owned()),
        row(w.acts, w.acts_why, w.acts_kept.to_owned()),
        row(w.backups, w.backups_why, w.backups_kept.to_owned()),
    ]
}

/// `POST /account/erase`: the account ends, and with it this visit.
pub(crate) async fn end_account(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let account = visit.needs(Role::Reader, Scope::Write)?;
    let farewell = Farewell {
        password: form.get("password").map(str::to_owned),
        name: form.get("name").map(str::to_owned),
    };
    match app.erase_own(account, farewell).await {
        Ok(erased) => {
            let mut response = Redirect::to("/help/data?erased=1").into_response();
            let cookie = session_cookie(None, &visit.base_url);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(Noted::erased(&erased.pseudonym, true).with(response))
        }
        Err(ApiError::Refused { parameter, .. }) => {
            let w = &visit.locale.words().privacy;
            let problem = match parameter {
                "role" => w.last_admin,
                _ => w.wrong_farewell,
            };
            account::show_problem(&app, &visit, account, problem).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /users/{name}/erase`: an administrator ends an account; the form says
/// its name once more.
pub(crate) async fn erase_user(
    State(app): State<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    let account = visit.needs(Role::Admin, Scope::Admin)?;
    let Ok(Path(name)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let w = &visit.locale.words().privacy;
    if form.get("name").map(str::trim) != Some(name.as_str()) {
        return users::show_problem(&app, &visit, w.wrong_name).await;
    }
    match app.erase_other(&name, account).await {
        Ok((_, noted)) => {
            let to = if name == account.name {
                "/help/data?erased=1"
            } else {
                "/users"
            };
            Ok(noted.with(Redirect::to(to).into_response()))
        }
        Err(ApiError::Refused {
            parameter: "role", ..
        }) => users::show_problem(&app, &visit, w.last_admin).await,
        Err(error) => Err(error),
    }
}
