//! Splits text into sentences, Vietnamese or English.
//!
//! A sentence ends at `.`, `!`, `?` or `…` (with the quotes and brackets that close after it) when white space or
//! the end follows and the next word can start a sentence, and at a blank line. A single line end is a line wrap,
//! as extractors give it, unless the next line starts a list item. A full stop does not end a sentence after an
//! abbreviation (`PGS.`, `et al.`), an initial (`N. V. Đức`) or the number of a list item (`1. Mở đầu`).

use std::ops::Range;

/// Abbreviations that a name, a number or more text follows, lower case, without their last full stop; sorted.
const ABBREVIATIONS: &[&str] = &[
    "al", "approx", "bs", "c.f", "ca", "cf", "ch", "cn", "co", "corp", "cs", "dept", "dr", "ds",
    "e.g", "ed", "eds", "eq", "eqs", "etc", "fig", "figs", "gs", "gs.ts", "gs.tskh", "h", "i.e",
    "inc", "jr", "ks", "kts", "ltd", "mr", "mrs", "ms", "no", "nos", "nxb", "p", "pgs", "pgs.ts",
    "pgs.tskh", "pp", "prof", "ref", "refs", "sp", "spp", "sr", "st", "sđd", "t.p", "th.s", "ths",
    "tp", "tr", "ts", "tskh", "tt", "tx", "ubnd", "univ", "var", "viz", "vol", "vs",
];

/// Words before a single capital letter that is a label and not an initial: `vitamin C.`
const LABELS: &[&str] = &[
    "vitamin",
    "nhóm",
    "loại",
    "bảng",
    "hình",
    "mục",
    "phần",
    "type",
    "group",
    "class",
    "table",
    "figure",
    "hepatitis",
    "điểm",
    "lớp",
    "khu",
    "section",
    "appendix",
    "lục",
];

/// Bytes of the sentences of `text`, in order, without the white space around them.
///
/// ```
/// let text = "PGS. TS. N. V. Đức đo được 1.000,5 mg. Kết quả tốt!";
/// let found: Vec<&str> = text::sentences(text).into_iter().map(|range| &text[range]).collect();
/// assert_eq!(found, ["PGS. TS. N. V. Đức đo được 1.000,5 mg.", "Kết quả tốt!"]);
/// ```
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(step) = text[at..].find(['.', '!', '?', '…', '\n']) {
        let mark = at + step;
        let c = text[mark..].chars().next().unwrap_or('\n');
        at = mark + c.len_utf8();
        let end = match c {
            '\n' => ends_at_line(text, at).then_some(mark),
            _ => ends_at_mark(text, start, mark, c),
        };
        if let Some(end) = end {
            push(text, start..end, &mut found);
            start = end;
            at = at.max(end);
        }
    }
    push(text, start..text.len(), &mut found);
    found
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = start + slice.trim().len();
    if start < end {
        found.push(start..end);
    }
}

/// Whether the text parts before byte `next`, the start of a line: the line is blank, or a list item.
fn ends_at_line(text: &str, next: usize) -> bool {
    let line = text[next..].split('\n').next().unwrap_or("");
    let mut rest = line.trim_start().chars();
    match rest.next() {
        None => true,
        Some('•' | '-' | '–' | '+' | '*' | '◦' | '▪') => rest.next() == Some(' '),
        Some(c) if c.is_alphanumeric() => {
            is_item_label(line.split_whitespace().next().unwrap_or(""))
        }
        Some(_) => false,
    }
}

/// `1.`, `2)`, `a)`, `IV.`, `3.2.`
fn is_item_label(word: &str) -> bool {
    let Some(body) = word.strip_suffix(['.', ')']) else {
        return false;
    };
    let numbered = body
        .split('.')
        .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    let roman =
        (1..=4).contains(&body.len()) && body.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'));
    let lettered = word.ends_with(')') && body.chars().count() == 1;
    numbered || roman || lettered
}

