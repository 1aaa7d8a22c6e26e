//! Cuts text into atoms: the pieces that no word boundary ever divides.
//!
//! An atom is a syllable or word, a number with its sign of per cent or degree,
//! a date, a formula, an address, an abbreviation with its full stop, a
//! hyphenated compound, or one mark of punctuation. Atoms cover everything but
//! white space, in order. Whether two neighbours make one word is decided later
//! and only between letter atoms with nothing but white space between them.

use crate::token::TokenKind;
use crate::tokenise::Scanner;

/// What an atom looks like, for the features of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shape {
    /// Beyond the start or the end of the text.
    Edge,
    /// Letters in lower case.
    Lower,
    /// A capital and then lower case, or mixed.
    Title,
    /// Capitals only.
    Upper,
    /// A number, a date, a share.
    Number,
    /// Letters with digits, an address.
    Code,
    /// Punctuation, a symbol, an emoji.
    Punctuation,
}

/// One indivisible piece of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Atom {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Hash of the index form; the same for every spelling of one syllable.
    pub(crate) hash: u64,
    /// Hashes of what stands before the first vowel and from it on, accents
    /// aside; reduplicated words (*từ láy*) repeat one of them.
    pub(crate) onset: u16,
    pub(crate) rime: u16,
    pub(crate) shape: Shape,
    /// Whether it is letters only, so that it can be a syllable of a longer word.
    pub(crate) is_letters: bool,
    /// Whether only white space (and no empty line) divides it from the last one.
    pub(crate) follows: bool,
}

/// Abbreviations that keep their full stop before another word.
const ABBREVIATIONS: [&str; 14] = [
    "tp", "ts", "ths", "gs", "pgs", "bs", "ks", "tx", "tt", "mr", "mrs", "dr", "st", "no",
];
/// What ends the name of a site (`bktt.vn`).
const TOP_DOMAINS: [&str; 6] = ["vn", "com", "net", "org", "gov", "edu"];
/// Brackets as treebanks write them; read as the punctuation they stand for.
const TREEBANK_BRACKETS: [&str; 4] = ["LBKT", "RBKT", "LRB", "RRB"];
/// Units that a slash joins: `km/h`, `mg/l`.
const UNITS: [&str; 26] = [
    "km", "m", "cm", "mm", "kg", "g", "mg", "μg", "l", "ml", "h", "s", "ha", "j", "w", "kw", "mol",
    "v", "m2", "m3", "tấn", "giờ", "phút", "giây", "ngày", "năm",
];

/// All atoms of `text`, in order. O(n).
pub(crate) fn atoms(text: &str) -> Vec<Atom> {
    let mut cutter = Cutter {
        text,
        found: Vec::with_capacity(text.len() / 5),
        forms: Forms::default(),
    };
    let mut scanner = Scanner::new(text);
    let mut at = 0;
    while let Some(token) = scanner.next_token() {
        let original = &text[token.start..token.end];
        if TREEBANK_BRACKETS.contains(&original) {
            continue;
        }
        let form = Form::of(token.exact, token.folded, original, token.kind);
        cutter.gap(at, token.start, Some(&form));
        at = token.end;
        cutter.token(token.start, token.end, form);
    }
    cutter.gap(at, text.len(), None);
    settle_capitals(&mut cutter.found);
    cutter.found
}

/// The facts about a token that glue rules ask for.
#[derive(Clone, Copy, Default)]
struct Form {
    hash: u64,
    onset: u16,
    rime: u16,
    shape: Option<Shape>,
    n_chars: usize,
    is_unit: bool,
    is_abbreviation: bool,
    is_word: bool,
    is_domain: bool,
}

impl Form {
    fn of(exact: &str, folded: &str, original: &str, kind: TokenKind) -> Self {
        let n_chars = original.chars().take(9).count();
        let is_word = kind == TokenKind::Word;
        let first_vowel = folded
            .bytes()
            .position(|b| b"aeiouy".contains(&b))
            .unwrap_or(0);
        let (onset, rime) = folded.as_bytes().split_at(first_vowel);
        Self {
            onset: (hash(onset) >> 48) as u16,
            rime: (hash(rime) >> 48) as u16,
            hash: match kind {
                TokenKind::Word => hash(exact.as_bytes()),
                TokenKind::Number => hash(b"0"),
                _ => hash(b"0a"),
            },
            shape: Some(match kind {
                TokenKind::Word => letter_shape(original),
                TokenKind::Number => Shape::Number,
                _ => Shape::Code,
            }),
            n_chars,
            is_unit: n_chars <= 5 && UNITS.contains(&exact),
            is_abbreviation: is_word && n_chars <= 3 && ABBREVIATIONS.contains(&exact),
            is_word,
            is_domain: is_word && TOP_DOMAINS.contains(&original),
        }
    }

