//! The key that sorts titles by the Vietnamese alphabet.
//!
//! Letters first (a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y,
//! with f j w z in their Latin places), tones after letters, in the order of
//! the dictionaries: level, *huyền*, *hỏi*, *ngã*, *sắc*, *nặng*. Leading
//! quotes and brackets do not count. Source: `TCVN 6909` alphabet order.

use records::{Lang, Record};

/// Longest key in bytes: titles that agree so far are sorted by id.
const MAX_KEY_BYTES: usize = 240;

/// The key of a record's title in the language of the work, else Vietnamese.
pub fn title_key(record: &Record) -> String {
    let lang = record.language.clone().unwrap_or_else(Lang::vi);
    sort_key(record.display_title(&lang))
}

/// A string whose byte order is the order of the Vietnamese alphabet.
pub(crate) fn sort_key(title: &str) -> String {
    let mut letters = String::new();
    let mut tones = String::new();
    let normal = text::normalise(title).to_lowercase();
    for c in normal.chars().skip_while(|c| !c.is_alphanumeric()) {
        if letters.len() + tones.len() + 6 > MAX_KEY_BYTES {
            break;
        }
        if !c.is_alphanumeric() {
            if !letters.ends_with(' ') {
                letters.push(' ');
            }
            continue;
        }
        let (letter, tone) = split(c);
        letters.push_str(letter_key(letter).as_ref());
        tones.push(tone);
    }
    format!("{}\u{1}{tones}", letters.trim_end())
}

/// A letter in the alphabet's order: the Latin letter before it and a digit.
fn letter_key(letter: char) -> String {
    let (base, place) = match letter {
        'ă' => ('a', '1'),
        'â' => ('a', '2'),
        'đ' => ('d', '1'),
        'ê' => ('e', '1'),
        'ô' => ('o', '1'),
        'ơ' => ('o', '2'),
        'ư' => ('u', '1'),
        'a' | 'd' | 'e' | 'o' | 'u' => (letter, '0'),
        other => return other.to_string(),
    };
    [base, place].iter().collect()
}

/// Vowels by letter, each with its five marked forms in the order of tones.
const TONES: [(char, &str); 12] = [
    ('a', "àảãáạ"),
    ('ă', "ằẳẵắặ"),
    ('â', "ầẩẫấậ"),
    ('e', "èẻẽéẹ"),
    ('ê', "ềểễếệ"),
    ('i', "ìỉĩíị"),
    ('o', "òỏõóọ"),
    ('ô', "ồổỗốộ"),
    ('ơ', "ờởỡớợ"),
    ('u', "ùủũúụ"),
    ('ư', "ừửữứự"),
    ('y', "ỳỷỹýỵ"),
];

fn split(c: char) -> (char, char) {
    if c.is_ascii() {
        return (c, '0');
    }
    for (letter, forms) in TONES {
        if let Some(tone) = forms.chars().position(|form| form == c) {
            let digit = char::from_digit(tone as u32 + 1, 10).unwrap_or('9');
            return (letter, digit);
        }
    }
    (c, '0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_comes_before_the_tones() {
        let sorted = [
            "An toàn",
            "Ăn mòn",
            "Ấm trà",
            "Biển",
            "Biến đổi",
            "Dân số",
            "Đất",
            "Ẻo lả",
            "Zeta",
        ];
        let keys: Vec<String> = sorted.iter().map(|title| sort_key(title)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn tones_stand_in_the_order_of_the_dictionaries() {
        let keys: Vec<String> = ["ma", "mà", "mả", "mã", "má", "mạ"].map(sort_key).into();
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    }

    #[test]
    fn quotes_and_unicode_forms_do_not_count() {
        assert_eq!(sort_key("“Biến đổi”"), sort_key("Bie\u{302}\u{301}n đổi"));
    }
}
