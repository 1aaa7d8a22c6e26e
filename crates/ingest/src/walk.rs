//! Finding the files under the paths that were given.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::IngestError;

/// A file to read, or a path that cannot be entered with the reason why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file.
    File {
        /// Where it lies.
        path: PathBuf,
        /// Whether it was named itself, not only a folder above it.
        is_named: bool,
    },
    /// A folder or link that cannot be read.
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why, and the cure.
        reason: String,
    },
}

/// Where a file lies, and the name that people know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where its bytes are now.
    pub(crate) file: PathBuf,
    /// Its path as given or found; of a file in an archive the path of that,
    /// and its path inside.
    pub(crate) shown: PathBuf,
}

impl Place {
    /// A file that lies in no archive.
    pub(crate) fn outside(path: PathBuf) -> Self {
        Self {
            shown: path.clone(),
            file: path,
        }
    }
}

/// All files under `paths`: in the order of the arguments, each folder sorted
/// by name. Links are followed, loops of links are reported once; what starts
/// with a dot inside a folder is passed over.
///
/// # Errors
/// [`IngestError::MissingPath`] before anything is read.
pub fn files(paths: &[PathBuf]) -> Result<Vec<Found>, IngestError> {
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(IngestError::MissingPath {
            path: missing.clone(),
        });
    }
    let found = paths.iter().flat_map(|path| under(path));
    Ok(found.collect())
}

fn under(path: &Path) -> impl Iterator<Item = Found> {
    WalkDir::new(path)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()))
        .filter_map(|entry| match entry {
            Ok(entry) if entry.file_type().is_file() => Some(Found::File {
                is_named: entry.depth() == 0,
                path: entry.into_path(),
            }),
            Ok(_) => None,
            Err(error) => Some(unreadable(&error)),
        })
}

fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn unreadable(error: &walkdir::Error) -> Found {
    let path = error.path().unwrap_or(Path::new("")).to_owned();
    let reason = match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => format!(
            "link leads back to `{}`; its files are read there, remove the link to be rid of this message",
            ancestor.display()
        ),
        (None, Some(io)) if io.kind() == std::io::ErrorKind::PermissionDenied => {
            "no right to read it; give it to this user (`chmod -R u+rX`) and ingest it again"
                .to_owned()
        }
        (None, Some(io)) => format!("cannot be read ({io}); mend or remove it"),
        (None, None) => "cannot be read; mend or remove it".to_owned(),
    };
    Found::Unreadable { path, reason }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn sorted_with_links_followed_and_loops_reported() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("b.pdf/inner")).unwrap();
        for name in ["c.txt", "a.txt", ".hidden", "b.pdf/inner/d.txt"] {
            fs::write(root.join(name), "x").unwrap();
        }
        std::os::unix::fs::symlink(root, root.join("b.pdf/loop")).unwrap();
        std::os::unix::fs::symlink(root.join("nothing"), root.join("dangling")).unwrap();
        let found = files(&[root.to_owned()]).unwrap();
        let shown: Vec<String> = found
            .iter()
            .map(|found| match found {
                Found::File { path, .. } => path.strip_prefix(root).unwrap().display().to_string(),
                Found::Unreadable { path, .. } => {
                    format!("!{}", path.strip_prefix(root).unwrap().display())
                }
            })
            .collect();
        assert_eq!(
            shown,
            [
                "a.txt",
                "b.pdf/inner/d.txt",
                "!b.pdf/loop",
                "c.txt",
                "!dangling"
            ]
        );
        let missing = files(&[root.join("no")]).unwrap_err().to_string();
        assert!(missing.contains("check the spelling"), "{missing}");
    }
}
