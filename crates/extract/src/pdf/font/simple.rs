//! Simple fonts: Type 1, TrueType and Type 3, one byte a glyph.

use std::borrow::Cow;

use lopdf::{Dictionary, Document as PdfFile, Object};

use super::{
    cmap::CMap,
    encodings::{self, NamedEncoding},
    glyph_names, private_use,
    program::{BuiltIn, Program},
};
use crate::pdf::objects;

/// Text and width of each code.
pub(super) struct SimpleFont {
    /// `None` where nothing tells what the glyph is.
    pub(super) texts: Vec<Option<Box<str>>>,
    /// Advance in units of the text space (1 = font size).
    pub(super) widths: Vec<f32>,
}

type Names<'a> = Vec<Option<Cow<'a, str>>>;

impl SimpleFont {
    /// Reads a font dictionary.
    pub(super) fn load(
        file: &PdfFile,
        font: &Dictionary,
        base_font: &str,
        to_unicode: Option<&CMap>,
    ) -> Self {
        let names = glyph_names_of_codes(file, font, base_font, to_unicode);
        let draws_lines = draws_lines(base_font);
        let texts = (0..256)
            .map(|code| {
                let mapped = to_unicode.and_then(|map| map.text(code as u32));
                let text = mapped.or_else(|| names[code].as_deref().and_then(glyph_names::text_of));
                let text = text.or_else(|| draws_lines.then(String::new));
                text.map(|text| private_use::without_private_use(text, base_font).into())
            })
            .collect();
        Self {
            texts,
            widths: widths(file, font, base_font, &names),
        }
    }
}

/// Whether it is one of TeX's fonts whose glyphs are pieces of lines, circles
/// and arrows in pictures and stand for no text.
fn draws_lines(base_font: &str) -> bool {
    let name = base_font
        .split_once('+')
        .map_or(base_font, |(_, name)| name);
    [
        "XYDASH", "XYATIP", "XYBTIP", "XYBSQL", "XYCIRC", "LINE", "LCIRCLE",
    ]
    .iter()
    .any(|family| name.starts_with(family))
}

/// Advance of a glyph whose width nobody states: near the mean of text fonts.
const UNKNOWN_WIDTH: f32 = 500.0;

fn widths(file: &PdfFile, font: &Dictionary, base_font: &str, names: &Names<'_>) -> Vec<f32> {
    let first = objects::entry(file, font, b"FirstChar")
        .and_then(|n| n.as_i64().ok())
        .unwrap_or(0);
    let stated = objects::array(file, font, b"Widths");
    let missing = objects::dictionary(file, font, b"FontDescriptor")
        .and_then(|descriptor| objects::entry(file, descriptor, b"MissingWidth"))
        .and_then(|width| objects::number(file, width))
        .filter(|width| *width > 0.0);
    let scale = match objects::name(file, font, b"Subtype") {
        Some(b"Type3") => {
            objects::numbers::<6>(file, font, b"FontMatrix").map_or(0.001, |m| m[0].abs())
        }
        _ => 0.001,
    };
    (0..256usize)
        .map(|code| {
            let index = (code as i64)
                .checked_sub(first)
                .and_then(|index| usize::try_from(index).ok());
            let own = index
                .and_then(|index| stated?.get(index))
                .and_then(|width| objects::number(file, width));
            let standard = || encodings::standard_width(base_font, names[code].as_deref()?);
            own.or_else(standard).or(missing).unwrap_or(UNKNOWN_WIDTH) * scale
        })
        .collect()
}

/// ISO 32000-1, 9.6.6: the base encoding, then the differences.
fn glyph_names_of_codes<'a>(
    file: &'a PdfFile,
    font: &'a Dictionary,
    base_font: &str,
    to_unicode: Option<&CMap>,
) -> Names<'a> {
    let encoding = objects::entry(file, font, b"Encoding");
    let mut names = match encoding {
        Some(Object::Name(name)) => named(NamedEncoding::from_name(name)),
        Some(Object::Dictionary(encoding)) => {
            let base =
                objects::name(file, encoding, b"BaseEncoding").and_then(NamedEncoding::from_name);
            named(base)
        }
        _ => None,
    }
    .unwrap_or_else(|| base_names(file, font, base_font, to_unicode));
    if let Some(Object::Dictionary(encoding)) = encoding {
        apply_differences(file, encoding, &mut names);
    }
    names
}

fn named<'a>(encoding: Option<NamedEncoding>) -> Option<Names<'a>> {
    Some(
        encoding?
            .glyph_names()
            .iter()
            .map(|name| name.map(Cow::Borrowed))
            .collect(),
    )
}

/// Without a named encoding: the one built into the font program, of the
/// standard symbol fonts, else Standard (Type 1) or WinAnsi (TrueType, as
/// viewers do).
fn base_names<'a>(
    file: &PdfFile,
    font: &Dictionary,
    base_font: &str,
    to_unicode: Option<&CMap>,
) -> Names<'a> {
    if let Some(symbol) = NamedEncoding::of_base_font(base_font) {
        return named(Some(symbol)).unwrap_or_default();
    }
    let is_truetype = objects::name(file, font, b"Subtype") == Some(b"TrueType");
    let fallback = if is_truetype {
        NamedEncoding::WinAnsi
    } else {
        NamedEncoding::Standard
    };
    let mut names = named(Some(fallback)).unwrap_or_default();
    // The program is only decompressed when the map to Unicode leaves it
    // something to say.
    let built_in = match to_unicode {
        Some(map) if map.has_text() => BuiltIn::default(),
        _ => objects::dictionary(file, font, b"FontDescriptor")
            .and_then(|descriptor| Program::embedded(file, descriptor))
            .map(|program| program.built_in_encoding())
            .unwrap_or_default(),
    };
    if !built_in.is_empty() {
        names = (0..=255u8)
            .map(|code| built_in.get(&code).cloned().map(Cow::Owned))
            .collect();
    }
    names
}

fn apply_differences<'a>(file: &'a PdfFile, encoding: &'a Dictionary, names: &mut Names<'a>) {
    let mut code = 0usize;
    for item in objects::array(file, encoding, b"Differences").unwrap_or_default() {
        match objects::resolve(file, item) {
            Some(Object::Integer(start)) => code = usize::try_from(*start).unwrap_or(256),
            Some(Object::Name(name)) => {
                if let Some(slot) = names.get_mut(code) {
                    *slot = Some(String::from_utf8_lossy(name));
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
}
