//! Counts the words of a passage by what they say about its language.

use super::function_words::{self, ENGLISH, LANGUAGES};
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
    /// For each of [`LANGUAGES`] its function words, each word shared out among the languages that have it.
    pub(super) votes: [f32; LANGUAGES.len()],
    /// Letters of other scripts.
    pub(super) other_letters: u32,
    /// Letters of the Latin script.
    pub(super) latin_letters: u32,
}

struct Word {
    letters: [u8; WORD_LETTERS_MAX + 1],
    len: usize,
    accent: Accent,
}

impl Census {
    /// Adds the words of `text`.
    pub(super) fn count(&mut self, text: &str) {
        let mut word = Word {
            letters: [0; WORD_LETTERS_MAX + 1],
            len: 0,
            accent: Accent::Plain,
        };
        for c in text.chars() {
            if let Some(found) = letter(c) {
                self.latin_letters += 1;
                if word.len <= WORD_LETTERS_MAX {
                    word.letters[word.len] = found.base;
                    word.len += 1;
                }
                word.accent = word.accent.max(found.accent);
            } else if let Some(accent) = mark(c) {
                word.accent = word.accent.max(accent);
            } else {
                self.other_letters += u32::from(c.is_alphabetic());
                self.close(&mut word);
            }
        }
        self.close(&mut word);
    }

    fn close(&mut self, word: &mut Word) {
        let letters = &word.letters[..word.len];
        let (len, accent) = (word.len, word.accent);
        if len > 0 {
            self.words += 1;
            let syllable =
                len <= SYLLABLE_LETTERS_MAX && accent != Accent::Foreign && is_syllable(letters);
            self.syllables += u32::from(syllable);
            let languages = function_words::languages(letters, accent == Accent::Plain);
            self.vote(languages);
            match accent {
                Accent::Plain => {
                    self.english_only += u32::from(languages == 1 << ENGLISH && !syllable)
                }
                Accent::Shared if syllable => self.shared += 1,
                Accent::Vietnamese if syllable => self.vietnamese += 1,
                _ => self.foreign += 1,
            }
        }
        word.len = 0;
        word.accent = Accent::Plain;
    }

    fn vote(&mut self, languages: u32) {
        let weight = 1.0 / languages.count_ones().max(1) as f32;
        for (index, vote) in self.votes.iter_mut().enumerate() {
            if languages & (1 << index) != 0 {
                *vote += weight;
            }
        }
    }

    /// The two languages with the most votes among those `allowed`, as (index, votes); ties to the lower index.
    pub(super) fn ranked(&self, allowed: impl Fn(usize) -> bool) -> [(usize, f32); 2] {
        let mut best = [(ENGLISH, 0.0); 2];
        for (index, &votes) in self
            .votes
            .iter()
            .enumerate()
            .filter(|&(index, _)| allowed(index))
        {
            if votes > best[0].1 {
                best = [(index, votes), best[0]];
            } else if votes > best[1].1 {
                best[1] = (index, votes);
            }
        }
        best
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
