//! `/api/v1/me`, `/api/v1/keys`, `/api/v1/users`: what the pages of accounts
//! do, for programs. A browser's session is taken from pages of ours only.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use records::AccessLevel;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::{
    accounts::{Accounts, ApiKey, Role, Scope, User},
    api::by_name::ByName,
    app::App,
    auth::is_foreign,
    edge::NO_STORE,
    error::ApiError,
    visit::Visit,
};

/// The account behind the request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Its name.
    name: String,
    /// What it may do.
    role: Role,
    /// Access levels of the records that this request may see.
    sees: Vec<&'static str>,
}

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyAnswer {
    /// Names it among the account's keys.
    id: String,
    /// What it is for.
    label: String,
    /// What it may be used for.
    scopes: Vec<Scope>,
    /// When it was made, UTC.
    created_at: String,
    /// The key itself; only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// What it is for.
    label: String,
    /// What it may be used for.
    scopes: Vec<Scope>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserAnswer {
    /// Its name.
    name: String,
    /// What it may do.
    role: Role,
    /// Whether it is closed.
    disabled: bool,
    /// When it was made, UTC.
    created_at: String,
}

/// An account to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// 2 to 64 lower-case letters, digits and `. - _ @`.
    name: String,
    /// What it may do.
    role: Role,
    /// At least 12 characters; without it the account works by keys only.
    #[serde(default)]
    password: Option<String>,
}

/// What to change of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// Another role.
    #[serde(default)]
    role: Option<Role>,
    /// Another password; ends all sessions.
    #[serde(default)]
    password: Option<String>,
    /// Whether it is closed.
    #[serde(default)]
    disabled: Option<bool>,
}

/// Another password for one's own account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password until now.
    old: String,
    /// The password from now on: at least 12 characters.
    new: String,
}

/// The JSON of a request from a page of ours, or from a program.
///
/// # Errors
/// [`ApiError::ForeignForm`], [`ApiError::InvalidParameter`].
pub(crate) fn body<T: DeserializeOwned>(bytes: &[u8], headers: &HeaderMap) -> Result<T, ApiError> {
    if is_foreign(headers) {
        return Err(ApiError::ForeignForm);
    }
    let object = serde_json::from_slice::<serde_json::Map<_, _>>(bytes);
    let read = object.and_then(|object| T::deserialize(ByName(object.into())));
    read.map_err(|error| {
        let cure = "send the JSON that /api/v1/openapi.json describes";
        ApiError::invalid("body", "", format!("cannot be read ({error})"), cure)
    })
}

fn key_answer(key: ApiKey, secret: Option<String>) -> KeyAnswer {
    KeyAnswer {
        id: key.id,
        label: key.label,
        scopes: key.scopes,
        created_at: key.created_at.to_string(),
        secret,
    }
}

fn user_answer(user: User) -> UserAnswer {
    UserAnswer {
        name: user.name,
        role: user.role,
        disabled: user.disabled,
        created_at: user.created_at.to_string(),
    }
}

