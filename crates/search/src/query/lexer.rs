//! Cuts a query into tokens with their places.

use std::ops::Range;

use super::{
    BadQuery,
    fields::{FieldName, SHOWN, field_named, looks_like_name},
};

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Plain text without white space.
    Word,
    /// A word that ends in a star; the star is not in the range.
    Prefix,
    /// A star alone.
    Star,
    /// Quoted text; the quotes are not in the range.
    Phrase {
        slop: u32,
    },
    /// `field:` before a value.
    Field(FieldName),
    /// `[A TO B]`; the brackets are not in the range.
    Range,
    And,
    Or,
    Not,
    Plus,
    Minus,
    Open,
    Close,
}

/// A token with its bytes in the query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Where it starts, marks included, for error messages.
    pub(super) start: usize,
}

/// Quotes that open and close a phrase.
const QUOTES: [char; 4] = ['"', '“', '”', '„'];

/// Largest distance in `"…"~N`; a larger one means the same text anyway.
const MAX_SLOP: u32 = 1000;

/// Cuts a query into tokens.
pub(super) fn lex(query: &str) -> Result<Vec<Lexeme>, BadQuery> {
    let mut lexer = Lexer {
        query,
        at: 0,
        tokens: Vec::new(),
    };
    while let Some(c) = lexer.peek() {
        lexer.step(c)?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    query: &'a str,
    at: usize,
    tokens: Vec<Lexeme>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.query[self.at..].chars().next()
    }

    fn push(&mut self, kind: Kind, start: usize, range: Range<usize>) {
        self.tokens.push(Lexeme { kind, range, start });
    }

    fn mark(&mut self, kind: Kind, n_bytes: usize) {
        let range = self.at..self.at + n_bytes;
        self.push(kind, self.at, range);
        self.at += n_bytes;
    }

    fn after_field(&self) -> bool {
        matches!(self.tokens.last(), Some(Lexeme { kind: Kind::Field(_), range, .. }) if range.end == self.at)
    }

    fn step(&mut self, c: char) -> Result<(), BadQuery> {
        let next = self.query[self.at + c.len_utf8()..].chars().next();
        let is_before_text = next.is_some_and(|n| !n.is_whitespace() && !"+-)".contains(n));
        match c {
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '(' => self.mark(Kind::Open, 1),
            ')' => self.mark(Kind::Close, 1),
            '[' if self.after_field() => return self.range(),
            '+' if is_before_text => self.mark(Kind::Plus, 1),
            '-' if is_before_text => self.mark(Kind::Minus, 1),
            c if QUOTES.contains(&c) => return self.phrase(c),
            _ => return self.word(),
        }
        Ok(())
    }

    fn range(&mut self) -> Result<(), BadQuery> {
        let start = self.at;
        let Some(n_bytes) = self.query[start..].find(']') else {
            return Err(BadQuery::new(
                start,
                "the range is not closed",
                "close it with `]`, for example year:[2010 TO 2020]",
            ));
        };
        self.push(Kind::Range, start, start + 1..start + n_bytes);
        self.at = start + n_bytes + 1;
        Ok(())
    }

    fn phrase(&mut self, quote: char) -> Result<(), BadQuery> {
        let start = self.at;
        let inside = start + quote.len_utf8();
        let mut inner = self.query[inside..].char_indices();
        let Some((n_bytes, close)) = inner.find(|(_, c)| QUOTES.contains(c)) else {
            return Err(BadQuery::new(
                start,
                "the quote is not closed",
                "close it with `\"`, or take it away",
            ));
        };
        let range = inside..inside + n_bytes;
        self.at = range.end + close.len_utf8();
        let slop = self.slop();
        self.push(Kind::Phrase { slop }, start, range);
        Ok(())
    }

    /// Reads `~N` after a phrase; a `~` without a number is passed over.
    fn slop(&mut self) -> u32 {
        let Some(rest) = self.query[self.at..].strip_prefix('~') else {
            return 0;
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += 1 + digits;
        if digits == 0 {
            return 0;
        }
        rest[..digits]
            .parse::<u32>()
            .unwrap_or(MAX_SLOP)
            .min(MAX_SLOP)
    }

    fn word(&mut self) -> Result<(), BadQuery> {
        let start = self.at;
        let rest = &self.query[start..];
        let is_end = |c: char| c.is_whitespace() || "()".contains(c) || QUOTES.contains(&c);
        let n_bytes = rest.find(is_end).unwrap_or(rest.len());
        let word = &rest[..n_bytes];
        if !self.after_field()
            && let Some((name, value)) = word.split_once(':')
        {
            // `các loại: A, B` is text; `title: A` is a field without a value.
            let next = rest[n_bytes..].chars().next();
            let is_loose = value.is_empty() && next.is_none_or(char::is_whitespace);
            let is_text = is_loose && !looks_like_name(name);
            if let Some(field) = field_named(name).filter(|_| !is_text) {
                self.push(Kind::Field(field), start, start..start + name.len() + 1);
                self.at = start + name.len() + 1;
                return Ok(());
            }
            if looks_like_name(name) && !value.is_empty() && !value.starts_with(['/', ':']) {
                return Err(BadQuery::new(
                    start,
                    format!("`{name}` is no field"),
                    format!("use {SHOWN}, or put the text in quotes"),
                ));
            }
        }
        self.at = start + n_bytes;
        let kind = match word {
            "AND" | "&&" => Kind::And,
            "OR" | "||" => Kind::Or,
            "NOT" => Kind::Not,
            "*" => Kind::Star,
            _ => match word.strip_suffix('*') {
                Some(head) if head.chars().any(char::is_alphanumeric) => {
                    self.push(Kind::Prefix, start, start..start + head.len());
                    return Ok(());
                }
                _ => Kind::Word,
            },
        };
        self.push(kind, start, start..start + n_bytes);
        Ok(())
    }
}
