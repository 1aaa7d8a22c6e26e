//! What one document may cost.

use crate::ExtractError;

/// Limits of one document. The clock is not read here: time is bounded by
/// counting steps, so that the same bytes give the same result everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file, bytes.
    pub max_input_bytes: u64,
    /// Size of any one part after decompression, bytes.
    pub max_part_bytes: usize,
    /// Size of all parts of an archive after decompression, bytes.
    pub max_document_bytes: usize,
    /// Size of all parts of a page after decompression, bytes.
    pub max_page_bytes: usize,
    /// Number of pages that are read.
    pub max_pages: usize,
    /// Number of glyphs on one page.
    pub max_page_glyphs: usize,
    /// Operators executed for the whole document.
    pub max_operators: u64,
    /// Characters of text in the whole document.
    pub max_text_chars: usize,
    /// Number of pages that are read off pictures.
    pub max_pictures: usize,
    /// Forms within forms, lists within lists, archives within archives.
    pub max_nesting: usize,
}

impl Default for Limits {
    /// Measured on books of some thousand pages and multiplied by ten or more:
    /// no honest document meets a limit, and a bomb costs seconds.
    fn default() -> Self {
        Self {
            max_input_bytes: 512 << 20,
            max_part_bytes: 128 << 20,
            max_document_bytes: 512 << 20,
            max_page_bytes: 128 << 20,
            max_pages: 20_000,
            max_page_glyphs: 500_000,
            max_operators: 200_000_000,
            max_text_chars: 100_000_000,
            // At some seconds each an hour's work.
            max_pictures: 1000,
            max_nesting: 16,
        }
    }
}

impl Limits {
    pub(crate) fn check_input(&self, n_bytes: usize) -> Result<(), ExtractError> {
        if n_bytes == 0 {
            return Err(ExtractError::Empty);
        }
        if u64::try_from(n_bytes).is_ok_and(|n| n <= self.max_input_bytes) {
            return Ok(());
        }
        Err(ExtractError::TooLarge {
            limit: self.max_input_bytes,
            unit: "bytes",
        })
    }
}
