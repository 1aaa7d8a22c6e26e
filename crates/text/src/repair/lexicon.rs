//! How likely a piece of text is as a reading: syllable and pair costs, in nats (minus natural logarithms).
//!
//! The counts come from `models/repair/syllables.bin`, which `examples/train_repair.rs` writes: `u16` syllables,
//! `u32` pairs, then for each syllable its cost, length and UTF-8 bytes, then for each pair its left and right
//! syllable (`u16`) and its cost. Costs are in sixteenths of a nat; all numbers little-endian, all rows sorted.

use crate::syllable::{is_vietnamese, place_tone};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

const MODEL: &[u8] = include_bytes!("../../../../models/repair/syllables.bin");

/// A cost in the file is this part of a nat.
const STEP: f32 = 1.0 / 16.0;

/// Cost of a syllable that is spelled right but was not seen in 11 million syllables of news.
const UNSEEN: f32 = 14.0;
/// A pair that was not seen: the right syllable alone, and this much more.
const BACK_OFF: f32 = 1.5;

/// Cost of a word outside Vietnamese: a start and so much a letter, about the entropy of English spelling.
const FOREIGN: f32 = 2.0;
const FOREIGN_LETTER: f32 = 2.2;
/// An accented letter of Western Europe in such a word.
const FOREIGN_ACCENT: f32 = 4.5;
/// A word that is no Vietnamese syllable but would need to be one: a start and so much a letter.
const BROKEN: f32 = 12.0;
const BROKEN_LETTER: f32 = 5.0;
/// The same for a word in capitals: abbreviations (`ĐBSCL`) are not syllables.
const BROKEN_CAPITAL: f32 = 3.0;
/// A capital letter after a small one.
const CAPITAL_INSIDE: f32 = 6.0;
/// A symbol past ASCII standing free, beside a letter, and between two letters.
const SYMBOL: [f32; 3] = [3.0, 6.0, 10.0];
/// Typographic quotes, dashes and the ellipsis stand beside letters in clean text.
const QUOTE: [f32; 3] = [1.0, 1.5, 7.0];

/// Which words a reading may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Text as it stands: accented words of other languages are ordinary.
    Given,
    /// Text that was decoded: an accented word must be Vietnamese.
    Decoded,
}

struct Lexicon {
    syllables: FxHashMap<&'static str, (u16, f32)>,
    pairs: FxHashMap<u32, f32>,
}

static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| parse(MODEL).expect("the model is part of the build and tested"));

fn parse(file: &'static [u8]) -> Option<Lexicon> {
    let (head, mut rest) = file.split_at_checked(6)?;
    let n_syllables = u16::from_le_bytes([head[0], head[1]]);
    let n_pairs = u32::from_le_bytes([head[2], head[3], head[4], head[5]]);
    let mut syllables = FxHashMap::default();
    for at in 0..n_syllables {
        let (&[cost, len], after) = rest.split_first_chunk()?;
        let (name, after) = after.split_at_checked(usize::from(len))?;
        syllables.insert(
            std::str::from_utf8(name).ok()?,
            (at, f32::from(cost) * STEP),
        );
        rest = after;
    }
    let rows = rest.chunks_exact(5);
    let complete = rows.len() == n_pairs as usize && rows.remainder().is_empty();
    let pairs = rows
        .map(|row| {
            (
                u32::from_le_bytes([row[2], row[3], row[0], row[1]]),
                f32::from(row[4]) * STEP,
            )
        })
        .collect();
    complete.then_some(Lexicon { syllables, pairs })
}

impl Lexicon {
    /// Number and cost of a lower-case syllable, whichever way its tone is placed (`hòa`, `hoà`).
    fn find(&self, word: &str) -> Option<(u16, f32)> {
        let direct = self.syllables.get(word);
        direct
            .or_else(|| self.syllables.get(place_tone(word)?.as_str()))
            .copied()
    }
}

/// Cost of the lower-case syllable `word` alone; `None` when it was not seen.
pub(crate) fn seen(word: &str) -> Option<f32> {
    LEXICON.find(word).map(|(_, cost)| cost)
}

