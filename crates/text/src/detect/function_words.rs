//! Function words of English: one word of two of running text, and hardly one of any
//! other language, so they tell English beside Vietnamese.

use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// In order of frequency.
const ENGLISH: &str = "the of and to a in is that for it as was with be by on not he his but at are this have from or had an they \
    which you were all her she there would their we been has when who will more no if out so up into than them \
    can only other its do two about these may then any some very such could our what should how each between \
    through where those both during before under must because over using based against upon without within \
    via toward towards among while does did your my i whether however also after since per";

static WORDS: LazyLock<FxHashSet<&[u8]>> =
    LazyLock::new(|| ENGLISH.split_whitespace().map(str::as_bytes).collect());

/// Whether a word of lower-case ASCII letters is a function word of English.
pub(crate) fn is_english(word: &[u8]) -> bool {
    WORDS.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_lower_case() {
        assert!(is_english(b"which") && is_english(b"the"));
        assert!(!is_english(b"und") && !is_english(b"The"));
        assert!(ENGLISH.chars().all(|c| c.is_ascii_lowercase() || c == ' '));
    }
}
