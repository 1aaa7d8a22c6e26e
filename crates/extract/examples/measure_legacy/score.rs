//! Diacritic accuracy of files in legacy encodings, from the file to the text.
//!
//! The share of letters with a diacritic in the transcript that come out
//! exactly, where both texts are aligned by their base letters; the denominator
//! is all such letters of the transcript (the corpus's own `METRIC.md`).

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use extract::Limits;
use similar::{Algorithm, ChangeTag, TextDiff};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The score of one file.
pub(crate) struct Score {
    pub(crate) name: String,
    /// Letters with a diacritic that came out exactly.
    pub(crate) n_right: usize,
    /// Letters with a diacritic in the transcript.
    pub(crate) n_all: usize,
    /// Why there is no text.
    pub(crate) failure: Option<String>,
}

impl Score {
    /// The share that is right, 0 to 1.
    pub(crate) fn share(&self) -> f64 {
        self.n_right as f64 / self.n_all.max(1) as f64
    }
}

/// Scores all files under `folder` that have a transcript in `truth`, by name.
pub(crate) fn score_all(folder: &Path, truth: &Path) -> Vec<Score> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files
        .iter()
        .filter_map(|path| score_file(path, truth))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn score_file(path: &Path, truth: &Path) -> Option<Score> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let wanted = fs::read_to_string(truth.join(format!("{stem}.txt"))).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    let bytes = fs::read(path).ok()?;
    let (text, failure) = match extract::extract(&bytes, Some(&name), &Limits::default()) {
        Ok(document) => (document.text(), None),
        Err(error) => (String::new(), Some(error.to_string())),
    };
    let (n_right, n_all) = compare(&prepared(&wanted), &prepared(&text));
    Some(Score {
        name,
        n_right,
        n_all,
        failure,
    })
}

/// NFC, white space collapsed.
fn prepared(text: &str) -> Vec<char> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

fn base(c: char) -> char {
    match c {
        'đ' => 'd',
        'Đ' => 'D',
        c => std::iter::once(c)
            .nfd()
            .find(|c| !is_combining_mark(*c))
            .unwrap_or(c),
    }
}

fn has_diacritic(c: char) -> bool {
    matches!(c, 'đ' | 'Đ') || std::iter::once(c).nfd().any(is_combining_mark)
}

/// Time one alignment may take; past it the rest is aligned roughly.
const MAX_ALIGNMENT: Duration = Duration::from_secs(20);

/// Letters with diacritics that are right, and all in the transcript.
fn compare(wanted: &[char], got: &[char]) -> (usize, usize) {
    let n_all = wanted.iter().filter(|c| has_diacritic(**c)).count();
    let bases = |text: &[char]| {
        text.iter()
            .map(|c| base(*c).to_string())
            .collect::<Vec<_>>()
    };
    let (left, right) = (bases(wanted), bases(got));
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .deadline(Instant::now() + MAX_ALIGNMENT)
        .diff_slices(&left, &right);
    let is_right =
        |(old, new): (usize, usize)| has_diacritic(wanted[old]) && wanted[old] == got[new];
    let n_right = diff
        .iter_all_changes()
        .filter(|change| change.tag() == ChangeTag::Equal)
        .filter_map(|change| change.old_index().zip(change.new_index()))
        .filter(|pair| is_right(*pair))
        .count();
    (n_right, n_all)
}