/// Cost of the lower-case syllable `word` after `before`.
pub(super) fn pair_cost(before: &str, word: &str) -> f32 {
    let lexicon = &*LEXICON;
    let Some((right, alone)) = lexicon.find(word) else {
        return UNSEEN + BACK_OFF;
    };
    let pair = lexicon.find(before).and_then(|(left, _)| {
        lexicon
            .pairs
            .get(&(u32::from(left) << 16 | u32::from(right)))
    });
    pair.copied().unwrap_or(alone + BACK_OFF)
}

/// Cost of `text`, a stretch without spaces: its words and its symbols.
pub(super) fn cost(text: &str, reading: Reading) -> f32 {
    let mut sum = 0.0;
    let mut word_start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inside = word_start.is_some();
        if is_letter(c) {
            word_start.get_or_insert(at);
            continue;
        }
        if let Some(start) = word_start.take() {
            sum += word_cost(&text[start..at], reading);
        }
        if !c.is_ascii() {
            let beside = usize::from(inside)
                + usize::from(chars.peek().is_some_and(|&(_, next)| is_letter(next)));
            sum += if is_quote(c) {
                QUOTE[beside]
            } else {
                SYMBOL[beside]
            };
        }
    }
    sum + word_start.map_or(0.0, |start| word_cost(&text[start..], reading))
}

fn is_quote(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2026}' | '«' | '»' | '\u{A0}')
}

/// Letters of words; not the symbols that Unicode counts as letters.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, 'µ' | 'ª' | 'º' | 'ƒ')
}

fn word_cost(word: &str, reading: Reading) -> f32 {
    let foreign = foreign_cost(word);
    if word.is_ascii() {
        // The same in every reading; only its order of size matters.
        return seen(&word.to_ascii_lowercase()).map_or(foreign, |cost| cost.min(foreign));
    }
    let lower = word.to_lowercase();
    let case = if is_mixed_case(word) {
        CAPITAL_INSIDE
    } else {
        0.0
    };
    let native = match seen(&lower) {
        Some(cost) => cost,
        None if is_vietnamese(&lower) => UNSEEN,
        None => broken_cost(word),
    } + case;
    match reading {
        Reading::Given => native.min(foreign),
        Reading::Decoded => native,
    }
}

fn broken_cost(word: &str) -> f32 {
    let capitals = word.chars().all(char::is_uppercase);
    BROKEN
        + word.chars().count() as f32
            * if capitals {
                BROKEN_CAPITAL
            } else {
                BROKEN_LETTER
            }
}

fn foreign_cost(word: &str) -> f32 {
    let mut sum = FOREIGN;
    let mut small = false;
    for c in word.chars() {
        sum += match c {
            _ if c.is_ascii() => FOREIGN_LETTER,
            '\u{C0}'..='\u{17F}' => FOREIGN_ACCENT,
            _ => BROKEN_LETTER,
        };
        if small && c.is_uppercase() && !c.is_ascii() {
            sum += CAPITAL_INSIDE;
        }
        small = c.is_lowercase();
    }
    sum
}

fn is_mixed_case(word: &str) -> bool {
    let mut small = false;
    word.chars().any(|c| {
        let mixed = small && c.is_uppercase();
        small = c.is_lowercase();
        mixed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_whole() {
        assert!(parse(MODEL).is_some());
        assert!(parse(&MODEL[..MODEL.len() - 1]).is_none());
        assert!(LEXICON.syllables.len() > 4_000 && LEXICON.pairs.len() > 50_000);
    }

    #[test]
    fn common_costs_less_than_rare_less_than_broken() {
        let of = |word| cost(word, Reading::Decoded);
        assert!(of("không") < of("khống"));
        assert!(of("khống") < of("khợp"));
        assert!(of("khợp") < of("khợlp"));
        assert!(pair_cost("khoa", "học") < pair_cost("con", "học"));
        assert!(cost("Nh÷ng", Reading::Given) > of("Những") + 8.0);
        assert!(cost("déjà", Reading::Given) < cost("déjà", Reading::Decoded));
    }
}
