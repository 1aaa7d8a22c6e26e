//! Private-use characters that producers write for the glyphs of symbol fonts,
//! as the characters that readers see.

use super::{encodings::NamedEncoding, glyph_names};

/// Shapes of the Adobe Glyph List in U+F8E6 to U+F8FE: parts of tall brackets,
/// in order.
const BRACKET_PARTS: &str = "│─®©™⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪⎮⎞⎟⎠⎤⎥⎦⎫⎬⎭";
/// Signs of the Wingdings fonts in U+F020 to U+F0FF that stand before items of
/// lists in documents of offices, and the plainest of the rest.
const WINGDINGS: [(u8, char); 24] = [
    (0x2a, '✉'),
    (0x46, '☞'),
    (0x4a, '☺'),
    (0x6c, '●'),
    (0x6e, '■'),
    (0x6f, '□'),
    (0x71, '❑'),
    (0x72, '❒'),
    (0x73, '⬧'),
    (0x74, '⧫'),
    (0x75, '◆'),
    (0x76, '❖'),
    (0x9f, '•'),
    (0xa1, '○'),
    (0xa7, '▪'),
    (0xa8, '◻'),
    (0xb7, '•'),
    (0xd8, '➢'),
    (0xe0, '→'),
    (0xe8, '➔'),
    (0xf0, '⇨'),
    (0xfb, '✗'),
    (0xfc, '✓'),
    (0xfe, '☑'),
];

/// The text with its private-use characters replaced where their meaning is
/// known; `font` is the font's name.
pub(super) fn without_private_use(text: String, font: &str) -> String {
    if !text.contains(is_private) {
        return text;
    }
    text.chars()
        .map(|character| public(character, font))
        .collect()
}

fn is_private(character: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&character)
}

fn public(character: char, font: &str) -> char {
    let code = u32::from(character);
    let found = match code {
        0xf6be => Some('ȷ'),
        0xf6c3 => Some('\u{326}'),
        0xf8e6..=0xf8fe => BRACKET_PARTS.chars().nth((code - 0xf8e6) as usize),
        // The code in the symbol font itself, moved up by Windows.
        0xf020..=0xf0ff => u8::try_from(code - 0xf000)
            .ok()
            .and_then(|code| symbol(code, font)),
        _ => None,
    };
    found.unwrap_or(character)
}

fn symbol(code: u8, font: &str) -> Option<char> {
    if font.contains("Wingding") {
        return WINGDINGS
            .iter()
            .find(|(known, _)| *known == code)
            .map(|(_, sign)| *sign);
    }
    // Other fonts that hide their codes there are Symbol or follow it.
    let name = NamedEncoding::Symbol.glyph_names()[usize::from(code)]?;
    let text = glyph_names::text_of(name)?;
    text.chars().next().filter(|sign| !is_private(*sign))
}

#[cfg(test)]
mod tests {
    use super::without_private_use;

    #[test]
    fn bullets_and_brackets_become_public() {
        let public = |text: &str, font| without_private_use(text.to_owned(), font);
        assert_eq!(public("\u{f0b7}", "SymbolMT"), "•");
        assert_eq!(public("\u{f02d}", "SymbolMT"), "−");
        assert_eq!(public("\u{f0d8}", "Wingdings-Regular"), "➢");
        assert_eq!(public("\u{f8eb}\u{f8fe}", "CMEX10"), "⎛⎭");
        assert_eq!(public("Ắ", "Arial"), "Ắ");
        assert_eq!(public("\u{e001}", "Arial"), "\u{e001}");
    }
}
