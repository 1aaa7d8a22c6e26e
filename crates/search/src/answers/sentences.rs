//! The sentences of records that may answer: those that hold most of the
//! question, and those that an abstract begins with, which may answer in
//! another language.

use records::Record;

use super::evidence::{Evidence, QuestionWords};

/// Sentences of one record by their words.
const BY_WORDS: usize = 4;
/// Sentences of one record from the beginning of each abstract and of the text.
const FROM_BEGINNING: usize = 4;
/// Longest sentence in bytes; what is longer is a table or a list of references
/// run together.
const LONGEST: usize = 1_200;
/// Shortest sentence in bytes: headings and page numbers say nothing.
const SHORTEST: usize = 25;
/// Bytes of one record that are read: a book is looked at by its beginning.
const READ_BYTES: usize = 2 << 20;

/// A sentence that may answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sentence<'a> {
    /// Which of the records.
    pub(super) record: usize,
    /// Its page; `None` for an abstract.
    pub(super) page: Option<u32>,
    /// The sentence as it stands in the record.
    pub(super) text: &'a str,
    /// What speaks for it.
    pub(super) evidence: Evidence,
}

/// The sentences of `records` worth weighing, in the order of records and
/// places.
pub(super) fn candidates<'a>(records: &'a [Record], words: &QuestionWords) -> Vec<Sentence<'a>> {
    let of_one = |(at, record): (usize, &'a Record)| of_record(at, record, words);
    records.iter().enumerate().flat_map(of_one).collect()
}

fn of_record<'a>(at: usize, record: &'a Record, words: &QuestionWords) -> Vec<Sentence<'a>> {
    let mut all: Vec<(bool, Sentence<'a>)> = Vec::new();
    let mut add = |text: &'a str, page: Option<u32>| {
        let fitting = text::sentences(text).into_iter().map(|range| &text[range]);
        let fitting = fitting.filter(|text| (SHORTEST..=LONGEST).contains(&text.len()));
        for (n, text) in fitting.enumerate() {
            let evidence = Evidence {
                coverage: words.coverage(text),
                cosine: None,
            };
            let is_early = n < FROM_BEGINNING && page.is_none_or(|page| page <= 1);
            let record = at;
            all.push((
                is_early,
                Sentence {
                    record,
                    page,
                    text,
                    evidence,
                },
            ));
        }
    };
    for (_, text) in record.abstract_text.iter() {
        add(text, None);
    }
    let mut left = READ_BYTES;
    for page in &record.body {
        if page.text.len() > left {
            break;
        }
        left -= page.text.len();
        add(&page.text, Some(page.number));
    }
    let mut by_words: Vec<usize> = (0..all.len())
        .filter(|n| all[*n].1.evidence.coverage > 0.0)
        .collect();
    // Stable: equal coverage in the order of places.
    by_words.sort_by(|a, b| {
        let coverage = |n: &usize| all[*n].1.evidence.coverage;
        coverage(b).total_cmp(&coverage(a))
    });
    by_words.truncate(BY_WORDS);
    let kept = all.into_iter().enumerate();
    let kept = kept.filter(|(n, (is_early, _))| *is_early || by_words.contains(n));
    kept.map(|(_, (_, sentence))| sentence).collect()
}
