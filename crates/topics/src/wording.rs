//! Words as people write them: the forms that the documents of a topic use for
//! its terms, not the stems that joined them.

use rustc_hash::FxHashMap;

use crate::corpus::{BREAK, Corpus};

/// Documents of a topic whose forms are counted, spread over it.
const N_READ: usize = 60;

/// Forms of the words and pairs of words of some documents.
pub(crate) struct Wording<'a> {
    corpus: &'a Corpus<'a>,
    words: FxHashMap<u32, FxHashMap<String, u32>>,
    pairs: FxHashMap<[u32; 2], FxHashMap<String, u32>>,
}

impl<'a> Wording<'a> {
    /// Reads documents of a topic for the forms of `phrases`, each of one word
    /// or two.
    pub(crate) fn read(corpus: &'a Corpus<'a>, rows: &[u32], phrases: &[&[u32]]) -> Self {
        let mut wording = Self {
            corpus,
            words: FxHashMap::default(),
            pairs: FxHashMap::default(),
        };
        for phrase in phrases {
            for word in *phrase {
                wording.words.entry(*word).or_default();
            }
            if let [a, b] = phrase {
                wording.pairs.entry([*a, *b]).or_default();
            }
        }
        // Rows that hold one of the pairs, and some of all others.
        let has_pair = |row: &&u32| {
            let words = corpus.rows[**row as usize].windows(2);
            words.into_iter().any(|pair| {
                !pair.contains(&BREAK) && wording.pairs.contains_key(&[pair[0], pair[1]])
            })
        };
        let step = rows.len().div_ceil(N_READ).max(1);
        let mut chosen: Vec<u32> = rows
            .iter()
            .filter(has_pair)
            .take(N_READ / 2)
            .copied()
            .collect();
        chosen.extend(rows.iter().step_by(step));
        chosen.sort_unstable();
        chosen.dedup();
        for row in chosen {
            wording.count(row);
        }
        wording
    }

    fn count(&mut self, row: u32) {
        let corpus = self.corpus;
        let mut before: Option<(u32, String)> = None;
        for found in corpus.words_of_row(row) {
            let number = corpus.number(&found.key);
            if let Some((last, surface)) = before.take().filter(|_| found.follows)
                && let Some(number) = number
                && let Some(forms) = self.pairs.get_mut(&[last, number])
            {
                let pair = format!("{surface} {}", found.surface);
                *forms.entry(pair).or_default() += 1;
            }
            if let Some(number) = number {
                if let Some(forms) = self.words.get_mut(&number) {
                    *forms.entry(found.surface.clone()).or_default() += 1;
                }
                before = Some((number, found.surface));
            }
        }
    }

    /// The form most used, ties to the first in the alphabet; the collection's
    /// own where these documents use none.
    pub(crate) fn say(&self, phrase: &[u32]) -> String {
        let best = |forms: &FxHashMap<String, u32>| {
            let found = forms.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
            found.map(|(form, _)| form.clone())
        };
        let pair = match phrase {
            [a, b] => self.pairs.get(&[*a, *b]).and_then(best),
            _ => None,
        };
        pair.unwrap_or_else(|| {
            let words = phrase.iter().map(|word| {
                let own = self.words.get(word).and_then(best);
                own.unwrap_or_else(|| self.corpus.terms[*word as usize].surface.clone())
            });
            words.collect::<Vec<_>>().join(" ")
        })
    }

    /// The phrases of a label, joined; `None` for none.
    pub(crate) fn label(&self, phrases: &[Vec<u32>]) -> Option<String> {
        let said: Vec<String> = phrases.iter().map(|phrase| self.say(phrase)).collect();
        let label = said.join(" · ");
        let first = label.chars().next()?;
        Some(first.to_uppercase().chain(label.chars().skip(1)).collect())
    }
}
