//! Derived, rebuildable indexes: full text on tantivy.
//!
//! In: records as the catalogue holds them, with the change sequence. Out: the
//! ids that match a question, in order, with exact totals and counts.
//!
//! Invariant: an index holds nothing that the catalogue does not; it remembers
//! the last [`records::ChangeSeq`] it applied; the clearance of whoever asks is
//! a condition inside every search.

mod analysis;
mod definition;
mod engine;
pub mod exact;
mod facet;
mod holding;
#[cfg(any(test, feature = "testsuite"))]
mod memory;
mod plan;
mod query;
mod record_text;
mod spelling;
mod store;
mod streams;
#[cfg(any(test, feature = "testsuite"))]
#[allow(
    clippy::unwrap_used,
    reason = "the laws are tests; they run outside this crate too"
)]
pub mod testsuite;
mod title_key;
pub mod vectors;

pub use analysis::{AnalysedToken, TokenView, analyse, for_each_token};
pub use definition::{
    AnalyserDefinition, Definition, FieldDefinition, FieldDefinitions, RankingDefinition,
    ShareDefinition, VariantDefinition, is_stop_word,
};
pub use engine::TantivyStore;
pub use facet::{FacetCount, FacetField, Filter, InvalidFilter, UnknownFacetField, YearRange};
#[cfg(any(test, feature = "testsuite"))]
pub use memory::MemoryFullText;
pub use query::{
    FullTextHit, FullTextPage, FullTextQuery, QueryExpr, ScorePart, SearchField, Sort, Words,
};
pub use store::{FullTextError, FullTextStats, FullTextStore};
