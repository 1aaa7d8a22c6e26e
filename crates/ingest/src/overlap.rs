//! Ingesting and indexing at the same time: what one thread commits to the
//! catalogue, another replays into the index.

use std::{path::PathBuf, sync::mpsc::sync_channel, thread};

use index::FullTextStore;

use crate::{Indexed, Indexer, IngestError, IngestReport, Ingester, Progress};

impl Ingester<'_> {
    /// Takes in all files under `paths` and brings `full_text` up to the
    /// catalogue, each on its own thread. The index is brought up to the
    /// catalogue even when the ingest stops half-way.
    ///
    /// # Errors
    /// What stopped the ingest; else what stopped the indexing.
    pub fn run_and_index(
        &self,
        paths: &[PathBuf],
        full_text: &dyn FullTextStore,
    ) -> Result<(IngestReport, Indexed), IngestError> {
        let mut indexer = Indexer::new(self.catalog, full_text)?;
        let (committed, news) = sync_channel(1);
        thread::scope(|scope| {
            let indexing = scope.spawn(move || {
                for () in news {
                    indexer.follow()?;
                }
                indexer.finish()
            });
            let progress = |progress: &Progress<'_>| {
                // Full: the indexer knows already that there is something new.
                let _ = committed.try_send(());
                (self.progress)(progress);
            };
            let telling = Ingester {
                progress: &progress,
                ..*self
            };
            let report = telling.run(paths);
            drop(committed);
            let indexed = indexing.join().unwrap_or_else(|panic| {
                std::panic::resume_unwind(panic);
            });
            Ok((report?, indexed?))
        })
    }
}
