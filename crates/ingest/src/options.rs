//! What the person who ingests says about all inputs.

use formats::{Mapping, TableFormat};
use records::{AccessLevel, Record, RecordType};
use serde::{Deserialize, Serialize};

/// What holds for every record of an ingest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestOptions {
    /// A collection that every record is added to.
    pub collection: Option<String>,
    /// The least secrecy: a record that says more of itself keeps it.
    pub access: Option<AccessLevel>,
    /// The type of records that do not say theirs.
    pub record_type: Option<RecordType>,
    /// How tables of records (CSV, workbooks) are read, when their columns do
    /// not bear well-known names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Mapping>,
}

impl IngestOptions {
    /// The format of tables of records.
    pub(crate) fn table(&self) -> TableFormat {
        self.mapping
            .clone()
            .map(TableFormat::mapped)
            .unwrap_or_default()
    }

    /// The options as JSON, as they are kept beside what is set aside.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("options are plain data")
    }

    /// Applies the options. `says_type`: whether the source says the type.
    pub fn apply(&self, record: &mut Record, says_type: bool) {
        if let Some(collection) = &self.collection
            && let Err(place) = record.collections.binary_search(collection)
        {
            record.collections.insert(place, collection.clone());
        }
        if let Some(access) = self.access {
            record.access = record.access.max(access);
        }
        if let (Some(record_type), false) = (self.record_type, says_type) {
            record.record_type = record_type;
        }
    }
}
