//! Document bytes to pages of text in reading order, with what the document
//! says of itself: titles, authors, abstracts, keywords.
//!
//! The way of a document: [`media::detect`] looks at its first bytes, one
//! reader per kind makes [`Document`] of it, within [`Limits`].
//!
//! Invariant: [`extract`] returns for any bytes whatever; it never panics and
//! never takes more steps, memory or nesting than the limits allow.

mod binary_office;
mod dataset;
mod document;
mod error;
mod guard;
mod html;
mod layout;
mod limits;
pub mod media;
mod metadata;
mod ocr;
mod office;
mod pdf;
mod plain;
mod repair;
mod rtf;
mod spreadsheet;
pub mod worker;

pub use document::{Document, DocumentMetadata, FieldConfidence, Properties, Sheet};
pub use error::ExtractError;
pub use limits::Limits;
pub use media::MediaType;
pub use ocr::Recogniser;

/// Reads documents, in this process or in another.
pub trait DocumentReader: Sync {
    /// Reads a document: see [`extract`].
    ///
    /// # Errors
    /// [`ExtractError`].
    fn read(&self, bytes: &[u8], name: &str) -> Result<Document, ExtractError>;
}

/// Reads documents in this process: for tests, and where a defect may end it.
#[derive(Debug, Clone, Default)]
pub struct InProcess {
    /// What one document may cost.
    pub limits: Limits,
    /// Reads pictures of pages, where it is installed.
    pub recogniser: Option<Recogniser>,
}

/// How documents are read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// What one document may cost.
    pub limits: &'a Limits,
    /// Reads pictures of pages, where it is installed.
    pub recogniser: Option<&'a Recogniser>,
    /// Told after every picture, which takes seconds: it goes on.
    pub is_alive: &'a dyn Fn(),
}

impl DocumentReader for InProcess {
    fn read(&self, bytes: &[u8], name: &str) -> Result<Document, ExtractError> {
        let reading = Reading {
            limits: &self.limits,
            recogniser: self.recogniser.as_ref(),
            is_alive: &|| {},
        };
        extract_with(bytes, Some(name), &reading)
    }
}

/// Reads a document.
///
/// * `bytes`: the whole file.
/// * `name`: its file name, a hint where the bytes alone cannot tell; the bytes
///   win where both speak.
/// * `limits`: what one document may cost.
///
/// # Errors
/// [`ExtractError`]; each says what to do. What could be read in spite of some
/// damage is returned with [`Document::warnings`] instead.
pub fn extract(
    bytes: &[u8],
    name: Option<&str>,
    limits: &Limits,
) -> Result<Document, ExtractError> {
    let reading = Reading {
        limits,
        recogniser: None,
        is_alive: &|| {},
    };
    extract_with(bytes, name, &reading)
}

/// Reads a document, pictures of pages too.
///
/// # Errors
/// As [`extract`].
pub fn extract_with(
    bytes: &[u8],
    name: Option<&str>,
    reading: &Reading<'_>,
) -> Result<Document, ExtractError> {
    reading.limits.check_input(bytes.len())?;
    let mut document = read(bytes, media::detect(bytes, name)?, reading)?;
    document.repair();
    document.tell_language();
    document.read_metadata();
    Ok(document)
}

fn read(bytes: &[u8], kind: MediaType, reading: &Reading<'_>) -> Result<Document, ExtractError> {
    let limits = reading.limits;
    match kind {
        MediaType::Pdf => pdf::read(bytes, reading),
        MediaType::Jpeg | MediaType::Png | MediaType::Tiff => {
            ocr::read_file(kind, bytes, reading.recogniser, limits)
        }
        kind @ (MediaType::Docx | MediaType::Pptx | MediaType::Odt | MediaType::Epub) => {
            office::read(kind, bytes, limits)
        }
        MediaType::Doc | MediaType::Ppt => binary_office::read(kind, bytes, limits),
        MediaType::Xls | MediaType::Xlsx | MediaType::Ods => spreadsheet::read(kind, bytes, limits),
        MediaType::Csv => dataset::delimited::read(bytes, limits),
        MediaType::Parquet => dataset::parquet::read(bytes, limits),
        MediaType::Rtf => rtf::read(bytes, limits),
        MediaType::Html => html::read(bytes, limits),
        MediaType::PlainText => plain::read(bytes, limits),
        other @ MediaType::Zip => Err(ExtractError::Unsupported {
            media_type: other.as_str(),
        }),
    }
}
