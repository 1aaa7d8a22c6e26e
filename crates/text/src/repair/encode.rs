//! The reverse of repair: clean text made into mojibake, for tests and measurements.

use super::{Encoding, tables, tone};
use rustc_hash::FxHashMap;

/// Writes `text` (NFC) in `encoding` and gives the Latin-1 reading of the bytes.
///
/// Letters that an encoding has no code for (capitals with a tone in TCVN3) are written as their small letter, as
/// the fonts for capitals do.
pub fn encode(text: &str, encoding: Encoding) -> String {
    if encoding == Encoding::WrongTone {
        return text.chars().map(tone::damaged).collect();
    }
    let codes = codes(encoding);
    text.chars()
        .map(|c| match codes.get(&c).or_else(|| codes.get(&small(c))) {
            Some(code) => code.clone(),
            None => c.to_string(),
        })
        .collect()
}

fn small(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn capital(c: char) -> char {
    c.to_uppercase().next().unwrap_or(c)
}

fn codes(encoding: Encoding) -> FxHashMap<char, String> {
    let mut codes = FxHashMap::default();
    let mut single = |lower: &[u8; 67], upper: Option<&[u8; 67]>| {
        for (at, letter) in tables::LETTERS.chars().enumerate() {
            codes.insert(letter, char::from(lower[at]).to_string());
            if let Some(upper) = upper {
                codes.insert(capital(letter), char::from(upper[at]).to_string());
            }
        }
    };
    match encoding {
        Encoding::Tcvn3 => {
            single(&tables::TCVN3, None);
            codes.extend(
                tables::TCVN3_UPPER
                    .iter()
                    .map(|&(byte, c)| (c, char::from(byte).to_string())),
            );
        }
        Encoding::Viscii => single(&tables::VISCII, Some(&tables::VISCII_UPPER)),
        Encoding::Vps => single(&tables::VPS, Some(&tables::VPS_UPPER)),
        Encoding::Vni => marked(&mut codes, tables::VNI),
        Encoding::BkHcm2 => marked(&mut codes, tables::BK_HCM2),
        Encoding::Viqr => viqr(&mut codes),
        Encoding::WrongTone => {}
    }
    codes
}

fn marked(codes: &mut FxHashMap<char, String>, table: &str) {
    for (letter, code) in tables::LETTERS.chars().zip(table.split_whitespace()) {
        codes.insert(letter, code.to_string());
        codes.insert(capital(letter), code.to_uppercase());
    }
}

fn viqr(codes: &mut FxHashMap<char, String>) {
    for letter in tables::LETTERS.chars().flat_map(|l| [l, capital(l)]) {
        let mut code = String::new();
        unicode_normalization::char::decompose_canonical(letter, |part| {
            code.push(match part {
                'đ' => 'd',
                'Đ' => 'D',
                '\u{301}' => '\'',
                '\u{300}' => '`',
                '\u{309}' => '?',
                '\u{303}' => '~',
                '\u{323}' => '.',
                '\u{302}' => '^',
                '\u{306}' => '(',
                '\u{31B}' => '+',
                other => other,
            });
        });
        if matches!(letter, 'đ' | 'Đ') {
            code.push_str(&code.clone());
        }
        // Canonical order puts the dot below before the circumflex; VIQR writes the quality first.
        if let [base, b'.', quality @ (b'^' | b'(')] = *code.as_bytes() {
            code = [char::from(base), char::from(quality), '.']
                .iter()
                .collect();
        }
        codes.insert(letter, code);
    }
}
