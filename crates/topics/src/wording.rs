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
    /// How forms are written inside of sentences: names with their capitals.
    written: FxHashMap<String, FxHashMap<String, u32>>,
}

impl<'a> Wording<'a> {
    /// Reads documents of a topic for the forms of `phrases`, each of one word
    /// or two.
    pub(crate) fn read(corpus: &'a Corpus<'a>, rows: &[u32], phrases: &[&[u32]]) -> Self {
        let mut wording = Self {
            corpus,
            words: FxHashMap::default(),
            pairs: FxHashMap::default(),
            written: FxHashMap::default(),
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
        let mut before: Option<(u32, String, Option<String>)> = None;
        for (found, written) in corpus.words_of_row(row) {
            let number = corpus.number(&found.key);
            if let Some((last, surface, capitals)) = before.take().filter(|_| found.follows)
                && let Some(number) = number
                && let Some(forms) = self.pairs.get_mut(&[last, number])
            {
                let pair = format!("{surface} {}", found.surface);
                *forms.entry(pair.clone()).or_default() += 1;
                let both = capitals.zip(written.as_ref());
                self.see(&pair, both.map(|(a, b)| format!("{a} {b}")));
            }
            if let Some(number) = number {
                if let Some(forms) = self.words.get_mut(&number) {
                    *forms.entry(found.surface.clone()).or_default() += 1;
                    self.see(&found.surface, written.clone());
                }
                before = Some((number, found.surface, written));
            }
        }
    }

    /// Notes how a form is written.
    fn see(&mut self, form: &str, written: Option<String>) {
        if let Some(written) = written {
            let seen = self.written.entry(form.to_owned()).or_default();
            *seen.entry(written).or_default() += 1;
        }
    }

    /// The form most used, ties to the first in the alphabet, with the capitals
    /// of a name; the collection's own where these documents use none.
    pub(crate) fn say(&self, phrase: &[u32]) -> String {
        let pair = match phrase {
            [a, b] => self.pairs.get(&[*a, *b]).and_then(most_used),
            _ => None,
        };
        match pair {
            Some(pair) => self.as_written(pair),
            None => {
                let words = phrase.iter().map(|word| self.say_word(*word));
                words.collect::<Vec<_>>().join(" ")
            }
        }
    }

    fn say_word(&self, word: u32) -> String {
        let own = self.words.get(&word).and_then(most_used);
        own.map_or_else(
            || self.corpus.terms[word as usize].surface.clone(),
            |form| self.as_written(form),
        )
    }

    /// A form as it is written most; small where nothing tells.
    fn as_written(&self, form: &str) -> String {
        let seen = self.written.get(form).into_iter().flatten();
        // Ties to small letters, which come after capitals.
        let written = seen.max_by(|a, b| a.1.cmp(b.1).then(a.0.cmp(b.0)));
        written
            .map_or(form, |(written, _)| written.as_str())
            .to_owned()
    }

    /// The phrases of a label, joined; `None` for none.
    pub(crate) fn label(&self, phrases: &[Vec<u32>]) -> Option<String> {
        let said: Vec<String> = phrases.iter().map(|phrase| self.say(phrase)).collect();
        let label = said.join(" · ");
        let first = label.chars().next()?;
        Some(first.to_uppercase().chain(label.chars().skip(1)).collect())
    }
}

/// The form counted most, ties to the first in the alphabet.
fn most_used(forms: &FxHashMap<String, u32>) -> Option<&str> {
    let found = forms.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    found.map(|(form, _)| form.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Document;

    #[test]
    fn names_are_said_with_their_capitals() {
        let texts = [
            "Việt Nam trồng lúa. Chúng tôi dùng mô hình BERT ở Việt Nam để nhận dạng văn bản.",
            "Nông nghiệp của Việt Nam cần mô hình BERT cho văn bản.",
            "MÔ HÌNH BERT CHO VĂN BẢN Ở VIỆT NAM\nKết quả cho thấy mô hình BERT tốt với văn bản của Việt Nam.",
        ];
        let ids = ["a", "b", "c"];
        let document = |(id, text): (&&'static str, &&'static str)| Document {
            id,
            title: "",
            text,
            vector: &[],
        };
        let documents: Vec<Document<'_>> = ids.iter().zip(&texts).map(document).collect();
        let corpus = Corpus::read(&documents, &|_| false);
        let number = |key: &str| corpus.number(key).unwrap();
        let phrases = [[number("việt nam")], [number("bert")], [number("văn bản")]];
        let phrases: Vec<&[u32]> = phrases.iter().map(|phrase| &phrase[..]).collect();
        let wording = Wording::read(&corpus, &[0, 1, 2], &phrases);
        let said: Vec<String> = phrases.iter().map(|phrase| wording.say(phrase)).collect();
        assert_eq!(said, ["Việt Nam", "BERT", "văn bản"]);
    }
}
