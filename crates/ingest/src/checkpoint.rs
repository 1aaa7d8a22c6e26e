//! How far a file is read: kept in the catalogue under the hash of its content,
//! so that a file that moved or came again is known.

use catalog::{Blob, CatalogError, CatalogStore};
use serde::{Deserialize, Serialize};

use crate::IngestOptions;

/// Grows when the readers read the same bytes in another way, so that files
/// are read again.
const READER_VERSION: u32 = 3;

/// How far a file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// Entries that are dealt with, from the start of the file.
    pub(crate) n_entries: u64,
    /// Those of them that were set aside.
    pub(crate) n_bad_entries: u64,
    /// All that was set aside, damage of the file itself included.
    pub(crate) n_set_aside: u64,
    /// Whether that is all of it.
    pub(crate) is_done: bool,
}

/// The name of a file's checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct CheckpointName(String);

impl CheckpointName {
    /// * `content`: BLAKE3 of the file.
    /// * `options`: the same file with other options is read again.
    pub(crate) fn new(content: &blake3::Hash, options: &IngestOptions) -> Self {
        let options = serde_json::to_vec(options).expect("options are plain data");
        let options = blake3::hash(&options).to_hex();
        let content = content.to_hex();
        Self(format!(
            "checkpoint/file/{content}/{READER_VERSION}-{}",
            &options[..16]
        ))
    }

    /// Reads the checkpoint; none is the start of the file. One that this
    /// program cannot read is as good as none: the file is read again, which
    /// changes nothing that is there.
    pub(crate) fn load(&self, catalog: &dyn CatalogStore) -> Result<Checkpoint, CatalogError> {
        let found = catalog.blobs(&self.0)?;
        let found = found.iter().find(|blob| blob.name == self.0);
        let read = found.and_then(|blob| serde_json::from_slice(&blob.bytes).ok());
        Ok(read.unwrap_or_default())
    }

    /// The checkpoint as a value to write.
    pub(crate) fn blob(&self, checkpoint: &Checkpoint) -> Blob {
        Blob {
            name: self.0.clone(),
            bytes: serde_json::to_vec(checkpoint).expect("a checkpoint is plain data"),
        }
    }
}
