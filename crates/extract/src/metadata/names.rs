//! Names of people as title pages print them.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::manuscript::{MARKER, is_all_capitals};

/// Family names of Viet Nam: the Kinh ones and those of the larger peoples,
/// lower-case. A closed set that covers nearly everybody.
static FAMILY_NAMES: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| words(include_str!("../../data/family_names.txt")));

/// The lines of a table, comments left out.
fn words(table: &'static str) -> FxHashSet<&'static str> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
}

/// Titles and degrees before a name, lower-case, without dots.
const DEGREES: &[&str] = &[
    "gs",
    "pgs",
    "ts",
    "tskh",
    "ths",
    "thạc",
    "tiến",
    "sĩ",
    "sỹ",
    "ks",
    "kỹ",
    "sư",
    "cn",
    "bs",
    "bscki",
    "bsckii",
    "bs ckii",
    "cki",
    "ckii",
    "ncs",
    "ds",
    "ktv",
    "gvc",
    "gv",
    "kts",
    "nhà",
    "báo",
    "prof",
    "professor",
    "assoc",
    "associate",
    "asst",
    "dr",
    "mr",
    "mrs",
    "ms",
    "msc",
    "ma",
    "ba",
    "bsc",
    "eng",
    "ir",
    "luật",
    "gscc",
    "ngnd",
    "ngưt",
    "ttnd",
    "ttưt",
    "pgsts",
    "gsts",
    "gstskh",
    "pgstskh",
    "đại",
    "tá",
];

/// Degrees after a name.
const DEGREES_AFTER: &[&str] = &[
    "phd", "ph.d", "ph.d.", "msc", "m.sc.", "md", "m.d.", "mph", "dsc", "jr", "jr.", "sr.",
];

/// Particles of foreign names that stay small.
const PARTICLES: &[&str] = &[
    "de", "van", "von", "der", "den", "da", "di", "del", "la", "le", "bin", "ibn", "al", "el", "y",
    "ter", "dos", "du",
];

/// Places that look like names: their first syllable is a family name.
static PLACES: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| words(include_str!("../../data/places.txt")));

/// Names found in a block.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Names {
    /// In order, without degrees and marks.
    pub(crate) names: Vec<String>,
    /// How many start with a Vietnamese family name.
    pub(crate) n_vietnamese: usize,
    /// Parts of the list that are no names.
    pub(crate) n_others: usize,
}

impl Names {
    /// Whether the block is a list of names and nothing else.
    pub(crate) fn is_a_list(&self) -> bool {
        !self.names.is_empty() && self.n_others * 4 <= self.names.len()
    }

    /// Whether its names are beyond doubt.
    pub(crate) fn is_sure(&self) -> bool {
        self.is_a_list() && 2 * self.n_vietnamese >= self.names.len()
    }
}

/// Reads a list of names.
pub(crate) fn list(text: &str) -> Names {
    let text = without_marks(text);
    let mut found = Names::default();
    for part in text
        .split([',', ';', '\t', '&', '|', '\n'])
        .flat_map(by_and)
    {
        let part = part.trim_matches(|c: char| c.is_whitespace() || ".:-–—()*·•".contains(c));
        if part.is_empty() || is_degree_alone(part) {
            continue;
        }
        match person(part) {
            Some((name, is_vietnamese)) => {
                found.n_vietnamese += usize::from(is_vietnamese);
                if !found.names.contains(&name) {
                    found.names.push(name);
                }
            }
            None => found.n_others += 1,
        }
    }
    found
}

/// `A và B`, `A and B` as two.
fn by_and(part: &str) -> Vec<&str> {
    let mut parts = vec![part];
    for word in [" và ", " and ", " VÀ ", " AND ", " And ", " et "] {
        parts = parts
            .into_iter()
            .flat_map(|part| part.split(word))
            .collect();
    }
    parts
}

fn is_degree_alone(part: &str) -> bool {
    let lower = part.to_lowercase();
    DEGREES_AFTER.contains(&lower.as_str())
        || lower
            .split(['.', ' '])
            .filter(|word| !word.is_empty())
            .all(|word| DEGREES.contains(&word))
}

