//! Cuts text into tokens in index form, with byte offsets of the original.
//!
//! A token is a maximal run of letters, marks and digits, except that numbers,
//! DOIs, e-mail and web addresses stay whole and every ideograph stands alone.
//! Punctuation inside a compound is a soft break: `vi-rút` gives the tokens of
//! `vi rút`. Zero-width characters inside a word are skipped over.
//!
//! Invariants: tokens come in order and do not overlap; `text[start..end]` is
//! on character boundaries and starts and ends with the token's own characters;
//! canonically equivalent texts give the same forms; O(n) for any input.

use unicode_normalization::char::is_combining_mark;

use crate::fold::fold_into;
use crate::letter::{Letter, mend_d, table};
use crate::marks::{compose_canonical, compose_compatible, is_ignorable};
use crate::special;
use crate::syllable::{Letters, MAX_LETTERS, iy_class, place_tone};
use crate::token::{Token, TokenKind, TokenRef};

/// Longer runs are cut: no word of any language is this long, and inverted
/// indexes refuse terms of tens of kilobytes.
const MAX_RUN_CHARS: usize = 128;

/// All tokens of `text`. For bulk work without an allocation per token see
/// [`for_each_token`].
///
/// ```
/// let tokens = text::tokenise("Vi-rút COVID-19, CO₂: 1.234,5 kg");
/// let exact: Vec<&str> = tokens.iter().map(|t| t.exact.as_str()).collect();
/// assert_eq!(exact, ["vi", "rút", "covid", "19", "co2", "1.234,5", "kg"]);
/// ```
#[must_use]
pub fn tokenise(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 6);
    for_each_token(text, |token| tokens.push(token.into()));
    tokens
}

/// Calls `visit` with every token of `text` in order; the forms are borrowed
/// from two buffers that are used again, so that nothing is allocated.
pub fn for_each_token(text: &str, mut visit: impl FnMut(TokenRef<'_>)) {
    let mut scanner = Scanner::new(text);
    while let Some(token) = scanner.next_token() {
        visit(token);
    }
}

/// Calls `visit` with the smaller tokens inside a DOI, address or code, in
/// order, offsets in the same original `text`; with nothing for other kinds.
///
/// `covid19` and `25kg` part into letters and digits; a formula with more than
/// one change between them (`h2so4`) has no parts.
pub fn for_each_part(text: &str, token: TokenRef<'_>, mut visit: impl FnMut(TokenRef<'_>)) {
    if !token.kind.has_parts() {
        return;
    }
    let mut scanner = Scanner::new(&text[..token.end]);
    scanner.at = token.start;
    scanner.whole = false;
    while let Some(part) = scanner.next_token() {
        if part.kind == TokenKind::Code
            && let Some(cut) = one_change(&text[part.start..part.end])
        {
            for (start, end) in [(part.start, part.start + cut), (part.start + cut, part.end)] {
                visit_piece(text, start, end, &mut visit);
            }
            continue;
        }
        if (part.start, part.end) != (token.start, token.end) {
            visit(part);
        }
    }
}

fn visit_piece(text: &str, start: usize, end: usize, visit: &mut impl FnMut(TokenRef<'_>)) {
    let mut scanner = Scanner::new(&text[..end]);
    scanner.at = start;
    scanner.whole = false;
    if let Some(piece) = scanner.next_token() {
        visit(piece);
    }
}

/// The byte where letters change to digits or back, if that happens once.
fn one_change(code: &str) -> Option<usize> {
    let mut changes = code
        .char_indices()
        .zip(code.chars().skip(1))
        .filter(|&((_, a), b)| {
            !is_combining_mark(b) && !is_combining_mark(a) && a.is_numeric() != b.is_numeric()
        })
        .map(|((at, a), _)| at + a.len_utf8());
    let first = changes.next()?;
    changes.next().is_none().then_some(first)
}

/// Walks over a text token by token without allocating for each.
pub struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// Whether numbers and addresses are kept whole.
    whole: bool,
    /// Whether i/y twins get one spelling.
    joins_twins: bool,
    exact: String,
    folded: String,
}

/// What one run of word characters was seen to hold.
#[derive(Default)]
struct Run {
    end: usize,
    n_chars: usize,
    n_digits: usize,
    n_vowels: usize,
    n_tones: usize,
    /// A character outside the table of Vietnamese letters was met.
    is_foreign: bool,
    /// The run is one ideograph, and only marks may follow.
    is_ideograph: bool,
}

