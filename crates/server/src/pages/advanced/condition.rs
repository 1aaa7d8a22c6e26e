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

/// The field and the bare words of what may be a condition.
fn words_of(part: &str) -> Option<(Option<SearchField>, String)> {
    let inner = part.strip_prefix("NOT ").unwrap_or(part);
    let inner = inner
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'));
    let inner = inner.unwrap_or(part.strip_prefix("NOT ").unwrap_or(part));
    let name = inner.split_once(':').map(|(name, _)| name);
    let field = name.and_then(|name| FIELDS.into_iter().find(|field| field.as_str() == name));
    let prefix = field.map(|field| format!("{}:", field.as_str()));
    let bare = prefix.map_or_else(|| inner.to_owned(), |prefix| inner.replace(&prefix, " "));
    let joint = if bare.contains(" AND ") {
        " AND "
    } else {
        " OR "
    };
    let words = bare.split(joint).map(|word| word.trim().replace('"', ""));
    let text = words.collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some((field, text))
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
