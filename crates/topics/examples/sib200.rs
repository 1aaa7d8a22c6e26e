//! Topics against categories that people gave: the sentences of SIB-200 as a
//! file for `trithuc topics fit`, and the V-measure of what it found.
//!
//! ```text
//! sib200 lines FOLDER/eng_Latn FOLDER/vie_Latn > sentences.jsonl
//! trithuc topics fit sentences.jsonl --topics 7 > topics.jsonl
//! sib200 score topics.jsonl FOLDER/eng_Latn FOLDER/vie_Latn
//! ```
//!
//! V-measure: Rosenberg & Hirschberg, EMNLP-CoNLL 2007, the harmonic mean of
//! homogeneity and completeness, here × 100. Sentences without a topic count
//! as a topic of their own.

#![allow(clippy::print_stdout, reason = "a measuring program prints")]

use std::{collections::BTreeMap, error::Error, fs, path::Path, process::ExitCode};

type Failure = Box<dyn Error>;

/// A sentence of SIB-200.
struct Sentence {
    id: String,
    category: String,
    text: String,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((what, folders)) if what == "lines" && !folders.is_empty() => lines(folders),
        Some((what, rest)) if what == "score" && rest.len() > 1 => score(&rest[0], &rest[1..]),
        _ => Err("usage: sib200 lines FOLDER… | sib200 score TOPICS.jsonl FOLDER…".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sib200: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read(folder: &str) -> Result<Vec<Sentence>, Failure> {
    let folder = Path::new(folder);
    let language = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut sentences = Vec::new();
    for part in ["train", "dev", "test"] {
        let path = folder.join(format!("{part}.tsv"));
        let text =
            fs::read_to_string(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        for line in text.lines().skip(1) {
            let mut cells = line.splitn(3, '\t');
            let (Some(id), Some(category), Some(text)) = (cells.next(), cells.next(), cells.next())
            else {
                return Err(format!("`{}`: no sentence: {line}", path.display()).into());
            };
            sentences.push(Sentence {
                id: format!("{language}-{id}"),
                category: category.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    Ok(sentences)
}

fn lines(folders: &[String]) -> Result<(), Failure> {
    for folder in folders {
        for sentence in read(folder)? {
            let line = serde_json::json!({ "id": sentence.id, "title": "", "text": sentence.text });
            println!("{line}");
        }
    }
    Ok(())
}

fn score(topics: &str, folders: &[String]) -> Result<(), Failure> {
    let mut of: BTreeMap<String, i64> = BTreeMap::new();
    for line in fs::read_to_string(topics)?.lines() {
        let value: serde_json::Value = serde_json::from_str(line)?;
        let id = value["id"].as_str().ok_or("a line has no id")?;
        of.insert(id.to_owned(), value["topic"].as_i64().unwrap_or(-1));
    }
    let mut all = Vec::new();
    for folder in folders {
        let found: Vec<(String, i64)> = (read(folder)?.into_iter())
            .filter_map(|sentence| Some((sentence.category, *of.get(&sentence.id)?)))
            .collect();
        report(folder, &found);
        all.extend(found);
    }
    report("all", &all);
    Ok(())
}

fn report(name: &str, found: &[(String, i64)]) {
    let [homogeneity, completeness] = v_parts(found);
    let v = 2.0 * homogeneity * completeness / (homogeneity + completeness).max(f64::MIN_POSITIVE);
    println!(
        "{name}: {} sentences, V-measure {:.1} (homogeneity {:.1}, completeness {:.1})",
        found.len(),
        100.0 * v,
        100.0 * homogeneity,
        100.0 * completeness
    );
}

/// Homogeneity and completeness, 0..=1.
fn v_parts(found: &[(String, i64)]) -> [f64; 2] {
    let n = found.len() as f64;
    let (mut both, mut of_class, mut of_topic) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (class, topic) in found {
        *both.entry((class, topic)).or_insert(0.0) += 1.0;
        *of_class.entry(class).or_insert(0.0) += 1.0;
        *of_topic.entry(topic).or_insert(0.0) += 1.0;
    }
    let entropy =
        |counts: Vec<f64>| -> f64 { counts.iter().map(|c| -(c / n) * (c / n).ln()).sum() };
    let (class, topic) = (
        entropy(of_class.values().copied().collect()),
        entropy(of_topic.values().copied().collect()),
    );
    let given = |whole: &dyn Fn(&(&String, &i64)) -> f64| -> f64 {
        let parts = both.iter();
        parts
            .map(|(pair, c): (_, &f64)| -(c / n) * (c / whole(pair)).ln())
            .sum()
    };
    let class_given = given(&|pair| of_topic[pair.1]);
    let topic_given = given(&|pair| of_class[pair.0]);
    let share = |given: f64, whole: f64| {
        if whole > 0.0 {
            1.0 - given / whole
        } else {
            1.0
        }
    };
    [share(class_given, class), share(topic_given, topic)]
}
