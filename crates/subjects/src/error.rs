//! Why something about subjects is refused.

use catalog::CatalogError;
use records::RecordId;

/// Why something about subjects is refused, or could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// The catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A scheme of another name.
    #[error("scheme `{0}` is not known; use khcn (S&T fields) or ipc")]
    NoScheme(String),
    /// A code that the scheme lacks.
    #[error(
        "code `{code}` is not in scheme `{scheme}`; `trithuc subject codes` shows what is, `trithuc subject load` adds more"
    )]
    NoCode {
        /// The scheme.
        scheme: String,
        /// The code.
        code: String,
    },
    /// A record that is not there.
    #[error("record `{0}` is not in the library")]
    NoRecord(RecordId),
    /// It has been decided already.
    #[error("record `{record}` carries `{code}` already")]
    Carried {
        /// The record.
        record: RecordId,
        /// The code.
        code: String,
    },
    /// No such decision.
    #[error(
        "decision {0} is not there, or was undone already; `trithuc subject decisions` shows what can be undone"
    )]
    NoDecision(u64),
    /// A line of a file.
    #[error("line {line}: {problem}")]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong, and the cure.
        problem: String,
    },
    /// What an earlier run wrote cannot be read.
    #[error(
        "`{name}` in the catalogue cannot be read; run `trithuc subject suggest` again, or restore a backup"
    )]
    Damaged {
        /// The named value.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}
