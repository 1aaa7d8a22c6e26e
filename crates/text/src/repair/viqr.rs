//! VIQR, Vietnamese in plain ASCII with the marks after the letter (RFC 1456): `tie^'ng Vie^.t`, `dda~`.

use super::charset::Decoded;
use unicode_normalization::UnicodeNormalization;

/// Base letters and quality marks of VIQR.
const QUALITIES: &[(char, char, char)] = &[
    ('a', '^', 'â'),
    ('a', '(', 'ă'),
    ('e', '^', 'ê'),
    ('o', '^', 'ô'),
    ('o', '+', 'ơ'),
    ('u', '+', 'ư'),
    ('A', '^', 'Â'),
    ('A', '(', 'Ă'),
    ('E', '^', 'Ê'),
    ('O', '^', 'Ô'),
    ('O', '+', 'Ơ'),
    ('U', '+', 'Ư'),
    ('o', '*', 'ơ'),
    ('u', '*', 'ư'),
    ('O', '*', 'Ơ'),
    ('U', '*', 'Ư'),
];

/// Whether `text` has a vowel with a mark after it or a double d, so that VIQR would change it.
pub(super) fn has_marks(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| {
        let (first, second) = (pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase());
        (first == b'd' && second == b'd')
            || (matches!(first, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
                && matches!(
                    second,
                    b'^' | b'(' | b'+' | b'*' | b'\'' | b'`' | b'?' | b'~' | b'.'
                ))
    })
}

/// Decodes `text` onto the end of `out`; `keep_last` leaves the last character as it is, for a full stop or a
/// question mark that ends a sentence. `None` when `text` is not ASCII.
pub(super) fn decode(text: &str, keep_last: bool, out: &mut String) -> Option<Decoded> {
    if !text.is_ascii() {
        return None;
    }
    let cut = if keep_last {
        text.len().saturating_sub(1)
    } else {
        text.len()
    };
    let (body, last) = text.split_at(cut);
    let mut decoded = Decoded::default();
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' {
            // An escaped mark is a plain character.
            out.push(chars.next().unwrap_or(c));
            continue;
        }
        if matches!(c, 'd' | 'D')
            && chars
                .next_if(|next| next.eq_ignore_ascii_case(&c))
                .is_some()
        {
            out.push(if c == 'd' { 'đ' } else { 'Đ' });
            decoded.changed += 1;
            continue;
        }
        let quality = chars
            .peek()
            .and_then(|&next| QUALITIES.iter().find(|q| q.0 == c && q.1 == next));
        let base = quality.map_or(c, |q| q.2);
        if quality.is_some() {
            chars.next();
        }
        let toned = chars.peek().and_then(|&next| with_tone(base, next));
        if toned.is_some() {
            chars.next();
        }
        let letter = toned.unwrap_or(base);
        decoded.changed += u32::from(letter != c);
        out.push(letter);
    }
    out.push_str(last);
    Some(decoded)
}

fn with_tone(base: char, mark: char) -> Option<char> {
    let combining = match mark {
        '\'' => '\u{301}',
        '`' => '\u{300}',
        '?' => '\u{309}',
        '~' => '\u{303}',
        '.' => '\u{323}',
        _ => return None,
    };
    let vowel =
        matches!(base.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || !base.is_ascii();
    // Through NFC, as a dot below goes under the letter before its circumflex.
    let mut composed = [base, combining].into_iter().nfc();
    let letter = composed.next();
    letter.filter(|_| vowel && composed.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_follow_their_letters() {
        let read = |text, keep| {
            let mut out = String::new();
            decode(text, keep, &mut out).map(|decoded| (out, decoded.changed))
        };
        assert_eq!(read("tie^'ng", false), Some(("tiếng".into(), 1)));
        assert_eq!(read("DDu+o+`ng", false), Some(("Đường".into(), 3)));
        assert_eq!(read("me.", false), Some(("mẹ".into(), 1)));
        assert_eq!(read("me.", true), Some(("me.".into(), 0)));
        assert_eq!(read("la\\.", false), Some(("la.".into(), 0)));
        assert_eq!(read("là", false), None);
    }
}
