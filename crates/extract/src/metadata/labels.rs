//! The words that head the parts of a paper: *Tóm tắt*, Abstract, *Từ khóa*.

/// What a block is headed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) kind: LabelKind,
    /// Bytes of the block that the label and its punctuation take.
    pub(crate) len: usize,
}

/// Parts that are headed by words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LabelKind {
    /// *Tóm tắt*, Abstract.
    Abstract,
    /// *Từ khóa*, Keywords.
    Keywords,
    /// *Tác giả*, *Chủ nhiệm*: names follow.
    Authors,
    /// *Người hướng dẫn*.
    Supervisor,
    /// *Cơ quan chủ trì*, *Đơn vị*.
    Institution,
    /// *Tên đề tài*.
    Title,
    /// Dates of the editing, addresses, citation advice.
    Notice,
    /// References.
    References,
    /// A heading of the body.
    Section,
}

/// Words, lower-case; longer ones first where one starts another.
const WORDS: &[(LabelKind, &[&str])] = &[
    (
        LabelKind::Abstract,
        &[
            "tóm tắt nội dung",
            "tóm tắt báo cáo",
            "tóm tắt",
            "tóm lược",
            "abstract",
            "summary",
            "résumé",
        ],
    ),
    (
        LabelKind::Keywords,
        &[
            "từ khóa chính",
            "từ khóa",
            "từ khoá",
            "key words and phrases",
            "key words",
            "keywords",
            "keyword",
            "index terms",
            "mots-clés",
        ],
    ),
    (
        LabelKind::Supervisor,
        &[
            "người hướng dẫn khoa học",
            "người hướng dẫn",
            "cán bộ hướng dẫn",
            "giáo viên hướng dẫn",
            "giảng viên hướng dẫn",
            "hướng dẫn khoa học",
            "supervisors",
            "supervisor",
        ],
    ),
    (
        LabelKind::Authors,
        &[
            "nhóm tác giả",
            "tác giả sáng chế",
            "tác giả bài viết",
            "tác giả liên hệ",
            "tác giả",
            "chủ nhiệm đề tài",
            "chủ nhiệm nhiệm vụ",
            "chủ nhiệm dự án",
            "chủ nhiệm",
            "nhóm thực hiện",
            "nhóm khảo sát",
            "nhóm nghiên cứu",
            "nhóm biên soạn",
            "người thực hiện",
            "sinh viên thực hiện",
            "nghiên cứu sinh",
            "học viên",
            "họ và tên",
            "authors",
            "author",
        ],
    ),
    (
        LabelKind::Institution,
        &[
            "cơ quan chủ trì",
            "đơn vị chủ trì",
            "tổ chức chủ trì",
            "cơ quan thực hiện",
            "đơn vị thực hiện",
            "đơn vị công tác",
        ],
    ),
    (
        LabelKind::Title,
        &[
            "tên đề tài",
            "tên nhiệm vụ",
            "tên dự án",
            "tên luận án",
            "tên luận văn",
            "tên sáng chế",
            "đề tài",
        ],
    ),
    (
        LabelKind::Notice,
        &[
            "ngày nhận",
            "nhận bài",
            "ngày tòa soạn nhận",
            "ngày gửi bài",
            "ngày sửa",
            "ngày phản biện",
            "ngày duyệt",
            "ngày chấp nhận",
            "ngày đăng",
            "ngày xuất bản",
            "thông tin bài",
            "thông tin chung",
            "lịch sử bài báo",
            "received",
            "accepted",
            "revised",
            "published online",
            "available online",
            "article info",
            "article history",
            "email",
            "e-mail",
            "địa chỉ email",
            "địa chỉ",
            "liên hệ",
            "điện thoại",
            "corresponding author",
            "chỉ số phân loại",
            "phân loại",
            "classification number",
            "classification",
            "mã số",
            "mã phân loại",
            "jel",
            "msc 20",
            "doi:",
            "doi ",
            "https://",
            "http://",
            "issn",
            "trích dẫn",
            "cách trích dẫn",
            "to cite",
            "cite this",
            "citation",
            "copyright",
            "©",
            "thời gian thực hiện",
            "thời gian",
            "chuyên ngành",
            "ngành",
            "mã ngành",
            "người phản biện",
            "xác nhận",
            "người nộp đơn",
        ],
    ),
    (
        LabelKind::References,
        &[
            "tài liệu tham khảo",
            "danh mục tài liệu tham khảo",
            "references",
            "bibliography",
            "literature cited",
        ],
    ),
    (
        LabelKind::Section,
        &[
            "đặt vấn đề",
            "mở đầu",
            "phần mở đầu",
            "lời mở đầu",
            "lời nói đầu",
            "giới thiệu chung",
            "giới thiệu",
            "mục lục",
            "lời cam đoan",
            "lời cảm ơn",
            "danh mục",
            "introduction",
            "background",
            "acknowledgements",
            "acknowledgments",
            "acknowledgement",
            "table of contents",
            "contents",
            "kết luận",
            "conclusion",
            "phụ lục",
            "lĩnh vực kỹ thuật được đề cập",
            "tình trạng kỹ thuật",
        ],
    ),
];

