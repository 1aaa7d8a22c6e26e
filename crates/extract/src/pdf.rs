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
mod state;
mod syntax;

use records::Page;
use unicode_normalization::UnicodeNormalization;

use self::interpreter::{Budget, FontCache};
use crate::{
    Document, ExtractError, Limits, MediaType,
    document::{BACK_PAGES, FRONT_PAGES},
    layout,
    metadata::manuscript::Manuscript,
};

/// Reads a PDF.
///
/// # Errors
/// Damaged beyond repair, encrypted, without any text, over a limit.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ExtractError> {
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
    for (number, id) in (1u32..).zip(ids.into_iter().take(limits.max_pages)) {
        let outcome = page::read(&file, id, &mut fonts, limits, &mut budget);
        document.warnings.extend(
            outcome
                .complaint
                .map(|complaint| format!("page {number} {complaint}")),
        );
        pages.push(layout::in_reading_order(layout::pieces(&outcome.glyphs)));
    }
    layout::mark_running_heads(&mut pages);
    let manuscript = texts(&pages, &mut document);
    refuse_empty(&document, limits)?;
    document.properties = load::properties(&file);
    document.manuscript = Some(manuscript);
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

fn refuse_empty(document: &Document, _limits: &Limits) -> Result<(), ExtractError> {
    if document.pages.iter().any(|page| !page.text.is_empty()) {
        return Ok(());
    }
    Err(ExtractError::ImagesOnly {
        n_pages: document.pages.len(),
    })
}

#[cfg(test)]
mod tests;
