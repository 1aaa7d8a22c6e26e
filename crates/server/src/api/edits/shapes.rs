//! What edits look like over the API.

use edits::{EditAct, FieldChange, Operation, Preview, RecordDiff, Undone};
use records::RecordId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An operation on one field.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditOperation {
    /// set (fields of one value), add (lists), remove, or replace.
    #[schema(pattern = "^(set|add|remove|replace)$")]
    pub(super) act: String,
    /// title.vi, abstract.en, keywords.vi, subject.free, type, year, date, venue,
    /// publisher, language, institution, province, country, collection, access,
    /// `embargo_until` or licence.
    pub(super) field: String,
    /// The value; of replace the one that goes. Without it remove empties the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    /// Of replace: the one that comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) with: Option<String>,
}

/// An edit: operations, and the records that they are carried out on: by id, or
/// all that a query with filters finds now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditBody {
    /// 1 to 20 operations, carried out in this order.
    #[schema(min_items = 1, max_items = 20)]
    pub(super) operations: Vec<EditOperation>,
    /// Ids, at most 10,000.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    pub(super) records: Vec<String>,
    /// Instead of ids: a query that finds at most 10,000 records.
    #[serde(default)]
    pub(super) query: Option<String>,
    /// With the query: FIELD:VALUE, as for a search.
    #[serde(default)]
    pub(super) filter: Vec<String>,
    /// The token of the preview; needed to carry the edit out.
    #[serde(default)]
    pub(super) token: Option<String>,
}

/// What a field held, and what it holds after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldChangeAnswer {
    pub(super) field: String,
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
}

/// What changes of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordDiffAnswer {
    /// Its id.
    pub(super) record: String,
    /// Its title.
    pub(super) title: String,
    /// What changes.
    pub(super) changes: Vec<FieldChangeAnswer>,
}

/// What an edit would change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditPreview {
    /// To be sent with the edit: it does what is shown here, or nothing.
    pub(super) token: String,
    /// Records that change.
    pub(super) n_changed: usize,
    /// Records that are so already.
    pub(super) n_unchanged: usize,
    /// Ids that no record has.
    pub(super) missing: Vec<String>,
    /// The first records that change, by id; at most 200.
    pub(super) diffs: Vec<RecordDiffAnswer>,
}

/// How an edit was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UndoneAnswer {
    /// When, UTC.
    pub(super) at: String,
    /// Who.
    pub(super) by: String,
    /// Records that were left as they were.
    pub(super) left: Vec<String>,
}

/// An edit that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditAnswer {
    /// Its name.
    pub(super) id: String,
    /// When, UTC.
    pub(super) at: String,
    /// Who.
    pub(super) by: String,
    pub(super) operations: Vec<EditOperation>,
    /// The query that found the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<String>,
    /// Records that were changed.
    pub(super) n_records: usize,
    /// How it was taken back; null while it stands.
    pub(super) undone: Option<UndoneAnswer>,
}

/// An edit that was done, with what it changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditWithDiffs {
    #[serde(flatten)]
    pub(super) edit: EditAnswer,
    /// What it changed, record by record.
    pub(super) diffs: Vec<RecordDiffAnswer>,
}

/// Records whose changes one answer shows.
pub(crate) const SHOWN_DIFFS: usize = 200;

impl From<FieldChange> for FieldChangeAnswer {
    fn from(change: FieldChange) -> Self {
        Self {
            field: change.field.to_string(),
            before: change.before,
            after: change.after,
        }
    }
}

impl From<RecordDiff> for RecordDiffAnswer {
    fn from(diff: RecordDiff) -> Self {
        Self {
            record: diff.id.to_string(),
            title: diff.title,
            changes: diff.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Preview> for EditPreview {
    fn from(preview: Preview) -> Self {
        Self {
            token: preview.token,
            n_changed: preview.diffs.len(),
            n_unchanged: preview.n_unchanged,
            missing: preview.missing.iter().map(RecordId::to_string).collect(),
            diffs: preview
                .diffs
                .into_iter()
                .take(SHOWN_DIFFS)
                .map(Into::into)
                .collect(),
        }
    }
}

impl From<EditAct> for EditAnswer {
    fn from(act: EditAct) -> Self {
        let operation = |operation: Operation| EditOperation {
            act: operation.act.to_string(),
            field: operation.field.to_string(),
            value: operation.value,
            with: operation.with,
        };
        let undone = |undone: Undone| UndoneAnswer {
            at: undone.at.to_string(),
            by: undone.by,
            left: undone.left.iter().map(RecordId::to_string).collect(),
        };
        Self {
            id: act.id,
            at: act.at.to_string(),
            by: act.by,
            operations: act.operations.into_iter().map(operation).collect(),
            query: act.query,
            n_records: act.n_records,
            undone: act.undone.map(undone),
        }
    }
}
