//! Why an act on authorities is refused.

use catalog::CatalogError;
use index::FullTextError;

use crate::AuthorityId;

/// Why an act on authorities is refused, or could not be done.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The full text, which tells the records that an act concerns.
    #[error(transparent)]
    FullText(#[from] FullTextError),
    /// No such authority.
    #[error("authority `{0}` is not there; `trithuc authority list` shows the ids")]
    NotThere(AuthorityId),
    /// The one that stays is also one that goes.
    #[error("`{0}` cannot be merged into itself; name another one")]
    Itself(String),
    /// A person and an institution.
    #[error("a person and an institution cannot be one; name two of a kind")]
    OtherKind,
    /// Two different identifiers of one scheme.
    #[error("`{0}` and `{1}` are identifiers of two; correct the wrong one first")]
    OtherIdentifier(String, String),
    /// An identifier that another authority has.
    #[error("identifier `{identifier}` belongs to `{owner}`; merge the two instead")]
    Taken {
        /// The identifier.
        identifier: String,
        /// Who has it.
        owner: AuthorityId,
    },
    /// An authority without a name.
    #[error("an authority needs a name with a letter; give one")]
    NoName,
    /// An identifier of the other kind.
    #[error("identifier `{0}` is not of this kind; persons have ORCID iDs, institutions ROR ids")]
    WrongScheme(String),
    /// A parent or predecessor that leads back.
    #[error("`{0}` would come before or above itself; choose another one")]
    Circle(AuthorityId),
    /// A relation to what is no institution, or of a person.
    #[error("`{0}` cannot stand in this relation; only institutions are parts or predecessors")]
    NoInstitution(AuthorityId),
    /// No such act.
    #[error("act {0} is not there; `trithuc authority acts` shows what can be undone")]
    NoAct(u64),
    /// The act cannot be taken back.
    #[error("act {0} cannot be undone: it was undone already, or what it did has changed since")]
    Changed(u64),
    /// What was given for a field.
    #[error("{problem}")]
    Field {
        /// As in [`crate::FileRow`].
        field: &'static str,
        /// What is wrong, and the cure.
        problem: String,
    },
    /// A line of a file.
    #[error("line {line}: {problem}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong, and the cure.
        problem: String,
    },
    /// What an earlier run wrote cannot be read.
    #[error("`{name}` in the catalogue cannot be read; restore a backup")]
    Damaged {
        /// The named value.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}
