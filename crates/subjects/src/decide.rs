//! What people decide about suggestions: written into the record, logged, and
//! taken back.

use catalog::{Batch, Blob, CatalogStore, Detail, Put};
use jiff::Timestamp;
use records::{Clearance, RecordId, Subject};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{SubjectError, scheme};

const LOG: &str = "subject/decision/";

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// From 1, growing.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: the name of an account.
    pub by: String,
    /// The record.
    pub record: RecordId,
    /// `khcn` or `ipc`.
    pub scheme: String,
    /// The code.
    pub code: String,
    /// Accepted or rejected.
    pub accepted: bool,
    /// Whether it was taken back.
    #[serde(default)]
    pub is_undone: bool,
}

/// Accepts a code, which the record then carries, or rejects it.
///
/// # Errors
/// [`SubjectError::NoRecord`], [`SubjectError::NoCode`] for a code that the
/// scheme lacks (of IPC: whose section it lacks), [`SubjectError::Carried`],
/// and the catalogue's; nothing is changed then.
pub fn decide(
    catalog: &dyn CatalogStore,
    record: &RecordId,
    (scheme_name, code): (&str, &str),
    accepted: bool,
    by: &str,
    at: Timestamp,
) -> Result<Decision, SubjectError> {
    let codes = scheme(catalog, scheme_name)?.entries;
    let section = code.get(..1).unwrap_or_default();
    let is_class = scheme_name == crate::IPC && codes.contains_key(section) && is_ipc_class(code);
    if !codes.contains_key(code) && !is_class {
        return Err(SubjectError::NoCode {
            scheme: scheme_name.to_owned(),
            code: code.chars().take(40).collect(),
        });
    }
    let stored = catalog.get(record, Clearance::Staff, Detail::Full)?;
    let stored = stored.ok_or_else(|| SubjectError::NoRecord(record.clone()))?;
    let decision = Decision {
        number: next_number(catalog)?,
        at,
        by: by.to_owned(),
        record: record.clone(),
        scheme: scheme_name.to_owned(),
        code: code.to_owned(),
        accepted,
        is_undone: false,
    };
    let mut batch = Batch::new(at);
    if accepted {
        let subject = subject(&decision);
        let mut changed = stored.record;
        if changed.subjects.contains(&subject) {
            let (record, code) = (decision.record, decision.code);
            return Err(SubjectError::Carried { record, code });
        }
        changed.subjects.push(subject);
        batch.puts.push(Put {
            record: changed,
            if_version: Some(stored.version),
        });
    }
    batch.blobs.push(blob(&decision));
    catalog.apply(batch)?;
    Ok(decision)
}

/// `A01`: a letter and two digits.
fn is_ipc_class(code: &str) -> bool {
    let bytes = code.as_bytes();
    bytes.len() == 3 && bytes[1..].iter().all(u8::is_ascii_digit)
}

/// Takes a decision back: a code that was accepted leaves the record, one that
/// was rejected may be suggested again.
///
/// # Errors
/// [`SubjectError::NoDecision`], and the catalogue's.
pub fn undo(
    catalog: &dyn CatalogStore,
    number: u64,
    at: Timestamp,
) -> Result<Decision, SubjectError> {
    let found = read_blobs::<Decision>(catalog, &name(number))?.pop();
    let found = found.filter(|decision| !decision.is_undone);
    let mut decision = found.ok_or(SubjectError::NoDecision(number))?;
    let mut batch = Batch::new(at);
    if decision.accepted
        && let Some(stored) = catalog.get(&decision.record, Clearance::Staff, Detail::Full)?
    {
        let mut changed = stored.record;
        changed.subjects.retain(|one| *one != subject(&decision));
        batch.puts.push(Put {
            record: changed,
            if_version: Some(stored.version),
        });
    }
    decision.is_undone = true;
    batch.blobs.push(blob(&decision));
    catalog.apply(batch)?;
    Ok(decision)
}

/// The log, oldest first.
///
/// # Errors
/// [`SubjectError::Damaged`], and the catalogue's.
pub fn decisions(catalog: &dyn CatalogStore) -> Result<Vec<Decision>, SubjectError> {
    read_blobs(catalog, LOG)
}

fn next_number(catalog: &dyn CatalogStore) -> Result<u64, SubjectError> {
    Ok(decisions(catalog)?.last().map_or(1, |last| last.number + 1))
}

fn subject(decision: &Decision) -> Subject {
    Subject {
        scheme: decision.scheme.clone(),
        code: decision.code.clone(),
    }
}

/// Names sort like numbers.
fn name(number: u64) -> String {
    format!("{LOG}{number:012}")
}

fn blob(decision: &Decision) -> Blob {
    Blob {
        name: name(decision.number),
        bytes: serde_json::to_vec(decision).expect("a value with only string keys"),
    }
}

/// The named values under a prefix, by name.
pub(crate) fn read_blobs<T: DeserializeOwned>(
    catalog: &dyn CatalogStore,
    prefix: &str,
) -> Result<Vec<T>, SubjectError> {
    let read = |blob: Blob| {
        serde_json::from_slice(&blob.bytes).map_err(|source| SubjectError::Damaged {
            name: blob.name,
            source,
        })
    };
    catalog.blobs(prefix)?.into_iter().map(read).collect()
}
