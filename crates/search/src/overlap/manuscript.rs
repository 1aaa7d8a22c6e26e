//! A text from outside, or a record, as passages to compare.

use embed::{PassageLimits, TextRole, cut_passages};
use records::{Page, Record};

use super::shared::Words;
use crate::Meaning;

/// A text that is compared with the library: pasted, read from a document, or
/// that of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manuscript {
    /// Its text. A text without pages is one page.
    pub pages: Vec<Page>,
    /// Whether the numbers of its pages mean something to a reader.
    pub has_pages: bool,
}

impl Manuscript {
    /// A text without pages.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            pages: vec![Page {
                number: 1,
                text: text.into(),
            }],
            has_pages: false,
        }
    }

    /// The pages of a document.
    pub fn of_pages(pages: Vec<Page>) -> Self {
        Self {
            has_pages: pages.len() > 1,
            pages,
        }
    }

    /// Title, abstracts and full text of a record.
    pub fn of_record(record: &Record) -> Self {
        let abstracts = record.abstract_text.iter().map(|(_, text)| text);
        let heads: Vec<&String> = if record.abstract_text.is_empty() && record.body.is_empty() {
            record.title.iter().map(|(_, title)| title).collect()
        } else {
            abstracts.collect()
        };
        let head = heads.into_iter().map(|text| Page {
            number: 1,
            text: text.clone(),
        });
        Self {
            pages: head.chain(record.body.iter().cloned()).collect(),
            has_pages: record.body.len() > 1,
        }
    }

    /// Cut into passages, each sentence in one of them only.
    pub(crate) fn passages(&self, meaning: Option<&Meaning>) -> Vec<Passage> {
        let pages = self
            .pages
            .iter()
            .map(|page| (page.number, page.text.as_str()));
        cut(pages, meaning, 0)
            .into_iter()
            .map(|mut passage| {
                passage.page = passage.page.filter(|_| self.has_pages);
                passage
            })
            .collect()
    }
}

/// A passage of either side.
#[derive(Debug, Clone)]
pub(crate) struct Passage {
    pub(crate) text: String,
    pub(super) page: Option<u32>,
    pub(super) words: Words,
    /// `None` where it was not embedded.
    pub(crate) vector: Option<Vec<f32>>,
}

impl Passage {
    pub(super) fn new(text: String, page: Option<u32>, vector: Option<Vec<f32>>) -> Self {
        Self {
            words: Words::of(&text),
            text,
            page,
            vector,
        }
    }
}

/// Passages of a record of the library that has no vectors.
pub(super) fn of_stored(record: &Record) -> Vec<Passage> {
    let manuscript = Manuscript::of_record(record);
    manuscript.passages(None)
}

fn cut<'a>(
    pages: impl Iterator<Item = (u32, &'a str)>,
    meaning: Option<&Meaning>,
    max_overlap_tokens: usize,
) -> Vec<Passage> {
    let most = meaning.map_or(usize::MAX, |meaning| meaning.embedder.max_tokens() / 2);
    let limits = PassageLimits {
        max_tokens: PassageLimits::default().max_tokens.min(most),
        max_overlap_tokens,
        ..PassageLimits::default()
    };
    let count = |text: &str| match meaning {
        Some(meaning) => meaning.embedder.n_tokens(text, TextRole::Passage),
        None => text::tokenise(text).len(),
    };
    let cut = cut_passages(pages, &limits, count).into_iter();
    let passages = cut.map(|passage| Passage::new(passage.text, Some(passage.first_page), None));
    passages.filter(|passage| passage.words.len() > 0).collect()
}
