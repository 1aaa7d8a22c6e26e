//! Places documents that came after a fit, by their words: the topic whose
//! mean of TF-IDF is nearest.
//!
//! **Source:** Rocchio, *Relevance feedback in information retrieval*, 1971;
//! the centroid classifier of Han & Karypis, PKDD 2000.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{
    corpus::{Corpus, Document, passages_of},
    latent::tf_idf,
    words::Reader,
};

/// Words that tell a topic: more change few decisions.
const N_WORDS: usize = 400;
/// Topics whose scores make the shares.
const N_SHARED: usize = 4;
/// Cosines below this are of a word or two that happen to be shared.
const MIN_COSINE: f32 = 0.03;

/// What later documents are placed by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Placing {
    /// Keys of the words with the logarithm of how rare each is.
    words: Vec<(String, f32)>,
    /// For each topic its words, by number, with their weights; of length 1.
    topics: Vec<Vec<(u32, f32)>>,
}

impl Placing {
    /// From the topics of a fit; each holds its rows, ascending.
    pub(crate) fn of(corpus: &Corpus<'_>, members: &[Vec<u32>]) -> Self {
        let rows = tf_idf(corpus);
        let centre = |of: &Vec<u32>| {
            let mut sums: FxHashMap<u32, f32> = FxHashMap::default();
            for (word, value) in of.iter().flat_map(|row| &rows[*row as usize]) {
                *sums.entry(*word).or_default() += value;
            }
            let mut words: Vec<(u32, f32)> = sums.into_iter().collect();
            words.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            words.truncate(N_WORDS);
            let length = words.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
            let scale = 1.0 / length.max(f32::MIN_POSITIVE);
            words.iter_mut().for_each(|(_, v)| *v *= scale);
            words.sort_unstable_by_key(|(word, _)| *word);
            words
        };
        let mut topics: Vec<Vec<(u32, f32)>> = members.par_iter().map(centre).collect();
        let mut used: Vec<u32> = topics.iter().flatten().map(|(word, _)| *word).collect();
        used.sort_unstable();
        used.dedup();
        let number = |word: u32| used.binary_search(&word).map_or(0, |at| at as u32);
        for (word, _) in topics.iter_mut().flatten() {
            *word = number(*word);
        }
        let word = |word: &u32| (corpus.terms[*word as usize].key.clone(), corpus.idf(*word));
        Self {
            words: used.iter().map(word).collect(),
            topics,
        }
    }

    /// Ready to place.
    pub(crate) fn placer<'a>(
        &'a self,
        is_stop_word: &'a (dyn Fn(&str) -> bool + Sync),
    ) -> Placer<'a> {
        let mut holders = vec![Vec::new(); self.words.len()];
        for (topic, words) in self.topics.iter().enumerate() {
            for (word, weight) in words {
                if let Some(holders) = holders.get_mut(*word as usize) {
                    holders.push((topic as u32, *weight));
                }
            }
        }
        Placer {
            reader: Reader::new(is_stop_word),
            numbers: (self.words.iter().zip(0..))
                .map(|((key, idf), number)| (key.as_str(), (number, *idf)))
                .collect(),
            holders,
        }
    }
}

/// Places documents one by one.
pub(crate) struct Placer<'a> {
    reader: Reader<'a>,
    numbers: FxHashMap<&'a str, (u32, f32)>,
    /// For each word the topics that hold it.
    holders: Vec<Vec<(u32, f32)>>,
}

impl Placer<'_> {
    /// Shares of a document in the nearest topics, the largest first, together
    /// 1; none when it shares no telling word with any.
    pub(crate) fn place(&self, document: &Document<'_>) -> Vec<(u32, f32)> {
        let mut counts: FxHashMap<u32, (f32, f32)> = FxHashMap::default();
        for passage in passages_of(document) {
            for found in self.reader.words(passage, text::detect(passage).lang) {
                if let Some((number, idf)) = self.numbers.get(found.key.as_str()) {
                    let count = counts.entry(*number).or_insert((0.0, *idf));
                    count.0 += 1.0;
                }
            }
        }
        let mut words: Vec<(u32, f32)> = (counts.into_iter())
            .map(|(word, (n, idf))| (word, (1.0 + n.ln()) * idf))
            .collect();
        words.sort_unstable_by_key(|(word, _)| *word);
        let length = words.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
        let mut scores: FxHashMap<u32, f32> = FxHashMap::default();
        for (word, value) in words {
            for (topic, weight) in &self.holders[word as usize] {
                *scores.entry(*topic).or_default() += value * weight / length;
            }
        }
        let mut near: Vec<(u32, f32)> = scores.into_iter().filter(|s| s.1 > MIN_COSINE).collect();
        near.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        near.truncate(N_SHARED);
        // Squared: the nearest stands out as it does among neighbours.
        let all: f32 = near.iter().map(|(_, score)| score * score).sum();
        near.iter_mut()
            .for_each(|(_, score)| *score = *score * *score / all);
        near
    }
}
