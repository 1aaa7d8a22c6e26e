//! Title pages of several kinds, without looks and with them.

use records::{Lang, RecordType};

use super::{
    manuscript::{Block, Manuscript},
    read,
};
use crate::{DocumentMetadata, Properties};

/// Blocks from lines `size|text`; 10 is the size of the body.
fn typeset(lines: &[(f32, &str)]) -> DocumentMetadata {
    let blocks = lines.iter().map(|&(size, text)| Block {
        size,
        look: if size == 10.0 { 1 } else { 2 },
        is_centred: size > 10.0,
        ..Block::plain(text, 1)
    });
    read(&Manuscript::new(blocks.collect()), &Properties::default())
}

const BODY: &str = "Thân bài gồm nhiều câu dài để cỡ chữ của nó là cỡ chữ chính của văn bản này, \
    và câu thứ hai nói thêm về phương pháp, số liệu, kết quả và thảo luận của nghiên cứu.";

#[test]
fn a_paper_in_two_languages_keeps_them_apart() {
    let found = typeset(&[
        (
            9.0,
            "Tạp chí Tài nguyên nước, Tập 6, Số 3 (2018), tr. 14-25\tDOI: 10.5555/tctnn.2018.6.3.014",
        ),
        (14.0, "Vai trò của hạ thấp lòng dẫn đối với xâm nhập mặn"),
        (11.0, "Lâm Văn Sĩ¹, Huỳnh Thị Cẩm Tú²"),
        (9.0, "¹ Viện Thủy lợi Miền Tây; ² Trường Đại học Sông Hậu"),
        (9.0, "Ngày nhận bài: 12/3/2018. Ngày chấp nhận: 20/7/2018"),
        (
            9.5,
            "TÓM TẮT: Bằng số liệu địa hình đáy ba năm, chúng tôi ước tính lòng sông hạ thấp trung bình 2,4 m.",
        ),
        (9.5, "Từ khóa: xâm nhập mặn; khai thác cát"),
        (11.0, "The role of river-bed lowering in salinity intrusion"),
        (
            9.5,
            "ABSTRACT: From bed surveys of three years the channel has dropped 2.4 m on average, we find.",
        ),
        (9.5, "Keywords: salinity intrusion; sand mining"),
        (11.0, "1. Đặt vấn đề"),
        (10.0, BODY),
        (10.0, BODY),
    ]);
    let (vi, en) = (Lang::vi(), Lang::en());
    assert_eq!(
        found.title.get(&vi).unwrap(),
        "Vai trò của hạ thấp lòng dẫn đối với xâm nhập mặn"
    );
    assert_eq!(
        found.title.get(&en).unwrap(),
        "The role of river-bed lowering in salinity intrusion"
    );
    assert_eq!(found.authors, ["Lâm Văn Sĩ", "Huỳnh Thị Cẩm Tú"]);
    assert_eq!(
        found.affiliations,
        ["Viện Thủy lợi Miền Tây", "Trường Đại học Sông Hậu"]
    );
    assert!(
        found
            .abstract_text
            .get(&vi)
            .unwrap()
            .starts_with("Bằng số liệu")
    );
    assert!(
        found
            .abstract_text
            .get(&en)
            .unwrap()
            .starts_with("From bed surveys")
    );
    assert_eq!(
        found.keywords.get(&vi).unwrap(),
        &["xâm nhập mặn", "khai thác cát"]
    );
    assert_eq!(
        found.keywords.get(&en).unwrap(),
        &["salinity intrusion", "sand mining"]
    );
    assert_eq!(found.doi.as_deref(), Some("10.5555/tctnn.2018.6.3.014"));
    assert_eq!(
        (found.year, found.record_type),
        (Some(2018), Some(RecordType::Paper))
    );
    assert_eq!(found.venue.as_deref(), Some("Tạp chí Tài nguyên nước"));
}

#[test]
fn the_cover_of_a_thesis_gives_name_title_and_kind() {
    let found = typeset(&[
        (12.0, "BỘ GIÁO DỤC VÀ ĐÀO TẠO"),
        (12.0, "TRƯỜNG ĐẠI HỌC BÁCH KHOA SÔNG HỒNG"),
        (12.0, "LÊ THỊ BÍCH NGÂN"),
        (13.0, "LUẬN ÁN TIẾN SĨ KHOA HỌC VẬT LIỆU"),
        (
            16.0,
            "Kết tinh và cơ chế suy giảm của lớp hấp thụ perovskite",
        ),
        (16.0, "trong không khí ẩm"),
        (11.0, "Người hướng dẫn khoa học: PGS.TS. Trịnh Quốc Hưng"),
        (11.0, "Hà Nội - 2022"),
        (11.0, "CHƯƠNG 1. TỔNG QUAN"),
        (10.0, BODY),
        (10.0, BODY),
    ]);
    assert_eq!(
        found.title.get(&Lang::vi()).unwrap(),
        "Kết tinh và cơ chế suy giảm của lớp hấp thụ perovskite trong không khí ẩm"
    );
    assert_eq!(found.authors, ["Lê Thị Bích Ngân"]);
    assert_eq!(found.contributors[0].name, "Trịnh Quốc Hưng");
    assert_eq!(
        (found.record_type, found.year),
        (Some(RecordType::Thesis), Some(2022))
    );
}

#[test]
fn a_text_without_a_title_page_is_given_no_authors() {
    let found = typeset(&[(10.0, BODY), (10.0, BODY)]);
    assert!(found.authors.is_empty(), "{:?}", found.authors);
    assert!(found.abstract_text.is_empty());
    assert_eq!(found.record_type, None);
}