/// The end of the sentence that the mark `c` at byte `mark` closes, if it does.
fn ends_at_mark(text: &str, start: usize, mark: usize, c: char) -> Option<usize> {
    let after = &text[mark + c.len_utf8()..];
    let closed = after.trim_start_matches(['.', '!', '?', '…', '"', '\'', '”', '’', '»', ')', ']']);
    let end = text.len() - closed.len();
    let next = closed.chars().next();
    if next.is_some_and(|next| !next.is_whitespace()) {
        return None;
    }
    let rest = closed.trim_start();
    let opens = rest
        .trim_start_matches(['"', '\'', '“', '‘', '«', '(', '[', '-', '–', '•'])
        .chars()
        .next();
    let starts =
        opens.is_none_or(|first| !first.is_lowercase() && !matches!(first, ',' | ';' | ':'));
    let ellipsis = c == '…' || after.starts_with("..");
    if !starts || (c == '.' && !ellipsis && !ends_word(text, start, mark, opens)) {
        return None;
    }
    Some(end)
}

/// Whether the full stop at byte `mark` ends a sentence by the word before it; `next` starts the word after.
fn ends_word(text: &str, start: usize, mark: usize, next: Option<char>) -> bool {
    let before = &text[start..mark];
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '“' | '"' | ','))
        .next()
        .unwrap_or("");
    let lead = before[..before.len() - word.len()].trim_end();
    let lower = word.to_lowercase();
    if next.is_none() {
        return true;
    }
    if lower == "v.v" || lower == "vv" {
        return true;
    }
    if ABBREVIATIONS.binary_search(&lower.as_str()).is_ok() {
        return false;
    }
    if lead.is_empty() && is_item_label(&text[mark - word.len()..=mark]) {
        return false;
    }
    !is_initial(word) || {
        let label = lead
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or("")
            .to_lowercase();
        LABELS.contains(&label.as_str())
    }
}

/// One capital letter, or several with full stops: `N`, `N.V`, `Ng`.
fn is_initial(word: &str) -> bool {
    word.split(['.', '-']).all(|part| {
        let mut letters = part.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn the_abbreviations_are_found() {
        assert!(ABBREVIATIONS.is_sorted());
        for name in [
            "TS", "PGS", "ThS", "al", "vs", "TP", "Fig", "GS.TSKH", "univ",
        ] {
            let text = format!("Theo {name}. Hà Nội và nơi khác. Sau đó.");
            assert_eq!(split(&text).len(), 2, "{name}");
        }
    }

    #[test]
    fn numbers_addresses_and_initials_do_not_end_a_sentence() {
        assert_eq!(
            split("Tăng 1.000,5 tấn (xem www.vista.gov.vn. hay a.b@c.vn). Hết."),
            [
                "Tăng 1.000,5 tấn (xem www.vista.gov.vn. hay a.b@c.vn).",
                "Hết."
            ]
        );
        assert_eq!(
            split("Do N. V. Đức và Tran T. H. viết. Hay."),
            ["Do N. V. Đức và Tran T. H. viết.", "Hay."]
        );
        assert_eq!(
            split("Nhiều vitamin C. Kết quả rõ."),
            ["Nhiều vitamin C.", "Kết quả rõ."]
        );
        assert_eq!(
            split("Smith et al. (2015) vs. Lee. Why?"),
            ["Smith et al. (2015) vs. Lee.", "Why?"]
        );
    }

    #[test]
    fn quotes_close_with_their_sentence() {
        assert_eq!(
            split("Ông nói: “Tốt lắm!” Rồi đi… Hết. v.v. Và nữa"),
            ["Ông nói: “Tốt lắm!”", "Rồi đi…", "Hết. v.v.", "Và nữa"]
                .map(|s| s)
                .to_vec()
        );
    }

    #[test]
    fn lines_wrap_and_lists_part() {
        assert_eq!(
            split("Chất lượng\nnước mặt.\n1. Mở đầu\n2. Kết quả đo\n\nBảng sau"),
            [
                "Chất lượng\nnước mặt.",
                "1. Mở đầu",
                "2. Kết quả đo",
                "Bảng sau"
            ]
        );
    }

    proptest! {
        #[test]
        fn sentences_are_in_order_and_only_white_space_is_left_out(text in "([A-ZĐa-zđê.!?…\n “”0-9]|\\PC){0,80}") {
            let mut at = 0;
            for range in sentences(&text) {
                prop_assert!(range.start >= at && range.end > range.start);
                prop_assert!(text[at..range.start].trim().is_empty());
                prop_assert_eq!(text[range.clone()].trim(), &text[range.clone()]);
                at = range.end;
            }
            prop_assert!(text[at..].trim().is_empty());
        }
    }
}