/// Notices whose words may open a title.
const TITLE_WORDS: &[&str] = &[
    "citation",
    "classification",
    "phân loại",
    "mã số",
    "ngành",
    "chuyên ngành",
    "địa chỉ",
    "liên hệ",
    "thời gian",
    "xác nhận",
    "điện thoại",
    "thông tin chung",
    "email",
    "e-mail",
    "revised",
    "copyright",
];

/// Words of a heading, number included; more is a sentence.
const MAX_HEADING_WORDS: usize = 12;

/// The label at the start of a block.
pub(crate) fn of(text: &str) -> Option<Label> {
    let start = number_len(text);
    let rest = text[start..].trim_start_matches(['*', ' ', '†', '•']);
    let start = text.len() - rest.len();
    for &(kind, words) in WORDS {
        for word in words {
            if let Some(len) = headed_by(rest, word, kind) {
                return Some(Label {
                    kind,
                    len: start + len,
                });
            }
        }
    }
    let n_words = text.split_whitespace().count();
    let is_numbered = number_len(text) > 0
        && !text.starts_with('(')
        && (2..=MAX_HEADING_WORDS).contains(&n_words);
    let is_sentence = text.ends_with(['.', ',', ';', ':']) || text.contains(['@', ';']);
    let is_chapter = n_words <= 2 * MAX_HEADING_WORDS && opens_chapter(text);
    ((is_numbered && !is_sentence) || is_chapter).then_some(Label {
        kind: LabelKind::Section,
        len: 0,
    })
}

/// `CHƯƠNG 2. …`, `Chapter IV`, but not *Chương trình đào tạo*.
fn opens_chapter(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().to_lowercase();
    let number = words
        .next()
        .unwrap_or_default()
        .trim_end_matches(['.', ':']);
    ["chương", "chapter", "phần"].contains(&first.as_str())
        && !number.is_empty()
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || "IVXLC".contains(c))
}

/// Bytes of `1. `, `1.2. `, `IV. `, `(72) ` at the start; 0 when there is none.
/// A bare number counts when a capital follows (`1 Introduction`).
fn number_len(text: &str) -> usize {
    let Some((first, rest)) = text.split_once(char::is_whitespace) else {
        return 0;
    };
    let bare = first.trim_end_matches(['.', ')', '/', ':']);
    let is_decimal = !bare.is_empty()
        && bare.len() <= 6
        && bare.chars().all(|c| c.is_ascii_digit() || c == '.')
        && bare.parse::<u32>().map_or(bare.contains('.'), |n| n < 40);
    let is_roman =
        first.len() > bare.len() && !bare.is_empty() && bare.chars().all(|c| "IVX".contains(c));
    let is_inid = first.len() == 4
        && first.starts_with('(')
        && first.ends_with(')')
        && first[1..3].bytes().all(|b| b.is_ascii_digit());
    let rest_start = rest.trim_start();
    let has_capital = rest_start.chars().next().is_some_and(char::is_uppercase);
    if is_inid || ((is_decimal || is_roman) && has_capital) {
        text.len() - rest_start.len()
    } else {
        0
    }
}

