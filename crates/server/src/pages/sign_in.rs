//! `/login`, `/logout`: the beginning and the end of a session.

use std::{sync::Arc, time::Instant};

use askama::Template;
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use crate::{
    accounts::Proof,
    app::App,
    audit::Noted,
    auth::{is_foreign, session_cookie},
    error::ApiError,
    limiter::Caller,
    pages::{
        form::fields,
        frame::{Frame, respond},
        preferences::own_path,
    },
    params::encode,
    visit::Visit,
};

/// Tries a minute for one name, and for one address: a person who mistypes
/// needs a few, a program that guesses gets nowhere.
const TRIES: u32 = 10;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    f: Frame,
    back: String,
    name: String,
    failed: bool,
    /// What the button of the provider says, and where it leads.
    provider: Option<(String, String)>,
}

/// The way through the provider, where one is set.
fn provider(app: &App, back: &str) -> Option<(String, String)> {
    let oidc = app.settings.oidc.as_ref()?;
    let url = format!("/login/provider?back={}", encode(back));
    Some((oidc.label.clone(), url))
}

/// `GET /login?back=…`
pub(crate) async fn show_login(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let back = own_path(visit.params.get("back").unwrap_or("/")).to_owned();
    let page = LoginPage {
        f: Frame::new(&visit, "login"),
        provider: provider(&app, &back),
        back,
        name: String::new(),
        failed: false,
    };
    respond(&page, &visit, StatusCode::OK)
}

impl App {
    /// Counts a try to tell the password of an account, at the sign-in or where it
    /// is asked for again: who has found a session or a key cannot guess either.
    ///
    /// # Errors
    /// [`ApiError::TooManyRequests`] when there were too many.
    pub(crate) fn count_guess(&self, name: &str) -> Result<(), ApiError> {
        self.count_try(&Caller::Account(format!("name {name}")))
    }

    fn count_try(&self, caller: &Caller) -> Result<(), ApiError> {
        let waits = self.sign_ins.refuses(caller, TRIES, Instant::now());
        waits.map_or(Ok(()), |retry_after_s| {
            Err(ApiError::TooManyRequests { retry_after_s })
        })
    }
}

/// `POST /login`
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let form = fields(&body)?;
    let name = form.get("name").unwrap_or_default().trim().to_lowercase();
    let password = form.get("password").unwrap_or_default().to_owned();
    let back = own_path(form.get("back").unwrap_or("/")).to_owned();
    app.count_guess(&name)?;
    app.count_try(&visit.caller)?;
    let asked = name.clone();
    let secret = app.account(
        move |accounts| match accounts.check_password(&asked, &password)? {
            Some(user) => accounts
                .begin_session(&user.name, Timestamp::now())
                .map(Some),
            None => Ok(None),
        },
    );
    let Some(secret) = secret.await? else {
        let known = name.clone();
        let known = app.account(move |accounts| accounts.user(&known));
        // What was typed in the place of a name may be a password: only the name
        // of an account stands in the log.
        let known = known.await?.map(|user| user.name).unwrap_or_default();
        let page = LoginPage {
            f: Frame::new(&visit, "login"),
            provider: provider(&app, &back),
            back,
            name,
            failed: true,
        };
        let refused = respond(&page, &visit, StatusCode::FORBIDDEN)?;
        return Ok(Noted::sign_in(&known).with(refused));
    };
    let mut response = Redirect::to(&back).into_response();
    let cookie = session_cookie(Some(&secret), &visit.base_url);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(Noted::sign_in(&name).with(response))
}

/// `POST /logout`
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    visit.check_form(&app, fields(&body)?.get("csrf"))?;
    let account = visit.account.as_ref();
    if let Some(Proof::Session(session)) = account.map(|account| account.proof.clone()) {
        app.account(move |accounts| accounts.end_session(&session, Timestamp::now()))
            .await?;
    }
    let mut response = Redirect::to("/").into_response();
    let cookie = session_cookie(None, &visit.base_url);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
