//! The check as a whole.

use std::collections::BTreeMap;

use catalog::{CatalogError, CatalogStore, Detail, WhatChanged};
use index::{
    FullTextError, FullTextStore,
    vectors::{VectorError, VectorStore},
};
use ingest::{FileStore, IngestError};
use records::{AccessLevel, ChangeSeq, Clearance, RecordId};

use crate::{
    Report,
    files::{FilesReport, NamedFiles},
    indexes::IndexReport,
};

/// The rooms that must agree.
pub struct Library<'a> {
    /// The one truth.
    pub catalog: &'a dyn CatalogStore,
    /// Made from it: words.
    pub full_text: &'a dyn FullTextStore,
    /// Made from it: meaning, where there is a model.
    pub vectors: Option<&'a dyn VectorStore>,
    /// Documents that its records name.
    pub files: &'a FileStore,
}

/// Where long work says how far it is: what is done, how much of it, out of
/// how much.
pub type Progress<'a> = &'a dyn Fn(&'static str, u64, u64);

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The catalogue cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The index of words cannot be read.
    #[error(transparent)]
    FullText(#[from] FullTextError),
    /// The index of meaning cannot be read.
    #[error(transparent)]
    Vectors(#[from] VectorError),
    /// An index cannot be mended.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The folder of files cannot be read.
    #[error("the document files cannot be read; check that this user may read their folder")]
    Files(#[from] std::io::Error),
}

/// What the catalogue says of a record now.
pub(crate) struct Known {
    pub(crate) seq: ChangeSeq,
    /// `None`: it is gone.
    pub(crate) access: Option<AccessLevel>,
}

/// The records of the catalogue by id, and the files that they name.
pub(crate) struct Truth {
    pub(crate) records: BTreeMap<RecordId, Known>,
    pub(crate) seq: ChangeSeq,
    pub(crate) files: NamedFiles,
}

impl Truth {
    /// The records that are not gone.
    fn there(&self) -> impl Iterator<Item = &Known> {
        self.records.values().filter(|known| known.access.is_some())
    }
}

/// Changes read at once.
const PAGE: usize = 5000;

/// Compares everything with the catalogue; changes nothing.
///
/// What an index has not read yet is not compared: others may write meanwhile.
///
/// # Errors
/// When one of the rooms cannot be read at all. A damaged catalogue file is
/// part of the report (see `damage`), as far as it can be read.
///
/// * `damage`: what the engine says of the catalogue's own file.
pub fn check(
    library: &Library<'_>,
    damage: Option<String>,
    progress: Progress<'_>,
) -> Result<Report, CheckError> {
    // The indexes first: whatever changes from now on is newer than what they
    // say they have read.
    let words = IndexReport::read(library.full_text.applied_seq()?, |clearance| {
        library.full_text.ids(clearance)
    })?;
    let meaning = match library.vectors {
        Some(vectors) => Some(IndexReport::read(vectors.applied_seq()?, |clearance| {
            vectors.ids(clearance)
        })?),
        None => None,
    };
    let truth = read(library.catalog, progress)?;
    Ok(Report {
        records: truth.there().count() as u64,
        seq: truth.seq.0,
        damage,
        full_text: words.compare(&truth),
        vectors: meaning.map(|meaning| meaning.compare(&truth)),
        files: FilesReport::of(library.files, &truth.files, progress)?,
    })
}

fn read(catalog: &dyn CatalogStore, progress: Progress<'_>) -> Result<Truth, CheckError> {
    let status = catalog.status()?;
    let mut truth = Truth {
        records: BTreeMap::new(),
        seq: ChangeSeq::ZERO,
        files: NamedFiles::new(),
    };
    loop {
        let page = catalog.changes(truth.seq, PAGE, Clearance::Staff, Detail::Summary)?;
        for change in page.changes {
            let mut known = Known {
                seq: change.seq,
                access: None,
            };
            if let WhatChanged::Upsert(stored) = change.what {
                known.access = Some(stored.record.access);
                for file in &stored.record.files {
                    let named = truth.files.entry(file.blake3.clone()).or_default();
                    named.insert(change.id.clone());
                }
            }
            // One that changed while this was read comes again, and counts as
            // it is now.
            truth.records.insert(change.id, known);
        }
        truth.seq = page.up_to;
        progress(
            "records",
            truth.records.len() as u64,
            status.n_records + status.n_deleted,
        );
        if page.is_last {
            return Ok(truth);
        }
    }
}
