//! Why a deposit is not taken.

use catalog::CatalogError;

use crate::State;

/// Why a deposit is not taken or changed.
#[derive(Debug, thiserror::Error)]
pub enum DepositError {
    /// A field of the metadata that makes no sense.
    #[error("`{field}` {reason}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What is wrong, and the cure.
        reason: String,
    },
    /// Submitted without what every record needs.
    #[error("the deposit lacks {}; put it into the metadata first", .0.join(", "))]
    Incomplete(Vec<&'static str>),
    /// More files than a deposit holds.
    #[error("a deposit holds at most {0} files; make an archive of them, or another deposit")]
    TooManyFiles(usize),
    /// No file of this number.
    #[error("the deposit has no file {0}; see its list of files")]
    NoFile(usize),
    /// The same key was used for other metadata.
    #[error("the key was used for another deposit; send a new key, or the same metadata")]
    KeyUsed,
    /// Not in this state.
    #[error("a deposit that is {0} cannot be changed so")]
    State(State),
    /// A refusal without a reason.
    #[error("the reason is missing; say in 1 to 2000 characters what is to be mended")]
    NoReason,
    /// No such deposit, or not one that the asker may know of.
    #[error("there is no such deposit; see the list of yours")]
    NoDeposit,
    /// What is kept under a name cannot be read.
    #[error("`{name}` in the catalogue cannot be read; restore it from a backup")]
    Damaged {
        /// The name.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}
