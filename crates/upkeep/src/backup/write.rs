//! Writing an archive, and reading it again before it gets its name.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use catalog::{CatalogStore, SqliteCatalog};
use index::vectors::SqliteVectors;

use super::{
    BackupError, CATALOGUE, DRAFTS, FORM, HEAD, INVENTORY, Inventory, Member, Source, at, read,
};
use crate::Progress;

/// zstd's own default: a tenth of the time of the strong levels, and most of a
/// library is PDF that is packed already.
const LEVEL: i32 = 3;

/// Puts a library away in a new file, while it is in use.
///
/// The copies are taken in an order in which nothing can be missing: vectors,
/// then the catalogue (which may know more than the vectors do), then the
/// documents (which are never changed, only added). Documents of deposits go
/// when those are decided, so they are taken both before and after the
/// catalogue.
///
/// # Errors
/// [`BackupError::IsThere`]; [`BackupError::File`] when the disk is full: then
/// there is no file under that name.
pub fn back_up(
    source: &Source<'_>,
    to: &Path,
    progress: Progress<'_>,
) -> Result<Inventory, BackupError> {
    if to.exists() {
        return Err(BackupError::IsThere {
            path: to.to_owned(),
        });
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let copies = tempfile::tempdir_in(folder).map_err(at(folder))?;
    let mut members = copied(source, copies.path())?;
    let (seq, records) = stand(&copies.path().join(CATALOGUE))?;
    members.extend(kept(source.data)?);
    members.sort();
    let mut inventory = Inventory {
        form: FORM,
        at: source.at,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        seq,
        records,
        members: members.len() as u64,
        bytes: 0,
    };
    for (_, path) in &members {
        inventory.bytes += fs::metadata(path).map_err(at(path))?.len();
    }
    let mut fresh = tempfile::NamedTempFile::new_in(folder).map_err(at(to))?;
    write(fresh.as_file_mut(), &inventory, &members, progress)?;
    fresh.as_file().sync_all().map_err(at(to))?;
    let proved = read::prove(fresh.path(), progress)?;
    debug_assert_eq!(proved, inventory, "what was written is what is read");
    fresh
        .persist_noclobber(to)
        .map_err(|error| at(to)(error.error))?;
    Ok(inventory)
}

/// Members with where their bytes lie.
type Members = Vec<(String, PathBuf)>;

/// Copies of what others write meanwhile.
fn copied(source: &Source<'_>, copies: &Path) -> Result<Members, BackupError> {
    let mut members = Members::new();
    let vectors = source.data.join("index").join("vectors");
    if source.with_vectors && vectors.is_dir() {
        for entry in fs::read_dir(&vectors).map_err(at(&vectors))? {
            let entry = entry.map_err(at(&vectors))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_pointer = name == "model";
            if !is_pointer && !name.ends_with(".sqlite") {
                continue;
            }
            let copy = copies.join(&name);
            if is_pointer {
                fs::copy(entry.path(), &copy).map_err(at(&copy))?;
            } else {
                SqliteVectors::copy(&entry.path(), &copy)?;
            }
            members.push((format!("index/vectors/{name}"), copy));
        }
    }
    let catalogue = copies.join(CATALOGUE);
    let drafts = copies.join(DRAFTS);
    hold(&source.data.join(DRAFTS), &drafts)?;
    (source.copy_catalogue)(&catalogue)?;
    hold(&source.data.join(DRAFTS), &drafts)?;
    members.push((CATALOGUE.to_owned(), catalogue));
    collect(&drafts, DRAFTS, &mut members)?;
    Ok(members)
}

/// Holds on to all files of a folder in another one, whatever becomes of them;
/// one that went meanwhile is passed over.
fn hold(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut found = Members::new();
    collect(from, "", &mut found)?;
    for (name, path) in found {
        let copy = to.join(name.trim_start_matches('/'));
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        match fs::hard_link(&path, &copy).or_else(|_| copy_anew(&path, &copy)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
            _ => {}
        }
    }
    Ok(())
}

/// Where there are no hard links; the name of a document is its hash, so one
/// that is there is the same.
fn copy_anew(from: &Path, to: &Path) -> io::Result<()> {
    match to.exists() {
        true => Ok(()),
        false => fs::copy(from, to).map(drop),
    }
}

/// What the copy of the catalogue says of itself.
fn stand(copy: &Path) -> Result<(u64, u64), BackupError> {
    let status = SqliteCatalog::open(copy)?.status()?;
    Ok((status.seq.0, status.n_records))
}

/// What never changes once it is there: documents, models, terms.
fn kept(data: &Path) -> Result<Members, BackupError> {
    let mut members = Members::new();
    for name in ["files", "models", "terms.txt"] {
        collect(&data.join(name), name, &mut members)?;
    }
    Ok(members)
}

fn collect(path: &Path, name: &str, members: &mut Members) -> Result<(), BackupError> {
    if path.is_file() {
        members.push((name.to_owned(), path.to_owned()));
    } else if path.is_dir() {
        for entry in fs::read_dir(path).map_err(at(path))? {
            let entry = entry.map_err(at(path))?;
            let below = entry.file_name().to_string_lossy().into_owned();
            // Half-written files and rooms of running programs.
            if !below.starts_with('.') {
                collect(&entry.path(), &format!("{name}/{below}"), members)?;
            }
        }
    }
    Ok(())
}

fn write(
    file: &mut File,
    inventory: &Inventory,
    members: &Members,
    progress: Progress<'_>,
) -> Result<(), BackupError> {
    let whole = Path::new(HEAD);
    let packed = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(at(whole))?;
    let mut archive = tar::Builder::new(packed);
    let head = serde_json::to_vec_pretty(inventory).map_err(io::Error::from);
    append(&mut archive, HEAD, &head.map_err(at(whole))?)?;
    let (mut lines, mut done) = (Vec::new(), 0);
    for (name, path) in members {
        let member = append_file(&mut archive, name, path)?;
        done += member.bytes;
        progress("written", done, inventory.bytes);
        serde_json::to_writer(&mut lines, &member)
            .map_err(io::Error::from)
            .map_err(at(path))?;
        lines.push(b'\n');
    }
    append(&mut archive, INVENTORY, &lines)?;
    let packed = archive.into_inner().map_err(at(whole))?;
    let mut file = packed.finish().map_err(at(whole))?;
    file.flush().map_err(at(whole))
}

fn header(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(0);
    header
}

fn append(
    archive: &mut tar::Builder<impl Write>,
    name: &str,
    bytes: &[u8],
) -> Result<(), BackupError> {
    archive
        .append_data(&mut header(bytes.len() as u64), name, bytes)
        .map_err(at(Path::new(name)))
}

fn append_file(
    archive: &mut tar::Builder<impl Write>,
    name: &str,
    path: &Path,
) -> Result<Member, BackupError> {
    let file = File::open(path).map_err(at(path))?;
    let bytes = file.metadata().map_err(at(path))?.len();
    // Exactly as many bytes as the header says, also when the file grows.
    let mut hashing = Hashing {
        inner: file.take(bytes),
        hasher: blake3::Hasher::new(),
    };
    archive
        .append_data(&mut header(bytes), name, &mut hashing)
        .map_err(at(path))?;
    Ok(Member {
        path: name.to_owned(),
        bytes,
        blake3: hashing.hasher.finalize().to_hex().to_string(),
    })
}

/// Hashes what goes through it.
pub(super) struct Hashing<R> {
    pub(super) inner: R,
    pub(super) hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        Ok(n)
    }
}
