//! What goes in through each format comes out again; a second run changes
//! nothing; options and merges do what they say.

use std::{fs, io::Write};

use crate::installation::Installation;

const JSONL: &str = r#"{"id":"a1","title":{"vi":"Lúa chịu mặn","en":"Salt-tolerant rice"},"authors":["Nguyễn Văn Đức"],"year":2019,"type":"paper"}
{"id":"a2","title":"Deep learning for rice","abstract":"We train a network on rice images.","year":"2020","doi":"10.1000/rice"}
"#;
const RIS: &str =
    "TY  - THES\r\nTI  - Luận án về đất phèn\r\nAU  - Trần, Thị Lan\r\nPY  - 2001\r\nER  - \r\n";
const BIBTEX: &str =
    "@article{k, title={Vi nh{\\d u}a}, author={{Lê Văn Hưng}}, year=2005, doi={10.1000/micro}}\n";
const CSV: &str = "Mã số;Nhan đề;Tác giả;Năm\nc1;Pin mặt trời;Phạm Thị Hoa;2011\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_folder_of_every_format_comes_in_once() {
    let installation = Installation::new();
    let folder = installation.input("a.jsonl.gz", gzip(JSONL));
    let folder = folder.parent().unwrap();
    installation.input("b.ris", RIS);
    installation.input("c.bib", BIBTEX);
    installation.input("d.csv", CSV);
    installation.input("e/report.txt", "Báo cáo về xâm nhập mặn ở đồng bằng.\n");
    installation.input("README.md", "# What this folder is\n");
    let first = installation.ingest(folder);
    assert_eq!(first.status, 0, "{}", first.stderr);
    let report = first.json();
    assert_eq!(
        (&report["seen"], &report["added"]),
        (&6.into(), &6.into()),
        "{report}"
    );
    assert_eq!(report["passed_over"], 1);
    let dump = installation.dump();
    assert_eq!(dump.lines().count(), 6);
    assert!(dump.contains("Trần Thị Lan") && dump.contains("\"Lê Văn Hưng\""));
    let again = installation.ingest(folder).json();
    assert_eq!(
        (&again["added"], &again["unchanged"]),
        (&0.into(), &6.into()),
        "{again}"
    );
    assert_eq!(installation.dump(), dump);
    // The document is kept for the viewer.
    let files = walk(&installation.data().join("files"));
    assert_eq!(files.len(), 1);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(walk(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn what_changed_is_updated_and_found_under_its_new_words() {
    let installation = Installation::new();
    let path = installation.input("a.jsonl", JSONL);
    installation.ingest(&path);
    let changed = JSONL.replace("Salt-tolerant rice", "Flood-tolerant rice");
    installation.input("a.jsonl", changed);
    let report = installation.ingest(&path).json();
    assert_eq!(
        (&report["updated"], &report["unchanged"]),
        (&1.into(), &1.into()),
        "{report}"
    );
    let found = |query: &str| {
        installation
            .run(&["export", query, "--format", "ris"])
            .stdout
    };
    assert!(found("flood").contains("ID  - a1") && !found("salt").contains("ID  - a1"));
}

#[test]
fn a_collection_and_a_level_hold_for_all_and_nothing_is_opened_by_a_second_run() {
    let installation = Installation::new();
    let path = installation.input("a.jsonl", JSONL);
    let path = path.to_str().unwrap();
    let report = installation.run(&[
        "ingest",
        path,
        "--collection",
        "Nông nghiệp",
        "--access",
        "restricted",
        "--type",
        "report",
    ]);
    assert_eq!(report.json()["added"], 2);
    let report = installation.run(&["ingest", path]).json();
    assert_eq!(report["seen"], 2);
    for line in installation.dump().lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["access"], "restricted");
        assert_eq!(record["collections"][0], "Nông nghiệp");
    }
}

#[test]
fn a_second_description_of_a_work_fills_gaps_and_overwrites_nothing() {
    let installation = Installation::new();
    let path = installation.input("a.jsonl", JSONL);
    installation.ingest(&path);
    let second =
        "@article{x, title={Deep Learning (copy)}, author={Smith, John}, doi={10.1000/RICE}}\n";
    let report = installation
        .ingest(&installation.input("b.bib", second))
        .json();
    assert_eq!(
        (&report["added"], &report["updated"]),
        (&0.into(), &1.into()),
        "{report}"
    );
    let shown = installation.run(&["show", "a2"]).json();
    assert_eq!(shown["agents"][0]["name"], "John Smith");
    assert_eq!(shown["title"]["en"], "Deep learning for rice");
}

#[test]
fn a_rebuilt_index_finds_the_same() {
    let installation = Installation::new();
    installation.ingest(&installation.input("a.jsonl", JSONL));
    let before = installation.dump();
    fs::remove_dir_all(installation.data().join("index")).unwrap();
    let answer = installation.run(&["index", "--rebuild"]).json();
    assert_eq!(answer["applied"], 2);
    assert_eq!(installation.dump(), before);
    assert_eq!(installation.run(&["index"]).json()["applied"], 0);
}

