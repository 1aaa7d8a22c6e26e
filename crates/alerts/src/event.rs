//! What there is to tell of.

use jiff::Timestamp;
use records::RecordId;
use serde::{Deserialize, Serialize};

/// One thing to tell the owner of a saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Number among the events of its saved search, from 1, growing.
    pub number: u64,
    /// When it was found.
    pub at: Timestamp,
    /// What happened.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// A record came that the search finds. Only its id is kept: its title is
    /// read when the event is, by whoever may see it then.
    Record {
        /// Which one.
        id: RecordId,
    },
    /// So many came at once that these are told by their number only.
    More {
        /// How many were left out.
        n_records: u64,
    },
    /// A notice of another room: of topics and trends, made from open records.
    Notice {
        /// What kind, for programs: `topic-emerging`.
        topic: String,
        /// In Vietnamese.
        title_vi: String,
        /// In English.
        title_en: String,
        /// Where to read on: a path of the library, `/topics/12`.
        link: String,
    },
}

impl Event {
    /// The record that it tells of.
    pub fn record(&self) -> Option<&RecordId> {
        self.what.record()
    }
}

impl Happening {
    /// The record that it is about.
    pub fn record(&self) -> Option<&RecordId> {
        match self {
            Self::Record { id } => Some(id),
            Self::More { .. } | Self::Notice { .. } => None,
        }
    }
}
