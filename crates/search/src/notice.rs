//! What the reader should know about how a query was answered, in Vietnamese
//! and English.

use records::Lang;

/// One remark about an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The query is longer than is read.
    CutBytes {
        /// Bytes that were read.
        kept: usize,
    },
    /// The query has more words than are looked up.
    CutWords {
        /// Words that were looked up.
        kept: usize,
        /// Words that there are.
        of: usize,
    },
    /// Meaning is not indexed here: only words were searched.
    WordsOnly,
    /// The index of meaning does not know all that the words know yet.
    Filling {
        /// Changes of the catalogue that it knows.
        known: u64,
        /// Changes that the words know.
        of: u64,
    },
    /// A record has no vectors: records like it are found by its title.
    TitleOnly,
    /// Without an index of meaning only copies are found.
    OverlapByWords,
    /// What the cosines of this model mean was never measured.
    NoScale,
    /// A long text: records were looked up for its beginning only.
    FirstPassages {
        /// Passages that records were looked up for.
        kept: usize,
        /// Passages that there are.
        of: usize,
    },
    /// A text without vectors: records like it are found by its beginning.
    BeginningOnly,
    /// A long text: its meaning is that of its beginning.
    MeanOfFirst {
        /// Passages that were looked at.
        kept: usize,
        /// Passages that there are.
        of: usize,
    },
    /// Operators, phrases, fields and numbers of works are looked up exactly.
    ExactOnly,
    /// Nothing holds enough of the words: what holds any of them is shown.
    Widened,
    /// The query was also read in another way.
    AlsoRead {
        /// What was searched beside the query.
        text: String,
    },
}

impl Notice {
    /// The remark for a reader of `lang`: Vietnamese, or English for any other.
    pub fn text(&self, lang: &Lang) -> String {
        let is_vietnamese = *lang == Lang::vi();
        match (self, is_vietnamese) {
            (Self::CutBytes { kept }, true) => {
                format!("Truy vấn quá dài; chỉ tìm {kept} byte đầu")
            }
            (Self::CutBytes { kept }, false) => {
                format!("The query is too long; only its first {kept} bytes are searched")
            }
            (Self::CutWords { kept, of }, true) => {
                format!("Chỉ tìm {kept} từ đầu trong {of} từ của truy vấn")
            }
            (Self::CutWords { kept, of }, false) => {
                format!("Only the first {kept} of {of} words are searched")
            }
            (Self::Filling { known, of }, true) => format!(
                "Chỉ mục ngữ nghĩa đang được bổ sung ({known}/{of} thay đổi); tài liệu chưa có trong đó chỉ được tìm theo từ ngữ"
            ),
            (Self::Filling { known, of }, false) => format!(
                "The index of meaning is being filled ({known} of {of} changes); what it lacks is found by words only"
            ),
            (Self::TitleOnly, true) => {
                "Tài liệu này chưa có trong chỉ mục ngữ nghĩa; kết quả theo từ ngữ của nhan đề"
                    .into()
            }
            (Self::TitleOnly, false) => {
                "This record is not in the index of meaning; results are by the words of its title"
                    .into()
            }
            (Self::OverlapByWords, true) => {
                "Chưa có chỉ mục ngữ nghĩa: chỉ tìm được đoạn trùng nguyên văn, không tìm được đoạn viết lại hoặc dịch".into()
            }
            (Self::OverlapByWords, false) => {
                "There is no index of meaning here: word-for-word copies are found, rewording and translation are not".into()
            }
            (Self::NoScale, true) => {
                "Mô hình này chưa có thang đo mức giống nhau; chỉ đánh giá đoạn trùng nguyên văn".into()
            }
            (Self::NoScale, false) => {
                "The similarities of this model were never measured; only word-for-word copies are judged".into()
            }
            (Self::FirstPassages { kept, of }, true) => format!(
                "Văn bản dài: tìm tài liệu theo {kept} đoạn đầu trong {of} đoạn; các đoạn sau chỉ so với những tài liệu đã tìm thấy"
            ),
            (Self::FirstPassages { kept, of }, false) => format!(
                "A long text: records were looked up for the first {kept} of its {of} passages; the others are compared with the records found"
            ),
            (Self::BeginningOnly, true) => {
                "Chưa có chỉ mục ngữ nghĩa; kết quả theo từ ngữ của đoạn đầu văn bản".into()
            }
            (Self::BeginningOnly, false) => {
                "There is no index of meaning here; results are by the words of the text's beginning".into()
            }
            (Self::MeanOfFirst { kept, of }, true) => {
                format!("Văn bản dài; kết quả theo {kept} đoạn đầu trong {of} đoạn")
            }
            (Self::MeanOfFirst { kept, of }, false) => {
                format!("A long text; results are by the first {kept} of its {of} passages")
            }
            (Self::ExactOnly, true) => "Truy vấn chính xác; kết quả chỉ theo từ ngữ".into(),
            (Self::ExactOnly, false) => "An exact query; results are by words only".into(),
            (Self::WordsOnly, true) => "Chưa có chỉ mục ngữ nghĩa; kết quả chỉ theo từ ngữ".into(),
            (Self::WordsOnly, false) => {
                "There is no index of meaning here; results are by words only".into()
            }
            (Self::Widened, true) => {
                "Không có tài liệu nào chứa đủ các từ; đây là tài liệu chứa một phần".into()
            }
            (Self::Widened, false) => {
                "Nothing holds enough of the words; these hold some of them".into()
            }
            (Self::AlsoRead { text }, true) => format!("Cũng tìm: {text}"),
            (Self::AlsoRead { text }, false) => format!("Also searched: {text}"),
        }
    }
}
