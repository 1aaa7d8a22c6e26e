//! What comes out of a document.

use records::{
    Agent, Column, Identifier, Lang, Localised, LocalisedText, Page, RecordType, Subject,
};

use serde::{Deserialize, Serialize};

use crate::{
    ExtractError, Limits, MediaType,
    dataset::Table,
    metadata::{self, manuscript::Manuscript},
    plain, repair,
};

/// A page with less text says little on the language of a document.
const MIN_TELLING_BYTES: usize = 600;

/// Pages at the start and at the end that metadata is read from: covers, title
/// page and table of contents; reference lists and English summaries.
pub(crate) const FRONT_PAGES: usize = 12;
pub(crate) const BACK_PAGES: usize = 40;

/// A table with named columns of figures may still be part of a report.
const DATA_TYPE_CONFIDENCE: f32 = 0.7;

/// What stands above a table may also be a letterhead.
const DATA_TITLE_CONFIDENCE: f32 = 0.6;

/// A sheet of a workbook with all its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// A line a row, numbered as in the sheet; cells parted by tabs, without
    /// any quotes.
    pub rows: String,
}

/// A document as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Document {
    /// What kind of file it was.
    pub media_type: MediaType,
    /// Its pages in order, numbered as in the file. A page without any text is
    /// there with an empty text. A kind without pages has one.
    pub pages: Vec<Page>,
    /// The language of its text, `und` when that cannot be told.
    pub language: Lang,
    /// What it says of itself.
    pub metadata: DocumentMetadata,
    /// What the program that wrote the file put into its properties: often
    /// empty or left over from a template, so only a hint.
    pub properties: Properties,
    /// The encoding that the text was in, when that is a property of the whole
    /// file (`windows-1258`) or when a legacy one was repaired (`tcvn3`).
    pub encoding: Option<String>,
    /// The variables, where it holds tables of data.
    pub columns: Vec<Column>,
    /// Rows of data in these tables.
    pub n_rows: Option<u64>,
    /// The sheets of a workbook, in order, with all their rows.
    pub sheets: Vec<Sheet>,
    /// What went wrong without stopping the reading, for people.
    pub warnings: Vec<String>,
    /// What stands above the first table of data.
    #[serde(skip)]
    pub(crate) table_title: Option<String>,
    /// Blocks with their looks, for the rules of metadata; gone when those have
    /// run.
    #[serde(skip)]
    pub(crate) manuscript: Option<Manuscript>,
    /// Metadata that the file states in fields of its own.
    #[serde(skip)]
    pub(crate) stated: Option<Box<DocumentMetadata>>,
}

impl Document {
    /// An empty document of a kind.
    pub(crate) fn new(media_type: MediaType) -> Self {
        Self {
            media_type,
            pages: Vec::new(),
            language: Lang::und(),
            metadata: DocumentMetadata::default(),
            properties: Properties::default(),
            encoding: None,
            columns: Vec::new(),
            n_rows: None,
            sheets: Vec::new(),
            warnings: Vec::new(),
            table_title: None,
            manuscript: None,
            stated: None,
        }
    }

    /// Tells the language from the first page with enough text: covers and half
    /// titles are often in another one; from the title where there is none.
    pub(crate) fn tell_language(&mut self) {
        let body = self
            .pages
            .iter()
            .find(|page| page.text.len() > MIN_TELLING_BYTES);
        let text = body.map_or_else(|| self.text(), |page| page.text.clone());
        self.language = Lang::parse(text::detect(&text).lang);
    }

    /// Sets the pages, numbered from 1.
    ///
    /// # Errors
    /// Nothing but white space; more text than the limits allow.
    pub(crate) fn set_pages(
        &mut self,
        texts: impl Iterator<Item = String>,
        limits: &Limits,
    ) -> Result<(), ExtractError> {
        self.pages = (1..)
            .zip(texts)
            .map(|(number, text)| Page::new(number, text))
            .collect();
        let n_bytes: usize = self.pages.iter().map(|page| page.text.len()).sum();
        if self.pages.iter().all(|page| page.text.trim().is_empty()) {
            return Err(ExtractError::NoText);
        }
        if n_bytes / 4 > limits.max_text_chars {
            return Err(ExtractError::TooLarge {
                limit: limits.max_text_chars as u64,
                unit: "characters",
            });
        }
        Ok(())
    }

    /// Sets pages and columns from tables of data, a page a table.
    ///
    /// # Errors
    /// As [`Document::set_pages`].
    pub(crate) fn set_tables(
        &mut self,
        tables: Vec<(Option<String>, Table)>,
        limits: &Limits,
    ) -> Result<(), ExtractError> {
        let mut texts = Vec::with_capacity(tables.len());
        for (text, mut table) in tables {
            texts.push(plain::tidy(text.as_ref().unwrap_or(&table.text)));
            // What is no data and whole in the text needs no summary.
            if text.is_some() && !table.is_data {
                continue;
            }
            if table.is_text_cut && text.is_none() {
                self.warnings.push(format!(
                    "{} rows: the text holds the first ones and the words of later ones",
                    table.n_rows
                ));
            }
            if table.n_columns_left_out > 0 {
                let n = table.n_columns_left_out;
                self.warnings
                    .push(format!("{n} more columns are not described"));
            }
            self.n_rows = Some(self.n_rows.unwrap_or(0) + table.n_rows);
            self.columns.append(&mut table.columns);
            self.table_title = self.table_title.take().or(table.title);
        }
        self.set_pages(texts.into_iter(), limits)
    }

