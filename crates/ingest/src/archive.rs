//! Archives of documents and records: ZIP, 7z, tar (plain or packed with gzip,
//! xz or Zstandard), and single files packed so. Their files are laid into a
//! folder that goes when they are taken in.
//!
//! Sizes that an archive states are not believed: what comes out is counted.
//! An archive that passes a limit is refused whole, before anything of it is
//! taken in.

pub(crate) mod seven_zip;

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

use formats::decode::{self, Compression};
use tempfile::TempDir;
use zip::{ZipArchive, result::ZipError};

/// Archives within archives.
pub(crate) const MAX_DEPTH: usize = 4;

/// What one archive may unpack to, the archives in it not counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Files: ten times the largest delivery that we know of.
    pub(crate) n_files: usize,
    /// All files together, bytes: what a small disk can spare for a while.
    pub(crate) n_bytes: u64,
    /// Bytes out for each byte in, once `small_bytes` came out: text packs
    /// thirty to one, a bomb a thousand to one and more.
    pub(crate) ratio: u64,
    /// Below this an archive of any ratio does no harm.
    pub(crate) small_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            n_files: 100_000,
            n_bytes: 8 << 30,
            ratio: 200,
            small_bytes: 64 << 20,
        }
    }
}

/// Kinds of archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    Tar,
    SevenZip,
    /// One file, packed.
    Packed,
}

/// Why an archive is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error(
        "archives lie in each other more than {MAX_DEPTH} deep; unpack the inner ones and send them themselves"
    )]
    TooDeep,
    #[error("archive holds more than {0} files; split it")]
    TooManyFiles(usize),
    #[error("archive unpacks to more than {0} bytes; split it, or unpack it and ingest the folder")]
    TooLarge(u64),
    #[error(
        "archive unpacks to more than {0} times its size, as archives made to do harm do; unpack it and ingest the folder if it is good"
    )]
    Bomb(u64),
    #[error("archive is truncated or damaged ({0}); fetch it again from its source")]
    Damaged(String),
    #[error(
        "archives by 7-Zip are unpacked in a process of their own, which this program was not given; pack it again as ZIP"
    )]
    NoUnpacker,
    #[error("the process that unpacks archives cannot be started ({0}); check the installation")]
    Unpacker(#[source] io::Error),
    #[error("no room to unpack the archive ({0}); free some space")]
    NoRoom(#[source] io::Error),
}

/// A file of an archive.
pub(crate) struct Member {
    /// Its path in the archive, without steps upwards.
    pub(crate) shown: PathBuf,
    /// Where it lies now, or why it could not be unpacked.
    pub(crate) file: Result<PathBuf, String>,
}

/// What an archive held; the files go with it.
pub(crate) struct Unpacked {
    pub(crate) members: Vec<Member>,
    _folder: TempDir,
}

/// What kind of archive a file is; `None` for documents that happen to be ZIP
/// files, and for everything else. `head`: its first bytes, unpacked.
pub(crate) fn tell(path: &Path, head: &[u8], compression: Compression) -> Option<Kind> {
    if head.get(257..262) == Some(b"ustar") {
        return Some(Kind::Tar);
    }
    if head.starts_with(seven_zip::MAGIC) {
        return Some(Kind::SevenZip);
    }
    if compression != Compression::None {
        return Some(Kind::Packed);
    }
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let archive = ZipArchive::new(File::open(path).ok()?).ok()?;
    // Office files say their content, OpenDocument and EPUB their type.
    let is_document = archive
        .file_names()
        .flatten()
        .any(|name| matches!(&*name, "[Content_Types].xml" | "mimetype"));
    (!is_document).then_some(Kind::Zip)
}

/// Unpacks an archive that lies at `path`.
pub(crate) fn unpack(
    path: &Path,
    kind: Kind,
    limits: &Limits,
    unpacker: Option<&seven_zip::Unpacker>,
) -> Result<Unpacked, ArchiveError> {
    let folder = tempfile::tempdir().map_err(ArchiveError::NoRoom)?;
    let n_packed = path.metadata().map_or(0, |data| data.len());
    let mut sink = Sink {
        folder: folder.path(),
        limits,
        n_packed,
        n_bytes: 0,
        members: Vec::new(),
    };
    match kind {
        Kind::Zip => sink.zip(path)?,
        Kind::Tar => {
            let bytes = File::open(path).and_then(decode::open_bytes);
            sink.tar(bytes.map_err(damaged)?)?;
        }
        Kind::SevenZip => {
            let unpacker = unpacker.ok_or(ArchiveError::NoUnpacker)?;
            unpacker.unpack(path, |tar| sink.tar(tar))?;
        }
        Kind::Packed => sink.packed(path)?,
    }
    Ok(Unpacked {
        members: sink.members,
        _folder: folder,
    })
}

struct Sink<'a> {
    folder: &'a Path,
    limits: &'a Limits,
    n_packed: u64,
    n_bytes: u64,
    members: Vec<Member>,
}

