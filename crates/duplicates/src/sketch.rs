//! What a record is compared by: a few hundred bytes each.

use records::{Identifier, Lang, Record, RecordId, RecordType, Scheme};

use crate::{
    grams::{bottom_sketch, letters, word_trigrams},
    names::PersonName,
};

/// Hashes kept of an abstract: the similarity is known to ±0.06.
pub(crate) const ABSTRACT_HASHES: usize = 64;

/// Authors compared: longer lists are told apart by their first ones.
const MAX_AUTHORS: usize = 30;

/// A record reduced to what tells works apart.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// Which record.
    pub id: RecordId,
    /// Kind of work.
    pub record_type: RecordType,
    pub(crate) titles: Vec<Title>,
    pub(crate) authors: Vec<PersonName>,
    pub(crate) year: Option<i32>,
    /// Names of one work: DOI, handle, arXiv, patent and task number.
    pub(crate) identifiers: Vec<Identifier>,
    /// First page and last page, as far as they are numbers.
    pub(crate) pages: Option<(u32, Option<u32>)>,
    pub(crate) volume: Option<(u64, Option<u64>)>,
    pub(crate) venue: Vec<u32>,
    /// One bottom-k sketch per language.
    pub(crate) abstracts: Vec<Vec<u32>>,
    /// Numbers of two digits and more in titles and abstracts: the same in
    /// every language; sorted, each once.
    pub(crate) figures: Vec<u32>,
}

/// A title in one language.
#[derive(Debug, Clone)]
pub(crate) struct Title {
    pub(crate) lang: Lang,
    pub(crate) letters: Box<str>,
    pub(crate) trigrams: Vec<u32>,
    /// Numbers in it, Roman ones included, in order: `Phần 2` is not `Phần 3`.
    pub(crate) numbers: Vec<u32>,
}

impl Sketch {
    /// The sketch of a record; the full text is not looked at.
    pub fn new(record: &Record) -> Self {
        let names = record.creators().take(MAX_AUTHORS);
        Self {
            id: record.id.clone(),
            record_type: record.record_type,
            titles: record
                .title
                .iter()
                .filter_map(|(lang, title)| Title::new(lang, title))
                .collect(),
            authors: names
                .filter_map(|agent| PersonName::new(&agent.name))
                .collect(),
            year: record.year.map(|year| year.get()),
            identifiers: works(&record.identifiers),
            pages: record.pages.as_deref().and_then(page_range),
            volume: volume(record),
            venue: word_trigrams(&letters(record.venue.as_deref().unwrap_or_default())),
            abstracts: record
                .abstract_text
                .iter()
                .map(|(_, text)| bottom_sketch(&letters(text), ABSTRACT_HASHES))
                .filter(|sketch| !sketch.is_empty())
                .collect(),
            figures: figures(record),
        }
    }
}

impl Title {
    fn new(lang: &Lang, title: &str) -> Option<Self> {
        let letters = letters(title);
        (!letters.is_empty()).then(|| Self {
            lang: lang.clone(),
            trigrams: word_trigrams(&letters),
            numbers: numbers(&letters),
            letters: letters.into(),
        })
    }
}

fn figures(record: &Record) -> Vec<u32> {
    let texts = record.title.iter().chain(record.abstract_text.iter());
    let digits = texts.flat_map(|(_, text)| text.split(|c: char| !c.is_ascii_digit()));
    let mut figures: Vec<u32> = digits
        .filter(|digits| digits.len() > 1)
        .filter_map(|digits| digits.parse().ok())
        .collect();
    figures.sort_unstable();
    figures.dedup();
    figures
}

fn works(identifiers: &[Identifier]) -> Vec<Identifier> {
    let mut kept: Vec<_> = identifiers
        .iter()
        .filter(|identifier| identifier.names_one_work() && identifier.scheme != Scheme::Url)
        .cloned()
        .collect();
    kept.sort();
    kept
}

/// `4087–4092`, `12-9` (short for 12-19), `e12`: the numbers at its ends.
fn page_range(pages: &str) -> Option<(u32, Option<u32>)> {
    let mut numbers = pages
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok());
    let first: u32 = numbers.next()?;
    Some((first, numbers.next()))
}

fn volume(record: &Record) -> Option<(u64, Option<u64>)> {
    let hash = |text: &String| {
        let hashes = word_trigrams(&letters(text));
        let number = letters(text).parse().ok();
        number.or_else(|| hashes.first().map(|hash| u64::from(*hash) << 32))
    };
    let volume = record.volume.as_ref().and_then(hash)?;
    Some((volume, record.issue.as_ref().and_then(hash)))
}

/// Numbers of folded text: Arabic, and Roman from two letters on.
fn numbers(letters: &str) -> Vec<u32> {
    let number = |word: &str| word.parse().ok().or_else(|| roman(word));
    letters.split(' ').filter_map(number).collect()
}

fn roman(word: &str) -> Option<u32> {
    const NUMERALS: [&str; 11] = [
        "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv",
    ];
    const VALUES: [u32; 11] = [2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14];
    let place = NUMERALS.iter().position(|numeral| *numeral == word)?;
    Some(VALUES[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_as_printed() {
        assert_eq!(page_range("4087–4092"), Some((4087, Some(4092))));
        assert_eq!(page_range("tr. 12-19"), Some((12, Some(19))));
        assert_eq!(page_range("e7"), Some((7, None)));
        assert_eq!(page_range("không rõ"), None);
    }

    #[test]
    fn parts_of_a_series_have_different_numbers() {
        let numbers = |title| Title::new(&Lang::vi(), title).unwrap().numbers;
        assert_eq!(numbers("Bài giảng Đại số, Phần II"), [2]);
        assert_eq!(numbers("Overview of WMT 2019"), [2019]);
    }
}
