//! The installation's own topics: built, kept over rebuilds, changed by people,
//! and made of open records only.

use std::fs;

use serde_json::Value;

use crate::{
    installation::{Installation, repository},
    site::get_as,
};

fn sample() -> Vec<Value> {
    let folder = repository().join("tests/sample");
    let files = ["records-01.jsonl", "records-02.jsonl"].map(|file| folder.join(file));
    let texts = files.map(|file| fs::read_to_string(file).unwrap());
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn ingest(installation: &Installation, records: &[Value]) {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let file = installation.input("records.jsonl", lines.join("\n"));
    let ran = installation.ingest(&file);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

fn ask(installation: &Installation, arguments: &[&str]) -> Vec<Value> {
    let ran = installation.run(arguments);
    assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.stderr);
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn list(installation: &Installation) -> Vec<Value> {
    ask(installation, &["topics", "list"])
}

fn built(records: &[Value]) -> Installation {
    let installation = Installation::new();
    ingest(&installation, records);
    ask(&installation, &["topics", "build"]);
    installation
}

#[test]
fn a_rebuild_of_the_same_records_changes_nothing() {
    let installation = built(&sample());
    let before = list(&installation);
    let fields = before.iter().filter(|topic| topic["parent"].is_null());
    assert!((2..15).contains(&fields.count()));
    assert!((8..80).contains(&before.len()), "{}", before.len());
    let again = ask(&installation, &["topics", "build"]);
    assert_eq!(again[0]["build"], 2);
    assert_eq!(again[0]["happened"], serde_json::json!({}));
    assert_eq!(list(&installation), before);
}

#[test]
fn more_records_keep_the_ids_and_write_the_lineage() {
    let records = sample();
    let installation = built(&records[..records.len() * 7 / 10]);
    let before = list(&installation);
    ingest(&installation, &records);
    ask(&installation, &["topics", "build"]);
    let after = list(&installation);
    let kept = |topic: &&Value| after.iter().any(|other| other["topic"] == topic["topic"]);
    let n_kept = before.iter().filter(kept).count();
    assert!(2 * n_kept > before.len(), "{n_kept} of {}", before.len());
    for topic in &after {
        let id = topic["topic"].to_string();
        let shown = ask(&installation, &["topics", "show", &id]);
        let history = shown[0]["history"].as_array().unwrap();
        let first = history[0]["kind"].as_str().unwrap();
        assert!(["born", "split"].contains(&first), "{history:?}");
        let years = shown[0]["by_year"].as_object().unwrap();
        let n: u64 = years.values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(n, topic["size"].as_u64().unwrap());
    }
}

#[test]
fn what_people_decide_stands_over_rebuilds_and_is_taken_back() {
    let installation = built(&sample());
    let topics: Vec<Value> = list(&installation);
    let inner: Vec<&Value> = topics.iter().filter(|t| !t["parent"].is_null()).collect();
    let id = |at: usize| inner[at]["topic"].to_string();
    let [from, into, locked] = [id(0), id(1), id(2)];
    let run = |arguments: &[&str]| ask(&installation, arguments);
    run(&["topics", "rename", &into, "--vi", "Tên của thủ thư"]);
    run(&["topics", "lock", &locked]);
    let merged = run(&["topics", "merge", &from, &into])[0]["act"].to_string();
    let sizes = |at: usize| inner[at]["size"].as_u64().unwrap();
    let find = |id: &str| {
        let all = list(&installation);
        all.into_iter()
            .find(|topic| topic["topic"] == id.parse::<u64>().unwrap())
    };
    assert!(find(&from).is_none());
    assert_eq!(find(&into).unwrap()["size"], sizes(0) + sizes(1));

    // Another number of topics would tear them apart.
    run(&["topics", "build", "--topics", "60"]);
    let held = find(&into).unwrap();
    assert_eq!(held["name"]["vi"], "Tên của thủ thư");
    assert_eq!(find(&locked).unwrap()["locked"], true);
    assert!(find(&locked).unwrap()["size"].as_u64() >= Some(sizes(2)));
    let late = installation.run(&["topics", "undo", &merged]);
    assert_eq!(late.status, 2);
    assert!(late.stderr.contains("built anew"), "{}", late.stderr);

    let renamed = run(&["topics", "rename", &locked, "--en", "Librarian's name"]);
    assert_eq!(find(&locked).unwrap()["name"]["en"], "Librarian's name");
    run(&["topics", "undo", &renamed[0]["act"].to_string()]);
    assert_eq!(find(&locked).unwrap()["name"]["en"], Value::Null);
}

#[test]
fn a_merge_is_taken_back_before_the_next_build() {
    let installation = built(&sample());
    let before = list(&installation);
    let inner: Vec<&Value> = before.iter().filter(|t| !t["parent"].is_null()).collect();
    let [from, into] = [0, 1].map(|at: usize| inner[at]["topic"].to_string());
    let act = ask(&installation, &["topics", "merge", &from, &into]);
    assert_ne!(list(&installation), before);
    ask(
        &installation,
        &["topics", "undo", &act[0]["act"].to_string()],
    );
    assert_eq!(list(&installation), before);
    for (arguments, reason) in [
        (["merge", &from, &from], "itself"),
        (["merge", &from, "99999"], "no topic `99999`"),
    ] {
        let ran = installation.run(&[&["topics"], &arguments[..]].concat());
        assert_eq!(ran.status, 2);
        assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    }
}

#[test]
fn too_few_records_are_refused_with_the_reason() {
    let installation = Installation::new();
    ingest(&installation, &sample()[..1]);
    let ran = installation.run(&["topics", "build"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("topics need at least"),
        "{}",
        ran.stderr
    );
    let ran = installation.run(&["topics", "list"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("trithuc topics build"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_topic_of_closed_records_is_never_built() {
    let mut records = sample();
    for number in 0..40 {
        records.push(serde_json::json!({
            "id": format!("kin-{number}"), "type": "task", "access": "restricted", "year": 2020,
            "title": {"vi": format!("Vũ khí xyzzyqwv bí mật số {number}")},
            "abstract": {"vi": "Chế tạo xyzzyqwv cho tàu ngầm và kho xyzzyqwv dưới biển."}
        }));
    }
    let installation = built(&records);
    for topic in list(&installation) {
        assert!(!topic.to_string().contains("xyzzyqwv"), "{topic}");
    }
}

#[test]
fn the_api_gives_topics_of_what_the_caller_sees() {
    let all = get_as("", "/api/v1/topics").json();
    let topics = all["topics"].as_array().unwrap();
    assert_eq!(all["build"], 1);
    assert!(topics.len() >= 2, "{all}");
    for topic in topics {
        let one = get_as("", &format!("/api/v1/topics/{}", topic["topic"])).json();
        assert_eq!(one["size"], topic["size"]);
        assert_eq!(one["history"][0]["kind"], "born");
        let n_central = one["central"].as_array().unwrap().len() as u64;
        assert_eq!(n_central, topic["size"].as_u64().unwrap().min(20));
    }
    for (address, status) in [
        ("/api/v1/topics?x=1", 400),
        ("/api/v1/topics/1?limit=3", 400),
        ("/api/v1/topics/99999", 404),
        ("/api/v1/topics/-1", 404),
        ("/api/v1/topics/abc", 404),
        ("/api/v1/topics/18446744073709551615", 404),
    ] {
        let answer = get_as("", address);
        assert_eq!(answer.status, status, "{address}: {}", answer.body);
        assert!(answer.body.contains("\"type\""), "{address}");
    }
}
