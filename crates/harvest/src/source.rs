//! A repository that is asked: requests with patience, answers that are whole.

use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    HarvestError, answer,
    answer::Refusal,
    http::{Failure, Http},
    window::Granularity,
};

/// How often a request is made: with waits of 1, 2, 4, 8 and 16 s a restart of
/// the server is waited out.
const MANY_ATTEMPTS: u32 = 6;

/// How often a part of what failed as a whole is asked for: the long wait is
/// behind it.
pub(crate) const FEW_ATTEMPTS: u32 = 3;

/// Longest wait that a source may ask for; after a longer one the same command
/// goes on.
const MAX_WAIT: Duration = Duration::from_secs(600);

const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Why a request gave no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The source says why.
    Refused(Refusal),
    /// It fails, however often it is asked.
    Fails(Trouble),
    /// It asks for a wait too long for a command.
    Wait(Duration),
}

/// A request that fails.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    pub(crate) reason: String,
    /// The last answer, when it was not whole.
    pub(crate) damaged: Option<Vec<u8>>,
    /// Whether the source means it.
    pub(crate) is_final: bool,
}

impl From<&str> for Trouble {
    fn from(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            ..Self::default()
        }
    }
}

/// What a source says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) granularity: Granularity,
    pub(crate) earliest: Timestamp,
    /// Its clock.
    pub(crate) now: Timestamp,
    pub(crate) keeps_deletions: bool,
}

/// A repository.
pub(crate) struct Source<'a> {
    pub(crate) url: &'a str,
    pub(crate) http: Http,
    pub(crate) first_wait: Duration,
    pub(crate) now: &'a (dyn Fn() -> Timestamp + Sync),
    pub(crate) sleep: &'a (dyn Fn(Duration) + Sync),
}

impl Source<'_> {
    /// The address of a request.
    pub(crate) fn address(&self, arguments: &[(&str, &str)]) -> String {
        let mut url = self.url.to_owned();
        for (name, value) in arguments {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, KEPT));
        }
        url
    }

    /// Asks until a whole answer comes, with growing waits.
    pub(crate) fn ask(&self, arguments: &[(&str, &str)]) -> Result<Vec<u8>, NoAnswer> {
        self.ask_times(MANY_ATTEMPTS, arguments)
    }

    /// Asks at most so often.
    pub(crate) fn ask_times(
        &self,
        n_attempts: u32,
        arguments: &[(&str, &str)],
    ) -> Result<Vec<u8>, NoAnswer> {
        let url = self.address(arguments);
        let mut damaged = None;
        let mut attempt = 1;
        loop {
            let (reason, asked_wait) = match self.http.get(&url, (self.now)()) {
                Ok(body) => match answer::damage(&body) {
                    None => return unless_refused(body),
                    Some(reason) => {
                        damaged = Some(body);
                        (reason.to_owned(), None)
                    }
                },
                Err(Failure::Final(reason)) => {
                    return Err(NoAnswer::Fails(Trouble {
                        reason,
                        damaged,
                        is_final: true,
                    }));
                }
                Err(Failure::Transient {
                    reason,
                    retry_after,
                }) => (reason, retry_after),
            };
            tracing::info!(url, attempt, reason, "harvest request failed");
            if attempt >= n_attempts {
                return Err(NoAnswer::Fails(Trouble {
                    reason,
                    damaged,
                    is_final: false,
                }));
            }
            let wait = asked_wait.unwrap_or(self.first_wait * 2_u32.pow(attempt - 1));
            if wait > MAX_WAIT {
                return Err(NoAnswer::Wait(wait));
            }
            (self.sleep)(wait);
            attempt += 1;
        }
    }

    /// What the source says of itself.
    pub(crate) fn identify(&self) -> Result<Identity, HarvestError> {
        let arguments = [("verb", "Identify")];
        let url = self.address(&arguments);
        let body = self.ask(&arguments).map_err(|error| error.stops(&url))?;
        let text = answer::text(&body);
        let value = |name| answer::value(&text, name);
        let missing = |name: &str| HarvestError::NotARepository {
            url: url.clone(),
            reason: format!("its answer has no `{name}`"),
        };
        let now = value("responseDate").and_then(|at| crate::window::read(&at));
        let earliest = value("earliestDatestamp").and_then(|at| crate::window::read(&at));
        Ok(Identity {
            granularity: Granularity::of(
                &value("granularity").ok_or_else(|| missing("granularity"))?,
            ),
            // A source that does not know is asked from its first day on.
            earliest: earliest.unwrap_or(Timestamp::UNIX_EPOCH),
            now: now.unwrap_or_else(self.now),
            keeps_deletions: value("deletedRecord").as_deref() == Some("persistent"),
        })
    }

    /// The prefixes that the source offers; empty when it does not say.
    pub(crate) fn prefixes(&self) -> Vec<String> {
        let body = self.ask(&[("verb", "ListMetadataFormats")]);
        body.map(|body| answer::values(&answer::text(&body), "metadataPrefix"))
            .unwrap_or_default()
    }

    /// The sets that the source offers, first page.
    pub(crate) fn sets(&self) -> Vec<String> {
        let body = self.ask(&[("verb", "ListSets")]);
        body.map(|body| answer::values(&answer::text(&body), "setSpec"))
            .unwrap_or_default()
    }
}

fn unless_refused(body: Vec<u8>) -> Result<Vec<u8>, NoAnswer> {
    match answer::refusal(&answer::text(&body)) {
        Some(refusal) => Err(NoAnswer::Refused(refusal)),
        None => Ok(body),
    }
}

impl NoAnswer {
    /// The error when nothing else can be done.
    pub(crate) fn stops(self, url: &str) -> HarvestError {
        let url = url.to_owned();
        match self {
            Self::Refused(Refusal { code, message }) => HarvestError::Refused { code, message },
            Self::Fails(Trouble {
                reason,
                damaged: Some(_),
                ..
            }) => HarvestError::NotARepository { url, reason },
            Self::Fails(Trouble { reason, .. }) => HarvestError::Unreachable { url, reason },
            Self::Wait(wait) => HarvestError::Wait { wait },
        }
    }
}
