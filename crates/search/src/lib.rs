//! Queries, ranking, explanation and evaluation over catalogue and indexes.
