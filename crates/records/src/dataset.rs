//! The variables of a research dataset.

use serde::{Deserialize, Serialize};

/// One column (variable) of a tabular dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name as in the file's header.
    pub name: String,
    /// `text`, `integer`, `number`, `date`, `boolean`, … as the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    /// What it measures, with its unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A few values, in the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
}
