//! Character maps: ToUnicode maps and the encodings of composite fonts (Adobe
//! Technical Note 5014, ISO 32000-1 9.7.5 and 9.10.3).

use rustc_hash::FxHashMap;

use crate::pdf::syntax::{Lexer, Operand};

/// A character map. Later entries win over earlier ones.
#[derive(Debug, Default)]
pub(super) struct CMap {
    codespaces: Vec<Codespace>,
    texts: FxHashMap<u32, Box<str>>,
    text_ranges: Vec<TextRange>,
    cid_ranges: Vec<CidRange>,
}

#[derive(Debug)]
struct Codespace {
    n_bytes: usize,
    low: u32,
    high: u32,
}

#[derive(Debug)]
struct TextRange {
    low: u32,
    high: u32,
    /// UTF-16 of the text of `low`; the last unit grows with the code.
    units: Vec<u16>,
}

#[derive(Debug)]
struct CidRange {
    low: u32,
    high: u32,
    cid: u32,
}

/// Entries kept of one map: a two-byte font has at most 65,536 codes.
const MAX_ENTRIES: usize = 1 << 17;

impl CMap {
    /// Reads a map; what is damaged in it is left out.
    pub(super) fn parse(data: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::new(data);
        let mut operands = Vec::new();
        while let Some(operator) = lexer.next_operator(&mut operands) {
            match operator {
                b"endcodespacerange" => map.add_codespaces(&operands),
                b"endbfchar" => map.add_texts(&operands),
                b"endbfrange" => map.add_text_ranges(&operands),
                b"endcidrange" => map.add_cids(&operands, 3),
                b"endcidchar" => map.add_cids(&operands, 2),
                _ => {}
            }
        }
        map.text_ranges.sort_by_key(|range| range.low);
        map.cid_ranges.sort_by_key(|range| range.low);
        map
    }

    /// Whether it maps nothing to text.
    pub(super) fn has_text(&self) -> bool {
        !self.texts.is_empty() || !self.text_ranges.is_empty()
    }

    /// Whether it maps codes to character identifiers.
    pub(super) fn has_cids(&self) -> bool {
        !self.cid_ranges.is_empty()
    }

    /// The text of a code. NUL and U+FFFD say nothing and are `None`.
    pub(super) fn text(&self, code: u32) -> Option<String> {
        let text = match self.texts.get(&code) {
            Some(text) => text.to_string(),
            None => {
                let end = self.text_ranges.partition_point(|range| range.low <= code);
                // Ranges seldom overlap; a few before the last are looked at.
                let range = self.text_ranges[..end]
                    .iter()
                    .rev()
                    .take(8)
                    .find(|r| code <= r.high)?;
                shifted(&range.units, code - range.low)?
            }
        };
        let says_nothing = text
            .chars()
            .all(|c| c == '\0' || c == char::REPLACEMENT_CHARACTER);
        (!says_nothing).then_some(text)
    }

    /// The character identifier of a code.
    pub(super) fn cid(&self, code: u32) -> Option<u32> {
        let end = self.cid_ranges.partition_point(|range| range.low <= code);
        let range = self.cid_ranges[..end]
            .iter()
            .rev()
            .take(8)
            .find(|r| code <= r.high)?;
        Some(range.cid.saturating_add(code - range.low))
    }

    /// The next code in `bytes` and its length, by the code space ranges; two
    /// bytes where they say nothing.
    pub(super) fn next_code(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        let mut code = 0;
        for (index, &byte) in bytes.iter().take(4).enumerate() {
            code = code << 8 | u32::from(byte);
            let n_bytes = index + 1;
            if self
                .codespaces
                .iter()
                .any(|space| space.holds(code, n_bytes))
            {
                return Some((code, n_bytes));
            }
        }
        let shortest = self.codespaces.iter().map(|space| space.n_bytes).min();
        let n_bytes = shortest.unwrap_or(2).min(bytes.len());
        (n_bytes > 0).then(|| (number(&bytes[..n_bytes]), n_bytes))
    }

