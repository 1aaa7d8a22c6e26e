//! The cluster's stores against a real Qdrant server.
//!
//! `QDRANT_URL` names one, or a `qdrant` binary on the path is started; where
//! there is neither, each test says that it was skipped.

#![allow(clippy::unwrap_used, reason = "tests")]

mod laws;
mod loss;
mod nodes;
