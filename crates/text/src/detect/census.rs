//! Counts the words of a passage by what they say about its language.

use super::function_words::is_english;
use super::letters::{Accent, letter, mark};
use super::shape::is_syllable;

/// Longest native syllable with accents removed is `nghieng`, 7 letters.
const SYLLABLE_LETTERS_MAX: usize = 7;
/// Longest word kept for the function word test; longer ones are cut and match nothing.
const WORD_LETTERS_MAX: usize = 15;

/// Word counts of one passage.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Census {
    /// Words of Latin letters.
    pub(super) words: u32,
    /// Words with the shape of a Vietnamese syllable, accents allowed.
    pub(super) syllables: u32,
    /// Syllables with an accent that only Vietnamese has.
    pub(super) vietnamese: u32,
    /// Syllables with accents that Vietnamese shares with others.
    pub(super) shared: u32,
    /// Words with an accent that is not Vietnamese, or accented words without the shape.
    pub(super) foreign: u32,
    /// English function words that cannot be a Vietnamese syllable.
    pub(super) english_only: u32,
    /// Capitalised plain words without the shape of a syllable: foreign names, when the rest is Vietnamese.
    pub(super) names: u32,
    /// Letters of other scripts.
    pub(super) other_letters: u32,
    /// Letters of the Latin script.
    pub(super) latin_letters: u32,
}

/// A word being read.
struct Word {
    letters: [u8; WORD_LETTERS_MAX + 1],
    len: usize,
    accent: Accent,
    /// Part of an identifier, formula, address or command: no word of a language.
    code: bool,
    /// Follows an apostrophe: `don't`, `it's`.
    clitic: bool,
    /// Starts with a capital letter.
    capital: bool,
}

const EMPTY: Word = Word {
    letters: [0; WORD_LETTERS_MAX + 1],
    len: 0,
    accent: Accent::Plain,
    code: false,
    clitic: false,
    capital: false,
};

impl Census {
    /// Adds the words of `text`.
    pub(super) fn count(&mut self, text: &str) {
        let mut word = EMPTY;
        for c in text.chars() {
            if let Some(found) = letter(c) {
                self.latin_letters += 1;
                word.capital |= word.len == 0 && c.is_uppercase();
                if word.len <= WORD_LETTERS_MAX {
                    word.letters[word.len] = found.base;
                    word.len += 1;
                }
                word.accent = word.accent.max(found.accent);
            } else if let Some(accent) = mark(c) {
                word.accent = word.accent.max(accent);
            } else if matches!(c, '0'..='9' | '_' | '\\' | '@' | '^' | '=') {
                word.code = true;
            } else {
                self.other_letters += u32::from(c.is_alphabetic());
                self.close(&word);
                word = EMPTY;
                word.clitic = matches!(c, '\'' | '’');
            }
        }
        self.close(&word);
    }

    fn close(&mut self, word: &Word) {
        if word.len == 0 || word.code {
            return;
        }
        let letters = &word.letters[..word.len];
        let plain = word.accent == Accent::Plain;
        if word.clitic && matches!(letters, b"s" | b"t" | b"m" | b"d" | b"ve" | b"ll" | b"re") {
            return;
        }
        if plain && word.len == 1 {
            return; // a symbol or an initial as often as a word
        }
        self.words += 1;
        let syllable = word.len <= SYLLABLE_LETTERS_MAX
            && word.accent != Accent::Foreign
            && is_syllable(letters);
        self.syllables += u32::from(syllable);
        match word.accent {
            Accent::Plain => {
                self.names += u32::from(word.capital && !syllable);
                self.english_only += u32::from(!syllable && is_english(letters));
            }
            Accent::Shared if syllable => self.shared += 1,
            Accent::Vietnamese if syllable => self.vietnamese += 1,
            _ => self.foreign += 1,
        }
    }

    /// Share of `count` in all words, `0..=1`; 0 when there is no word.
    pub(super) fn share(&self, count: u32) -> f32 {
        count as f32 / self.words.max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_into_their_classes() {
        let mut census = Census::default();
        census.count("Nghiên cứu của the naïve Straße và \u{3b1}");
        assert_eq!(census.words, 7);
        assert_eq!(census.vietnamese, 2, "cứu, của");
        assert_eq!(census.shared, 2, "nghiên, và");
        assert_eq!(census.foreign, 2);
        assert_eq!(census.english_only, 0, "the: thế, thể without accents");
        assert_eq!(census.other_letters, 1);
    }
}
