//! Ingesting and indexing at the same time: what one thread commits to the
//! catalogue, another replays into the index.

use std::{path::PathBuf, sync::mpsc::sync_channel, thread};

use catalog::CatalogStore;
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
        let (report, indexed) = beside_indexing(self.catalog, full_text, |tell| {
            let progress = |progress: &Progress<'_>| {
                tell();
                (self.progress)(progress);
            };
            let telling = Ingester {
                progress: &progress,
                ..*self
            };
            telling.run(paths)
        })?;
        Ok((report?, indexed?))
    }
}

/// Does `work`, which writes into the catalogue and calls the function that it
/// is given after each batch, while another thread brings `full_text` up to the
/// catalogue; also when `work` fails half-way.
///
/// # Errors
/// When the index cannot be read: nothing has begun then. What `work` and the
/// indexing gave comes back beside each other.
pub fn beside_indexing<T>(
    catalog: &dyn CatalogStore,
    full_text: &dyn FullTextStore,
    work: impl FnOnce(&(dyn Fn() + Sync)) -> T,
) -> Result<(T, Result<Indexed, IngestError>), IngestError> {
    let mut indexer = Indexer::new(catalog, full_text)?;
    let (committed, news) = sync_channel(1);
    thread::scope(|scope| {
        let indexing = scope.spawn(move || {
            for () in news {
                indexer.follow()?;
            }
            indexer.finish()
        });
        let tell = || {
            // Full: the indexer knows already that there is something new.
            let _ = committed.try_send(());
        };
        let done = work(&tell);
        drop(committed);
        let indexed = indexing.join().unwrap_or_else(|panic| {
            std::panic::resume_unwind(panic);
        });
        Ok((done, indexed))
    })
}
