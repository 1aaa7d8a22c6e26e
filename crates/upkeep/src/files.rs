//! Document files beside the records that name them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    path::{Path, PathBuf},
};

use ingest::FileStore;
use records::RecordId;
use serde::Serialize;

use crate::check::Progress;

/// For each hash the records that name it.
pub(crate) type NamedFiles = BTreeMap<String, BTreeSet<RecordId>>;

/// A file, and the records that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedFile {
    /// BLAKE3, lower-case hex.
    pub blake3: String,
    /// The records.
    pub records: Vec<RecordId>,
}

/// What became of the document files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FilesReport {
    /// Files that are there and are what their name says.
    pub sound: u64,
    /// Files that records name and that are not there.
    pub missing: Vec<NamedFile>,
    /// Files that are not what their name says.
    pub damaged: Vec<NamedFile>,
    /// Files that no record names now: of former versions, or left behind.
    /// They harm nothing and are kept.
    pub unnamed: u64,
    /// What is no document file: half-written, by a program that runs or that
    /// was killed. They harm nothing.
    pub strays: Vec<PathBuf>,
}

impl FilesReport {
    /// Whether all that is named is there and sound.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.damaged.is_empty()
    }

    /// Reads every file of the store.
    pub(crate) fn of(
        store: &FileStore,
        named: &NamedFiles,
        progress: Progress<'_>,
    ) -> io::Result<Self> {
        let (hashes, strays) = store.list()?;
        let mut report = Self {
            strays,
            ..Self::default()
        };
        for (n, hash) in (0..).zip(&hashes) {
            progress("files", n, hashes.len() as u64);
            let path = store.path(hash).expect("listed under its hash");
            if !named.contains_key(hash) {
                report.unnamed += 1;
            }
            if hash_file(&path)?.to_hex().as_str() == hash {
                report.sound += 1;
            } else {
                report.damaged.push(naming(hash, named));
            }
        }
        let there: BTreeSet<&String> = hashes.iter().collect();
        let missing = named.keys().filter(|hash| !there.contains(hash));
        report.missing = missing.map(|hash| naming(hash, named)).collect();
        Ok(report)
    }
}

fn naming(hash: &str, named: &NamedFiles) -> NamedFile {
    let records = named.get(hash).into_iter().flatten();
    NamedFile {
        blake3: hash.to_owned(),
        records: records.cloned().collect(),
    }
}

/// The hash of a file of any size.
pub(crate) fn hash_file(path: &Path) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize())
}
