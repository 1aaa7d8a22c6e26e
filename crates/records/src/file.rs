//! Document files of a record and the text taken from them.

use serde::{Deserialize, Serialize};

/// A file that belongs to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// The text of one page, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Page number from 1, counted in the file (not the printed number). A
    /// text without pages is one page with number 1.
    pub number: u32,
    /// Its text, encodings repaired, lines joined into paragraphs.
    pub text: String,
}
