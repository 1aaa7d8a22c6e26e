//! Composite (Type 0) fonts: codes of several bytes, glyphs by identifier.

use std::cell::{OnceCell, RefCell};

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_16BE};
use lopdf::{Dictionary, Document as PdfFile, Object};
use rustc_hash::FxHashMap;

use super::{cmap::CMap, private_use, program::Program};
use crate::pdf::{load, objects};

/// A composite font.
pub(super) struct CompositeFont<'a> {
    file: &'a PdfFile,
    name: String,
    descendant: Option<&'a Dictionary>,
    codes: Codes,
    to_unicode: Option<CMap>,
    widths: FxHashMap<u32, f32>,
    default_width: f32,
    glyph_texts: OnceCell<FxHashMap<u32, String>>,
    decoded: RefCell<FxHashMap<u32, Decoded>>,
}

/// Text and advance of a code.
type Decoded = (Option<Box<str>>, f32);

/// What the codes are.
enum Codes {
    /// Two bytes, the identifier itself.
    Identity,
    /// A map in the file.
    Embedded(CMap),
    /// Text in a charset of the predefined maps (ISO 32000-1, table 118).
    Charset(&'static Encoding),
}

/// ISO 32000-1, 9.7.4.3.
const DEFAULT_WIDTH: f32 = 1000.0;
/// Widths kept of one font: identifiers have two bytes.
const MAX_WIDTHS: usize = 1 << 16;

impl<'a> CompositeFont<'a> {
    /// Reads a font dictionary.
    pub(super) fn load(
        file: &'a PdfFile,
        font: &'a Dictionary,
        name: &str,
        to_unicode: Option<CMap>,
    ) -> Self {
        let descendant = objects::array(file, font, b"DescendantFonts")
            .and_then(|fonts| objects::resolve(file, fonts.first()?)?.as_dict().ok());
        let default_width = descendant
            .and_then(|descendant| objects::entry(file, descendant, b"DW"))
            .and_then(|width| objects::number(file, width));
        Self {
            file,
            name: name.to_owned(),
            descendant,
            codes: codes(file, font),
            to_unicode,
            widths: descendant
                .map(|descendant| widths(file, descendant))
                .unwrap_or_default(),
            default_width: default_width.unwrap_or(DEFAULT_WIDTH),
            glyph_texts: OnceCell::new(),
            decoded: RefCell::default(),
        }
    }

    /// Calls `show` with text, advance and whether it is the one-byte code 32,
    /// for each glyph of `bytes`.
    pub(super) fn decode(&self, mut bytes: &[u8], mut show: impl FnMut(Option<&str>, f32, bool)) {
        while let Some((code, n_bytes)) = self.next_code(bytes) {
            let raw = &bytes[..n_bytes];
            let mut decoded = self.decoded.borrow_mut();
            let (text, width) = decoded.entry(code).or_insert_with(|| {
                let cid = self.cid(code);
                let width = self.widths.get(&cid).copied().unwrap_or(self.default_width);
                let text = self.text(code, cid, raw);
                let text = text.map(|text| private_use::without_private_use(text, &self.name));
                (text.map(Into::into), width * 0.001)
            });
            show(text.as_deref(), *width, n_bytes == 1 && code == 32);
            bytes = &bytes[n_bytes..];
        }
    }

    fn next_code(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        match &self.codes {
            Codes::Embedded(map) => map.next_code(bytes),
            Codes::Charset(encoding) if *encoding != UTF_16BE => {
                let first = *bytes.first()?;
                // All four charsets: ASCII is one byte; so are the half-width
                // letters of Shift JIS.
                let is_single =
                    first < 0x80 || (*encoding == SHIFT_JIS && (0xa1..0xe0).contains(&first));
                let n_bytes = if is_single { 1 } else { 2.min(bytes.len()) };
                Some((
                    bytes[..n_bytes]
                        .iter()
                        .fold(0, |code, &b| code << 8 | u32::from(b)),
                    n_bytes,
                ))
            }
            _ => match *bytes {
                [high, low, ..] => Some((u32::from(high) << 8 | u32::from(low), 2)),
                [byte] => Some((u32::from(byte), 1)),
                [] => None,
            },
        }
    }

    fn cid(&self, code: u32) -> u32 {
        match &self.codes {
            Codes::Embedded(map) if map.has_cids() => map.cid(code).unwrap_or(0),
            _ => code,
        }
    }

