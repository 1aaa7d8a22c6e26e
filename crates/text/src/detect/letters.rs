//! Letters seen by the detector: the base letter and how Vietnamese its accents are.

use std::sync::LazyLock;
use unicode_normalization::char::decompose_canonical;

/// How far the accents of a letter or word point to Vietnamese, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Accent {
    /// No accent: any Latin script language.
    Plain,
    /// Used by Vietnamese and by others: `à`, `é`, `ê`, `đ`.
    Shared,
    /// In practice only Vietnamese: `ơ`, `ạ`, `ế`, `ũ`.
    Vietnamese,
    /// Never Vietnamese: `ü`, `ç`, `ñ`, `ß`, `ł`.
    Foreign,
}

/// One Latin letter, reduced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    /// ASCII lower-case base; `?` for a Latin letter without one (`ß`, `ø`).
    pub(super) base: u8,
    /// What its accents say.
    pub(super) accent: Accent,
}

/// First code point past the Latin blocks that hold precomposed letters (Latin Extended Additional ends at U+1EFF).
const LATIN_END: u32 = 0x1F00;

static LETTERS: LazyLock<Vec<Option<Letter>>> = LazyLock::new(|| {
    (0..LATIN_END)
        .map(|code| char::from_u32(code).and_then(reduce))
        .collect()
});

/// The reduced letter, or `None` for what is not a Latin letter.
pub(super) fn letter(c: char) -> Option<Letter> {
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then(|| Letter {
            base: c.to_ascii_lowercase() as u8,
            accent: Accent::Plain,
        });
    }
    LETTERS.get(c as usize).copied().flatten()
}

/// What a free combining mark says about the letter before it; `None` for what is no mark.
pub(super) fn mark(c: char) -> Option<Accent> {
    match c {
        '\u{309}' | '\u{323}' | '\u{31B}' => Some(Accent::Vietnamese),
        '\u{300}' | '\u{301}' | '\u{302}' | '\u{303}' | '\u{306}' => Some(Accent::Shared),
        '\u{300}'..='\u{36F}' => Some(Accent::Foreign),
        _ => None,
    }
}

fn reduce(c: char) -> Option<Letter> {
    if matches!(c, 'đ' | 'Đ') {
        return Some(Letter {
            base: b'd',
            accent: Accent::Shared,
        });
    }
    let is_latin = c.is_alphabetic()
        && matches!(c as u32, 0x41..=0x7A | 0xC0..=0x24F | 0x1E00..=0x1EFF)
        && !matches!(c, '×' | '÷');
    if !is_latin {
        return None;
    }
    let mut parts = Vec::with_capacity(3);
    decompose_canonical(c, |part| parts.push(part));
    let base = parts[0].to_ascii_lowercase();
    if !base.is_ascii() {
        return Some(Letter {
            base: b'?',
            accent: Accent::Foreign,
        });
    }
    Some(Letter {
        base: base as u8,
        accent: accent(base, &parts[1..]),
    })
}

fn accent(base: char, marks: &[char]) -> Accent {
    let on_vowel = |vowels: &str| vowels.contains(base);
    let each = marks.iter().map(|&m| match m {
        '\u{300}' | '\u{301}' if on_vowel("aeiouy") => Accent::Shared,
        '\u{303}' if on_vowel("ao") => Accent::Shared,
        '\u{303}' if on_vowel("eiuy") => Accent::Vietnamese,
        '\u{302}' if on_vowel("aeo") => Accent::Shared,
        '\u{306}' if on_vowel("a") => Accent::Shared,
        '\u{309}' | '\u{323}' if on_vowel("aeiouy") => Accent::Vietnamese,
        '\u{31B}' if on_vowel("ou") => Accent::Vietnamese,
        _ => Accent::Foreign,
    });
    match each.max() {
        Some(Accent::Shared) if marks.len() > 1 => Accent::Vietnamese,
        Some(strongest) => strongest,
        None => Accent::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_graded() {
        let grade = |c| letter(c).map(|l| (l.base as char, l.accent));
        assert_eq!(grade('a'), Some(('a', Accent::Plain)));
        assert_eq!(grade('É'), Some(('e', Accent::Shared)));
        assert_eq!(grade('Đ'), Some(('d', Accent::Shared)));
        assert_eq!(grade('ế'), Some(('e', Accent::Vietnamese)));
        assert_eq!(grade('Ư'), Some(('u', Accent::Vietnamese)));
        assert_eq!(grade('ü'), Some(('u', Accent::Foreign)));
        assert_eq!(grade('ñ'), Some(('n', Accent::Foreign)));
        assert_eq!(grade('ß'), Some(('?', Accent::Foreign)));
        assert_eq!(grade('я'), None);
        assert_eq!(grade('5'), None);
    }
}
