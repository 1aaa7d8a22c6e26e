//! Making one record of several, and taking that back.

use std::{fmt, str::FromStr};

use catalog::{Batch, Blob, CatalogStore, Detail, Put, StoredRecord, Tombstone};
use jiff::Timestamp;
use records::{Clearance, Record, RecordId, fill_gaps};
use serde::{Deserialize, Serialize};

use crate::{DuplicatesError, decisions::read_blobs};

const PREFIX: &str = "duplicates/merge/";

/// A field that can be taken from one of the merged records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Title, all languages.
    Title,
    /// Abstract, all languages.
    Abstract,
    /// Keywords, all languages.
    Keywords,
    /// People and organisations.
    Agents,
    /// Year and date.
    Year,
    /// Journal, proceedings or university.
    Venue,
    /// Volume, issue and pages.
    Pages,
    /// Kind of work.
    Type,
}

/// A word that names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "field `{0}` cannot be chosen; use title, abstract, keywords, agents, year, venue, pages or type"
)]
pub struct UnknownField(String);

impl Field {
    const ALL: [(&str, Self); 8] = [
        ("title", Self::Title),
        ("abstract", Self::Abstract),
        ("keywords", Self::Keywords),
        ("agents", Self::Agents),
        ("year", Self::Year),
        ("venue", Self::Venue),
        ("pages", Self::Pages),
        ("type", Self::Type),
    ];

    fn copy(self, from: &Record, to: &mut Record) {
        match self {
            Self::Title => to.title.clone_from(&from.title),
            Self::Abstract => to.abstract_text.clone_from(&from.abstract_text),
            Self::Keywords => to.keywords.clone_from(&from.keywords),
            Self::Agents => to.agents.clone_from(&from.agents),
            Self::Year => (to.year, to.date) = (from.year, from.date.clone()),
            Self::Venue => to.venue.clone_from(&from.venue),
            Self::Pages => {
                to.volume.clone_from(&from.volume);
                to.issue.clone_from(&from.issue);
                to.pages.clone_from(&from.pages);
            }
            Self::Type => to.record_type = from.record_type,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.iter().find(|(_, field)| field == self);
        f.write_str(found.map_or("", |(word, _)| word))
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|(name, _)| *name == word);
        found
            .map(|(_, field)| *field)
            .ok_or_else(|| UnknownField(word.chars().take(40).collect()))
    }
}

/// A merge that was done, with all that undoing it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// Number from 1, growing.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The record that stays.
    pub kept: RecordId,
    /// The records that went into it.
    pub merged: Vec<RecordId>,
    /// Version of the kept record that the merge made.
    version: u64,
    /// All of them as they were, full texts included; the kept one first.
    before: Vec<Record>,
}

/// Merges `others` into `kept`: gaps are filled in the order of `others`, lists
/// of names and files united, the more secret access level wins; fields in
/// `choices` come from the record named there. The ids of the others lead to
/// `kept` from now on.
///
/// # Errors
/// [`DuplicatesError`]; nothing is changed then.
pub fn merge(
    catalog: &dyn CatalogStore,
    kept: &RecordId,
    others: &[RecordId],
    choices: &[(Field, RecordId)],
    at: Timestamp,
) -> Result<Merge, DuplicatesError> {
    if others.contains(kept) {
        return Err(DuplicatesError::Itself(kept.clone()));
    }
    let mut ids = vec![kept.clone()];
    for id in others {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    let stored = all(catalog, &ids)?;
    let before: Vec<Record> = stored.iter().map(|stored| stored.record.clone()).collect();
    let mut record = before[0].clone();
    for (field, from) in choices {
        let source = before.iter().find(|record| record.id == *from);
        let missing = || DuplicatesError::NotMerged {
            field: *field,
            from: from.clone(),
        };
        field.copy(source.ok_or_else(missing)?, &mut record);
    }
    for other in &before[1..] {
        fill_gaps(&mut record, other.clone());
    }
    let merge = Merge {
        number: merges(catalog)?.last().map_or(1, |last| last.number + 1),
        at,
        kept: kept.clone(),
        merged: ids[1..].to_vec(),
        version: stored[0].version + u64::from(record != before[0]),
        before,
    };
    let mut batch = Batch::new(at);
    batch.tombstones = merge.merged.iter().map(|id| tombstone(id, kept)).collect();
    batch.puts.push(Put {
        record,
        if_version: Some(stored[0].version),
    });
    batch.blobs.push(blob(merge.number, &merge));
    catalog.apply(batch)?;
    Ok(merge)
}

/// Takes a merge back: every record is as it was before. The other ids name
/// their own records again.
///
/// # Errors
/// [`DuplicatesError::Changed`] when the kept record was changed since.
pub fn undo(
    catalog: &dyn CatalogStore,
    number: u64,
    at: Timestamp,
) -> Result<Merge, DuplicatesError> {
    let merge = merges(catalog)?
        .into_iter()
        .find(|merge| merge.number == number)
        .ok_or(DuplicatesError::NoMerge(number))?;
    let now = all(catalog, std::slice::from_ref(&merge.kept))?;
    if now[0].version != merge.version {
        return Err(DuplicatesError::Changed(merge.kept));
    }
    let mut batch = Batch::new(at);
    for (place, record) in merge.before.iter().enumerate() {
        batch.puts.push(Put {
            record: record.clone(),
            // The others must still be away: a record that came under one of
            // their ids meanwhile is not overwritten.
            if_version: Some(if place == 0 { merge.version } else { 0 }),
        });
    }
    batch.blobs.push(Blob {
        name: name(number),
        bytes: Vec::new(),
    });
    catalog.apply(batch)?;
    Ok(merge)
}

/// All merges that can be undone, oldest first.
///
/// # Errors
/// [`DuplicatesError::Damaged`], and the catalogue's.
pub fn merges(catalog: &dyn CatalogStore) -> Result<Vec<Merge>, DuplicatesError> {
    read_blobs(catalog, PREFIX)
}

fn all(catalog: &dyn CatalogStore, ids: &[RecordId]) -> Result<Vec<StoredRecord>, DuplicatesError> {
    let stored = catalog.get_many(ids, Clearance::Staff, Detail::Full)?;
    stored
        .into_iter()
        .zip(ids)
        .map(|(stored, id)| stored.ok_or_else(|| DuplicatesError::NoRecord(id.clone())))
        .collect()
}

fn tombstone(id: &RecordId, kept: &RecordId) -> Tombstone {
    Tombstone {
        id: id.clone(),
        merged_into: Some(kept.clone()),
    }
}

/// Names sort like numbers.
fn name(number: u64) -> String {
    format!("{PREFIX}{number:012}")
}

fn blob(number: u64, merge: &Merge) -> Blob {
    Blob {
        name: name(number),
        bytes: serde_json::to_vec(merge).expect("records have only string keys"),
    }
}