    fn text(&self, code: u32, cid: u32, raw: &[u8]) -> Option<String> {
        if let Some(text) = self.to_unicode.as_ref().and_then(|map| map.text(code)) {
            return Some(text);
        }
        if let Codes::Charset(encoding) = self.codes {
            let (text, had_errors) = encoding.decode_without_bom_handling(raw);
            return (!had_errors).then(|| text.into_owned());
        }
        self.glyph_texts
            .get_or_init(|| self.embedded_texts())
            .get(&cid)
            .cloned()
    }

    /// Text of each identifier, by the embedded program.
    fn embedded_texts(&self) -> FxHashMap<u32, String> {
        let descriptor = self
            .descendant
            .and_then(|descendant| objects::dictionary(self.file, descendant, b"FontDescriptor"));
        let Some(program) =
            descriptor.and_then(|descriptor| Program::embedded(self.file, descriptor))
        else {
            return FxHashMap::default();
        };
        let texts = program.glyph_texts();
        if let Some(glyph_of) = self
            .cid_to_glyph_stream()
            .or_else(|| program.cid_to_glyph())
        {
            return glyph_of
                .into_iter()
                .filter_map(|(cid, glyph)| Some((cid, texts.get(&glyph)?.clone())))
                .collect();
        }
        texts
            .into_iter()
            .map(|(glyph, text)| (u32::from(glyph), text))
            .collect()
    }

    fn cid_to_glyph_stream(&self) -> Option<FxHashMap<u32, u16>> {
        let stream = objects::stream(self.file, self.descendant?, b"CIDToGIDMap")?;
        let data = load::decompress(stream, 2 << 16).ok()?;
        let glyphs = data
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        Some((0..).zip(glyphs).filter(|(_, glyph)| *glyph != 0).collect())
    }
}

/// Largest embedded map, bytes; those of the Adobe collections have 300 kB.
pub(super) const MAX_CMAP_BYTES: usize = 8 << 20;

fn codes(file: &PdfFile, font: &Dictionary) -> Codes {
    match objects::entry(file, font, b"Encoding") {
        Some(Object::Stream(stream)) => match load::decompress(stream, MAX_CMAP_BYTES) {
            Ok(data) => Codes::Embedded(CMap::parse(&data)),
            Err(_) => Codes::Identity,
        },
        Some(Object::Name(name)) => predefined(name).map_or(Codes::Identity, Codes::Charset),
        _ => Codes::Identity,
    }
}

/// Predefined maps whose codes are text of a known charset.
fn predefined(name: &[u8]) -> Option<&'static Encoding> {
    let starts = |prefixes: &[&str]| {
        prefixes
            .iter()
            .any(|prefix| name.starts_with(prefix.as_bytes()))
    };
    if crate::media::find(name, b"UCS2").is_some() || crate::media::find(name, b"UTF16").is_some() {
        Some(UTF_16BE)
    } else if starts(&["GBK", "GB-EUC", "GBpc"]) {
        Some(GBK)
    } else if starts(&["B5pc", "ETen", "HKscs"]) {
        Some(BIG5)
    } else if starts(&["90ms", "90pv", "83pv", "Add-RKSJ", "Ext-RKSJ"]) {
        Some(SHIFT_JIS)
    } else if starts(&["KSC", "KSCms"]) {
        Some(EUC_KR)
    } else {
        None
    }
}

/// The `W` array: `c [w1 w2 …]` and `first last w`.
fn widths(file: &PdfFile, descendant: &Dictionary) -> FxHashMap<u32, f32> {
    let mut widths = FxHashMap::default();
    let mut items = objects::array(file, descendant, b"W")
        .unwrap_or_default()
        .iter();
    while let Some(first) = items.next() {
        let first = objects::number(file, first).filter(|first| *first >= 0.0);
        let (Some(first), Some(next)) =
            (first, items.next().and_then(|n| objects::resolve(file, n)))
        else {
            break;
        };
        let first = first as u32;
        if let Object::Array(list) = next {
            for (cid, width) in (first..).zip(list).take(MAX_WIDTHS) {
                widths.extend(objects::number(file, width).map(|width| (cid, width)));
            }
        } else if let (Some(last), Some(width)) = (
            objects::number(file, next),
            items.next().and_then(|width| objects::number(file, width)),
        ) {
            widths.extend(
                (first..=last.max(0.0) as u32)
                    .take(MAX_WIDTHS)
                    .map(|cid| (cid, width)),
            );
        }
        if widths.len() > MAX_WIDTHS {
            break;
        }
    }
    widths
}
