//! From tokens to a tree: recursive descent, at most [`MAX_DEPTH`] deep.

use index::{FacetField, Filter, SearchField};
use records::{AccessLevel, Lang, RecordType};

use super::{
    BadQuery, MAX_CLAUSES, MAX_DEPTH,
    fields::FieldName,
    lexer::{Kind, Lexeme},
};

/// The tree of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Everything,
    Words {
        field: Option<SearchField>,
        text: String,
    },
    Phrase {
        field: Option<SearchField>,
        text: String,
        slop: u32,
    },
    Prefix {
        field: Option<SearchField>,
        text: String,
    },
    Value(Filter),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
}

/// Builds the tree; an empty query asks for everything.
pub(super) fn parse(query: &str, tokens: &[Lexeme]) -> Result<Expr, BadQuery> {
    let mut parser = Parser {
        query,
        tokens,
        at: 0,
        n_clauses: 0,
    };
    if tokens.is_empty() {
        return Ok(Expr::Everything);
    }
    let expr = parser.any_of(None, 0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some(extra) => Err(BadQuery::new(
            extra.start,
            "this bracket closes nothing",
            "take it away, or open it with `(` before",
        )),
    }
}

struct Parser<'a> {
    query: &'a str,
    tokens: &'a [Lexeme],
    at: usize,
    n_clauses: usize,
}

/// A clause with the sign before it.
struct Clause {
    expr: Expr,
    is_wanted: bool,
    /// A plain word without a sign: joins the words beside it.
    is_loose: bool,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn place(&self) -> usize {
        let token = self.tokens.get(self.at);
        token.map_or(self.query.len(), |token| token.start)
    }

    fn text(&self, token: &Lexeme) -> String {
        self.query[token.range.clone()].to_owned()
    }

    fn any_of(&mut self, field: Option<SearchField>, depth: usize) -> Result<Expr, BadQuery> {
        let mut parts = vec![self.all_of(field, depth)?];
        while self.peek() == Some(&Kind::Or) {
            self.count_clause()?;
            self.at += 1;
            parts.push(self.all_of(field, depth)?);
        }
        Ok(one_or(parts, Expr::Or))
    }

    fn all_of(&mut self, field: Option<SearchField>, depth: usize) -> Result<Expr, BadQuery> {
        let mut runs: Vec<Expr> = Vec::new();
        let mut is_joinable = false;
        let mut unwanted = Vec::new();
        while let Some(clause) = self.clause(field, depth)? {
            let is_loose = clause.is_loose;
            match clause {
                Clause {
                    is_wanted: false,
                    expr,
                    ..
                } => unwanted.push(Expr::Not(Box::new(expr))),
                Clause {
                    is_loose: true,
                    expr: Expr::Words { text, .. },
                    ..
                } => join(&mut runs, text, field, is_joinable),
                Clause { expr, .. } => runs.push(expr),
            }
            is_joinable = is_loose;
            if self.peek() == Some(&Kind::And) {
                self.count_clause()?;
                self.at += 1;
                is_joinable = false;
                if matches!(self.peek(), None | Some(Kind::Or | Kind::And | Kind::Close)) {
                    return Err(self.missing());
                }
            }
        }
        runs.extend(unwanted);
        if runs.is_empty() {
            return Err(self.missing());
        }
        Ok(one_or(runs, Expr::And))
    }

    /// Nothing stands where a clause must.
    fn missing(&self) -> BadQuery {
        let message = match self.peek() {
            Some(Kind::And | Kind::Or) => "an operator stands without words before it",
            Some(Kind::Close) => "nothing stands before this bracket",
            _ => "the query ends where words must follow",
        };
        BadQuery::new(
            self.place(),
            message,
            "write words on both sides of AND and OR; put an operator in quotes to search for it",
        )
    }

    /// Words that stand together are one clause, however many they are.
    fn count_clause(&mut self) -> Result<(), BadQuery> {
        self.n_clauses += 1;
        if self.n_clauses <= MAX_CLAUSES {
            return Ok(());
        }
        Err(BadQuery::new(
            self.place(),
            format!("the query has more than {MAX_CLAUSES} clauses"),
            "ask in several queries",
        ))
    }

    /// The next clause; `None` before OR, a closing bracket or the end.
    fn clause(
        &mut self,
        field: Option<SearchField>,
        depth: usize,
    ) -> Result<Option<Clause>, BadQuery> {
        let mut is_wanted = true;
        let mut has_sign = false;
        while let Some(sign @ (Kind::Not | Kind::Minus | Kind::Plus)) = self.peek() {
            is_wanted ^= *sign != Kind::Plus;
            has_sign = true;
            self.at += 1;
        }
        if matches!(self.peek(), None | Some(Kind::Or | Kind::Close | Kind::And)) {
            let is_end = !has_sign && self.peek() != Some(&Kind::And);
            return if is_end {
                Ok(None)
            } else {
                Err(self.missing())
            };
        }
        let is_bracket = self.peek() == Some(&Kind::Open);
        let is_word = self.peek() == Some(&Kind::Word);
        if !is_word || has_sign {
            self.count_clause()?;
        }
        let expr = self.atom(field, depth)?;
        let is_own = matches!(&expr, Expr::Words { field: own, .. } if *own == field);
        let is_plain = is_word || is_bracket && is_own;
        Ok(Some(Clause {
            is_loose: is_plain && !has_sign,
            is_wanted,
            expr,
        }))
    }

