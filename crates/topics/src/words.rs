//! The words of a text by which topics are told apart.
//!
//! Vietnamese words of two syllables and more (`học máy`, machine learning);
//! single syllables are mostly function words. Of other languages, words of
//! letters, joined by their English stem where the text is English. Numbers,
//! codes and stop words are left out.

use std::ops::Range;

use frostem::{Algorithm, Stemmer};
use text::syllable;

use crate::function_words::is_function_word;

/// Shortest word of one piece that is kept, in characters.
const MIN_CHARS: usize = 3;
/// Longest; longer ones are addresses and runs without spaces.
const MAX_CHARS: usize = 40;

/// A word of a text.
pub(crate) struct Found {
    /// What joins its forms: the stem of an English word, else the word.
    pub(crate) key: String,
    /// As written, canonical and in lower case.
    pub(crate) surface: String,
    /// Whether nothing but a space lies between it and the word before.
    pub(crate) follows: bool,
    /// Where it stands in the text.
    pub(crate) range: Range<usize>,
}

/// Reads texts of one language.
pub(crate) struct Reader<'a> {
    stemmer: Stemmer,
    is_stop_word: &'a (dyn Fn(&str) -> bool + Sync),
}

impl<'a> Reader<'a> {
    pub(crate) fn new(is_stop_word: &'a (dyn Fn(&str) -> bool + Sync)) -> Self {
        Self {
            stemmer: Stemmer::new(Algorithm::English),
            is_stop_word,
        }
    }

    /// The words of `text`, which is in `language` (`vi`, `en`, …).
    pub(crate) fn words(&self, text: &str, language: &str) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut last_end = None;
        let mut add = |range: Range<usize>, n_syllables: usize, surface: String| {
            if !self.is_kept(&surface, n_syllables, language) {
                return;
            }
            let gap = last_end.map(|end: usize| &text[end..range.start]);
            found.push(Found {
                key: self.key(&surface, language),
                surface,
                follows: gap == Some(" "),
                range: range.clone(),
            });
            last_end = Some(range.end);
        };
        if language == "vi" {
            for word in text::segment(text) {
                let surface = text::normalise(&text[word.start..word.end]).to_lowercase();
                add(word.start..word.end, word.n_syllables, surface);
            }
        } else {
            for (range, surface) in compounds(text) {
                add(range, 1, surface);
            }
        }
        found
    }

    fn key(&self, word: &str, language: &str) -> String {
        if language != "en" {
            return word.to_owned();
        }
        let stem = |part: &str| self.stemmer.stem(part).into_owned();
        word.split('-').map(stem).collect::<Vec<_>>().join("-")
    }

    fn is_kept(&self, word: &str, n_syllables: usize, language: &str) -> bool {
        let n_chars = word.chars().count();
        let is_of_letters = word.chars().all(|c| c.is_alphabetic() || " -'".contains(c));
        let is_syllable = language == "vi" && n_syllables == 1 && syllable::is_vietnamese(word);
        is_of_letters
            && !is_syllable
            && (MIN_CHARS..=MAX_CHARS).contains(&n_chars)
            && !(self.is_stop_word)(word)
            && !is_function_word(word, language)
    }
}

/// Most words of one compound: more are a phrase in hyphens
/// (*state-of-the-art*), which tells nothing.
const MAX_PARTS: usize = 3;

/// The tokens of a text with those joined that a hyphen joins: *cross-lingual*
/// is one word, *lingual* none.
fn compounds(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    let mut n_parts = 1;
    text::for_each_token(text, |token| {
        if let Some((range, surface)) = found.last_mut() {
            let gap = &text[range.end..token.start];
            if matches!(gap, "-" | "\u{2010}" | "\u{2011}") {
                n_parts += 1;
                range.end = token.end;
                // One part too many is a mark that no word has.
                surface.push(if n_parts > MAX_PARTS { '/' } else { '-' });
                surface.push_str(token.exact);
                return;
            }
        }
        n_parts = 1;
        found.push((token.start..token.end, token.exact.to_owned()));
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str, language: &str) -> Vec<String> {
        let reader = Reader::new(&|word: &str| matches!(word, "the" | "of"));
        let found = reader.words(text, language);
        found.into_iter().map(|word| word.key).collect()
    }

    #[test]
    fn vietnamese_words_are_whole_and_syllables_are_left_out() {
        let found = keys("Nghiên cứu học máy và biến đổi khí hậu ở đồng bằng", "vi");
        assert!(found.contains(&"nghiên cứu".to_owned()), "{found:?}");
        assert!(found.contains(&"khí hậu".to_owned()), "{found:?}");
        assert!(!found.iter().any(|word| word == "và" || word == "ở"));
    }

    #[test]
    fn forms_of_an_english_word_are_one() {
        assert_eq!(
            keys("the parsing of parsers 2020", "en"),
            ["pars", "parser"]
        );
        assert_eq!(keys("model models", "en"), ["model", "model"]);
        assert_eq!(
            keys("Cross-lingual state-of-the-art models, zero-shot", "en"),
            ["cross-lingual", "model", "zero-shot"]
        );
    }

    #[test]
    fn french_function_words_are_left_out() {
        assert_eq!(
            keys("Cette étude présente notre système de traduction", "fr"),
            ["traduction"]
        );
    }
}
