//! The letter ư of TCVN3, where an extractor dropped it.
//!
//! TCVN3 put ư on 0xAD, the soft hyphen of Latin-1, and many extractors (catdoc, pdftotext at line ends) drop soft
//! hyphens: `ng\xADêi` arrives as `ngêi` and decodes to `ngời`. One in twelve syllables has the letter, so a longer run
//! without any is a text that lost it, and it is put back where the syllables are likelier with it.

use super::lexicon::{is_letter, pair_cost, seen};

/// The soft hyphen, which is ư in TCVN3.
pub(super) const SOFT_HYPHEN: char = '\u{AD}';

/// Chunks of a run from which the absence of ư is telling: 0.92^40 is 4 %.
const TELLING: usize = 40;
/// How much likelier, in nats, a syllable must be with the letter: where it is telling, and where it is not.
const LEAD: f32 = 2.0;
const LEAD_ELSE: f32 = 5.0;
/// Price, in nats, of taking a word that is no syllable for one that lost the letter. A guess, not tuned.
const DROPPED: f32 = 4.0;
/// Cost of a word that was never seen.
const NEVER: f32 = 16.0;

/// `decoded`, a run of `n_chunks` chunks, with the lost letters.
pub(super) fn restore(decoded: &str, n_chunks: usize) -> String {
    let lead = if n_chunks >= TELLING { LEAD } else { LEAD_ELSE };
    let mut out = String::with_capacity(decoded.len() + decoded.len() / 16);
    let mut before = String::new();
    for part in decoded.split_inclusive(|c: char| !is_letter(c)) {
        let word = part.trim_end_matches(|c: char| !is_letter(c));
        let tail = &part[word.len()..];
        let lower = word.to_lowercase();
        match likelier(&before, &lower, lead) {
            Some(found) => {
                push_in_case(&found, word, &mut out);
                before = found;
            }
            None => {
                out.push_str(word);
                before = lower;
            }
        }
        if tail != " " {
            before.clear();
        }
        out.push_str(tail);
    }
    out
}

/// Cost of `decoded`, a stretch without spaces, when it is no syllable but becomes one with the letter.
pub(super) fn cost_with_letter(decoded: &str) -> Option<f32> {
    let word = decoded.trim_matches(|c: char| !is_letter(c)).to_lowercase();
    if word.is_empty() || word.chars().count() > 7 || seen(&word).is_some() {
        return None;
    }
    let found = candidates(&word).filter_map(|word| seen(&word));
    found.min_by(f32::total_cmp).map(|cost| cost + DROPPED)
}

/// The word with ư before an ơ, or after its first consonants, when that is likelier by `lead`.
fn likelier(before: &str, word: &str, lead: f32) -> Option<String> {
    if word.is_empty() || word.chars().count() > 7 {
        return None;
    }
    let cost = |word: &str| {
        if seen(word).is_some() {
            pair_cost(before, word)
        } else {
            NEVER
        }
    };
    let given = cost(word);
    let best = candidates(word)
        .map(|found| (cost(&found), found))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 + lead < given).then_some(best.1)
}

fn candidates(word: &str) -> impl Iterator<Item = String> + '_ {
    let is_vowel =
        |c: char| !c.is_ascii() && c != 'đ' || matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let onset = word.find(is_vowel).unwrap_or(word.len());
    let at_horn = word.find(|c| "ơớờởỡợ".contains(c));
    // Without a vowel the letter may stand after any of the consonants: `hng`, `nh`.
    let inside = (1..onset).filter(move |_| onset == word.len());
    at_horn
        .into_iter()
        .chain(Some(onset).filter(|&at| Some(at) != at_horn && at > 0))
        .chain(inside)
        .filter(|&at| word.is_char_boundary(at))
        .map(|at| format!("{}ư{}", &word[..at], &word[at..]))
}

fn push_in_case(found: &str, word: &str, out: &mut String) {
    let first = word.chars().next().is_some_and(char::is_uppercase);
    if first && word.chars().count() > 1 && word.chars().all(char::is_uppercase) {
        out.push_str(&found.to_uppercase());
        return;
    }
    let mut chars = found.chars();
    match chars.next() {
        Some(c) if first => out.extend(c.to_uppercase()),
        Some(c) => out.push(c),
        None => {}
    }
    out.push_str(chars.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_letters_come_back_where_likelier() {
        let damaged = "Chơng một quy định ngời tiêu dùng đợc hởng mức hớng dẫn của Nhà nớc nh sau";
        let whole =
            "Chương một quy định người tiêu dùng được hưởng mức hướng dẫn của Nhà nước như sau";
        assert_eq!(restore(damaged, TELLING), whole);
    }

    #[test]
    fn whole_text_stays() {
        let text = "Cơ sở dữ liệu về đời sống, có thể mở rộng; thơ ca, cờ vua và ca nhạc";
        assert_eq!(restore(text, 1), text);
    }
}
