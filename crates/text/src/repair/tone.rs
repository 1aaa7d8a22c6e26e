//! Wrong-tone damage: correct Unicode that a converter took for TCVN3.
//!
//! The letters that Latin-1 has (`ô` U+00F4) were read as bytes and turned into the TCVN3 letter of that byte (`ụ`),
//! the others stayed: `thông tin rõ ràng` became `thụng tin rừ ràng`. The result is valid Unicode and spelled
//! plausibly, so only the likelihood of the syllables shows it; and a text that still has one of the letters which
//! the damage would have changed is not damaged.

use super::charset::{TCVN3, byte};
use super::lexicon::{Reading, cost, is_letter, pair_cost};
use std::sync::LazyLock;

/// Letters of Vietnamese in Latin-1, small and capital.
const LATIN_1: &str = "áàãâéèêíìóòõôúùýÁÀÃÂÉÈÊÍÌÓÒÕÔÚÙÝ";

struct Damage {
    /// (damaged, true) letters.
    back: Vec<(char, char)>,
    /// Letters that cannot stand in damaged text.
    gone: Vec<char>,
}

static DAMAGE: LazyLock<Damage> = LazyLock::new(|| {
    let image = |letter: char| {
        byte(letter)
            .and_then(|code| TCVN3.letter(code))
            .filter(|&image| image != letter)
    };
    let back: Vec<(char, char)> = LATIN_1
        .chars()
        .filter_map(|l| image(l).map(|damaged| (damaged, l)))
        .collect();
    let gone = LATIN_1
        .chars()
        .filter(|&l| image(l).is_some() && !back.iter().any(|pair| pair.0 == l))
        .collect();
    Damage { back, gone }
});

/// The letter as the damage leaves it.
pub(super) fn damaged(letter: char) -> char {
    DAMAGE
        .back
        .iter()
        .find(|pair| pair.1 == letter)
        .map_or(letter, |pair| pair.0)
}

/// At most so many letters of a word are tried both ways; a syllable has one or two accented letters.
const TRIED_MAX: usize = 4;
/// What each change of a letter costs: more than nothing, so that equal readings stay as they are.
const CHANGE: f32 = 0.7;
/// A letter that damage would have removed counts so much against it, in nats.
pub(super) const GONE: f32 = 6.0;

/// The reading of a stretch without spaces as damaged text.
pub(super) struct Undone {
    /// The likeliest text.
    pub(super) text: String,
    /// Whether it differs.
    pub(super) changed: bool,
    /// Cost in nats.
    pub(super) cost: f32,
}

/// Whether any letter of `text` could come from the damage or speaks against it.
pub(super) fn concerns(text: &str) -> bool {
    text.chars()
        .any(|c| DAMAGE.gone.contains(&c) || DAMAGE.back.iter().any(|pair| pair.0 == c))
}

/// Undoes the damage in `text`, choosing each word by its own likelihood and, with `before`, by the word before it.
pub(super) fn undo(text: &str, before: Option<&str>) -> Undone {
    let gone = text.chars().filter(|c| DAMAGE.gone.contains(c)).count();
    let mut best = Undone {
        text: text.to_string(),
        changed: false,
        cost: f32::INFINITY,
    };
    for (candidate, n_changes) in candidates(text) {
        let context = before.map_or(0.0, |before| in_context(before, &candidate));
        let total = cost(&candidate, Reading::Decoded) + context + CHANGE * n_changes as f32;
        if total < best.cost {
            best = Undone {
                changed: n_changes > 0,
                text: candidate,
                cost: total,
            };
        }
    }
    best.cost += GONE * gone as f32;
    best
}

/// How much likelier or less likely the first word is after `before` than alone.
fn in_context(before: &str, text: &str) -> f32 {
    let word: String = text
        .chars()
        .filter(|&c| is_letter(c))
        .collect::<String>()
        .to_lowercase();
    super::lexicon::seen(&word).map_or(0.0, |alone| pair_cost(before, &word) - alone)
}

fn candidates(text: &str) -> Vec<(String, usize)> {
    let mut all = vec![(String::with_capacity(text.len()), 0)];
    let mut tried = 0;
    for c in text.chars() {
        let original = DAMAGE
            .back
            .iter()
            .find(|pair| pair.0 == c)
            .map(|pair| pair.1);
        let branches = match original {
            Some(original) if tried < TRIED_MAX => {
                tried += 1;
                Some(original)
            }
            _ => None,
        };
        let mut changed: Vec<(String, usize)> = Vec::new();
        if let Some(original) = branches {
            changed = all.clone();
            for (candidate, n_changes) in &mut changed {
                candidate.push(original);
                *n_changes += 1;
            }
        }
        for (candidate, _) in &mut all {
            candidate.push(c);
        }
        all.extend(changed);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_undone_word_by_word() {
        for (damaged, original) in [
            ("thụng", "thông"),
            ("rừ", "rõ"),
            ("cú", "có"),
            ("cụng", "công"),
            ("một", "một"),
        ] {
            assert_eq!(undo(damaged, None).text, original);
        }
    }

    #[test]
    fn a_letter_that_damage_removes_speaks_against_it() {
        let of = |word| undo(word, None).cost;
        assert!(of("công") > cost("công", Reading::Given) + GONE - 1.0);
    }

    #[test]
    fn long_stretches_are_not_tried_every_way() {
        assert!(candidates(&"ụ".repeat(1000)).len() <= 1 << TRIED_MAX);
    }
}
