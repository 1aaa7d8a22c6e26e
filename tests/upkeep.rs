//! The library is compared with its catalogue, mended towards it, put away and
//! restored; what nobody can mend is said, with its cure.

use std::{fs, path::PathBuf};

use index::{
    FullTextStore as _, TantivyStore,
    vectors::{SqliteVectors, VectorBatch, VectorModel, VectorStore as _},
};
use records::{AccessLevel, RecordId};
use serde_json::Value;

use crate::installation::Installation;

const N_RECORDS: usize = 60;

fn library() -> Installation {
    let installation = Installation::new();
    let line = |n: usize| {
        let access = if n.is_multiple_of(10) {
            "restricted"
        } else {
            "open"
        };
        format!(
            "{{\"id\":\"r{n:02}\",\"title\":\"Hạn mặn và lúa {n}\",\"abstract\":\"Nước mặn lấn sâu, vụ {n}.\",\"access\":\"{access}\"}}\n"
        )
    };
    let lines: String = (0..N_RECORDS).map(line).collect();
    let records = installation.input("a.jsonl", lines);
    assert_eq!(installation.ingest(&records).status, 0);
    let document = "Báo cáo xâm nhập mặn ở Bến Tre\n\nĐộ mặn đo tại mười hai trạm.\n";
    let document = installation.input("bao-cao.txt", document);
    assert_eq!(installation.ingest(&document).status, 0);
    let used = installation.run(&["model", "use", "ngram"]);
    assert_eq!(used.status, 0, "{}", used.stderr);
    installation
}

fn check(installation: &Installation, arguments: &[&str], status: i32) -> Value {
    let ran = installation.run(&[&["check"], arguments].concat());
    assert_eq!(ran.status, status, "{} {}", ran.stdout, ran.stderr);
    ran.json()
}

fn full_text(installation: &Installation) -> TantivyStore {
    TantivyStore::open(&installation.data().join("index/fulltext")).unwrap()
}

fn vectors(installation: &Installation) -> SqliteVectors {
    let folder = installation.data().join("index/vectors");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let file: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|ending| ending == "sqlite"))
        .collect();
    let model: VectorModel = SqliteVectors::model_of(&file[0]).unwrap().unwrap();
    SqliteVectors::open(&file[0], &model).unwrap()
}

fn id(id: &str) -> RecordId {
    RecordId::new(id).unwrap()
}

/// The only document of the library.
fn document(installation: &Installation) -> PathBuf {
    let folder = fs::read_dir(installation.data().join("files")).unwrap();
    let folders: Vec<PathBuf> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("damaged"))
        .collect();
    let mut files = fs::read_dir(&folders[0]).unwrap();
    files.next().unwrap().unwrap().path()
}

#[test]
fn indexes_that_drifted_are_found_and_mended() {
    let installation = library();
    let whole = check(&installation, &[], 0);
    assert_eq!(
        (&whole["is_whole"], &whole["records"]),
        (&true.into(), &61.into())
    );
    // Words: one gone, one of another library, one shown to everybody.
    let store = full_text(&installation);
    let seq = store.applied_seq().unwrap();
    let mut shown = records::Record::new(id("r10"), records::RecordType::Paper);
    shown.access = AccessLevel::Open;
    let strange = records::Record::new(id("strange"), records::RecordType::Paper);
    store.delete(&[id("r07")]).unwrap();
    store.upsert(&[shown.clone(), strange]).unwrap();
    store.commit(seq).unwrap();
    store.finish().unwrap();
    // Meaning: one gone, the same shown to everybody.
    let store = vectors(&installation);
    let batch = VectorBatch {
        upserts: vec![(&shown, Vec::new())],
        deletes: vec![id("r33")],
        seq: store.applied_seq().unwrap(),
    };
    store.apply(&batch).unwrap();
    drop(store);

    let found = check(&installation, &[], 1);
    let words = &found["full_text"];
    assert_eq!(words["missing"], serde_json::json!(["r07"]));
    assert_eq!(words["strange"], serde_json::json!(["strange"]));
    assert_eq!(words["wrong_access"], serde_json::json!(["r10"]));
    assert_eq!(found["vectors"]["missing"], serde_json::json!(["r33"]));
    assert_eq!(found["vectors"]["wrong_access"], serde_json::json!(["r10"]));

    let mended = check(&installation, &["--repair"], 0);
    assert_eq!(mended["before"]["full_text"], *words);
    let whole = check(&installation, &[], 0);
    assert_eq!(whole["is_whole"], true);
    let found = installation
        .run(&["search", "mặn", "--limit", "100"])
        .json();
    assert_eq!(found["total"], 61);
}

