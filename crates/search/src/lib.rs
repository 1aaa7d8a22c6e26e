//! Queries, ranking, explanation and evaluation over catalogue and indexes.
//!
//! In: a question as a user types it, with filters and a clearance. Out: one
//! page of records with highlights, exact totals and facets.
//!
//! Invariant: totals, facets and pages are exact and stable: the same question
//! to the same index gives the same answer, ties broken by id.

mod answers;
mod error;
pub mod evaluation;
mod fusion;
mod highlight;
mod languages;
pub mod links;
mod meaning;
mod notice;
pub mod overlap;
pub mod query;
mod reading;
mod request;
mod response;
mod searcher;
mod similar;
mod terms;

pub use answers::{Answer, AnswerRequest, Evidence, Quote, Scale};
pub use error::SearchError;
pub use fusion::{FusionParts, Sight};
pub use highlight::Highlighter;
pub use index::{FacetCount, FacetField, Filter, InvalidFilter, Sort, UnknownFacetField};
pub use meaning::Meaning;
pub use notice::Notice;
pub use overlap::{Manuscript, Overlap, OverlapRequest};
pub use request::{Mode, SearchRequest, UnknownMode, UnknownSort, parse_sort, sort_word};
pub use response::{Explanation, Highlighted, Hit, SearchResponse, TotalRelation};
pub use searcher::Searcher;
pub use similar::Similar;
pub use terms::{Expansion, InvalidTerms, Terms};
