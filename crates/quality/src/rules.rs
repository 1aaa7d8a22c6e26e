//! The rules, one file a criterion.

mod clean;
mod complete;
mod consistent;
mod correct;
mod live;
mod shared;

#[cfg(test)]
mod tests;

use records::Record;

use crate::Rule;

/// In the order of [`crate::Criterion::ALL`].
pub(crate) const ALL: [&[Rule]; 6] = [
    correct::RULES,
    complete::RULES,
    clean::RULES,
    live::RULES,
    consistent::RULES,
    shared::RULES,
];

/// The short texts that people wrote: titles, keywords, names, venue.
fn short_texts(record: &Record) -> impl Iterator<Item = &str> {
    let titles = record.title.iter().map(|(_, text)| text.as_str());
    let keywords = record.keywords.iter().flat_map(|(_, words)| words);
    let names = record.agents.iter().map(|agent| agent.name.as_str());
    let publishing = [&record.venue, &record.publisher].into_iter().flatten();
    titles
        .chain(keywords.map(String::as_str))
        .chain(names)
        .chain(publishing.map(String::as_str))
}

/// The short texts and the abstracts.
fn texts(record: &Record) -> impl Iterator<Item = &str> {
    let abstracts = record.abstract_text.iter().map(|(_, text)| text.as_str());
    short_texts(record).chain(abstracts)
}

/// Characters shown before a fault inside a long text.
const BEFORE: usize = 40;

/// The text from a little before the byte `at`, so that the fault is seen.
fn around(text: &str, at: usize) -> &str {
    let before = text[..at].char_indices().rev().nth(BEFORE);
    &text[before.map_or(0, |(start, _)| start)..]
}