/// Reference marks out: superscripts, stars, digits after letters, addresses.
/// A mark right before the next name parts the two.
fn without_marks(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut after_mark = false;
    let mut in_brackets = 0usize;
    while let Some(c) = chars.next() {
        match c {
            '(' | '[' => in_brackets += 1,
            ')' | ']' => in_brackets = in_brackets.saturating_sub(1),
            _ if in_brackets > 0 => {}
            MARKER
            | '*'
            | '†'
            | '‡'
            | '§'
            | '¶'
            | '#'
            | '¹'
            | '²'
            | '³'
            | '⁴'..='⁹'
            | '⁰'
            | '✉'
            | '⁎'
            | '∗' => after_mark = true,
            // `A1,2, B3`: the comma belongs to the marks.
            ',' if after_mark && chars.peek().is_some_and(|c| is_mark(*c)) => {}
            '0'..='9' => after_mark = true,
            c if c.is_whitespace() && after_mark => {
                while chars.peek().is_some_and(|c| c.is_whitespace()) {
                    chars.next();
                }
                if chars.peek().is_some_and(|c| c.is_uppercase()) {
                    out.push_str(", ");
                    after_mark = false;
                } else if !chars.peek().is_some_and(|c| is_mark(*c)) {
                    out.push(' ');
                    after_mark = false;
                }
            }
            c => {
                if after_mark && c.is_uppercase() {
                    out.push_str(", ");
                }
                after_mark = false;
                out.push(c);
            }
        }
    }
    out
}

fn is_mark(c: char) -> bool {
    c.is_ascii_digit() || c == MARKER || "*†‡¹²³⁰⁴⁵⁶⁷⁸⁹".contains(c)
}

/// A person's name without degrees, and whether it is Vietnamese by its family
/// name; capitals become capitalised words. `None` for anything else.
pub(crate) fn person(part: &str) -> Option<(String, bool)> {
    let words = words_of(part)?;
    if words.len() > 7 || words.is_empty() {
        return None;
    }
    let mut n_capitalised = 0;
    for word in &words {
        let first = word.chars().next()?;
        let is_sound = word
            .chars()
            .all(|c| c.is_alphabetic() || "'’.-‐".contains(c));
        if !is_sound {
            return None;
        }
        if first.is_uppercase() {
            n_capitalised += 1;
        } else if !PARTICLES.contains(&word.as_str()) {
            return None;
        }
    }
    if n_capitalised < 2 || super::institutions::is_institution(part) {
        return None;
    }
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    if lower
        .iter()
        .any(|word| NEVER_IN_NAMES.contains(&word.as_str()))
    {
        return None;
    }
    let whole = lower.join(" ");
    if PLACES.contains(whole.as_str())
        || NEVER_PAIRED_IN_NAMES
            .iter()
            .any(|pair| whole.contains(pair))
    {
        return None;
    }
    let is_vietnamese = FAMILY_NAMES.contains(lower.first()?.as_str());
    // Foreign names have at most five words.
    if !is_vietnamese && words.len() > 5 {
        return None;
    }
    let name: Vec<String> = words.iter().map(|word| capitalised(word)).collect();
    Some((name.join(" "), is_vietnamese))
}

/// Words that titles and headings have and people do not.
const NEVER_IN_NAMES: &[&str] = &[
    "the",
    "of",
    "and",
    "for",
    "in",
    "on",
    "with",
    "journal",
    "study",
    "analysis",
    "research",
    "learning",
    "system",
    "abstract",
    "introduction",
    "university",
    "số",
    "năm",
    "tập",
    "trang",
    "tỉnh",
    "huyện",
    "quận",
    "phường",
    "của",
    "các",
    "những",
    "cho",
    "với",
    "trong",
];

/// Pairs of words that headings have; each word alone may be a given name.
static NEVER_PAIRED_IN_NAMES: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| words(include_str!("../../data/never_in_names.txt")));

