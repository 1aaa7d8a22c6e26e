//! CQL, the Contextual Query Language of libraries, read into a tree and said
//! again in the query language of this library.
//!
//! **Source:** OASIS searchRetrieve 1.0 Part 5: CQL 2.0; CQL 1.2 is a part of it.

/// What cannot be answered: number of the SRU diagnostic and its details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Diagnostic {
    pub(super) number: u32,
    pub(super) details: String,
}

impl Diagnostic {
    pub(super) fn new(number: u32, details: impl Into<String>) -> Self {
        Self {
            number,
            details: details.into(),
        }
    }
}

/// Deepest nesting of parentheses.
const DEEPEST: usize = 40;

/// Indexes that are known: their names in CQL (without the context set, in
/// lower case) and the field of our language; `None` is every field.
const INDEXES: [(&str, Option<&str>); 18] = [
    ("serverchoice", None),
    ("anywhere", None),
    ("allindexes", None),
    ("keywords", None),
    ("title", Some("title")),
    ("creator", Some("author")),
    ("author", Some("author")),
    ("contributor", Some("author")),
    ("subject", Some("keyword")),
    ("description", Some("abstract")),
    ("abstract", Some("abstract")),
    ("source", Some("venue")),
    ("date", Some("year")),
    ("year", Some("year")),
    ("identifier", Some("id")),
    ("id", Some("id")),
    ("fulltext", Some("body")),
    ("body", Some("body")),
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Slash,
    Relation(String),
    Word(String),
    Quoted(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, Diagnostic> {
    let mut out = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            c if c.is_whitespace() => {}
            '(' => out.push(Token::Open),
            ')' => out.push(Token::Close),
            '/' => out.push(Token::Slash),
            '=' | '<' | '>' => {
                let mut relation = String::from(c);
                while let Some((_, next)) = rest.next_if(|(_, next)| "=<>".contains(*next)) {
                    relation.push(next);
                }
                out.push(Token::Relation(relation));
            }
            '"' => {
                let mut quoted = String::new();
                loop {
                    match rest.next() {
                        Some((_, '\\')) => quoted.extend(rest.next().map(|(_, next)| next)),
                        Some((_, '"')) => break,
                        Some((_, next)) => quoted.push(next),
                        None => {
                            return Err(Diagnostic::new(
                                10,
                                format!("quote at byte {at} is not closed"),
                            ));
                        }
                    }
                }
                out.push(Token::Quoted(quoted));
            }
            c => {
                let mut word = String::from(c);
                let inside = |next: char| !next.is_whitespace() && !"()=<>\"/".contains(next);
                while let Some((_, next)) = rest.next_if(|(_, next)| inside(*next)) {
                    word.push(next);
                }
                out.push(Token::Word(word));
            }
        }
    }
    Ok(out)
}

/// A CQL query in the query language of this library.
///
/// # Errors
/// The SRU diagnostic of what is not read or not offered.
pub(super) fn translate(cql: &str) -> Result<String, Diagnostic> {
    let bare: String = cql.to_ascii_lowercase().split_whitespace().collect();
    if ["cql.allrecords=1", "allrecords=1"].contains(&bare.as_str()) {
        return Ok(String::new());
    }
    let mut parser = Parser {
        tokens: tokens(cql)?,
        at: 0,
    };
    let query = parser.expression(0)?;
    if parser.at < parser.tokens.len() {
        return Err(Diagnostic::new(10, "something is left after the query"));
    }
    Ok(query)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Booleans have one rank and are read from the left.
    fn expression(&mut self, depth: usize) -> Result<String, Diagnostic> {
        if depth > DEEPEST {
            return Err(Diagnostic::new(
                10,
                format!("more than {DEEPEST} parentheses inside each other"),
            ));
        }
        let mut left = self.clause(depth)?;
        loop {
            let Some(Token::Word(word)) = self.peek() else {
                return Ok(left);
            };
            let operator = match word.to_ascii_lowercase().as_str() {
                "and" => "AND",
                "or" => "OR",
                "not" => "NOT",
                "prox" => return Err(Diagnostic::new(37, "prox")),
                "sortby" => return Err(Diagnostic::new(80, "sortBy")),
                _ => return Err(Diagnostic::new(10, format!("`{word}` is no boolean"))),
            };
            self.at += 1;
            if self.peek() == Some(&Token::Slash) {
                return Err(Diagnostic::new(46, "modifier of a boolean"));
            }
            let right = self.clause(depth)?;
            left = match operator {
                "NOT" => format!("({left} AND NOT {right})"),
                operator => format!("({left} {operator} {right})"),
            };
        }
    }

    fn clause(&mut self, depth: usize) -> Result<String, Diagnostic> {
        match self.next() {
            Some(Token::Open) => {
                let inside = self.expression(depth + 1)?;
                match self.next() {
                    Some(Token::Close) => Ok(inside),
                    _ => Err(Diagnostic::new(10, "a parenthesis is not closed")),
                }
            }
            Some(Token::Word(word)) => match self.relation()? {
                Some(relation) => {
                    let field = field(&word)?;
                    let term = self.term()?;
                    say(field, &relation, &term)
                }
                None => say(None, "=", &word),
            },
            Some(Token::Quoted(text)) => say(None, "=", &text),
            _ => Err(Diagnostic::new(10, "a term is missing")),
        }
    }

    fn relation(&mut self) -> Result<Option<String>, Diagnostic> {
        let relation = match self.peek() {
            Some(Token::Relation(relation)) => relation.clone(),
            Some(Token::Word(word)) => {
                let word = word.to_ascii_lowercase();
                let word = word.trim_start_matches("cql.").to_owned();
                if !["any", "all", "adj", "exact", "within"].contains(&word.as_str()) {
                    return Ok(None);
                }
                word
            }
            _ => return Ok(None),
        };
        self.at += 1;
        if self.peek() == Some(&Token::Slash) {
            return Err(Diagnostic::new(20, "modifier of a relation"));
        }
        Ok(Some(relation))
    }

    fn term(&mut self) -> Result<String, Diagnostic> {
        match self.next() {
            Some(Token::Word(text) | Token::Quoted(text)) => Ok(text),
            _ => Err(Diagnostic::new(10, "a term is missing")),
        }
    }
}

