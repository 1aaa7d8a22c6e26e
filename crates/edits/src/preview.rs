//! What an edit would change, before it is done.

use catalog::{CatalogStore, Detail, StoredRecord};
use records::{Clearance, Lang, Record, RecordId};
use serde::{Deserialize, Serialize};

use crate::{EditError, Field, Operation};

/// Records that one act changes: they lie in one transaction.
pub const MOST_RECORDS: usize = 10_000;

/// Operations of one act.
const MOST_OPERATIONS: usize = 20;

/// Records read at once.
const AT_ONCE: usize = 200;

/// What a field held, and what it holds after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Which field.
    pub field: Field,
    /// Its values before.
    pub before: Vec<String>,
    /// Its values after.
    pub after: Vec<String>,
}

/// What changes of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordDiff {
    /// Which record.
    pub id: RecordId,
    /// Its title, for people to know it by.
    pub title: String,
    /// What changes, in the order of the operations.
    pub changes: Vec<FieldChange>,
}

/// What an edit would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The records that change, by id.
    pub diffs: Vec<RecordDiff>,
    /// Records that are so already.
    pub n_unchanged: usize,
    /// Ids that no record has.
    pub missing: Vec<RecordId>,
    /// Names the operations and the versions of the records: an edit with this
    /// token does what this preview shows, or nothing.
    pub token: String,
}

/// What these operations would change of these records.
///
/// # Errors
/// [`EditError`].
pub fn preview(
    catalog: &dyn CatalogStore,
    operations: &[Operation],
    ids: &[RecordId],
) -> Result<Preview, EditError> {
    walk(catalog, operations, ids, Detail::Summary, |_, _| Ok(()))
}

/// Goes over the records in order of their ids, gives each that changes to
/// `take` as it is stored and as it would be.
///
/// # Errors
/// [`EditError`], and those of `take`.
pub(crate) fn walk(
    catalog: &dyn CatalogStore,
    operations: &[Operation],
    ids: &[RecordId],
    detail: Detail,
    mut take: impl FnMut(StoredRecord, Record) -> Result<(), EditError>,
) -> Result<Preview, EditError> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    check_sizes(operations, &ids)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&serde_json::to_vec(operations).expect("operations are plain data"));
    let mut preview = Preview {
        diffs: Vec::new(),
        n_unchanged: 0,
        missing: Vec::new(),
        token: String::new(),
    };
    for ids in ids.chunks(AT_ONCE) {
        let found = catalog.get_many(ids, Clearance::Staff, detail)?;
        for (id, stored) in ids.iter().zip(found) {
            let version = stored.as_ref().map_or(0, |stored| stored.version);
            hasher.update(format!("\n{id} {version}").as_bytes());
            let Some(stored) = stored else {
                preview.missing.push(id.clone());
                continue;
            };
            let mut after = stored.record.clone();
            for operation in operations {
                operation.carry_out(&mut after)?;
            }
            match diff(operations, &stored.record, &after) {
                None => preview.n_unchanged += 1,
                Some(diff) => {
                    preview.diffs.push(diff);
                    take(stored, after)?;
                }
            }
        }
    }
    preview.token = hasher.finalize().to_hex()[..32].to_owned();
    Ok(preview)
}

fn check_sizes(operations: &[Operation], ids: &[RecordId]) -> Result<(), EditError> {
    match (operations.len(), ids.len()) {
        (0, _) => Err(EditError::NoOperation),
        (n, _) if n > MOST_OPERATIONS => Err(EditError::TooManyOperations(n)),
        (_, n) if n > MOST_RECORDS => Err(EditError::TooManyRecords(n)),
        _ => Ok(()),
    }
}

fn diff(operations: &[Operation], before: &Record, after: &Record) -> Option<RecordDiff> {
    let mut changes: Vec<FieldChange> = Vec::new();
    for operation in operations {
        let field = &operation.field;
        let (old, new) = (field.values(before), field.values(after));
        if old != new && changes.iter().all(|change| change.field != *field) {
            changes.push(FieldChange {
                field: field.clone(),
                before: old,
                after: new,
            });
        }
    }
    (!changes.is_empty()).then(|| RecordDiff {
        id: before.id.clone(),
        title: before.display_title(&Lang::vi()).to_owned(),
        changes,
    })
}
