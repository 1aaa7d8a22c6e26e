//! Reads one word as the keys of a Vietnamese input method.

use crate::syllable::{is_vietnamese, place_tone};
use unicode_normalization::char::compose;

use super::InputMethod;

/// Letters of a syllable and the marks typed so far.
#[derive(Default)]
struct Typed {
    letters: Vec<char>,
    tone: Option<char>,
    n_marks: usize,
}

/// Longest key sequence of a syllable: `nghieengs` and a spare key or two.
const KEYS_MAX: usize = 11;

/// The syllable that the ASCII `word` types, lower case; `None` when it has no keys of `method` or is no syllable.
pub(super) fn syllable(word: &str, method: InputMethod) -> Option<String> {
    if word.len() > KEYS_MAX {
        return None;
    }
    let mut typed = Typed::default();
    for key in word.chars().map(|c| c.to_ascii_lowercase()) {
        match method {
            InputMethod::Telex => typed.telex(key),
            InputMethod::Vni => typed.vni(key),
        }
    }
    (typed.n_marks > 0).then(|| typed.finish()).flatten()
}

impl Typed {
    fn telex(&mut self, key: char) {
        let done = match key {
            's' => self.set_tone('\u{301}'),
            'f' => self.set_tone('\u{300}'),
            'r' => self.set_tone('\u{309}'),
            'x' => self.set_tone('\u{303}'),
            'j' => self.set_tone('\u{323}'),
            'w' => self.add_horn() || self.replace_last('a', 'ă') || self.add_lone_horn(),
            'd' => self.letters.first() == Some(&'d') && self.replace_first_d(),
            'a' => self.letters.last() == Some(&'a') && self.replace_last('a', 'â'),
            'e' => self.letters.last() == Some(&'e') && self.replace_last('e', 'ê'),
            'o' => self.letters.last() == Some(&'o') && self.replace_last('o', 'ô'),
            _ => false,
        };
        self.count(done, key);
    }

    fn vni(&mut self, key: char) {
        let done = match key {
            '1' => self.set_tone('\u{301}'),
            '2' => self.set_tone('\u{300}'),
            '3' => self.set_tone('\u{309}'),
            '4' => self.set_tone('\u{303}'),
            '5' => self.set_tone('\u{323}'),
            '6' => {
                self.replace_last('a', 'â')
                    || self.replace_last('e', 'ê')
                    || self.replace_last('o', 'ô')
            }
            '7' => self.add_horn(),
            '8' => self.replace_last('a', 'ă'),
            '9' => self.replace_first_d(),
            _ => false,
        };
        self.count(done, key);
    }

    /// A key that did nothing is a letter.
    fn count(&mut self, done: bool, key: char) {
        if done {
            self.n_marks += 1;
        } else {
            self.letters.push(key);
        }
    }

    fn set_tone(&mut self, tone: char) -> bool {
        let possible = self.tone.is_none() && self.letters.iter().any(|&c| is_vowel(c));
        if possible {
            self.tone = Some(tone);
        }
        possible
    }

    fn replace_last(&mut self, from: char, to: char) -> bool {
        let found = self.letters.iter().rposition(|&c| c == from);
        if let Some(at) = found {
            self.letters[at] = to;
        }
        found.is_some()
    }

    /// `uo` to `ươ`, or the last o or u to ơ or ư; `oa`, `ua` stay for `ă`.
    fn add_horn(&mut self) -> bool {
        if let Some(at) = self.letters.windows(2).position(|pair| pair == ['u', 'o']) {
            self.letters[at] = 'ư';
            self.letters[at + 1] = 'ơ';
            return true;
        }
        let last = self
            .letters
            .iter()
            .rposition(|c| matches!(c, 'a' | 'o' | 'u'));
        match last.map(|at| self.letters[at]) {
            Some('o') => self.replace_last('o', 'ơ'),
            Some('u') => self.replace_last('u', 'ư'),
            // `ua` is `ưa` and `oa` is `oă`: `muaw` types `mưa`, `hoawc` `hoăc`.
            Some('a') if self.letters.contains(&'u') && !self.letters.starts_with(&['q']) => {
                self.replace_last('u', 'ư')
            }
            _ => false,
        }
    }

    /// `w` alone types `ư`: `nhw`.
    fn add_lone_horn(&mut self) -> bool {
        let possible = !self.letters.iter().any(|&c| is_vowel(c));
        if possible {
            self.letters.push('ư');
        }
        possible
    }

    fn replace_first_d(&mut self) -> bool {
        let first = self.letters.first_mut().filter(|c| **c == 'd');
        first.map(|c| *c = 'đ').is_some()
    }

    fn finish(mut self) -> Option<String> {
        if let Some(tone) = self.tone {
            // On a letter that already has a mark of its own (ê, ơ), else on the first vowel; then to its place.
            let marked = self
                .letters
                .iter()
                .rposition(|&c| is_vowel(c) && !c.is_ascii());
            let at = marked.or_else(|| self.letters.iter().position(|&c| is_vowel(c)))?;
            self.letters[at] = toned(self.letters[at], tone)?;
        }
        let word: String = self.letters.into_iter().collect();
        let word = place_tone(&word).unwrap_or(word);
        is_vietnamese(&word).then_some(word)
    }
}

fn is_vowel(c: char) -> bool {
    matches!(
        c,
        'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y'
    )
}

fn toned(vowel: char, tone: char) -> Option<char> {
    // Canonical order puts the dot below under the plain letter, before its circumflex or breve.
    let under = |base| compose(base, tone);
    match vowel {
        'â' if tone == '\u{323}' => compose(under('a')?, '\u{302}'),
        'ê' if tone == '\u{323}' => compose(under('e')?, '\u{302}'),
        'ô' if tone == '\u{323}' => compose(under('o')?, '\u{302}'),
        'ă' if tone == '\u{323}' => compose(under('a')?, '\u{306}'),
        other => under(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telex_words() {
        for (keys, word) in [
            ("bieens", "biến"),
            ("ddooir", "đổi"),
            ("khis", "khí"),
            ("haauj", "hậu"),
            ("dduwowcj", "được"),
            ("nguwowif", "người"),
            ("nhw", "như"),
            ("hocj", "học"),
            ("quoocs", "quốc"),
            ("thuyr", "thủy"),
            ("muaw", "mưa"),
            ("tuwf", "từ"),
            ("nuowcs", "nước"),
            ("hoawcj", "hoặc"),
            ("Vieetj", "việt"),
            ("giowf", "giờ"),
            ("quys", "quý"),
            ("khoa", ""),
            ("address", ""),
            ("class", ""),
            ("tooth", ""),
        ] {
            assert_eq!(
                syllable(keys, InputMethod::Telex).unwrap_or_default(),
                word,
                "{keys}"
            );
        }
    }

    #[test]
    fn vni_words() {
        for (keys, word) in [
            ("bie6n1", "biến"),
            ("d9o6i3", "đổi"),
            ("khi1", "khí"),
            ("ha65u", "hậu"),
            ("d9u7o7c5", "được"),
            ("d9uo7c5", "được"),
            ("ngu7o72i", "người"),
            ("nguo72i", "người"),
            ("hoc5", "học"),
            ("CO2", "cò"),
            ("H2SO4", ""),
            ("mp3", ""),
            ("ma8n5", "mặn"),
        ] {
            assert_eq!(
                syllable(keys, InputMethod::Vni).unwrap_or_default(),
                word,
                "{keys}"
            );
        }
    }
}
