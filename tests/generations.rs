//! Vectors of several models side by side: made, cut over to, gone back from,
//! compared; `kill -9` while they are made loses nothing. The model is that of
//! letters alone, which needs no weights.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use catalog::{CatalogStore as _, Detail, SqliteCatalog};
use index::vectors::{SqliteVectors, VectorModel, VectorStore as _};
use records::{ChangeSeq, Clearance};
use serde_json::Value;

use crate::{
    installation::{Installation, Ran},
    killing::{Lasting, mix, shares},
};

const N_RECORDS: u64 = 2_000;
const N_MORE: u64 = 1_000;
const N_KILLS: u64 = 20;

fn lines(from: u64, to: u64) -> String {
    let line = |n: u64| {
        let words = ["lúa", "mặn", "pin", "nhiệt", "sông", "ảnh", "rice", "water"];
        let word = |i: u64| words[(mix(n * 7 + i) % 8) as usize];
        let (a, b, c) = (word(1), word(2), word(3));
        format!(
            "{{\"id\":\"r{n}\",\"title\":\"{a} {n}\",\"abstract\":\"Nghiên cứu {b} và {c} số {n}.\"}}\n"
        )
    };
    (from..to).map(line).collect()
}

fn library() -> Installation {
    let installation = Installation::new();
    let path = installation.input("a.jsonl", lines(0, N_RECORDS));
    let ran = installation.ingest(&path);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    installation
}

fn semantic(installation: &Installation, query: &str) -> Ran {
    installation.run(&["search", query, "--mode", "semantic"])
}

#[test]
fn a_model_is_used_left_and_used_again() {
    let installation = library();
    let before = semantic(&installation, "lúa mặn");
    assert_eq!(before.status, 1, "{}", before.stdout);
    assert!(
        before.stderr.contains("trithuc model fetch"),
        "{}",
        before.stderr
    );
    let used = installation.run(&["model", "use", "ngram"]);
    assert_eq!(used.status, 0, "{}", used.stderr);
    let used = used.json();
    assert_eq!(
        (&used["records"], &used["previous"]),
        (&N_RECORDS.into(), &"multilingual-e5-small".into())
    );
    let found = semantic(&installation, "lúa mặn").json();
    assert_eq!(found["mode"], "semantic");
    assert_eq!(found["total"], 200);
    // What is complete is not made again.
    let again = installation.run(&["model", "use", "ngram"]).json();
    assert_eq!(
        (&again["embedded"], &again["previous"]),
        (&0.into(), &"ngram".into())
    );
    // A model that is not there changes nothing.
    let absent = installation.run(&["model", "use", "no-such-model"]);
    assert_eq!(absent.status, 1);
    assert!(
        absent.stderr.contains("trithuc model list"),
        "{}",
        absent.stderr
    );
    assert_eq!(
        semantic(&installation, "lúa mặn").json()["hits"],
        found["hits"]
    );
    let in_use = installation.run(&["model", "drop", "ngram"]);
    assert_eq!(in_use.status, 2, "{}", in_use.stderr);
}

