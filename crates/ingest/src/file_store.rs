//! Document files by the hash of their content, in `<data>/files/`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::IngestError;

/// The folder of the store for files that are not what their name says.
const DAMAGED: &str = "damaged";

/// The files of an installation. A file is there whole or not at all; the same
/// content is there once.
#[derive(Debug, Clone)]
pub struct FileStore {
    root: PathBuf,
}

impl FileStore {
    /// A store in this folder, which is made when the first file comes.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where the content with this BLAKE3 (lower-case hex) lies, whether it is
    /// there or not. `None` for what is no such hash.
    pub fn path(&self, blake3: &str) -> Option<PathBuf> {
        let is_hash = blake3.len() == 64
            && blake3
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_hash.then(|| self.root.join(&blake3[..2]).join(blake3))
    }

    /// Keeps `bytes` under their hash; does nothing when they are there.
    ///
    /// # Errors
    /// [`IngestError::Store`] when the disk is full or the folder closed.
    pub fn keep(&self, hash: &blake3::Hash, bytes: &[u8]) -> Result<(), IngestError> {
        let path = self.path(&hash.to_hex()).expect("a BLAKE3 hash in hex");
        let is_there = fs::metadata(&path).is_ok_and(|m| m.len() == bytes.len() as u64);
        if is_there {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(&self.root);
        write_whole(folder, &path, bytes).map_err(|source| IngestError::Store { path, source })
    }

    /// Moves a file that is not what its name says to `damaged/` of the store,
    /// so that the same document can come in again.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn set_aside(&self, blake3: &str) -> io::Result<()> {
        let Some(path) = self.path(blake3) else {
            return Ok(());
        };
        let aside = self.root.join(DAMAGED);
        fs::create_dir_all(&aside)?;
        fs::rename(path, aside.join(blake3))
    }

    /// The hashes of all files that are there, sorted; and the paths of what
    /// is no file of the store (left by a program that was killed).
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> io::Result<(Vec<String>, Vec<PathBuf>)> {
        let (mut hashes, mut strays) = (Vec::new(), Vec::new());
        if !self.root.exists() {
            return Ok((hashes, strays));
        }
        let folders = walkdir::WalkDir::new(&self.root).sort_by_file_name();
        let is_kept = |entry: &walkdir::DirEntry| entry.file_name() != DAMAGED;
        for entry in folders.into_iter().filter_entry(is_kept) {
            let entry = entry?;
            if !entry.file_type().is_file() {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            match self.path(&name) {
                Some(path) if path == entry.path() => hashes.push(name),
                _ => strays.push(entry.into_path()),
            }
        }
        Ok((hashes, strays))
    }
}

fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut file, bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_is_kept_once_and_names_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("files"));
        let hash = blake3::hash(b"abc");
        store.keep(&hash, b"abc").unwrap();
        store.keep(&hash, b"abc").unwrap();
        let path = store.path(&hash.to_hex()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"abc");
        assert_eq!(store.list().unwrap(), (vec![hash.to_string()], vec![]));
        for name in ["../../etc/passwd", "ABC", "", &"é".repeat(32)] {
            assert_eq!(store.path(name), None);
        }
        fs::write(path.with_extension("part"), "x").unwrap();
        assert_eq!(store.list().unwrap().1.len(), 1);
    }
}
