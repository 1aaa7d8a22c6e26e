//! A rule: what is asked of a record, and how it is looked up.

use std::fmt;

use jiff::Timestamp;
use records::{Record, RecordType};

use crate::{Census, Criterion, rules};

/// What a rule looks at: the record, and what of the library it needs.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The record; its full text need not be there.
    pub record: &'a Record,
    /// Whether it has a full text.
    pub has_body: bool,
    /// When the record last changed.
    pub updated_at: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// What is known over the whole library.
    pub census: &'a Census,
}

impl Look<'_> {
    pub(crate) fn is_one_of(&self, types: &[RecordType]) -> bool {
        types.contains(&self.record.record_type)
    }

    /// Today, as records write days: `2026-11-23` (UTC).
    pub(crate) fn today(&self) -> String {
        self.now.strftime("%Y-%m-%d").to_string()
    }
}

/// What a rule says of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It asks nothing of records like this one.
    DoesNotApply,
    /// The record does what it asks.
    Holds,
    /// It does not. The text shows the value at fault, as it stands in the
    /// record; empty where something is missing.
    Fails(String),
}

impl Verdict {
    /// Holds, or fails with nothing to show.
    pub(crate) fn of(holds: bool) -> Self {
        if holds {
            Self::Holds
        } else {
            Self::Fails(String::new())
        }
    }

    /// Fails if there is a value at fault.
    pub(crate) fn unless(fault: Option<impl fmt::Display>) -> Self {
        fault.map_or(Self::Holds, |fault| {
            let fault = fault.to_string();
            Self::Fails(fault.chars().take(FAULT_CHARS).map(seen).collect())
        })
    }
}

/// A value at fault is shown up to here: a long title fits.
const FAULT_CHARS: usize = 240;

/// A control character as its picture: line breaks are seen, and none reaches a
/// terminal.
fn seen(c: char) -> char {
    match u32::from(c) {
        n @ 0..0x20 => char::from_u32(0x2400 + n).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7F..0xA0 => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// A sentence in both languages of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// In Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
}

/// One thing that is asked of records.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name: lower-case words joined by hyphens.
    pub id: &'static str,
    /// The criterion that it belongs to.
    pub criterion: Criterion,
    /// How much it counts in its criterion: 1 good to have, 2 needed, 3
    /// without it the record is of no use.
    pub weight: u32,
    /// What it asks.
    pub asks: Words,
    /// What a librarian does about a record that fails.
    pub cure: Words,
    pub(crate) judge: fn(&Look<'_>) -> Verdict,
}

impl Rule {
    /// All rules, criterion by criterion.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        rules::ALL.into_iter().flatten()
    }

    /// The rule of a name.
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::all().find(|rule| rule.id == id)
    }

    /// What it says of a record.
    pub fn judge(&self, look: &Look<'_>) -> Verdict {
        (self.judge)(look)
    }
}
