//! The host item, field 773: journal, volume, issue and pages in free text.

use records::Scheme;

use super::{MarcRecord, fields21::trimmed};
use crate::fields::Fields;

pub(super) fn read(marc: &MarcRecord, fields: &mut Fields) {
    for field in marc.fields("773") {
        fields.set("venue", trimmed(field.get('t')).trim_end_matches('.'));
        fields.push_identifier(Scheme::Issn, field.get('x'));
        fields.push_identifier(Scheme::Isbn, field.get('z'));
        for part in field.all('g') {
            read_part(part, fields);
        }
        fields.set("publisher", trimmed(field.get('d')));
    }
    for field in marc.fields("490").chain(marc.fields("440")) {
        fields.set("venue", trimmed(field.get('a')));
    }
}

/// The words that stand before a number, folded.
const MARKS: [(&str, &[&str]); 3] = [
    ("volume", &["t", "tap", "vol", "v", "volume", "bd"]),
    ("issue", &["s", "so", "no", "n", "issue", "nr", "h"]),
    ("pages", &["tr", "trang", "p", "pp", "pages", "page", "s"]),
];

/// `T. 5, S. 2 (2019), tr. 12-19`; `Vol. 24, pt. B no. 9 (Sept. 1993), p. 235-48`.
fn read_part(part: &str, fields: &mut Fields) {
    let folded = text::fold(part);
    let words: Vec<&str> = folded
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | ':'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut mark: Option<&str> = None;
    for word in words {
        let bare = word.trim_end_matches('.');
        let known = MARKS
            .iter()
            .find(|(name, words)| words.contains(&bare) && !fields.has(name));
        match known {
            Some((name, _)) => mark = Some(name),
            None => {
                let has_digit = bare.contains(|c: char| c.is_ascii_digit());
                if let Some(name) = mark.take().filter(|_| has_digit) {
                    fields.set(name, bare);
                } else if bare.len() == 4 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
                    fields.set_date(bare);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_and_english_places() {
        for (part, volume, issue, pages) in [
            (
                "T. 5, S. 2 (2019), tr. 12-19",
                Some("5"),
                Some("2"),
                Some("12-19"),
            ),
            (
                "Vol. 24, no. 9 (Sept. 1993), p. 235-48",
                Some("24"),
                Some("9"),
                Some("235-48"),
            ),
            ("Số 3, tr. 1", None, Some("3"), Some("1")),
            ("2010", None, None, None),
        ] {
            let mut fields = Fields::default();
            read_part(part, &mut fields);
            let found = (
                fields.get("volume"),
                fields.get("issue"),
                fields.get("pages"),
            );
            assert_eq!(found, (volume, issue, pages), "{part}");
        }
    }
}
