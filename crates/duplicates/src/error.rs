//! What can go wrong with a decision on duplicates.

use catalog::CatalogError;
use records::RecordId;

use crate::merge::Field;

/// Why a merge, or taking one back, is refused.
#[derive(Debug, thiserror::Error)]
pub enum DuplicatesError {
    /// The catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A record that is not there.
    #[error("record `{0}` is not in the library; `trithuc duplicates list` shows the ids")]
    NoRecord(RecordId),
    /// The record that stays is also one that goes.
    #[error("record `{0}` cannot be merged into itself; name another one")]
    Itself(RecordId),
    /// A field is to come from a record that is not merged.
    #[error(
        "field `{field}` cannot come from `{from}`, which is not among the merged records; take it from one of them"
    )]
    NotMerged {
        /// The field.
        field: Field,
        /// The record named.
        from: RecordId,
    },
    /// No merge of this number.
    #[error("merge {0} is not there; `trithuc duplicates merges` shows what can be undone")]
    NoMerge(u64),
    /// The record changed after the merge.
    #[error(
        "record `{0}` was changed after the merge, so undoing it would lose that change; edit the records by hand"
    )]
    Changed(RecordId),
    /// What an earlier run wrote cannot be read.
    #[error(
        "`{name}` in the catalogue cannot be read; run `trithuc duplicates find` again, or restore a backup"
    )]
    Damaged {
        /// The named value.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}
