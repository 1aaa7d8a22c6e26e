//! PDF: bytes to pages of text.
//!
//! [`load`] opens the file, [`interpreter`] runs the content streams of a page
//! and collects glyphs, [`font`] says what text a glyph is, [`crate::layout`]
//! puts it in reading order.

mod font;
mod interpreter;
mod load;
mod marked;
mod matrix;
mod objects;
mod page;
mod picture;
mod state;
mod syntax;

use lopdf::{Document as PdfFile, ObjectId};
use records::Page;
use unicode_normalization::UnicodeNormalization;

use self::interpreter::{Budget, FontCache};
use crate::{
    Document, ExtractError, MediaType, Reading,
    document::{BACK_PAGES, FRONT_PAGES},
    layout,
    metadata::manuscript::Manuscript,
    ocr,
};
use picture::Pictures;

/// Reads a PDF.
///
/// # Errors
/// Damaged beyond repair, encrypted, without any text, over a limit.
pub(crate) fn read(bytes: &[u8], reading: &Reading<'_>) -> Result<Document, ExtractError> {
    let limits = reading.limits;
    let file = load::load(bytes, limits)?;
    let ids: Vec<_> = load::guard(|| file.page_iter().take(limits.max_pages + 1).collect())?;
    if ids.is_empty() {
        return Err(ExtractError::damaged(MediaType::Pdf, "it has no pages"));
    }
    let mut document = Document::new(MediaType::Pdf);
    if ids.len() > limits.max_pages {
        document.warnings.push(format!(
            "only the first {} pages were read",
            limits.max_pages
        ));
    }
    let mut fonts = FontCache::default();
    let mut budget = Budget::of(limits);
    let mut pages = Vec::new();
    for (number, id) in (1u32..).zip(ids.iter().take(limits.max_pages)) {
        let outcome = page::read(&file, *id, &mut fonts, limits, &mut budget);
        document.warnings.extend(
            outcome
                .complaint
                .map(|complaint| format!("page {number} {complaint}")),
        );
        pages.push(layout::in_reading_order(layout::pieces(&outcome.glyphs)));
    }
    layout::mark_running_heads(&mut pages);
    let manuscript = texts(&pages, &mut document);
    document.properties = load::properties(&file);
    // What was read off pictures has no looks.
    document.manuscript = match read_pictures(&file, bytes, &ids, reading, &mut document) {
        true => None,
        false => Some(manuscript),
    };
    refuse_empty(&document)?;
    Ok(document)
}

/// Fills the pages, and hands on what metadata is read from.
fn texts(pages: &[Vec<layout::Piece>], document: &mut Document) -> Manuscript {
    let vocabulary =
        layout::Vocabulary::of(pages.iter().flatten().map(|piece| piece.text.as_str()));
    let mut blocks = Vec::new();
    for (at, pieces) in pages.iter().enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let paragraphs = layout::paragraphs(pieces);
        let text = layout::text_of(&paragraphs, &vocabulary);
        if at < FRONT_PAGES || at + BACK_PAGES >= pages.len() {
            blocks.extend(layout::blocks_of_page(
                number,
                pieces,
                &paragraphs,
                &vocabulary,
            ));
        }
        document
            .pages
            .push(Page::new(number, text.nfc().collect::<String>()));
    }
    for block in &mut blocks {
        block.text = block.text.nfc().collect();
        block.unraised = block.unraised.nfc().collect();
    }
    Manuscript::new(blocks)
}

/// Reads pages without text off their pictures; tells whether most pages are
/// such ones.
fn read_pictures(
    file: &PdfFile,
    bytes: &[u8],
    ids: &[ObjectId],
    reading: &Reading<'_>,
    document: &mut Document,
) -> bool {
    let empty: Vec<usize> = (0..document.pages.len())
        .filter(|at| document.pages[*at].text.is_empty())
        .collect();
    let (mut n_read, mut n_unread) = (0, 0);
    for at in empty {
        let pictures = load::guard(|| picture::of_page(file, ids[at], reading.limits));
        let number = document.pages[at].number;
        let read = match (pictures, reading.recogniser) {
            (Ok(Pictures::None) | Err(_), _) => continue,
            (Ok(_), Some(_)) if n_read >= reading.limits.max_pictures => {
                n_unread += 1;
                continue;
            }
            (Ok(Pictures::One(picture)), Some(recogniser)) => {
                let read = recogniser.read(&picture, None);
                read.map(|pages| pages.into_iter().next().unwrap_or_default())
            }
            (Ok(Pictures::Other), Some(recogniser)) => recogniser.read_page(bytes, number),
            (Ok(_), None) => {
                n_unread += 1;
                continue;
            }
        };
        n_read += 1;
        (reading.is_alive)();
        if let Some(page) = ocr::take(document, number, read) {
            document.pages[at] = page;
        }
    }
    if n_unread > 0 {
        document.warnings.push(format!(
            "{n_unread} pages are images that were not read: {}",
            match reading.recogniser {
                None => "no program that reads them is there (apt-get install tesseract-ocr tesseract-ocr-vie)",
                Some(_) => "too many for one document; split it",
            }
        ));
    }
    ocr::tell(document);
    let n_pictures = document
        .pages
        .iter()
        .filter(|page| page.ocr_confidence.is_some())
        .count();
    n_pictures * 2 > document.pages.len()
}

fn refuse_empty(document: &Document) -> Result<(), ExtractError> {
    if document.pages.iter().any(|page| !page.text.is_empty()) {
        return Ok(());
    }
    Err(ExtractError::ImagesOnly {
        n_pages: document.pages.len(),
    })
}

#[cfg(test)]
mod tests;
