//! What the words of a text look like to the language model.

use crate::weights::feature;

/// Longest n-gram of letters that is looked at.
const NGRAM_MAX: usize = 4;
/// Longer words are cut: beyond this many letters they say nothing new.
const LETTERS_MAX: usize = 20;
/// Template number of whole words.
const WHOLE: u64 = 0;
/// Stands before and after the letters of a word.
const EDGE: char = '\u{1}';

/// Calls `visit` with the features of each word of `text`: its n-grams of two to four
/// letters, both its edges counted as letters, and the word itself.
///
/// A word is a run of letters. Case is set aside, accents are not; a run with a
/// digit or sign of a code in it is none, nor is a single plain letter (a symbol, an
/// initial) unless an apostrophe follows (`l'eau`).
pub(crate) fn for_each_word(text: &str, mut visit: impl FnMut(&[u64])) {
    let mut letters: Vec<char> = vec![EDGE];
    let mut features = Vec::new();
    let mut is_code = false;
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_alphabetic() {
            if letters.len() <= LETTERS_MAX {
                letters.extend(c.to_lowercase());
            }
        } else if matches!(c, '0'..='9' | '_' | '\\' | '@' | '^' | '=') {
            is_code = true;
        } else {
            let is_symbol = letters.len() == 2 && letters[1].is_ascii() && !matches!(c, '\'' | '’');
            if letters.len() > 1 && !is_code && !is_symbol {
                letters.push(EDGE);
                features_of(&letters, &mut features);
                visit(&features);
            }
            letters.truncate(1);
            is_code = false;
        }
    }
}

fn features_of(letters: &[char], features: &mut Vec<u64>) {
    features.clear();
    let parts: Vec<u64> = letters.iter().map(|&c| u64::from(c)).collect();
    for n in 2..=NGRAM_MAX {
        features.extend(parts.windows(n).map(|gram| feature(n as u64, gram)));
    }
    features.push(feature(WHOLE, &parts));
}
