//! Institutions as title pages print them.

use super::manuscript::MARKER;

/// Words that open the name of an institution, lower-case.
const OPENINGS: &[&str] = &[
    "viện",
    "trường",
    "đại học",
    "học viện",
    "khoa",
    "trung tâm",
    "bộ môn",
    "bộ",
    "sở",
    "công ty",
    "cục",
    "vụ",
    "bệnh viện",
    "phòng",
    "ban",
    "hội",
    "liên hiệp",
    "chi cục",
    "tổng cục",
    "tổng công ty",
    "ủy ban",
    "uỷ ban",
    "ubnd",
    "tập đoàn",
    "cao đẳng",
    "nhà máy",
    "xí nghiệp",
    "nhà xuất bản",
    "đài",
    "trạm",
    "vườn quốc gia",
    "đhqg",
    "đh",
    "quỹ",
    "văn phòng",
    "hợp tác xã",
    "thư viện",
    "bảo tàng",
    "department",
    "dept",
    "university",
    "institute",
    "faculty",
    "school of",
    "center",
    "centre",
    "college",
    "hospital",
    "laboratory",
    "academy",
    "ministry",
    "national",
    "research",
    "division",
];

/// Words that an English institution has somewhere.
const ANYWHERE: &[&str] = &[
    "university",
    "institute",
    "department",
    "faculty",
    "school of",
    "college",
    "hospital",
    "laboratory",
    "academy",
    "ministry",
    "research centre",
    "research center",
    " co., ltd",
    " jsc",
    " corporation",
    " group, ",
    "laboratories",
    "group,",
];

/// Words of one institution with its address; more is running text.
const MAX_WORDS: usize = 40;

/// Whether a text is the name of an institution, perhaps behind a mark.
pub(crate) fn is_institution(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| {
        c.is_ascii_digit() || c.is_whitespace() || "*()[]¹²³⁴⁵⁶⁷⁸⁹.,-".contains(c) || c == MARKER
    });
    if bare.is_empty() || text.split_whitespace().count() > MAX_WORDS {
        return false;
    }
    let lower = bare.to_lowercase();
    let opens = OPENINGS.iter().any(|word| {
        lower
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with([' ', '.', ',']) || rest.is_empty())
    });
    let is_capitalised = bare.chars().next().is_some_and(char::is_uppercase);
    is_capitalised && (opens || ANYWHERE.iter().any(|word| lower.contains(word)))
}

/// The institutions in a block: `¹ A; ² B` are two, `1A 2B` too.
pub(crate) fn list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        let is_superscript = c == MARKER || "¹²³⁰⁴⁵⁶⁷⁸⁹".contains(c);
        let is_digit_mark =
            c.is_ascii_digit() && (before == ' ' || before == ';' || before == '\t');
        let is_mark = is_superscript || is_digit_mark || matches!(c, '*' | ';' | '\t' | '\n');
        match parts.last_mut() {
            Some(last) if !is_mark => last.push(c),
            _ => parts.push(String::new()),
        }
        before = c;
    }
    let mut found: Vec<String> = Vec::new();
    for part in &parts {
        let part = part.trim_matches(|c: char| c.is_whitespace() || ",.;:-–()[]".contains(c));
        if part.chars().count() <= 1 || part.contains('@') {
            continue;
        }
        if !is_institution(part) {
            // `Số 1 Đại Cồ Việt`: a digit inside the address.
            if let Some(last) = found.last_mut() {
                last.push_str(", ");
                last.push_str(part);
            }
        } else if !found.iter().any(|known| known == part) {
            found.push(part.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_part_institutions() {
        let wanted = ["Viện Thủy lợi Miền Tây", "Trường Đại học Sông Hậu"];
        for text in [
            "¹ Viện Thủy lợi Miền Tây; ² Trường Đại học Sông Hậu",
            "\u{2}Viện Thủy lợi Miền Tây \u{2}Trường Đại học Sông Hậu",
            "1 Viện Thủy lợi Miền Tây, 2 Trường Đại học Sông Hậu",
        ] {
            assert_eq!(list(text), wanted, "{text}");
        }
        let one = "Viện Hóa học, Viện Hàn lâm Khoa học và Công nghệ Việt Nam";
        assert_eq!(list(one), [one]);
    }

    #[test]
    fn names_and_titles_are_none() {
        for text in [
            "Nguyễn Văn Viện",
            "viện dẫn các điều luật",
            "Boron adsorption",
        ] {
            assert!(!is_institution(text), "{text}");
        }
        assert!(is_institution("Department of Physics, Ha Noi"));
    }
}
