//! The form that describes a work, and what it says.

use std::collections::BTreeMap;

use deposits::{Author, Deposit, Metadata};
use records::AccessLevel;

use super::kinds;
use crate::{locale::Locale, pages::labels, params::Params};

/// The form with what is in it; lists as people write them.
pub(super) struct FormView {
    pub(super) kinds: Vec<(&'static str, &'static str)>,
    pub(super) accesses: Vec<(&'static str, &'static str)>,
    pub(super) languages: Vec<(&'static str, String)>,
    pub(super) kind: String,
    pub(super) title_vi: String,
    pub(super) title_en: String,
    pub(super) authors: String,
    pub(super) year: String,
    pub(super) language: String,
    pub(super) abstract_vi: String,
    pub(super) abstract_en: String,
    pub(super) keywords_vi: String,
    pub(super) keywords_en: String,
    pub(super) venue: String,
    pub(super) doi: String,
    pub(super) task_code: String,
    pub(super) licence: String,
    pub(super) access: String,
    pub(super) embargo_until: String,
}

impl FormView {
    pub(super) fn new(said: &Metadata, locale: Locale) -> Self {
        let w = locale.words();
        let in_language = |texts: &BTreeMap<String, String>, code: &str| {
            texts.get(code).cloned().unwrap_or_default()
        };
        let words = |code: &str| {
            let words = said.keywords.get(code).map(|words| words.join("; "));
            words.unwrap_or_default()
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let level = |level: AccessLevel| (level.as_str(), labels::access(level, w));
        Self {
            kinds: kinds(w),
            accesses: AccessLevel::ALL.map(level).to_vec(),
            languages: ["vi", "en", "fr", "de", "ru", "zh", "ja", "ko"]
                .map(|code| (code, labels::language(code, w)))
                .to_vec(),
            kind: text(&said.record_type),
            title_vi: in_language(&said.title, "vi"),
            title_en: in_language(&said.title, "en"),
            authors: lines(&said.authors),
            year: said.year.map(|year| year.to_string()).unwrap_or_default(),
            language: text(&said.language),
            abstract_vi: in_language(&said.abstract_text, "vi"),
            abstract_en: in_language(&said.abstract_text, "en"),
            keywords_vi: words("vi"),
            keywords_en: words("en"),
            venue: text(&said.venue),
            doi: text(&said.doi),
            task_code: text(&said.task_code),
            licence: text(&said.licence),
            access: text(&said.access),
            embargo_until: text(&said.embargo_until),
        }
    }
}

/// `Nguyễn Văn An; 0000-0002-…; Viện Lúa`, an author a line.
fn lines(authors: &[Author]) -> String {
    let line = |author: &Author| {
        let parts = [
            Some(&author.name),
            author.orcid.as_ref(),
            author.affiliation.as_ref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join("; ")
    };
    authors.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn author(line: &str) -> Option<Author> {
    let mut parts = line
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let name = parts.next()?.to_owned();
    let mut author = Author {
        name,
        ..Author::default()
    };
    for part in parts {
        let is_orcid = part.bytes().any(|b| b.is_ascii_digit())
            && part.bytes().filter(|b| *b == b'-').count() >= 3;
        let place = match is_orcid {
            true => &mut author.orcid,
            false => &mut author.affiliation,
        };
        *place = Some(part.to_owned());
    }
    Some(author)
}

/// What a sent form says.
pub(super) fn metadata(form: &Params) -> Metadata {
    let text = |name: &str| {
        let text = form
            .get(name)
            .map(str::trim)
            .filter(|text| !text.is_empty());
        text.map(|text| text.replace("\r\n", "\n"))
    };
    let both = |name: &str| -> BTreeMap<String, String> {
        let one = |code: &str| Some((code.to_owned(), text(&format!("{name}_{code}"))?));
        ["vi", "en"].into_iter().filter_map(one).collect()
    };
    let words = both("keywords").into_iter().map(|(code, words)| {
        let words = words
            .split(';')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        (code, words.map(str::to_owned).collect())
    });
    let authors = text("authors").unwrap_or_default();
    Metadata {
        record_type: text("type"),
        title: both("title"),
        abstract_text: both("abstract"),
        keywords: words.collect(),
        authors: authors.lines().filter_map(author).collect(),
        // A year that is none is refused as such, not passed over.
        year: text("year").map(|year| year.parse().unwrap_or(0)),
        language: text("language"),
        venue: text("venue"),
        doi: text("doi"),
        task_code: text("task_code"),
        licence: text("licence"),
        access: text("access"),
        embargo_until: text("embargo_until"),
        ..Metadata::default()
    }
}

/// What a deposit says, for whoever looks and does not change it.
pub(super) fn facts(deposit: &Deposit, locale: Locale) -> Vec<(&'static str, String)> {
    let w = locale.words();
    let form = FormView::new(&deposit.metadata, locale);
    let named = |code: &str, words: &[(&'static str, &'static str)]| {
        let found = words.iter().find(|(known, _)| *known == code);
        found.map_or_else(String::new, |(_, word)| (*word).to_owned())
    };
    let language = match form.language.as_str() {
        "" => String::new(),
        code => labels::language(code, w),
    };
    let facts = [
        (w.deposits.by, deposit.by.clone()),
        (w.deposits.kind, named(&form.kind, &form.kinds)),
        (w.deposits.title_vi, form.title_vi),
        (w.deposits.title_en, form.title_en),
        (w.facet.author, form.authors),
        (w.deposits.year, form.year),
        (w.deposits.language, language),
        (w.deposits.abstract_vi, form.abstract_vi),
        (w.deposits.abstract_en, form.abstract_en),
        (
            w.searched.keyword,
            [form.keywords_vi, form.keywords_en]
                .join("\n")
                .trim()
                .to_owned(),
        ),
        (w.deposits.venue, form.venue),
        (w.deposits.doi, form.doi),
        (w.deposits.task_code, form.task_code),
        (w.deposits.licence, form.licence),
        (w.deposits.access, named(&form.access, &form.accesses)),
        (w.deposits.embargo, form.embargo_until),
    ];
    facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_are_written_and_read_back() {
        let said = metadata(&Params::of_form("authors=Nguy%E1%BB%85n+An%3B+0000-0002-1825-0097%3B+Vi%E1%BB%87n+L%C3%BAa%0D%0ATr%E1%BA%A7n+B&year=x").unwrap());
        assert_eq!(said.authors.len(), 2);
        assert_eq!(
            said.authors[0].orcid.as_deref(),
            Some("0000-0002-1825-0097")
        );
        assert_eq!(said.authors[0].affiliation.as_deref(), Some("Viện Lúa"));
        assert_eq!(said.year, Some(0), "a year that is none is not passed over");
        let again = Params::default().with("authors", Some(&lines(&said.authors)));
        assert_eq!(metadata(&again).authors, said.authors);
    }
}
