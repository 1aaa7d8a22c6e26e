//! Rich Text Format (specification 1.9.1): the text, by the code pages of its
//! fonts.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::{Document, ExtractError, Limits, MediaType, plain};

/// Destinations that hold no text of the body.
const SKIPPED: &[&str] = &[
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "object",
    "fldinst",
    "themedata",
    "datastore",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "xmlnstbl",
    "latentstyles",
    "filetbl",
    "revtbl",
    "bkmkstart",
    "bkmkend",
    "annotation",
    "atnid",
    "atnauthor",
    "nonesttables",
    "shppict",
    "pntext",
    "pntxtb",
    "pntxta",
];

/// Reads an RTF file.
///
/// # Errors
/// Without any text, over a limit.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ExtractError> {
    let mut reader = Reader::default();
    reader.run(bytes, limits);
    let mut document = Document::new(MediaType::Rtf);
    document.set_pages(reader.out.split('\u{c}').map(plain::tidy), limits)?;
    if reader.depth > 0 {
        document
            .warnings
            .push("the file ends in the middle of a group".to_owned());
    }
    Ok(document)
}

/// What a group inherits.
#[derive(Debug, Clone, Copy)]
struct State {
    is_skipped: bool,
    is_font_table: bool,
    font: i32,
    /// Bytes that follow a `\u` for readers without Unicode.
    n_fallback: usize,
}

struct Reader {
    out: String,
    states: Vec<State>,
    state: State,
    depth: usize,
    /// Encodings by font number.
    fonts: HashMap<i32, &'static Encoding>,
    default_font: i32,
    code_page: &'static Encoding,
    /// Bytes of the current font that wait for their decoding: code pages of
    /// East Asia use two for a character.
    pending: Vec<u8>,
    n_to_skip: usize,
    font_name: String,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            out: String::new(),
            states: Vec::new(),
            state: State {
                is_skipped: false,
                is_font_table: false,
                font: -1,
                n_fallback: 1,
            },
            depth: 0,
            fonts: HashMap::new(),
            default_font: -1,
            code_page: WINDOWS_1252,
            pending: Vec::new(),
            n_to_skip: 0,
            font_name: String::new(),
        }
    }
}

/// Open groups; real files stay under a hundred.
const MAX_GROUPS: usize = 10_000;

