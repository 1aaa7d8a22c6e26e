//! Documents that the tests zip themselves.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{Document, ExtractError, Limits, MediaType};

pub(crate) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read(parts: &[(&str, &str)]) -> Result<Document, ExtractError> {
    crate::extract(&zipped(parts), Some("file.docx"), &Limits::default())
}

const BODY: &str = r#"<w:document xmlns:w="w"><w:body>
  <w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>Tiế</w:t></w:r><w:r><w:t xml:space="preserve">ng Việt &amp; </w:t></w:r><w:r><w:t>kh&#225;c</w:t></w:r></w:p>
  <w:p><w:r><w:t>dòng</w:t><w:br/><w:t>gãy</w:t></w:r><w:del><w:r><w:t>bỏ</w:t></w:r></w:del></w:p>
  <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr>
  <w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>"#;

#[test]
fn a_word_document_gives_paragraphs_and_tables() {
    let document = read(&[("word/document.xml", BODY)]).unwrap();
    assert_eq!(document.media_type, MediaType::Docx);
    assert_eq!(
        document.text(),
        "Tiếng Việt & khác\n\ndòng\ngãy\n\na\tb c\n1\t2"
    );
}

#[test]
fn notes_follow_the_body_and_properties_are_read() {
    let notes = r#"<w:footnotes><w:footnote><w:p><w:r><w:t>chú thích</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let core = r#"<cp:coreProperties><dc:title>Nhan đề</dc:title><dc:creator>Đỗ An</dc:creator></cp:coreProperties>"#;
    let parts = [
        ("word/document.xml", BODY),
        ("word/footnotes.xml", notes),
        ("docProps/core.xml", core),
    ];
    let document = read(&parts).unwrap();
    assert!(document.text().ends_with("\n\nchú thích"));
    assert_eq!(document.properties.title.as_deref(), Some("Nhan đề"));
    assert_eq!(document.properties.author.as_deref(), Some("Đỗ An"));
}

#[test]
fn a_cut_document_gives_what_it_holds_and_says_so() {
    let cut = &BODY[..BODY.find("<w:br/>").unwrap() + 3];
    let document = read(&[("word/document.xml", cut)]).unwrap();
    assert!(
        document.text().starts_with("Tiếng Việt"),
        "{}",
        document.text()
    );
    assert_eq!(document.warnings.len(), 1, "{:?}", document.warnings);
}

#[test]
fn slides_are_pages_in_the_order_of_their_numbers() {
    let slide = |text: &str| format!("<p:sld><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let (two, ten) = (slide("hai"), slide("mười"));
    let parts = [
        ("ppt/presentation.xml", "<p/>"),
        ("ppt/slides/slide10.xml", ten.as_str()),
        ("ppt/slides/slide2.xml", two.as_str()),
    ];
    let document = read(&parts).unwrap();
    let texts: Vec<&str> = document
        .pages
        .iter()
        .map(|page| page.text.as_str())
        .collect();
    assert_eq!(texts, ["hai", "mười"]);
}

#[test]
fn a_bomb_is_refused_before_it_bursts() {
    let bomb = " ".repeat(4 << 20);
    let limits = Limits {
        max_part_bytes: 1 << 20,
        ..Limits::default()
    };
    let outcome = crate::extract(&zipped(&[("word/document.xml", &bomb)]), None, &limits);
    assert!(
        matches!(outcome, Err(ExtractError::TooLarge { .. })),
        "{outcome:?}"
    );
}

#[test]
fn a_truncated_archive_is_damaged() {
    let bytes = zipped(&[("word/document.xml", BODY)]);
    let outcome = crate::extract(
        &bytes[..bytes.len() / 2],
        Some("a.docx"),
        &Limits::default(),
    );
    assert!(
        matches!(outcome, Err(ExtractError::Damaged { .. })),
        "{outcome:?}"
    );
}
