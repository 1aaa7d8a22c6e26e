//! What kind of work a document is, and the lines that say so.

use records::{Agent, AgentKind, AgentRole, Identifier, RecordType, Scheme, Subject};

use super::manuscript::{Manuscript, is_all_capitals};
use crate::DocumentMetadata;

/// Blocks in which a document says what it is.
const FRONT_BLOCKS: usize = 40;

/// Words that open a line which says what the work is, lower-case.
const KINDS: &[(RecordType, &[&str])] = &[
    (
        RecordType::Patent,
        &[
            "bản mô tả sáng chế",
            "bản mô tả giải pháp hữu ích",
            "mô tả sáng chế",
            "bằng độc quyền sáng chế",
            "công báo sở hữu công nghiệp",
            "united states patent",
            "patent application",
            "european patent",
        ],
    ),
    (
        RecordType::Task,
        &[
            "thuyết minh nhiệm vụ",
            "thuyết minh đề tài",
            "thuyết minh dự án",
            "phiếu đề xuất nhiệm vụ",
            "đề cương nhiệm vụ",
            "đề cương nghiên cứu",
        ],
    ),
    (
        RecordType::Thesis,
        &[
            "luận án tiến sĩ",
            "luận án tiến sỹ",
            "luận án",
            "luận văn thạc sĩ",
            "luận văn thạc sỹ",
            "luận văn tốt nghiệp",
            "luận văn",
            "khóa luận tốt nghiệp",
            "khoá luận",
            "đồ án tốt nghiệp",
            "tóm tắt luận án",
            "tóm tắt luận văn",
            "doctoral thesis",
            "doctoral dissertation",
            "phd thesis",
            "master thesis",
            "master's thesis",
            "a dissertation",
            "a thesis",
        ],
    ),
    (
        RecordType::Report,
        &[
            "báo cáo tổng hợp",
            "báo cáo tổng kết",
            "báo cáo kỹ thuật",
            "báo cáo khảo sát",
            "báo cáo kết quả",
            "báo cáo thống kê",
            "báo cáo khoa học",
            "báo cáo đề tài",
            "báo cáo",
            "technical report",
            "final report",
            "project report",
            "working paper",
        ],
    ),
];

/// Words of the longest line that only says the kind.
const MAX_WORDS: usize = 16;

fn kind_of(text: &str) -> Option<RecordType> {
    let lower = text.trim().to_lowercase();
    let opens = |words: &[&str]| {
        words.iter().any(|word| {
            lower
                .strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
    };
    KINDS
        .iter()
        .find(|(_, words)| opens(words))
        .map(|&(record_type, _)| record_type)
}

/// Whether a line says the kind of work and is no title: in capitals, or
/// nothing but the words.
pub(super) fn is_kind_line(text: &str) -> bool {
    let n_words = text.split_whitespace().count();
    n_words <= MAX_WORDS
        && kind_of(text).is_some_and(|record_type| {
            record_type == RecordType::Patent || is_all_capitals(text) || n_words <= 5
        })
}

/// Finds the kind and what only that kind has.
pub(super) fn read(manuscript: &Manuscript, found: &mut DocumentMetadata) {
    let front = manuscript.blocks.iter().take(FRONT_BLOCKS);
    let said = front
        .clone()
        .filter(|block| block.n_words() <= MAX_WORDS)
        .filter(|block| is_all_capitals(&block.text) || block.n_words() <= 8)
        .find_map(|block| kind_of(&block.text));
    let inid: Vec<(&str, &str)> = front.filter_map(|block| inid(&block.text)).collect();
    let is_patent = said == Some(RecordType::Patent) || inid.len() >= 4;
    if is_patent {
        patent(&inid, found);
    }
    let is_paper = found.doi.is_some()
        || found.venue.is_some()
        || (found.confidence.abstract_text >= 0.9 && said.is_none());
    let (record_type, confidence) = match said {
        _ if is_patent => (Some(RecordType::Patent), 0.95),
        Some(said) => (Some(said), 0.9),
        None if is_paper => (Some(RecordType::Paper), 0.8),
        None if found.confidence.abstract_text > 0.0 => (Some(RecordType::Paper), 0.5),
        None => (None, 0.0),
    };
    found.record_type = record_type;
    found.confidence.record_type = confidence;
    if found.record_type == Some(RecordType::Report)
        || found.record_type == Some(RecordType::Thesis)
    {
        // A report is no article: what its running head says is no journal.
        found.venue = found.venue.take().filter(|_| found.issn.is_some());
    }
}

/// `(72) Tác giả: A; B`: the number and the value after the words.
fn inid(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('(')?;
    let (number, rest) = rest.split_once(')')?;
    let is_number = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
    let value = rest.split_once(':').map_or(rest, |(_, value)| value);
    is_number.then_some((number, value.trim()))
}

/// The numbered fields of a patent (WIPO ST.9).
fn patent(fields: &[(&str, &str)], found: &mut DocumentMetadata) {
    for &(number, value) in fields {
        match number {
            "10" | "11" => {
                let number = value.split(['(', ' ']).next().unwrap_or_default();
                found
                    .identifiers
                    .extend(Identifier::new(Scheme::Patent, number));
            }
            "21" => found.identifiers.extend(Identifier::new(
                Scheme::Source,
                value.split_whitespace().next().unwrap_or_default(),
            )),
            "45" | "43" => {
                found.year = super::journal::year_in(value).or(found.year);
                found.confidence.year = 0.9;
            }
            "51" => found.subjects.extend(ipc(value)),
            "71" | "73" => found.contributors.push(Agent {
                kind: AgentKind::Organisation,
                role: AgentRole::Applicant,
                ..Agent::author(value)
            }),
            _ => {}
        }
    }
}

/// `C12Q 1/6895; A01H 1/04`.
fn ipc(value: &str) -> Vec<Subject> {
    let is_code = |code: &&str| {
        let bytes = code.as_bytes();
        bytes.len() >= 4 && bytes[0].is_ascii_uppercase() && bytes[1].is_ascii_digit()
    };
    value
        .split([';', ','])
        .map(str::trim)
        .filter(is_code)
        .map(|code| Subject {
            scheme: "ipc".to_owned(),
            code: code.to_owned(),
        })
        .collect()
}

/// `VIỆN AN TOÀN CÔNG NGHIỆP BẮC HÀ` as `Viện An Toàn…` cannot be undone
/// rightly: capitals stay where a name is all capitals and long; else as it is.
pub(super) fn sentence_case(text: &str) -> String {
    let text: Vec<&str> = text.split_whitespace().collect();
    text.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_the_kind_are_no_titles() {
        assert!(is_kind_line(
            "BÁO CÁO TỔNG HỢP KẾT QUẢ NHIỆM VỤ KHOA HỌC VÀ CÔNG NGHỆ"
        ));
        assert!(is_kind_line(
            "LUẬN ÁN TIẾN SĨ KHOA HỌC VẬT LIỆU (TRÍCH CHƯƠNG 2)"
        ));
        assert!(!is_kind_line(
            "Báo cáo kết quả mô hình telecentre vùng cao Hà Giang"
        ));
    }

    #[test]
    fn patent_fields_are_read_by_their_numbers() {
        assert_eq!(inid("(51) IPC: E02B 7/40"), Some(("51", "E02B 7/40")));
        assert_eq!(inid("(iv) x"), None);
        assert_eq!(ipc("C12Q 1/6895; A01H 1/04").len(), 2);
    }
}
