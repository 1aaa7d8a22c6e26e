//! PDF: bytes to pages of text.

mod load;

use lopdf::Document as PdfFile;
use records::Page;
use unicode_normalization::UnicodeNormalization;

use crate::{Document, ExtractError, Limits, MediaType};

/// Reads a PDF.
///
/// # Errors
/// Damaged beyond repair, encrypted, without any text, over a limit.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ExtractError> {
    let file = load::load(bytes, limits)?;
    let n_pages = file.get_pages().len();
    if n_pages == 0 {
        return Err(ExtractError::damaged(MediaType::Pdf, "it has no pages"));
    }
    let mut document = Document::new(MediaType::Pdf);
    for number in (1..).take(n_pages.min(limits.max_pages)) {
        let text = page_text(&file, number, limits, &mut document.warnings);
        document.pages.push(Page { number, text });
    }
    if document
        .pages
        .iter()
        .all(|page| page.text.trim().is_empty())
    {
        return Err(ExtractError::ImagesOnly { n_pages });
    }
    Ok(document)
}

fn page_text(file: &PdfFile, number: u32, limits: &Limits, warnings: &mut Vec<String>) -> String {
    let chunks =
        load::guard(|| file.extract_text_chunks_with_limit(&[number], limits.max_page_bytes));
    let mut text = String::new();
    for chunk in chunks.unwrap_or_default() {
        match chunk {
            Ok(chunk) => text.extend(chunk.nfc()),
            Err(error) => warnings.push(format!("page {number}: {error}")),
        }
    }
    text
}
