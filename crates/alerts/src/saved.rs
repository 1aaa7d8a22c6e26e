//! A saved search: what its owner wants to hear of, and by which ways.

use std::{fmt, str::FromStr};

use base64ct::{Base64, Encoding};
use jiff::Timestamp;
use records::{ChangeSeq, RecordId};
use search::{Filter, query};
use serde::{Deserialize, Serialize};

use crate::{About, AlertError, TrendsSeen};

/// Longest name in characters: a line in a list.
const NAME_CHARS: usize = 120;
/// Longest query in bytes, as of a search: a pasted abstract fits.
const QUERY_BYTES: usize = 8 * 1024;
/// Most conditions, as of a search.
const MOST_FILTERS: usize = 100;
/// Longest address of a webhook in bytes: what proxies let through.
const URL_BYTES: usize = 2_000;
/// Opened records remembered: openings are rare, and one that is forgotten is
/// told twice at worst.
const MOST_OPENED: usize = 1_000;
/// Longest e-mail address (RFC 5321, section 4.5.3.1).
const ADDRESS_BYTES: usize = 254;

/// Names a saved search among all of the installation: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SavedId(String);

impl SavedId {
    /// An id that nobody had before: 64 random bits.
    pub(crate) fn random() -> Self {
        Self(
            random::<8>()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SavedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SavedId {
    type Err = AlertError;

    fn from_str(raw: &str) -> Result<Self, AlertError> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        match raw.len() == 16 && raw.bytes().all(is_digit) {
            true => Ok(Self(raw.to_owned())),
            false => Err(AlertError::NotFound(raw.chars().take(40).collect())),
        }
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("a system without random bytes cannot serve at all");
    bytes
}

/// What an owner asks for, before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// What it brings news of.
    pub about: About,
    /// What the owner calls it; empty: the query.
    pub name: String,
    /// The query, as of a search; empty means every record. Of trends: what is
    /// watched, as [`crate::Standing`] names it; empty means everything.
    pub query: String,
    /// Conditions `FIELD:VALUE`, as of a search; none of trends.
    pub filters: Vec<String>,
    /// Language of letters and of titles: `vi` or `en`.
    pub language: String,
    /// Address of a webhook.
    pub webhook: Option<String>,
    /// Address for letters.
    pub email: Option<String>,
}

/// A saved search of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Its id.
    pub id: SavedId,
    /// Whose it is: the name of an account.
    pub owner: String,
    /// What it brings news of.
    #[serde(default)]
    pub about: About,
    /// What the owner calls it.
    pub name: String,
    /// The query.
    pub query: String,
    /// Conditions `FIELD:VALUE`.
    pub filters: Vec<String>,
    /// `vi` or `en`.
    pub language: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Grows when the address of the feed is revoked; an address holds it.
    pub feed_generation: u32,
    /// Where signed messages go.
    pub webhook: Option<Webhook>,
    /// Where letters go.
    pub mail: Option<Mail>,
}

/// Where signed messages go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Address, `https://…` or `http://…`.
    pub url: String,
    /// What messages are signed with: `whsec_` and base64 (Standard Webhooks).
    pub secret: String,
}

/// Where letters go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Address.
    pub address: String,
    /// Whether whoever reads it has agreed: until then only the question goes.
    pub is_confirmed: bool,
    /// Since when it is kept; `None` for one of before this was noted.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

/// How far the news of a saved search have come; written by the runner only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The change up to which was looked.
    pub seen: ChangeSeq,
    /// The time of that change.
    pub seen_at: Timestamp,
    /// Records told because they were opened, the oldest first: each once.
    #[serde(default)]
    pub opened: Vec<RecordId>,
    /// What was told of trends; `None` before the first look at them.
    #[serde(default)]
    pub trends: Option<TrendsSeen>,
    /// Number of the newest event; 0 for none.
    pub last_event: u64,
    /// The webhook's way.
    pub webhook: Option<Channel>,
    /// The letters' way.
    pub mail: Option<Channel>,
}

