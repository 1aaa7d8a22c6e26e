//! Metadata against a truth file, for the measurement and for the test.
//!
//! A line of the truth: `{"file","title":{"vi","en"},"authors":[],"abstract":{"vi":{"start","end","words"}}}`,
//! the abstract by its first and last words and its length, so that the file
//! holds facts and no text of others.

use std::{collections::BTreeMap, fs, path::Path};

use extract::{DocumentMetadata, Limits};
use records::Lang;
use serde::Deserialize;

#[derive(Deserialize)]
struct Truth {
    file: String,
    #[serde(default)]
    title: BTreeMap<String, String>,
    #[serde(default)]
    authors: Vec<String>,
    #[serde(default, rename = "abstract")]
    abstract_text: BTreeMap<String, AbstractTruth>,
}

#[derive(Deserialize)]
struct AbstractTruth {
    start: String,
    end: String,
    words: usize,
}

/// How often a field is right.
#[derive(Default)]
pub(crate) struct Score {
    /// Right ones.
    pub(crate) right: usize,
    /// All that are there or were found.
    pub(crate) all: usize,
}

impl Score {
    /// The share that is right, 0 to 1.
    pub(crate) fn share(&self) -> f64 {
        self.right as f64 / self.all.max(1) as f64
    }

    fn count(&mut self, is_right: bool) {
        self.right += usize::from(is_right);
        self.all += 1;
    }
}

/// Judges all documents of a truth file that lie in `folder`; complaints go to
/// standard error.
pub(crate) fn judge_all(truth: &str, folder: &Path) -> BTreeMap<&'static str, Score> {
    let mut scores = BTreeMap::new();
    for line in truth.lines().filter(|line| !line.trim().is_empty()) {
        let truth: Truth = serde_json::from_str(line).expect("a line of the truth is JSON");
        let path = folder.join(&truth.file);
        let Ok(bytes) = fs::read(&path) else {
            eprintln!("{}: not there, passed over", path.display());
            continue;
        };
        let found = extract::extract(&bytes, Some(&truth.file), &Limits::default())
            .map(|document| document.metadata)
            .unwrap_or_default();
        judge(&truth, &found, &mut scores);
    }
    scores
}

fn judge(truth: &Truth, found: &DocumentMetadata, scores: &mut BTreeMap<&'static str, Score>) {
    for lang in ["vi", "en"] {
        let (wanted, got) = (truth.title.get(lang), found.title.get(&Lang::parse(lang)));
        if wanted.is_none() && got.is_none() {
            continue;
        }
        let is_right = wanted
            .zip(got)
            .is_some_and(|(wanted, got)| likeness(wanted, got) >= 0.9);
        if !is_right {
            eprintln!("{} title {lang}: {got:?}, not {wanted:?}", truth.file);
        }
        scores.entry("title").or_default().count(is_right);
    }
    let key = |names: &[String]| {
        names
            .iter()
            .map(|name| text::normalise(name).to_lowercase())
            .collect::<Vec<_>>()
    };
    let is_right = key(&truth.authors) == key(&found.authors);
    if !is_right {
        eprintln!(
            "{} authors: {:?}, not {:?}",
            truth.file, found.authors, truth.authors
        );
    }
    scores.entry("authors").or_default().count(is_right);
    for lang in ["vi", "en"] {
        let wanted = truth.abstract_text.get(lang);
        let got = found.abstract_text.get(&Lang::parse(lang));
        if wanted.is_none() && got.is_none() {
            continue;
        }
        let is_right = wanted
            .zip(got)
            .is_some_and(|(wanted, got)| wanted.fits(got));
        if !is_right {
            let shown = got.map(|got| got.chars().take(80).collect::<String>());
            eprintln!("{} abstract {lang}: {shown:?}", truth.file);
        }
        scores.entry("abstract").or_default().count(is_right);
    }
}

impl AbstractTruth {
    /// With the same start and end and at most a tenth of the words missing or
    /// too many, the likeness by Levenshtein is at least .8.
    fn fits(&self, got: &str) -> bool {
        let words: Vec<&str> = got.split_whitespace().collect();
        let text = words.join(" ");
        let off = words.len().abs_diff(self.words) * 10;
        text.starts_with(&self.start) && text.ends_with(&self.end) && off <= self.words
    }
}

/// 1 less the edit distance in parts of the longer text, case aside.
fn likeness(one: &str, other: &str) -> f64 {
    let one: Vec<char> = text::normalise(one).to_lowercase().chars().collect();
    let other: Vec<char> = text::normalise(other).to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let best = (corner + usize::from(a != b))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = best;
        }
    }
    1.0 - row[other.len()] as f64 / one.len().max(other.len()).max(1) as f64
}
