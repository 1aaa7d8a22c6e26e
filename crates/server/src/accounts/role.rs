//! Roles, each with all that the one before it may do.

use std::{fmt, str::FromStr};

use records::Clearance;
use serde::{Deserialize, Serialize};

/// What a person may do; each role may do all that the ones before it may.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads what is open to whoever has an account; saves searches.
    Reader,
    /// Makes reports.
    Analyst,
    /// Sees everything; takes in, repairs, classifies, curates.
    Librarian,
    /// Manages accounts.
    Admin,
}

/// A word that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("role `{0}` is not known; use reader, analyst, librarian or admin")]
pub struct UnknownRole(String);

impl Role {
    /// All roles, the smallest first.
    pub const ALL: [Self; 4] = [Self::Reader, Self::Analyst, Self::Librarian, Self::Admin];

    /// The word in arguments, JSON and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Analyst => "analyst",
            Self::Librarian => "librarian",
            Self::Admin => "admin",
        }
    }

    /// What the role may see.
    pub fn clearance(self) -> Clearance {
        match self {
            Self::Reader | Self::Analyst => Clearance::Registered,
            Self::Librarian | Self::Admin => Clearance::Staff,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|role| role.as_str() == word)
            .ok_or_else(|| UnknownRole(word.chars().take(40).collect()))
    }
}