fn field(index: &str) -> Result<Option<&'static str>, Diagnostic> {
    let lower = index.to_ascii_lowercase();
    let name = lower.rsplit('.').next().unwrap_or_default();
    let found = INDEXES.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, field)| *field)
        .ok_or_else(|| Diagnostic::new(16, index))
}

/// One condition in our language. Words are cut to letters and digits, so that
/// nothing in a term is an operator there.
fn say(field: Option<&'static str>, relation: &str, term: &str) -> Result<String, Diagnostic> {
    if field == Some("year") {
        return years(relation, term);
    }
    if field == Some("id") {
        // A name is found whole.
        let name = term.trim().replace(['"', '\\'], "");
        return match name.is_empty() {
            true => Err(Diagnostic::new(27, "the term is empty")),
            false => Ok(format!("id:\"{name}\"")),
        };
    }
    let words = words(term)?;
    if words.is_empty() {
        return Err(Diagnostic::new(27, "the term is empty"));
    }
    let one = |word: &String| match field {
        Some(field) => format!("{field}:{word}"),
        None => word.clone(),
    };
    let join = |operator: &str| {
        let all: Vec<String> = words.iter().map(one).collect();
        match all.len() {
            1 => all[0].clone(),
            _ => format!("({})", all.join(operator)),
        }
    };
    match relation {
        "=" | "all" => Ok(join(" AND ")),
        "any" => Ok(join(" OR ")),
        "==" | "exact" | "adj" => {
            let phrase = format!("\"{}\"", words.join(" ").replace('*', ""));
            Ok(match field {
                Some(field) => format!("{field}:{phrase}"),
                None => phrase,
            })
        }
        relation => Err(Diagnostic::new(19, relation)),
    }
}

/// The words of a term; a star at the end stays and means a prefix.
fn words(term: &str) -> Result<Vec<String>, Diagnostic> {
    let mut out = Vec::new();
    for raw in term.split_whitespace() {
        let is_prefix = raw.ends_with('*');
        let bare = raw.trim_end_matches('*');
        if bare.contains(['*', '?']) {
            return Err(Diagnostic::new(28, raw));
        }
        let letter = |c: char| c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c);
        let pieces: Vec<&str> = bare
            .split(|c| !letter(c))
            .filter(|piece| !piece.is_empty())
            .collect();
        for (n, piece) in pieces.iter().enumerate() {
            let star = if is_prefix && n + 1 == pieces.len() {
                "*"
            } else {
                ""
            };
            out.push(format!("{}{star}", piece.to_lowercase()));
        }
    }
    Ok(out)
}

fn years(relation: &str, term: &str) -> Result<String, Diagnostic> {
    let years: Vec<i32> = term
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .collect();
    let bad = || Diagnostic::new(36, term.chars().take(40).collect::<String>());
    let year = *years.first().ok_or_else(bad)?;
    match (relation, years.as_slice()) {
        ("within", [from, .., to]) => Ok(format!("year:{from}..{to}")),
        ("=" | "==" | "exact" | "any" | "all" | "within", _) => Ok(format!("year:{year}")),
        (">=", _) => Ok(format!("year:{year}..")),
        (">", _) => Ok(format!("year:{}..", year + 1)),
        ("<=", _) => Ok(format!("year:..{year}")),
        ("<", _) => Ok(format!("year:..{}", year - 1)),
        (relation, _) => Err(Diagnostic::new(19, relation)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_libraries_ask_is_said_in_our_language() {
        for (cql, ours) in [
            ("lúa", "lúa"),
            ("\"Xâm nhập mặn\"", "(xâm AND nhập AND mặn)"),
            ("dc.title = lúa", "title:lúa"),
            ("dc.title == \"giống lúa\"", "title:\"giống lúa\""),
            ("dc.title any \"lúa ngô\"", "(title:lúa OR title:ngô)"),
            (
                "dc.creator all \"Nguyễn Hạnh\"",
                "(author:nguyễn AND author:hạnh)",
            ),
            ("dc.date within \"2010 2015\"", "year:2010..2015"),
            ("dc.date > 2010", "year:2011.."),
            ("nano*", "nano*"),
            ("cql.allRecords = 1", ""),
            ("lúa and mặn not ngô", "((lúa AND mặn) AND NOT ngô)"),
            (
                "(lúa or ngô) AND dc.date<=2015",
                "((lúa OR ngô) AND year:..2015)",
            ),
            ("title = \"AND OR (\"", "(title:and AND title:or)"),
        ] {
            assert_eq!(translate(cql).as_deref(), Ok(ours), "{cql}");
        }
    }

    #[test]
    fn what_is_not_offered_has_its_number() {
        for (cql, number) in [
            ("", 10),
            ("lúa ngô", 10),
            ("(lúa", 10),
            ("\"lúa", 10),
            ("dc.colour = red", 16),
            ("lúa prox mặn", 37),
            ("dc.title < a", 19),
            ("dc.title =/stem lúa", 20),
            ("l*a", 28),
            ("dc.date = soon", 36),
            (&"(".repeat(99), 10),
        ] {
            assert_eq!(translate(cql).map_err(|d| d.number), Err(number), "{cql}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(cql in ".{0,80}") {
            let _ = translate(&cql);
        }
    }
}
