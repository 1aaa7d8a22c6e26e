//! `/api/v1/account/…`: what the library holds about the account, and its end;
//! `DELETE /api/v1/users/{name}`: the same for those who manage accounts.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use catalog::{Catalogue, Via};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    accounts::{Account, Accounts, Proof, Role, Scope},
    api::accounts::body,
    app::App,
    audit::Noted,
    auth::is_foreign,
    edge::NO_STORE,
    error::ApiError,
    privacy::{Erased, Eraser, PrivacyError, erase, personal_data},
    visit::Visit,
};

/// What shows that it is the person who asks for the end of an account.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Farewell {
    /// The password of the account.
    #[serde(default)]
    pub(crate) password: Option<String>,
    /// The name of the account, where it has no password.
    #[serde(default)]
    pub(crate) name: Option<String>,
}

impl App {
    /// Asks for personal data, on a thread that may block.
    ///
    /// # Errors
    /// [`ApiError::NoSuchPage`] in a library that cannot tell of it.
    async fn people<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Arc<dyn Catalogue>, Option<PathBuf>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.ask(move |library| {
            let people = library.people.as_ref().ok_or(ApiError::NoSuchPage)?;
            ask(
                people,
                library.desk.as_ref().map(|desk| desk.uploads.clone()),
            )
        })
        .await
    }

    /// Erases an account by whoever asks.
    async fn erase_account(&self, name: String, by: &Account) -> Result<Erased, ApiError> {
        let (by_name, via) = (by.name.clone(), via(by));
        self.people(move |people, uploads| {
            let accounts = Accounts::new(people.clone());
            if accounts.user(&name)?.is_none() {
                return Err(PrivacyError::NotFound(name.chars().take(64).collect()).into());
            }
            let by = Eraser {
                name: &by_name,
                via,
            };
            Ok(erase(
                people,
                uploads.as_deref(),
                &name,
                by,
                Timestamp::now(),
            )?)
        })
        .await
    }

    /// Erases the account behind a request, if the person shows to be it.
    ///
    /// # Errors
    /// [`ApiError::Refused`] for a password or a name that is not the account's,
    /// [`ApiError::TooManyRequests`] after many of them.
    pub(crate) async fn erase_own(
        &self,
        account: &Account,
        farewell: Farewell,
    ) -> Result<Erased, ApiError> {
        self.count_guess(&account.name)?;
        let name = account.name.clone();
        let is_right = self.account(move |accounts| {
            let has_password = accounts
                .user(&name)?
                .is_some_and(|user| user.has_password());
            Ok(match has_password {
                true => {
                    let password = farewell.password.unwrap_or_default();
                    accounts.check_password(&name, &password)?.is_some()
                }
                false => farewell.name.as_deref().map(str::trim) == Some(name.as_str()),
            })
        });
        if !is_right.await? {
            return Err(ApiError::Refused {
                parameter: "password",
                message: "the password (without one: the name) is not the account's; send it again"
                    .to_owned(),
            });
        }
        self.erase_account(account.name.clone(), account).await
    }

    /// Erases the account of another, or of the asker, by an administrator.
    pub(crate) async fn erase_other(
        &self,
        name: &str,
        by: &Account,
    ) -> Result<(Erased, Noted), ApiError> {
        let erased = self.erase_account(name.to_owned(), by).await?;
        let noted = Noted::erased(&erased.pseudonym, name == by.name);
        Ok((erased, noted))
    }
}

fn via(account: &Account) -> Via {
    match account.proof {
        Proof::Session(_) => Via::Session,
        Proof::Key(_) => Via::Key,
    }
}

/// Everything that the library holds about the account
///
/// Without passwords and secrets: the account, its sessions and keys, saved
/// searches and where their news go, deposits, what it decided and changed, jobs,
/// and the entries of the log of acts that name it.
#[utoipa::path(
    get, path = "/api/v1/account/data", operation_id = "getAccountData", security(("key" = [])),
    responses(
        (status = 200, description = "The document", body = Object),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library cannot tell", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_account_data(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let name = visit.needs(Role::Reader, Scope::Read)?.name.clone();
    let file = format!("attachment; filename=\"{name}.json\"");
    let held = app.people(move |people, _| Ok(personal_data(&**people, &name, Timestamp::now())?));
    let mut response = (NO_STORE, Json(held.await?)).into_response();
    // Names of accounts are plain ASCII.
    if let Ok(file) = HeaderValue::from_str(&file) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, file);
    }
    Ok(response)
}

/// End the account
///
/// The account goes with all that is its own, at once and for good; what stays
/// (records that were handed in, acts of curation, the log of acts) stays under a
/// pseudonym.
#[utoipa::path(
    post, path = "/api/v1/account/erase", operation_id = "eraseAccount", security(("key" = [])),
    request_body = Farewell,
    responses(
        (status = 200, description = "What was erased", body = Erased),
        (status = 400, description = "The password is not the account's, or nobody could manage accounts any more", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library cannot do it", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries to tell the password", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn erase_account(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let account = visit.needs(Role::Reader, Scope::Write)?;
    let farewell: Farewell = body(&bytes, &headers)?;
    let erased = app.erase_own(account, farewell).await?;
    let noted = Noted::erased(&erased.pseudonym, true);
    Ok(noted.with((NO_STORE, Json(erased)).into_response()))
}

/// Erase an account
///
/// As `eraseAccount`, of any account but that of the last administrator.
#[utoipa::path(
    delete, path = "/api/v1/users/{name}", operation_id = "eraseUser", security(("key" = [])),
    params(("name" = String, Path, description = "The account's name")),
    responses(
        (status = 200, description = "What was erased", body = Erased),
        (status = 400, description = "Nobody could manage accounts any more", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn erase_user(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let account = visit.needs(Role::Admin, Scope::Admin)?;
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let Ok(Path(name)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let (erased, noted) = app.erase_other(&name, account).await?;
    Ok(noted.with((NO_STORE, Json(erased)).into_response()))
}
