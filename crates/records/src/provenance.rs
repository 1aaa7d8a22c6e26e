//! Where a record came from.

use serde::{Deserialize, Serialize};

/// Where a record came from and how it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Path as given, or base URL of the harvested repository.
    pub source: String,
    /// The format it was read as: `jsonl`, `bibtex`, `pdf`, `oai_dc`…
    pub format: String,
    /// Place in the source: a line number from 1, or an OAI identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What was changed or guessed on the way, one remark each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}