/// The words of a name, degrees cut off.
fn words_of(part: &str) -> Option<Vec<String>> {
    let mut words: Vec<&str> = part.split_whitespace().collect();
    while let Some(first) = words.first() {
        let bare = first.to_lowercase();
        let is_degree = bare
            .split(['.', '/'])
            .filter(|piece| !piece.is_empty())
            .all(|piece| DEGREES.contains(&piece));
        // A first name such as `Ba` needs its company.
        let is_short_name =
            words.len() <= 2 && !first.ends_with('.') && !is_written_as_degree(first);
        if !is_degree || is_short_name || !is_written_as_degree(first) {
            break;
        }
        words.remove(0);
    }
    while let Some(last) = words.last() {
        if !DEGREES_AFTER.contains(&last.to_lowercase().as_str()) {
            break;
        }
        words.pop();
    }
    // `TS.Nguyễn Văn A`: the degree sticks to the name.
    let mut out: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    if let Some(first) = out.first_mut()
        && let Some((degrees, name)) = first.rsplit_once('.')
        && !name.is_empty()
        && degrees
            .to_lowercase()
            .split('.')
            .all(|piece| DEGREES.contains(&piece))
    {
        *first = name.to_owned();
    }
    (!out.is_empty()).then_some(out)
}

/// `TS`, `ThS.`, `PGS.TS.`, `Dr.`: degrees are abbreviations, or the words
/// *Tiến sĩ*, *Thạc sĩ*, which nobody is called.
fn is_written_as_degree(word: &str) -> bool {
    const ABBREVIATIONS: &[&str] = &[
        "TS", "ThS", "Ths", "THS", "GS", "PGS", "TSKH", "KS", "CN", "BS", "NCS", "DS", "KTS",
        "GVC", "GV", "KTV", "Dr", "Prof", "MSc", "Mr", "Mrs", "Ms",
    ];
    let lower = word.to_lowercase();
    word.contains('.')
        || ABBREVIATIONS.contains(&word)
        || [
            "tiến",
            "thạc",
            "sĩ",
            "sỹ",
            "kỹ",
            "sư",
            "nhà",
            "báo",
            "luật",
            "đại",
            "tá",
            "professor",
            "associate",
        ]
        .contains(&lower.as_str())
}

fn capitalised(word: &str) -> String {
    let is_short_capitals = word.chars().count() == 2 && word.chars().all(char::is_uppercase);
    if !(is_all_capitals(word) || is_short_capitals) {
        return word.to_owned();
    }
    if word.contains('.') {
        return word.to_owned();
    }
    let mut out = String::new();
    let mut at_start = true;
    for c in word.chars() {
        if at_start {
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
        at_start = !c.is_alphabetic();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        list(text).names
    }

    #[test]
    fn degrees_and_marks_go_names_stay() {
        assert_eq!(
            names("TS Hồ Thị Oanh, TS Hoàng Mai Hà"),
            ["Hồ Thị Oanh", "Hoàng Mai Hà"]
        );
        assert_eq!(
            names("TS Lê Phương Hòa\u{2}, ThS Phan Cao Quang Anh\u{2}"),
            ["Lê Phương Hòa", "Phan Cao Quang Anh"]
        );
        assert_eq!(
            names("Lâm Văn Sĩ¹, Huỳnh Thị Cẩm Tú¹,², Nguyễn Trọng Nhân²*"),
            ["Lâm Văn Sĩ", "Huỳnh Thị Cẩm Tú", "Nguyễn Trọng Nhân"]
        );
        assert_eq!(
            names("PGS.TS. Trịnh Quốc Hưng và GS.TSKH Lê Bá"),
            ["Trịnh Quốc Hưng", "Lê Bá"]
        );
        assert_eq!(
            names("Nguyễn Văn A1,2*, Robert Ellingham3"),
            ["Nguyễn Văn A", "Robert Ellingham"]
        );
        assert_eq!(names("LÊ THỊ BÍCH NGÂN"), ["Lê Thị Bích Ngân"]);
        assert_eq!(
            names("Astrid Holmqvist² Lý Quang Vinh³"),
            ["Astrid Holmqvist", "Lý Quang Vinh"]
        );
    }

    #[test]
    fn what_is_no_list_of_names_is_not_one() {
        for text in [
            "Viện Hóa học, Viện Hàn lâm Khoa học và Công nghệ Việt Nam",
            "Đánh giá nguy cơ cháy nổ",
            "KHOA HỌC VÀ CÔNG NGHỆ ĐỊA PHƯƠNG",
            "Số 12 năm 2022",
            "",
        ] {
            assert!(!list(text).is_a_list(), "{text}: {:?}", list(text));
        }
    }
}
