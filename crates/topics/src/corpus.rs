//! Documents in the order of their content, as rows of word numbers.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::words::{Found, Reader};

/// A document to find the topic of.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Its id, unique in the collection.
    pub id: &'a str,
    /// Title; in several languages, one a line.
    pub title: &'a str,
    /// Abstract or text; may be empty.
    pub text: &'a str,
    /// Vector of meaning, of any length but the same for all; empty for none.
    pub vector: &'a [f32],
}

/// No word: the words around it do not stand beside each other.
pub(crate) const BREAK: u32 = u32::MAX;

/// A word of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// What joins its forms.
    pub(crate) key: String,
    /// Its most frequent form.
    pub(crate) surface: String,
    /// Language of most texts that have it.
    pub(crate) is_vietnamese: bool,
    /// Documents that have it, of those that tell how common words are: see
    /// [`Corpus::n_telling`].
    pub(crate) n_documents: u32,
}

/// The collection as the algorithms see it.
pub(crate) struct Corpus<'a> {
    documents: &'a [Document<'a>],
    reader: Reader<'a>,
    /// Place of row i in the documents as given.
    pub(crate) order: Vec<usize>,
    /// For each row its words in order, [`BREAK`] where the text breaks.
    pub(crate) rows: Vec<Vec<u32>>,
    /// Numbered by key, so that no number depends on an order of reading.
    pub(crate) terms: Vec<Term>,
    /// Whether a row tells how common words are: see [`Self::n_telling`].
    pub(crate) is_telling: Vec<bool>,
    /// Documents that tell how common a word is: those with a text, when there
    /// are enough of them. Bare titles lack the words that stand in every text;
    /// counted with them, those words would look like a topic.
    pub(crate) n_telling: u32,
}

/// A title says more than a sentence of the text: it counts twice.
const TITLE_WEIGHT: usize = 2;
/// Words in fewer documents tell nothing about the others.
const MIN_DOCUMENTS: u32 = 3;
/// Words in more than this share of the documents of their language tell
/// nothing either (*des*, *les* in French).
const MAX_SHARE: f64 = 0.4;
/// Documents of a language below which no word is left out for being in too
/// many of them.
const SHARE_FROM: u32 = 50;

/// Words, repeated ones counted, from which a document is more than a title.
const TEXT_FROM: usize = 40;

fn is_text(words: &[Word]) -> bool {
    words.len() >= TEXT_FROM
}

/// Code of a language, two or three letters.
type Language = &'static str;

struct Word {
    key: String,
    surface: String,
    follows: bool,
    language: Language,
}

impl<'a> Corpus<'a> {
    pub(crate) fn read(
        documents: &'a [Document<'a>],
        is_stop_word: &'a (dyn Fn(&str) -> bool + Sync),
    ) -> Self {
        let order = content_order(documents);
        let reader = Reader::new(is_stop_word);
        let read = |at: &usize| words_of(&documents[*at], &reader);
        let words: Vec<Vec<Word>> = order.par_iter().map(read).collect();
        let n_texts = words.iter().filter(|words| is_text(words)).count();
        let only_texts = n_texts >= SHARE_FROM as usize;
        let n_telling = if only_texts { n_texts } else { words.len() } as u32;
        let is_telling = words.iter().map(|words| !only_texts || is_text(words));
        let is_telling = is_telling.collect();
        let (terms, numbers) = vocabulary(&words, only_texts);
        let rows = words.iter().map(|words| number(words, &numbers)).collect();
        Self {
            documents,
            reader,
            order,
            rows,
            terms,
            is_telling,
            n_telling,
        }
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// The words of a row once more, with their forms, each with how it is
    /// written there, where that tells whether it is a name.
    pub(crate) fn words_of_row(&self, row: u32) -> Vec<(Found, Option<String>)> {
        let document = &self.documents[self.order[row as usize]];
        let mut words = Vec::new();
        for passage in passages_of(document) {
            let mut found = self.reader.words(passage, text::detect(passage).lang);
            if let Some(first) = found.first_mut() {
                first.follows = false;
            }
            let tells = tells_names(passage, &found);
            words.extend(found.into_iter().map(|found| {
                let written = tells.then(|| written(passage, &found)).flatten();
                (found, written)
            }));
        }
        words
    }

    /// How rare a term is: the logarithm of documents by documents with it.
    pub(crate) fn idf(&self, term: u32) -> f32 {
        let n_documents = self.terms[term as usize].n_documents as f32;
        ((self.n_telling as f32 + 1.0) / (n_documents + 0.5))
            .ln()
            .max(0.0)
    }

    /// The number of a term.
    pub(crate) fn number(&self, key: &str) -> Option<u32> {
        let found = self
            .terms
            .binary_search_by(|term| term.key.as_str().cmp(key));
        found.ok().map(|number| number as u32)
    }
}

/// Whether capitals mean names in a passage: not in one of capitals, or of Words
/// That Mostly Begin With One. A third is a guess, not tuned.
fn tells_names(passage: &str, words: &[Found]) -> bool {
    let begins_small =
        |found: &&Found| passage[found.range.clone()].starts_with(char::is_lowercase);
    3 * words.iter().filter(begins_small).count() >= words.len()
}

