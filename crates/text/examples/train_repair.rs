//! Counts the syllables and syllable pairs that the encoding repairer weighs its readings with.
//!
//! Reads JSON Lines with `title`, `abstract` and `body` (words joined by `_`) from standard input, leaves out
//! every tenth line, and writes the model to the path named first. Deterministic; under a minute.
//! `xz -dc news-vi/articles.jsonl.xz | cargo run --release -p text --example train_repair -- models/repair/syllables.bin`

#![expect(
    clippy::print_stdout,
    reason = "a training program reports what it counted"
)]

use std::collections::HashMap;
use std::io::BufRead;

/// Syllables seen less often than this are typing errors as often as words.
const SYLLABLE_COUNT_MIN: u32 = 8;
/// Pairs seen less often say little, and most of the table would be such pairs.
const PAIR_COUNT_MIN: u32 = 12;

#[derive(Default)]
struct Counts {
    syllables: HashMap<String, u32>,
    pairs: HashMap<(String, String), u32>,
}

impl Counts {
    fn add(&mut self, text: &str) {
        let mut previous: Option<String> = None;
        for word in text.split([' ', '_', '\n']) {
            // One tone placement: the newspaper of the corpus writes `hoà`, others `hòa`.
            let lower = text::normalise(&word.to_lowercase());
            if !text::syllable::is_vietnamese(&lower) {
                previous = None;
                continue;
            }
            *self.syllables.entry(lower.clone()).or_default() += 1;
            if let Some(before) = previous {
                *self.pairs.entry((before, lower.clone())).or_default() += 1;
            }
            previous = Some(lower);
        }
    }

    /// The file: see `text::repair`'s lexicon for the layout.
    fn encode(&self) -> Result<Vec<u8>, std::num::TryFromIntError> {
        let total: f64 = self.syllables.values().map(|&n| f64::from(n)).sum();
        let mut kept: Vec<(&str, u32)> = self
            .syllables
            .iter()
            .filter(|(_, n)| **n >= SYLLABLE_COUNT_MIN)
            .map(|(s, n)| (s.as_str(), *n))
            .collect();
        kept.sort_unstable();
        let index: HashMap<&str, u16> = kept
            .iter()
            .zip(0u16..)
            .map(|((syllable, _), at)| (*syllable, at))
            .collect();
        let mut pairs: Vec<(u16, u16, u8)> = Vec::new();
        for ((a, b), &n) in &self.pairs {
            if let (true, Some(&left), Some(&right)) = (
                n >= PAIR_COUNT_MIN,
                index.get(a.as_str()),
                index.get(b.as_str()),
            ) {
                pairs.push((
                    left,
                    right,
                    cost(f64::from(n) / f64::from(self.syllables[a])),
                ));
            }
        }
        pairs.sort_unstable();
        let mut file = Vec::new();
        file.extend(u16::try_from(kept.len())?.to_le_bytes());
        file.extend(u32::try_from(pairs.len())?.to_le_bytes());
        for (syllable, n) in &kept {
            file.push(cost(f64::from(*n) / total));
            file.push(u8::try_from(syllable.len())?);
            file.extend(syllable.as_bytes());
        }
        for (left, right, cost) in pairs {
            file.extend(left.to_le_bytes());
            file.extend(right.to_le_bytes());
            file.push(cost);
        }
        Ok(file)
    }
}

/// Minus the natural logarithm of a probability, in sixteenths, at most 255.
fn cost(probability: f64) -> u8 {
    (-probability.ln() * 16.0).round().clamp(0.0, 255.0) as u8
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("usage: xz -dc articles.jsonl.xz | train_repair models/repair/syllables.bin")?;
    let mut counts = Counts::default();
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if number % 10 == 0 {
            continue;
        }
        let article: serde_json::Value = serde_json::from_str(&line)?;
        for field in ["title", "abstract", "body"] {
            counts.add(article[field].as_str().unwrap_or_default());
        }
    }
    let file = counts.encode()?;
    println!(
        "{} syllables and {} pairs seen, {} bytes kept",
        counts.syllables.len(),
        counts.pairs.len(),
        file.len()
    );
    std::fs::write(path, file)?;
    Ok(())
}
