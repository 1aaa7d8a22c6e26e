//! What comes out of a document.

use records::{Lang, Localised, LocalisedText, Page};

use crate::MediaType;

/// A document as text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What kind of file it was.
    pub media_type: MediaType,
    /// Its pages in order, numbered as in the file. A page without any text is
    /// there with an empty text. A kind without pages has one.
    pub pages: Vec<Page>,
    /// What it says of itself.
    pub metadata: DocumentMetadata,
    /// What the program that wrote the file put into its properties: often
    /// empty or left over from a template, so only a hint.
    pub properties: Properties,
    /// The encoding that the text was in, when that is a property of the whole
    /// file (`windows-1258`) or when a legacy one was repaired (`tcvn3`).
    pub encoding: Option<String>,
    /// What went wrong without stopping the reading, for people.
    pub warnings: Vec<String>,
}

impl Document {
    /// An empty document of a kind.
    pub(crate) fn new(media_type: MediaType) -> Self {
        Self {
            media_type,
            pages: Vec::new(),
            metadata: DocumentMetadata::default(),
            properties: Properties::default(),
            encoding: None,
            warnings: Vec::new(),
        }
    }

    /// The text of all pages, one empty line between two pages.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.pages.iter().map(|page| page.text.as_str()).collect();
        texts.join("\n\n")
    }
}

/// Properties stored beside the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// Title.
    pub title: Option<String>,
    /// Author, or whoever owned the computer.
    pub author: Option<String>,
    /// Keywords as typed.
    pub keywords: Option<String>,
    /// Language.
    pub language: Option<Lang>,
}

/// What a document says of itself. Empty where it does not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentMetadata {
    /// Title per language.
    pub title: LocalisedText,
    /// Authors as printed, in order.
    pub authors: Vec<String>,
    /// Institutions of the authors as printed, in order.
    pub affiliations: Vec<String>,
    /// Abstract (*tóm tắt*) per language.
    pub abstract_text: LocalisedText,
    /// Keywords (*từ khóa*) per language, in order.
    pub keywords: Localised<Vec<String>>,
    /// DOI, canonical.
    pub doi: Option<String>,
    /// ISSN of the journal, `1859-1531`.
    pub issn: Option<String>,
    /// Journal or series.
    pub venue: Option<String>,
    /// Year of publication.
    pub year: Option<i32>,
    /// Volume (*tập*).
    pub volume: Option<String>,
    /// Issue (*số*).
    pub issue: Option<String>,
    /// Pages in the journal, `12-19`.
    pub pages: Option<String>,
    /// Reference list, one entry each, as printed.
    pub references: Vec<String>,
    /// How sure each field is.
    pub confidence: FieldConfidence,
}

/// How sure the fields of [`DocumentMetadata`] are, each from 0 (not found) to
/// 1 (the file states it in so many words).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FieldConfidence {
    /// Of the titles.
    pub title: f32,
    /// Of the authors.
    pub authors: f32,
    /// Of the abstracts.
    pub abstract_text: f32,
    /// Of the keywords.
    pub keywords: f32,
    /// Of the DOI.
    pub doi: f32,
    /// Of the year.
    pub year: f32,
}
