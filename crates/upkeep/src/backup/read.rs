//! Reading an archive: to prove it, and to restore a library from it.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Component, Path, PathBuf},
};

use catalog::SqliteCatalog;

use super::{BackupError, CATALOGUE, FORM, HEAD, INVENTORY, Inventory, Member, at, write::Hashing};
use crate::Progress;

/// Makes a data folder from an archive. The folder gets its name when every
/// byte is what was put in and the engine finds no damage in the catalogue.
///
/// The index of words is not in an archive; bring it up afterwards.
///
/// * `data`: a folder that is not there yet, or is empty.
///
/// # Errors
/// [`BackupError::IsThere`] when there is something in the folder;
/// [`BackupError::Damaged`] and [`BackupError::OtherForm`].
pub fn restore(from: &Path, data: &Path, progress: Progress<'_>) -> Result<Inventory, BackupError> {
    let is_free = match fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if !is_free {
        return Err(BackupError::IsThere {
            path: data.to_owned(),
        });
    }
    let beside = match data.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(beside).map_err(at(beside))?;
    let fresh = tempfile::tempdir_in(beside).map_err(at(beside))?;
    let inventory = walk(from, Some(fresh.path()), progress)?;
    SqliteCatalog::open(&fresh.path().join(CATALOGUE))?.verify()?;
    if data.exists() {
        fs::remove_dir(data).map_err(at(data))?;
    }
    fs::rename(fresh.keep(), data).map_err(at(data))?;
    Ok(inventory)
}

/// Reads a whole archive and compares every member with its hash.
pub(super) fn prove(from: &Path, progress: Progress<'_>) -> Result<Inventory, BackupError> {
    walk(from, None, progress)
}

/// Reads every member, writes it below `into`, and compares it with the
/// inventory at the end.
fn walk(
    from: &Path,
    into: Option<&Path>,
    progress: Progress<'_>,
) -> Result<Inventory, BackupError> {
    let damaged = |reason: String| BackupError::Damaged {
        path: from.to_owned(),
        reason,
    };
    let unreadable = |error: io::Error| damaged(error.to_string());
    let file = File::open(from).map_err(at(from))?;
    let packed = zstd::Decoder::new(BufReader::new(file)).map_err(unreadable)?;
    let mut archive = tar::Archive::new(packed);
    let mut entries = archive.entries().map_err(unreadable)?;
    let head = entries
        .next()
        .ok_or_else(|| damaged("it is empty".into()))?;
    let inventory = read_head(from, head.map_err(unreadable)?)?;
    let (mut found, mut done) = (Vec::new(), 0);
    for entry in entries {
        let mut entry = entry.map_err(unreadable)?;
        let path = entry.path().map_err(unreadable)?.into_owned();
        let name = path.to_string_lossy().into_owned();
        if name == INVENTORY {
            let mut listed = String::new();
            entry.read_to_string(&mut listed).map_err(unreadable)?;
            compare(&listed, &found, &inventory).map_err(damaged)?;
            return Ok(inventory);
        }
        if !is_member(&path) || !entry.header().entry_type().is_file() {
            return Err(damaged(format!("`{name}` does not belong in it")));
        }
        let member = unpack(
            &mut entry,
            name,
            into.map(|into| into.join(&path)),
            &unreadable,
        )?;
        done += member.bytes;
        progress("read", done, inventory.bytes);
        found.push(member);
    }
    Err(damaged("its end is missing".into()))
}

fn read_head(from: &Path, entry: tar::Entry<'_, impl Read>) -> Result<Inventory, BackupError> {
    let damaged = |reason: String| BackupError::Damaged {
        path: from.to_owned(),
        reason,
    };
    let is_head = entry.path().is_ok_and(|path| path == Path::new(HEAD));
    if !is_head {
        return Err(damaged(format!("it does not begin with `{HEAD}`")));
    }
    // The form first: another one may have other fields.
    let head: serde_json::Value =
        serde_json::from_reader(entry).map_err(|error| damaged(error.to_string()))?;
    let form = head["form"]
        .as_u64()
        .and_then(|form| u32::try_from(form).ok());
    match form {
        Some(FORM) => {}
        Some(found) => {
            return Err(BackupError::OtherForm {
                path: from.to_owned(),
                found,
            });
        }
        None => return Err(damaged("it does not say its form".into())),
    }
    serde_json::from_value(head).map_err(|error| damaged(error.to_string()))
}

/// Only what a backup puts in, and never a way out of the folder.
fn is_member(path: &Path) -> bool {
    let is_below = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let first = path.components().next();
    let first = first.map(|part| part.as_os_str().to_string_lossy());
    let rooms = [
        "files",
        "uploads",
        "models",
        "index",
        "terms.txt",
        CATALOGUE,
    ];
    is_below && first.is_some_and(|first| rooms.contains(&first.as_ref()))
}

fn unpack(
    entry: &mut impl Read,
    name: String,
    to: Option<PathBuf>,
    unreadable: &dyn Fn(io::Error) -> BackupError,
) -> Result<Member, BackupError> {
    let mut hashing = Hashing {
        inner: entry,
        hasher: blake3::Hasher::new(),
    };
    let bytes = match to {
        None => io::copy(&mut hashing, &mut io::sink()).map_err(unreadable)?,
        Some(path) => {
            let folder = path.parent().unwrap_or(&path);
            fs::create_dir_all(folder).map_err(at(folder))?;
            let mut file = File::create_new(&path).map_err(at(&path))?;
            let bytes = io::copy(&mut hashing, &mut file).map_err(unreadable)?;
            file.sync_all().map_err(at(&path))?;
            bytes
        }
    };
    Ok(Member {
        path: name,
        bytes,
        blake3: hashing.hasher.finalize().to_hex().to_string(),
    })
}

fn compare(listed: &str, found: &[Member], inventory: &Inventory) -> Result<(), String> {
    let listed: Result<Vec<Member>, _> = listed.lines().map(serde_json::from_str).collect();
    let listed = listed.map_err(|error| format!("its inventory cannot be read: {error}"))?;
    if listed.len() as u64 != inventory.members || listed.len() != found.len() {
        return Err(format!(
            "it holds {} members instead of {}",
            found.len(),
            inventory.members
        ));
    }
    match listed
        .iter()
        .zip(found)
        .find(|(listed, found)| listed != found)
    {
        None => Ok(()),
        Some((listed, _)) => Err(format!("`{}` is not what was put in", listed.path)),
    }
}