#[test]
fn a_missing_path_or_library_says_the_cure() {
    let installation = Installation::new();
    let ran = installation.run(&["ingest", "no/such/path"]);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.contains("check the spelling"), "{}", ran.stderr);
    let ran = Installation::new().run(&["show", "a"]);
    assert!(ran.stderr.contains("trithuc ingest PATH"), "{}", ran.stderr);
}

/// A ZIP with a document, records of two formats and an archive inside.
#[test]
fn an_archive_comes_in_file_by_file_and_a_bomb_not_at_all() {
    let zipped = |files: &[(&str, &[u8])]| {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in files {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    const DUBLIN_CORE: &str = "<?xml version='1.0'?><dc><title>Gạo thơm</title></dc>";
    let inner = zipped(&[("rice.xml", DUBLIN_CORE.as_bytes())]);
    let outer = zipped(&[
        ("a/bao-cao.txt", "Báo cáo về xâm nhập mặn.\n".as_bytes()),
        ("b.ris", RIS.as_bytes()),
        ("inner.zip", &inner),
    ]);
    let zeros = vec![0; 128 << 20];
    let installation = Installation::new();
    let archive = installation.input("lô.zip", outer);
    installation.input("zz-bomb.zip", zipped(&[("zeros", &zeros)]));
    let ran = installation.ingest(archive.parent().unwrap());
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(report["added"], 3, "{report}");
    let aside = report["quarantined"].as_array().unwrap();
    assert_eq!(aside.len(), 1, "{report}");
    let reason = aside[0]["reason"].as_str().unwrap();
    assert!(reason.contains("200 times its size"), "{reason}");
    let dump = installation.dump();
    for place in [
        "lô.zip/a/bao-cao.txt",
        "lô.zip/b.ris",
        "lô.zip/inner.zip/rice.xml",
    ] {
        assert!(dump.contains(place), "{place}: {dump}");
    }
    assert!(dump.contains("\"oai_dc\""), "{dump}");
    let again = installation.ingest(archive.parent().unwrap()).json();
    assert_eq!(
        (&again["added"], &again["unchanged"]),
        (&0.into(), &3.into())
    );
}

/// Archives by 7-Zip go through a process of their own: a good one, a bomb, a
/// cut one, and one that asks for four gigabytes of memory.
#[test]
fn archives_by_seven_zip_come_in_and_harmful_ones_do_not() {
    let packed = |files: &[(&str, &[u8])]| {
        let buffer = std::io::Cursor::new(Vec::new());
        let mut writer = sevenz_rust2::ArchiveWriter::new(buffer).unwrap();
        for (name, content) in files {
            let entry = sevenz_rust2::ArchiveEntry::new_file(name);
            writer.push_archive_entry(entry, Some(*content)).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let installation = Installation::new();
    let good = packed(&[
        ("a/bao-cao.txt", "Báo cáo về xâm nhập mặn.\n".as_bytes()),
        ("b.ris", RIS.as_bytes()),
    ]);
    let archive = installation.input("lô.7z", &good);
    installation.input("x-cut.7z", &good[..good.len() / 2]);
    installation.input("y-bomb.7z", packed(&[("zeros", &vec![0; 80 << 20])]));
    // The dictionary of LZMA2 is one byte behind the method's name: 40 is 4 GiB.
    let mut greedy = good.clone();
    let method = greedy.windows(3).rposition(|w| w == [0x21, 0x21, 0x01]);
    let at = method.expect("LZMA2 with its properties") + 3;
    greedy[at] = 40;
    let header = u64::from_le_bytes(greedy[12..20].try_into().unwrap());
    let start = 32 + usize::try_from(header).unwrap();
    let crc = crc32(&greedy[start..]);
    greedy[28..32].copy_from_slice(&crc.to_le_bytes());
    let crc = crc32(&greedy[12..32]);
    greedy[8..12].copy_from_slice(&crc.to_le_bytes());
    installation.input("z-greedy.7z", greedy);
    let ran = installation.ingest(archive.parent().unwrap());
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(report["added"], 2, "{report}");
    let aside = report["quarantined"].as_array().unwrap();
    let reasons: Vec<&str> = aside
        .iter()
        .map(|entry| entry["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons.len(), 3, "{report}");
    assert!(reasons[0].contains("truncated or damaged"), "{reasons:?}");
    assert!(reasons[1].contains("200 times its size"), "{reasons:?}");
    assert!(reasons[2].contains("truncated or damaged"), "{reasons:?}");
    let dump = installation.dump();
    assert!(dump.contains("lô.7z/a/bao-cao.txt"), "{dump}");
}

/// The checksum of ZIP and 7z (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
