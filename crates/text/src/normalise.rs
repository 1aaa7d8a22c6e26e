//! The canonical form of running text: one spelling for what looks the same.

use unicode_normalization::char::is_combining_mark;

use crate::letter::{letter, mend_d};
use crate::marks::{compose_canonical, is_ignorable};
use crate::syllable::{MAX_LETTERS, place_tone};

/// The canonical form of `text`; the original is what should be shown.
///
/// * Unicode NFC, also where quality and tone mark were typed in the wrong order;
/// * `Ð ð Ɖ` become `Đ đ Đ`;
/// * tone marks stand where the new style puts them (`hoà` → `hòa`, `thuỷ` →
///   `thủy`), in Vietnamese syllables only, so `quý`, `hoàn`, `voilà` stay;
/// * every run of white space (line ends, no-break spaces) becomes one space,
///   none at either end; zero-width characters and soft hyphens go.
///
/// Case, punctuation, i/y and sub- and superscripts stay. Applying it twice
/// changes nothing. O(n).
///
/// ```
/// assert_eq!(text::normalise(" Ðại học  Khoa ho\u{323}c, Hoà Lạc"), "Đại học Khoa học, Hòa Lạc");
/// ```
#[must_use]
pub fn normalise(text: &str) -> String {
    let spaced = collapse_spaces(text);
    let composed = if is_composed(&spaced) {
        spaced
    } else {
        compose_canonical(&spaced)
    };
    place_tones(&composed)
}

/// Spaces collapsed, zero-width characters dropped, the đ family mended.
fn collapse_spaces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !is_ignorable(c)) {
        if !c.is_whitespace() {
            out.push(mend_d(c));
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// Whether `text` is certainly composed: only ASCII, Vietnamese letters and
/// characters below the combining blocks (which never change under NFC).
fn is_composed(text: &str) -> bool {
    text.chars()
        .all(|c| c < '\u{300}' || letter(c).is_some() || is_stable_punctuation(c))
}

/// Dashes, quotation marks, bullets, the ellipsis: common and stable under NFC.
fn is_stable_punctuation(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2027}')
}

fn place_tones(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let n_bytes = word_len(rest);
        let (word, after) = rest.split_at(n_bytes);
        push_word(word, &mut out);
        let gap = after
            .find(|c: char| c.is_alphanumeric())
            .unwrap_or(after.len());
        out.push_str(&after[..gap]);
        rest = &after[gap..];
    }
    out
}

/// Bytes of the letters, digits and marks at the start of `text`.
fn word_len(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .unwrap_or(text.len())
}

fn push_word(word: &str, out: &mut String) {
    match if may_move(word) {
        place_tone(word)
    } else {
        None
    } {
        Some(moved) => out.push_str(&moved),
        None => out.push_str(word),
    }
}

/// A cheap look before the parse: a mark can be misplaced only in a word of
/// two letters or more, each of at most three bytes, with accents.
fn may_move(word: &str) -> bool {
    (3..=3 * MAX_LETTERS).contains(&word.len()) && !word.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn one_word_many_byte_strings() {
        for spelling in [
            "tiếng",
            "tie\u{302}\u{301}ng",
            "tiê\u{301}ng",
            "tie\u{301}\u{302}ng",
            "tíêng",
        ] {
            assert_eq!(normalise(spelling), "tiếng", "{spelling:?}");
        }
        assert_eq!(normalise("Ðà Nẵng, Ɖức, ðường"), "Đà Nẵng, Đức, đường");
        assert_eq!(
            normalise("hoà thuỷ khoẻ quý hoàn gì"),
            "hòa thủy khỏe quý hoàn gì"
        );
    }

    #[test]
    fn spaces_collapse_and_invisible_characters_go() {
        assert_eq!(
            normalise("\t a\u{A0}\u{A0}b \n\u{FEFF}c\u{200B}d so\u{AD}ft "),
            "a b cd soft"
        );
        assert_eq!(normalise("  \n "), "");
    }

    #[test]
    fn what_is_not_vietnamese_stays() {
        for text in [
            "voilà l'été où",
            "CO₂ và m²",
            "你好 мир",
            "Genève",
            "kỹ thuật",
        ] {
            assert_eq!(normalise(text), text);
        }
    }

    proptest! {
        #[test]
        fn normalising_is_idempotent_and_blind_to_unicode_form(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once.clone());
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(normalise(&decomposed), once.clone());
            let composed: String = text.nfc().collect();
            prop_assert_eq!(normalise(&composed), once);
        }

        #[test]
        fn so_it_is_on_letters_and_loose_marks(text in "[a-zăâêôơưđàéịỏũ \u{300}\u{301}\u{302}\u{303}\u{306}\u{309}\u{31B}\u{323}]{0,24}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once.clone());
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(normalise(&decomposed), once);
        }
    }
}