fn damaged(error: impl std::error::Error) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}

impl Sink<'_> {
    fn zip(&mut self, path: &Path) -> Result<(), ArchiveError> {
        let mut archive = ZipArchive::new(File::open(path).map_err(damaged)?).map_err(damaged)?;
        for number in 0..archive.len() {
            let name = match archive.name_for_index(number) {
                Some(Ok(name)) => name.into_owned(),
                _ => number.to_string(),
            };
            match archive.by_index(number) {
                Ok(file) if file.is_file() => self.take(&name, file)?,
                Ok(_) => {}
                Err(ZipError::UnsupportedArchive(why)) if why.contains("assword") => {
                    self.refuse(
                        &name,
                        "is encrypted; pack the archive again without a password".to_owned(),
                    )?;
                }
                Err(error) => self.refuse(
                    &name,
                    format!("cannot be unpacked ({error}); pack the archive again"),
                )?,
            }
        }
        Ok(())
    }

    fn tar(&mut self, bytes: impl Read) -> Result<(), ArchiveError> {
        let mut archive = tar::Archive::new(bytes);
        for entry in archive.entries().map_err(damaged)? {
            let entry = entry.map_err(damaged)?;
            if entry.header().entry_type().is_file() {
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                self.take(&name, entry)?;
            }
        }
        Ok(())
    }

    fn packed(&mut self, path: &Path) -> Result<(), ArchiveError> {
        let decoded = File::open(path)
            .and_then(decode::open_bytes)
            .map_err(damaged)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = [".gz", ".xz", ".zst"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending));
        self.take(stem.unwrap_or(&name), decoded)
    }

    fn refuse(&mut self, name: &str, reason: String) -> Result<(), ArchiveError> {
        self.add(name, Err(reason))
    }

    fn add(&mut self, name: &str, file: Result<PathBuf, String>) -> Result<(), ArchiveError> {
        if self.members.len() == self.limits.n_files {
            return Err(ArchiveError::TooManyFiles(self.limits.n_files));
        }
        let shown = harmless(name);
        self.members.push(Member { shown, file });
        Ok(())
    }

    /// Lays a file down; hidden ones and what systems add are passed over.
    fn take(&mut self, name: &str, mut content: impl Read) -> Result<(), ArchiveError> {
        let shown = harmless(name);
        let is_hidden = |part: Component<'_>| {
            let part = part.as_os_str().as_encoded_bytes();
            part.starts_with(b".") || part == b"__MACOSX"
        };
        if shown.components().any(is_hidden) {
            return Ok(());
        }
        // Names are not trusted on this disk: only the ending is kept, which
        // helps to tell kinds apart.
        let base = shown.file_name().unwrap_or_default().to_string_lossy();
        let base: String = base.chars().filter(|c| !c.is_control()).collect();
        let cut = base.char_indices().rev().nth(79).map_or(0, |(at, _)| at);
        let folder = self.folder.join(self.members.len().to_string());
        std::fs::create_dir(&folder).map_err(ArchiveError::NoRoom)?;
        let file = folder.join(&base[cut..]);
        let mut target = File::create(&file).map_err(ArchiveError::NoRoom)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n_read = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(n_read) => n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let reason =
                        format!("is truncated or damaged ({error}); pack the archive again");
                    return self.add(name, Err(reason));
                }
            };
            self.count(n_read as u64)?;
            target
                .write_all(&buffer[..n_read])
                .map_err(ArchiveError::NoRoom)?;
        }
        self.add(name, Ok(file))
    }

    fn count(&mut self, n_bytes: u64) -> Result<(), ArchiveError> {
        self.n_bytes += n_bytes;
        let limits = self.limits;
        if self.n_bytes > limits.n_bytes {
            return Err(ArchiveError::TooLarge(limits.n_bytes));
        }
        if self.n_bytes > limits.small_bytes && self.n_bytes / limits.ratio > self.n_packed {
            return Err(ArchiveError::Bomb(limits.ratio));
        }
        Ok(())
    }
}

