//! Trains the language model on lists of words, a file `xx.txt` for each language with
//! `word count` a line, and for English as much again on titles and abstracts of papers,
//! whose words are not those of films; measures it on passages as `score_detect` reads them.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
};

use flate2::read::GzDecoder;

use text::{LanguageModel, LanguageTrainer};

use crate::Result;

/// Passages made up, and the size of the first step.
const N_PASSAGES: usize = 2_000_000;
const RATE: f32 = 0.5;

pub(crate) fn train(lists: &Path, papers: &Path, measure: Option<&Path>, out: &Path) -> Result<()> {
    let mut texts = Vec::new();
    for language in LanguageTrainer::languages() {
        let path = lists.join(format!("{language}.txt"));
        let text = fs::read_to_string(&path);
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        texts.push((language, text));
    }
    let english = words_of_papers(papers)?;
    let words = |language: &str| {
        let text = texts.iter().find(|(code, _)| *code == language);
        let lines = text.into_iter().flat_map(|(_, text)| text.lines());
        let counted = lines.filter_map(|line| {
            let (word, count) = line.split_once(' ')?;
            Some((word, count.parse().ok()?))
        });
        let mut counted: Vec<(&str, f64)> = counted.collect();
        if language == "en" {
            let sum = |counts: &mut dyn Iterator<Item = f64>| counts.sum::<f64>();
            let share = sum(&mut counted.iter().map(|(_, count)| *count))
                / sum(&mut english.values().copied());
            counted.extend(english.iter().map(|(word, n)| (word.as_str(), n * share)));
        }
        counted
    };
    let mut trainer = LanguageTrainer::new(words);
    let loss = trainer.learn(N_PASSAGES, RATE);
    let model = trainer.model();
    let bytes = model.to_bytes()?;
    eprintln!("loss {loss:.3} nats, {} bytes", bytes.len());
    if let Some(path) = measure {
        report(&model, &fs::read_to_string(path)?);
    }
    fs::write(out, bytes)?;
    Ok(())
}

/// How often each word occurs, in lower case.
fn words_of_papers(path: &Path) -> Result<BTreeMap<String, f64>> {
    let mut counts = BTreeMap::new();
    for line in BufReader::new(GzDecoder::new(File::open(path)?)).lines() {
        let paper: serde_json::Value = serde_json::from_str(&line?)?;
        for field in ["title", "abstract"] {
            // Some are French, and nearly all of those have accents.
            let text = paper[field].as_str().filter(|text| text.is_ascii());
            let text = text.unwrap_or_default().to_lowercase();
            for word in text.split(|c: char| !c.is_alphabetic()) {
                *counts.entry(word.to_owned()).or_default() += 1.0;
            }
        }
    }
    counts.remove("");
    Ok(counts)
}

/// How often the likeliest language is the right one of vi, en, fr and other.
fn report(model: &LanguageModel, passages: &str) {
    let class = |language: &str| match language {
        "vi" => 0,
        "en" => 1,
        "fr" => 2,
        _ => 3,
    };
    let mut counts = [(0usize, 0usize); 4];
    for line in passages.lines() {
        let mut columns = line.splitn(3, '\t');
        let (Some(gold), _, Some(passage)) = (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let found = model.languages(passage);
        let (right, all) = &mut counts[class(gold)];
        *all += 1;
        *right += usize::from(
            found
                .first()
                .is_some_and(|best| class(best.0) == class(gold)),
        );
    }
    for (name, (right, all)) in ["vi", "en", "fr", "other"].iter().zip(counts) {
        eprintln!("{name}: {:.4} of {all}", right as f64 / all.max(1) as f64);
    }
}
