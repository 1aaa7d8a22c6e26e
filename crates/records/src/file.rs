//! Document files of a record and the text taken from them.

use serde::{Deserialize, Serialize};

/// A file that belongs to a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFile {
    /// File name without folders.
    pub name: String,
    /// Where it lies: a path as given at ingestion, or a URL.
    pub location: String,
    /// Media type, `application/pdf`.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3 of the content, lower-case hex.
    pub blake3: String,
    /// Number of pages, when the format has pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// Number of rows of data, in a file of tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// The text of one page, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Page number from 1, counted in the file (not the printed number). A
    /// text without pages is one page with number 1.
    pub number: u32,
    /// Its text, encodings repaired, lines joined into paragraphs.
    pub text: String,
    /// Mean confidence in percent, when a machine read the text off a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocr_confidence: Option<u8>,
}

impl Page {
    /// A page whose text stands in the file.
    pub fn new(number: u32, text: impl Into<String>) -> Self {
        Self {
            number,
            text: text.into(),
            ocr_confidence: None,
        }
    }
}
