//! The encoding of a MARC record: UTF-8, MARC-8, or an 8-bit encoding of
//! Vietnamese computers, whatever the leader says.
//! **Source:** MARC 21 Specifications, Character Sets and Encoding Options.

use std::{collections::HashMap, sync::LazyLock};

use encoding_rs::WINDOWS_1252;
use unicode_normalization::UnicodeNormalization;

use crate::decode;

const ESCAPE: u8 = 0x1b;

// The final bytes of the escape sequences that name the sets.
const BASIC_LATIN: u8 = 0x42;
const EXTENDED_LATIN: u8 = 0x45;
const GREEK_SYMBOLS: u8 = 0x67;
const SUBSCRIPTS: u8 = 0x62;
const SUPERSCRIPTS: u8 = 0x70;
const EAST_ASIAN: u8 = 0x31;

/// Characters of a set by their codes, each with whether it combines.
type Table = HashMap<u32, (char, bool)>;

/// All sets, by the final bytes of their escape sequences.
static SETS: LazyLock<HashMap<u8, Table>> = LazyLock::new(|| {
    let mut sets: HashMap<u8, Table> = HashMap::new();
    let mut set = 0;
    for line in include_str!("character_sets.txt").lines() {
        if let Some(head) = line.strip_prefix("= ") {
            let word = head.split(' ').next().unwrap_or_default();
            set = u8::from_str_radix(word, 16).unwrap_or_default();
        } else if !line.starts_with('#') {
            let entries = line.split(' ').filter_map(entry);
            sets.entry(set).or_default().extend(entries);
        }
    }
    sets
});

/// `e3:302+`
fn entry(text: &str) -> Option<(u32, (char, bool))> {
    let (code, character) = text.split_once(':')?;
    let number = u32::from_str_radix(character.trim_end_matches('+'), 16).ok()?;
    let code = u32::from_str_radix(code, 16).ok()?;
    Some((code, (char::from_u32(number)?, character.ends_with('+'))))
}

fn lookup(set: u8, code: u32) -> Option<(char, bool)> {
    SETS.get(&set)?.get(&code).copied()
}

/// How the text of a record is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Marc8,
    /// TCVN3, VNI and their like, read as windows-1252 and repaired.
    Legacy,
}

/// Tells the encoding of a record by its bytes first: the leader is wrong more
/// often than UTF-8 is so by chance.
pub(super) fn tell(leader: u8, data: &[u8], remarks: &mut Vec<String>) -> Encoding {
    let is_ascii = data.iter().all(|byte| byte.is_ascii() && *byte != ESCAPE);
    let says_utf8 = leader == b'a';
    if is_ascii {
        return Encoding::Utf8;
    }
    if str::from_utf8(data).is_ok() && !data.contains(&ESCAPE) {
        if !says_utf8 {
            remarks.push("the leader says MARC-8, the text is UTF-8".to_owned());
        }
        return Encoding::Utf8;
    }
    if says_utf8 && is_mostly_utf8(data) {
        let (_, remark) = decode::lossless(data);
        remarks.extend(remark);
        return Encoding::Utf8;
    }
    let (western, _, _) = WINDOWS_1252.decode(data);
    let repaired = text::repair(&western.replace(['\u{1e}', '\u{1f}'], " "));
    if let Some(run) = repaired.runs.first() {
        remarks.push(format!("text in the encoding `{}` repaired", run.encoding));
        return Encoding::Legacy;
    }
    if says_utf8 {
        remarks.push("the leader says UTF-8, the text is not; read as MARC-8".to_owned());
    }
    Encoding::Marc8
}

fn is_mostly_utf8(data: &[u8]) -> bool {
    let (good, bad) = data.utf8_chunks().fold((0, 0), |(good, bad), chunk| {
        let letters = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        (
            good + letters,
            bad + usize::from(!chunk.invalid().is_empty()),
        )
    });
    good > bad
}

impl Encoding {
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).nfc().collect(),
            Self::Marc8 => marc8(bytes),
            Self::Legacy => text::repair(&WINDOWS_1252.decode(bytes).0).text,
        }
    }
}

/// Reads MARC-8: marks stand before their letter and go behind it; escape
/// sequences change the tables of the lower and the upper half.
fn marc8(bytes: &[u8]) -> String {
    let mut reader = Marc8 {
        lower: BASIC_LATIN,
        upper: EXTENDED_LATIN,
        marks: Vec::new(),
        text: String::with_capacity(bytes.len()),
    };
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            ESCAPE => reader.escape(after),
            // C1 of MARC-8: marks around words that do not sort.
            0..=0x1f | 0x7f..=0xa0 => after,
            _ => reader.character(rest),
        };
    }
    reader.flush();
    reader.text.nfc().collect()
}

struct Marc8 {
    lower: u8,
    upper: u8,
    marks: Vec<char>,
    text: String,
}

