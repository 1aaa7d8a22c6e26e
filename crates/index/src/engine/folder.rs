//! The folder of an index: generations, of which one is current.
//!
//! `CURRENT` names the generation that is read; a rebuild fills a new one and
//! then replaces `CURRENT` in one step, so that searches go on meanwhile and a
//! rebuild that is killed leaves no trace but a folder, which the next one
//! removes.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

const CURRENT: &str = "CURRENT";
const DEFINITION: &str = "definition";

/// A name of a generation: `g1`, `g2`, …
fn number(name: &str) -> Option<u64> {
    name.strip_prefix('g')?.parse().ok()
}

/// The current generation; `None` when there is none yet.
pub(super) fn current(root: &Path) -> io::Result<Option<PathBuf>> {
    match fs::read_to_string(root.join(CURRENT)) {
        Ok(name) if number(name.trim()).is_some() => Ok(Some(root.join(name.trim()))),
        Ok(name) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("`{CURRENT}` holds `{}`", name.trim()),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes an empty generation after all others, for an index of `definition`.
pub(super) fn create(root: &Path, definition: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(root)?;
    let mut last = 0;
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name();
        last = last.max(name.to_str().and_then(number).unwrap_or(0));
    }
    let path = root.join(format!("g{}", last + 1));
    fs::create_dir(&path)?;
    write_whole(&path.join(DEFINITION), definition)?;
    Ok(path)
}

/// The definition that a generation was made with.
pub(super) fn definition(generation: &Path) -> io::Result<String> {
    Ok(fs::read_to_string(generation.join(DEFINITION))?
        .trim()
        .to_owned())
}

/// Makes `generation` the current one and removes the others.
pub(super) fn publish(root: &Path, generation: &Path) -> io::Result<()> {
    let name = generation
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| io::Error::other("the generation has no name"))?;
    write_whole(&root.join(CURRENT), name)?;
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let other = entry.file_name();
        let other = other.to_str().unwrap_or_default();
        if other != name && number(other).is_some() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Replaces a file in one step, durably.
fn write_whole(path: &Path, content: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs::File::create(&new)?;
    writeln!(file, "{content}")?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

/// What shows that a commit or a new generation has come, also from another
/// process: tantivy and [`publish`] replace their files, so the file behind
/// the name is another one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stamp(Vec<Option<FileStamp>>);

type FileStamp = (u64, u64, Option<SystemTime>);

impl Stamp {
    pub(super) fn read(root: &Path, generation: &Path) -> Self {
        let files = [root.join(CURRENT), generation.join("meta.json")];
        Self(files.iter().map(|path| stamp(path)).collect())
    }
}

fn stamp(path: &Path) -> Option<FileStamp> {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let inode = 0;
    Some((inode, metadata.len(), metadata.modified().ok()))
}

/// Bytes of all files under a folder.
pub(super) fn bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => bytes(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_switches_and_clears_away() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(current(root.path()).unwrap(), None);
        let first = create(root.path(), "1").unwrap();
        publish(root.path(), &first).unwrap();
        let second = create(root.path(), "2").unwrap();
        assert_eq!(current(root.path()).unwrap(), Some(first.clone()));
        publish(root.path(), &second).unwrap();
        assert_eq!(current(root.path()).unwrap(), Some(second.clone()));
        assert!(!first.exists());
        assert_eq!(definition(&second).unwrap(), "2");
    }
}