/// The account behind the request
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "getMe", security(("key" = [])),
    responses(
        (status = 200, description = "The account", body = Me),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_me(visit: Visit) -> Result<Response, ApiError> {
    let account = visit.needs(Role::Reader, Scope::Read)?;
    let me = Me {
        name: account.name.clone(),
        role: account.role,
        sees: visit.clearance.levels().map(AccessLevel::as_str).collect(),
    };
    Ok((NO_STORE, Json(me)).into_response())
}

/// The keys of the account
#[utoipa::path(
    get, path = "/api/v1/keys", operation_id = "listKeys", security(("key" = [])),
    responses(
        (status = 200, description = "The keys, without their secrets", body = Vec<KeyAnswer>),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not read", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_keys(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let name = visit.needs(Role::Reader, Scope::Read)?.name.clone();
    let keys = app.account(move |accounts| accounts.keys(&name)).await?;
    let keys: Vec<KeyAnswer> = keys.into_iter().map(|key| key_answer(key, None)).collect();
    Ok((NO_STORE, Json(keys)).into_response())
}

/// Make a key
///
/// A key may do at most what the key or session that makes it may.
#[utoipa::path(
    post, path = "/api/v1/keys", operation_id = "addKey", security(("key" = [])),
    request_body = NewKey,
    responses(
        (status = 201, description = "The key, with its secret this once", body = KeyAnswer),
        (status = 400, description = "The body cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write, or lacks a scope", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_key(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let account = visit.needs(Role::Reader, Scope::Write)?;
    let wanted: NewKey = body(&bytes, &headers)?;
    if !wanted
        .scopes
        .iter()
        .all(|scope| account.may(Role::Reader, *scope))
    {
        return Err(ApiError::NotAllowed);
    }
    let name = account.name.clone();
    let made = app.account(move |accounts| {
        accounts.add_key(&name, &wanted.label, &wanted.scopes, Timestamp::now())
    });
    let (key, secret) = made.await?;
    let answer = Json(key_answer(key, Some(secret)));
    Ok((StatusCode::CREATED, NO_STORE, answer).into_response())
}

/// Take a key back
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", operation_id = "removeKey", security(("key" = [])),
    params(("id" = String, Path, description = "The key's id")),
    responses(
        (status = 204, description = "The key opens nothing any more"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "The account has no such key", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_key(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let name = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    if is_foreign(&headers) {
        return Err(ApiError::ForeignForm);
    }
    let Ok(Path(id)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let now = Timestamp::now();
    app.account(move |accounts| accounts.remove_key(&name, &id, now))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change the account's password
///
/// Ends all its sessions; its keys stay.
#[utoipa::path(
    put, path = "/api/v1/account/password", operation_id = "changePassword", security(("key" = [])),
    request_body = PasswordChange,
    responses(
        (status = 204, description = "The new one holds"),
        (status = 400, description = "The old one is not right, or the new one is weak", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key may not write", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries to tell the password", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<StatusCode, ApiError> {
    let name = visit.needs(Role::Reader, Scope::Write)?.name.clone();
    let change: PasswordChange = body(&bytes, &headers)?;
    app.count_guess(&name)?;
    let changed = app.account(move |accounts| {
        if accounts.check_password(&name, &change.old)?.is_none() {
            return Ok(false);
        }
        accounts.set_password(&name, &change.new, Timestamp::now())?;
        Ok(true)
    });
    match changed.await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::Refused {
            parameter: "old",
            message: "the password is not the account's; send it again".to_owned(),
        }),
    }
}

/// All accounts
#[utoipa::path(
    get, path = "/api/v1/users", operation_id = "listUsers", security(("key" = [])),
    responses(
        (status = 200, description = "The accounts, by name", body = Vec<UserAnswer>),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_users(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Admin, Scope::Admin)?;
    let users = app.account(Accounts::list).await?;
    let users: Vec<UserAnswer> = users.into_iter().map(user_answer).collect();
    Ok((NO_STORE, Json(users)).into_response())
}

/// Make an account
#[utoipa::path(
    post, path = "/api/v1/users", operation_id = "addUser", security(("key" = [])),
    request_body = NewUser,
    responses(
        (status = 201, description = "The account", body = UserAnswer),
        (status = 400, description = "The name or the password cannot be taken", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_user(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    visit.needs(Role::Admin, Scope::Admin)?;
    let new: NewUser = body(&bytes, &headers)?;
    let made = app.account(move |accounts| {
        accounts.add(
            &new.name,
            new.role,
            new.password.as_deref(),
            Timestamp::now(),
        )
    });
    let answer = Json(user_answer(made.await?));
    Ok((StatusCode::CREATED, NO_STORE, answer).into_response())
}

/// Change an account
#[utoipa::path(
    patch, path = "/api/v1/users/{name}", operation_id = "changeUser", security(("key" = [])),
    params(("name" = String, Path, description = "The account's name")),
    request_body = UserChange,
    responses(
        (status = 200, description = "The account as it is now", body = UserAnswer),
        (status = 400, description = "The change is refused", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_user(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    visit.needs(Role::Admin, Scope::Admin)?;
    let Ok(Path(name)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let change: UserChange = body(&bytes, &headers)?;
    let changed = app.account(move |accounts| {
        let now = Timestamp::now();
        if let Some(role) = change.role {
            accounts.set_role(&name, role, now)?;
        }
        if let Some(password) = &change.password {
            accounts.set_password(&name, password, now)?;
        }
        if let Some(disabled) = change.disabled {
            accounts.set_disabled(&name, disabled, now)?;
        }
        let user = accounts.user(&name)?;
        user.ok_or_else(|| crate::accounts::AccountError::NotFound(name.chars().take(64).collect()))
    });
    let answer = Json(user_answer(changed.await?));
    Ok((NO_STORE, answer).into_response())
}
