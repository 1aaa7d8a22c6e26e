//! Scores encoding repair by the definitions of the legacy-encoding corpus (`METRIC.md` there).
//!
//! - `score_repair pairs RAW_DIR TRUTH_DIR`: text extracted from real files (`NAME.txt`) against the transcripts;
//! - `score_repair simulate TRUTH_DIR`: the transcripts encoded by our own tables and repaired. Circular for the
//!   tables, so it measures only the choice of encoding and the loss of letters, and is reported apart;
//! - `score_repair clean FILE...`: text that needs no repair, a line a passage; every run found is false.
//!
//! `cargo run --release -p text --example score_repair -- simulate shared/data/legacy-encoding/truth`

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use text::Encoding;
use unicode_normalization::UnicodeNormalization;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["pairs", raw, truth] => pairs(Path::new(raw), Path::new(truth)),
        ["simulate", truth] => simulate(Path::new(truth)),
        ["clean", files @ ..] if !files.is_empty() => clean(files),
        _ => Err("usage: score_repair pairs RAW TRUTH | simulate TRUTH | clean FILE...".into()),
    }
}

/// Sums of one kind of document.
#[derive(Default)]
struct Score {
    n_documents: u32,
    chars: (usize, usize),
    diacritics: (usize, usize),
    /// The same without regard to case: capitals that only the font shows cannot be known from text.
    diacritics_any_case: (usize, usize),
    syllables: (usize, usize),
}

impl Score {
    fn add(&mut self, found: &str, truth: &str) {
        let (found, truth) = (prepare(found), prepare(truth));
        self.n_documents += 1;
        self.add_diacritics(&found, &truth);
        let found: Vec<&str> = found.split(' ').collect();
        let truth: Vec<&str> = truth.split(' ').collect();
        self.syllables.0 += n_equal(&found, &truth);
        self.syllables.1 += truth.len();
    }

    fn add_diacritics(&mut self, found: &str, truth: &str) {
        let (found, truth): (Vec<char>, Vec<char>) =
            (found.chars().collect(), truth.chars().collect());
        self.chars.0 += n_equal(&found, &truth);
        self.chars.1 += truth.len();
        let bases = |text: &[char]| text.iter().map(|&c| base(c)).collect::<Vec<char>>();
        let (found_bases, truth_bases) = (bases(&found), bases(&truth));
        let all = truth
            .iter()
            .zip(&truth_bases)
            .filter(|(c, base)| c != base)
            .count();
        self.diacritics.1 += all;
        self.diacritics_any_case.1 += all;
        // Aligned without case, so that capitals do not break the alignment.
        let lower = |text: &[char]| {
            text.iter()
                .map(|c| c.to_ascii_lowercase())
                .collect::<Vec<char>>()
        };
        for op in align(&lower(&found_bases), &lower(&truth_bases)) {
            if op.tag() != similar::DiffTag::Equal {
                continue;
            }
            for (at, expected) in op.old_range().zip(op.new_range()) {
                if truth[expected] == truth_bases[expected] {
                    continue;
                }
                let same_letter = found[at].to_lowercase().eq(truth[expected].to_lowercase());
                self.diacritics.0 += usize::from(found[at] == truth[expected]);
                self.diacritics_any_case.0 += usize::from(same_letter);
            }
        }
    }

    fn print(&self, name: &str) {
        let part = |(right, all): (usize, usize)| right as f64 / all.max(1) as f64;
        println!(
            "{name:28} documents {:3}  diacritics {:.4}  (any case {:.4})  chars {:.4}  syllables {:.4}",
            self.n_documents,
            part(self.diacritics),
            part(self.diacritics_any_case),
            part(self.chars),
            part(self.syllables)
        );
    }
}

