//! What a record is judged by: its words and pairs of words, as hashes.

use std::hash::BuildHasher as _;

use records::Record;
use rustc_hash::{FxBuildHasher, FxHashMap};

/// Hashes of words with their weights; the squares sum to 1. Sorted by hash.
pub type Features = Vec<(u32, f32)>;

/// Room for words: with 2¹⁸ places, 50,000 words of a library rarely meet.
pub(crate) const N_PLACES: u32 = 1 << 18;

/// Letters of an abstract that are read: what follows repeats its words.
const MAX_ABSTRACT: usize = 4000;

/// The features of a record: title twice, keywords twice, abstract once.
pub fn features(record: &Record) -> Features {
    let mut counts = FxHashMap::default();
    for (_, title) in record.title.iter() {
        count(title, 2.0, &mut counts);
    }
    for (_, keywords) in record.keywords.iter() {
        keywords
            .iter()
            .for_each(|word| count(word, 2.0, &mut counts));
    }
    for (_, text) in record.abstract_text.iter() {
        let end = text
            .char_indices()
            .nth(MAX_ABSTRACT)
            .map_or(text.len(), |(end, _)| end);
        count(&text[..end], 1.0, &mut counts);
    }
    let free = record
        .subjects
        .iter()
        .filter(|subject| subject.scheme == "free");
    free.for_each(|subject| count(&subject.code, 2.0, &mut counts));
    finish(counts)
}

/// The features of a text alone.
pub fn features_of_text(text: &str) -> Features {
    let mut counts = FxHashMap::default();
    count(text, 1.0, &mut counts);
    finish(counts)
}

/// Words and pairs: most Vietnamese words are pairs of syllables, and accents
/// part them (*bạc*, *bắc*).
fn count(text: &str, weight: f32, counts: &mut FxHashMap<u32, f32>) {
    let mut before = String::new();
    text::for_each_token(text, |token| {
        let word = token.exact;
        if word.chars().any(char::is_alphabetic) {
            *counts.entry(place(&["", word])).or_default() += weight;
            if !before.is_empty() {
                *counts.entry(place(&[&before, word])).or_default() += weight;
            }
            before.clear();
            before.push_str(word);
        } else {
            before.clear();
        }
    });
}

fn place(words: &[&str; 2]) -> u32 {
    let hash = FxBuildHasher.hash_one(words);
    u32::try_from(hash >> 32).expect("the upper half of 64 bits fits into 32") % N_PLACES
}

/// Counts grow by their logarithm; long texts weigh as much as short ones.
fn finish(counts: FxHashMap<u32, f32>) -> Features {
    let mut features: Features = counts
        .into_iter()
        .map(|(place, count)| (place, 1.0 + count.ln().max(0.0)))
        .collect();
    features.sort_unstable_by_key(|(place, _)| *place);
    let length = features
        .iter()
        .map(|(_, weight)| weight * weight)
        .sum::<f32>()
        .sqrt();
    for (_, weight) in &mut features {
        *weight /= length;
    }
    features
}
