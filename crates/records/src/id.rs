//! The stable name of a record inside one installation.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The stable name of a record: 1 to 200 bytes, no white space or control
/// characters, unique in a catalogue. Ordered by bytes; every tie in a ranking
/// is broken by this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId(String);

/// Why a string is no record id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "record id `{shown}` {reason}; use 1 to {} bytes without white space or control characters",
    RecordId::MAX_BYTES
)]
pub struct InvalidRecordId {
    shown: String,
    reason: &'static str,
}

impl RecordId {
    /// Longest id in bytes: fits every identifier scheme met in harvests and
    /// stays well under the term limits of the indexes.
    pub const MAX_BYTES: usize = 200;

    /// Checks `raw`, trimmed, and takes it as an id.
    ///
    /// # Errors
    /// [`InvalidRecordId`] when it is empty, too long, or holds white space or
    /// control characters.
    pub fn new(raw: impl AsRef<str>) -> Result<Self, InvalidRecordId> {
        let raw = raw.as_ref().trim();
        let reason = if raw.is_empty() {
            "is empty"
        } else if raw.len() > Self::MAX_BYTES {
            "is too long"
        } else if raw.chars().any(|c| c.is_whitespace() || c.is_control()) {
            "holds white space or control characters"
        } else {
            return Ok(Self(raw.to_owned()));
        };
        Err(InvalidRecordId {
            shown: raw.chars().take(60).collect(),
            reason,
        })
    }

    /// Makes an id out of any text: runs of white space and control characters
    /// become `_`; what is too long keeps its head and ends in a hash of the
    /// whole, so different texts stay different. Empty text gives `None`.
    pub fn from_text(raw: &str) -> Option<Self> {
        let mut clean = String::with_capacity(raw.len());
        let words = raw.split(|c: char| c.is_whitespace() || c.is_control());
        for word in words.filter(|w| !w.is_empty()) {
            if !clean.is_empty() {
                clean.push('_');
            }
            clean.push_str(word);
        }
        if clean.len() > Self::MAX_BYTES {
            let tail = format!("~{:016x}", fnv1a(clean.as_bytes()));
            let mut cut = Self::MAX_BYTES - tail.len();
            while !clean.is_char_boundary(cut) {
                cut -= 1;
            }
            clean.truncate(cut);
            clean.push_str(&tail);
        }
        (!clean.is_empty()).then_some(Self(clean))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): small, stable over versions; only
/// shortens long ids, never a security measure.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RecordId {
    type Err = InvalidRecordId;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        Self::new(raw)
    }
}

impl TryFrom<String> for RecordId {
    type Error = InvalidRecordId;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::new(raw)
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_would_break_a_url_or_a_line() {
        for bad in ["", "  ", "a b", "a\u{0}b", &"x".repeat(201)] {
            let error = RecordId::new(bad).unwrap_err().to_string();
            assert!(error.contains("use 1 to 200 bytes"), "{error}");
        }
    }

    #[test]
    fn keeps_vietnamese_letters() {
        let id = RecordId::new("Luật-Viên-chức|5").unwrap();
        assert_eq!(id.as_str(), "Luật-Viên-chức|5");
    }

    proptest! {
        #[test]
        fn any_text_gives_a_valid_id_or_none(raw in ".{0,400}") {
            match RecordId::from_text(&raw) {
                Some(id) => prop_assert_eq!(RecordId::new(id.as_str()).unwrap(), id),
                None => prop_assert!(raw.chars().all(|c| c.is_whitespace() || c.is_control())),
            }
        }

        #[test]
        fn long_texts_that_differ_give_ids_that_differ(tail in "[a-z]{1,20}") {
            let head = "đề-tài".repeat(60);
            let one = RecordId::from_text(&format!("{head}{tail}")).unwrap();
            let two = RecordId::from_text(&format!("{head}{tail}x")).unwrap();
            prop_assert_ne!(one, two);
        }
    }
}
