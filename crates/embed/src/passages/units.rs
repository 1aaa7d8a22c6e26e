//! Pages into what passages are packed from: sentences and headings.

/// A sentence, a heading, or a part of an over-long sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit<'a> {
    pub(super) page: u32,
    pub(super) text: &'a str,
    pub(super) n_tokens: usize,
    pub(super) is_heading: bool,
}

/// Words of a heading at most; longer lines are sentences.
const HEADING_WORDS: usize = 16;

/// Words before a full stop that do not end a sentence: titles, units of
/// administration and references of Vietnamese and English papers.
const ABBREVIATIONS: [&str; 28] = [
    "ts", "ths", "gs", "pgs", "bs", "ks", "cn", "nxb", "tp", "tx", "tt", "q", "p", "tr", "vd", "v",
    "dr", "prof", "mr", "mrs", "fig", "figs", "eq", "eqs", "vs", "al", "no", "vol",
];

/// Headings without a number.
const KNOWN_HEADINGS: [&str; 14] = [
    "tóm tắt",
    "từ khóa",
    "đặt vấn đề",
    "mở đầu",
    "giới thiệu",
    "kết luận",
    "kết quả",
    "tài liệu tham khảo",
    "lời cảm ơn",
    "abstract",
    "introduction",
    "conclusion",
    "conclusions",
    "references",
];

/// The units of a page, in order; none is longer than `max_tokens` unless it is
/// one word.
pub(super) fn of_page<'a>(
    page: u32,
    text: &'a str,
    max_tokens: usize,
    count: &impl Fn(&str) -> usize,
) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    for paragraph in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let is_heading = is_heading(paragraph);
        let parts = if is_heading {
            vec![paragraph]
        } else {
            sentences(paragraph)
        };
        for text in parts {
            let n_tokens = count(text);
            if n_tokens <= max_tokens {
                units.push(Unit {
                    page,
                    text,
                    n_tokens,
                    is_heading,
                });
            } else {
                cut_long(page, text, max_tokens, count, &mut units);
            }
        }
    }
    units
}

/// Sentences of a paragraph, trimmed.
fn sentences(paragraph: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, character) in paragraph.char_indices() {
        let is_end = match character {
            '!' | '?' | '…' => true,
            '.' => !ends_in_abbreviation(&paragraph[start..at]),
            _ => false,
        };
        let end = at + character.len_utf8();
        if is_end && begins_sentence(&paragraph[end..]) {
            sentences.push(paragraph[start..end].trim());
            start = end;
        }
    }
    sentences.push(paragraph[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Whether a sentence can begin after a stop: a space, then no small letter.
fn begins_sentence(rest: &str) -> bool {
    let mut characters = rest.chars();
    characters.next().is_some_and(char::is_whitespace)
        && characters
            .find(|c| !c.is_whitespace() && !"\"“‘'(«[".contains(*c))
            .is_some_and(|c| !c.is_lowercase())
}

/// Whether what stands before a full stop is an abbreviation, an initial or
/// the number of an item.
fn ends_in_abbreviation(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || c == '.' || c == '(')
        .next();
    let word = word.unwrap_or_default();
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let is_item = before.trim() == word && word.chars().all(|c| c.is_ascii_digit());
    is_initial || is_item || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// A short line that names what follows.
fn is_heading(line: &str) -> bool {
    let n_words = line.split_whitespace().count();
    if n_words > HEADING_WORDS || line.ends_with(['.', ',', ';', '!', '?']) {
        return false;
    }
    let name = line.trim_end_matches(':').to_lowercase();
    let is_shouted = n_words > 1
        && line.chars().filter(|c| c.is_alphabetic()).count() > 3
        && !line.chars().any(char::is_lowercase);
    KNOWN_HEADINGS.contains(&name.as_str()) || is_shouted || is_numbered(line)
}

/// `1. Mở đầu`, `2.3 Vật liệu`, `IV. KẾT QUẢ`, `Chương 2`.
fn is_numbered(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    if ["chương", "chapter", "phần", "mục", "section"].contains(&first.to_lowercase().as_str())
    {
        return second.starts_with(|c: char| c.is_ascii_digit() || "IVX".contains(c));
    }
    let number = first.trim_end_matches('.');
    let is_number = number.split('.').all(|part| {
        !part.is_empty() && part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit())
    });
    let is_roman =
        first.ends_with('.') && !number.is_empty() && number.chars().all(|c| "IVX".contains(c));
    (is_number || is_roman) && second.starts_with(char::is_uppercase)
}

/// Cuts a sentence at spaces into units of at most `max_tokens`.
fn cut_long<'a>(
    page: u32,
    sentence: &'a str,
    max_tokens: usize,
    count: &impl Fn(&str) -> usize,
    units: &mut Vec<Unit<'a>>,
) {
    let mut push = |range: std::ops::Range<usize>, n_tokens| {
        let text = sentence[range].trim();
        if !text.is_empty() {
            units.push(Unit {
                page,
                text,
                n_tokens,
                is_heading: false,
            });
        }
    };
    let (mut start, mut end, mut n_tokens) = (0, 0, 0);
    for word in sentence.split_inclusive(char::is_whitespace) {
        let n_more = count(word.trim());
        if n_tokens + n_more > max_tokens {
            push(start..end, n_tokens);
            (start, n_tokens) = (end, 0);
        }
        n_tokens += n_more;
        end += word.len();
    }
    push(start..end, n_tokens);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_stops_but_not_at_abbreviations() {
        let text = "Chủ nhiệm là PGS. TS. Nguyễn V. An ở TP. Huế. Kết quả đạt 3.5 t/ha! “Tốt hơn” v.v. và ổn định. Xem Fig. 2 và Smith et al. (2019).";
        assert_eq!(
            sentences(text),
            [
                "Chủ nhiệm là PGS. TS. Nguyễn V. An ở TP. Huế.",
                "Kết quả đạt 3.5 t/ha!",
                "“Tốt hơn” v.v. và ổn định.",
                "Xem Fig. 2 và Smith et al. (2019).",
            ]
        );
    }

    #[test]
    fn headings_are_told_from_sentences() {
        for heading in [
            "1. Mở đầu",
            "2.3 Vật liệu và phương pháp",
            "IV. KẾT QUẢ",
            "Tóm tắt:",
            "TÀI LIỆU THAM KHẢO",
            "Chương 2",
        ] {
            assert!(is_heading(heading), "{heading}");
        }
        for line in [
            "1. mẫu thứ nhất được lấy",
            "Kết quả cho thấy năng suất tăng.",
            "2019 là năm khô hạn",
            "DNA",
            "Chương trình trọng điểm quốc gia",
        ] {
            assert!(!is_heading(line), "{line}");
        }
    }
}
