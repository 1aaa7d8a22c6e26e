//! Where orders are carried out: each kind of job on the stores of an
//! installation.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use catalog::CatalogError;
use index::FullTextError;
use ingest::{Indexer, IngestError};
use jiff::Timestamp;
use jobs::{Failure, Order, Watch, Watched};
use serde_json::{Value, json};
use topics::{BuildError, BuildOptions, TopicCount};

use super::{harvesting, indexing, reading};
use crate::{
    commands::topics::{StoredVectors, place_later, stored_vectors},
    installation::Installation,
};

/// An installation in which jobs are done.
pub(super) struct Workshop {
    pub(super) installation: Installation,
    /// The change up to which the full text is known to be.
    indexed: AtomicU64,
}

impl Workshop {
    pub(super) fn new(installation: Installation) -> Self {
        Self {
            installation,
            indexed: AtomicU64::new(0),
        }
    }

    /// Does the work of an order; the result is JSON.
    pub(super) fn perform(&self, order: &Order, watch: &Watch<'_>) -> Result<String, Failure> {
        let done = self.result(order, watch);
        done.map(|result| result.to_string())
            .map_err(|error| failure(&error))
    }

    fn result(&self, order: &Order, watch: &Watch<'_>) -> anyhow::Result<Value> {
        let installation = &self.installation;
        match order {
            Order::Ingest {
                paths,
                collection,
                access,
                record_type,
            } => {
                let options = ingest::IngestOptions {
                    collection: collection.clone(),
                    access: *access,
                    record_type: *record_type,
                    ..ingest::IngestOptions::default()
                };
                reading::ingest(installation, paths, &options, watch)
            }
            Order::Harvest { source, full } => {
                harvesting::harvest(installation, source, *full, watch)
            }
            Order::Index { rebuild } => indexing::full_text(installation, *rebuild, watch),
            Order::Vectors { rebuild } => indexing::vectors(installation, *rebuild, watch),
            Order::Quality {} => self.quality(watch),
            Order::Duplicates { least } => self.duplicates(*least, watch),
            Order::Authorities { least } => self.authorities(*least, watch),
            Order::Topics { topics, seed } => self.topics(*topics, *seed, watch),
            Order::Again { source } => reading::again(installation, source.as_deref(), watch),
        }
    }

    /// A catalogue whose every page counts as work done.
    fn counted<'a>(&'a self, watch: &'a Watch<'_>, n_walks: u64) -> anyhow::Result<Watched<'a>> {
        let catalog = &*self.installation.catalog;
        watch.set_total(catalog.status()?.n_records * n_walks);
        Ok(Watched::new(catalog, watch).counting_changes())
    }

    fn quality(&self, watch: &Watch<'_>) -> anyhow::Result<Value> {
        // Once for the census, once for the judgement.
        let catalog = self.counted(watch, 2)?;
        let duplicates = duplicates::undecided(&catalog)?;
        let done = quality::survey_and_keep(&catalog, duplicates, Timestamp::now())?;
        let scores = &done.report.scores;
        Ok(json!({ "records": scores.n_records, "overall": scores.overall }))
    }

    fn duplicates(&self, least: f32, watch: &Watch<'_>) -> anyhow::Result<Value> {
        let catalog = self.counted(watch, 1)?;
        let found = duplicates::survey(&catalog, least, Timestamp::now())?;
        Ok(json!({
            "records": found.n_records,
            "compared": found.n_compared,
            "pairs": found.pairs.len(),
        }))
    }

    fn authorities(&self, least: f32, watch: &Watch<'_>) -> anyhow::Result<Value> {
        let catalog = self.counted(watch, 1)?;
        let found = authorities::suggest(&catalog, least, Timestamp::now())?;
        Ok(json!({
            "records": found.n_records,
            "names": found.n_names,
            "suggestions": found.list.len(),
        }))
    }

    /// A build cannot be stopped half-way: what it writes, it writes at its end.
    fn topics(&self, n: Option<usize>, seed: u64, watch: &Watch<'_>) -> anyhow::Result<Value> {
        let stored = stored_vectors(&self.installation)?;
        let vector_of = stored.as_ref().map(StoredVectors::vector_of);
        let meaning = stored.as_ref().zip(vector_of.as_ref());
        let options = BuildOptions {
            meaning: meaning.map(|(stored, vector_of)| topics::Meaning {
                model: &stored.model,
                vector_of,
            }),
            count: n.map_or(TopicCount::Auto, TopicCount::Exactly),
            seed,
            is_stop_word: &index::is_stop_word,
            progress: &|stage| watch.say(stage),
            at: Timestamp::now(),
        };
        let built = topics::build(&*self.installation.catalog, &options)?;
        let build = &built.build;
        Ok(json!({
            "build": build.build,
            "records": build.n_records,
            "topics": built.n_topics,
            "fields": built.n_fields,
        }))
    }

    /// Brings the full text up to what others wrote while it was not theirs to
    /// write; one that is busy is left to whoever has it.
    pub(super) fn catch_up(&self) {
        let caught_up = || -> anyhow::Result<()> {
            let catalog = &*self.installation.catalog;
            let newest = catalog.seq()?;
            // Nothing is opened while nothing changes.
            if self.indexed.load(Relaxed) == newest.0 {
                return Ok(());
            }
            let full_text = self.installation.full_text()?;
            if full_text.applied_seq()? < newest {
                Indexer::new(catalog, &*full_text)?.finish()?;
            }
            place_later(&self.installation)?;
            self.indexed.store(newest.0, Relaxed);
            Ok(())
        };
        if let Err(error) = caught_up() {
            tracing::debug!(%error, "the full text will follow later");
        }
    }
}

/// What a failure means for the next attempt.
fn failure(error: &anyhow::Error) -> Failure {
    let reason = records::with_causes(error.as_ref());
    let ingest = error.downcast_ref::<IngestError>().or_else(|| {
        match error.downcast_ref::<harvest::HarvestError>() {
            Some(harvest::HarvestError::Ingest(error)) => Some(error),
            _ => None,
        }
    });
    let full_text = match ingest {
        Some(IngestError::FullText(error)) => Some(error),
        _ => error.downcast_ref::<FullTextError>(),
    };
    let catalog = match ingest {
        Some(IngestError::Catalog(error)) => Some(error),
        _ => error.downcast_ref::<CatalogError>(),
    };
    match (full_text, catalog) {
        (Some(FullTextError::Busy { .. }), _) | (_, Some(CatalogError::Busy { .. })) => {
            Failure::Busy(reason)
        }
        (
            _,
            Some(
                CatalogError::DiskFull { .. }
                | CatalogError::Storage { .. }
                | CatalogError::Unreachable { .. },
            ),
        ) => Failure::Passing(reason),
        _ if error.is::<BuildError>() => Failure::Final(reason),
        _ if matches!(ingest, Some(IngestError::Store { .. })) => Failure::Passing(reason),
        _ => Failure::Final(reason),
    }
}
