//! Combining marks in the one order from which Unicode composes Vietnamese
//! letters: quality mark (circumflex, breve) before tone mark.
//!
//! `e` + acute + circumflex looks like `ế`, but both marks have combining
//! class 230, so canonical ordering leaves them as typed and NFC gives `é` +
//! circumflex. Here such pairs are put right before composing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

fn is_quality_mark(c: char) -> bool {
    matches!(c, '\u{302}' | '\u{306}' | '\u{31B}')
}

fn is_tone_mark(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

/// Characters that take no room and carry no meaning inside a word: soft
/// hyphen, zero-width space and joiners, direction marks, byte-order mark.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Puts quality marks before tone marks in decomposed text, per base letter.
///
/// A quality mark moves only where the result is a letter that exists (`a`
/// with acute then circumflex, not `n` with both).
fn order_marks(decomposed: &mut [char]) {
    let mut at = 0;
    while at < decomposed.len() {
        let base = decomposed[at];
        let mut end = at + 1;
        while end < decomposed.len() && is_combining_mark(decomposed[end]) {
            end += 1;
        }
        if end - at > 2 && base.is_ascii_alphabetic() {
            order_cluster(base, &mut decomposed[at + 1..end]);
        }
        at = end;
    }
}

fn order_cluster(base: char, marks: &mut [char]) {
    let Some(quality) = marks.iter().position(|&mark| is_quality_mark(mark)) else {
        return;
    };
    let Some(tone) = marks.iter().position(|&mark| is_tone_mark(mark)) else {
        return;
    };
    if tone < quality && compose(base, marks[quality]).is_some() {
        marks[tone..=quality].rotate_right(1);
    }
}

/// Canonical composition with Vietnamese mark order. Equal for every
/// canonically equivalent spelling; applying it twice changes nothing.
pub(crate) fn compose_canonical(text: &str) -> String {
    let mut decomposed: Vec<char> = text.nfd().collect();
    order_marks(&mut decomposed);
    decomposed.into_iter().nfc().collect()
}

/// As [`compose_canonical`], with compatibility forms folded as well: sub- and
/// superscripts, full-width letters, ligatures, mathematical alphabets.
pub(crate) fn compose_compatible(text: &str) -> String {
    let mut decomposed: Vec<char> = text.nfkd().collect();
    order_marks(&mut decomposed);
    decomposed.into_iter().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_order_gives_the_one_letter() {
        for spelling in [
            "e\u{301}\u{302}",
            "e\u{302}\u{301}",
            "é\u{302}",
            "ê\u{301}",
            "ế",
        ] {
            assert_eq!(compose_canonical(spelling), "ế", "{spelling:?}");
        }
        assert_eq!(compose_canonical("o\u{323}\u{302}"), "ộ");
        assert_eq!(compose_canonical("o\u{301}\u{31B}"), "ớ");
        assert_eq!(compose_canonical("a\u{309}\u{306}"), "ẳ");
    }

    #[test]
    fn marks_of_other_alphabets_stay_in_their_order() {
        assert_eq!(compose_canonical("n\u{301}\u{302}"), "ń\u{302}");
    }
}
