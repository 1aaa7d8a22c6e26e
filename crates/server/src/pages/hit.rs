//! One record in a list of results.

use index::FacetField;
use records::{AccessLevel, Lang, LocalisedText, Record};
use search::{Explanation, FusionParts, Highlighted, Hit};

use crate::{
    files::own_url,
    locale::Locale,
    metadata::{coins, is_web_address},
    pages::{labels, reading::reading_url},
    params::encode,
    typography::decimal,
    words::fill,
};

/// A stretch of text and whether it matches the query.
pub(crate) type Stretch = (String, bool);

/// One record in a list, as the template shows it.
pub(crate) struct HitView {
    pub(crate) number: usize,
    pub(crate) url: String,
    pub(crate) title: Vec<Stretch>,
    pub(crate) title_lang: String,
    pub(crate) kind: &'static str,
    /// The access level, when it is not open.
    pub(crate) access: Option<&'static str>,
    pub(crate) authors: String,
    pub(crate) venue: Option<String>,
    pub(crate) year: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) snippet: Vec<Stretch>,
    pub(crate) snippet_lang: String,
    pub(crate) page: Option<String>,
    /// The document, opened at that page.
    pub(crate) page_url: Option<String>,
    pub(crate) why: Option<WhyView>,
    pub(crate) coins: String,
}

/// What the score of a hit is made of.
pub(crate) struct WhyView {
    pub(crate) caption: String,
    pub(crate) parts: Vec<PartView>,
    /// How words and meaning make up the score, a line each; empty when words
    /// alone rank.
    pub(crate) fusion: Vec<String>,
}

/// One part of a score.
pub(crate) struct PartView {
    pub(crate) term: String,
    pub(crate) field: &'static str,
    pub(crate) weight: String,
    pub(crate) frequency: u32,
    pub(crate) score: String,
}

/// Authors named in a list; the others are counted.
const NAMED_AUTHORS: usize = 4;
/// Longest snippet in a list, in characters: about five lines.
const SNIPPET_CHARS: usize = 420;

impl HitView {
    /// The hit that stands at place `number` (from 1) of all results.
    pub(crate) fn new(hit: &Hit, number: usize, locale: Locale) -> Self {
        let w = locale.words();
        let record = &hit.record;
        let snippet = hit.snippet.as_ref();
        let access = (record.access != AccessLevel::Open).then(|| labels::access(record.access, w));
        Self {
            number,
            url: record_url(&hit.id),
            title: stretches(&hit.title, usize::MAX),
            title_lang: lang_of(&record.title, &hit.title.text, locale),
            kind: labels::kind(record.record_type, w),
            access,
            authors: authors(record, locale),
            venue: record.venue.clone(),
            year: record.year.map(|year| year.to_string()),
            language: record
                .language
                .as_ref()
                .map(|lang| labels::language(lang.as_str(), w)),
            snippet: snippet.map(excerpt).unwrap_or_default(),
            snippet_lang: snippet_lang(record, snippet, locale),
            page: hit
                .page
                .map(|page| fill(w.search.in_page, &[("n", &page.to_string())])),
            page_url: hit.page.map(|page| reading_url(&record.id, page)),
            why: hit
                .explain
                .as_ref()
                .map(|explanation| why(explanation, locale)),
            coins: coins(record),
        }
    }
}

/// Address of the page of a record.
pub(crate) fn record_url(id: &records::RecordId) -> String {
    format!("/records/{}", encode(id.as_str()))
}

/// The first PDF of a record, opened at a page by the browser's own viewer.
pub(crate) fn page_url(record: &Record, page: u32) -> Option<String> {
    let is_pdf = |file: &records::DocumentFile| file.media_type == "application/pdf";
    let place = record.files.iter().position(is_pdf)?;
    let file = &record.files[place];
    let url = match is_web_address(&file.location) {
        true => file.location.clone(),
        false => own_url(&record.id, place + 1, &file.name),
    };
    Some(format!("{url}#page={page}"))
}

/// Address of the results that have one value of a facet.
pub(crate) fn filter_url(field: FacetField, value: &str) -> String {
    format!("/search?filter={}", encode(&format!("{field}:{value}")))
}

/// The first names, and how many there are besides.
fn authors(record: &Record, locale: Locale) -> String {
    let names: Vec<&str> = record.creators().map(|agent| agent.name.as_str()).collect();
    if names.len() <= NAMED_AUTHORS + 1 {
        return names.join(", ");
    }
    let rest = (names.len() - NAMED_AUTHORS).to_string();
    let others = fill(locale.words().search.and_others, &[("n", &rest)]);
    format!("{} {others}", names[..NAMED_AUTHORS].join(", "))
}

/// The language of the text that is exactly `shown`; the page's when none is.
fn lang_of(texts: &LocalisedText, shown: &str, locale: Locale) -> String {
    let found = texts.iter().find(|(_, text)| text.as_str() == shown);
    found
        .map_or(locale.code(), |(lang, _)| lang.as_str())
        .to_owned()
}

/// A snippet is a piece of an abstract or of the full text.
fn snippet_lang(record: &Record, snippet: Option<&Highlighted>, locale: Locale) -> String {
    let core = snippet.map_or("", |snippet| snippet.text.trim_matches(['…', ' ']));
    let mut texts = record.abstract_text.iter();
    let found = texts.find(|(_, text)| !core.is_empty() && text.contains(core));
    let lang: Option<&Lang> = found.map(|(lang, _)| lang).or(record.language.as_ref());
    lang.map_or(locale.code(), Lang::as_str).to_owned()
}