/// How far one way has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The address that this is about; another one begins anew.
    pub target: String,
    /// Events up to this number are told.
    pub told: u64,
    /// The last event of the message under way, so that a second attempt is the
    /// same message.
    pub pending: Option<u64>,
    /// Attempts that failed since the last success.
    pub n_failed: u32,
    /// Not before this moment.
    pub retry_at: Option<Timestamp>,
    /// What the last attempt said, when it failed.
    pub error: Option<String>,
    /// When a message last arrived.
    pub arrived_at: Option<Timestamp>,
    /// Whether the question that confirms an address has gone.
    #[serde(default)]
    pub is_asked: bool,
}

impl State {
    /// Nothing was told yet, and what is there at `seen` is not news.
    pub(crate) fn new(seen: ChangeSeq, seen_at: Timestamp) -> Self {
        Self {
            seen,
            seen_at,
            opened: Vec::new(),
            trends: None,
            last_event: 0,
            webhook: None,
            mail: None,
        }
    }

    /// The same after a look.
    pub(crate) fn seen_up_to<'a>(
        mut self,
        seen: ChangeSeq,
        seen_at: Timestamp,
        opened: impl Iterator<Item = &'a RecordId>,
    ) -> Self {
        self.opened.extend(opened.cloned());
        let n_old = self.opened.len().saturating_sub(MOST_OPENED);
        self.opened.drain(..n_old);
        Self {
            seen,
            seen_at,
            ..self
        }
    }

    /// The same with the ways that the saved search has now: a new address
    /// begins behind what was told before it.
    pub(crate) fn aligned(self, saved: &SavedSearch) -> Self {
        let last = self.last_event;
        let align = |target: Option<&str>, channel: Option<Channel>| {
            let target = target?;
            let same = channel.filter(|channel| channel.target == target);
            Some(same.unwrap_or_else(|| Channel::new(target, last)))
        };
        let webhook = saved.webhook.as_ref().map(|hook| hook.url.as_str());
        let mail = saved.mail.as_ref().map(|mail| mail.address.as_str());
        Self {
            webhook: align(webhook, self.webhook),
            mail: align(mail, self.mail),
            ..self
        }
    }
}

impl Channel {
    /// A way that begins behind the events up to `told`.
    pub(crate) fn new(target: &str, told: u64) -> Self {
        Self {
            target: target.to_owned(),
            told,
            pending: None,
            n_failed: 0,
            retry_at: None,
            error: None,
            arrived_at: None,
            is_asked: false,
        }
    }
}

impl SavedSearch {
    /// A new saved search.
    ///
    /// # Errors
    /// [`AlertError::Refused`] names what cannot be taken.
    pub(crate) fn new(owner: &str, wish: Wish, now: Timestamp) -> Result<Self, AlertError> {
        let blank = Self {
            id: SavedId::random(),
            owner: owner.to_owned(),
            about: About::default(),
            name: String::new(),
            query: String::new(),
            filters: Vec::new(),
            language: "vi".to_owned(),
            created_at: now,
            feed_generation: 0,
            webhook: None,
            mail: None,
        };
        blank.changed(wish, now)
    }

    /// The same after a change: an address that stays keeps its secret and its
    /// confirmation.
    pub(crate) fn changed(self, wish: Wish, now: Timestamp) -> Result<Self, AlertError> {
        let mut wish = wish;
        match wish.about {
            About::Records => {
                check_query(&wish.query)?;
                check_filters(&wish.filters)?;
            }
            About::Trends => wish.query = subject(&wish)?,
        }
        if !["vi", "en"].contains(&wish.language.as_str()) {
            return Err(AlertError::refused(
                "language",
                "language is not known; send vi or en",
            ));
        }
        let name = named(&wish)?;
        let webhook = match wish.webhook {
            Some(url) => Some(keep_webhook(self.webhook, url)?),
            None => None,
        };
        let mail = match wish.email {
            Some(address) => Some(keep_mail(self.mail, &address, now)?),
            None => None,
        };
        Ok(Self {
            about: wish.about,
            name,
            query: wish.query,
            filters: wish.filters,
            language: wish.language,
            webhook,
            mail,
            ..self
        })
    }