/// NFC, runs of white space to one space.
fn prepare(text: &str) -> String {
    text.nfc()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn base(c: char) -> char {
    match c {
        'đ' => 'd',
        'Đ' => 'D',
        _ => {
            let mut parts = std::iter::once(c).nfd();
            parts.next().filter(|_| parts.next().is_some()).unwrap_or(c)
        }
    }
}

fn n_equal<T: Eq + std::hash::Hash + Ord>(found: &[T], truth: &[T]) -> usize {
    align(found, truth)
        .iter()
        .filter(|op| op.tag() == similar::DiffTag::Equal)
        .map(|op| op.new_range().len())
        .sum()
}

/// A shortest edit script, or a coarser one where the layouts differ so much that it would take minutes.
fn align<T: Eq + std::hash::Hash + Ord>(found: &[T], truth: &[T]) -> Vec<DiffOp> {
    let deadline = Instant::now() + std::time::Duration::from_secs(20);
    capture_diff_slices_deadline(Algorithm::Myers, found, truth, Some(deadline))
}

fn documents(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        found.push((
            name,
            String::from_utf8_lossy(&std::fs::read(&path)?).into_owned(),
        ));
    }
    found.sort();
    Ok(found)
}

fn pairs(raw: &Path, truth: &Path) -> Result<(), Failure> {
    let truths: BTreeMap<String, String> = documents(truth)?.into_iter().collect();
    let (mut repaired, mut untouched) = (Score::default(), Score::default());
    for (name, text) in documents(raw)? {
        let Some(truth) = truths.get(&name) else {
            continue;
        };
        let found = text::repair(&text);
        let mut one = Score::default();
        one.add(&found.text, truth);
        one.print(&name.chars().take(28).collect::<String>());
        repaired.add(&found.text, truth);
        untouched.add(&text, truth);
    }
    untouched.print("ALL untouched");
    repaired.print("ALL repaired");
    Ok(())
}

fn simulate(truth: &Path) -> Result<(), Failure> {
    let documents = documents(truth)?;
    let started = Instant::now();
    let mut n_bytes = 0;
    for encoding in Encoding::ALL {
        let (mut whole, mut by_line, mut wrong) = (Score::default(), Score::default(), 0);
        for (_, truth) in &documents {
            let truth: String = truth.nfc().collect();
            let damaged = text::repair_support::encode(&truth, encoding);
            let found = text::repair(&damaged);
            n_bytes += damaged.len();
            wrong += found
                .runs
                .iter()
                .filter(|run| run.encoding != encoding)
                .count();
            whole.add(&found.text, &truth);
            let lines: Vec<String> = damaged
                .lines()
                .map(|line| text::repair(line).text)
                .collect();
            by_line.add(&lines.join("\n"), &truth);
        }
        whole.print(&format!("{encoding} (documents)"));
        by_line.print(&format!("{encoding} (lines alone)"));
        println!("{encoding}: {wrong} runs taken for another encoding");
    }
    println!(
        "{:.1} MB/s with scoring",
        n_bytes as f64 / 1e6 / started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn clean(files: &[&str]) -> Result<(), Failure> {
    let (mut n_all, mut n_false) = (0, 0);
    for file in files {
        let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
        let started = Instant::now();
        let (mut n_lines, mut n_changed) = (0, 0);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            n_lines += 1;
            let found = text::repair(line);
            if found.runs.is_empty() {
                assert_eq!(found.text, line, "no run, so byte for byte the same");
                continue;
            }
            n_changed += 1;
            for run in found.runs.iter().take(1) {
                let shown: String = line[run.range.clone()].chars().take(80).collect();
                println!("  false {} {:.2}: {shown}", run.encoding, run.confidence);
            }
        }
        let whole = text::repair(&text).runs.len();
        println!(
            "{file}: {n_changed} of {n_lines} passages changed ({:.4} %), {whole} runs in the whole, {:.1} MB/s",
            100.0 * f64::from(n_changed) / f64::from(n_lines.max(1)),
            2.0 * text.len() as f64 / 1e6 / started.elapsed().as_secs_f64()
        );
        n_all += n_lines;
        n_false += n_changed;
    }
    println!(
        "ALL: {n_false} of {n_all} passages changed ({:.4} %)",
        100.0 * f64::from(n_false) / f64::from(n_all)
    );
    Ok(())
}