    /// Repairs legacy encodings in the pages and in the blocks, and says so.
    pub(crate) fn repair(&mut self) {
        let mut texts: Vec<&mut String> =
            self.pages.iter_mut().map(|page| &mut page.text).collect();
        texts.extend(&mut self.table_title);
        for column in &mut self.columns {
            texts.push(&mut column.name);
            texts.extend(&mut column.samples);
        }
        for sheet in &mut self.sheets {
            texts.push(&mut sheet.name);
            texts.push(&mut sheet.rows);
        }
        let repaired = repair::all(texts.into_iter());
        if let Some(manuscript) = &mut self.manuscript {
            manuscript.repair();
        }
        let Some(most) = repaired.first() else {
            return;
        };
        self.encoding = Some(most.encoding.as_str().to_owned());
        for found in &repaired {
            self.warnings.push(format!(
                "{} letters in the encoding `{}` repaired, in {} places",
                found.n_chars, found.encoding, found.n_runs
            ));
        }
    }

    /// Reads the metadata: from the blocks where the file shows looks, else
    /// from the text alone. What the file states in fields of its own wins.
    pub(crate) fn read_metadata(&mut self) {
        if !self.columns.is_empty() {
            return self.describe_data();
        }
        let manuscript = self.manuscript.take().unwrap_or_else(|| {
            let n_pages = self.pages.len();
            let is_read = |at: usize| at < FRONT_PAGES || at + BACK_PAGES >= n_pages;
            let read = self.pages.iter().enumerate().filter(|(at, _)| is_read(*at));
            Manuscript::of_pages(read.map(|(_, page)| (page.number, page.text.as_str())))
        });
        self.metadata = metadata::read(&manuscript, &self.properties);
        if let Some(stated) = self.stated.take() {
            self.metadata.prefer(*stated);
        }
    }

    /// Tables of data have no title page: what stands above the first of them
    /// is their title.
    fn describe_data(&mut self) {
        self.metadata.record_type = Some(RecordType::Dataset);
        self.metadata.confidence.record_type = DATA_TYPE_CONFIDENCE;
        if let Some(title) = self.table_title.take() {
            let lang = Lang::parse(text::detect(&title).lang);
            self.metadata.title = Localised::one(lang, title);
            self.metadata.confidence.title = DATA_TITLE_CONFIDENCE;
        }
    }

    /// The text of all pages, one empty line between two pages.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.pages.iter().map(|page| page.text.as_str()).collect();
        texts.join("\n\n")
    }
}

/// Properties stored beside the text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DocumentMetadata {
    /// Title per language.
    pub title: LocalisedText,
    /// What kind of work it says it is.
    pub record_type: Option<RecordType>,
    /// Authors without degrees, names in capitals in small letters, in order;
    /// inventors of a patent, the principal investigator of a task.
    pub authors: Vec<String>,
    /// Institutions of the authors as printed, in order.
    pub affiliations: Vec<String>,
    /// Supervisors, applicants, lead institutions.
    pub contributors: Vec<Agent>,
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
    /// Patent numbers and the like.
    pub identifiers: Vec<Identifier>,
    /// Classification codes that it prints: IPC.
    pub subjects: Vec<Subject>,
    /// Reference list, one entry each, as printed.
    pub references: Vec<String>,
    /// How sure each field is.
    pub confidence: FieldConfidence,
}

impl DocumentMetadata {
    /// Takes over every field that `stated` has.
    fn prefer(&mut self, stated: Self) {
        let sure = &mut self.confidence;
        if !stated.title.is_empty() {
            (self.title, sure.title) = (stated.title, stated.confidence.title);
        }
        if !stated.authors.is_empty() {
            (self.authors, sure.authors) = (stated.authors, stated.confidence.authors);
        }
        if !stated.abstract_text.is_empty() {
            self.abstract_text = stated.abstract_text;
            sure.abstract_text = stated.confidence.abstract_text;
        }
        if stated.doi.is_some() {
            (self.doi, sure.doi) = (stated.doi, stated.confidence.doi);
        }
        if stated.year.is_some() {
            (self.year, sure.year) = (stated.year, stated.confidence.year);
        }
        for (mine, theirs) in [
            (&mut self.venue, stated.venue),
            (&mut self.volume, stated.volume),
            (&mut self.issue, stated.issue),
            (&mut self.pages, stated.pages),
            (&mut self.issn, stated.issn),
        ] {
            *mine = theirs.or(mine.take());
        }
    }
}

/// How sure the fields of [`DocumentMetadata`] are, each from 0 (not found) to
/// 1 (the file states it in so many words).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldConfidence {
    /// Of the record type.
    pub record_type: f32,
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
