//! The syllables of a text as the restorer sees them.

use crate::segment::atoms::hash;
use crate::token::TokenKind;
use crate::tokenise::Scanner;

use super::forms::Forms;

/// One token of the text, or the punctuation before the next one.
pub(crate) struct Slot<'f> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Hash of the accent-free form: what the context is made of.
    pub(crate) folded: u64,
    /// Hash of the form as typed, with its accents.
    pub(crate) typed: u64,
    /// Spellings to choose from; empty when there is nothing to choose.
    pub(crate) choices: &'f [Choice],
    /// Begins with a capital, in a text that is not all capitals.
    pub(crate) is_title: bool,
    /// Has an accent already, and so stays as it is.
    pub(crate) is_marked: bool,
    /// Letters only.
    pub(crate) is_word: bool,
}

/// One spelling of an accent-free syllable.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Lower case, canonical tone place.
    pub(crate) form: Box<str>,
    pub(crate) hash: u64,
}

impl Slot<'_> {
    /// The hash of its spelling number `choice`.
    pub(crate) fn hash_of(&self, choice: usize) -> u64 {
        self.choices
            .get(choice)
            .map_or(self.typed, |choice| choice.hash)
    }
}

/// All slots of `text` in order: its tokens, and one for every stretch of
/// punctuation between two of them.
pub(crate) fn slots<'f>(text: &str, forms: &'f Forms) -> Vec<Slot<'f>> {
    let mut found: Vec<Slot<'_>> = Vec::with_capacity(text.len() / 5);
    let mut scanner = Scanner::plain(text);
    let mut at = 0;
    while let Some(token) = scanner.next_token() {
        let original = &text[token.start..token.end];
        if let Some(mark) = text[at..token.start]
            .chars()
            .find(|&c| !c.is_whitespace() && !is_soft(c))
        {
            found.push(punctuation(at, token.start, mark));
        }
        at = token.end;
        let is_word = token.kind == TokenKind::Word;
        let choices = if is_word { forms.of(token.folded) } else { &[] };
        found.push(Slot {
            start: token.start,
            end: token.end,
            folded: if is_word {
                hash(token.folded.as_bytes())
            } else {
                hash(b"0")
            },
            typed: if is_word {
                hash(token.exact.as_bytes())
            } else {
                hash(b"0")
            },
            choices,
            is_title: original.starts_with(char::is_uppercase),
            is_marked: is_word && token.exact != token.folded,
            is_word,
        });
    }
    settle_capitals(text, &mut found);
    found
}

/// Hyphens inside a compound do not cut the context.
fn is_soft(c: char) -> bool {
    c == '-'
}

fn punctuation(start: usize, end: usize, mark: char) -> Slot<'static> {
    let mut buffer = [0; 4];
    let hash = hash(mark.encode_utf8(&mut buffer).as_bytes());
    Slot {
        start,
        end,
        folded: hash,
        typed: hash,
        choices: &[],
        is_title: false,
        is_marked: false,
        is_word: false,
    }
}

/// Where nothing begins in lower case, capitals say nothing.
fn settle_capitals(text: &str, slots: &mut [Slot<'_>]) {
    let shouts = |slot: &Slot<'_>| !text[slot.start..slot.end].contains(char::is_lowercase);
    if slots.iter().filter(|slot| slot.is_word).all(shouts) {
        slots.iter_mut().for_each(|slot| slot.is_title = false);
    }
}

/// `form` (lower case) in the case of `original`, letter by letter; where the
/// numbers of letters differ, the first letter and the rest decide.
pub(crate) fn copy_case(original: &str, form: &str, out: &mut String) {
    let mut cases = original
        .chars()
        .filter(|c| c.is_alphabetic())
        .map(char::is_uppercase);
    let mut last = false;
    for c in form.chars() {
        last = cases.next().unwrap_or(last);
        if last {
            out.extend(c.to_uppercase())
        } else {
            out.push(c)
        }
    }
}
