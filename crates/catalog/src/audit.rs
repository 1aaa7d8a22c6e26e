//! The log of acts: who did what, one entry after another, each chained by
//! SHA-256 to the one before.
//!
//! An entry's `hash` is SHA-256, lower-case hex, over the `hash` of the entry
//! before (64 zeros before the first), a line feed, and the entry as one line of
//! JSON with the fields `number at actor via act object detail` in this order
//! and nothing between them: whoever has the entries can count it with other
//! tools. `actor`, `object` and `detail` stand there as their seals (see
//! [`Sealing`]; entries from before there were seals as themselves), so that a
//! name can be erased and the chain holds. So an entry that was changed, put in, moved or taken out breaks the
//! chain there. Entries taken off the end are missed by the count kept beside
//! them, and by whoever wrote down an earlier head (a number and its hash): a
//! hand that can write in the database can do both, but not change what stands
//! elsewhere.

mod seal;
mod verify;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use self::{
    seal::{Salt, Sealing, Word},
    verify::verify_acts,
};
use crate::CatalogError;

/// The act of an entry that says which words were erased.
pub const ERASURE: &str = "erase";

/// What stands before the first entry.
pub(crate) const BEGINNING: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// What vouches for its words.
    pub sealing: Sealing,
    /// What chains it to the one before.
    pub hash: String,
}

/// What the chain holds of an entry.
#[derive(Serialize)]
struct Chained<'a> {
    number: u64,
    at: Timestamp,
    actor: &'a str,
    via: Via,
    act: &'a str,
    object: &'a str,
    detail: &'a str,
}

impl LoggedAct {
    /// The entry after `former`, at a time that does not go back.
    pub(crate) fn after(former: Option<&Self>, act: NewAct, at: Timestamp) -> Self {
        let millisecond = |at: Timestamp| {
            Timestamp::from_millisecond(at.as_millisecond()).expect("a time cut to milliseconds")
        };
        let [actor, object, detail] = [&act.actor, &act.object, &act.detail].map(|t| plain(t));
        let mut logged = Self {
            number: former.map_or(1, |former| former.number + 1),
            at: millisecond(former.map_or(at, |former| former.at.max(at))),
            sealing: Sealing::of([&actor, &object, &detail]),
            actor,
            via: act.via,
            act: plain(&act.act),
            object,
            detail,
            hash: String::new(),
        };
        logged.hash = logged.hash_after(former.map_or(BEGINNING, |former| &former.hash));
        logged
    }

    /// The words that may name somebody, in the order of [`Word::ALL`].
    pub fn words(&self) -> [&str; 3] {
        [&self.actor, &self.object, &self.detail]
    }

    /// What its hash has to be after an entry with this hash.
    pub(crate) fn hash_after(&self, former: &str) -> String {
        let seals = self.sealing.seals.as_ref();
        let seals = seals.map(|seals| seals.each_ref().map(String::as_str));
        let [actor, object, detail] = seals.unwrap_or(self.words());
        let line = serde_json::to_string(&Chained {
            number: self.number,
            at: self.at,
            actor,
            via: self.via,
            act: &self.act,
            object,
            detail,
        });
        let line = line.expect("a value with only string keys");
        seal::hex(&Sha256::digest(format!("{former}\n{line}")))
    }
}

/// What an entry says of the words that were erased: their number, and SHA-256
/// over a line `NUMBER FIELD TEXT` each, in order, with the text that stands in
/// their place. So a word that was erased cannot become another one later.
struct Digesting {
    n_words: u64,
    hasher: Sha256,
}

impl Digesting {
    fn new() -> Self {
        Self {
            n_words: 0,
            hasher: Sha256::new(),
        }
    }

    fn add(&mut self, number: u64, word: Word, text: &str) {
        self.n_words += 1;
        let line = format!("{number} {} {text}\n", word.as_str());
        self.hasher.update(line);
    }

    fn end(self) -> String {
        let digest = seal::hex(&self.hasher.finalize());
        format!("words={} sha256={digest}", self.n_words)
    }
}

/// A word to be erased.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Erasing {
    /// The entry.
    pub number: u64,
    /// Which of its words.
    pub word: Word,
    /// What stands there from then on.
    pub text: String,
}

/// The words of one erasing in order, each once, and what the entry says of them.
pub(crate) fn told_erasing(words: &[Erasing]) -> (Vec<Erasing>, String) {
    let mut words: Vec<Erasing> = words
        .iter()
        .map(|one| Erasing {
            text: plain(&one.text),
            ..one.clone()
        })
        .collect();
    words.sort();
    words.dedup_by_key(|one| (one.number, one.word));
    let mut said = Digesting::new();
    for one in &words {
        said.add(one.number, one.word, &one.text);
    }
    (words, said.end())
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

    /// Puts other texts in the place of words, for good, and adds an entry that
    /// says so: its act is [`ERASURE`], its detail tells how many words with what
    /// in their place; `act` says who, and whose words they were (`object`). A
    /// word that was erased before stays as it is.
    ///
    /// # Errors
    /// As above; then nothing is erased.
    fn erase_words(
        &self,
        words: &[Erasing],
        act: NewAct,
        at: Timestamp,
    ) -> Result<LoggedAct, CatalogError>;

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