/// A snippet with an ellipsis where it begins or ends inside a sentence.
fn excerpt(snippet: &Highlighted) -> Vec<Stretch> {
    let mut out = stretches(snippet, SNIPPET_CHARS);
    let starts_inside = out
        .first()
        .and_then(|(text, _)| text.chars().next())
        .is_some_and(char::is_lowercase);
    let ends_inside = out
        .last()
        .and_then(|(text, _)| text.trim_end().chars().next_back())
        .is_some_and(|c| !".!?…:;)”\"".contains(c));
    if starts_inside {
        out.insert(0, ("… ".to_owned(), false));
    }
    if ends_inside {
        out.push((" …".to_owned(), false));
    }
    out
}

/// Cuts a highlighted text into stretches, at most `most` characters in all.
/// A mark that is no valid range of the text is left out.
pub(crate) fn stretches(highlighted: &Highlighted, most: usize) -> Vec<Stretch> {
    let text = highlighted.text.as_str();
    let end = text
        .char_indices()
        .nth(most)
        .map_or(text.len(), |(place, _)| place);
    let mut out: Vec<Stretch> = Vec::new();
    let mut at = 0;
    for mark in &highlighted.marks {
        let (start, stop) = (mark.start.max(at), mark.end.min(end));
        if start >= stop || !text.is_char_boundary(start) || !text.is_char_boundary(stop) {
            continue;
        }
        out.push((text[at..start].to_owned(), false));
        out.push((text[start..stop].to_owned(), true));
        at = stop;
    }
    out.push((text[at..end].to_owned(), false));
    if end < text.len() {
        out.push(("…".to_owned(), false));
    }
    out.retain(|(text, _)| !text.is_empty());
    out
}

fn why(explanation: &Explanation, locale: Locale) -> WhyView {
    let w = locale.words();
    let parts = explanation.terms.iter().map(|part| PartView {
        term: part.term.clone(),
        field: w.searched.get(part.field).unwrap_or(part.field),
        weight: decimal(f64::from(part.field_weight), 2, locale),
        frequency: part.frequency,
        score: decimal(f64::from(part.score), 3, locale),
    });
    let score = decimal(explanation.lexical, 3, locale);
    let caption = match explanation.fusion {
        Some(_) => w.search.why_words_caption,
        None => w.search.why_caption,
    };
    WhyView {
        caption: fill(caption, &[("score", &score)]),
        parts: parts.collect(),
        fusion: explanation
            .fusion
            .map(|parts| fusion_lines(&parts, locale))
            .unwrap_or_default(),
    }
}

/// What the words add, what the meaning adds, and the sum.
fn fusion_lines(parts: &FusionParts, locale: Locale) -> Vec<String> {
    let w = locale.words();
    let number = |value: f64| decimal(value, 4, locale);
    let rank = |rank: Option<usize>| rank.map_or_else(|| "–".to_owned(), |n| n.to_string());
    let words = match parts.lexical_score > 0.0 {
        true => fill(
            w.search.why_words,
            &[
                ("rank", &rank(parts.lexical_rank)),
                ("weight", &number(parts.lexical_weight)),
                ("score", &number(parts.lexical_score)),
                ("best", &number(parts.best_lexical_score)),
                ("part", &number(parts.lexical_part)),
            ],
        ),
        false => w.search.why_words_none.to_owned(),
    };
    let meaning = match parts.cosine {
        Some(cosine) => fill(
            w.search.why_meaning,
            &[
                ("rank", &rank(parts.semantic_rank)),
                ("weight", &number(1.0 - parts.lexical_weight)),
                ("cosine", &number(cosine)),
                ("level", &number(parts.level_cosine)),
                ("nearest", &number(parts.nearest_cosine)),
                ("part", &number(parts.semantic_part)),
            ],
        ),
        None => w.search.why_meaning_none.to_owned(),
    };
    let sum = fill(
        w.search.why_sum,
        &[
            ("words", &number(parts.lexical_part)),
            ("meaning", &number(parts.semantic_part)),
            ("score", &number(parts.lexical_part + parts.semantic_part)),
        ],
    );
    vec![words, meaning, sum]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_piece_of_a_sentence_shows_that_it_is_one() {
        let read = |text: &str| -> String {
            let stretches = excerpt(&Highlighted::plain(text)).into_iter();
            stretches.map(|(text, _)| text).collect()
        };
        assert_eq!(read("Năng suất lúa tăng."), "Năng suất lúa tăng.");
        assert_eq!(read("suất lúa tăng"), "… suất lúa tăng …");
        assert_eq!(read(""), "");
    }

    #[test]
    fn marks_cut_the_text_and_lose_nothing() {
        let text = Highlighted {
            text: "lúa gạo Việt".into(),
            marks: vec![0..4, 12..17],
        };
        let cut = stretches(&text, usize::MAX);
        let marked = |cut: Vec<Stretch>| -> Vec<String> {
            cut.into_iter()
                .filter(|(_, marked)| *marked)
                .map(|(text, _)| text)
                .collect()
        };
        assert_eq!(marked(cut)[0], "lúa");
        assert_eq!(stretches(&text, 5).last().unwrap().0, "…");
    }

    proptest! {
        #[test]
        fn any_marks_keep_the_text(
            text in ".{0,30}",
            marks in prop::collection::vec((0_usize..60, 0_usize..60), 0..6),
        ) {
            let marks = marks.into_iter().map(|(a, b)| a..b).collect();
            let shown = Highlighted { text: text.clone(), marks };
            let joined: String =
                stretches(&shown, usize::MAX).into_iter().map(|(text, _)| text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
