//! Archives by 7-Zip. Their packing asks for as much memory as the archive
//! says, up to gigabytes, so they are unpacked in a process of its own with a
//! limit on its memory: [`to_tar`] is its inside and writes a tar archive on
//! standard output; [`Unpacker`] is the outside, and reads it under the limits
//! of every other archive.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use sevenz_rust2::{ArchiveEntry, ArchiveReader, Error, Password};

use super::{ArchiveError, harmless};

/// The first bytes of every such archive.
pub(crate) const MAGIC: &[u8] = b"7z\xbc\xaf\x27\x1c";

/// Bytes of what a failing process says that are passed on.
const MAX_LAST_WORDS: u64 = 2000;

/// How archives by 7-Zip are unpacked: a program that takes the path of one as
/// its last argument and ends in [`to_tar`].
#[derive(Debug, Clone)]
pub struct Unpacker {
    /// The program.
    pub program: PathBuf,
    /// Its arguments before the path.
    pub arguments: Vec<OsString>,
}

impl Unpacker {
    /// Runs the process and gives what it writes to `take`.
    pub(super) fn unpack(
        &self,
        path: &Path,
        take: impl FnOnce(&mut dyn Read) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(ArchiveError::Unpacker)?;
        let mut tar = child.stdout.take().expect("it was piped");
        let mut taken = take(&mut tar);
        if taken.is_ok() {
            // The tar reader stops at the end mark; the process must not be
            // ended by a closed pipe before it has said how it went.
            taken = io::copy(&mut tar, &mut io::sink())
                .map(drop)
                .map_err(super::damaged);
        }
        drop(tar);
        match (taken, ended(child)) {
            // What went wrong inside is the reason for what is cut outside.
            (Ok(()) | Err(ArchiveError::Damaged(_)), Err(why)) => Err(ArchiveError::Damaged(why)),
            (taken, _) => taken,
        }
    }
}

/// How a process ended; in error, its last words.
fn ended(mut child: Child) -> Result<(), String> {
    let mut words = String::new();
    if let Some(stderr) = child.stderr.take() {
        let _ = stderr.take(MAX_LAST_WORDS).read_to_string(&mut words);
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let last = words.lines().rfind(|line| !line.trim().is_empty());
            Err(last.map_or_else(
                || format!("the unpacker ended with {status}"),
                str::to_owned,
            ))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Writes the files of an archive as a tar archive.
///
/// # Errors
/// Whatever is wrong with the archive, with the cure where there is one; `out`
/// has no end mark then.
pub fn to_tar(archive: File, out: impl Write) -> Result<(), String> {
    let failed = |error: Error| match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => {
            "it is encrypted; pack it again without a password".to_owned()
        }
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => {
            "it is encrypted; pack it again without a password".to_owned()
        }
        error => error.to_string(),
    };
    let source = BufReader::new(archive);
    let mut reader = ArchiveReader::new(source, Password::empty()).map_err(failed)?;
    // One thread: a limit on memory holds for all of them together.
    reader.set_thread_count(1);
    let mut tar = tar::Builder::new(BufWriter::new(out));
    let mut number = 0_usize;
    let each = |entry: &ArchiveEntry, content: &mut dyn Read| {
        number += 1;
        if !entry.is_directory() && !entry.is_anti_item() {
            append(&mut tar, entry, number, content)?;
        }
        Ok(true)
    };
    reader.for_each_entries(each).map_err(failed)?;
    let finish = || tar.into_inner()?.flush();
    finish().map_err(|error| error.to_string())
}

fn append(
    tar: &mut tar::Builder<impl Write>,
    entry: &ArchiveEntry,
    number: usize,
    content: &mut dyn Read,
) -> Result<(), Error> {
    let mut path = harmless(entry.name());
    if path.as_os_str().is_empty() {
        path = number.to_string().into();
    }
    let mut header = tar::Header::new_gnu();
    header.set_size(entry.size());
    header.set_mode(0o600);
    // Whatever the entry claims, no more than it says is written.
    let mut content = content.take(entry.size());
    let written = tar.append_data(&mut header, &path, &mut content);
    written.map_err(|error| Error::Io(error, "writing a file".into()))?;
    if content.limit() > 0 {
        return Err(Error::Other(
            "a file is shorter than the archive says".into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Seek};

    use sevenz_rust2::ArchiveWriter;

    use super::*;

    fn packed(files: &[(&str, &[u8])]) -> File {
        let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
        for (name, content) in files {
            let entry = ArchiveEntry::new_file(name);
            writer.push_archive_entry(entry, Some(*content)).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        stored(&bytes)
    }

    fn stored(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    fn names(tar: &[u8]) -> Vec<String> {
        let mut archive = tar::Archive::new(tar);
        let entries = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            format!("{}={text}", entry.path().unwrap().display())
        });
        entries.collect()
    }

    #[test]
    fn files_come_out_and_names_cannot_leave_the_folder() {
        let archive = packed(&[("../a.txt", b"1"), ("/b/c.txt", b"22"), ("d.txt", b"")]);
        let mut tar = Vec::new();
        to_tar(archive, &mut tar).unwrap();
        assert_eq!(names(&tar), ["a.txt=1", "b/c.txt=22", "d.txt="]);
    }

    #[test]
    fn damage_is_told_and_never_panics() {
        let mut whole = Vec::new();
        packed(&[("a.txt", &[b'x'; 5000]), ("b.txt", b"y")])
            .read_to_end(&mut whole)
            .unwrap();
        let mut n_refused = 0;
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            n_refused += usize::from(to_tar(stored(&bytes), io::sink()).is_err());
            let cut = to_tar(stored(&whole[..at]), io::sink());
            assert!(cut.is_err(), "cut at {at}");
        }
        // Checksums are over all but a few bytes that say nothing.
        assert!(
            n_refused + 8 >= whole.len(),
            "{n_refused} of {}",
            whole.len()
        );
    }
}
