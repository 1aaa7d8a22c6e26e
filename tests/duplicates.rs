//! Duplicates from the command line: found, listed with their evidence, merged,
//! kept apart, undone; old names lead to the record that stays.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Stdio,
};

use serde_json::{Value, json};

use crate::installation::Installation;

const TITLE: &str = "Ảnh hưởng của xâm nhập mặn đến năng suất lúa ở Sóc Trăng";

fn library() -> Installation {
    let installation = Installation::new();
    let records = [
        json!({"id": "a", "title": {"vi": TITLE}, "authors": ["Nguyễn Văn An", "Trần Thị Bình"], "year": 2020, "venue": "Tạp chí Khoa học Đồng bằng", "pages": "12-19", "type": "paper"}),
        json!({"id": "b", "title": {"vi": "ANH HUONG CUA XAM NHAP MAN DEN NANG SUAT LUA O SOC TRANG"}, "authors": ["An, Nguyen Van", "Binh, Tran Thi"], "year": 2020, "abstract": {"vi": "Thí nghiệm ở ba huyện."}, "doi": "10.1234/xnm", "type": "paper"}),
        json!({"id": "luan-an", "title": {"vi": TITLE}, "authors": ["Nguyễn Văn An"], "year": 2019, "venue": "Trường Đại học Cần Thơ", "type": "thesis"}),
        json!({"id": "phan-1", "title": {"vi": "Giáo trình thủy văn đồng bằng, phần 1"}, "authors": ["Lê Thị Cúc"], "year": 2018, "type": "book"}),
        json!({"id": "phan-2", "title": {"vi": "Giáo trình thủy văn đồng bằng, phần 2"}, "authors": ["Lê Thị Cúc"], "year": 2018, "type": "book"}),
    ];
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let path = installation.input("records.jsonl", lines.join("\n"));
    assert_eq!(installation.ingest(&path).status, 0);
    installation
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn duplicates_are_found_and_versions_and_parts_are_not_taken_for_them() {
    let installation = library();
    assert_eq!(installation.run(&["duplicates", "list"]).status, 1);
    let found = installation.run(&["duplicates", "find"]).json();
    assert_eq!(
        (&found["groups"], &found["records"]),
        (&json!(1), &json!(5)),
        "{found}"
    );
    let listed = lines(&installation.run(&["duplicates", "list"]).stdout);
    assert_eq!(listed[0]["ids"], json!(["a", "b"]));
    let evidence = listed[0]["pairs"][0]["evidence"].to_string();
    assert!(
        evidence.contains("\"authors\"") && evidence.contains("\"title\""),
        "{evidence}"
    );
    let versions = lines(
        &installation
            .run(&["duplicates", "list", "--versions"])
            .stdout,
    );
    assert!(!versions.is_empty());
    for pair in &versions {
        assert!(pair["ids"].to_string().contains("luan-an"), "{pair}");
    }
    let again = installation.run(&["duplicates", "find"]).json();
    assert_eq!(again, found, "the same records give the same pairs");
}

#[test]
fn what_people_keep_apart_is_not_listed_again() {
    let installation = library();
    installation.run(&["duplicates", "find"]);
    assert_eq!(
        installation.run(&["duplicates", "apart", "b", "a"]).status,
        0
    );
    assert_eq!(installation.run(&["duplicates", "list"]).stdout, "");
    installation.run(&["duplicates", "find"]);
    assert_eq!(installation.run(&["duplicates", "list"]).stdout, "");
    let ran = installation.run(&["duplicates", "apart", "a", "không-có"]);
    assert!(
        ran.status == 2 && ran.stderr.contains("không-có"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_merge_fills_redirects_survives_a_second_ingest_and_is_undone() {
    let installation = library();
    let before = installation.dump();
    let merged = installation.run(&["duplicates", "merge", "a", "b", "--take", "abstract=b"]);
    assert_eq!(merged.status, 0, "{}", merged.stderr);
    let kept = installation.run(&["show", "a"]).json();
    assert_eq!(kept["title"]["vi"], TITLE);
    assert_eq!(kept["abstract"]["vi"], "Thí nghiệm ở ba huyện.");
    assert!(kept["identifiers"].to_string().contains("10.1234/xnm"));
    let found = installation.run(&["search", "xâm nhập mặn"]).json();
    assert_eq!(found["total"], 2, "the article and the thesis: {found}");

    assert_eq!(location(&installation, "/records/b"), "/records/a");
    assert_eq!(
        location(&installation, "/api/v1/records/b.ris?lang=en"),
        "/api/v1/records/a.ris?lang=en"
    );

    // The same duplicate from another source goes where the merge sent it.
    let late = json!({"id": "b", "title": {"vi": "Xâm nhập mặn"}, "volume": "7", "type": "paper"});
    let late = installation.input("late.jsonl", late.to_string());
    let report = installation.ingest(&late).json();
    assert_eq!(
        (&report["added"], &report["updated"]),
        (&json!(0), &json!(1)),
        "{report}"
    );
    let ran = installation.run(&["duplicates", "undo", "1"]);
    assert!(
        ran.status == 2 && ran.stderr.contains("changed after"),
        "{}",
        ran.stderr
    );

    let other = library();
    other.run(&["duplicates", "merge", "a", "b"]);
    assert_ne!(other.dump(), before);
    assert_eq!(other.run(&["duplicates", "undo", "1"]).status, 0);
    assert_eq!(titles(&other.dump()), titles(&before));
    assert_eq!(other.run(&["duplicates", "merges"]).stdout, "");
}

/// Ids and titles: where the records came from differs from folder to folder.
fn titles(dump: &str) -> Vec<(Value, Value, Value)> {
    let of = |record: Value| {
        (
            record["id"].clone(),
            record["title"].clone(),
            record["abstract"].clone(),
        )
    };
    lines(dump).into_iter().map(of).collect()
}

#[test]
fn a_bad_merge_says_why() {
    let installation = library();
    for (arguments, words) in [
        (&["duplicates", "merge", "a", "a"][..], "into itself"),
        (&["duplicates", "merge", "a", "none"], "not in the library"),
        (
            &["duplicates", "merge", "a", "b", "--take", "title=luan-an"],
            "not among",
        ),
        (
            &["duplicates", "merge", "a", "b", "--take", "colour=b"],
            "cannot be chosen",
        ),
        (&["duplicates", "undo", "9"], "merge 9 is not there"),
        (&["duplicates", "find", "--least", "2"], "between 0 and 1"),
    ] {
        let ran = installation.run(arguments);
        assert!(
            ran.status == 2 && ran.stderr.contains(words),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}

/// Asks the real server for a path; where it sends.
fn location(installation: &Installation, path: &str) -> String {
    let mut server = installation
        .command()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = said
        .find_map(|line| Some(line.unwrap().split_once("http://")?.1.trim().to_owned()))
        .unwrap();
    let address = address.trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 308"), "{answer}");
    let line = answer
        .lines()
        .find(|line| line.to_lowercase().starts_with("location:"));
    line.unwrap()["location:".len()..].trim().to_owned()
}
