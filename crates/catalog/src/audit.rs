//! The log of acts: who did what, one entry after another, each chained by
//! SHA-256 to the one before.
//!
//! An entry's `hash` is SHA-256, lower-case hex, over the `hash` of the entry
//! before (64 zeros before the first), a line feed, and the entry as one line of
//! JSON with the fields `number at actor via act object detail` in this order
//! and nothing between them: whoever has the entries can count it with other
//! tools. So an entry that was changed, put in, moved or taken out breaks the
//! chain there. Entries taken off the end are missed by the count kept beside
//! them, and by whoever wrote down an earlier head (a number and its hash): a
//! hand that can write in the database can do both, but not change what stands
//! elsewhere.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::CatalogError;

/// What stands before the first entry.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Entries read at once.
const PAGE: usize = 1000;

/// How somebody came to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// A page, signed in.
    Session,
    /// An API key.
    Key,
    /// The command line on the machine itself.
    Command,
    /// Nobody who had shown who they are.
    Nobody,
}

impl Via {
    /// All ways.
    pub const ALL: [Self; 4] = [Self::Session, Self::Key, Self::Command, Self::Nobody];

    /// The word in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Key => "key",
            Self::Command => "command",
            Self::Nobody => "nobody",
        }
    }
}

/// An act to be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct {
    /// Who: the name of an account, or of a user of the machine.
    pub actor: String,
    /// How they came.
    pub via: Via,
    /// What they did: `POST /api/v1/jobs`, `trithuc ingest`.
    pub act: String,
    /// To what: the address, the arguments.
    pub object: String,
    /// What came of it, and what is worth knowing.
    pub detail: String,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedAct {
    /// Its place, from 1 without gaps.
    pub number: u64,
    /// When; never before the entry before.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// How they came.
    pub via: Via,
    /// What they did.
    pub act: String,
    /// To what.
    pub object: String,
    /// What came of it.
    pub detail: String,
    /// What chains it to the one before.
    #[serde(skip)]
    pub hash: String,
}

impl LoggedAct {
    /// The entry after `former`, at a time that does not go back.
    pub(crate) fn after(former: Option<&Self>, act: NewAct, at: Timestamp) -> Self {
        let millisecond = |at: Timestamp| {
            Timestamp::from_millisecond(at.as_millisecond()).expect("a time cut to milliseconds")
        };
        let mut logged = Self {
            number: former.map_or(1, |former| former.number + 1),
            at: millisecond(former.map_or(at, |former| former.at.max(at))),
            actor: plain(&act.actor),
            via: act.via,
            act: plain(&act.act),
            object: plain(&act.object),
            detail: plain(&act.detail),
            hash: String::new(),
        };
        logged.hash = logged.hash_after(former.map_or(BEGINNING, |former| &former.hash));
        logged
    }

    /// What its hash has to be after an entry with this hash.
    fn hash_after(&self, former: &str) -> String {
        let line = serde_json::to_string(self).expect("a value with only string keys");
        let digest = Sha256::digest(format!("{former}\n{line}"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A text that every database gives back as it took it, in a line of its own.
fn plain(text: &str) -> String {
    let legible = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    text.chars().map(legible).collect()
}

/// An entry as it stood once: written down elsewhere, it proves later that
/// nothing before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditHead {
    /// Its number; 0 where nothing was logged.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

/// A text that is no head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no head of the log; send NUMBER:HASH as `trithuc audit verify` says it")]
pub struct NoHead(String);

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl FromStr for AuditHead {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let wrong = || NoHead(text.chars().take(100).collect());
        let (number, hash) = text.split_once(':').ok_or_else(wrong)?;
        let is_hash = hash.len() == BEGINNING.len() && hash.bytes().all(|b| b.is_ascii_hexdigit());
        Ok(Self {
            number: number.parse().ok().filter(|_| is_hash).ok_or_else(wrong)?,
            hash: hash.to_ascii_lowercase(),
        })
    }
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActFilter {
    /// Only those of this actor.
    pub actor: Option<String>,
    /// Only those before this number.
    pub before: Option<u64>,
}

/// A log to which entries are added and from which none is taken.
pub trait AuditLog: Send + Sync {
    /// Adds an entry.
    ///
    /// # Errors
    /// When the database cannot be written; then there is none.
    fn log_act(&self, act: NewAct, at: Timestamp) -> Result<LoggedAct, CatalogError>;

    /// Entries, newest first.
    ///
    /// # Errors
    /// When the database cannot be read, as the methods below.
    fn acts(&self, filter: &ActFilter, limit: usize) -> Result<Vec<LoggedAct>, CatalogError>;

    /// Entries after this number as they stand, oldest first.
    fn acts_after(&self, number: u64, limit: usize) -> Result<Vec<LoggedAct>, CatalogError>;

    /// How many entries were ever added.
    fn n_acts(&self) -> Result<u64, CatalogError>;
}

/// What a walk over the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry stands as it was added; the newest one.
    Whole(AuditHead),
    /// The first place at which it does not.
    Broken {
        /// Number of the entry.
        number: u64,
        /// What is wrong there.
        reason: &'static str,
    },
}

/// Walks the whole log. `known` are heads that were written down before.
///
/// # Errors
/// When the database cannot be read.
pub fn verify_acts(log: &dyn AuditLog, known: &[AuditHead]) -> Result<Verdict, CatalogError> {
    // First: an entry that is added meanwhile is no fault.
    let n_added = log.n_acts()?;
    let mut head = AuditHead {
        number: 0,
        hash: BEGINNING.to_owned(),
    };
    loop {
        let page = log.acts_after(head.number, PAGE)?;
        for act in &page {
            if let Some(reason) = fault(&head, act, known) {
                let number = head.number + 1;
                return Ok(Verdict::Broken { number, reason });
            }
            head = AuditHead {
                number: act.number,
                hash: act.hash.clone(),
            };
        }
        if page.len() < PAGE {
            return Ok(end(head, n_added, known));
        }
    }
}

/// Why an entry cannot stand after the one before.
fn fault(former: &AuditHead, act: &LoggedAct, known: &[AuditHead]) -> Option<&'static str> {
    let is_other = |known: &AuditHead| known.number == act.number && known.hash != act.hash;
    if act.number != former.number + 1 {
        Some("the entry is missing")
    } else if act.hash != act.hash_after(&former.hash) {
        Some("the entry is not what was written")
    } else if known.iter().any(is_other) {
        Some("the entry is another than the one written down; the log was written anew")
    } else {
        None
    }
}

fn end(head: AuditHead, n_added: u64, known: &[AuditHead]) -> Verdict {
    let mut furthest = known.iter().map(|known| known.number).chain([n_added]);
    match furthest.any(|number| number > head.number) {
        true => Verdict::Broken {
            number: head.number + 1,
            reason: "the entries from here on were taken off the end",
        },
        false => Verdict::Whole(head),
    }
}
