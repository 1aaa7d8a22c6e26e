//! Archives that are whole, changed, cut or forged.

use std::{fs, path::PathBuf};

use catalog::{Batch, CatalogStore, SqliteCatalog};
use records::{Record, RecordId, RecordType};

use super::*;

/// A small library, and the archive of it.
fn archive() -> (tempfile::TempDir, PathBuf) {
    let room = tempfile::tempdir().unwrap();
    let data = room.path().join("data");
    fs::create_dir_all(data.join("files/ab")).unwrap();
    fs::write(data.join("files/ab/abcd"), "tài liệu").unwrap();
    fs::write(data.join("terms.txt"), "AI = trí tuệ nhân tạo\n").unwrap();
    let draft = data.join("uploads/deposits/cd");
    fs::create_dir_all(&draft).unwrap();
    fs::write(draft.join("cdef"), "bản thảo").unwrap();
    fs::write(draft.join(".nửa"), "viết dở").unwrap();
    let catalog = SqliteCatalog::open(&data.join(CATALOGUE)).unwrap();
    let record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
    let batch = Batch::of_records(jiff::Timestamp::UNIX_EPOCH, [record]);
    catalog.apply(batch).unwrap();
    let source = Source {
        data: &data,
        copy_catalogue: &|to| catalog.copy_to(to),
        with_vectors: true,
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let to = room.path().join("b.tar.zst");
    let inventory = back_up(&source, &to, &|_, _, _| ()).unwrap();
    assert_eq!(
        (inventory.records, inventory.seq, inventory.members),
        (1, 1, 4)
    );
    let again = back_up(&source, &to, &|_, _, _| ()).unwrap_err();
    assert!(matches!(again, BackupError::IsThere { .. }), "{again}");
    (room, to)
}

#[test]
fn what_is_restored_is_what_was_put_away() {
    let (room, archive) = archive();
    let data = room.path().join("new");
    restore(&archive, &data, &|_, _, _| ()).unwrap();
    assert_eq!(
        fs::read(data.join("files/ab/abcd")).unwrap(),
        "tài liệu".as_bytes()
    );
    let drafts: Vec<_> = fs::read_dir(data.join("uploads/deposits/cd"))
        .unwrap()
        .collect();
    assert_eq!(drafts.len(), 1, "what is written half stays out");
    assert_eq!(
        fs::read(data.join("uploads/deposits/cd/cdef")).unwrap(),
        "bản thảo".as_bytes()
    );
    let catalog = SqliteCatalog::open(&data.join(CATALOGUE)).unwrap();
    assert_eq!(catalog.status().unwrap().n_records, 1);
    let full = restore(&archive, &data, &|_, _, _| ()).unwrap_err();
    assert!(matches!(full, BackupError::IsThere { .. }), "{full}");
    // Nothing is left beside but the library, the archive and the restored one.
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 3);
}

#[test]
fn a_changed_or_cut_archive_restores_nothing() {
    let (room, archive) = archive();
    let whole = fs::read(&archive).unwrap();
    let data = room.path().join("new");
    for at in (0..whole.len()).step_by(whole.len() / 40 + 1) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        for bytes in [&changed[..], &whole[..at]] {
            fs::write(&archive, bytes).unwrap();
            // zstd ignores some bits of its own header.
            if let Err(error) = restore(&archive, &data, &|_, _, _| ()) {
                assert!(!data.exists(), "byte {at}: {error}");
            } else {
                let restored = data.join("files/ab/abcd");
                assert_eq!(fs::read(restored).unwrap(), "tài liệu".as_bytes());
                fs::remove_dir_all(&data).unwrap();
            }
        }
    }
}

/// An archive with this head and one more member.
fn forged(room: &Path, form: u32, name: &[u8]) -> PathBuf {
    let path = room.join("forged.tar.zst");
    let file = fs::File::create(&path).unwrap();
    let mut archive = tar::Builder::new(zstd::Encoder::new(file, 1).unwrap());
    let head = format!(
        "{{\"form\":{form},\"at\":\"1970-01-01T00:00:00Z\",\"program\":\"x\",\"seq\":1,\"records\":1,\"members\":1,\"bytes\":1}}"
    );
    for (name, bytes) in [(HEAD.as_bytes(), head.as_bytes()), (name, b"x")] {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        archive.append(&header, bytes).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
    path
}

#[test]
fn an_archive_cannot_write_outside_the_folder() {
    let room = tempfile::tempdir().unwrap();
    let inner = room.path().join("inner");
    fs::create_dir(&inner).unwrap();
    for name in ["../out", "/trithuc-out", "files/../../out", "etc/passwd"] {
        let path = forged(&inner, FORM, name.as_bytes());
        let error = restore(&path, &inner.join("data"), &|_, _, _| ()).unwrap_err();
        assert!(error.to_string().contains("does not belong"), "{error}");
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
    }
    let path = forged(&inner, 9, b"files/a");
    let error = restore(&path, &inner.join("data"), &|_, _, _| ()).unwrap_err();
    assert!(error.to_string().contains("form 9"), "{error}");
}
