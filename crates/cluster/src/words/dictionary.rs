//! The words of the library: points beside the records, for spellings.
//!
//! Words come and never go; one that no record holds any more is passed over
//! when it is asked for. A misspelled word is found by taking letters out of it
//! and of the words: two words that are one letter off are equal after one letter
//! is taken out of each (Garbe, SymSpell, 2012).

use std::collections::{BTreeMap, BTreeSet};

use index::exact::{NearWord, PLAIN_FIELDS, Stream, TermKey, distance};
use qdrant_client::qdrant::{Condition, Filter, PointStruct, ScrollPoints};

use super::{QdrantWords, narrow::Spellings, state::State};
use crate::{
    ClusterError,
    generation::{self, point},
    payload::{self, Payload, only, point_id},
};

/// Longer words are names of genes and the like, which nobody misspells by heart.
const MAX_LETTERS: usize = 24;
/// Words asked for at once.
const PAGE: u32 = 1000;

/// What is left of a word when up to `n` letters are taken out, itself included.
fn remains(word: &str, n: usize) -> BTreeSet<String> {
    let mut all = BTreeSet::from([word.to_owned()]);
    let mut last = all.clone();
    for _ in 0..n {
        let shorter = last.iter().flat_map(|word| {
            word.char_indices().map(|(at, c)| {
                let mut shorter = word.clone();
                shorter.replace_range(at..at + c.len_utf8(), "");
                shorter
            })
        });
        last = shorter.collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Letters taken out of a word of the dictionary: a word of eight letters or more
/// may be two off, and so may be found by one of six.
fn n_taken_out(n_letters: usize) -> usize {
    match n_letters {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

fn entry(word: &str) -> PointStruct {
    let n_letters = word.chars().count();
    let mut payload = Payload::from([
        ("w".to_owned(), payload::text(word)),
        ("wf".to_owned(), payload::text(&text::fold(word))),
    ]);
    if n_letters <= MAX_LETTERS && word.chars().all(char::is_alphabetic) {
        let remains = remains(word, n_taken_out(n_letters));
        payload.insert("wd".to_owned(), payload::texts(remains));
    }
    point(point_id(&["word", word]), payload, [])
}

impl QdrantWords {
    /// Puts words in.
    pub(super) async fn learn(
        &self,
        words: impl IntoIterator<Item = &String>,
    ) -> Result<(), ClusterError> {
        let entries = words.into_iter().map(|word| entry(word)).collect();
        generation::upsert(&self.cluster, &self.collection, entries).await
    }

    async fn words(&self, condition: Condition) -> Result<Vec<String>, ClusterError> {
        let mut request = ScrollPoints {
            collection_name: self.collection.clone(),
            filter: Some(Filter::must([condition])),
            limit: Some(PAGE),
            with_payload: only(["w"]),
            ..ScrollPoints::default()
        };
        let mut words = Vec::new();
        loop {
            let page = self
                .cluster
                .ask(async |node| node.scroll(request.clone()).await);
            let page = page.await?;
            for point in &page.result {
                words.push(payload::read_text(&point.payload, "w")?.to_owned());
            }
            request.offset = page.next_page_offset;
            if request.offset.is_none() {
                words.sort_unstable();
                return Ok(words);
            }
        }
    }

    /// The words that are these without accents, by that; themselves left out.
    pub(super) async fn spellings(&self, bare: Vec<String>) -> Result<Spellings, ClusterError> {
        let mut spellings = Spellings::new();
        if bare.is_empty() {
            return Ok(spellings);
        }
        for word in self.words(Condition::matches("wf", bare)).await? {
            let bare = text::fold(&word);
            if bare != word {
                spellings.entry(bare).or_default().push(word);
            }
        }
        Ok(spellings)
    }

    /// The words at most `max_off` letters off, with how many records hold them.
    pub(super) async fn near_words(
        &self,
        word: &str,
        max_off: u8,
        state: &State,
    ) -> Result<Vec<NearWord>, ClusterError> {
        let remains: Vec<String> = remains(word, usize::from(max_off)).into_iter().collect();
        let mut found = self.words(Condition::matches("wd", remains)).await?;
        found.retain(|known| distance(word, known) <= usize::from(max_off));
        let key = |field, text: &String| TermKey {
            field,
            stream: Stream::Main,
            text: text.clone(),
        };
        let keys = found
            .iter()
            .flat_map(|text| PLAIN_FIELDS.map(|field| key(field, text)));
        let counted = self.counted(keys.collect(), state).await?;
        let mut most: BTreeMap<&String, u64> = BTreeMap::new();
        for (key, count) in &counted.counts {
            let known = most.entry(&key.text).or_default();
            *known = (*known).max(*count);
        }
        let near = most.into_iter().filter(|(_, n)| *n > 0);
        Ok(near
            .map(|(text, n_holding)| NearWord {
                text: text.clone(),
                distance: distance(word, text) as u8,
                n_holding,
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the dictionary finds `known` for `typed`.
    fn finds(typed: &str, known: &str, max_off: usize) -> bool {
        let kept = remains(known, n_taken_out(known.chars().count()));
        let asked = remains(typed, max_off);
        asked.intersection(&kept).next().is_some()
    }

    #[test]
    fn letters_left_out_put_in_changed_or_swapped_are_found() {
        for (typed, known, off) in [
            ("machne", "machine", 1),
            ("macchine", "machine", 2),
            ("mochine", "machine", 1),
            ("amchine", "machine", 1),
            ("compuetrs", "computers", 2),
            ("transltaoin", "translation", 2),
            ("đồg", "đồng", 1),
        ] {
            assert!(distance(typed, known) <= off, "{typed}");
            assert!(finds(typed, known, off), "{typed}");
        }
        assert!(!finds("xyzzyx", "machine", 1));
    }
}
