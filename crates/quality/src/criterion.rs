//! The six criteria that the national data strategy sets for databases:
//! *đúng, đủ, sạch, sống, thống nhất, dùng chung*.

use serde::{Deserialize, Serialize};

/// One of the six criteria.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criterion {
    /// *Đúng*: what is said is true, as far as it can be checked.
    Correct,
    /// *Đủ*: what belongs into a record of its type is there.
    Complete,
    /// *Sạch*: texts are what a person would write, and each work is there once.
    Clean,
    /// *Sống*: it can be reached, and is kept up to date.
    Live,
    /// *Thống nhất*: one thing is written one way everywhere.
    Consistent,
    /// *Dùng chung*: others can find, name and use it.
    Shared,
}

impl Criterion {
    /// All six, in the order of the decision.
    pub const ALL: [Self; 6] = [
        Self::Correct,
        Self::Complete,
        Self::Clean,
        Self::Live,
        Self::Consistent,
        Self::Shared,
    ];

    /// The word in JSON and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Complete => "complete",
            Self::Clean => "clean",
            Self::Live => "live",
            Self::Consistent => "consistent",
            Self::Shared => "shared",
        }
    }

    /// The Vietnamese name.
    pub fn name_vi(self) -> &'static str {
        match self {
            Self::Correct => "đúng",
            Self::Complete => "đủ",
            Self::Clean => "sạch",
            Self::Live => "sống",
            Self::Consistent => "thống nhất",
            Self::Shared => "dùng chung",
        }
    }
}