/// What is too long or empty is answered in the mode that still works, and says
/// so.
#[test]
fn long_and_empty_questions_are_answered_and_say_so() {
    let installation = library();
    let used = installation.run(&["model", "use", "ngram"]);
    assert_eq!(used.status, 0, "{}", used.stderr);
    let long = "lúa mặn cửa sông ".repeat(2_500);
    let ran = installation.run(&["search", &long]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let found = ran.json();
    assert_eq!(found["mode"], "hybrid");
    assert_eq!(found["hits"].as_array().unwrap().len(), 10);
    assert!(
        found["notices"].to_string().contains("10000"),
        "{}",
        found["notices"]
    );
    let marks = installation.run(&["search", "… — !"]);
    assert_eq!(marks.json()["mode"], "lexical", "{}", marks.stderr);
    let nothing = semantic(&installation, "…");
    assert_eq!(nothing.status, 1);
    assert!(
        nothing.stderr.contains("use mode lexical"),
        "{}",
        nothing.stderr
    );
    let thousand_pages =
        "Nghiên cứu lúa và mặn trên một trang của một luận án rất dài.\n".repeat(9_000);
    let document = installation.input("dai.txt", thousand_pages);
    let document = document.to_str().unwrap();
    let found = installation
        .run(&["overlap", document, "--passages", "5"])
        .json();
    assert_eq!(found["compared"]["n_looked_up"], 5);
    assert!(found["compared"]["n_passages"].as_u64().unwrap() > 300);
    assert!(
        found["notices"].to_string().contains("đoạn đầu"),
        "{}",
        found["notices"]
    );
}

#[test]
fn a_running_server_cuts_over_by_itself() {
    let installation = library();
    let mut command = installation.command();
    let mut server = command
        .args(["--json", "serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    output.read_line(&mut said).unwrap();
    let said: Value = serde_json::from_str(&said).unwrap();
    let address = said["listening"]
        .as_str()
        .unwrap()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    assert!(ask(&address).contains("invalid-parameter"));
    let used = installation.run(&["model", "use", "ngram"]);
    assert_eq!(used.status, 0, "{}", used.stderr);
    let start = Instant::now();
    while !ask(&address).contains("\"mode\":\"semantic\"") {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{}",
            ask(&address)
        );
        thread::sleep(Duration::from_millis(200));
    }
    server.kill().unwrap();
    server.wait().unwrap();
}

fn ask(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = "GET /api/v1/search?q=lua+man&mode=semantic HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn two_models_are_compared_query_by_query() {
    let installation = Installation::new();
    let set = installation.input("set/corpus.jsonl", corpus());
    let folder = set.parent().unwrap();
    installation.input(
        "set/queries.jsonl",
        "{\"_id\":\"q1\",\"text\":\"chịu mặn\"}\n{\"_id\":\"q2\",\"text\":\"pin xe điện\"}\n",
    );
    installation.input(
        "set/qrels/test.tsv",
        "query-id\tcorpus-id\tscore\nq1\ta\t1\nq2\tb\t1\n",
    );
    let folder = folder.to_str().unwrap();
    let ran = installation.run(&["model", "compare", "ngram", "ngram", folder]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let rows = ran.json();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    for row in rows.as_array().unwrap() {
        assert_eq!(
            (&row["queries"], &row["better"], &row["worse"]),
            (&2.into(), &0.into(), &0.into())
        );
        assert_eq!(
            (row["difference"].as_f64(), row["p"].as_f64()),
            (Some(0.0), Some(1.0))
        );
        assert_eq!(row["a_ndcg@10"], 1.0);
    }
    let lexical = installation.run(&[
        "model", "compare", "ngram", "ngram", folder, "--mode", "lexical",
    ]);
    assert_eq!(lexical.status, 2);
}

fn corpus() -> String {
    let line = |(id, text): (&str, &str)| {
        format!("{{\"_id\":\"{id}\",\"title\":\"\",\"text\":\"{text}\"}}\n")
    };
    [
        ("a", "Giống lúa chịu mặn"),
        ("b", "Pin của xe điện"),
        ("c", "Ảnh viễn thám"),
    ]
    .map(line)
    .concat()
}

/// What must be the same: the answers to some questions, whole.
fn answers(installation: &Installation) -> Vec<Value> {
    let ask = |query: &&str| {
        let found = semantic(installation, query);
        assert_eq!(found.status, 0, "{}", found.stderr);
        found.json()["hits"].clone()
    };
    ["lúa mặn số 77", "pin nhiệt", "r1234 water", "sông ảnh rice"]
        .iter()
        .map(ask)
        .collect()
}

fn vectors_file(installation: &Installation) -> PathBuf {
    installation.data().join("index/vectors/ngram-256-1.sqlite")
}

/// Everything up to the change that the store says it has is there, whole.
fn check_consistent(installation: &Installation, n_before: u64) {
    let path = vectors_file(installation);
    if !path.exists() {
        assert_eq!(n_before, 0);
        return;
    }
    let model = VectorModel {
        id: "ngram/256/1".into(),
        dim: 256,
    };
    let store = SqliteVectors::open(&path, &model).unwrap();
    let applied = store.applied_seq().unwrap();
    let stats = store.stats().unwrap();
    assert!(stats.n_records >= n_before, "{stats:?} of {n_before}");
    let catalogue = SqliteCatalog::open(&installation.data().join("catalogue.sqlite")).unwrap();
    let changes = catalogue.changes(ChangeSeq::ZERO, 100_000, Clearance::Staff, Detail::Summary);
    let known = changes
        .unwrap()
        .changes
        .into_iter()
        .filter(|change| change.seq <= applied);
    let (mut n_known, mut n_passages) = (0, 0);
    for change in known {
        let passages = store.passages(&change.id, Clearance::Staff).unwrap();
        assert!(!passages.is_empty(), "{} at {:?}", change.id, change.seq);
        n_known += 1;
        n_passages += passages.len() as u64;
    }
    assert_eq!((n_known, n_passages), (stats.n_records, stats.n_passages));
}

/// The library with everything made in peace: its answers, and how long the
/// back-fill and the inserts took.
fn undisturbed() -> (Vec<Value>, [Lasting; 2]) {
    let installation = library();
    let start = Instant::now();
    assert_eq!(installation.run(&["model", "use", "ngram"]).status, 0);
    let filled = Lasting::since(start);
    add_more(&installation);
    let start = Instant::now();
    assert_eq!(installation.run(&["index", "--only", "vectors"]).status, 0);
    let added = Lasting::since(start);
    check_consistent(&installation, N_RECORDS + N_MORE);
    (answers(&installation), [filled, added])
}

fn add_more(installation: &Installation) {
    let path = installation.input("b.jsonl", lines(N_RECORDS, N_RECORDS + N_MORE));
    assert_eq!(installation.ingest(&path).status, 0);
}

#[test]
fn killed_at_any_moment_loses_no_vector() {
    const FILL: [&str; 3] = ["model", "use", "ngram"];
    const ADD: [&str; 3] = ["index", "--only", "vectors"];
    let (wanted, [mut filling, mut adding]) = undisturbed();
    assert!(
        wanted
            .iter()
            .all(|hits| hits.as_array().unwrap().len() == 10)
    );
    for (kill, share) in shares(N_KILLS, 100).enumerate() {
        let installation = filling.kill_at(share, || {
            let installation = library();
            let mut command = installation.command();
            command.args(FILL);
            (installation, command)
        });
        check_consistent(&installation, 0);
        let resumed = installation.run(&FILL);
        assert_eq!(resumed.status, 0, "kill {kill}: {}", resumed.stderr);
        add_more(&installation);
        let mut killed = installation.command();
        killed.args(ADD);
        adding.kill_once(share, killed);
        check_consistent(&installation, N_RECORDS);
        let resumed = installation.run(&ADD);
        assert_eq!(resumed.status, 0, "kill {kill}: {}", resumed.stderr);
        check_consistent(&installation, N_RECORDS + N_MORE);
        assert!(
            answers(&installation) == wanted,
            "kill {kill} at {share:.2}"
        );
    }
}