    fn is(&self, shape: Shape) -> bool {
        self.shape == Some(shape)
    }
}

fn letter_shape(original: &str) -> Shape {
    let mut chars = original.chars();
    if chars.next().is_none_or(|c| !c.is_uppercase()) {
        return Shape::Lower;
    }
    if chars.any(char::is_lowercase) {
        Shape::Title
    } else {
        Shape::Upper
    }
}

/// The hash of one syllable's index form. FNV-1a with a final mix.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for &byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

struct Cutter<'t> {
    text: &'t str,
    found: Vec<Atom>,
    forms: Forms,
}

/// The form of the last token, and whether the next token continues its atom.
#[derive(Default)]
struct Forms {
    last: Form,
    glued: bool,
}

impl Cutter<'_> {
    fn token(&mut self, start: usize, end: usize, form: Form) {
        let shape = form.shape.unwrap_or(Shape::Edge);
        if std::mem::take(&mut self.forms.glued) {
            if let Some(atom) = self.found.last_mut() {
                atom.end = end;
                atom.is_letters = false;
                atom.hash = atom.hash.rotate_left(5) ^ form.hash;
                atom.shape = glued_shape(atom.shape, shape);
            }
        } else {
            let follows = self.follows(start);
            let Form {
                hash,
                onset,
                rime,
                is_word: is_letters,
                ..
            } = form;
            self.found.push(Atom {
                start,
                end,
                hash,
                onset,
                rime,
                shape,
                is_letters,
                follows,
            });
        }
        self.forms.last = form;
    }

    fn follows(&self, start: usize) -> bool {
        self.found.last().is_some_and(|last| {
            let between = &self.text[last.end..start];
            between == " " || between.bytes().filter(|&b| b == b'\n').count() < 2
        })
    }

    /// Handles the characters between two tokens: glue, punctuation or space.
    fn gap(&mut self, start: usize, end: usize, next: Option<&Form>) {
        let between = &self.text[start..end];
        if between == " " {
            return;
        }
        if start > 0 && next.is_some_and(|next| glues(&self.forms.last, between, next)) {
            self.forms.glued = true;
            return;
        }
        let taken = if self.found.is_empty() {
            0
        } else {
            self.tail(between, next.is_some())
        };
        if let Some(atom) = self.found.last_mut().filter(|_| taken > 0) {
            atom.end += taken;
            atom.is_letters = false;
        }
        self.punctuation(start + taken, end);
    }

    /// How many bytes at the start of `between` belong to the token before it.
    fn tail(&self, between: &str, has_next: bool) -> usize {
        let last = &self.forms.last;
        let sign = between
            .chars()
            .next()
            .filter(|c| matches!(c, '%' | '‰' | '°'));
        if let Some(sign) = sign.filter(|_| last.is(Shape::Number)) {
            return sign.len_utf8();
        }
        let is_initial = last.is(Shape::Upper) && last.n_chars == 1;
        let is_short = (is_initial || last.is_abbreviation) && last.is_word;
        // A full stop with nothing after it ends the sentence.
        let stops = between
            .strip_prefix('.')
            .filter(|rest| rest.starts_with(char::is_whitespace));
        let goes_on = stops.is_some_and(|rest| has_next || !rest.trim_start().is_empty());
        usize::from(is_short && goes_on)
    }

    fn punctuation(&mut self, start: usize, end: usize) {
        let mut rest = self.text[start..end].char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if c.is_whitespace() {
                continue;
            }
            let mut last = start + at + c.len_utf8();
            if c.is_alphanumeric() {
                while let Some(&(next_at, next)) =
                    rest.peek().filter(|(_, next)| next.is_alphanumeric())
                {
                    last = start + next_at + next.len_utf8();
                    rest.next();
                }
            }
            let loose = !c.is_ascii() && !is_single(c);
            while let Some(&(next_at, next)) = rest.peek() {
                if !(next == c
                    || (loose && !next.is_ascii() && !next.is_whitespace() && !is_single(next)))
                {
                    break;
                }
                last = start + next_at + next.len_utf8();
                rest.next();
            }
            let mut buffer = [0u8; 4];
            let hash = hash(c.encode_utf8(&mut buffer).as_bytes());
            let follows = self.follows(start + at);
            let shape = Shape::Punctuation;
            let start = start + at;
            self.found.push(Atom {
                start,
                end: last,
                hash,
                onset: 0,
                rime: 0,
                shape,
                is_letters: false,
                follows,
            });
        }
    }
}