impl Marc8 {
    /// Reads what follows an escape; gives the rest. A sequence that is none
    /// is passed over.
    fn escape<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (is_upper, at) = match bytes {
            [b'g', rest @ ..] => return self.set_lower(GREEK_SYMBOLS, rest),
            [b'b', rest @ ..] => return self.set_lower(SUBSCRIPTS, rest),
            [b'p', rest @ ..] => return self.set_lower(SUPERSCRIPTS, rest),
            [b's', rest @ ..] => return self.set_lower(BASIC_LATIN, rest),
            [b'$', b')' | b'-', ..] => (true, 2),
            [b'$', b'(' | b',', ..] => (false, 2),
            [b'$', ..] => (false, 1),
            [b'(' | b',', ..] => (false, 1),
            [b')' | b'-', ..] => (true, 1),
            _ => return bytes,
        };
        // `!E` names the extended Latin of ANSEL.
        let at = at + usize::from(bytes.get(at) == Some(&b'!'));
        let Some(set) = bytes
            .get(at)
            .copied()
            .filter(|byte| SETS.contains_key(byte))
        else {
            return bytes.get(at..).unwrap_or_default();
        };
        match is_upper {
            true => self.upper = set,
            false => self.lower = set,
        }
        &bytes[at + 1..]
    }

    fn set_lower<'a>(&mut self, set: u8, rest: &'a [u8]) -> &'a [u8] {
        self.lower = set;
        rest
    }

    fn character<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let first = bytes[0];
        let set = if first >= 0xa0 {
            self.upper
        } else {
            self.lower
        };
        if set == EAST_ASIAN {
            return match first {
                b' ' => {
                    self.push(' ', false);
                    &bytes[1..]
                }
                _ => self.ideograph(bytes),
            };
        }
        // Tables are kept for the half in which their set is at home.
        let code = u32::from(first);
        let found = lookup(set, code).or_else(|| lookup(set, code ^ 0x80));
        let plain = first.is_ascii().then_some((char::from(first), false));
        let (character, is_mark) = found
            .or(plain)
            .unwrap_or((char::REPLACEMENT_CHARACTER, false));
        self.push(character, is_mark);
        &bytes[1..]
    }

    /// Three bytes of the East Asian set.
    fn ideograph<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(three) = bytes.get(..3).filter(|three| !three.contains(&ESCAPE)) else {
            self.push(char::REPLACEMENT_CHARACTER, false);
            return &bytes[1..];
        };
        let key = three
            .iter()
            .fold(0, |key, byte| (key << 8) | u32::from(byte & 0x7f));
        let (character, is_mark) =
            lookup(EAST_ASIAN, key).unwrap_or((char::REPLACEMENT_CHARACTER, false));
        self.push(character, is_mark);
        &bytes[3..]
    }

    fn push(&mut self, character: char, is_mark: bool) {
        if is_mark {
            self.marks.push(character);
        } else {
            self.text.push(character);
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.text.extend(self.marks.drain(..));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_in_ansel() {
        // Hook above E0, tilde E4, grave E1, acute E2, circumflex E3, horn
        // letters AC and BC (o), AD and BD (u), dot below F2, crossed d B3.
        let bytes = b"Nguy\xe3\xe4en V\xe6an, n\xbd\xbcc \xb3\xe2o, Vi\xf2\xe3et";
        assert_eq!(marc8(bytes), "Nguyễn Văn, nươc đó, Việt");
    }

    #[test]
    fn escapes_change_the_alphabet_and_broken_ones_do_no_harm() {
        assert_eq!(marc8(b"a \x1b(N\x41\x42\x1b(B b"), "a \u{430}\u{431} b");
        assert_eq!(marc8(b"a\x1b"), "a");
        assert_eq!(marc8(b"x\x1b$1\x21\x30"), "x\u{fffd}\u{fffd}");
        assert_eq!(marc8(b"\x1bgb\x1bs b"), "β b");
    }

    /// Lines in both encodings, from the tests of a MARC library.
    #[test]
    fn all_scripts_of_real_records() {
        let data = std::env::var("TRITHUC_TEST_DATA").unwrap_or_else(|_| {
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned()
        });
        let folder = std::path::Path::new(&data).join("records/marc/pymarc/test");
        let read = |name| std::fs::read(folder.join(name));
        let (Ok(old), Ok(new)) = (read("test_marc8.txt"), read("test_utf8.txt")) else {
            eprintln!(
                "SKIPPED: no lines in MARC-8 at `{}`; set TRITHUC_TEST_DATA",
                folder.display()
            );
            return;
        };
        let new = String::from_utf8(new).unwrap();
        let lines = old.split(|byte| *byte == b'\n').zip(new.lines());
        let n_lines = new.lines().count();
        let wrong: Vec<(String, &str)> = lines
            .map(|(old, new)| (marc8(old), new))
            .filter(|(read, new)| *read != new.nfc().collect::<String>())
            .collect();
        // The second text has fill characters where the first has good ones.
        assert!(
            wrong.len() * 200 <= n_lines,
            "{} of {n_lines}: {:?}",
            wrong.len(),
            &wrong[..wrong.len().min(5)]
        );
    }

    #[test]
    fn the_bytes_win_over_the_leader() {
        let mut remarks = Vec::new();
        assert_eq!(
            tell(b' ', "Nguyễn".as_bytes(), &mut remarks),
            Encoding::Utf8
        );
        assert_eq!(remarks.len(), 1);
        assert_eq!(tell(b'a', b"caf\xe2e \xe1a", &mut remarks), Encoding::Marc8);
    }
}