impl<'t> Scanner<'t> {
    /// A scanner at the start of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            whole: true,
            joins_twins: true,
            exact: String::new(),
            folded: String::new(),
        }
    }

    /// A scanner whose exact forms keep i and y apart, for those who show them.
    pub(crate) fn plain(text: &'t str) -> Self {
        Self {
            joins_twins: false,
            ..Self::new(text)
        }
    }

    /// The next token, or `None` at the end of the text.
    pub fn next_token(&mut self) -> Option<TokenRef<'_>> {
        let start = self.skip_to_word()?;
        let run = self.scan_run(start);
        let special = if self.whole {
            self.special(start, &run)
        } else {
            None
        };
        let (end, kind) = special.unwrap_or((run.end, run.kind()));
        self.at = end;
        if special.is_some() {
            self.spell_address(start, end);
        } else if run.is_foreign {
            self.spell_foreign(start, end);
        } else {
            self.settle_spelling(&run);
        }
        Some(TokenRef {
            start,
            end,
            exact: &self.exact,
            folded: &self.folded,
            kind,
        })
    }

    /// Moves to the next character that can open a token.
    fn skip_to_word(&mut self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        while let Some(&b) = bytes.get(self.at) {
            if b < 0x80 {
                if b.is_ascii_alphanumeric() {
                    return Some(self.at);
                }
                self.at += 1;
            } else {
                let c = self.text[self.at..].chars().next()?;
                if opens_word(c) {
                    return Some(self.at);
                }
                self.at += c.len_utf8();
            }
        }
        None
    }

    /// Reads letters, marks and digits from `start`, spelling `exact` and
    /// `folded` as it goes for as long as the table knows every character.
    fn scan_run(&mut self, start: usize) -> Run {
        self.exact.clear();
        self.folded.clear();
        let table = table();
        let mut run = Run {
            end: start,
            ..Run::default()
        };
        for (i, c) in self.text[start..].char_indices() {
            let known = table.get(c as usize).copied().unwrap_or_default();
            if known.fold != 0 {
                if run.n_chars == MAX_RUN_CHARS || run.is_ideograph {
                    break;
                }
                run.push(known);
                self.exact.push(known.lower_char());
                self.folded.push(char::from(known.fold));
            } else if c.is_ascii() || !run.push_foreign(c) {
                break;
            }
            if !is_ignorable(c) {
                run.end = start + i + c.len_utf8();
            }
        }
        run
    }

    fn special(&self, start: usize, run: &Run) -> Option<(usize, TokenKind)> {
        let bytes = self.text.as_bytes();
        let glued = matches!(
            bytes.get(run.end),
            Some(b'.' | b',' | b':' | b'@' | b'_' | b'-' | b'+' | b'%')
        ) && bytes
            .get(run.end + 1)
            .is_some_and(|b| !b.is_ascii_whitespace());
        if glued && !run.is_foreign {
            special::find(self.text, start, run.end)
        } else {
            None
        }
    }

    /// Tone place and i/y class of a run that `scan_run` has spelled already.
    fn settle_spelling(&mut self, run: &Run) {
        if run.n_digits > 0 || run.n_chars > MAX_LETTERS || run.n_vowels == 0 {
            return;
        }
        if run.n_tones == 1
            && run.n_vowels > 1
            && let Some(moved) = place_tone(&self.exact)
        {
            self.exact = moved;
        }
        let may_have_twin = matches!(self.folded.as_bytes(), [_, b'y'] | [b'q', b'u', b'i', ..]);
        if may_have_twin {
            self.join_iy_class();
        }
    }

    fn join_iy_class(&mut self) {
        if !self.joins_twins {
            return;
        }
        let Some((at, to)) = Letters::read(&self.exact).and_then(|letters| iy_class(&letters))
        else {
            return;
        };
        self.exact = self
            .exact
            .chars()
            .enumerate()
            .map(|(i, c)| if i == at { to } else { c })
            .collect();
        self.folded.clear();
        fold_into(&self.exact, &mut self.folded);
    }

    fn spell_address(&mut self, start: usize, end: usize) {
        let raw: String = self.text[start..end]
            .chars()
            .filter(|&c| !is_ignorable(c))
            .collect();
        self.exact = compose_canonical(&compose_canonical(&raw).to_lowercase());
        self.folded.clear();
        fold_into(&self.exact, &mut self.folded);
    }

    fn spell_foreign(&mut self, start: usize, end: usize) {
        let raw = self.text[start..end]
            .chars()
            .filter(|&c| !is_ignorable(c))
            .map(mend_d);
        let composed = compose_compatible(&raw.collect::<String>());
        let lower: String = composed.chars().flat_map(char::to_lowercase).collect();
        self.exact = compose_compatible(&lower);
        if let Some(moved) = place_tone(&self.exact) {
            self.exact = moved;
        }
        self.folded.clear();
        fold_into(&self.exact, &mut self.folded);
        self.join_iy_class();
    }
}

impl Run {
    fn push(&mut self, letter: Letter) {
        self.n_chars += 1;
        self.n_digits += usize::from(letter.is_digit());
        self.n_vowels += usize::from(letter.is_vowel());
        self.n_tones += usize::from(letter.tone != 0);
    }

    /// Takes a character the table does not know; false when it ends the run.
    fn push_foreign(&mut self, c: char) -> bool {
        if is_combining_mark(c) || is_ignorable(c) {
            self.is_foreign = true;
            return true;
        }
        if !c.is_alphanumeric()
            || self.n_chars == MAX_RUN_CHARS
            || self.is_ideograph
            || (is_ideograph(c) && self.n_chars > 0)
        {
            return false;
        }
        self.is_foreign = true;
        self.is_ideograph = is_ideograph(c);
        self.n_chars += 1;
        self.n_digits += usize::from(c.is_numeric());
        true
    }

    fn kind(&self) -> TokenKind {
        match self.n_digits {
            0 => TokenKind::Word,
            n if n == self.n_chars => TokenKind::Number,
            _ => TokenKind::Code,
        }
    }
}

/// A letter or digit that is no combining mark.
fn opens_word(c: char) -> bool {
    c.is_alphanumeric() && !is_combining_mark(c)
}

/// Characters of scripts that are written without spaces and searched one by one.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests;
