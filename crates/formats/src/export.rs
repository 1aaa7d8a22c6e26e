//! Records as text of the exchange formats, one file a format.
//!
//! Names: Vietnamese ones stay in natural order wherever a format has room for
//! a whole name, and are never put in the Western order; formats that want the
//! parts get the family name first.

mod bibtex;
mod csl;
mod csv;
mod datacite;
mod marcxml;
mod oai_dc;
mod ris;
mod schema_org;
#[cfg(test)]
mod tests;
mod xml;

use std::{fmt, io, io::Write, str::FromStr};

use records::{Lang, Record};

/// A format that records are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportFormat {
    /// The record as the catalogue has it; JSON Lines for many.
    Json,
    /// RIS.
    Ris,
    /// BibTeX.
    Bibtex,
    /// CSL-JSON, an array.
    Csl,
    /// MARC 21 in XML.
    Marcxml,
    /// Simple Dublin Core of OAI-PMH.
    OaiDc,
    /// DataCite kernel 4.
    Datacite,
    /// schema.org as JSON-LD.
    SchemaOrg,
    /// CSV with a header.
    Csv,
}

/// A word that is no export format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "format `{0}` is not known; use json, ris, bibtex, csl, marcxml, oai_dc, datacite, schemaorg or csv"
)]
pub struct UnknownExportFormat(String);

impl ExportFormat {
    /// All formats.
    pub const ALL: [Self; 9] = [
        Self::Json,
        Self::Ris,
        Self::Bibtex,
        Self::Csl,
        Self::Marcxml,
        Self::OaiDc,
        Self::Datacite,
        Self::SchemaOrg,
        Self::Csv,
    ];

    /// The word in arguments and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ris => "ris",
            Self::Bibtex => "bibtex",
            Self::Csl => "csl",
            Self::Marcxml => "marcxml",
            Self::OaiDc => "oai_dc",
            Self::Datacite => "datacite",
            Self::SchemaOrg => "schemaorg",
            Self::Csv => "csv",
        }
    }

    /// The media type of what is written.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ris => "application/x-research-info-systems",
            Self::Bibtex => "application/x-bibtex",
            Self::Csl => "application/vnd.citationstyles.csl+json",
            Self::Marcxml => "application/marcxml+xml",
            Self::OaiDc | Self::Datacite => "application/xml",
            Self::SchemaOrg => "application/ld+json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The usual ending of a file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json | Self::Csl | Self::SchemaOrg => "json",
            Self::Ris => "ris",
            Self::Bibtex => "bib",
            Self::Marcxml | Self::OaiDc | Self::Datacite => "xml",
            Self::Csv => "csv",
        }
    }

    /// What stands before, between and after many records.
    fn frame(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Json | Self::Ris | Self::Bibtex => ("", "", ""),
            Self::Csl | Self::SchemaOrg => ("[\n", ",\n", "\n]\n"),
            Self::Marcxml => (marcxml::HEAD, "", marcxml::TAIL),
            Self::OaiDc => (oai_dc::HEAD, "", oai_dc::TAIL),
            Self::Datacite => (datacite::HEAD, "", datacite::TAIL),
            Self::Csv => (csv::HEADER, "", ""),
        }
    }

    fn record(self, record: &Record) -> String {
        match self {
            Self::Json => {
                let json = serde_json::to_string(record);
                json.expect("a record has only string keys") + "\n"
            }
            Self::Ris => ris::write(record),
            Self::Bibtex => bibtex::write(record),
            Self::Csl => csl::write(record).to_string(),
            Self::Marcxml => marcxml::write(record),
            Self::OaiDc => oai_dc::write(record),
            Self::Datacite => datacite::write(record),
            Self::SchemaOrg => schema_org::write(record).to_string(),
            Self::Csv => csv::write(record),
        }
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ExportFormat {
    type Err = UnknownExportFormat;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| UnknownExportFormat(word.chars().take(40).collect()))
    }
}

/// One record as a whole document of its format.
pub fn write_one(format: ExportFormat, record: &Record) -> String {
    let (head, _, tail) = format.frame();
    match format {
        ExportFormat::OaiDc | ExportFormat::Datacite => {
            format!("{}{}", xml::DECLARATION, format.record(record))
        }
        ExportFormat::SchemaOrg => format.record(record),
        _ => format!("{head}{}{tail}", format.record(record)),
    }
}

/// Writes many records as one document, one after the other.
pub struct Exporter<W> {
    format: ExportFormat,
    out: W,
    n_written: u64,
}

impl<W: Write> Exporter<W> {
    /// Starts a document.
    ///
    /// # Errors
    /// When writing fails, as all the methods.
    pub fn new(format: ExportFormat, mut out: W) -> io::Result<Self> {
        out.write_all(format.frame().0.as_bytes())?;
        Ok(Self {
            format,
            out,
            n_written: 0,
        })
    }

    /// Writes one record.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        if self.n_written > 0 {
            self.out.write_all(self.format.frame().1.as_bytes())?;
        }
        self.n_written += 1;
        self.out.write_all(self.format.record(record).as_bytes())
    }

    /// Ends the document; gives the number of records.
    pub fn finish(mut self) -> io::Result<u64> {
        self.out.write_all(self.format.frame().2.as_bytes())?;
        self.out.flush()?;
        Ok(self.n_written)
    }
}

/// A title with its language.
type TitleIn<'a> = (&'a Lang, &'a str);

/// The title in the language of the work, with that language; and the others.
fn titles(record: &Record) -> (Option<TitleIn<'_>>, Vec<TitleIn<'_>>) {
    let main = record.language.clone().unwrap_or_else(Lang::vi);
    let first = record.title.prefer(&main).map(|(lang, _)| lang.clone());
    let mut others = Vec::new();
    let mut main = None;
    for (lang, title) in record.title.iter() {
        if Some(lang) == first.as_ref() {
            main = Some((lang, title.as_str()));
        } else {
            others.push((lang, title.as_str()));
        }
    }
    (main, others)
}

/// First and last page, where `pages` has both.
fn page_range(pages: &str) -> (&str, Option<&str>) {
    match pages.split_once(['-', '–']) {
        Some((first, last)) => (first.trim(), Some(last.trim_start_matches('-').trim())),
        None => (pages.trim(), None),
    }
}
