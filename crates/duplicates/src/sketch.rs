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
    /// Numbers in it, in order, however written: `Phần 2` is not `Phần III`,
    /// the `10th` campaign not the `eleventh`.
    pub(crate) numbers: Vec<u32>,
    /// Whether it is said to be about another publication: an erratum, a reply.
    pub(crate) is_about_another: bool,
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
            is_about_another: is_about_another(&letters),
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

/// Words, folded, that titles about another publication begin with. *Dinh
/// chinh*: correction.
const ABOUT_ANOTHER: [&str; 7] = [
    "erratum",
    "errata",
    "corrigendum",
    "retraction",
    "reply",
    "rejoinder",
    "dinh chinh",
];

fn is_about_another(letters: &str) -> bool {
    ABOUT_ANOTHER.iter().any(|word| {
        let rest = letters.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// Numbers of folded text: Arabic with or without an English ordinal's ending,
/// Roman from two letters on, English ordinals in words up to the twelfth.
fn numbers(letters: &str) -> Vec<u32> {
    letters.split(' ').filter_map(number).collect()
}

fn number(word: &str) -> Option<u32> {
    const WORDS: [(&str, u32); 22] = [
        ("ii", 2),
        ("iii", 3),
        ("iv", 4),
        ("vi", 6),
        ("vii", 7),
        ("viii", 8),
        ("ix", 9),
        ("xi", 11),
        ("xii", 12),
        ("xiii", 13),
        ("first", 1),
        ("second", 2),
        ("third", 3),
        ("fourth", 4),
        ("fifth", 5),
        ("sixth", 6),
        ("seventh", 7),
        ("eighth", 8),
        ("ninth", 9),
        ("tenth", 10),
        ("eleventh", 11),
        ("twelfth", 12),
    ];
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_ordinal = ["", "st", "nd", "rd", "th"].contains(&&word[digits.len()..]);
    let in_digits = digits.parse().ok().filter(|_| is_ordinal);
    let in_words = || WORDS.iter().find(|(name, _)| *name == word);
    in_digits.or_else(|| in_words().map(|(_, value)| *value))
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
        assert_eq!(numbers("The 11th campaign, second part"), [11, 2]);
        assert_eq!(numbers("Word2vec in 3D"), [0; 0]);
    }

    #[test]
    fn an_erratum_is_about_another_publication() {
        let is_about = |title| Title::new(&Lang::vi(), title).unwrap().is_about_another;
        assert!(is_about("Erratum to: Rice") && is_about("Đính chính: Lúa"));
        assert!(!is_about("Rice"));
    }
}
