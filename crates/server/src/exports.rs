//! The formats in which a record leaves the library: one table for the API,
//! the links of the page and the description of the API.

use records::{Record, RecordId};

use crate::{error::ApiError, metadata::schema_org, params::encode};

/// One format.
#[derive(Debug)]
pub(crate) struct Export {
    /// Value of `format=`.
    pub(crate) name: &'static str,
    /// What people call it.
    pub(crate) label: &'static str,
    /// Media type of the answer.
    pub(crate) media_type: &'static str,
    write: fn(&Record, &str) -> Result<Vec<u8>, serde_json::Error>,
}

/// All formats, the default first.
pub(crate) const EXPORTS: [Export; 2] = [
    Export {
        name: "json",
        label: "JSON",
        media_type: "application/json",
        write: |record, _| serde_json::to_vec(record),
    },
    Export {
        name: "schemaorg",
        label: "JSON-LD (schema.org)",
        media_type: "application/ld+json",
        write: |record, canonical| serde_json::to_vec(&schema_org(record, canonical)),
    },
];

impl Export {
    /// The format of this name.
    pub(crate) fn find(name: &str) -> Result<&'static Self, ApiError> {
        let names: Vec<&str> = EXPORTS.iter().map(|export| export.name).collect();
        let unknown = || {
            ApiError::invalid(
                "format",
                name,
                "is not known",
                format!("send {}", names.join(", ")),
            )
        };
        EXPORTS
            .iter()
            .find(|export| export.name == name)
            .ok_or_else(unknown)
    }

    /// The record in this format.
    pub(crate) fn write(&self, record: &Record, canonical: &str) -> Result<Vec<u8>, ApiError> {
        (self.write)(record, canonical).map_err(ApiError::internal)
    }
}

/// Address of a record in a format.
pub(crate) fn export_url(id: &RecordId, export: &Export) -> String {
    format!(
        "/api/v1/records/{}?format={}",
        encode(id.as_str()),
        export.name
    )
}
