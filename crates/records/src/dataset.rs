//! The variables of a research dataset.

use serde::{Deserialize, Serialize};

/// One column (variable) of a tabular dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name as in the file's header.
    pub name: String,
    /// `text`, `integer`, `number`, `date`, `boolean`, … as the source says, or
    /// as its values look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    /// What it measures, with its unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A few values, in the order of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
    /// Sheet or file that it stands in, where the dataset has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Least value: a number with a decimal point, or an ISO 8601 date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
    /// Greatest value, written as [`Column::minimum`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<String>,
    /// Rows without a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_missing: Option<u64>,
}