    fn atom(&mut self, field: Option<SearchField>, depth: usize) -> Result<Expr, BadQuery> {
        let Some(token) = self.tokens.get(self.at) else {
            return Err(self.missing());
        };
        self.at += 1;
        let text = self.text(token);
        Ok(match &token.kind {
            Kind::Open => return self.group(token.start, field, depth),
            Kind::Field(FieldName::Text(inner)) => return self.text_value(token, *inner, depth),
            Kind::Field(FieldName::Value(facet)) => return self.facet_value(token, *facet),
            Kind::Star => Expr::Everything,
            Kind::Prefix => Expr::Prefix { field, text },
            Kind::Phrase { slop } => Expr::Phrase {
                field,
                text,
                slop: *slop,
            },
            _ => Expr::Words { field, text },
        })
    }

    fn group(
        &mut self,
        start: usize,
        field: Option<SearchField>,
        depth: usize,
    ) -> Result<Expr, BadQuery> {
        if depth >= MAX_DEPTH {
            return Err(BadQuery::new(
                start,
                format!("brackets are nested deeper than {MAX_DEPTH}"),
                "take some away",
            ));
        }
        if self.peek() == Some(&Kind::Close) {
            return Err(BadQuery::new(
                start,
                "the brackets are empty",
                "write words between them, or take them away",
            ));
        }
        let expr = self.any_of(field, depth + 1)?;
        if self.peek() != Some(&Kind::Close) {
            return Err(BadQuery::new(
                start,
                "the bracket is not closed",
                "close it with `)`, or take it away",
            ));
        }
        self.at += 1;
        Ok(expr)
    }

    /// The token right after `field:`.
    fn value(&self, name: &Lexeme) -> Result<&'a Lexeme, BadQuery> {
        let token = self.tokens.get(self.at);
        let is_close = |token: &&Lexeme| token.start == name.range.end;
        token
            .filter(is_close)
            .filter(|token| token.kind != Kind::Close)
            .ok_or_else(|| {
                let shown = &self.query[name.range.clone()];
                BadQuery::new(
                    name.range.end,
                    format!("`{shown}` has no value"),
                    format!("write it right after the colon, for example {shown}\"…\""),
                )
            })
    }

    fn text_value(
        &mut self,
        name: &Lexeme,
        field: SearchField,
        depth: usize,
    ) -> Result<Expr, BadQuery> {
        self.value(name)?;
        self.atom(Some(field), depth)
    }

    fn facet_value(&mut self, name: &Lexeme, field: FacetField) -> Result<Expr, BadQuery> {
        let token = self.value(name)?;
        self.at += 1;
        let text = self.text(token);
        let value = match field {
            FacetField::Year => year_value(&text, &token.kind),
            FacetField::Type => {
                let lower = text.to_lowercase();
                let known = lower.parse::<RecordType>();
                known.map(|_| lower).map_err(|error| error.to_string())
            }
            FacetField::Access => {
                let lower = text.to_lowercase();
                let known = lower.parse::<AccessLevel>();
                known.map(|_| lower).map_err(|error| error.to_string())
            }
            FacetField::Language => Ok(Lang::parse(&text).to_string()),
            _ => Ok(field.canonical(text)),
        };
        match value {
            Ok(value) => Ok(Expr::Value(Filter::new(field, value))),
            Err(error) => {
                let (message, cure) = error
                    .split_once("; ")
                    .unwrap_or((error.as_str(), "mend it"));
                Err(BadQuery::new(token.start, message, cure))
            }
        }
    }
}

/// `2015`, `2010..2020`, `[2010 TO 2020]`, `>=2010`, `<2010`, as a filter reads
/// it.
fn year_value(text: &str, kind: &Kind) -> Result<String, String> {
    let bound = |digits: &str, shift: i32| {
        let year: Result<i32, _> = digits.trim().parse();
        let year = year.map_err(|_| index::InvalidFilter::Year(digits.trim().to_owned()));
        year.map(|year| year.saturating_add(shift).to_string())
            .map_err(|error| error.to_string())
    };
    let value = if *kind == Kind::Range {
        let parts: Vec<&str> = text.split_whitespace().collect();
        match parts.as_slice() {
            [from, "TO" | "to" | "-", until] => format!("{from}..{until}"),
            _ => text.trim().to_owned(),
        }
    } else if let Some(year) = text.strip_prefix(">=") {
        format!("{}..", bound(year, 0)?)
    } else if let Some(year) = text.strip_prefix("<=") {
        format!("..{}", bound(year, 0)?)
    } else if let Some(year) = text.strip_prefix('>') {
        format!("{}..", bound(year, 1)?)
    } else if let Some(year) = text.strip_prefix('<') {
        format!("..{}", bound(year, -1)?)
    } else {
        text.to_owned()
    };
    let known = value.parse::<index::YearRange>();
    known.map(|_| value).map_err(|error| error.to_string())
}

fn one_or(mut parts: Vec<Expr>, many: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    if parts.len() == 1 {
        parts.swap_remove(0)
    } else {
        many(parts)
    }
}

/// Adds a plain word to the words before it.
fn join(runs: &mut Vec<Expr>, word: String, own: Option<SearchField>, is_joinable: bool) {
    if is_joinable
        && let Some(Expr::Words { text, field }) = runs.last_mut()
        && *field == own
    {
        text.push(' ');
        text.push_str(&word);
        return;
    }
    runs.push(Expr::Words {
        field: own,
        text: word,
    });
}
