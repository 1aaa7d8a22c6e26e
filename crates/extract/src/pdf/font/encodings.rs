//! The encodings and widths that PDF files may name without including them.

use std::sync::OnceLock;

const ENCODINGS: &str = include_str!("../../../data/encodings.txt");
const WIDTHS: &str = include_str!("../../../data/standard_widths.txt");

/// An encoding of ISO 32000-1, annex D; the number is its column in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedEncoding {
    Standard = 0,
    WinAnsi = 1,
    MacRoman = 2,
    Symbol = 3,
    ZapfDingbats = 4,
}

type GlyphNames = [Option<&'static str>; 256];

impl NamedEncoding {
    /// By its name in a font dictionary.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"StandardEncoding" => Some(Self::Standard),
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            _ => None,
        }
    }

    /// The built-in encoding of a font that is known by name.
    pub(super) fn of_base_font(name: &str) -> Option<Self> {
        match family(name) {
            "Symbol" | "SymbolMT" => Some(Self::Symbol),
            "ZapfDingbats" => Some(Self::ZapfDingbats),
            _ => None,
        }
    }

    /// Glyph name of each code.
    pub(super) fn glyph_names(self) -> &'static GlyphNames {
        static TABLE: OnceLock<[GlyphNames; 5]> = OnceLock::new();
        let table = TABLE.get_or_init(|| {
            let mut table = [[None; 256]; 5];
            for line in ENCODINGS.lines().filter(|line| !line.starts_with('#')) {
                let mut fields = line.split(' ');
                let code = fields
                    .next()
                    .and_then(|code| usize::from_str_radix(code, 16).ok());
                let Some(code) = code.filter(|&code| code < 256) else {
                    continue;
                };
                for (column, name) in table.iter_mut().zip(fields) {
                    column[code] = (name != "-").then_some(name);
                }
            }
            table
        });
        &table[self as usize]
    }
}

/// Width in 1/1000 em of a glyph of one of the standard fonts, which files need
/// not state; `None` for other fonts and glyphs.
pub(super) fn standard_width(base_font: &str, glyph_name: &str) -> Option<f32> {
    static TABLE: OnceLock<Vec<(&str, [f32; 6])>> = OnceLock::new();
    let name = family(base_font);
    let is_bold = base_font.contains("Bold");
    let is_italic = base_font.contains("Italic") || base_font.contains("Oblique");
    let column = match name {
        "Courier" | "CourierNew" => return Some(600.0),
        "Helvetica" | "Arial" | "ArialMT" => usize::from(is_bold),
        "Times" | "TimesNewRoman" | "TimesNewRomanPS" | "TimesNewRomanPSMT" => {
            2 + usize::from(is_bold) + 2 * usize::from(is_italic)
        }
        _ => return None,
    };
    let table = TABLE.get_or_init(|| {
        let mut table: Vec<_> = WIDTHS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let mut fields = line.split(' ');
                let name = fields.next()?;
                let mut widths = [0.0; 6];
                for (width, field) in widths.iter_mut().zip(fields) {
                    *width = field.parse().ok()?;
                }
                Some((name, widths))
            })
            .collect();
        table.sort_unstable_by_key(|(name, _)| *name);
        table
    });
    let at = table
        .binary_search_by_key(&glyph_name, |(name, _)| name)
        .ok()?;
    Some(table[at].1[column])
}

/// `ABCDEF+Times-Bold` → `Times`; `Arial,Bold` → `Arial`.
fn family(base_font: &str) -> &str {
    let name = match base_font.split_once('+') {
        Some((tag, name)) if tag.len() == 6 => name,
        _ => base_font,
    };
    name.split(['-', ',']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_whole() {
        assert_eq!(NamedEncoding::WinAnsi.glyph_names()[0xe9], Some("eacute"));
        assert_eq!(
            NamedEncoding::Standard.glyph_names()[0x27],
            Some("quoteright")
        );
        assert_eq!(NamedEncoding::Symbol.glyph_names()[0x61], Some("alpha"));
        assert_eq!(standard_width("ABCDEF+Times-Bold", "A"), Some(722.0));
        assert_eq!(standard_width("Helvetica", "i"), Some(222.0));
        assert_eq!(standard_width("Arial,Bold", "i"), Some(278.0));
        assert_eq!(standard_width("Minion", "i"), None);
    }
}
