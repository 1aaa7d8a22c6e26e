//! Mending what a check found, towards the catalogue.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use embed::Embedder;
use index::vectors::VectorStore;
use ingest::{Indexer, Vectoriser};
use records::RecordId;

use crate::{CheckError, Library, Report, files::FilesReport, indexes::IndexReport};

/// Mends what `report` lists: records are put into the indexes anew as the
/// catalogue has them, or taken out; damaged files are moved to
/// `damaged/` beside the others, so that taking in the document again puts a
/// sound one in their place; half-written ones that nobody has touched for an
/// hour are removed. Check again afterwards: what is left needs a backup.
///
/// An index that [`IndexReport::is_of_another`] is not mended here: it must be
/// built anew.
///
/// * `embedder`: the model of the library's vectors, where it has any.
///
/// # Errors
/// As [`crate::check`]; what was mended before stays so.
pub fn repair(
    library: &Library<'_>,
    embedder: Option<&dyn Embedder>,
    report: &Report,
    now: SystemTime,
) -> Result<(), CheckError> {
    let differing = in_order(&report.full_text);
    if !differing.is_empty() {
        Indexer::new(library.catalog, library.full_text)?.mend(&differing)?;
    }
    if let (Some(vectors), Some(found), Some(embedder)) =
        (library.vectors, &report.vectors, embedder)
    {
        mend_vectors(library, vectors, embedder, &in_order(found))?;
    }
    mend_files(library, &report.files, now)
}

fn in_order(report: &IndexReport) -> Vec<RecordId> {
    if report.is_of_another {
        return Vec::new();
    }
    let mut ids: Vec<RecordId> = report.differing().cloned().collect();
    ids.sort_unstable();
    ids
}

/// Records embedded in one step: what is done stays done when it is killed.
const RECORDS_AT_ONCE: usize = 500;

fn mend_vectors(
    library: &Library<'_>,
    vectors: &dyn VectorStore,
    embedder: &dyn Embedder,
    differing: &[RecordId],
) -> Result<(), CheckError> {
    let vectoriser = Vectoriser::new(library.catalog, embedder, vectors);
    for ids in differing.chunks(RECORDS_AT_ONCE) {
        vectoriser.mend(ids)?;
    }
    Ok(())
}

/// A document is written within seconds; whoever wrote this is dead.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);

fn mend_files(
    library: &Library<'_>,
    found: &FilesReport,
    now: SystemTime,
) -> Result<(), CheckError> {
    for damaged in &found.damaged {
        library.files.set_aside(&damaged.blake3)?;
    }
    for stray in &found.strays {
        let touched = fs::metadata(stray)?.modified()?;
        if now.duration_since(touched).unwrap_or_default() > ABANDONED_AFTER {
            fs::remove_file(stray)?;
        }
    }
    Ok(())
}