impl Reader {
    fn run(&mut self, bytes: &[u8], limits: &Limits) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'{' => self.open(),
                b'}' => self.close(),
                b'\\' => at = self.control(bytes, at),
                b'\r' | b'\n' => {}
                byte => self.byte(byte),
            }
            if self.out.len() > limits.max_text_chars {
                break;
            }
        }
        self.flush();
    }

    fn open(&mut self) {
        self.flush();
        self.depth += 1;
        if self.states.len() < MAX_GROUPS {
            self.states.push(self.state);
        }
    }

    fn close(&mut self) {
        self.flush();
        self.depth = self.depth.saturating_sub(1);
        if let Some(state) = self.states.pop() {
            self.state = state;
        }
    }

    /// A control word or symbol that starts at `at`; gives back where it ends.
    fn control(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(&first) = bytes.get(at) else {
            return at;
        };
        if !first.is_ascii_alphabetic() {
            return self.symbol(bytes, at, first);
        }
        let len = |from: usize, is_in: fn(&u8) -> bool| {
            bytes[from..].iter().take_while(|b| is_in(b)).count()
        };
        let word_end = at + len(at, u8::is_ascii_alphabetic);
        let word = std::str::from_utf8(&bytes[at..word_end]).unwrap_or_default();
        let sign = usize::from(bytes.get(word_end) == Some(&b'-'));
        let number_end = word_end + sign + len(word_end + sign, u8::is_ascii_digit);
        let number = std::str::from_utf8(&bytes[word_end..number_end])
            .ok()
            .and_then(|number| number.parse::<i32>().ok());
        let mut end = if number.is_some() {
            number_end
        } else {
            word_end
        };
        if bytes.get(end) == Some(&b' ') {
            end += 1;
        }
        if word == "bin" {
            return end
                .saturating_add(usize::try_from(number.unwrap_or(0)).unwrap_or(0))
                .min(bytes.len());
        }
        self.word(word, number);
        end
    }

    fn symbol(&mut self, bytes: &[u8], at: usize, symbol: u8) -> usize {
        match symbol {
            b'\'' => {
                let digits = bytes
                    .get(at + 1..at + 3)
                    .and_then(|digits| std::str::from_utf8(digits).ok());
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                if let Some(byte) = byte {
                    self.byte(byte);
                    return at + 3;
                }
            }
            b'*' => self.state.is_skipped = true,
            b'~' => self.show(" "),
            b'_' => self.show("-"),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'\r' | b'\n' => self.show("\n\n"),
            _ => {}
        }
        at + 1
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        match word {
            "fonttbl" => self.state.is_font_table = true,
            "f" => {
                self.flush();
                self.state.font = number.unwrap_or(0);
                self.font_name.clear();
            }
            "fcharset" => {
                let encoding = charset(number.unwrap_or(0)).unwrap_or(self.code_page);
                self.fonts.insert(self.state.font, encoding);
            }
            "deff" => self.default_font = number.unwrap_or(-1),
            "ansicpg" => self.code_page = code_page(number.unwrap_or(1252)),
            "plain" => {
                self.flush();
                self.state.font = self.default_font;
            }
            "uc" => {
                self.state.n_fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(16)
            }
            "u" => self.unicode(number.unwrap_or(0)),
            "par" | "sect" => self.show("\n\n"),
            "line" | "row" => self.show("\n"),
            "page" => self.show("\u{c}"),
            "cell" | "tab" => self.show("\t"),
            "emdash" => self.show("—"),
            "endash" => self.show("–"),
            "lquote" => self.show("‘"),
            "rquote" => self.show("’"),
            "ldblquote" => self.show("“"),
            "rdblquote" => self.show("”"),
            "bullet" => self.show("•"),
            "emspace" | "enspace" | "qmspace" => self.show(" "),
            word if SKIPPED.contains(&word) => self.state.is_skipped = true,
            _ => {}
        }
    }

    /// `\u`: a unit of UTF-16, its fallback skipped.
    fn unicode(&mut self, unit: i32) {
        let unit = if unit < 0 { unit + 0x1_0000 } else { unit };
        let text = u32::try_from(unit).ok().and_then(char::from_u32);
        self.show(text.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]));
        self.n_to_skip = self.state.n_fallback;
    }

    fn byte(&mut self, byte: u8) {
        if self.n_to_skip > 0 {
            self.n_to_skip -= 1;
        } else if self.state.is_font_table {
            self.name_byte(byte);
        } else if !self.state.is_skipped {
            self.pending.push(byte);
        }
    }

    /// A font made for a Vietnamese 8-bit encoding shows its own letters
    /// whatever character set the file names: its bytes are read as Latin ones,
    /// for the repair to come.
    fn name_byte(&mut self, byte: u8) {
        if byte != b';' {
            self.font_name.push(char::from(byte));
            return;
        }
        let name = std::mem::take(&mut self.font_name).to_ascii_lowercase();
        let name = name.trim();
        if name.starts_with(".vn") || name.starts_with("vni") {
            self.fonts.insert(self.state.font, WINDOWS_1252);
        }
    }

    fn show(&mut self, text: &str) {
        self.flush();
        self.n_to_skip = 0;
        if !self.state.is_skipped && !self.state.is_font_table {
            self.out.push_str(text);
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let encoding = self
            .fonts
            .get(&self.state.font)
            .copied()
            .unwrap_or(self.code_page);
        self.out
            .push_str(&encoding.decode_without_bom_handling(&self.pending).0);
        self.pending.clear();
    }
}

/// The code page of a Windows character set.
fn charset(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        0 => WINDOWS_1252,
        128 => encoding_rs::SHIFT_JIS,
        129 => encoding_rs::EUC_KR,
        134 => encoding_rs::GBK,
        136 => encoding_rs::BIG5,
        161 => encoding_rs::WINDOWS_1253,
        162 => encoding_rs::WINDOWS_1254,
        163 => encoding_rs::WINDOWS_1258,
        204 => encoding_rs::WINDOWS_1251,
        222 => encoding_rs::WINDOWS_874,
        238 => encoding_rs::WINDOWS_1250,
        _ => return None,
    })
}

fn code_page(number: i32) -> &'static Encoding {
    match number {
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        874 => encoding_rs::WINDOWS_874,
        65001 => encoding_rs::UTF_8,
        1250..=1258 => {
            Encoding::for_label(format!("windows-{number}").as_bytes()).unwrap_or(WINDOWS_1252)
        }
        _ => WINDOWS_1252,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(rtf: &[u8]) -> String {
        read(rtf, &Limits::default()).unwrap().text()
    }

    #[test]
    fn unicode_code_pages_and_structure() {
        let rtf = br"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times;}{\f1\fcharset163 Arial;}}{\info{\title no}}Vi\u7879?t \f1 N\'e2m\par A\cell B\cell\row{\*\generator x}{\b c}}";
        assert_eq!(
            text_of(rtf),
            "Việt Nâm\n\nA\tB\nc"
                .replace("B\n", "B\t\n")
                .replace("\t\n", "\n")
        );
    }

    #[test]
    fn garbage_never_panics() {
        for rtf in [
            &b"{\\rtf1 \\'zz\\bin99999999 a"[..],
            b"{\\rtf1}}}}\\u-1\\",
            b"{\\rtf1 \\f-\\u99999999999 a}",
        ] {
            drop(read(rtf, &Limits::default()));
        }
    }
}