    fn add_codespaces(&mut self, operands: &[Operand<'_>]) {
        for pair in operands.chunks_exact(2) {
            if let (Some(low), Some(high)) = (pair[0].text(), pair[1].text())
                && (1..=4).contains(&low.len())
                && self.codespaces.len() < 256
            {
                self.codespaces.push(Codespace {
                    n_bytes: low.len(),
                    low: number(low),
                    high: number(high),
                });
            }
        }
    }

    fn add_texts(&mut self, operands: &[Operand<'_>]) {
        for pair in operands.chunks_exact(2) {
            if let (Some(code), Some(text)) = (pair[0].text(), pair[1].text()) {
                self.add_text(number(code), &units(text));
            }
        }
    }

    fn add_text(&mut self, code: u32, units: &[u16]) {
        if self.texts.len() < MAX_ENTRIES {
            self.texts
                .insert(code, String::from_utf16_lossy(units).into());
        }
    }

    fn add_text_ranges(&mut self, operands: &[Operand<'_>]) {
        for triple in operands.chunks_exact(3) {
            let (Some(low), Some(high)) = (triple[0].text(), triple[1].text()) else {
                continue;
            };
            let (low, high) = (number(low), number(high));
            match &triple[2] {
                Operand::Text(text) if self.text_ranges.len() < MAX_ENTRIES && low <= high => {
                    self.text_ranges.push(TextRange {
                        low,
                        high,
                        units: units(text),
                    });
                }
                Operand::Array(items) => {
                    for (code, item) in (low..=high).zip(items) {
                        if let Some(text) = item.text() {
                            self.add_text(code, &units(text));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// `size` 3: low, high, first identifier; 2: code, identifier.
    fn add_cids(&mut self, operands: &[Operand<'_>], size: usize) {
        for entry in operands.chunks_exact(size) {
            let (Some(low), Some(cid)) = (entry[0].text(), entry[size - 1].number()) else {
                continue;
            };
            let high = entry[size - 2].text().unwrap_or(low);
            if self.cid_ranges.len() < MAX_ENTRIES && cid >= 0.0 {
                self.cid_ranges.push(CidRange {
                    low: number(low),
                    high: number(high),
                    cid: cid as u32,
                });
            }
        }
    }
}

impl Codespace {
    /// Each byte of a code lies between those of the bounds.
    fn holds(&self, code: u32, n_bytes: usize) -> bool {
        n_bytes == self.n_bytes
            && (0..n_bytes).all(|at| {
                let byte = |number: u32| (number >> (8 * at)) & 0xff;
                (byte(self.low)..=byte(self.high)).contains(&byte(code))
            })
    }
}

/// Big-endian number of the last four bytes.
fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// UTF-16BE units; a lone byte is a unit.
fn units(bytes: &[u8]) -> Vec<u16> {
    // Longest texts of one code are ligatures of Arabic with some 18 units.
    let bytes = &bytes[..bytes.len().min(128)];
    if let [byte] = bytes {
        return vec![u16::from(*byte)];
    }
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect()
}

fn shifted(units: &[u16], offset: u32) -> Option<String> {
    let (&last, start) = units.split_last()?;
    if let (Some(&high), true) = (start.last(), (0xdc00..0xe000).contains(&last)) {
        // A surrogate pair grows as one scalar.
        let pair = char::decode_utf16([high, last]).next()?.ok()?;
        let grown = char::from_u32(u32::from(pair).checked_add(offset)?)?;
        let mut text = String::from_utf16_lossy(&start[..start.len() - 1]);
        text.push(grown);
        return Some(text);
    }
    let grown = u16::try_from(u32::from(last).checked_add(offset)?).ok()?;
    let mut all = start.to_vec();
    all.push(grown);
    Some(String::from_utf16_lossy(&all))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &[u8] = b"/CIDInit /ProcSet findresource begin begincmap
        1 begincodespacerange <00> <7F> endcodespacerange
        1 begincodespacerange <8000> <FFFF> endcodespacerange
        2 beginbfchar <01> <1EBF> <8001> <D835DC9C> endbfchar
        3 beginbfrange <10> <12> <0041> <20> <21> [<00660069> <0111>] <9000> <9002> <D835DC9C>
        endbfrange endcmap";

    #[test]
    fn single_codes_ranges_arrays_and_surrogates() {
        let map = CMap::parse(MAP);
        assert_eq!(map.text(1).as_deref(), Some("ế"));
        assert_eq!(map.text(0x12).as_deref(), Some("C"));
        assert_eq!(map.text(0x20).as_deref(), Some("fi"));
        assert_eq!(map.text(0x21).as_deref(), Some("đ"));
        assert_eq!(map.text(0x8001).as_deref(), Some("\u{1d49c}"));
        assert_eq!(map.text(0x9002).as_deref(), Some("\u{1d49e}"));
        assert_eq!(map.text(0x13), None);
    }

    #[test]
    fn code_space_ranges_part_the_bytes() {
        let map = CMap::parse(MAP);
        assert_eq!(map.next_code(&[0x10, 0x80]), Some((0x10, 1)));
        assert_eq!(map.next_code(&[0x80, 0x01, 0x10]), Some((0x8001, 2)));
        assert_eq!(map.next_code(&[]), None);
    }

    #[test]
    fn cid_ranges_map_codes() {
        let map = CMap::parse(
            b"1 begincidrange <20> <7e> 1 endcidrange 1 begincidchar <80> 7 endcidchar",
        );
        assert_eq!(
            (map.cid(0x21), map.cid(0x80), map.cid(0x90)),
            (Some(2), Some(7), None)
        );
    }
}
