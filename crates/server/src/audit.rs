//! The log of acts as the web edge fills it: whatever changes something, who
//! signs in and who fails to, and who takes closed records out of the library.
//!
//! It is one layer and not a line in each handler, so that no new address is
//! forgotten: every method but GET is an act, unless its address stands in
//! [`READS`]. What was asked is told by the fields in [`SAID`] alone; no
//! password, text or secret comes into a log from which nothing is taken.

mod names;
mod said;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use catalog::{NewAct, Via};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use records::Clearance;

pub use self::names::act_name;
use crate::{
    accounts::{Account, Proof},
    app::App,
    error::ApiError,
    visit::Visit,
};

/// Addresses that are sent something and change nothing.
const READS: [&str; 9] = [
    "/api/v1/edits/preview",
    "/api/v1/overlap",
    "/api/v1/reports",
    "/api/v1/similar",
    "/compare",
    "/mcp",
    "/oai",
    "/preferences",
    "/sru",
];

/// Addresses whose fields are nobody's but the sender's: what people look for.
const PRIVATE: [&str; 2] = ["/saved", "/api/v1/saved-searches"];

/// Characters of an address in the log.
const MOST: usize = 300;

/// How long the body of a small form may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a handler adds to the entry of its act, or, for a GET, what makes an
/// entry of it: goes with the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noted {
    /// Who acted, where nobody had signed in before, or has no name any more.
    pub(crate) actor: Option<String>,
    /// What it was done to, where the address must not stand in the log.
    pub(crate) object: Option<String>,
    /// What is worth knowing.
    pub(crate) detail: String,
}

impl Noted {
    /// Somebody signs in, or fails to.
    pub(crate) fn sign_in(name: &str) -> Self {
        Self {
            actor: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// An account went, by its own hand or another's: its name may not come back
    /// into the log with the address, or as that of who acted.
    pub(crate) fn erased(pseudonym: &str, is_self: bool) -> Self {
        Self {
            actor: is_self.then(|| pseudonym.to_owned()),
            object: Some(pseudonym.to_owned()),
            detail: String::new(),
        }
    }

    /// Records go out to an account that sees closed ones; nothing for a
    /// reader from the street, who has only what is open to all.
    pub(crate) fn taken(visit: &Visit, detail: String) -> Option<Self> {
        (visit.clearance != Clearance::Public).then_some(Self {
            detail,
            ..Self::default()
        })
    }

    /// Puts it with the answer.
    pub(crate) fn with(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// Puts a note, if there is one, with the answer.
pub(crate) fn with_note(noted: Option<Noted>, response: Response) -> Response {
    match noted {
        Some(noted) => noted.with(response),
        None => response,
    }
}

/// What is asked for, as far as the log tells it.
struct Asked {
    method: Method,
    route: String,
    object: String,
    account: Option<Account>,
    said: String,
}

/// Layer: writes an entry for every act that was done, refused to an account,
/// or broke off. An act whose entry cannot be written is answered with an error.
pub(crate) async fn keep(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if app.log().is_none() {
        return next.run(request).await;
    }
    let (asked, request) = match Asked::read(request).await {
        Ok(read) => read,
        Err(status) => return status.into_response(),
    };
    let mut response = next.run(request).await;
    let noted = response.extensions_mut().remove::<Noted>();
    let Some(act) = asked.entry(response.status(), noted) else {
        return response;
    };
    match app.log_act(act).await {
        Ok(()) => response,
        Err(error) => error.into_response(),
    }
}

impl Asked {
    /// What the head of a request says.
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map_or_else(String::new, |path| path.as_str().to_owned());
        // The name of what is asked for must not be a secret.
        let object = match route.contains("{token}") {
            true => route.clone(),
            false => shown(request.uri().path()),
        };
        Self {
            method: request.method().clone(),
            account: request.extensions().get::<Account>().cloned(),
            said: String::new(),
            route,
            object,
        }
    }

    /// # Errors
    /// The status of a body that does not come.
    async fn read(request: Request) -> Result<(Self, Request), StatusCode> {
        let asked = Self::of(&request);
        let is_private = PRIVATE.iter().any(|start| asked.route.starts_with(start));
        if !asked.is_act() || is_private {
            return Ok((asked, request));
        }
        let read = tokio::time::timeout(PATIENCE, said::read(request)).await;
        let (said, request) = read.map_err(|_| StatusCode::REQUEST_TIMEOUT)??;
        Ok((Self { said, ..asked }, request))
    }

    fn is_act(&self) -> bool {
        let asks = [Method::GET, Method::HEAD, Method::OPTIONS];
        !self.route.is_empty()
            && !asks.contains(&self.method)
            && !READS.contains(&self.route.as_str())
    }

    /// The entry, if there is to be one: what was refused because it made no
    /// sense was no act, and strangers who knock cannot fill the log.
    fn entry(self, status: StatusCode, noted: Option<Noted>) -> Option<NewAct> {
        if !self.is_act() && noted.is_none() {
            return None;
        }
        let noted = noted.unwrap_or_default();
        let outcome = match status.as_u16() {
            100..=399 => "done",
            401 | 403 if self.account.is_some() || noted.actor.is_some() => "refused",
            500.. => "failed",
            _ => return None,
        };
        let parts = [outcome, &self.said, &noted.detail];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        let via = self.account.as_ref().map(|account| match account.proof {
            Proof::Session(_) => Via::Session,
            Proof::Key(_) => Via::Key,
        });
        let name = self.account.map(|account| account.name);
        Some(NewAct {
            actor: noted.actor.or(name).unwrap_or_default(),
            via: via.unwrap_or(Via::Nobody),
            act: format!("{} {}", self.method, self.route),
            object: noted.object.clone().unwrap_or(self.object),
            detail: parts.collect::<Vec<_>>().join("; "),
        })
    }
}

/// An address as people read it.
fn shown(path: &str) -> String {
    let path = percent_decode_str(path).decode_utf8_lossy();
    path.chars().take(MOST).collect()
}

impl App {
    /// Adds an entry to the log, outside the queue of questions: an act that was
    /// done does not wait behind searches.
    async fn log_act(&self, act: NewAct) -> Result<(), ApiError> {
        let Some(log) = self.log() else { return Ok(()) };
        let logged = tokio::task::spawn_blocking(move || log.log_act(act, Timestamp::now()));
        let logged = logged.await.map_err(ApiError::internal)?;
        logged.map(drop).map_err(ApiError::unavailable)
    }
}
