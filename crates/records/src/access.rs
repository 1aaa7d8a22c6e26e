//! Who may see a record. The stores filter by these levels inside the search;
//! nothing checks them afterwards.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How open a record is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum AccessLevel {
    /// Anyone.
    #[default]
    Open,
    /// Anyone with an account.
    Registered,
    /// Staff only.
    Restricted,
    /// Staff only until the embargo ends; then a job opens it.
    Embargoed,
}

/// A word that is no access level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("access level `{0}` is not known; use open, registered, restricted or embargoed")]
pub struct UnknownAccessLevel(String);

impl AccessLevel {
    /// All levels, most open first.
    pub const ALL: [Self; 4] = [
        Self::Open,
        Self::Registered,
        Self::Restricted,
        Self::Embargoed,
    ];

    /// The word used in files, filters and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Registered => "registered",
            Self::Restricted => "restricted",
            Self::Embargoed => "embargoed",
        }
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AccessLevel {
    type Err = UnknownAccessLevel;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == word)
            .ok_or_else(|| UnknownAccessLevel(word.chars().take(40).collect()))
    }
}

/// What whoever asks may see. Every read of a store takes one; there is no
/// default, so that none is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clearance {
    /// Not signed in: open records.
    Public,
    /// Signed in: open and registered records.
    Registered,
    /// Librarians, administrators and the command line on the machine itself:
    /// everything.
    Staff,
}

impl Clearance {
    /// Whether a record of this level may be seen.
    pub fn may_see(self, level: AccessLevel) -> bool {
        match self {
            Self::Public => level == AccessLevel::Open,
            Self::Registered => level <= AccessLevel::Registered,
            Self::Staff => true,
        }
    }

    /// The levels that may be seen, most open first.
    pub fn levels(self) -> impl Iterator<Item = AccessLevel> {
        AccessLevel::ALL
            .into_iter()
            .filter(move |level| self.may_see(*level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clearance_only_ever_widens() {
        let seen = |clearance: Clearance| clearance.levels().count();
        assert_eq!(seen(Clearance::Public), 1);
        assert_eq!(seen(Clearance::Registered), 2);
        assert_eq!(seen(Clearance::Staff), AccessLevel::ALL.len());
    }

    #[test]
    fn an_embargo_hides_from_readers() {
        assert!(!Clearance::Registered.may_see(AccessLevel::Embargoed));
    }

    #[test]
    fn words_round_trip() {
        for level in AccessLevel::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
        let error = "secret".parse::<AccessLevel>().unwrap_err().to_string();
        assert!(error.contains("use open"), "{error}");
    }
}
