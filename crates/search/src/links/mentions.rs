//! Names and titles of other works in the text of a record.

use std::{collections::BTreeSet, ops::Range};

use records::{Identifier, Record, Scheme};

use crate::Highlighted;

/// Different words that may be names: reference lists of a thesis hold some
/// hundred.
const MOST_NAMES: usize = 1_000;

/// Shorter words name no work.
const SHORTEST_NAME: usize = 5;

/// Letters shown before and after a mention.
const AROUND: usize = 120;

/// A stretch of a record's text.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    /// Page of the document, where that means something.
    pub(super) page: Option<u32>,
}

/// What a record says in running text: abstracts, full text, references.
pub(super) fn sources(record: &Record) -> Vec<Source<'_>> {
    let plain = |text| Source { text, page: None };
    let abstracts = record
        .abstract_text
        .iter()
        .map(|(_, text)| plain(text.as_str()));
    let has_pages = record.body.len() > 1;
    let body = record.body.iter().map(|page| Source {
        text: page.text.as_str(),
        page: has_pages.then_some(page.number),
    });
    let references = record.references.iter().map(|text| plain(text.as_str()));
    let columns = record
        .columns
        .iter()
        .filter_map(|column| column.description.as_deref());
    abstracts
        .chain(body)
        .chain(references)
        .chain(columns.map(plain))
        .collect()
}

/// Words that may be the names of works: DOIs, numbers of patents, codes of
/// tasks. Which of them are is for the catalogue to say.
pub(super) fn names(sources: &[Source<'_>]) -> Vec<Identifier> {
    let mut found = BTreeSet::new();
    for source in sources {
        let words: Vec<&str> = source.text.split_whitespace().map(trimmed).collect();
        for (at, word) in words.iter().enumerate() {
            if !word.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            found.extend(named_by(word));
            // `US 9,876,543`, `VN 1-0012345`, `số ĐTĐL.CN-12/20`
            let before = at.checked_sub(1).map(|before| words[before]);
            if let Some(before) = before.filter(|word| (2..=4).contains(&word.len())) {
                found.extend(named_by(&format!("{before}{word}")));
                found.extend(named_by(&format!("{before} {word}")));
            }
            if found.len() >= MOST_NAMES {
                return found.into_iter().collect();
            }
        }
    }
    found.into_iter().collect()
}

fn trimmed(word: &str) -> &str {
    let is_around = |c: char| !c.is_alphanumeric();
    word.trim_start_matches(is_around)
        .trim_end_matches(is_around)
}

fn named_by(word: &str) -> Vec<Identifier> {
    if word.len() < SHORTEST_NAME || word.len() > 200 {
        return Vec::new();
    }
    if let Some(doi) = doi_in(word) {
        return vec![doi];
    }
    let compact = word.replace(',', "");
    let schemes = [Scheme::Patent, Scheme::Task, Scheme::Arxiv, Scheme::Handle];
    let mut names: Vec<Identifier> = schemes
        .into_iter()
        .filter_map(|scheme| Identifier::new(scheme, word))
        .collect();
    if compact != word {
        names.extend(Identifier::new(Scheme::Patent, &compact));
    }
    names
}

/// The DOI that a word is or ends in: `https://doi.org/10.1000/a.1`.
fn doi_in(word: &str) -> Option<Identifier> {
    let at = word.find("10.")?;
    Identifier::new(Scheme::Doi, &word[at..])
}

/// A mention with what stands around it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mention {
    pub(super) quote: Highlighted,
    pub(super) page: Option<u32>,
}

