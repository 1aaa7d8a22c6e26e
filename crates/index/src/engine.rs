//! The full-text store on tantivy.
//!
//! tantivy keeps the segments, the term dictionaries, the postings and the fast
//! columns. The ranking is ours ([`crate::plan`]): tantivy's BM25 has constants
//! for k1 and b, scores one field at a time, and cuts totals short where it
//! prunes. A search walks each segment in windows of documents, term by term,
//! and visits every match, so that totals and facet counts are exact.

mod collect;
mod columns;
mod cursor;
mod document;
mod explain;
mod facets;
mod folder;
mod near;
mod node;
mod open;
mod phrase;
mod schema;
mod search;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use phrase::count_matches;
pub use store::TantivyStore;