#[test]
fn documents_that_are_damaged_or_gone_are_named() {
    let installation = library();
    let path = document(&installation);
    fs::write(&path, "khác").unwrap();
    let found = check(&installation, &[], 1);
    let named = &found["files"]["damaged"][0];
    assert_eq!(named["records"].as_array().unwrap().len(), 1, "{found}");
    let ran = installation.run(&["check", "--repair"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("trithuc restore"), "{}", ran.stderr);
    assert_eq!(ran.json()["files"]["missing"][0]["blake3"], named["blake3"]);
    assert!(!path.exists());
    // The same document in another name, taken in again, closes the gap.
    let again = "Báo cáo xâm nhập mặn ở Bến Tre\n\nĐộ mặn đo tại mười hai trạm.\n";
    let again = installation.input("lai/bao-cao.txt", again);
    assert_eq!(installation.ingest(&again).status, 0);
    assert_eq!(check(&installation, &[], 0)["is_whole"], true);
}

#[test]
fn a_restored_library_is_the_one_that_was_put_away() {
    let installation = library();
    let archive = installation.data().with_file_name("b.tar.zst");
    let ran = installation.run(&["backup", archive.to_str().unwrap()]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["records"], 61);

    let other = Installation::new();
    let ran = other.run(&["restore", archive.to_str().unwrap()]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(other.dump(), installation.dump());
    assert_eq!(check(&other, &[], 0)["is_whole"], true);
    let question = ["search", "nước mặn lấn sâu", "--mode", "semantic"];
    let hits = |installation: &Installation| installation.run(&question).json()["hits"].clone();
    assert_eq!(hits(&other), hits(&installation));

    let full = other.run(&["restore", archive.to_str().unwrap()]);
    assert_eq!(full.status, 1);
    assert!(full.stderr.contains("is there already"), "{}", full.stderr);
    let cut = fs::read(&archive).unwrap();
    fs::write(&archive, &cut[..cut.len() / 2]).unwrap();
    let nowhere = Installation::new();
    let ran = nowhere.run(&["restore", archive.to_str().unwrap()]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("no whole backup"), "{}", ran.stderr);
    assert!(!nowhere.data().exists());
}

/// A library that was restored from an older backup while its indexes stayed:
/// they know changes that the catalogue never made.
#[test]
fn indexes_of_another_catalogue_are_built_anew() {
    let installation = library();
    let older = Installation::new();
    let record = older.input("b.jsonl", "{\"id\":\"x\",\"title\":\"Chỉ một\"}\n");
    assert_eq!(older.ingest(&record).status, 0);
    for ending in ["", "-wal", "-shm"] {
        let name = format!("catalogue.sqlite{ending}");
        let to = installation.data().join(&name);
        if let Err(error) = fs::remove_file(&to) {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        }
        if ending.is_empty() {
            fs::copy(older.data().join(&name), to).unwrap();
        }
    }
    let found = check(&installation, &[], 1);
    assert_eq!(found["full_text"]["is_of_another"], true, "{found}");
    assert_eq!(found["vectors"]["is_of_another"], true, "{found}");
    check(&installation, &["--repair"], 0);
    assert_eq!(installation.run(&["search", ""]).json()["total"], 1);
}
