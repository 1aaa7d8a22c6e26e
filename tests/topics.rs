//! Topics of the sample collection: the same for any order of the lines, with
//! labels in both languages; bad lines are left out and said.

use std::{collections::BTreeMap, fs};

use serde_json::Value;

use crate::installation::{Installation, repository};

fn sample() -> Vec<String> {
    let folder = repository().join("tests/sample");
    let files = ["records-01.jsonl", "records-02.jsonl"];
    let read = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    files
        .iter()
        .flat_map(|file| read(file).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The topic and probability of each id, and the lines of the summary.
fn fit(lines: &[String]) -> (BTreeMap<String, String>, String) {
    let installation = Installation::new();
    let file = installation.input("records.jsonl", lines.join("\n"));
    let summary = installation.input("topics.jsonl", "");
    let (file, summary_path) = (file.to_str().unwrap(), summary.to_str().unwrap());
    let words = ["--model", "none", "--summary", summary_path];
    let run = installation.run(&[&["topics", "fit", file], &words[..]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    let of = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let id = value["id"].as_str().unwrap().to_owned();
        (id, format!("{} {}", value["topic"], value["probability"]))
    };
    let topics = run.stdout.lines().map(of).collect();
    (topics, fs::read_to_string(summary).unwrap())
}

#[test]
fn the_order_of_the_lines_changes_nothing() {
    let mut lines = sample();
    let straight = fit(&lines);
    lines.reverse();
    let reversed = fit(&lines);
    assert_eq!(straight, reversed);
    assert_eq!(straight.0.len(), lines.len());
}

#[test]
fn topics_have_labels_in_both_languages_and_fields() {
    let (of, summary) = fit(&sample());
    let topics: Vec<Value> = summary
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!((5..60).contains(&topics.len()), "{}", topics.len());
    let size = |topic: &Value| topic["size"].as_u64().unwrap();
    let n_in = of
        .values()
        .filter(|found| !found.starts_with("null"))
        .count();
    assert_eq!(topics.iter().map(size).sum::<u64>(), n_in as u64);
    for topic in &topics {
        assert!(topic["label"]["vi"].is_string() && topic["label"]["en"].is_string());
        assert!(topic["parent"].is_u64() && topic["coherence_npmi"].is_f64());
        assert_eq!(topic["terms"].as_array().unwrap().len(), 10);
    }
    // The epidemic of pigs is planted in the sample.
    let labels: String = topics
        .iter()
        .map(|topic| topic["label"].to_string())
        .collect();
    assert!(labels.to_lowercase().contains("dịch tả"), "{labels}");
}

#[test]
fn lines_that_are_no_documents_are_said_and_left_out() {
    let installation = Installation::new();
    let lines = "{\"id\":\"a\",\"title\":\"Lúa chịu mặn\"}\nnot json\n{\"title\":\"no id\"}\n{\"id\":\"a\"}\n";
    let file = installation.input("lines.jsonl", lines);
    let run = installation.run(&["topics", "fit", file.to_str().unwrap()]);
    assert_eq!(run.status, 3);
    assert_eq!(run.stdout.lines().count(), 1);
    for number in ["line 2", "line 3", "line 4"] {
        assert!(run.stderr.contains(number), "{}", run.stderr);
    }
    let empty = installation.input("empty.jsonl", "");
    let run = installation.run(&["topics", "fit", empty.to_str().unwrap()]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("give at least one"), "{}", run.stderr);
}