/// A path without root and without steps upwards.
fn harmless(name: &str) -> PathBuf {
    let name = name.replace('\\', "/");
    let parts = Path::new(&name).components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_owned()),
        _ => None,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, content) in files {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        let decoded =
            decode::open(File::open(&path).unwrap()).map_err(|error| error.to_string())?;
        let kind = tell(&path, &decoded.head, decoded.compression).expect("an archive");
        let unpacked = unpack(&path, kind, limits, None).map_err(|error| error.to_string())?;
        let shown = unpacked.members.iter().map(|member| {
            let content = member
                .file
                .as_ref()
                .map(|file| std::fs::read_to_string(file).unwrap());
            format!(
                "{}={}",
                member.shown.display(),
                content.unwrap_or_else(|reason| format!("!{reason}"))
            )
        });
        Ok(shown.collect())
    }

    #[test]
    fn names_cannot_leave_the_folder_and_hidden_files_stay_out() {
        let bytes = zipped(&[
            ("../../etc/a.txt", b"1"),
            ("/b.txt", b"2"),
            ("__MACOSX/c.txt", b"3"),
            ("d/.e", b"4"),
            ("d\\f.txt", b"5"),
        ]);
        let found = open(&bytes, &Limits::default()).unwrap();
        assert_eq!(found, ["etc/a.txt=1", "b.txt=2", "d/f.txt=5"]);
    }

    #[test]
    fn a_packed_tar_and_a_packed_file() {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        builder
            .append_data(&mut header, "x/a.txt", b"1".as_slice())
            .unwrap();
        let tar = builder.into_inner().unwrap();
        let packed = gzip_of(&tar);
        assert_eq!(open(&packed, &Limits::default()).unwrap(), ["x/a.txt=1"]);
        assert_eq!(open(&tar, &Limits::default()).unwrap(), ["x/a.txt=1"]);
        assert!(open(&packed[..packed.len() - 9], &Limits::default()).is_err());
        assert_eq!(
            open(&gzip_of(b"text"), &Limits::default()).unwrap(),
            ["a=text"]
        );
    }

    fn gzip_of(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn bombs_are_refused_by_what_comes_out_of_them() {
        let limits = Limits {
            n_files: 2,
            n_bytes: 1 << 20,
            ratio: 50,
            small_bytes: 1 << 10,
        };
        let zeros = vec![0; 1 << 19];
        let bomb = open(&zipped(&[("a", &zeros)]), &limits).unwrap_err();
        assert!(bomb.contains("50 times its size"), "{bomb}");
        let many = open(&zipped(&[("a", b"1"), ("b", b"2"), ("c", b"3")]), &limits).unwrap_err();
        assert!(many.contains("more than 2 files"), "{many}");
        let large = Limits {
            ratio: 10_000,
            ..limits
        };
        let zeros = vec![0; 3 << 20];
        assert!(
            open(&zipped(&[("a", &zeros)]), &large)
                .unwrap_err()
                .contains("bytes; split it")
        );
    }

    #[test]
    fn documents_in_zip_containers_are_no_archives() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["[Content_Types].xml", "mimetype"] {
            let path = folder.path().join("a.zip");
            std::fs::write(&path, zipped(&[(name, b"x")])).unwrap();
            assert_eq!(tell(&path, b"PK\x03\x04", Compression::None), None);
        }
    }
}
