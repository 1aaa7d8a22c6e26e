//! `/api/v1/audit`: who did what, for administrators.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use catalog::{ActFilter, LoggedAct};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::search::refuse_unknown,
    app::App,
    edge::NO_STORE,
    error::ApiError,
    params::Params,
    search_params::count,
    visit::Visit,
};

/// An entry of the log of acts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActEntry {
    /// Its place, from 1 without gaps.
    number: u64,
    /// When, UTC.
    at: String,
    /// Who: the name of an account, or of a user of the machine; empty for
    /// somebody who had shown no account.
    actor: String,
    /// session, key, command or nobody.
    via: &'static str,
    /// Method and address, or the command.
    act: String,
    /// What it was done to.
    object: String,
    /// begun, done, refused or failed, and what was said.
    detail: String,
    /// What the chain holds in the place of actor, object and detail: SHA-256 over
    /// salt, line feed and word each; null in entries of older programs.
    seals: Option<Vec<String>>,
    /// The salts; null in the place of a word that was erased.
    salts: Option<Vec<Option<String>>>,
    /// The entries that say that actor, object or detail was erased; null where
    /// nothing was.
    erased: Option<Vec<Option<u64>>>,
    /// SHA-256 that chains it to the entry before.
    hash: String,
}

/// Entries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActsAnswer {
    /// This page of them.
    acts: Vec<ActEntry>,
    /// Send it as `before` for the next page; null on the last one.
    next: Option<u64>,
}

impl From<LoggedAct> for ActEntry {
    fn from(act: LoggedAct) -> Self {
        let sealing = &act.sealing;
        let salts = sealing.kept_salts();
        Self {
            seals: sealing.seals.as_ref().map(|seals| seals.to_vec()),
            salts: salts.map(|salts| salts.map(|salt| salt.map(str::to_owned)).to_vec()),
            erased: sealing.erased_by().map(|erased| erased.to_vec()),
            number: act.number,
            at: act.at.to_string(),
            actor: act.actor,
            via: act.via.as_str(),
            act: act.act,
            object: act.object,
            detail: act.detail,
            hash: act.hash,
        }
    }
}

/// What a list of acts is asked for by.
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn wanted(params: &Params) -> Result<ActFilter, ApiError> {
    let before = count(params, "before", 0, 1, i64::MAX as usize)?;
    Ok(ActFilter {
        actor: params.get("actor").map(str::to_owned),
        before: (before > 0).then_some(before as u64),
    })
}

/// A page of the log, and where the next one begins.
///
/// # Errors
/// [`ApiError::NoSuchPage`] in a library that keeps none.
pub(crate) async fn page(
    app: &App,
    filter: ActFilter,
    limit: usize,
) -> Result<(Vec<LoggedAct>, Option<u64>), ApiError> {
    let asked = app.ask(move |library| {
        let log = library.audit.as_ref().ok_or(ApiError::NoSuchPage)?;
        log.acts(&filter, limit).map_err(ApiError::unavailable)
    });
    let acts = asked.await?;
    let last = acts.last().filter(|_| acts.len() == limit);
    let next = last.map(|act| act.number).filter(|number| *number > 1);
    Ok((acts, next))
}

/// Who did what, newest first
///
/// Each entry is chained to the one before by SHA-256; `trithuc audit verify`
/// walks the chain.
#[utoipa::path(
    get, path = "/api/v1/audit", operation_id = "listActs", security(("key" = [])),
    params(
        ("actor" = Option<String>, Query, description = "Only what this account did"),
        ("before" = Option<u64>, Query, description = "Only entries before the one of this number", minimum = 1),
        ("limit" = Option<u32>, Query, description = "Entries to give back", minimum = 1, maximum = 1000),
    ),
    responses(
        (status = 200, description = "The entries", body = ActsAnswer),
        (status = 400, description = "A parameter cannot be read", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "No account was shown", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an administrator", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "This library keeps no log", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_acts(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    visit.needs(Role::Admin, Scope::Admin)?;
    refuse_unknown(&visit.params, &["actor", "before", "limit"])?;
    let limit = count(&visit.params, "limit", 50, 1, 1000)?;
    let (acts, next) = page(&app, wanted(&visit.params)?, limit).await?;
    let acts = acts.into_iter().map(ActEntry::from).collect();
    Ok((NO_STORE, Json(ActsAnswer { acts, next })).into_response())
}
