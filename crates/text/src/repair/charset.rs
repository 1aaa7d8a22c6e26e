//! Decoding one stretch of mojibake by one of the byte tables.

use super::tables;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A byte encoding: single bytes, and for some a base byte with a mark byte.
pub(super) struct Charset {
    singles: [Option<char>; 256],
    pairs: FxHashMap<(u8, u8), char>,
}

/// What decoding did to a stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    /// Letters that came out other than they went in.
    pub(super) changed: u32,
    /// Accented letters of Latin-1 that the encoding has no use for: a sign that it is not this encoding.
    pub(super) stray: u32,
}

pub(super) static TCVN3: LazyLock<Charset> = LazyLock::new(|| {
    let mut charset = Charset::single(&tables::TCVN3, None);
    for &(byte, letter) in tables::TCVN3_UPPER {
        charset.singles[usize::from(byte)] = Some(letter);
    }
    charset
});
pub(super) static VISCII: LazyLock<Charset> =
    LazyLock::new(|| Charset::single(&tables::VISCII, Some(&tables::VISCII_UPPER)));
pub(super) static VPS: LazyLock<Charset> =
    LazyLock::new(|| Charset::single(&tables::VPS, Some(&tables::VPS_UPPER)));
pub(super) static VNI: LazyLock<Charset> = LazyLock::new(|| {
    let mut charset = Charset::marked(tables::VNI);
    charset.add_marked(tables::VNI_CONVERTED);
    charset
});
pub(super) static BK_HCM2: LazyLock<Charset> = LazyLock::new(|| Charset::marked(tables::BK_HCM2));

impl Charset {
    fn single(lower: &[u8; 67], upper: Option<&[u8; 67]>) -> Charset {
        let mut charset = Charset {
            singles: [None; 256],
            pairs: FxHashMap::default(),
        };
        for (letter, &byte) in tables::LETTERS.chars().zip(upper.into_iter().flatten()) {
            charset.singles[usize::from(byte)] = Some(capital(letter));
        }
        // Last, so that a byte both cases share is the small letter.
        for (letter, &byte) in tables::LETTERS.chars().zip(lower) {
            charset.singles[usize::from(byte)] = Some(letter);
        }
        charset
    }

    /// A table of letters and base-mark pairs; the mark may be of either case, the base gives the case.
    fn marked(table: &str) -> Charset {
        let mut charset = Charset {
            singles: [None; 256],
            pairs: FxHashMap::default(),
        };
        for (letter, code) in tables::LETTERS.chars().zip(table.split_whitespace()) {
            let mut bytes = code.chars().filter_map(byte);
            let (Some(base), mark) = (bytes.next(), bytes.next()) else {
                continue;
            };
            match mark {
                None => {
                    charset.singles[usize::from(base)] = Some(letter);
                    charset.singles[usize::from(base - CASE)] = Some(capital(letter));
                }
                Some(mark) => {
                    for mark in [mark, mark - CASE] {
                        charset.pairs.insert((base, mark), letter);
                        charset.pairs.insert((base - CASE, mark), capital(letter));
                    }
                }
            }
        }
        charset
    }

    /// Further ways to write a letter as base and mark.
    fn add_marked(&mut self, table: &[(char, char, char)]) {
        for &(base, mark, letter) in table {
            let (Some(base), Some(mark)) = (byte(base), byte(mark)) else {
                continue;
            };
            for mark in [mark, mark - CASE] {
                self.pairs.insert((base, mark), letter);
                self.pairs.insert((base - CASE, mark), capital(letter));
            }
        }
    }

    /// Decodes `text` onto the end of `out`; `None`, with `out` as it was, when a character has no byte.
    pub(super) fn decode(&self, text: &str, out: &mut String) -> Option<Decoded> {
        let start = out.len();
        let mut decoded = Decoded::default();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let Some(code) = byte(c) else {
                out.truncate(start);
                return None;
            };
            let pair = chars
                .peek()
                .and_then(|&next| byte(next))
                .and_then(|mark| self.pairs.get(&(code, mark)));
            let found = pair.copied().or(self.singles[usize::from(code)]);
            if pair.is_some() {
                chars.next();
            }
            decoded.changed += u32::from(found.is_some_and(|letter| letter != c));
            decoded.stray += u32::from(found.is_none() && code >= 0xC0 && c.is_alphabetic());
            out.push(found.unwrap_or(c));
        }
        Some(decoded)
    }

    /// The letter of a byte on its own.
    pub(super) fn letter(&self, code: u8) -> Option<char> {
        self.singles[usize::from(code)]
    }
}

/// Distance between the two cases of a Latin letter, in ASCII and in Latin-1.
const CASE: u8 = 0x20;

fn capital(letter: char) -> char {
    letter.to_uppercase().next().unwrap_or(letter)
}

/// Characters of Windows code page 1252 at 0x80..=0x9F; the five free places read as themselves.
const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The byte behind a character of the Latin-1 or the Windows-1252 reading.
pub(super) fn byte(c: char) -> Option<u8> {
    match u8::try_from(u32::from(c)) {
        Ok(code) => Some(code),
        Err(_) => (0x80u8..)
            .zip(CP1252)
            .find(|&(_, known)| known == c)
            .map(|(code, _)| code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(charset: &Charset, text: &str) -> String {
        let mut out = String::new();
        charset
            .decode(text, &mut out)
            .expect("every character has a byte");
        out
    }

    #[test]
    fn known_strings_decode() {
        assert_eq!(
            decode(&TCVN3, "Nh÷ng nguyªn t¾c, n\u{AD}íc §øc"),
            "Những nguyên tắc, nước Đức"
        );
        assert_eq!(
            decode(&VNI, "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam"),
            "Cộng hòa xã hội chủ nghĩa Việt Nam"
        );
        assert_eq!(
            decode(&VNI, "ÑOÄC LAÄP – TÖÏ DO, Ôû Ñöùc"),
            "ĐỘC LẬP – TỰ DO, Ở Đức"
        );
        assert_eq!(
            decode(&VISCII, "Vi®t Nam, tiªng nß¾c"),
            "Việt Nam, tiếng nước"
        );
        assert_eq!(
            decode(&VPS, "Vi®t Nam".replace('®', "\u{8C}").as_str()),
            "Việt Nam"
        );
        assert_eq!(
            decode(&BK_HCM2, "Viïåt Nam, àêët nûúác"),
            "Việt Nam, đất nước"
        );
    }

    #[test]
    fn unicode_is_no_byte_text() {
        let mut out = String::from("x");
        assert_eq!(TCVN3.decode("Việt", &mut out), None);
        assert_eq!(out, "x");
    }

    #[test]
    fn letters_without_a_use_are_stray() {
        let mut out = String::new();
        assert_eq!(
            TCVN3.decode("là", &mut out),
            Some(Decoded {
                changed: 0,
                stray: 1
            })
        );
    }
}
