//! How often the first suggestion is right, and whether the confidence tells
//! the truth, on records that the model was not taught by (five folds).
//!
//! `cargo run --release -p subjects --example measure_subjects -- khcn RECORDS.jsonl...`,
//! the same with `ipc` (patents as record lines), and `tsv FILE.tsv...` for
//! lines of `id TAB label TAB text` under a header; then the first file teaches
//! and each of the others is judged.

#![allow(clippy::print_stdout, reason = "it is a command")]

use std::{fs, hash::BuildHasher as _};

use formats::{Kind, Limits, decode};
use records::{Record, RecordType};
use rustc_hash::FxBuildHasher;
use subjects::{Example, Label, Model, features, features_of_text, learn, seeds};

const N_FOLDS: u64 = 5;

fn main() {
    let mut args = std::env::args().skip(1);
    let kind = args.next().unwrap_or_default();
    let files: Vec<String> = args.collect();
    match kind.as_str() {
        "khcn" | "ipc" => folds(&kind, &labelled_records(&files, &kind)),
        "tsv" => across(&files),
        _ => {
            eprintln!(
                "usage: measure_subjects khcn|ipc RECORDS.jsonl... | measure_subjects tsv TEACHING.tsv JUDGED.tsv..."
            );
            std::process::exit(2);
        }
    }
}

/// What was guessed for one example: whether the first is right, whether one
/// of three is, and the confidence of the first.
type Outcome = (bool, bool, f32);

fn folds(kind: &str, examples: &[Example]) {
    let fold = |example: &Example| FxBuildHasher.hash_one(&example.name) >> 20;
    let seeds = if kind == "khcn" { seeds() } else { Vec::new() };
    let mut outcomes = Vec::new();
    for n in 0..N_FOLDS {
        let (judged, mut taught): (Vec<Example>, Vec<Example>) = examples
            .iter()
            .cloned()
            .partition(|example| fold(example) % N_FOLDS == n);
        taught.extend(seeds.iter().cloned());
        if let Some(model) = learn(&taught, 1, kind == "khcn") {
            outcomes.extend(judged.iter().map(|example| outcome(&model, example)));
        }
    }
    say(&format!("{kind}, five folds"), &outcomes);
    if let Some(model) = learn(&seeds, 1, true) {
        let outcomes: Vec<_> = examples
            .iter()
            .map(|example| outcome(&model, example))
            .collect();
        say("seed words alone", &outcomes);
    }
}

fn across(files: &[String]) {
    let read = |file: &String| -> Vec<Example> {
        let text = fs::read_to_string(file).expect("the file can be read");
        let rows = text.lines().skip(1).filter_map(|line| {
            let mut cells = line.splitn(3, '\t');
            let (id, label, text) = (cells.next()?, cells.next()?, cells.next()?);
            Some(Example {
                name: id.to_owned(),
                features: features_of_text(text),
                label: Label::Codes(vec![label.to_owned()]),
            })
        });
        rows.collect()
    };
    let Some((first, others)) = files.split_first() else {
        return;
    };
    let model = learn(&read(first), 1, true).expect("two labels and more");
    for file in others {
        let outcomes: Vec<_> = read(file)
            .iter()
            .map(|example| outcome(&model, example))
            .collect();
        say(file, &outcomes);
    }
}

fn outcome(model: &Model, example: &Example) -> Outcome {
    let guesses = model.guess(&example.features);
    let Label::Codes(right) = &example.label else {
        return (false, false, 0.0);
    };
    let is_right = |code: &String| right.contains(code);
    let first = guesses.first();
    (
        first.is_some_and(|guess| is_right(&guess.code)),
        guesses.iter().take(3).any(|guess| is_right(&guess.code)),
        first.map_or(0.0, |guess| guess.confidence),
    )
}

/// Accuracy, and the expected calibration error over ten bins.
fn say(what: &str, outcomes: &[Outcome]) {
    let n = outcomes.len().max(1) as f32;
    let share =
        |is: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|one| is(one)).count() as f32 / n;
    let mut error = 0.0;
    let mut bins = String::new();
    for bin in 0..10 {
        let within = |one: &&Outcome| ((one.2 * 10.0) as usize).min(9) == bin;
        let held: Vec<&Outcome> = outcomes.iter().filter(within).collect();
        if held.is_empty() {
            continue;
        }
        let size = held.len() as f32;
        let said = held.iter().map(|one| one.2).sum::<f32>() / size;
        let right = held.iter().filter(|one| one.0).count() as f32 / size;
        error += size / n * (said - right).abs();
        bins.push_str(&format!(" said {said:.2} was {right:.2} ({});", held.len()));
    }
    println!(
        "{what}: {} judged, right first {:.3}, in three {:.3}, calibration error {error:.3};{bins}",
        outcomes.len(),
        share(&|one| one.0),
        share(&|one| one.1)
    );
}

fn labelled_records(files: &[String], scheme: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    for path in files {
        let file = fs::File::open(path).expect("the file can be opened");
        let decoded = decode::open(file).expect("the file can be read");
        let Some(kind) = Kind::sniff(&decoded.head, path) else {
            eprintln!("{path}: no records, passed over");
            continue;
        };
        let format = kind.format();
        for entry in format.entries(decoded.reader, Limits::default()) {
            let entry = entry.expect("the file can be read");
            if let Ok(parsed) = format.parse(&entry) {
                examples.extend(example(&parsed.record, scheme));
            }
        }
    }
    examples
}

fn example(record: &Record, scheme: &str) -> Option<Example> {
    let own = record
        .subjects
        .iter()
        .filter(|subject| subject.scheme == scheme);
    let mut codes: Vec<String> = own
        .filter_map(|subject| subject.code.get(..1))
        .map(str::to_owned)
        .collect();
    codes.sort();
    codes.dedup();
    let applies = scheme == "khcn" || record.record_type == RecordType::Patent;
    (applies && !codes.is_empty()).then(|| Example {
        name: record.id.to_string(),
        features: features(record),
        label: Label::Codes(codes),
    })
}
