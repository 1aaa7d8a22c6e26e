//! From the tree to a question for the store.

use index::{QueryExpr, Words};

use crate::Notice;

use super::{MAX_WORDS, ParsedQuery, WantedText, parser::Expr};

/// Turns the tree into a question.
pub(super) fn lower(expr: &Expr) -> ParsedQuery {
    let mut parsed = ParsedQuery {
        expr: QueryExpr::All,
        wanted: Vec::new(),
        notices: Vec::new(),
        is_plain: matches!(expr, Expr::Words { field: None, .. }),
        meant: Vec::new(),
    };
    parsed.expr = lower_into(expr, true, &mut parsed);
    parsed
}

fn lower_into(expr: &Expr, is_wanted: bool, parsed: &mut ParsedQuery) -> QueryExpr {
    let want = |text: WantedText, parsed: &mut ParsedQuery| {
        if is_wanted {
            parsed.wanted.push(text);
        }
    };
    match expr {
        Expr::Everything => QueryExpr::All,
        Expr::Words { field, text } => {
            let text = at_most(text, MAX_WORDS, parsed);
            want(WantedText::Words(text.clone()), parsed);
            QueryExpr::Words(Words {
                field: *field,
                text,
                ..Words::default()
            })
        }
        Expr::Phrase { field, text, slop } => {
            let text = at_most(text, MAX_WORDS, parsed);
            want(WantedText::Phrase(text.clone()), parsed);
            QueryExpr::Phrase {
                field: *field,
                text,
                slop: *slop,
            }
        }
        Expr::Prefix { field, text } => {
            want(WantedText::Prefix(text.clone()), parsed);
            QueryExpr::Prefix {
                field: *field,
                text: text.clone(),
            }
        }
        Expr::Value(filter) => QueryExpr::Value(filter.clone()),
        Expr::And(parts) => lower_and(parts, is_wanted, parsed),
        Expr::Or(parts) => QueryExpr::Or(
            parts
                .iter()
                .map(|part| lower_into(part, is_wanted, parsed))
                .collect(),
        ),
        Expr::Not(inner) => QueryExpr::AndNot(
            Box::new(QueryExpr::All),
            Box::new(lower_into(inner, false, parsed)),
        ),
    }
}

fn lower_and(parts: &[Expr], is_wanted: bool, parsed: &mut ParsedQuery) -> QueryExpr {
    let mut wanted = Vec::new();
    let mut unwanted = Vec::new();
    for part in parts {
        match part {
            Expr::Not(inner) => unwanted.push(lower_into(inner, false, parsed)),
            other => wanted.push(lower_into(other, is_wanted, parsed)),
        }
    }
    let wanted = match wanted.len() {
        0 => QueryExpr::All,
        1 => wanted.swap_remove(0),
        _ => QueryExpr::And(wanted),
    };
    match unwanted.len() {
        0 => wanted,
        1 => QueryExpr::AndNot(Box::new(wanted), Box::new(unwanted.swap_remove(0))),
        _ => QueryExpr::AndNot(Box::new(wanted), Box::new(QueryExpr::Or(unwanted))),
    }
}

/// The first `limit` tokens of `text`; says so when that is not all.
fn at_most(text: &str, limit: usize, parsed: &mut ParsedQuery) -> String {
    let (mut n, mut end) = (0, text.len());
    text::for_each_token(text, |token| {
        n += 1;
        if n == limit {
            end = token.end;
        }
    });
    if n > limit {
        parsed.notices.push(Notice::CutWords { kept: limit, of: n });
        return text[..end].to_owned();
    }
    text.to_owned()
}