/// A word as it is written, where it does not begin a sentence.
fn written(passage: &str, found: &Found) -> Option<String> {
    let before = passage[..found.range.start]
        .trim_end()
        .chars()
        .next_back()?;
    let is_inside = before.is_alphanumeric() || matches!(before, ',' | ')' | '%');
    is_inside.then(|| text::normalise(&passage[found.range.clone()]))
}

/// Places of the documents by a hash of what they say, then by id.
fn content_order(documents: &[Document<'_>]) -> Vec<usize> {
    let key = |document: &Document<'_>| {
        let mut hasher = blake3::Hasher::new();
        for part in [document.title, document.text, document.id] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        *hasher.finalize().as_bytes()
    };
    let mut keyed: Vec<([u8; 32], usize)> = documents.iter().map(key).zip(0..).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}

fn words_of(document: &Document<'_>, reader: &Reader<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut add = |passage: &str| {
        let language = text::detect(passage).lang;
        for (i, found) in reader.words(passage, language).into_iter().enumerate() {
            words.push(Word {
                key: found.key,
                surface: found.surface,
                follows: found.follows && i > 0,
                language,
            });
        }
    };
    passages_of(document).for_each(&mut add);
    words
}

/// The passages of a document, each in a language of its own: a text may
/// change its language from paragraph to paragraph. The title comes as often
/// as it counts.
pub(crate) fn passages_of<'a>(document: &Document<'a>) -> impl Iterator<Item = &'a str> {
    let titles = [document.title; TITLE_WEIGHT].into_iter();
    titles
        .chain([document.text])
        .flat_map(|text| text.split('\n'))
}

#[derive(Default)]
struct Seen {
    n_documents: u32,
    n_telling: u32,
    last_row: Option<usize>,
    /// Documents by the language of the passage that has it.
    by_language: FxHashMap<Language, u32>,
    forms: FxHashMap<String, u32>,
}

impl Seen {
    fn add(&mut self, row: usize, word: &Word, is_telling: bool) {
        if self.last_row != Some(row) {
            self.n_documents += 1;
            self.n_telling += u32::from(is_telling);
            *self.by_language.entry(word.language).or_default() += 1;
            self.last_row = Some(row);
        }
        match self.forms.get_mut(&word.surface) {
            Some(n) => *n += 1,
            None => {
                self.forms.insert(word.surface.clone(), 1);
            }
        }
    }

    /// The language that most of its documents are in, ties to the first code.
    fn language(&self) -> Language {
        let best = self
            .by_language
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        best.map_or("und", |(language, _)| *language)
    }
}

fn vocabulary(words: &[Vec<Word>], only_texts: bool) -> (Vec<Term>, FxHashMap<&str, u32>) {
    let mut seen: FxHashMap<&str, Seen> = FxHashMap::default();
    let mut n_of_language: FxHashMap<Language, u32> = FxHashMap::default();
    for (row, words) in words.iter().enumerate() {
        let mut languages: Vec<Language> = words.iter().map(|word| word.language).collect();
        languages.sort_unstable();
        languages.dedup();
        let is_telling = !only_texts || is_text(words);
        for language in languages.into_iter().filter(|_| is_telling) {
            *n_of_language.entry(language).or_default() += 1;
        }
        for word in words {
            seen.entry(&word.key)
                .or_default()
                .add(row, word, is_telling);
        }
    }
    let min = MIN_DOCUMENTS.min(words.len().div_ceil(4) as u32);
    seen.retain(|_, seen| {
        let n_around = n_of_language.get(seen.language()).copied().unwrap_or(0);
        let is_common = f64::from(seen.n_telling) > f64::from(n_around) * MAX_SHARE;
        seen.n_documents >= min && !(n_around >= SHARE_FROM && is_common)
    });
    let mut kept: Vec<(&str, Seen)> = seen.into_iter().collect();
    kept.sort_unstable_by_key(|(key, _)| *key);
    let numbers = kept.iter().map(|(key, _)| *key).zip(0..).collect();
    let terms = kept
        .into_iter()
        .map(|(key, seen)| term(key, seen))
        .collect();
    (terms, numbers)
}

fn term(key: &str, seen: Seen) -> Term {
    let is_vietnamese = seen.language() == "vi";
    let best = seen
        .forms
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    Term {
        key: key.to_owned(),
        surface: best.map(|(form, _)| form).unwrap_or_default(),
        is_vietnamese,
        n_documents: seen.n_telling,
    }
}

fn number(words: &[Word], numbers: &FxHashMap<&str, u32>) -> Vec<u32> {
    let mut row = Vec::with_capacity(words.len());
    for word in words {
        if !word.follows && !row.is_empty() {
            row.push(BREAK);
        }
        row.push(numbers.get(word.key.as_str()).copied().unwrap_or(BREAK));
    }
    row.dedup_by(|a, b| *a == BREAK && *b == BREAK);
    row
}