/// Bytes of `word` and its punctuation at the start of `text`, in any case.
fn headed_by(text: &str, word: &str, kind: LabelKind) -> Option<usize> {
    let mut rest = text;
    for wanted in word.chars() {
        // Letter-spaced headings: A B S T R A C T.
        let spaced = rest.strip_prefix(' ').filter(|_| wanted != ' ');
        let candidate = spaced.filter(|_| is_letter_spaced(text)).unwrap_or(rest);
        let found = candidate.chars().next()?;
        if !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
        rest = &candidate[found.len_utf8()..];
    }
    let after = rest.trim_start();
    let is_word_end = !rest.starts_with(char::is_alphanumeric);
    let has_mark = after.starts_with([':', '.', '-', '–', '—', '\u{2}', '(']);
    let is_alone = after.is_empty();
    let head = &text[..text.len() - rest.len()];
    let is_loud = super::manuscript::is_all_capitals(head) || head.starts_with(char::is_uppercase);
    let fits = match kind {
        // Words that titles start with too are notices only before a colon.
        LabelKind::Notice if TITLE_WORDS.contains(&word) => is_word_end && after.starts_with(':'),
        LabelKind::Notice => {
            (is_word_end && !rest.starts_with('-')) || word.ends_with(['/', ' ', ':', '0'])
        }
        LabelKind::Section | LabelKind::References => {
            is_word_end && is_loud && (is_alone || after.split_whitespace().count() <= 4)
        }
        LabelKind::Abstract | LabelKind::Keywords => {
            let opens = after.chars().next().is_some_and(char::is_uppercase);
            is_word_end
                && is_loud
                && (is_alone
                    || has_mark
                    || (opens && super::manuscript::is_all_capitals(head))
                    || after.starts_with('('))
        }
        _ => is_word_end && after.starts_with(':'),
    };
    fits.then(|| {
        let after = after.trim_start_matches([':', '.', '-', '–', '—', ' ', '\t']);
        text.len() - after.len()
    })
}

/// Whether a text starts like `A B S T`.
fn is_letter_spaced(text: &str) -> bool {
    let mut chars = text.chars();
    (0..3).all(|_| {
        chars.next().is_some_and(char::is_alphabetic) && chars.next().is_some_and(|c| c == ' ')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<LabelKind> {
        of(text).map(|label| label.kind)
    }

    #[test]
    fn labels_in_both_languages_and_all_dresses() {
        for text in [
            "TÓM TẮT: Kính phễu",
            "Tóm tắt. Bài báo",
            "ABSTRACT",
            "A B S T R A C T",
            "Abstract — We",
            "TÓM TẮT Kính phễu",
        ] {
            assert_eq!(kind(text), Some(LabelKind::Abstract), "{text}");
        }
        assert_eq!(kind("Từ khoá: a; b"), Some(LabelKind::Keywords));
        assert_eq!(kind("(72) Tác giả: Lê A"), Some(LabelKind::Authors));
        assert_eq!(kind("Ngày nhận bài: 1/1"), Some(LabelKind::Notice));
        let text = "Từ khóa: mặn";
        assert_eq!(&text[of(text).unwrap().len..], "mặn");
    }

    #[test]
    fn headings_are_sections_and_sentences_are_not() {
        for text in [
            "1. Đặt vấn đề",
            "I. MỞ ĐẦU",
            "1 Introduction",
            "Mở đầu",
            "CHƯƠNG 2. THỰC NGHIỆM",
        ] {
            assert_eq!(kind(text), Some(LabelKind::Section), "{text}");
        }
        for text in [
            "Tóm tắt lại các kết quả trên, ta có",
            "Tác giả chia sẻ một số kinh nghiệm",
            "Giới thiệu mô hình lúa tôm trên đất mặn ven biển",
            "5 tỉnh đã áp dụng",
            "2022 Là năm",
            "CHƯƠNG TRÌNH ĐÀO TẠO",
            "Citation-informed Transformers",
            "Phân loại ảnh vệ tinh bằng mạng nơ-ron",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }
}
