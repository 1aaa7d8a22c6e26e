//! What an embedded font program knows about its glyphs: built-in encoding and
//! names (Type 1, CFF), character maps (TrueType).

use lopdf::{Dictionary, Document as PdfFile};
use rustc_hash::FxHashMap;
use ttf_parser::{Face, GlyphId, PlatformId, cff};

use super::glyph_names;
use crate::pdf::{load, objects, syntax};

/// Largest font program that is looked into. Fonts for all of Unicode have
/// some 30 MB.
const MAX_PROGRAM_BYTES: usize = 64 << 20;

/// A decompressed font program.
pub(super) enum Program {
    /// Adobe Type 1.
    Type1(Vec<u8>),
    /// TrueType or OpenType container.
    TrueType(Vec<u8>),
    /// Bare CFF.
    Cff(Vec<u8>),
}

/// Built-in glyph name of each code.
pub(super) type BuiltIn = FxHashMap<u8, String>;

impl Program {
    /// The program that a font descriptor embeds.
    pub(super) fn embedded(file: &PdfFile, descriptor: &Dictionary) -> Option<Self> {
        let read = |key: &[u8]| {
            let stream = objects::stream(file, descriptor, key)?;
            load::decompress(stream, MAX_PROGRAM_BYTES).ok()
        };
        let data = read(b"FontFile2")
            .or_else(|| read(b"FontFile3"))
            .or_else(|| read(b"FontFile"))?;
        // The entry's name often lies; the first bytes do not.
        match data.get(..4)? {
            [0, 1, 0, 0] | b"true" | b"OTTO" | b"ttcf" => Some(Self::TrueType(data)),
            [b'%', b'!', ..] | [0x80, 1, ..] => Some(Self::Type1(data)),
            [1, 0, ..] => Some(Self::Cff(data)),
            _ => None,
        }
    }

    /// Glyph names of the codes of a simple font.
    pub(super) fn built_in_encoding(&self) -> BuiltIn {
        match self {
            Self::Type1(data) => type1_encoding(data),
            Self::Cff(data) => cff::Table::parse(data)
                .map(|table| cff_encoding(&table))
                .unwrap_or_default(),
            Self::TrueType(data) => match Face::parse(data, 0) {
                Ok(face) => truetype_encoding(&face),
                Err(_) => BuiltIn::default(),
            },
        }
    }

    /// Text of each glyph index, by the character maps and glyph names.
    pub(super) fn glyph_texts(&self) -> FxHashMap<u16, String> {
        match self {
            Self::Type1(_) => FxHashMap::default(),
            Self::Cff(data) => cff::Table::parse(data)
                .map(|table| cff_texts(&table))
                .unwrap_or_default(),
            Self::TrueType(data) => Face::parse(data, 0)
                .map(|face| truetype_texts(&face))
                .unwrap_or_default(),
        }
    }

    /// Glyph index of each character identifier, when the program says so.
    pub(super) fn cid_to_glyph(&self) -> Option<FxHashMap<u32, u16>> {
        let face;
        let owned;
        let table = match self {
            Self::Cff(data) => {
                owned = cff::Table::parse(data)?;
                &owned
            }
            Self::TrueType(data) => {
                face = Face::parse(data, 0).ok()?;
                face.tables().cff.as_ref()?
            }
            Self::Type1(_) => return None,
        };
        let pairs = glyphs(table.number_of_glyphs());
        let map: FxHashMap<u32, u16> = pairs
            .filter_map(|glyph| Some((u32::from(table.glyph_cid(glyph)?), glyph.0)))
            .collect();
        (!map.is_empty()).then_some(map)
    }
}

fn glyphs(n_glyphs: u16) -> impl Iterator<Item = GlyphId> {
    (0..n_glyphs).map(GlyphId)
}

fn cff_encoding(table: &cff::Table<'_>) -> BuiltIn {
    (0..=255)
        .filter_map(|code| {
            let glyph = table.glyph_index(code)?;
            Some((code, table.glyph_name(glyph)?.to_owned()))
        })
        .collect()
}

fn cff_texts(table: &cff::Table<'_>) -> FxHashMap<u16, String> {
    glyphs(table.number_of_glyphs())
        .filter_map(|glyph| Some((glyph.0, glyph_names::text_of(table.glyph_name(glyph)?)?)))
        .collect()
}

