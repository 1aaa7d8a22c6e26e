//! The topics of an installation: open records are read from the catalogue,
//! topics found in them, traced back to those of the build before, and written.
//!
//! Invariant: only records that everybody may see are read. No label, term or
//! size of a build can tell anything about the others.

use std::collections::{BTreeMap, HashMap};

use catalog::{
    CatalogError, CatalogStore, Detail, StoredTopic, TopicBuild, TopicError, TopicStore,
    WhatChanged,
};
use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Record, RecordId};

use crate::{
    corpus::Document,
    model::{FitError, FitOptions, TopicCount, fit},
};

mod later;
mod meaning;
mod succession;
mod writing;

pub use later::{PlaceError, Placed, place};
pub use meaning::{Meaning, VectorOf};
use succession::Succession;
use writing::{Material, write};

/// Records read at a time.
const CHUNK: usize = 2_000;
/// Fewer records are one neighbourhood: each is compared with 15 neighbours.
pub(crate) const MIN_RECORDS: usize = 20;

/// What shapes a build.
#[derive(Clone, Copy)]
pub struct BuildOptions<'a> {
    /// How many topics.
    pub count: TopicCount,
    /// Start of the random directions.
    pub seed: u64,
    /// Words that stand in nearly every text, in lower case.
    pub is_stop_word: &'a (dyn Fn(&str) -> bool + Sync),
    /// Vectors of meaning of the records; `None` for words alone.
    pub meaning: Option<Meaning<'a>>,
    /// Told what is done, before each stage.
    pub progress: &'a dyn Fn(&'static str),
    /// When, as the caller's clock says.
    pub at: Timestamp,
}

/// What a build did.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The build as written.
    pub build: TopicBuild,
    /// Topics, without fields.
    pub n_topics: usize,
    /// Fields.
    pub n_fields: usize,
    /// Parts of topics.
    pub n_parts: usize,
    /// Records whose vector of meaning was used.
    pub n_vectors: usize,
    /// Mean coherence of the topics.
    pub coherence_npmi: f64,
    /// How often each thing happened to a topic or field.
    pub happened: BTreeMap<&'static str, usize>,
}

/// Why there is no build.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Too little to compare.
    #[error(
        "there are {n} open records; topics need at least {MIN_RECORDS}, so that each has neighbours: take in more with `trithuc ingest`"
    )]
    TooFew {
        /// Open records.
        n: usize,
    },
    /// No topics were found.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The build could not be written.
    #[error(transparent)]
    Topics(#[from] TopicError),
}

/// An open record, as far as topics need it.
pub(crate) struct Entry {
    id: RecordId,
    year: Option<i32>,
    title: String,
    text: String,
}

/// Builds the topics of a catalogue and writes them.
///
/// # Errors
/// [`BuildError`]; nothing is written then.
pub fn build<C: CatalogStore + TopicStore + ?Sized>(
    catalogue: &C,
    options: &BuildOptions<'_>,
) -> Result<Built, BuildError> {
    (options.progress)("reading records");
    let (entries, seq) = read(catalogue)?;
    if entries.len() < MIN_RECORDS {
        return Err(BuildError::TooFew { n: entries.len() });
    }
    let state = catalogue.topic_state()?;
    let succession = Succession::new(&state, &places(&entries));
    (options.progress)("reading vectors");
    let vectors = meaning::read(options.meaning, &entries);
    let documents: Vec<Document<'_>> = (entries.iter().zip(&vectors))
        .map(|(entry, vector)| entry.document(vector))
        .collect();
    let fitted = fit(
        &documents,
        &FitOptions {
            count: options.count,
            seed: options.seed,
            is_stop_word: options.is_stop_word,
            progress: options.progress,
            regroup: Some(&|found| succession.regroup(found)),
        },
    )?;
    let n_vectors = vectors.iter().filter(|vector| !vector.is_empty()).count();
    let material = Material {
        entries: &entries,
        seq,
        state: &state,
        succession: &succession,
        fitted: &fitted,
        n_vectors: if fitted.used_vectors { n_vectors } else { 0 },
    };
    write(catalogue, options, &material)
}

impl Entry {
    fn of(record: &Record) -> Self {
        let lines = |texts: Vec<&str>| texts.join("\n");
        let mut texts: Vec<&str> = (record.abstract_text.iter())
            .map(|(_, text)| text.as_str())
            .collect();
        let keywords: Vec<String> = (record.keywords.iter())
            .map(|(_, words)| words.join(" ; "))
            .collect();
        texts.extend(keywords.iter().map(String::as_str));
        Self {
            id: record.id.clone(),
            year: record.year.map(|year| year.get()),
            title: lines(record.title.iter().map(|(_, t)| t.as_str()).collect()),
            text: lines(texts),
        }
    }

    fn document<'a>(&'a self, vector: &'a [f32]) -> Document<'a> {
        Document {
            id: self.id.as_str(),
            title: &self.title,
            text: &self.text,
            vector,
        }
    }
}

fn places(entries: &[Entry]) -> HashMap<&RecordId, usize> {
    let ids = entries.iter().enumerate();
    ids.map(|(place, entry)| (&entry.id, place)).collect()
}

fn read(catalogue: &(impl CatalogStore + ?Sized)) -> Result<(Vec<Entry>, ChangeSeq), CatalogError> {
    let mut entries = Vec::new();
    let mut at = ChangeSeq::ZERO;
    loop {
        let read = catalogue.changes(at, CHUNK, Clearance::Public, Detail::Summary)?;
        for change in read.changes {
            if let WhatChanged::Upsert(stored) = change.what {
                entries.push(Entry::of(&stored.record));
            }
        }
        at = read.up_to;
        if read.is_last {
            // A record that changed while this was read came twice: its newest
            // state is the last.
            let mut seen = std::collections::HashSet::new();
            entries.reverse();
            entries.retain(|entry: &Entry| seen.insert(entry.id.clone()));
            entries.sort_by(|a, b| a.id.cmp(&b.id));
            return Ok((entries, at));
        }
    }
}

/// Whether people hold a topic together.
fn is_held(topic: &StoredTopic) -> bool {
    topic.is_joined || topic.is_locked || topic.split_from.is_some()
}
