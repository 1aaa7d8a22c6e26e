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
