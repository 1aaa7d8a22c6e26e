//! Counts the words of a passage by what they say about its language.

use super::function_words::{self, ENGLISH, LANGUAGES};
use super::letters::{Accent, letter, mark};
use super::shape::is_syllable;

/// Longest native syllable with accents removed is `nghieng`, 7 letters.
const SYLLABLE_LETTERS_MAX: usize = 7;
/// Longest word kept for the function word test; longer ones are cut and match nothing.
const WORD_LETTERS_MAX: usize = 15;

/// Vote of an English clitic (`'s`, `n't`): as good as a function word that only English has.
const CLITIC_VOTE: f32 = 1.0;

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
    /// Capitalised plain words without the shape of a syllable: foreign names, when the rest is Vietnamese.
    pub(super) names: u32,
    /// Sum over words of how English they look, each `-1.0..=1.0`.
    pub(super) look: f32,
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
            self.votes[ENGLISH] += CLITIC_VOTE;
            return;
        }
        let languages = function_words::languages(letters, plain);
        self.vote(languages);
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
                self.english_only += u32::from(languages == 1 << ENGLISH && !syllable);
                self.look += english_look(letters);
            }
            Accent::Shared if syllable => self.shared += 1,
            Accent::Vietnamese if syllable => self.vietnamese += 1,
            _ => self.foreign += 1,
        }
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

/// Endings by how far they point to English (above 0) or away from it, among languages of the Latin script.
const ENDINGS: &[(&str, f32)] = &[
    ("tions", 0.5),
    ("ness", 0.8),
    ("ship", 0.8),
    ("ical", 0.8),
    ("ings", 0.6),
    ("ased", 0.8),
    ("tion", 0.2),
    ("sion", 0.1),
    ("ght", 0.8),
    ("ing", 0.5),
    ("ity", 0.8),
    ("ous", 0.6),
    ("ful", 0.8),
    ("ies", 0.5),
    ("ied", 0.7),
    ("ism", 0.2),
    ("ary", 0.7),
    ("ory", 0.7),
    ("ure", 0.3),
    ("ive", 0.4),
    ("ish", 0.6),
    ("ble", 0.3),
    ("ics", 0.7),
    ("ogy", 0.9),
    ("phy", 0.9),
    ("ncy", 0.9),
    ("try", 0.7),
    ("sis", 0.4),
    ("eed", 0.6),
    ("eam", 0.6),
    ("ow", 0.4),
    ("ew", 0.5),
    ("ly", 0.6),
    ("ty", 0.4),
    ("ed", 0.5),
    ("th", 0.4),
    ("sh", 0.4),
    ("ck", 0.5),
    ("gy", 0.6),
    ("al", 0.2),
    ("ry", 0.5),
    ("rs", 0.3),
    ("ds", 0.4),
    ("ks", 0.4),
    ("ls", 0.3),
    ("ms", 0.3),
    ("gs", 0.4),
    ("ce", 0.3),
    ("se", 0.1),
    ("ay", 0.4),
    ("en", -0.3),
    ("je", -0.6),
    ("ij", -0.8),
    ("zo", -0.5),
    ("de", -0.3),
    ("eur", -0.6),
    ("ung", -0.8),
    ("a", -0.5),
    ("o", -0.5),
    ("i", -0.5),
    ("u", -0.4),
    ("j", -0.6),
    ("z", -0.4),
];

/// How English a plain word looks by its ending, `-1.0..=1.0`; the longest ending counts.
fn english_look(letters: &[u8]) -> f32 {
    let found = ENDINGS
        .iter()
        .find(|(ending, _)| letters.len() > ending.len() && letters.ends_with(ending.as_bytes()));
    found.map_or(0.0, |&(_, look)| look)
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
