//! `/users`: the accounts of the library, for those who manage them.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use crate::{
    accounts::{AccountError, Accounts, Role, Scope, User},
    app::App,
    edge::NO_STORE,
    error::ApiError,
    pages::{
        account::{or_sign_in, role_word},
        form::fields,
        frame::{Frame, respond},
    },
    params::{Params, encode},
    typography::date,
    visit::Visit,
};

/// One account in the list.
struct UserView {
    name: String,
    url: String,
    made: String,
    disabled: bool,
    /// Words of the roles, their value, and whether it is this account's.
    roles: Vec<(&'static str, &'static str, bool)>,
}

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    f: Frame,
    users: Vec<UserView>,
    roles: Vec<(&'static str, &'static str)>,
    /// What stands in the way of what was asked for, and the language of it.
    problem: Option<(String, &'static str)>,
}

/// `GET /users`
pub(crate) async fn show_users(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    match visit.needs(Role::Admin, Scope::Admin) {
        Ok(_) => page(&app, &visit, None).await,
        Err(error) => or_sign_in(error, &visit),
    }
}

async fn page(
    app: &App,
    visit: &Visit,
    problem: Option<(String, &'static str)>,
) -> Result<Response, ApiError> {
    let users = app.account(Accounts::list).await?;
    let status = if problem.is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    let page = UsersPage {
        f: Frame::new(visit, "users"),
        users: users.iter().map(|user| user_view(user, visit)).collect(),
        roles: Role::ALL
            .map(|role| (role.as_str(), role_word(role, visit)))
            .into(),
        problem,
    };
    Ok((NO_STORE, respond(&page, visit, status)?).into_response())
}

/// The page with what stands in the way of what was asked for there.
pub(super) async fn show_problem(
    app: &App,
    visit: &Visit,
    problem: &str,
) -> Result<Response, ApiError> {
    page(app, visit, Some((problem.to_owned(), visit.locale.code()))).await
}

fn user_view(user: &User, visit: &Visit) -> UserView {
    let day = user.created_at.strftime("%Y-%m-%d").to_string();
    UserView {
        url: format!("/users/{}", encode(&user.name)),
        made: date(&day, visit.locale),
        disabled: user.disabled,
        roles: Role::ALL
            .map(|role| (role.as_str(), role_word(role, visit), role == user.role))
            .into(),
        name: user.name.clone(),
    }
}

/// `POST /users`: makes an account.
pub(crate) async fn add_user(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let role = role(&form)?;
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    let password = form.get("password").map(str::to_owned);
    let done = app.account(move |accounts| {
        accounts
            .add(&name, role, password.as_deref(), Timestamp::now())
            .map(|_| ())
    });
    told(done.await, &app, &visit).await
}

/// `POST /users/{name}`: changes the role, the password, or whether it is open.
pub(crate) async fn change_user(
    State(app): State<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = allowed_form(&app, &visit, &body)?;
    let Ok(Path(name)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let change = Change::read(&form)?;
    let done = app.account(move |accounts| change.apply(accounts, &name));
    told(done.await, &app, &visit).await
}

/// A change of one account.
enum Change {
    Role(Role),
    Password(String),
    Disabled(bool),
}

impl Change {
    fn read(form: &Params) -> Result<Self, ApiError> {
        match (form.get("role"), form.get("password"), form.get("state")) {
            (Some(_), _, _) => role(form).map(Self::Role),
            (None, Some(password), _) => Ok(Self::Password(password.to_owned())),
            (None, None, Some("closed")) => Ok(Self::Disabled(true)),
            (None, None, Some("open")) => Ok(Self::Disabled(false)),
            _ => Err(ApiError::MissingParameter {
                name: "role",
                cure: "send role, password, or state=open or closed",
            }),
        }
    }

    /// Carries it out.
    fn apply(self, accounts: &Accounts, name: &str) -> Result<(), AccountError> {
        let now = Timestamp::now();
        match self {
            Self::Role(role) => accounts.set_role(name, role, now),
            Self::Password(password) => accounts.set_password(name, &password, now),
            Self::Disabled(disabled) => accounts.set_disabled(name, disabled, now),
        }
    }
}

fn allowed_form(app: &App, visit: &Visit, body: &[u8]) -> Result<Params, ApiError> {
    let form = fields(body)?;
    visit.check_form(app, form.get("csrf"))?;
    visit.needs(Role::Admin, Scope::Admin)?;
    Ok(form)
}

fn role(form: &Params) -> Result<Role, ApiError> {
    let role = form.get("role").unwrap_or_default().parse();
    role.map_err(|error: crate::accounts::UnknownRole| ApiError::Refused {
        parameter: "role",
        message: error.to_string(),
    })
}

/// Back to the list; a change that was refused says why there.
async fn told(done: Result<(), ApiError>, app: &App, visit: &Visit) -> Result<Response, ApiError> {
    match done {
        Ok(()) => Ok(Redirect::to("/users").into_response()),
        Err(ApiError::Refused { message, .. }) => page(app, visit, Some((message, "en"))).await,
        Err(error) => Err(error),
    }
}
