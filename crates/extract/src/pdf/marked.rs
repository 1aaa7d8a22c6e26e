//! Marked content: replacement text, and headers and footers that the producer
//! marks as such (ISO 32000-1, 14.6, 14.8.2.2 and 14.9.4).

use std::borrow::Cow;

use lopdf::{Dictionary, Document as PdfFile, Object};

use super::{interpreter, syntax::Operand};
use crate::layout::Glyph;

/// The open sequences.
#[derive(Default)]
pub(super) struct MarkedContent {
    open: Vec<Sequence>,
    /// Sequences beyond [`MAX_OPEN`].
    n_ignored: usize,
}

#[derive(Default)]
struct Sequence {
    is_pagination: bool,
    replacement: Option<Replacement>,
}

struct Replacement {
    text: String,
    is_shown: bool,
}

/// Depth of nesting that is followed; real files have under ten.
const MAX_OPEN: usize = 64;
/// Longest replacement text, characters. Replacements of words and symbols are
/// short; long ones describe pictures and belong nowhere in the text.
const MAX_REPLACEMENT_CHARS: usize = 64;

impl MarkedContent {
    /// `BMC`, `BDC`.
    pub(super) fn begin(
        &mut self,
        file: &PdfFile,
        operands: &[Operand<'_>],
        resources: Option<&Dictionary>,
    ) {
        if self.open.len() >= MAX_OPEN {
            self.n_ignored += 1;
            return;
        }
        let tag = operands.first().and_then(Operand::name);
        let property = |key: &[u8]| property(file, operands.get(1)?, resources, key);
        let mut sequence = Sequence {
            is_pagination: tag == Some(b"Artifact")
                && property(b"Type").as_deref() == Some(b"Pagination"),
            replacement: None,
        };
        if tag == Some(b"Span")
            && let Some(text) = property(b"ActualText")
        {
            let text = decode_text(&text);
            sequence.replacement =
                (text.chars().count() <= MAX_REPLACEMENT_CHARS).then_some(Replacement {
                    text,
                    is_shown: false,
                });
        }
        self.open.push(sequence);
    }

    /// `EMC`.
    pub(super) fn end(&mut self) {
        if self.n_ignored > 0 {
            self.n_ignored -= 1;
        } else {
            self.open.pop();
        }
    }

    /// Adds a glyph with its text, or with its part of the replacement. A text
    /// of several characters (a ligature) becomes as many glyphs. Glyphs off
    /// the page are not seen by readers and left out.
    pub(super) fn push(
        &mut self,
        text: Option<&str>,
        is_weightless: bool,
        mut glyph: Glyph,
        page_box: [f32; 4],
        glyphs: &mut Vec<Glyph>,
    ) {
        let [left, bottom, right, top] = page_box;
        if glyph.x < left - glyph.size
            || glyph.x > right
            || glyph.y < bottom - glyph.size
            || glyph.y > top
        {
            return;
        }
        glyph.is_pagination = self.open.iter().any(|sequence| sequence.is_pagination);
        let replacement = self
            .open
            .iter_mut()
            .rev()
            .find_map(|sequence| sequence.replacement.as_mut());
        let text: Cow<'_, str> = match (replacement, text) {
            (Some(replacement), _) if replacement.is_shown => Cow::Borrowed("\0"),
            (Some(replacement), _) => {
                replacement.is_shown = true;
                Cow::Owned(replacement.text.clone())
            }
            (None, Some("")) => Cow::Borrowed("\0"),
            (None, Some(text)) => Cow::Borrowed(text),
            // A glyph without width and name is a helper of the font.
            (None, None) if is_weightless => return,
            (None, None) => Cow::Borrowed("\u{fffd}"),
        };
        spread(&text, glyph, glyphs);
    }
}

/// One glyph per character, the room shared.
fn spread(text: &str, mut glyph: Glyph, glyphs: &mut Vec<Glyph>) {
    let n_chars = text.chars().count().max(1);
    glyph.advance /= n_chars as f32;
    let (step_x, step_y) = match glyph.direction {
        crate::layout::Direction::Right => (glyph.advance, 0.0),
        crate::layout::Direction::Up => (0.0, glyph.advance),
        crate::layout::Direction::Left => (-glyph.advance, 0.0),
        crate::layout::Direction::Down => (0.0, -glyph.advance),
    };
    for character in text.chars() {
        glyph.text = character;
        glyphs.push(glyph);
        glyph.x += step_x;
        glyph.y += step_y;
    }
}

/// A property, from the operand itself or from the resources it names.
fn property(
    file: &PdfFile,
    operand: &Operand<'_>,
    resources: Option<&Dictionary>,
    key: &[u8],
) -> Option<Vec<u8>> {
    match operand {
        Operand::Dictionary(entries) => {
            let (_, value) = entries.iter().find(|(name, _)| &**name == key)?;
            Some(value.text().or_else(|| value.name())?.to_vec())
        }
        Operand::Name(name) => {
            let Object::Dictionary(properties) =
                interpreter::resource(file, resources, b"Properties", name)?
            else {
                return None;
            };
            match super::objects::entry(file, properties, key)? {
                Object::String(bytes, _) | Object::Name(bytes) => Some(bytes.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A text string: UTF-16 or UTF-8 by its mark, else close to Latin-1 (ISO
/// 32000-2, 7.9.2.2).
pub(super) fn decode_text(bytes: &[u8]) -> String {
    if let Some(tail) = bytes.strip_prefix(b"\xfe\xff") {
        encoding_rs::UTF_16BE
            .decode_without_bom_handling(tail)
            .0
            .into_owned()
    } else if let Some(tail) = bytes.strip_prefix(b"\xff\xfe") {
        encoding_rs::UTF_16LE
            .decode_without_bom_handling(tail)
            .0
            .into_owned()
    } else if let Some(tail) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        String::from_utf8_lossy(tail).into_owned()
    } else {
        encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_are_read_by_their_mark() {
        assert_eq!(decode_text(b"\xfe\xff\x1e\xbf"), "ế");
        assert_eq!(decode_text(b"\xef\xbb\xbf\xe1\xba\xbf"), "ế");
        assert_eq!(decode_text(b"caf\xe9"), "café");
    }
}
