//! Records as text of the exchange formats, one file a format.
//!
//! Names: Vietnamese ones stay in natural order wherever a format has room for
//! a whole name, and are never put in the Western order; formats that want the
//! parts get the family name first.

mod bibtex;
mod cerif;
mod csl;
mod csv;
mod datacite;
mod marcxml;
mod mods;
mod oai_dc;
mod openaire;
mod ris;
mod schema_org;
#[cfg(test)]
mod tests;
mod xml;

use std::{fmt, io, io::Write, str::FromStr};

use records::{Lang, Record, RecordType};

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
    /// MODS.
    Mods,
    /// OpenAIRE for literature repositories.
    OpenAire,
    /// OpenAIRE for research information systems (CERIF in XML).
    Cerif,
}

/// A word that is no export format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "format `{0}` is not known; use json, ris, bibtex, csl, marcxml, oai_dc, datacite, schemaorg, csv, mods, openaire or cerif"
)]
pub struct UnknownExportFormat(String);

impl ExportFormat {
    /// All formats.
    pub const ALL: [Self; 12] = [
        Self::Json,
        Self::Ris,
        Self::Bibtex,
        Self::Csl,
        Self::Marcxml,
        Self::OaiDc,
        Self::Datacite,
        Self::SchemaOrg,
        Self::Csv,
        Self::Mods,
        Self::OpenAire,
        Self::Cerif,
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
            Self::Mods => "mods",
            Self::OpenAire => "openaire",
            Self::Cerif => "cerif",
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
            Self::Mods => "application/mods+xml",
            Self::OaiDc | Self::Datacite | Self::OpenAire | Self::Cerif => "application/xml",
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
            Self::Csv => "csv",
            Self::Marcxml
            | Self::OaiDc
            | Self::Datacite
            | Self::Mods
            | Self::OpenAire
            | Self::Cerif => "xml",
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
            Self::Mods => (mods::HEAD, "", mods::TAIL),
            Self::OpenAire => (openaire::HEAD, "", openaire::TAIL),
            Self::Cerif => (cerif::HEAD, "", cerif::TAIL),
        }
    }

    fn record(self, record: &Record, page: Option<&str>) -> String {
        match self {
            Self::Json => {
                let json = serde_json::to_string(record);
                json.expect("a record has only string keys") + "\n"
            }
            Self::Ris => ris::write(record, page),
            Self::Bibtex => bibtex::write(record, page),
            Self::Csl => csl::write(record, page).to_string(),
            Self::Marcxml => marcxml::write(record, page),
            Self::OaiDc => oai_dc::write(record, page),
            Self::Datacite => datacite::write(record, page),
            Self::SchemaOrg => schema_org::write(record, page).to_string(),
            Self::Csv => csv::write(record),
            Self::Mods => mods::write(record, page),
            Self::OpenAire => openaire::write(record, page),
            Self::Cerif => cerif::write(record, page),
        }
    }

    /// One record as it stands inside a document of another kind, without an
    /// XML declaration: in an OAI-PMH or SRU answer. MARC's element names its
    /// namespace itself.
    pub fn element(self, record: &Record, page: Option<&str>) -> String {
        match self {
            Self::Marcxml => marcxml::alone(record, page),
            _ => self.record(record, page),
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
///
/// * `page`: address of the page about the record, where it has one; goes out
///   as the work's address where the record names none of its own.
pub fn write_one(format: ExportFormat, record: &Record, page: Option<&str>) -> String {
    let (head, _, tail) = format.frame();
    let text = format.record(record, page);
    match format {
        ExportFormat::SchemaOrg => text,
        ExportFormat::OaiDc
        | ExportFormat::Datacite
        | ExportFormat::Mods
        | ExportFormat::OpenAire
        | ExportFormat::Cerif => format!("{}{text}", xml::DECLARATION),
        _ => format!("{head}{text}{tail}"),
    }
}

/// The plural that stands before the name of a work where research information
/// systems exchange it: `Publications`, `Products`, `Patents` or `Projects`.
pub fn cerif_plural(record_type: RecordType) -> &'static str {
    cerif::entity(record_type).1
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

    /// Writes one record; `page` as in [`write_one`].
    pub fn write(&mut self, record: &Record, page: Option<&str>) -> io::Result<()> {
        if self.n_written > 0 {
            self.out.write_all(self.format.frame().1.as_bytes())?;
        }
        self.n_written += 1;
        self.out
            .write_all(self.format.record(record, page).as_bytes())
    }

    /// What was written to, for taking out what has gathered there.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Ends the document; gives the number of records and what was written to.
    pub fn finish(mut self) -> io::Result<(u64, W)> {
        self.out.write_all(self.format.frame().2.as_bytes())?;
        self.out.flush()?;
        Ok((self.n_written, self.out))
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