/// Non-ASCII punctuation that stands alone; other symbols (emoji with their
/// joiners and selectors) keep together.
fn is_single(c: char) -> bool {
    matches!(c, '\u{A1}'..='\u{BF}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{3000}'..='\u{303F}' | '\u{2190}'..='\u{22FF}')
}

fn glued_shape(a: Shape, b: Shape) -> Shape {
    match (a, b) {
        (Shape::Number, Shape::Number) => Shape::Number,
        (Shape::Number | Shape::Code, _) | (_, Shape::Number | Shape::Code) => Shape::Code,
        (a, _) => a,
    }
}

/// Whether `between`, with no space in it, holds two tokens together.
fn glues(last: &Form, between: &str, next: &Form) -> bool {
    let numbers = last.is(Shape::Number) && next.is(Shape::Number);
    match between {
        // Zero-width characters or a cut in an endless run.
        "" => false,
        "-" | "\u{2010}" | "\u{2011}" => true,
        "'" | "’" => last.is_word && next.is_word,
        ":" => numbers,
        "/" => {
            numbers
                || (last.is_unit && next.is_unit)
                || ((last.is(Shape::Number) || last.is(Shape::Code)) && next.is(Shape::Upper))
        }
        "." if next.is_domain => last.is(Shape::Lower) || last.is_word && last.n_chars > 4,
        "." => {
            last.is(Shape::Upper)
                && last.n_chars <= 4
                && (next.is(Shape::Upper) || next.is(Shape::Title))
                || last.is_abbreviation && !next.is(Shape::Lower)
        }
        "&" => last.is(Shape::Upper) && next.is(Shape::Upper),
        "°" => last.is(Shape::Number) && next.n_chars == 1 && next.is(Shape::Upper),
        _ => false,
    }
}

/// In a text written in capitals throughout, capitals say nothing: it is read
/// as if in lower case.
fn settle_capitals(atoms: &mut [Atom]) {
    let letters = || atoms.iter().filter(|atom| atom.is_letters);
    let n_upper = letters().filter(|atom| atom.shape == Shape::Upper).count();
    let n_lower = letters().filter(|atom| atom.shape == Shape::Lower).count();
    if n_upper > 2 * n_lower && n_upper * 4 > letters().count() * 3 && n_upper > 1 {
        for atom in atoms.iter_mut().filter(|atom| atom.is_letters) {
            atom.shape = Shape::Lower;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        atoms(text)
            .iter()
            .map(|atom| &text[atom.start..atom.end])
            .collect()
    }

    #[test]
    fn things_stay_whole_and_punctuation_comes_off() {
        assert_eq!(
            cut("Giảm 7,5% (25/7/2020), COVID-19; vi-rút ở 37°C, 60 km/h."),
            [
                "Giảm",
                "7,5%",
                "(",
                "25/7/2020",
                ")",
                ",",
                "COVID-19",
                ";",
                "vi-rút",
                "ở",
                "37°C",
                ",",
                "60",
                "km/h",
                "."
            ]
        );
        assert_eq!(
            cut("TP.HCM, TP. HCM, ông H. nói... 24/2006/QĐ-BGDĐT"),
            [
                "TP.HCM",
                ",",
                "TP.",
                "HCM",
                ",",
                "ông",
                "H.",
                "nói",
                "...",
                "24/2006/QĐ-BGDĐT"
            ]
        );
        assert_eq!(cut("“a”b👍🏽 c"), ["“", "a", "”", "b", "👍🏽", "c"]);
        assert_eq!(
            cut("gửi a.b@x.vn, doi:10.1000/182."),
            ["gửi", "a.b@x.vn", ",", "doi", ":", "10.1000/182", "."]
        );
    }

    #[test]
    fn capitals_throughout_say_nothing() {
        let shapes = |text: &str| atoms(text).iter().map(|a| a.shape).collect::<Vec<_>>();
        assert_eq!(shapes("NGHIÊN CỨU KHOA HỌC"), shapes("nghiên cứu khoa học"));
        assert_eq!(shapes("ông Nam và UBND")[3], Shape::Upper);
    }
}
