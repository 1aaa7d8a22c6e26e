//! What kind of file the bytes are, by what stands at their start.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ExtractError, dataset::parquet, plain};

/// Kinds of documents that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MediaType {
    /// Portable Document Format.
    Pdf,
    /// Word, Office Open XML.
    Docx,
    /// Excel, Office Open XML.
    Xlsx,
    /// PowerPoint, Office Open XML.
    Pptx,
    /// OpenDocument text.
    Odt,
    /// EPUB book.
    Epub,
    /// OpenDocument spreadsheet.
    Ods,
    /// Picture of a page: JPEG.
    Jpeg,
    /// Picture of a page: PNG.
    Png,
    /// Pictures of pages: TIFF.
    Tiff,
    /// Data as delimited text.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Any other ZIP archive.
    Zip,
    /// Word, binary.
    Doc,
    /// Excel, binary.
    Xls,
    /// PowerPoint, binary.
    Ppt,
    /// Rich Text Format.
    Rtf,
    /// HTML page.
    Html,
    /// Text without markup, any encoding.
    PlainText,
}

impl MediaType {
    /// The registered media type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Epub => "application/epub+zip",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
            Self::Csv => "text/csv",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Zip => "application/zip",
            Self::Doc => "application/msword",
            Self::Xls => "application/vnd.ms-excel",
            Self::Ppt => "application/vnd.ms-powerpoint",
            Self::Rtf => "application/rtf",
            Self::Html => "text/html",
            Self::PlainText => "text/plain",
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// PDF readers accept the header anywhere in the first kilobyte (ISO 32000-1,
/// implementation note 13).
const PDF_HEADER_WINDOW: usize = 1024;

/// Tells the kind of a file from its bytes, with `name` as a hint for kinds
/// that share a container.
///
/// # Errors
/// [`ExtractError::Empty`]; [`ExtractError::NotADocument`] for bytes that are
/// neither a known container nor text.
pub fn detect(bytes: &[u8], name: Option<&str>) -> Result<MediaType, ExtractError> {
    if bytes.is_empty() {
        return Err(ExtractError::Empty);
    }
    let head = &bytes[..bytes.len().min(PDF_HEADER_WINDOW)];
    if find(head, b"%PDF-").is_some() {
        return Ok(MediaType::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(zip_kind(bytes, name));
    }
    if bytes.starts_with(b"7z\xbc\xaf\x27\x1c") {
        return Err(ExtractError::SevenZip);
    }
    if let Some(picture) = picture_kind(bytes) {
        return Ok(picture);
    }
    if bytes.starts_with(parquet::MAGIC) || bytes.starts_with(b"PARE") {
        return Ok(MediaType::Parquet);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Ok(ole_kind(bytes, name));
    }
    if bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        return Ok(MediaType::Rtf);
    }
    if plain::looks_like_text(bytes) {
        let is_table = || matches!(extension(name).as_deref(), Some("csv" | "tsv" | "tab"));
        return Ok(match () {
            () if looks_like_html(head) => MediaType::Html,
            () if is_table() => MediaType::Csv,
            () => MediaType::PlainText,
        });
    }
    Err(ExtractError::NotADocument {
        start: head
            .iter()
            .take(12)
            .map(|&b| b.escape_ascii().to_string())
            .collect(),
    })
}

fn picture_kind(bytes: &[u8]) -> Option<MediaType> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(MediaType::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(MediaType::Png),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Some(MediaType::Tiff),
        _ => None,
    }
}

fn zip_kind(bytes: &[u8], name: Option<&str>) -> MediaType {
    // The names of the parts stand uncompressed in the local headers and in
    // the central directory.
    let has = |part: &[u8]| find(bytes, part).is_some();
    if has(b"word/document.xml") {
        MediaType::Docx
    } else if has(b"xl/workbook.xml") {
        MediaType::Xlsx
    } else if has(b"ppt/presentation.xml") {
        MediaType::Pptx
    } else if has(b"application/vnd.oasis.opendocument.text") {
        MediaType::Odt
    } else if has(b"application/vnd.oasis.opendocument.spreadsheet") {
        MediaType::Ods
    } else if has(b"application/epub+zip") {
        MediaType::Epub
    } else {
        match extension(name).as_deref() {
            Some("docx" | "docm") => MediaType::Docx,
            Some("xlsx" | "xlsm") => MediaType::Xlsx,
            Some("pptx" | "pptm") => MediaType::Pptx,
            Some("ods") => MediaType::Ods,
            _ => MediaType::Zip,
        }
    }
}

fn ole_kind(bytes: &[u8], name: Option<&str>) -> MediaType {
    // The directory of the container names its streams in UTF-16.
    let has = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        find(bytes, &name).is_some()
    };
    if has("PowerPoint Document") {
        return MediaType::Ppt;
    }
    if has("WordDocument") {
        return MediaType::Doc;
    }
    if has("Workbook") || has("Book\0") {
        return MediaType::Xls;
    }
    match extension(name).as_deref() {
        Some("xls" | "xlt") => MediaType::Xls,
        Some("ppt" | "pps") => MediaType::Ppt,
        _ => MediaType::Doc,
    }
}

fn looks_like_html(head: &[u8]) -> bool {
    let start = head.trim_ascii_start();
    let lower = start[..start.len().min(512)].to_ascii_lowercase();
    lower.starts_with(b"<!doctype html")
        || lower.starts_with(b"<html")
        || (lower.starts_with(b"<") && find(&lower, b"<html").is_some())
}

fn extension(name: Option<&str>) -> Option<String> {
    let (_, extension) = name?.rsplit_once('.')?;
    Some(extension.to_ascii_lowercase())
}

/// Where `needle` (not empty) starts in `haystack`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_win_over_the_name() {
        assert_eq!(
            detect(b"%PDF-1.4\n", Some("a.docx")).unwrap(),
            MediaType::Pdf
        );
        assert_eq!(detect(b"junk\n%PDF-1.4", None).unwrap(), MediaType::Pdf);
        assert_eq!(
            detect(b"{\\rtf1 a}", Some("a.doc")).unwrap(),
            MediaType::Rtf
        );
        let page = b"<!DOCTYPE HTML><html><body>a</body></html>";
        assert_eq!(detect(page, Some("a.doc")).unwrap(), MediaType::Html);
    }

    #[test]
    fn bytes_of_no_kind_are_refused_with_what_they_start_with() {
        let message = detect(b"\x00\x01\x02\xff\xfe\x00\x07", None)
            .unwrap_err()
            .to_string();
        assert!(message.contains("\\x00\\x01"), "{message}");
        assert!(matches!(detect(b"", None), Err(ExtractError::Empty)));
        let packed = detect(b"7z\xbc\xaf\x27\x1c\0\x04", None).unwrap_err();
        assert!(packed.to_string().contains("unpack it and send the files"));
    }
}