/// Where a name stands; case does not count.
pub(super) fn mention_of_name(sources: &[Source<'_>], name: &str) -> Option<Mention> {
    let wanted = name.to_lowercase();
    first(sources, |text| {
        let lower = text.to_lowercase();
        // Places are those of the original only where letters keep their size.
        let at = lower.find(&wanted).filter(|_| lower.len() == text.len());
        at.map(|at| at..at + wanted.len())
            .filter(|place| stands_alone(text, place))
    })
}

/// Whether no letter or digit goes on on either side.
fn stands_alone(text: &str, place: &Range<usize>) -> bool {
    let (Some(before), Some(after)) = (text.get(..place.start), text.get(place.end..)) else {
        return false;
    };
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !goes_on(before.chars().next_back()) && !goes_on(after.chars().next())
}

/// Where the words of a title stand one after the other, whatever accents, case
/// and marks stand between.
pub(super) fn mention_of_title(sources: &[Source<'_>], title: &str) -> Option<Mention> {
    let wanted: Vec<String> = text::tokenise(title)
        .into_iter()
        .map(|word| word.folded)
        .collect();
    if wanted.is_empty() {
        return None;
    }
    first(sources, |text| {
        let words = text::tokenise(text);
        let at = words.windows(wanted.len()).position(|run| {
            run.iter()
                .zip(&wanted)
                .all(|(word, wanted)| word.folded == *wanted)
        })?;
        Some(words[at].start..words[at + wanted.len() - 1].end)
    })
}

fn first(sources: &[Source<'_>], find: impl Fn(&str) -> Option<Range<usize>>) -> Option<Mention> {
    sources.iter().find_map(|source| {
        let place = find(source.text)?;
        Some(Mention {
            quote: quote(source.text, &place)?,
            page: source.page,
        })
    })
}

/// A place with the words around it.
fn quote(text: &str, place: &Range<usize>) -> Option<Highlighted> {
    let (before, inside, after) = (
        text.get(..place.start)?,
        text.get(place.clone())?,
        text.get(place.end..)?,
    );
    let start = before
        .char_indices()
        .rev()
        .take(AROUND)
        .last()
        .map_or(0, |(at, _)| at);
    // From the next word on, unless the text begins here.
    let cut = match before[start..].find(char::is_whitespace) {
        Some(space) if start > 0 => start + space + 1,
        _ => start,
    };
    let end = after
        .char_indices()
        .nth(AROUND)
        .map_or(after.len(), |(at, _)| at);
    let end = match after[..end].rfind(char::is_whitespace) {
        Some(space) if end < after.len() => space,
        _ => end,
    };
    let head = &before[cut.min(before.len())..];
    Some(Highlighted {
        text: format!("{head}{inside}{}", &after[..end]),
        marks: std::iter::once(head.len()..head.len() + inside.len()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> [Source<'_>; 1] {
        [Source {
            text,
            page: Some(3),
        }]
    }

    #[test]
    fn names_of_works_are_read_as_people_write_them() {
        let text = "Xem (doi: 10.1000/ABC.1), https://doi.org/10.5555/x-2; bằng US 9,876,543 và \
                    đề tài mã số ĐTĐL.CN-12/20, VN 1-0012345.";
        let found = names(&of(text));
        let has = |scheme, value: &str| found.contains(&Identifier::new(scheme, value).unwrap());
        assert!(has(Scheme::Doi, "10.1000/abc.1"));
        assert!(has(Scheme::Doi, "10.5555/x-2"));
        assert!(has(Scheme::Patent, "US9876543"));
        assert!(has(Scheme::Task, "ĐTĐL.CN-12/20"));
        assert!(has(Scheme::Patent, "VN 1-0012345"));
    }

    #[test]
    fn a_name_is_quoted_with_its_page_and_no_longer_name_is() {
        let text = "Kết quả của đề tài ĐTĐL.CN-12/20 được dùng ở đây.";
        let found = mention_of_name(&of(text), "đtđl.cn-12/20").unwrap();
        assert_eq!(
            (&found.quote.text[found.quote.marks[0].clone()], found.page),
            ("ĐTĐL.CN-12/20", Some(3))
        );
        assert_eq!(mention_of_name(&of(text), "ĐTĐL.CN-12/2"), None);
    }

    #[test]
    fn a_title_is_found_however_it_is_set() {
        let text = "Chúng tôi dùng bộ \u{201c}MỰC NƯỚC biển,\nven bờ\u{201d} (2020).";
        let found = mention_of_title(&of(text), "Mực nước biển ven bờ").unwrap();
        assert!(found.quote.text[found.quote.marks[0].clone()].starts_with("MỰC"));
        assert_eq!(mention_of_title(&of(text), "Mực nước biển xa bờ"), None);
        assert_eq!(mention_of_title(&of(text), "…"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_searched(text in ".{0,400}", name in ".{0,20}") {
            let sources = of(&text);
            let _ = names(&sources);
            for found in [mention_of_name(&sources, &name), mention_of_title(&sources, &name)].into_iter().flatten() {
                prop_assert!(found.quote.text.get(found.quote.marks[0].clone()).is_some());
            }
        }
    }
}
