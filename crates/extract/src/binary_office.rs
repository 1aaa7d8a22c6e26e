//! Binary Office files (OLE compound files): Word, PowerPoint. Excel is read
//! with the other spreadsheets.

mod powerpoint;
mod word;

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use crate::{Document, ExtractError, Limits, MediaType, guard::guard, plain};

/// Reads a document of one of these kinds.
///
/// # Errors
/// Damaged beyond repair, encrypted, without any text, over a limit.
pub(crate) fn read(
    kind: MediaType,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Document, ExtractError> {
    let pages = guard(kind, || {
        let mut file = Container::open(kind, bytes, limits)?;
        match kind {
            MediaType::Ppt => powerpoint::slides(&mut file),
            _ => word::pages(&mut file),
        }
    })??;
    let mut document = Document::new(kind);
    document.set_pages(pages.iter().map(|text| plain::tidy(text)), limits)?;
    Ok(document)
}

/// An open compound file.
pub(crate) struct Container<'a> {
    file: CompoundFile<Cursor<&'a [u8]>>,
    pub(super) kind: MediaType,
    limits: &'a Limits,
}

impl<'a> Container<'a> {
    pub(crate) fn open(
        kind: MediaType,
        bytes: &'a [u8],
        limits: &'a Limits,
    ) -> Result<Self, ExtractError> {
        let file = CompoundFile::open(Cursor::new(bytes));
        Ok(Self {
            file: file.map_err(|error| ExtractError::damaged(kind, error))?,
            kind,
            limits,
        })
    }

    /// The bytes of a stream; `None` when the file has none of that name.
    pub(crate) fn stream(&mut self, name: &str) -> Result<Option<Vec<u8>>, ExtractError> {
        if !self.file.is_stream(name) {
            return Ok(None);
        }
        let damaged = |error| ExtractError::damaged(self.kind, error);
        let stream = self.file.open_stream(name).map_err(damaged)?;
        let mut bytes = Vec::new();
        let room = self.limits.max_part_bytes as u64;
        stream.take(room).read_to_end(&mut bytes).map_err(damaged)?;
        Ok(Some(bytes))
    }

    pub(crate) fn damaged(&self, what: &'static str) -> ExtractError {
        ExtractError::damaged(self.kind, what)
    }
}

/// The number of 16 bits at an offset.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([pair[0], pair[1]]))
}

/// The number of 32 bits at an offset.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

/// UTF-16 with what is broken replaced.
pub(super) fn utf16(bytes: &[u8]) -> String {
    encoding_rs::UTF_16LE
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}
