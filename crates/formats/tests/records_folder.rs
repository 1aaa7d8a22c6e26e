//! Every file of the folder `records` of the test data is read, or refused
//! with the right reason: the table beside this file says for each how many
//! records it holds, how many entries are refused, and why the first one is.
//!
//! After a change that is meant, `TRITHUC_WRITE_TABLES=1` writes the table
//! anew; the difference is then for people to read.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
};

use formats::{Kind, Limits, decode};

/// Files of no use to a library: schemas, licences, notes, pages.
const LEFT_OUT: [&str; 6] = ["md", "xsd", "html", "pdf", "docx", "itxt"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap();
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            files(&path, found);
        } else if !LEFT_OUT.contains(&ending.as_str()) && !name.starts_with("LICENSE") {
            found.push(path);
        }
    }
}

/// Path, format of the first record, records, entries refused, first reason.
fn row(root: &Path, path: &Path) -> String {
    let shown = path.strip_prefix(root).unwrap().display().to_string();
    let decoded = decode::open(File::open(path).unwrap()).unwrap();
    let Some(kind) = Kind::sniff(&decoded.head, &shown) else {
        return format!("{shown}\tdocument\t0\t0\t");
    };
    let format = kind.format();
    let (mut n_records, mut n_refused) = (0, 0);
    let (mut name, mut reason) = (String::new(), String::new());
    for entry in format.entries(decoded.reader, Limits::default()) {
        match format.parse(&entry.unwrap()) {
            Ok(parsed) => {
                n_records += 1;
                if name.is_empty() {
                    name = parsed.record.provenance.format;
                }
            }
            Err(error) => {
                n_refused += 1;
                if reason.is_empty() {
                    reason = error.to_string().chars().take(90).collect();
                }
            }
        }
    }
    if name.is_empty() {
        format.name().clone_into(&mut name);
    }
    let reason = reason.replace(['\t', '\n'], " ");
    format!("{shown}\t{name}\t{n_records}\t{n_refused}\t{reason}")
}

#[test]
fn every_file_is_read_or_refused_with_the_right_reason() {
    let data = std::env::var_os("TRITHUC_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let root = data.join("records");
    if !root.is_dir() {
        eprintln!(
            "SKIPPED: no records at `{}`; set TRITHUC_TEST_DATA",
            root.display()
        );
        return;
    }
    let mut paths = Vec::new();
    files(&root, &mut paths);
    let mut table = String::from("# file\tformat\trecords\trefused\tfirst reason\n");
    for path in &paths {
        writeln!(table, "{}", row(&root, path)).unwrap();
    }
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records_folder.tsv");
    if std::env::var_os("TRITHUC_WRITE_TABLES").is_some() {
        fs::write(&place, &table).unwrap();
    }
    let wanted = fs::read_to_string(&place).unwrap();
    for (found, wanted) in table.lines().zip(wanted.lines()) {
        assert_eq!(found, wanted);
    }
    assert_eq!(table.lines().count(), wanted.lines().count());
}
