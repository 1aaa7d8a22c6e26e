//! The accent-free form: what a person types who types no accents.

use unicode_normalization::UnicodeNormalization;

use crate::letter::letter;
use crate::marks::is_ignorable;

/// Lower-case text without accents: `Đường sắt` gives `duong sat`, `CO₂` gives
/// `co2`, `naïve` gives `naive`. Spaces and punctuation stay as they are.
///
/// Compatibility forms are folded (NFKD), Latin, Greek and Cyrillic marks
/// dropped; marks that are letters in their script (Thai, Devanagari) stay.
/// Applying it twice changes nothing. O(n).
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// `text` as someone types it who types no accents, case kept: `Đường sắt`
/// gives `Duong sat`. What has no accent stays as it is, byte for byte.
#[must_use]
pub fn strip_accents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd().filter(|&c| !is_accent(c)) {
        match c {
            'đ' | 'ð' => out.push('d'),
            'Đ' | 'Ð' | 'Ɖ' => out.push('D'),
            other => out.push(other),
        }
    }
    out.nfc().collect()
}

/// [`fold`] appended to `out`.
pub(crate) fn fold_into(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(byte) = simple_fold(c) {
            out.push(char::from(byte));
            rest = &rest[c.len_utf8()..];
        } else {
            let n_bytes = rest
                .find(|c| simple_fold(c).is_some())
                .unwrap_or(rest.len());
            fold_general(&rest[..n_bytes], out);
            rest = &rest[n_bytes..];
        }
    }
}

/// The folded form of ASCII and of Vietnamese letters. These are starters that
/// never compose with what stands before them, so text may be cut at them.
fn simple_fold(c: char) -> Option<u8> {
    if c.is_ascii() {
        return Some(c.to_ascii_lowercase() as u8);
    }
    letter(c).map(|letter| letter.fold)
}

fn fold_general(text: &str, out: &mut String) {
    let folded = text
        .nfkd()
        .filter(|&c| !is_accent(c) && !is_ignorable(c))
        .flat_map(char::to_lowercase)
        .filter(|&c| !is_accent(c))
        .flat_map(latin_base);
    out.extend(folded.nfc());
}

/// Marks of the blocks made for the alphabetic scripts of Europe.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Latin letters that Unicode does not decompose, spelled as people type them.
fn latin_base(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'đ' | 'ð' | 'ɖ' => ('d', None),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'ß' => ('s', Some('s')),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accents_case_and_compatibility_forms_go() {
        assert_eq!(fold("Đường SẮT, Hoà Bình"), "duong sat, hoa binh");
        assert_eq!(
            fold("CO₂ m² ﬁne naïve Straße Łódź"),
            "co2 m2 fine naive strasse lodz"
        );
        assert_eq!(fold("e\u{302}\u{301}"), "e");
        assert_eq!(fold("ÐỨC ðức Ɖ"), "duc duc d");
    }

    #[test]
    fn letters_of_other_scripts_are_kept_whole() {
        assert_eq!(fold("한국"), "한국");
        assert_eq!(fold("กำลัง"), fold(&fold("กำลัง")));
        assert_eq!(fold("Ελλάδα"), "ελλαδα");
    }

    #[test]
    fn stripping_keeps_case_and_all_else() {
        assert_eq!(
            strip_accents("Đường SẮT (CO₂), naïve ﬁne"),
            "Duong SAT (CO₂), naive ﬁne"
        );
        assert_eq!(strip_accents("e\u{302}\u{301} 한국"), "e 한국");
    }

    proptest! {
        #[test]
        fn folding_is_idempotent_and_blind_to_unicode_form(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(fold(&decomposed), once);
        }
    }
}
