//! Text of binary Word files ([MS-DOC]; Word 6 and 95 by their older header).

use encoding_rs::WINDOWS_1252;

use super::{Container, u16_at, u32_at, utf16};
use crate::ExtractError;

/// `wIdent` of Word 97 and later, and of Word 6 and 95.
const WORD_97: u16 = 0xa5ec;
const WORD_6: u16 = 0xa5dc;
/// Flag of `FibBase`: encrypted.
const ENCRYPTED: u16 = 0x0100;
/// Flag of `FibBase`: the table stream is `1Table`.
const TABLE_1: u16 = 0x0200;
/// Offsets of `FibRgLw97`: characters of the main text, notes, headers, …
const CCP_TEXT: usize = 0x4c;
/// Offset of `fcClx` in the header.
const FC_CLX: usize = 0x01a2;

/// The text, cut at page breaks.
pub(super) fn pages(file: &mut Container<'_>) -> Result<Vec<String>, ExtractError> {
    let Some(word) = file.stream("/WordDocument")? else {
        return Err(file.damaged("it has no stream `WordDocument`"));
    };
    let flags = u16_at(&word, 0x0a).unwrap_or_default();
    if flags & ENCRYPTED != 0 {
        return Err(ExtractError::NeedsPassword);
    }
    let raw = match u16_at(&word, 0) {
        Some(WORD_97) => {
            let name = if flags & TABLE_1 != 0 {
                "/1Table"
            } else {
                "/0Table"
            };
            let table = file.stream(name)?.unwrap_or_default();
            by_pieces(&word, &table)
        }
        Some(WORD_6) => by_range(&word),
        _ => None,
    };
    let raw = raw.ok_or_else(|| file.damaged("its table of pieces is broken"))?;
    Ok(readable(&raw).split('\u{c}').map(str::to_owned).collect())
}

/// Word 6 and 95: one stretch of bytes.
fn by_range(word: &[u8]) -> Option<String> {
    let (from, to) = (u32_at(word, 0x18)? as usize, u32_at(word, 0x1c)? as usize);
    let bytes = word.get(from..to.min(word.len()))?;
    Some(
        WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    )
}

/// The text by the table of pieces: main text, notes, text boxes; without
/// headers and comments.
fn by_pieces(word: &[u8], table: &[u8]) -> Option<String> {
    let pieces = piece_table(word, table)?;
    // A table of n pieces: n + 1 positions of 4 bytes, n descriptors of 8.
    let n_pieces = pieces.len().checked_sub(4)? / 12;
    let mut text = Vec::new();
    for index in 0..n_pieces {
        let n_chars = u32_at(pieces, 4 * (index + 1))?.checked_sub(u32_at(pieces, 4 * index)?)?;
        let offset = u32_at(pieces, 4 * (n_pieces + 1) + 8 * index + 2)?;
        let n_chars = n_chars as usize;
        let piece = if offset & 0x4000_0000 != 0 {
            let from = (offset & !0x4000_0000) as usize / 2;
            let bytes = word.get(from..from.checked_add(n_chars)?.min(word.len()))?;
            WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
                .into_owned()
        } else {
            let from = offset as usize;
            utf16(word.get(from..from.checked_add(2 * n_chars)?.min(word.len()))?)
        };
        text.extend(piece.chars());
        if text.len() > word.len() {
            // Pieces that overlap would make a bomb of the file.
            break;
        }
    }
    Some(wanted_parts(word, &text))
}

/// `Clx`: property changes (type 1), then the piece table (type 2).
fn piece_table<'t>(word: &[u8], table: &'t [u8]) -> Option<&'t [u8]> {
    let from = u32_at(word, FC_CLX)? as usize;
    let len = u32_at(word, FC_CLX + 4)? as usize;
    let mut clx = table.get(from..from.checked_add(len)?.min(table.len()))?;
    loop {
        match clx.first()? {
            1 => clx = clx.get(3 + usize::from(u16_at(clx, 1)?)..)?,
            2 => {
                let len = u32_at(clx, 1)? as usize;
                return clx.get(5..5usize.checked_add(len)?.min(clx.len()));
            }
            _ => return None,
        }
    }
}

/// Main text, footnotes, endnotes and text boxes of the whole character run.
fn wanted_parts(word: &[u8], text: &[char]) -> String {
    // Order: text, footnotes, headers, macros, comments, endnotes, text boxes,
    // text boxes of headers.
    const WANTED: [bool; 8] = [true, true, false, false, false, true, true, false];
    let mut out = String::new();
    let mut at = 0usize;
    for (index, is_wanted) in WANTED.into_iter().enumerate() {
        let len = u32_at(word, CCP_TEXT + 4 * index).unwrap_or_default() as usize;
        let end = at.saturating_add(len).min(text.len());
        if is_wanted && at < end {
            out.extend(&text[at..end]);
            out.push('\r');
        }
        at = end;
    }
    if out.is_empty() {
        text.iter().collect()
    } else {
        out
    }
}

/// Control characters to what they mean; instructions of fields left out.
fn readable(raw: &str) -> String {
    let mut out = String::new();
    // For each open field: whether its instruction is still on.
    let mut fields: Vec<bool> = Vec::new();
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{13}' => fields.push(true),
            '\u{14}' => {
                if let Some(field) = fields.last_mut() {
                    *field = false;
                }
            }
            '\u{15}' => drop(fields.pop()),
            _ if fields.contains(&true) => {}
            '\r' => out.push_str("\n\n"),
            '\u{b}' => out.push('\n'),
            // Two cell marks in a row end a table row.
            '\u{7}' if chars.peek() == Some(&'\u{7}') => {
                chars.next();
                out.push('\n');
            }
            '\u{7}' => out.push('\t'),
            '\u{1e}' => out.push('-'),
            '\u{c}' | '\t' => out.push(c),
            c if c < ' ' || c == '\u{1f}' => {}
            '\u{a0}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_show_their_result_and_cells_stay_in_their_row() {
        let raw = "Trang \u{13} PAGE \u{14}7\u{15}\rA\u{7}B\u{7}\u{7}C\u{7}D\u{7}\u{7}";
        assert_eq!(readable(raw), "Trang 7\n\nA\tB\nC\tD\n");
    }

    #[test]
    fn broken_tables_give_nothing_and_never_panic() {
        let mut word = vec![0u8; 0x300];
        word[FC_CLX..FC_CLX + 8].copy_from_slice(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(by_pieces(&word, &[2, 0xff, 0xff, 0xff, 0xff, 1]), None);
        assert_eq!(by_pieces(&word, &[1, 0xff, 0xff]), None);
        assert_eq!(by_range(&[0xdc, 0xa5]), None);
    }
}
