//! The query language.
//!
//! In: the query as typed. Out: a question for the full-text store, the texts
//! to highlight, and notices; or [`BadQuery`] with the place and the cure.
//!
//! ```text
//! query   = clause { [ "AND" ] clause } { "OR" … }     AND binds closer than OR
//! clause  = [ "+" | "-" | "NOT" ] atom
//! atom    = word | word"*" | phrase [ "~"N ] | field":"value | "(" query ")" | "*"
//! value   = word | word"*" | phrase [ "~"N ] | A".."B | "["A" TO "B"]" | (">"|">="|"<"|"<=")A | "(" query ")"
//! ```
//!
//! Words that stand together are ranked together and need not all be there;
//! phrases, fields and whatever an operator joins must. Operators are written
//! in capitals. Brackets around plain words only are no more than punctuation.

mod fields;
mod lexer;
mod lower;
mod parser;
#[cfg(test)]
mod tests;

use index::QueryExpr;

use crate::Notice;

/// Longest query in bytes that is read; the rest is cut with a notice.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;
/// Most plain words that are looked up; the rest is left out with a notice.
/// A pasted abstract has about 250.
pub const MAX_WORDS: usize = 400;
/// Deepest nesting of brackets.
pub(crate) const MAX_DEPTH: usize = 40;
/// Most clauses of a query; a query of plain words has one.
pub(crate) const MAX_CLAUSES: usize = 500;

/// Why a query is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadQuery {
    /// Where, in bytes from the start of the query.
    pub position: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub cure: String,
}

impl BadQuery {
    fn new(position: usize, message: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            position,
            message: message.into(),
            cure: cure.into(),
        }
    }
}

impl From<BadQuery> for crate::SearchError {
    fn from(bad: BadQuery) -> Self {
        Self::BadQuery {
            position: bad.position,
            message: bad.message,
            cure: bad.cure,
        }
    }
}

/// A query that is understood.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedQuery {
    /// The question.
    pub expr: QueryExpr,
    /// What it looks for, to be highlighted; nothing that is excluded.
    pub wanted: Vec<WantedText>,
    /// What was cut.
    pub notices: Vec<Notice>,
    /// Whether the query is plain words, without any operator: only then can
    /// it be read in other ways (restored accents, decoded keystrokes).
    pub is_plain: bool,
    /// What the words mean, where that is not what was typed: readings with
    /// their weights, the likeliest first. Meaning is looked for by all of
    /// them together.
    pub meant: Vec<(String, f32)>,
}

/// A text that the query looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedText {
    /// Any of these words.
    Words(String),
    /// These words one after the other.
    Phrase(String),
    /// Words that start with this.
    Prefix(String),
}

/// Reads a query.
///
/// # Errors
/// [`BadQuery`] with the place of what is not understood. Any text gives an
/// answer or an error, in time linear in its length.
pub fn parse(query: &str) -> Result<ParsedQuery, BadQuery> {
    let kept = cut(query, MAX_QUERY_BYTES);
    let tokens = lexer::lex(kept)?;
    let expr = parser::parse(kept, &tokens)?;
    let mut parsed = lower::lower(&expr);
    if kept.len() < query.len() {
        parsed.notices.push(Notice::CutBytes { kept: kept.len() });
    }
    Ok(parsed)
}

/// Reads a text as plain words, whatever it holds.
pub fn parse_plain(text: &str) -> ParsedQuery {
    let kept = cut(text, MAX_QUERY_BYTES);
    lower::lower(&parser::Expr::Words {
        field: None,
        text: kept.to_owned(),
    })
}

fn cut(text: &str, max_bytes: usize) -> &str {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
