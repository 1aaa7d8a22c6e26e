//! Authority records in a file: JSON, one a line.

use serde::Deserialize;

use crate::{AuthorityError, AuthorityKind, FormerName};

/// A line of a file of authorities.
///
/// `parent` and `predecessors` name other authorities, of the file or of the
/// library, by an identifier, by a name or by an id (`i7`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRow {
    /// Person or institution.
    pub kind: AuthorityKind,
    /// Preferred name.
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub variants: Vec<String>,
    /// Former names: `{"name": "…", "until": 2004}`.
    #[serde(default)]
    pub former: Vec<FormerName>,
    /// ORCID iDs, ROR ids.
    #[serde(default)]
    pub identifiers: Vec<String>,
    /// What it is a part of.
    #[serde(default)]
    pub parent: Option<String>,
    /// What went into it.
    #[serde(default)]
    pub predecessors: Vec<String>,
    /// The year in which they did.
    #[serde(default)]
    pub since: Option<i32>,
    /// Province or city.
    #[serde(default)]
    pub province: Option<String>,
}

/// Reads a file of authorities; empty lines are passed over.
///
/// # Errors
/// [`AuthorityError::Line`] for the first line that cannot be read.
pub fn read_file(text: &str) -> Result<Vec<(usize, FileRow)>, AuthorityError> {
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    let lines = lines.filter(|(line, _)| !line.trim().is_empty());
    lines
        .map(|(json, line)| {
            let row = serde_json::from_str(json);
            let row = row.map_err(|error| AuthorityError::Line {
                line,
                problem: format!("{error}; see docs/authorities.md for the fields"),
            })?;
            Ok((line, row))
        })
        .collect()
}
