//! Text without markup, in any encoding.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};
use records::Page;
use unicode_normalization::UnicodeNormalization;

use crate::{Document, ExtractError, Limits, MediaType};

/// How much of a file is looked at to tell text from binary data.
const SAMPLE_BYTES: usize = 64 << 10;

/// Whether the bytes are text: no control characters but white space, form
/// feed and escape, in UTF-16 when a byte order mark or its zero bytes say so.
pub(crate) fn looks_like_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    if utf16_of(sample).is_some() {
        return true;
    }
    let is_control =
        |&&b: &&u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x1a);
    // TCVN3 and VNI texts use some C1 bytes, never C0 ones; a file that was cut
    // by an old editor may carry one or two.
    let n_controls = sample.iter().filter(is_control).count();
    n_controls * 1000 <= sample.len() && !sample.contains(&0)
}

/// Reads a text file: form feeds part its pages.
///
/// # Errors
/// [`ExtractError::NoText`] when there is nothing but white space.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ExtractError> {
    let (text, encoding) = decode(bytes);
    if text.trim().is_empty() {
        return Err(ExtractError::NoText);
    }
    let mut document = Document::new(MediaType::PlainText);
    if text.chars().nth(limits.max_text_chars).is_some() {
        return Err(ExtractError::TooLarge {
            limit: limits.max_text_chars as u64,
            unit: "characters",
        });
    }
    document.encoding = Some(encoding.name().to_ascii_lowercase());
    document.pages = text
        .split('\u{c}')
        .zip(1..)
        .map(|(text, number)| Page::new(number, tidy(text)))
        .collect();
    Ok(document)
}

/// Canonical composition, unix line ends, no byte order mark, no trailing
/// blanks.
pub(crate) fn tidy(text: &str) -> String {
    let lines: Vec<String> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.trim_end().nfc().collect())
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// A cell as one line: what would cut a row or shift its cells becomes a blank.
pub(crate) fn one_line(cell: &str) -> String {
    let line: String = cell.trim().nfc().collect();
    line.replace(['\n', '\r', '\t', '\u{c}'], " ")
}

/// Decodes by byte order mark, by zero bytes, as UTF-8 when it is that, else as
/// windows-1258, the Vietnamese code page: any byte has a character there, so
/// that a legacy font encoding comes out as the mojibake that repair expects.
pub(crate) fn decode(bytes: &[u8]) -> (String, &'static Encoding) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding.decode(bytes).0.into_owned(), encoding);
    }
    if let Some(encoding) = utf16_of(bytes) {
        return (encoding.decode(bytes).0.into_owned(), encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), UTF_8),
        Err(_) => (WINDOWS_1258.decode(bytes).0.into_owned(), WINDOWS_1258),
    }
}

/// UTF-16 by its mark, or by one zero byte in more than a third of the units
/// (spaces, digits and plain letters) all on one side.
fn utf16_of(bytes: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding != UTF_8).then_some(encoding);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let units = sample.chunks_exact(2);
    let n_units = units.len();
    let zero_high = units
        .clone()
        .filter(|unit| unit[0] == 0 && unit[1] != 0)
        .count();
    let zero_low = units.filter(|unit| unit[1] == 0 && unit[0] != 0).count();
    if n_units >= 4 && zero_low * 3 > n_units && zero_high == 0 {
        Some(UTF_16LE)
    } else if n_units >= 4 && zero_high * 3 > n_units && zero_low == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "Những nguyên tắc\nđo đạc";

    fn text_of(bytes: &[u8]) -> (String, String) {
        let document = crate::extract(bytes, None, &Limits::default()).unwrap();
        (document.text(), document.encoding.unwrap())
    }

    #[test]
    fn unicode_in_all_its_forms_is_one_text() {
        let mut utf16le = vec![0xff, 0xfe];
        utf16le.extend(SENTENCE.encode_utf16().flat_map(u16::to_le_bytes));
        let utf16be: Vec<u8> = SENTENCE.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let decomposed: String = SENTENCE.nfd().collect();
        for (bytes, encoding) in [
            (SENTENCE.as_bytes(), "utf-8"),
            (decomposed.as_bytes(), "utf-8"),
            (&utf16le, "utf-16le"),
            (&utf16be, "utf-16be"),
        ] {
            assert_eq!(text_of(bytes), (SENTENCE.to_owned(), encoding.to_owned()));
        }
    }

    #[test]
    fn the_vietnamese_code_page_is_composed() {
        // "Việt" as windows-1258 writes it: e-circumflex, then the dot below.
        assert_eq!(text_of(b"Vi\xea\xf2t Nam").0, "Việt Nam");
    }

    #[test]
    fn form_feeds_part_pages() {
        let document = crate::extract(b"one\n\x0ctwo", None, &Limits::default()).unwrap();
        assert_eq!(document.pages.len(), 2);
        assert_eq!(
            (document.pages[1].number, document.pages[1].text.as_str()),
            (2, "two")
        );
    }

    #[test]
    fn blanks_are_no_text() {
        let outcome = crate::extract(b" \n\t ", None, &Limits::default());
        assert!(matches!(outcome, Err(ExtractError::NoText)));
    }
}
