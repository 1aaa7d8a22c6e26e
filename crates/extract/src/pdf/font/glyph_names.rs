//! Glyph names to text, by the Adobe Glyph List specification.

use std::sync::OnceLock;

/// Adobe Glyph List 2.0: 4,281 names, among them all Vietnamese letters
/// (`abreveacute`, `uhornhookabove`, `dcroat`), sorted by name.
const GLYPH_LIST: &str = include_str!("../../../data/glyphlist.txt");
/// Names of TeX's mathematical and text companion fonts.
const TEX: &str = include_str!("../../../data/tex_glyphs.txt");
/// Names of the ZapfDingbats font.
const DINGBATS: &str = include_str!("../../../data/zapfdingbats.txt");

fn table() -> &'static [(&'static str, &'static str)] {
    static TABLE: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut entries: Vec<_> = GLYPH_LIST
            .lines()
            .chain(DINGBATS.lines())
            .chain(TEX.lines())
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(';'))
            .collect();
        entries.sort_unstable();
        entries
    })
}

/// Names that fonts use and the list lacks: Vietnamese TeX fonts, and small
/// capitals and oldstyle digits of the Adobe expert sets.
const MORE_NAMES: [(&str, &str); 14] = [
    ("dbar", "đ"),
    ("Dbar", "Đ"),
    ("dmacron", "đ"),
    ("Dmacron", "Đ"),
    ("Hungarumlaut", "\u{30b}"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("suppress", ""),
    ("visiblespace", " "),
    ("nbspace", " "),
    ("hyphenchar", "-"),
];

/// The text of a glyph name: from the list; `uni1EA5`, `u1EA5`; `f_i` part by
/// part; what stands before the first point (`a.sc`). `None` when the name
/// says nothing (`g37`, `.notdef`).
pub(crate) fn text_of(name: &str) -> Option<String> {
    let stem = name.split('.').next().filter(|stem| !stem.is_empty())?;
    if let Some((_, text)) = MORE_NAMES.iter().find(|(known, _)| *known == stem) {
        return Some((*text).to_owned());
    }
    stem.split('_').map(component).collect()
}

fn component(name: &str) -> Option<String> {
    if let Some(text) = listed(name).or_else(|| listed(unstretched(name)?)) {
        return Some(text);
    }
    if let Some(digits) = name.strip_prefix("uni")
        && digits.len() >= 4
        && digits.len().is_multiple_of(4)
        && digits.is_ascii()
    {
        return digits
            .as_bytes()
            .chunks(4)
            .map(|four| std::str::from_utf8(four).ok().and_then(scalar))
            .collect();
    }
    let digits = name.strip_prefix('u')?;
    let is_code = (4..=6).contains(&digits.len());
    is_code.then(|| scalar(digits)).flatten().map(String::from)
}

fn listed(name: &str) -> Option<String> {
    let table = table();
    // The first of equal names: the Adobe list has duplicates of TeX's.
    let at = table.partition_point(|(known, _)| *known < name);
    let (known, codes) = table.get(at)?;
    let is_same = *known == name;
    is_same.then(|| {
        codes
            .split(' ')
            .filter(|code| !code.is_empty())
            .map(scalar)
            .collect()
    })?
}

/// `parenleftbigg` → `parenleft`, `summationdisplay` → `summation`: TeX's
/// shapes of one sign in several sizes and parts of tall ones.
fn unstretched(name: &str) -> Option<&str> {
    const ENDINGS: [&str; 10] = [
        "bigg", "Bigg", "big", "Big", "text", "display", "tp", "bt", "ex", "mid",
    ];
    ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|stem| stem.len() > 3)
}

fn scalar(digits: &str) -> Option<char> {
    let is_hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hexadecimal
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
        .and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::text_of;

    #[test]
    fn vietnamese_letters_have_names() {
        for (name, text) in [
            ("abreveacute", "ắ"),
            ("uhorngrave", "ừ"),
            ("ohornhookabove", "ở"),
            ("dcroat", "đ"),
            ("ydotbelow", "ỵ"),
            ("Ecircumflextilde", "Ễ"),
            ("uni1EA5", "ấ"),
            ("u1EA5", "ấ"),
            ("f_f_i", "ffi"),
            ("ffl", "ffl"),
            ("a.sc", "a"),
            ("parenleftbigg", "("),
            ("summationdisplay", "∑"),
            ("angbracketright", "⟩"),
            ("uni00410301", "A\u{301}"),
        ] {
            assert_eq!(text_of(name).as_deref(), Some(text), "{name}");
        }
        assert_eq!(text_of("g37"), None);
        assert_eq!(text_of(".notdef"), None);
        assert_eq!(text_of("uD800"), None);
    }
}
