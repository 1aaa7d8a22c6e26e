//! Whole-product tests, one binary: the real program, the real server, real
//! data where it is there.
//!
//! * `accounts`: signing in, roles, keys, forms of other sites.
//! * `alerts`: saved searches tell what is new once, through failures and kills.
//! * `answers`: questions answered by quoting, or not at all.
//! * `architecture`: layers, file heads, sizes, forbidden calls.
//! * `audit`: whatever changes something is logged, and the log cannot be changed unseen.
//! * `crash`: killed at any moment, nothing is lost and nothing doubled.
//! * `deposits`: works that people hand in, until they are records.
//! * `desk`: jobs, sources, uploads and collections over the API and on pages; the
//!   forms of duplicates.
//! * `datasets`: tables found by their columns, packages, mappings.
//! * `edits`: one edit over many records: seen, done, undone, by program and page.
//! * `exports`: ten formats, by name, ending and `Accept`; whole searches.
//! * `generating`: answers that a machine writes, held against the quotes.
//! * `generations`: models side by side, cut-over, way back, comparison; killed
//!   while vectors are made.
//! * `harvest`: a failing source arrives whole; a library follows another one.
//! * `ingest_bad_input`: what cannot be read is set aside with its cure.
//! * `ingest_formats`: what goes in comes out again; a second run is nothing.
//! * `installation`: the program over a data folder, for the other modules.
//! * `jobs`: work that runs by itself, killed, cancelled, retried; sources by the
//!   clock.
//! * `killing`: runs of the program ended by force at moments of their length.
//! * `leaks`: what a role may not see shows in no answer of any address.
//! * `oai`: harvesting, whole and in pieces, with deletions.
//! * `mcp`: what AI assistants ask, by the protocol, within what they may see.
//! * `node`: a program of several over one catalogue in a database.
//! * `api`: shapes, counts, problems, access levels, hostile bytes.
//! * `query_reading`: accents, keystrokes, terms, spelling; the text filters.
//! * `overlap`: a text, a document or a record beside the library.
//! * `pages`: languages, guards, escaping, filters, remembered choices.
//! * `postgres`: the catalogue in a database: two servers, killed workers, a
//!   restart under load, the way there and back.
//! * `postgres_server`: a PostgreSQL server of a test's own.
//! * `qdrant`: the indexes on a cluster: what embedded ones give; each part dies
//!   under load.
//! * `qdrant_nodes`: nodes of a real Qdrant cluster.
//! * `privacy`: what is held about people, given out, erased, swept.
//! * `real_data`: the PDFs of the development data.
//! * `sandbox`: killed and greedy readers of documents.
//! * `resource_sync`: a copy kept by the lists of resources and of changes.
//! * `topics`: the same topics for any order of the records.
//! * `trends`: counts by year of what may be seen, forecasts, refusals.
//! * `upkeep`: what drifted is found and mended; a backup is the library.
//! * `sru`: searching by SRU and CQL.
//! * `serving`: the program serving a folder of its own, a librarian signed in.
//! * `site`: the small library behind a running server that both ask.

#![allow(
    clippy::unwrap_used,
    reason = "these are tests; clippy sees helpers outside #[test] functions as production"
)]

mod accounts;
mod alerts;
mod answers;
mod api;
mod architecture;
mod audit;
mod authorities;
mod crash;
mod datasets;
mod deposits;
mod desk;
mod duplicates;
mod edits;
mod exports;
mod generating;
mod generations;
mod harvest;
mod ingest_bad_input;
mod ingest_formats;
mod installation;
mod jobs;
mod killing;
mod leaks;
mod mcp;
mod node;
mod oai;
mod overlap;
mod pages;
mod postgres;
mod postgres_server;
mod privacy;
mod qdrant;
#[path = "../crates/cluster/tests/cluster/nodes.rs"]
mod qdrant_nodes;
mod quality;
mod query_reading;
mod real_data;
mod resource_sync;
mod sandbox;
mod serving;
mod site;
mod sru;
mod subjects;
mod topic_builds;
mod topics;
mod trends;
mod upkeep;
