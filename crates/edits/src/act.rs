//! Edits that were done: carried out in one transaction, kept in the log,
//! taken back.

use catalog::{Batch, Blob, CatalogStore, Detail, Put};
use jiff::Timestamp;
use records::{Clearance, Record, RecordId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{EditError, Operation, RecordDiff, preview::walk};

const LOG: &str = "edit/act/";
const DIFFS: &str = "edit/diff/";

/// Full texts that lie in memory until the transaction is written.
const MOST_TEXT_BYTES: usize = 512 << 20;

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditAct {
    /// Names it: its time and the head of its token. Sorts by time.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who: the name of an account, or of whoever runs the command line.
    pub by: String,
    /// What was done.
    pub operations: Vec<Operation>,
    /// The query that found the records, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Records that were changed.
    pub n_records: usize,
    /// When it was taken back, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<Undone>,
}

/// How an edit was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Records that were left as they are: changed again meanwhile, or gone.
    pub left: Vec<RecordId>,
}

/// Carries operations out on records, in one transaction. With the token of a
/// preview it does what that showed, or nothing. `None` when nothing changes.
///
/// # Errors
/// [`EditError`]; nothing is changed then.
pub fn apply(
    catalog: &dyn CatalogStore,
    operations: &[Operation],
    (ids, query): (&[RecordId], Option<&str>),
    token: Option<&str>,
    by: &str,
    at: Timestamp,
) -> Result<Option<EditAct>, EditError> {
    let mut batch = Batch::new(at);
    let mut n_bytes = 0;
    let preview = walk(catalog, operations, ids, Detail::Full, |stored, record| {
        n_bytes += text_bytes(&record);
        if n_bytes > MOST_TEXT_BYTES {
            return Err(EditError::TooMuchText);
        }
        batch.puts.push(Put {
            record,
            if_version: Some(stored.version),
        });
        Ok(())
    })?;
    if token.is_some_and(|token| token != preview.token) {
        return Err(EditError::Stale);
    }
    if batch.puts.is_empty() {
        return Ok(None);
    }
    let act = EditAct {
        id: format!("{:013}-{}", at.as_millisecond(), &preview.token[..8]),
        at,
        by: by.to_owned(),
        operations: operations.to_vec(),
        query: query.map(str::to_owned),
        n_records: preview.diffs.len(),
        undone: None,
    };
    batch.blobs.push(blob(LOG, &act.id, &act));
    batch.blobs.push(blob(DIFFS, &act.id, &preview.diffs));
    catalog.apply(batch)?;
    Ok(Some(act))
}

fn text_bytes(record: &Record) -> usize {
    record.body.iter().map(|page| page.text.len()).sum()
}

/// Takes an edit back: every field that it changed has the values from before,
/// whatever happened to other fields meanwhile.
///
/// # Errors
/// [`EditError::ChangedSince`] when a record is gone or one of these fields was
/// changed again, unless `leaves_changed`; nothing is changed then.
pub fn undo(
    catalog: &dyn CatalogStore,
    id: &str,
    leaves_changed: bool,
    by: &str,
    at: Timestamp,
) -> Result<EditAct, EditError> {
    let mut done = act(catalog, id)?;
    if done.undone.is_some() {
        return Err(EditError::Undone(done.id));
    }
    let diffs = diffs(catalog, id)?;
    let mut batch = Batch::new(at);
    let mut left = Vec::new();
    let mut n_bytes = 0;
    for diff in &diffs {
        let stored = catalog.get(&diff.id, Clearance::Staff, Detail::Full)?;
        let before = stored.and_then(|stored| {
            let record = put_back(diff, stored.record)?;
            Some((record, stored.version))
        });
        let Some((record, version)) = before else {
            left.push(diff.id.clone());
            continue;
        };
        n_bytes += text_bytes(&record);
        if n_bytes > MOST_TEXT_BYTES {
            return Err(EditError::TooMuchText);
        }
        batch.puts.push(Put {
            record,
            if_version: Some(version),
        });
    }
    if !left.is_empty() && !leaves_changed {
        return Err(EditError::ChangedSince(left));
    }
    let by = by.to_owned();
    done.undone = Some(Undone { at, by, left });
    batch.blobs.push(blob(LOG, id, &done));
    catalog.apply(batch)?;
    Ok(done)
}

/// The record as it was; `None` when a field was changed again.
fn put_back(diff: &RecordDiff, mut record: Record) -> Option<Record> {
    for change in &diff.changes {
        if change.field.values(&record) != change.after {
            return None;
        }
        change.field.put(&mut record, change.before.clone());
    }
    Some(record)
}

/// The log, oldest first.
///
/// # Errors
/// [`EditError::Damaged`], and the catalogue's.
pub fn acts(catalog: &dyn CatalogStore) -> Result<Vec<EditAct>, EditError> {
    catalog.blobs(LOG)?.into_iter().map(parse).collect()
}

/// One act.
///
/// # Errors
/// [`EditError::NoAct`], [`EditError::Damaged`], and the catalogue's.
pub fn act(catalog: &dyn CatalogStore, id: &str) -> Result<EditAct, EditError> {
    one(catalog, LOG, id)
}

/// What an act changed, record by record.
///
/// # Errors
/// See [`act`].
pub fn diffs(catalog: &dyn CatalogStore, id: &str) -> Result<Vec<RecordDiff>, EditError> {
    one(catalog, DIFFS, id)
}

fn one<T: DeserializeOwned>(
    catalog: &dyn CatalogStore,
    prefix: &str,
    id: &str,
) -> Result<T, EditError> {
    let no_act = || EditError::NoAct(id.chars().take(40).collect());
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let name = format!("{prefix}{id}");
    let found = match is_id {
        true => catalog
            .blobs(&name)?
            .into_iter()
            .find(|blob| blob.name == name),
        false => None,
    };
    parse(found.ok_or_else(no_act)?)
}

fn blob(prefix: &str, id: &str, value: &impl Serialize) -> Blob {
    Blob {
        name: format!("{prefix}{id}"),
        bytes: serde_json::to_vec(value).expect("a value with only string keys"),
    }
}

fn parse<T: DeserializeOwned>(blob: Blob) -> Result<T, EditError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| EditError::Damaged {
        name: blob.name,
        source,
    })
}
