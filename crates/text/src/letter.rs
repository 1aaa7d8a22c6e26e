//! The Vietnamese alphabet as a table: base letter, quality mark and tone of
//! every precomposed character, so that hot loops look up instead of decompose.

use std::sync::LazyLock;

/// The twelve vowels, each with its six tones in the order of [`Tone`].
pub(crate) const VOWELS: [[char; 6]; 12] = [
    ['a', 'à', 'ả', 'ã', 'á', 'ạ'],
    ['ă', 'ằ', 'ẳ', 'ẵ', 'ắ', 'ặ'],
    ['â', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ'],
    ['e', 'è', 'ẻ', 'ẽ', 'é', 'ẹ'],
    ['ê', 'ề', 'ể', 'ễ', 'ế', 'ệ'],
    ['i', 'ì', 'ỉ', 'ĩ', 'í', 'ị'],
    ['o', 'ò', 'ỏ', 'õ', 'ó', 'ọ'],
    ['ô', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ'],
    ['ơ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ'],
    ['u', 'ù', 'ủ', 'ũ', 'ú', 'ụ'],
    ['ư', 'ừ', 'ử', 'ữ', 'ứ', 'ự'],
    ['y', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ'],
];

/// The base letters of the rows of [`VOWELS`].
const VOWEL_BASES: [u8; 12] = *b"aaaeeiooouuy";

/// A tone as the column of [`VOWELS`]: 0 is the unmarked level tone.
pub(crate) type Tone = u8;
/// Rising tone (*sắc*).
pub(crate) const SAC: Tone = 4;
/// Heavy tone (*nặng*).
pub(crate) const NANG: Tone = 5;

/// What one character is, when it is an ASCII letter or digit or a letter of
/// the Vietnamese alphabet.
#[derive(Clone, Copy, Default)]
pub(crate) struct Letter {
    /// Lower-case form, tone and quality kept.
    pub(crate) lower: u16,
    /// Lower-case form without its tone: `ế` gives `ê`.
    pub(crate) plain: u16,
    /// Lower-case ASCII form: `ế` gives `e`, `Đ` gives `d`. 0 marks an empty row.
    pub(crate) fold: u8,
    /// Tone, 0 where there is none.
    pub(crate) tone: Tone,
    /// What it is, see the constants of this type.
    kind: u8,
}

impl Letter {
    const VOWEL: u8 = 1;
    const DIGIT: u8 = 2;
    const QUALITY: u8 = 4;

    pub(crate) fn is_vowel(self) -> bool {
        self.kind & Self::VOWEL != 0
    }
    pub(crate) fn is_digit(self) -> bool {
        self.kind & Self::DIGIT != 0
    }
    /// Whether it is one of ă â ê ô ơ ư.
    pub(crate) fn has_quality(self) -> bool {
        self.kind & Self::QUALITY != 0
    }
    pub(crate) fn lower_char(self) -> char {
        char::from_u32(u32::from(self.lower)).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// One past the last code point of the table: U+1EF9 `ỹ` is the last letter.
const TABLE_LEN: usize = 0x1EFA;

static TABLE: LazyLock<Box<[Letter]>> = LazyLock::new(build);

fn build() -> Box<[Letter]> {
    let mut table = vec![Letter::default(); TABLE_LEN];
    for b in (b'0'..=b'9').chain(b'a'..=b'z').chain(b'A'..=b'Z') {
        let fold = b.to_ascii_lowercase();
        let kind = if b.is_ascii_digit() { Letter::DIGIT } else { 0 };
        table[usize::from(b)] = Letter {
            lower: u16::from(fold),
            plain: u16::from(fold),
            fold,
            tone: 0,
            kind,
        };
    }
    for (row, base) in VOWELS.iter().zip(VOWEL_BASES) {
        let quality = if row[0].is_ascii() {
            0
        } else {
            Letter::QUALITY
        };
        for (tone, &lower) in (0u8..).zip(row) {
            let letter = Letter {
                lower: lower as u16,
                plain: row[0] as u16,
                fold: base,
                tone,
                kind: Letter::VOWEL | quality,
            };
            for c in std::iter::once(lower).chain(lower.to_uppercase()) {
                table[c as usize] = letter;
            }
        }
    }
    let d = Letter {
        lower: 'đ' as u16,
        plain: 'đ' as u16,
        fold: b'd',
        tone: 0,
        kind: 0,
    };
    for c in "đĐÐðƉ".chars() {
        table[c as usize] = d;
    }
    table.into_boxed_slice()
}

/// The table row of `c`, or `None` for anything that is neither an ASCII
/// letter or digit nor a letter of the Vietnamese alphabet. The look-alikes
/// `Ð ð Ɖ` have the row of `đ`.
pub(crate) fn letter(c: char) -> Option<Letter> {
    table()
        .get(c as usize)
        .copied()
        .filter(|letter| letter.fold != 0)
}

/// The whole table, for loops that look up every character.
pub(crate) fn table() -> &'static [Letter] {
    &TABLE
}

/// `vowel` (any tone, lower case) with the tone `tone`; other letters unchanged.
pub(crate) fn with_tone(vowel: char, tone: Tone) -> char {
    let plain = letter(vowel).map_or(0, |letter| u32::from(letter.plain));
    VOWELS
        .iter()
        .find(|row| row[0] as u32 == plain)
        .map_or(vowel, |row| row[usize::from(tone.min(5))])
}

/// The canonical letter of the đ family, in its own case; others unchanged.
pub(crate) fn mend_d(c: char) -> char {
    match c {
        'Ð' | 'Ɖ' => 'Đ',
        'ð' => 'đ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_base_quality_and_tone() {
        let e = letter('Ế').unwrap();
        assert_eq!((e.lower_char(), e.fold, e.tone), ('ế', b'e', SAC));
        assert!(e.is_vowel() && e.has_quality() && !e.is_digit());
        assert_eq!(letter('Ɖ').unwrap().lower_char(), 'đ');
        assert!(letter('ü').is_none() && letter('α').is_none() && letter('-').is_none());
        assert!(letter('7').unwrap().is_digit());
    }

    #[test]
    fn tones_are_exchanged_on_any_vowel() {
        assert_eq!(with_tone('ế', NANG), 'ệ');
        assert_eq!(with_tone('o', 1), 'ò');
        assert_eq!(with_tone('đ', 1), 'đ');
    }
}
