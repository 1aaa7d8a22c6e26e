//! Bad input: each is set aside with file, line and cure; the rest goes on;
//! nothing is lost.

use std::{
    io::{BufWriter, Write},
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::installation::{Installation, Ran, program};

const GOOD: &str = "{\"id\":\"good\",\"title\":\"A good record on rice\"}\n";

fn reasons(ran: &Ran) -> Vec<(String, u64, String)> {
    let report = ran.json();
    let aside = report["quarantined"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    aside
        .iter()
        .map(|a| {
            (
                text(&a["path"]),
                a["line"].as_u64().unwrap_or(0),
                text(&a["reason"]),
            )
        })
        .collect()
}

/// Ingests one file beside a good one: the good one comes in, the other is set
/// aside once with these words.
fn one_reason(name: &str, content: impl AsRef<[u8]>, line: u64, words: &str) {
    let installation = Installation::new();
    let bad = installation.input(name, content);
    installation.input("zz-good.jsonl", GOOD);
    let ran = installation.ingest(bad.parent().unwrap());
    assert_eq!(ran.status, 3, "{name}: {} {}", ran.stdout, ran.stderr);
    let found = reasons(&ran);
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    assert!(
        found[0].0.ends_with(name) && found[0].1 == line,
        "{found:?}"
    );
    assert!(found[0].2.contains(words), "{name}: {found:?}");
    assert!(installation.dump().contains("A good record"));
    // Said again at the next run, which changes nothing.
    let again = installation.ingest(bad.parent().unwrap());
    assert_eq!((again.status, reasons(&again)), (3, found));
}

#[test]
fn empty_files() {
    one_reason("a.jsonl", "", 1, "send it again");
    one_reason("a.pdf", "", 0, "file is empty");
    one_reason("a.csv", "id,title,year\n", 1, "holds no records");
}

#[test]
fn a_truncated_gzip_keeps_what_came_before() {
    let mut lines = String::new();
    for n in 0..5000 {
        lines += &format!(
            "{{\"id\":\"r{n}\",\"title\":\"Record {n}: {}\"}}\n",
            n * 7919
        );
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(lines.as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    one_reason("a.jsonl.gz", &whole[..whole.len() / 2], 0, "fetch it again");
    let installation = Installation::new();
    let path = installation.input("a.jsonl.gz", &whole[..whole.len() / 2]);
    let added = installation.ingest(&path).json()["added"].as_u64().unwrap();
    assert!((1000..5000).contains(&added), "{added}");
    // The whole file, sent again: only what was missing comes.
    let report = installation
        .ingest(&installation.input("a.jsonl.gz", &whole))
        .json();
    assert_eq!(report["added"].as_u64().unwrap(), 5000 - added, "{report}");
    assert_eq!(report["quarantined"].as_array().unwrap().len(), 0);
}

#[test]
fn broken_lines_between_good_ones() {
    let lines =
        format!("{GOOD}{{\"id\":\n[1]\n{{\"id\":\"n\"}}\n{{\"id\":\"a b\",\"title\":\"x\"}}\n");
    let installation = Installation::new();
    let ran = installation.ingest(&installation.input("a.jsonl", lines));
    let found = reasons(&ran);
    let lines: Vec<u64> = found.iter().map(|(_, line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 5], "{found:?}");
    assert_eq!(ran.json()["added"], 1);
    assert_eq!(ran.status, 3);
}

#[test]
fn deep_json() {
    let deep = format!("{GOOD}{{\"id\":\"d\",\"title\":{}\n", "[".repeat(200_000));
    one_reason("a.jsonl", deep, 2, "recursion limit");
}

#[test]
fn one_file_that_is_no_json_at_all_is_one_mistake() {
    one_reason(
        "a.jsonl",
        "not json\n".repeat(500),
        1,
        "none of the first 500 entries",
    );
}

#[test]
fn other_encodings_are_read_and_said() {
    let installation = Installation::new();
    let utf16: Vec<u8> = "{\"id\":\"u\",\"title\":\"Đồng bằng sông Cửu Long\"}\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let folder = installation.input("u.jsonl", utf16);
    installation.input("w.jsonl", b"{\"id\":\"w\",\"title\":\"caf\xe9 au lait\"}\n");
    let ran = installation.ingest(folder.parent().unwrap());
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    let shown = installation.run(&["show", "u"]).json();
    assert_eq!(shown["title"]["vi"], "Đồng bằng sông Cửu Long");
    let shown = installation.run(&["show", "w"]).json();
    assert!(
        shown["title"].to_string().contains("café au lait"),
        "{shown}"
    );
    assert!(
        shown["provenance"]["remarks"][0]
            .as_str()
            .unwrap()
            .contains("windows-1252")
    );
}

#[test]
fn the_same_id_twice_in_a_file() {
    let lines = format!("{GOOD}{GOOD}{}", GOOD.replace("rice", "maize"));
    let installation = Installation::new();
    let ran = installation.ingest(&installation.input("a.jsonl", lines));
    let report = ran.json();
    assert_eq!(
        (&report["added"], &report["duplicates"]),
        (&1.into(), &1.into()),
        "{report}"
    );
    let found = reasons(&ran);
    assert_eq!(found[0].1, 3);
    assert!(found[0].2.contains("used on line 1") && found[0].2.contains("its own id"));
    assert!(installation.dump().contains("rice"));
}

#[test]
fn a_line_of_a_quarter_gigabyte_costs_little_memory() {
    let installation = Installation::new();
    let path = installation.input("a.jsonl", "");
    let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(b"{\"id\":\"long\",\"title\":\"").unwrap();
    for _ in 0..256 {
        file.write_all(&[b'x'; 1 << 20]).unwrap();
    }
    write!(file, "\"}}\n{GOOD}").unwrap();
    drop(file);
    // A short run may end between two looks: the most of three is nearer to its peak.
    let usual = (0..3).map(|_| {
        let usual = Installation::new();
        with_peak(&usual, &usual.input("b.jsonl", GOOD)).1
    });
    let usual = usual.max().unwrap();
    let (ran, peak) = with_peak(&installation, &path);
    assert_eq!(ran.status, 3, "{} {}", ran.stdout, ran.stderr);
    let found = reasons(&ran);
    assert_eq!((found.len(), found[0].1), (1, 1));
    assert!(found[0].2.contains("longer than the limit"), "{found:?}");
    assert_eq!(ran.json()["added"], 1);
    // A line that is kept costs its 262,000 kB at least; up to the limit on
    // entries, 32 MiB in a buffer that doubles (96 MiB while it is moved), it may
    // be held.
    assert!(
        peak < usual + 150_000,
        "{peak} kB; without the line {usual}"
    );
}

/// Ingests a file; the most memory that was resident meanwhile, in kB.
fn with_peak(installation: &Installation, path: &std::path::Path) -> (Ran, u64) {
    let mut child = installation
        .command()
        .args(["--json", "ingest"])
        .arg(path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        let now = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        peak = peak.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(peak > 0, "the kernel tells no memory of a process");
    (child.wait_with_output().unwrap().into(), peak)
}

/// Runs an ingest under a limit of the shell (`ulimit`).
fn limited(installation: &Installation, limit: &[&str], path: &std::path::Path) -> Ran {
    let limit = limit.join(" ");
    // Writes past a limit on file sizes fail instead of killing the program.
    let script = format!("trap '' XFSZ; ulimit {limit}; exec \"$@\"");
    let output = Command::new("bash")
        .args(["-c", &script, "ingest"])
        .arg(program())
        .arg("--data")
        .arg(installation.data())
        .args(["--json", "ingest"])
        .arg(path)
        .output();
    output.unwrap().into()
}

#[test]
fn a_disk_that_fills_stops_with_the_cure_and_loses_nothing() {
    let installation = Installation::new();
    let mut lines = String::new();
    for n in 0..20_000 {
        lines += &format!("{{\"id\":\"r{n}\",\"title\":\"Record number {n} on rice and salt\"}}\n");
    }
    let path = installation.input("a.jsonl", &lines);
    // No file may grow over 4 MiB (in blocks of 1,024 bytes).
    let ran = limited(&installation, &["-f", "4096"], &path);
    assert_eq!(ran.status, 1, "{} {}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("free some space"), "{}", ran.stderr);
    let report = installation.ingest(&path).json();
    assert_eq!(report["seen"], 20_000);
    assert_eq!(installation.dump().lines().count(), 20_000);
}

#[test]
fn a_file_without_rights() {
    let installation = Installation::new();
    let path = installation.input("closed/a.jsonl", GOOD);
    installation.input("b.jsonl", GOOD);
    let closed = path.parent().unwrap();
    std::fs::set_permissions(closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read_dir(closed).is_ok() {
        eprintln!("SKIPPED: this user may read everything");
        return;
    }
    let ran = installation.ingest(closed.parent().unwrap());
    let found = reasons(&ran);
    std::fs::set_permissions(closed, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((ran.status, found.len()), (3, 1), "{found:?}");
    assert!(found[0].2.contains("chmod"), "{found:?}");
    assert_eq!(ran.json()["added"], 1);
}

#[test]
fn a_folder_named_like_a_document_and_a_loop_of_links() {
    let installation = Installation::new();
    let inside = installation.input("thesis.pdf/a.jsonl", GOOD);
    let folder = inside.parent().unwrap();
    std::os::unix::fs::symlink(folder, folder.join("again")).unwrap();
    let ran = installation.ingest(folder.parent().unwrap());
    assert_eq!(ran.json()["added"], 1);
    let found = reasons(&ran);
    assert!(found[0].2.contains("leads back"), "{found:?}");
}
