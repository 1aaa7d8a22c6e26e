//! A text from outside, or a record, as passages to compare.

use embed::{PassageLimits, TextRole, cut_passages};
use records::{Page, Record};

use super::shared::Words;
use crate::Meaning;

/// A text that is compared with the library: pasted, read from a document, or
/// that of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manuscript {
    /// Texts of their own, each with its pages: no passage reaches from one
    /// into another.
    parts: Vec<Vec<Page>>,
    /// Whether the numbers of the pages mean something to a reader.
    has_pages: bool,
}

impl Manuscript {
    /// A text without pages.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            parts: vec![vec![one_page(text)]],
            has_pages: false,
        }
    }

    /// The pages of a document.
    pub fn of_pages(pages: Vec<Page>) -> Self {
        Self {
            has_pages: pages.len() > 1,
            parts: vec![pages],
        }
    }

    /// Abstracts and full text of a record; its titles where it has neither.
    pub fn of_record(record: &Record) -> Self {
        let heads = if record.abstract_text.is_empty() && record.body.is_empty() {
            &record.title
        } else {
            &record.abstract_text
        };
        let heads = heads.iter().map(|(_, text)| vec![one_page(text)]);
        Self {
            parts: heads.chain([record.body.clone()]).collect(),
            has_pages: record.body.len() > 1,
        }
    }

    /// Cut into passages, each sentence in one of them only.
    pub(crate) fn passages(&self, meaning: Option<&Meaning>) -> Vec<Passage> {
        let mut passages = Vec::new();
        for pages in &self.parts {
            let pages = pages.iter().map(|page| (page.number, page.text.as_str()));
            passages.extend(cut(pages, meaning));
        }
        for passage in &mut passages {
            passage.page = passage.page.filter(|_| self.has_pages);
        }
        passages
    }
}

fn one_page(text: impl Into<String>) -> Page {
    Page::new(1, text)
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

fn cut<'a>(pages: impl Iterator<Item = (u32, &'a str)>, meaning: Option<&Meaning>) -> Vec<Passage> {
    let most = meaning.map_or(usize::MAX, |meaning| meaning.embedder.max_tokens() / 2);
    let limits = PassageLimits {
        max_tokens: PassageLimits::default().max_tokens.min(most),
        max_overlap_tokens: 0,
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
