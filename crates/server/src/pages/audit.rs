//! `/audit`: who did what, for administrators.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use catalog::LoggedAct;

use crate::{
    accounts::{Role, Scope},
    api::audit::{page, wanted},
    app::App,
    audit::act_name,
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        frame::{Frame, respond},
    },
    typography::moment,
    visit::Visit,
    words::AuditWords,
};

/// What a command says that ended well but for some of its inputs.
const SET_ASIDE: &str = "some inputs were set aside";

/// Entries on a page.
const SHOWN: usize = 50;

/// One entry of the log.
struct ActView {
    number: u64,
    at: String,
    actor: String,
    actor_url: String,
    via: &'static str,
    /// What the act is called; `None` for one that has no name.
    name: Option<&'static str>,
    /// As it stands in the log.
    act: String,
    object: String,
    /// How it ended; empty where the log does not say it in a known word.
    outcome: &'static str,
    /// What else was said.
    said: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    f: Frame,
    acts: Vec<ActView>,
    actor: String,
    /// The newest entry shown, for whoever writes it down.
    head: Option<String>,
    next: Option<String>,
}

/// `GET /audit?actor=…&before=…`
pub(crate) async fn show_audit(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Admin, Scope::Admin) {
        return or_sign_in(error, &visit);
    }
    let filter = wanted(&visit.params)?;
    let is_newest = filter.before.is_none() && filter.actor.is_none();
    let (acts, next) = page(&app, filter, SHOWN).await?;
    let newest = acts.first().filter(|_| is_newest);
    let page = AuditPage {
        f: Frame::new(&visit, "audit"),
        actor: visit.params.get("actor").unwrap_or_default().to_owned(),
        head: newest.map(|act| format!("{}:{}", act.number, act.hash)),
        next: next.map(|before| {
            let next = visit.params.with("before", Some(&before.to_string()));
            next.to_url("/audit")
        }),
        acts: acts.into_iter().map(|act| view(act, &visit)).collect(),
    };
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

fn view(act: LoggedAct, visit: &Visit) -> ActView {
    let w = &visit.locale.words().audit;
    let (outcome, said) = ended(&act.detail, w);
    let of_actor = crate::params::Params::default().with("actor", Some(&act.actor));
    ActView {
        number: act.number,
        at: moment(act.at, visit.locale),
        actor_url: of_actor.to_url("/audit"),
        actor: act.actor,
        via: w
            .get(&format!("via_{}", act.via.as_str()))
            .unwrap_or_default(),
        name: act_name(&act.act).map(|[vi, en]| match visit.locale {
            Locale::Vi => vi,
            Locale::En => en,
        }),
        act: act.act,
        object: act.object,
        outcome,
        said,
    }
}

/// The first word of a detail in the reader's language, where it is one of the
/// four, and the rest as it stands in the log.
fn ended(detail: &str, w: &AuditWords) -> (&'static str, String) {
    let (first, rest) = detail.split_once("; ").unwrap_or((detail, ""));
    match w.get(&format!("outcome_{first}")) {
        Some(outcome) => (outcome, rest.replace(SET_ASIDE, w.set_aside)),
        None => ("", detail.to_owned()),
    }
}
