//! Who sends a request: an API key in `Authorization: Bearer …`, or the session
//! cookie of a browser. A wrong key is refused; a cookie that has run out makes
//! the visitor a reader from the street.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;

use crate::{
    accounts::{Account, AccountError, Accounts, Proof, Role, SESSION_S, Scope},
    app::App,
    error::ApiError,
    limiter::Caller,
    locale::cookie,
    visit::Visit,
};

/// Name of the cookie of a session.
const COOKIE: &str = "session";
/// Purpose of the tokens in forms.
const FORM: &str = "form";

/// Layer: finds out whose request it is. The account goes with the answer too,
/// for the page of an error.
pub(crate) async fn identify(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let account = match account_of(&app, request.headers()).await {
        Ok(account) => account,
        Err(error) => return error.into_response(),
    };
    if let Some(account) = &account {
        let caller = Caller::Account(account.name.clone());
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(account.clone());
    }
    let mut response = next.run(request).await;
    if let Some(account) = account {
        response.extensions_mut().insert(account);
    }
    response
}

async fn account_of(app: &App, headers: &HeaderMap) -> Result<Option<Account>, ApiError> {
    if let Some(line) = headers.get(header::AUTHORIZATION) {
        let line = line.to_str().unwrap_or_default();
        let (scheme, secret) = line.split_once(' ').unwrap_or((line, ""));
        let secret = secret.trim().to_owned();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiError::BadKey);
        }
        let found = app
            .account(move |accounts| accounts.of_key(&secret))
            .await?;
        return found.map(Some).ok_or(ApiError::BadKey);
    }
    match cookie(headers, COOKIE) {
        Some(secret) => {
            let secret = secret.to_owned();
            app.account(move |accounts| accounts.of_session(&secret, Timestamp::now()))
                .await
        }
        None => Ok(None),
    }
}

impl App {
    /// Asks the accounts, on a thread that may block.
    pub(crate) async fn account<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Accounts) -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let asked = self.ask(move |library| {
            let accounts = Accounts::new(library.catalogue.clone());
            Ok(ask(&accounts))
        });
        asked.await?.map_err(ApiError::from)
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let parameter = match &error {
            AccountError::Catalogue(_) => return Self::unavailable(error),
            AccountError::NotFound(_) | AccountError::NoSuchKey { .. } => {
                return Self::AccountNotFound {
                    message: error.to_string(),
                };
            }
            AccountError::BadName(_) | AccountError::Exists(_) => "name",
            AccountError::Weak(_) => "password",
            AccountError::LastAdmin(_) => "role",
            AccountError::NoRole | AccountError::Closed(_) => return Self::NotAllowed,
        };
        Self::Refused {
            parameter,
            message: error.to_string(),
        }
    }
}

impl Visit {
    /// The account, if it may do what asks for a role and, by key, a scope.
    ///
    /// # Errors
    /// [`ApiError::SignInNeeded`] without an account, [`ApiError::NotAllowed`]
    /// with one that may not.
    pub(crate) fn needs(&self, role: Role, scope: Scope) -> Result<&Account, ApiError> {
        let account = self.account.as_ref().ok_or(ApiError::SignInNeeded)?;
        match account.may(role, scope) {
            true => Ok(account),
            false => Err(ApiError::NotAllowed),
        }
    }

    /// Whether a form was sent from a page of ours to this very session.
    ///
    /// # Errors
    /// [`ApiError::ForeignForm`] when it was not.
    pub(crate) fn check_form(&self, app: &App, token: Option<&str>) -> Result<(), ApiError> {
        let Some(Account {
            proof: Proof::Session(session),
            ..
        }) = &self.account
        else {
            return Err(ApiError::SignInNeeded);
        };
        let said = token.and_then(|token| app.signer.open(FORM, token));
        match said.is_some_and(|said| said == *session) {
            true => Ok(()),
            false => Err(ApiError::ForeignForm),
        }
    }
}

/// The token that the forms of a session carry.
pub(crate) fn form_token(app: &App, account: &Account) -> String {
    match &account.proof {
        Proof::Session(session) => app.signer.seal(FORM, session),
        Proof::Key(_) => String::new(),
    }
}

/// Whether a browser says that a request came from a page of another site.
/// Browsers say so on every request since 2023 (`Sec-Fetch-Site`, Fetch
/// Metadata); programs do not, and have no cookies to be misused.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
}

/// The cookie that begins a session, or ends it.
pub(crate) fn session_cookie(secret: Option<&str>, base_url: &str) -> HeaderValue {
    let (secret, age_s) = secret.map_or(("", 0), |secret| (secret, SESSION_S));
    let secure = if base_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    let line =
        format!("{COOKIE}={secret}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).expect("a secret of ours is plain ASCII")
}
