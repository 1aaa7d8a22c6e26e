//! Opening a PDF: limits, encryption, properties.

use lopdf::{DecompressError, Document as PdfFile, Error, LoadOptions, Object, Stream};
use records::Lang;

use super::objects;
use crate::{ExtractError, Limits, MediaType, Properties};

/// Opens a PDF. The library rebuilds a broken cross-reference table by itself.
pub(super) fn load(bytes: &[u8], limits: &Limits) -> Result<PdfFile, ExtractError> {
    let options = LoadOptions::with_max_decompressed_size(limits.max_part_bytes);
    let outcome = guard(|| PdfFile::load_mem_with_options(bytes, options))?;
    let file = outcome.map_err(|error| refusal(error, limits))?;
    if file.is_encrypted() {
        return Err(ExtractError::NeedsPassword);
    }
    Ok(file)
}

/// Calls the PDF library.
pub(super) fn guard<T>(call: impl FnOnce() -> T) -> Result<T, ExtractError> {
    crate::guard::guard(MediaType::Pdf, call)
}

/// The decompressed content of a stream.
///
/// # Errors
/// What is wrong, in words: broken data, a filter that is not for text, more
/// than `limit` bytes.
pub(super) fn decompress(stream: &Stream, limit: usize) -> Result<Vec<u8>, String> {
    let spelt = spelt_out(stream);
    let stream = spelt.as_ref().unwrap_or(stream);
    match guard(|| stream.get_plain_content_with_limit(limit)) {
        Ok(content) => content.map_err(|error| error.to_string()),
        Err(defect) => Err(defect.to_string()),
    }
}

/// The stream with its filters spelt out, where it abbreviates them: that is
/// for inline images only, but old producers did it everywhere, and viewers
/// read it.
fn spelt_out(stream: &Stream) -> Option<Stream> {
    let full = |name: &[u8]| -> Option<&'static [u8]> {
        match name {
            b"Fl" => Some(b"FlateDecode"),
            b"AHx" => Some(b"ASCIIHexDecode"),
            b"A85" => Some(b"ASCII85Decode"),
            b"LZW" => Some(b"LZWDecode"),
            b"RL" => Some(b"RunLengthDecode"),
            _ => None,
        }
    };
    let spell = |object: &Object| match object.as_name().ok().and_then(full) {
        Some(name) => Object::Name(name.to_vec()),
        None => object.clone(),
    };
    let filter = stream.dict.get(b"Filter").ok()?;
    let spelt = match filter {
        Object::Array(items) => Object::Array(items.iter().map(spell).collect()),
        filter => spell(filter),
    };
    if spelt == *filter {
        return None;
    }
    let mut stream = stream.clone();
    stream.dict.set("Filter", spelt);
    Some(stream)
}

/// Title, author, keywords and language as the producer wrote them.
pub(super) fn properties(file: &PdfFile) -> Properties {
    let info = objects::entry(file, &file.trailer, b"Info").and_then(|info| info.as_dict().ok());
    let text = |key: &[u8]| {
        let bytes = objects::entry(file, info?, key)?.as_str().ok()?;
        let text = text_string(bytes);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let catalog = objects::entry(file, &file.trailer, b"Root").and_then(|root| root.as_dict().ok());
    let lang = catalog.and_then(|root| objects::entry(file, root, b"Lang")?.as_str().ok());
    Properties {
        title: text(b"Title"),
        author: text(b"Author"),
        keywords: text(b"Keywords"),
        language: lang.map(|lang| Lang::parse(&String::from_utf8_lossy(lang))),
    }
}

/// A text string (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 by its mark, else
/// PDFDocEncoding, which is Latin-1 where titles use it.
fn text_string(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

fn refusal(error: Error, limits: &Limits) -> ExtractError {
    match error {
        Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => {
            ExtractError::NeedsPassword
        }
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => ExtractError::TooLarge {
            limit: limits.max_part_bytes as u64,
            unit: "bytes in one decompressed part",
        },
        error => ExtractError::damaged(MediaType::Pdf, error),
    }
}
