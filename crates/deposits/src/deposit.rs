//! One deposit and what happened to it.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use records::{DocumentFile, RecordId};
use serde::{Deserialize, Serialize};

use crate::Metadata;

/// Where a deposit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its depositor works on it.
    Draft,
    /// It waits for a librarian.
    Submitted,
    /// A librarian gave it back with a reason; its depositor works on it.
    Returned,
    /// It is a record of the library.
    Accepted,
    /// A librarian refused it with a reason.
    Refused,
    /// Its depositor took it back.
    Withdrawn,
}

/// A word that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("state `{0}` is not known; use draft, submitted, returned, accepted, refused or withdrawn")]
pub struct UnknownState(String);

impl State {
    /// All states, in the order of a deposit's life.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Submitted,
        Self::Returned,
        Self::Accepted,
        Self::Refused,
        Self::Withdrawn,
    ];

    /// The word of the API and of pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether its depositor may change it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        let unknown = || UnknownState(word.chars().take(40).collect());
        all.find(|state| state.as_str() == word).ok_or_else(unknown)
    }
}

/// A change of state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who: the name of an account.
    pub by: String,
    /// Where the deposit stood then.
    pub state: State,
    /// Why, where a librarian said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A work that somebody hands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    /// Names it; the record that it becomes has the same id.
    pub id: RecordId,
    /// Whose it is: the name of an account.
    pub by: String,
    /// Where it stands.
    pub state: State,
    /// What the depositor says of it.
    pub metadata: Metadata,
    /// Its documents.
    #[serde(default)]
    pub files: Vec<DocumentFile>,
    /// What happened to it, oldest first; the first step made it.
    pub steps: Vec<Step>,
    /// BLAKE3 of the metadata that it was made with.
    pub(crate) asked: String,
}

impl Deposit {
    /// Why it was returned or refused, as said last.
    pub fn reason(&self) -> Option<&str> {
        self.steps.last().and_then(|step| step.reason.as_deref())
    }

    /// When it last changed its state.
    pub fn changed_at(&self) -> Option<Timestamp> {
        self.steps.last().map(|step| step.at)
    }

    pub(crate) fn step(&mut self, state: State, by: &str, at: Timestamp, reason: Option<&str>) {
        self.state = state;
        self.steps.push(Step {
            at,
            by: by.to_owned(),
            state,
            reason: reason.map(str::to_owned),
        });
    }
}