/// Codes of a symbolic TrueType font: by the Symbol map (3,0), with and without
/// the 0xF000 that Windows adds, else by the Macintosh map (1,0).
fn truetype_encoding(face: &Face<'_>) -> BuiltIn {
    let texts = truetype_texts(face);
    (0..=255u8)
        .filter_map(|code| {
            let glyph = symbol_glyph(face, code)?;
            let named = face
                .glyph_name(glyph)
                .filter(|name| glyph_names::text_of(name).is_some());
            let name = named.map(str::to_owned).or_else(|| {
                let text = texts.get(&glyph.0)?;
                let scalar = text.chars().next().filter(|c| !is_private(*c))?;
                Some(format!("u{:04X}", u32::from(scalar)))
            })?;
            Some((code, name))
        })
        .collect()
}

fn symbol_glyph(face: &Face<'_>, code: u8) -> Option<GlyphId> {
    let tables = face.tables().cmap?.subtables;
    let code = u32::from(code);
    let lookup = |platform, encoding, code| {
        tables
            .into_iter()
            .filter(|table| table.platform_id == platform && table.encoding_id == encoding)
            .find_map(|table| table.glyph_index(code))
            .filter(|glyph| glyph.0 != 0)
    };
    lookup(PlatformId::Windows, 0, 0xf000 + code)
        .or_else(|| lookup(PlatformId::Windows, 0, code))
        .or_else(|| lookup(PlatformId::Macintosh, 0, code))
}

fn truetype_texts(face: &Face<'_>) -> FxHashMap<u16, String> {
    let mut texts = FxHashMap::default();
    let tables = face.tables().cmap.map(|cmap| cmap.subtables);
    for table in tables
        .into_iter()
        .flatten()
        .filter(|table| table.is_unicode())
    {
        // Codes are tried one by one: a damaged table can list billions. One
        // glyph for several characters (`-`, U+00AD, U+2010): the lowest is
        // the plain one.
        for scalar in '\u{20}'..='\u{ffff}' {
            if let Some(glyph) = table.glyph_index(u32::from(scalar)) {
                texts.entry(glyph.0).or_insert(scalar);
            }
        }
    }
    let mut texts: FxHashMap<u16, String> = texts
        .into_iter()
        .map(|(glyph, scalar)| (glyph, scalar.to_string()))
        .collect();
    for glyph in glyphs(face.number_of_glyphs()) {
        if !texts.contains_key(&glyph.0)
            && let Some(text) = face.glyph_name(glyph).and_then(glyph_names::text_of)
        {
            texts.insert(glyph.0, text);
        }
    }
    texts
}

fn is_private(scalar: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&scalar)
}

/// The `/Encoding` array in the clear part of a Type 1 program: entries
/// `dup 65 /A put`; the numbers may be in another base (`8#101`).
fn type1_encoding(data: &[u8]) -> BuiltIn {
    let clear_end = crate::media::find(data, b"eexec").unwrap_or(data.len());
    let clear = &data[..clear_end];
    let Some(start) = crate::media::find(clear, b"/Encoding") else {
        return BuiltIn::default();
    };
    let tail = &clear[start + b"/Encoding".len()..];
    if tail.trim_ascii_start().starts_with(b"StandardEncoding") {
        let names = super::encodings::NamedEncoding::Standard.glyph_names();
        return (0..=255u8)
            .filter_map(|code| Some((code, names[usize::from(code)]?.to_owned())))
            .collect();
    }
    let mut encoding = BuiltIn::default();
    let mut lexer = syntax::Lexer::new(tail);
    let mut operands = Vec::new();
    // `dup`, `put`, `def`, `readonly` are operators to the lexer.
    while let Some(operator) = lexer.next_operator(&mut operands) {
        match operator {
            b"put" => {
                if let [.., code, name] = &operands[..]
                    && let (Some(code), Some(name)) = (code.number(), name.name())
                    && (0.0..256.0).contains(&code)
                {
                    encoding.insert(code as u8, String::from_utf8_lossy(name).into_owned());
                }
            }
            b"def" | b"readonly" if !encoding.is_empty() => break,
            _ => {}
        }
    }
    encoding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_of_a_type_1_program_is_read() {
        let program = Program::Type1(
            b"%!PS-AdobeFont-1.0: VNR10\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n\
              dup 174 /abreveacute put\ndup 65 /A put\nreadonly def\ndup 66 /B put currentfile eexec"
                .to_vec(),
        );
        let encoding = program.built_in_encoding();
        assert_eq!(encoding.get(&174).map(String::as_str), Some("abreveacute"));
        assert_eq!(encoding.len(), 2);
    }

    #[test]
    fn garbage_programs_know_nothing() {
        for data in [vec![0, 1, 0, 0, 9, 9], vec![]] {
            assert!(
                Program::TrueType(data.clone())
                    .built_in_encoding()
                    .is_empty()
            );
            assert!(Program::Cff(data).glyph_texts().is_empty());
        }
    }
}
