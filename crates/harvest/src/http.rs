//! One polite HTTP request: limits on time and size, and what a failure means
//! for the next attempt.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use ureq::{
    Agent,
    http::{HeaderMap, StatusCode, header},
    tls::{PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::HarvestError;

/// Largest answer in bytes: a page of some thousand long records stays under a
/// tenth of it, and a server that never ends costs this much memory at most.
const MAX_BODY_BYTES: u64 = 64 << 20;

/// A server that is there accepts within this time, also over a slow line.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// A whole answer: slow repositories take a minute for a page.
const ANSWER_LIMIT: Duration = Duration::from_secs(300);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Asking again may help: the server or the way to it is in trouble.
    #[error("{reason}")]
    Transient {
        /// What happened.
        reason: String,
        /// What the server asks for.
        retry_after: Option<Duration>,
    },
    /// Asking again gives the same.
    #[error("{0}")]
    Final(String),
}

impl Failure {
    pub(crate) fn transient(reason: impl Into<String>) -> Self {
        Self::Transient {
            reason: reason.into(),
            retry_after: None,
        }
    }
}

/// The client: keeps connections open between requests.
pub(crate) struct Http(Agent);

impl Http {
    /// Proxies are those of the environment, certificates those of the system
    /// or, where they are given, these (PEM).
    ///
    /// # Errors
    /// [`HarvestError::Certificates`] when there is none among them.
    pub(crate) fn new(ca: Option<&[u8]>) -> Result<Self, HarvestError> {
        let roots = ca.map_or(Ok(RootCerts::PlatformVerifier), roots)?;
        let tls = TlsConfig::builder().root_certs(roots).build();
        let config = Agent::config_builder()
            .user_agent(concat!(
                "trithuc/",
                env!("CARGO_PKG_VERSION"),
                " (OAI-PMH harvester)"
            ))
            .tls_config(tls)
            .timeout_connect(Some(CONNECT_LIMIT))
            .timeout_global(Some(ANSWER_LIMIT))
            .max_redirects(5)
            .http_status_as_error(false)
            .build();
        Ok(Self(config.into()))
    }

    /// The body of the answer.
    pub(crate) fn get(&self, url: &str, now: Timestamp) -> Result<Vec<u8>, Failure> {
        let request = self
            .0
            .get(url)
            .header("Accept", "text/xml, application/xml");
        let mut answer = request.call().map_err(failure)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(refusal(status, answer.headers(), now));
        }
        let body = answer.body_mut().with_config().limit(MAX_BODY_BYTES);
        body.read_to_vec().map_err(failure)
    }
}

fn roots(pem: &[u8]) -> Result<RootCerts, HarvestError> {
    let bad = |reason: String| HarvestError::Certificates { reason };
    let found = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(bad(error.to_string()))),
    });
    let found = found.collect::<Result<Vec<_>, _>>()?;
    match found.is_empty() {
        true => Err(bad("it holds none".to_owned())),
        false => Ok(RootCerts::from(found)),
    }
}

fn failure(error: ureq::Error) -> Failure {
    use ureq::Error as E;
    match error {
        E::BodyExceedsLimit(_) => Failure::transient(format!(
            "the answer is larger than {} MiB",
            MAX_BODY_BYTES >> 20
        )),
        E::BadUri(_)
        | E::Http(_)
        | E::Tls(_)
        | E::Rustls(_)
        | E::TooManyRedirects
        | E::RedirectFailed
        | E::InvalidProxyUrl => Failure::Final(error.to_string()),
        other => Failure::transient(other.to_string()),
    }
}

fn refusal(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Failure {
    let reason = format!("the server answered with status {}", status.as_u16());
    let is_passing = status.is_server_error()
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    if !is_passing {
        return Failure::Final(reason);
    }
    let value = headers
        .get(header::RETRY_AFTER)
        .and_then(|v| v.to_str().ok());
    Failure::Transient {
        reason,
        retry_after: value.and_then(|value| retry_after(value, now)),
    }
}

/// Seconds or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_asks_to_wait_in_seconds_or_until_a_date() {
        let now = "2026-11-23T11:00:00Z".parse().unwrap();
        assert_eq!(retry_after(" 90 ", now), Some(Duration::from_secs(90)));
        let date = "Mon, 23 Nov 2026 11:02:00 GMT";
        assert_eq!(retry_after(date, now), Some(Duration::from_secs(120)));
        let past = "Mon, 23 Nov 2026 10:00:00 GMT";
        assert_eq!(retry_after(past, now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
