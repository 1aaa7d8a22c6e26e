//! One condition of the form, as a query writes it, and read out of a query again.

use index::SearchField;

/// Fields of text that a condition may name, in the order of the form.
pub(super) const FIELDS: [SearchField; 9] = [
    SearchField::Title,
    SearchField::Abstract,
    SearchField::Keyword,
    SearchField::Author,
    SearchField::Institution,
    SearchField::Venue,
    SearchField::Body,
    SearchField::Column,
    SearchField::Identifier,
];

/// How the words of a condition stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    All,
    Any,
    Phrase,
    None,
}

impl How {
    pub(super) const EVERY: [Self; 4] = [Self::All, Self::Phrase, Self::Any, Self::None];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Phrase => "phrase",
            Self::None => "none",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|how| how.as_str() == word)
    }
}

/// A row of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    /// Where the words are looked for; everywhere without one.
    pub(super) field: Option<SearchField>,
    /// How they stand together.
    pub(super) how: How,
    /// The words.
    pub(super) text: String,
}

impl Condition {
    /// As a query writes it; nothing for one without a word.
    pub(super) fn query(&self) -> Option<String> {
        condition(self.field, self.how, &self.text)
    }

    /// The condition that a query writes so; `None` for what no row of the form
    /// can say.
    pub(super) fn read(part: &str) -> Option<Self> {
        let (field, text) = words_of(part)?;
        let one = |how| Self {
            field,
            how,
            text: text.clone(),
        };
        let all = How::EVERY.into_iter().map(one);
        all.into_iter()
            .find(|one| one.query().as_deref() == Some(part))
    }
}

/// The query that the free text and the conditions make together.
pub(super) fn joined(free: &str, mut conditions: Vec<String>) -> String {
    match (free.is_empty(), conditions.is_empty()) {
        (_, true) => return free.to_owned(),
        (false, false) => conditions.insert(0, format!("({free})")),
        (true, false) => {}
    }
    conditions.join(" AND ")
}

/// The field and the bare words of what may be a condition.
fn words_of(part: &str) -> Option<(Option<SearchField>, String)> {
    let whole = part.strip_prefix("NOT ").unwrap_or(part);
    let inner = whole
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'));
    let inner = inner.unwrap_or(whole);
    let name = inner.split_once(':').map(|(name, _)| name);
    let field = name.and_then(|name| FIELDS.into_iter().find(|field| field.as_str() == name));
    let prefix = field.map_or_else(String::new, |field| format!("{}:", field.as_str()));
    let words = words(inner)?.into_iter().map(|(_, word)| word);
    let words = words.filter(|word| !["AND", "OR"].contains(word));
    let bare = words.map(|word| word.strip_prefix(&prefix).unwrap_or(word).replace('"', ""));
    let text = bare.collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some((field, text))
}

/// The words of a query with their places; what stands in quotes or brackets
/// belongs to one. `None` where those do not close.
pub(super) fn words(query: &str) -> Option<Vec<(usize, &str)>> {
    let (mut words, mut start) = (Vec::new(), None);
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, c) in query.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c == '(' && !quoted {
            depth += 1;
        } else if c == ')' && !quoted {
            depth = depth.checked_sub(1)?;
        }
        let is_gap = c.is_whitespace() && depth == 0 && !quoted;
        match (is_gap, start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                words.push((from, &query[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| (from, &query[from..])));
    (depth == 0 && !quoted).then_some(words)
}

fn condition(field: Option<SearchField>, how: How, text: &str) -> Option<String> {
    let of_field = |word: &str| match field {
        Some(field) => format!("{}:{word}", field.as_str()),
        None => word.to_owned(),
    };
    // Marks of the query language are not what people search for here.
    let bare = text.replace(['"', '“', '”', '„'], " ");
    let words: Vec<&str> = bare
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .collect();
    if words.is_empty() {
        return None;
    }
    if how == How::Phrase {
        return Some(of_field(&format!("\"{}\"", words.join(" "))));
    }
    let joint = if how == How::All { " AND " } else { " OR " };
    let parts: Vec<String> = words.iter().map(|word| of_field(&quoted(word))).collect();
    let joined = match &parts[..] {
        [one] => one.clone(),
        _ => format!("({})", parts.join(joint)),
    };
    Some(match how {
        How::None => format!("NOT {joined}"),
        _ => joined,
    })
}

/// A word that means itself: in quotes where the query language would read
/// something else in it.
fn quoted(word: &str) -> String {
    let is_operator = ["AND", "OR", "NOT", "TO", "VÀ", "HOẶC", "KHÔNG"].contains(&word);
    match word.chars().all(char::is_alphanumeric) && !is_operator {
        true => word.to_owned(),
        false => format!("\"{word}\""),
    }
}
