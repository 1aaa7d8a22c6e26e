//! Fonts of a PDF: shown bytes to text and advances.

mod cmap;
mod composite;
mod encodings;
mod glyph_names;
mod private_use;
mod program;
mod simple;

use lopdf::{Dictionary, Document as PdfFile};

use self::{cmap::CMap, composite::CompositeFont, simple::SimpleFont};
use super::{load, objects};

/// A font as text extraction sees it.
pub(super) struct Font<'a> {
    /// Name without the subset tag; empty for Type 3.
    pub(super) name: String,
    /// Whether its name is that of a font for a Vietnamese 8-bit encoding. It
    /// may hold Unicode all the same.
    pub(super) is_legacy: bool,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Simple(SimpleFont),
    Composite(Box<CompositeFont<'a>>),
}

impl<'a> Font<'a> {
    /// Reads a font dictionary; what is missing or damaged in it falls back as
    /// viewers do.
    pub(super) fn load(file: &'a PdfFile, font: &'a Dictionary) -> Self {
        let base_font = objects::name(file, font, b"BaseFont").unwrap_or_default();
        let base_font = String::from_utf8_lossy(base_font).into_owned();
        let to_unicode = objects::stream(file, font, b"ToUnicode")
            .and_then(|stream| load::decompress(stream, composite::MAX_CMAP_BYTES).ok())
            .map(|data| CMap::parse(&data));
        let kind = if objects::name(file, font, b"Subtype") == Some(b"Type0") {
            Kind::Composite(Box::new(CompositeFont::load(
                file, font, &base_font, to_unicode,
            )))
        } else {
            Kind::Simple(SimpleFont::load(
                file,
                font,
                &base_font,
                to_unicode.as_ref(),
            ))
        };
        let name = match base_font.split_once('+') {
            Some((tag, name)) if tag.len() == 6 => name.to_owned(),
            _ => base_font,
        };
        let lower = name.to_ascii_lowercase();
        let is_legacy = [".vn", "vn"].iter().any(|start| lower.starts_with(start));
        Self {
            name,
            is_legacy,
            kind,
        }
    }

    /// Calls `show` for each glyph of `bytes` with its text (`None` when nobody
    /// knows), its advance in text space units, and whether it is the one-byte
    /// code 32, to which word spacing applies.
    pub(super) fn decode(&self, bytes: &[u8], mut show: impl FnMut(Option<&str>, f32, bool)) {
        match &self.kind {
            Kind::Simple(font) => {
                for &code in bytes {
                    let index = usize::from(code);
                    show(font.texts[index].as_deref(), font.widths[index], code == 32);
                }
            }
            Kind::Composite(font) => font.decode(bytes, show),
        }
    }
}