    /// What would be asked for to get it as it is.
    pub fn wish(&self) -> Wish {
        Wish {
            about: self.about,
            name: self.name.clone(),
            query: self.query.clone(),
            filters: self.filters.clone(),
            language: self.language.clone(),
            webhook: self.webhook.as_ref().map(|hook| hook.url.clone()),
            email: self.mail.as_ref().map(|mail| mail.address.clone()),
        }
    }
}

fn named(wish: &Wish) -> Result<String, AlertError> {
    let given = wish.name.trim();
    if given.chars().count() > NAME_CHARS || given.chars().any(char::is_control) {
        let message =
            format!("the name has more than {NAME_CHARS} characters, or line breaks; shorten it");
        return Err(AlertError::refused("name", message));
    }
    if !given.is_empty() {
        return Ok(given.to_owned());
    }
    let words = [&[wish.query.trim().to_owned()], wish.filters.as_slice()].concat();
    let words = words.join(" ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(match words.is_empty() {
        true => "*".to_owned(),
        false => words.chars().take(NAME_CHARS).collect(),
    })
}

/// The name of the one topic or group whose trends are watched; empty for
/// everything.
fn subject(wish: &Wish) -> Result<String, AlertError> {
    if wish.query.len() > QUERY_BYTES {
        let message = format!("what is watched has more than {QUERY_BYTES} bytes; shorten it");
        return Err(AlertError::refused("query", message));
    }
    if !wish.filters.is_empty() {
        let message = "trends take no filters; name the group in the query, as institution:NAME";
        return Err(AlertError::refused("filters", message));
    }
    let named = reports::watched(&wish.query);
    named.map_err(|error| AlertError::refused("query", error.to_string()))
}

fn check_query(text: &str) -> Result<(), AlertError> {
    if text.len() > QUERY_BYTES {
        let message = format!("the query has more than {QUERY_BYTES} bytes; shorten it");
        return Err(AlertError::refused("query", message));
    }
    let parsed = query::parse(text);
    parsed.map(drop).map_err(|error| {
        let message = format!(
            "the query is not understood at byte {}: {}; {}",
            error.position, error.message, error.cure
        );
        AlertError::refused("query", message)
    })
}

fn check_filters(filters: &[String]) -> Result<(), AlertError> {
    if filters.len() > MOST_FILTERS {
        let message = format!("there are more than {MOST_FILTERS} conditions; leave some out");
        return Err(AlertError::refused("filters", message));
    }
    let parsed = filters.iter().map(|filter| filter.parse::<Filter>());
    let wrong = parsed.filter_map(Result::err).next();
    wrong.map_or(Ok(()), |error| {
        Err(AlertError::refused("filters", error.to_string()))
    })
}

fn keep_webhook(old: Option<Webhook>, url: String) -> Result<Webhook, AlertError> {
    if let Some(old) = old.filter(|old| old.url == url) {
        return Ok(old);
    }
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_plain = |rest: &str| {
        rest.bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"<>\\`{}|^".contains(&b))
    };
    let host = |rest: &str| {
        rest.split(['/', '?', '#'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let fits = rest.is_some_and(|rest| {
        let host = host(rest);
        is_plain(rest) && !host.is_empty() && !host.contains('@') && !url.contains('#')
    });
    if !fits || url.len() > URL_BYTES || url.parse::<ureq::http::Uri>().is_err() {
        let message = "the address of the webhook cannot be used; write it as https://host/path, without a name and password";
        return Err(AlertError::refused("webhook", message));
    }
    // 24 to 64 bytes (Standard Webhooks, signature scheme).
    let secret = format!("whsec_{}", Base64::encode_string(&random::<32>()));
    Ok(Webhook { url, secret })
}

fn keep_mail(old: Option<Mail>, address: &str, now: Timestamp) -> Result<Mail, AlertError> {
    let address = address.trim();
    if let Some(old) = old.filter(|old| old.address == address) {
        return Ok(old);
    }
    if address.len() > ADDRESS_BYTES || address.parse::<lettre::Address>().is_err() {
        let message = "the e-mail address cannot be used; write it as name@example.vn";
        return Err(AlertError::refused("email", message));
    }
    Ok(Mail {
        address: address.to_owned(),
        is_confirmed: false,
        since: Some(now),
    })
}
