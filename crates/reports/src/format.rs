//! The kinds of files that a report is written as.

use std::{fmt, str::FromStr};

use rust_xlsxwriter::XlsxError;

use crate::{html, pdf, report::Report, sheets};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One page of the web, nothing loaded from elsewhere.
    Html,
    /// A4, fonts embedded.
    Pdf,
    /// All figures in one table.
    Csv,
    /// A sheet a table.
    Xlsx,
}

/// A name that is no kind of report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("reports are not written as `{0}`; use html, pdf, csv or xlsx")]
pub struct UnknownReportFormat(String);

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// As PDF.
    #[error("the report cannot be written as PDF; HTML and XLSX hold the same figures")]
    Pdf(#[from] std::io::Error),
    /// As a spreadsheet.
    #[error("the report cannot be written as a spreadsheet; CSV holds the same figures")]
    Xlsx(#[from] XlsxError),
}

impl ReportFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Html, Self::Pdf, Self::Csv, Self::Xlsx];

    /// Name and ending.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReportFormat {
    type Err = UnknownReportFormat;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let lower = word.to_ascii_lowercase();
        let found = Self::ALL
            .into_iter()
            .find(|format| format.as_str() == lower);
        found.ok_or_else(|| UnknownReportFormat(word.chars().take(20).collect()))
    }
}

impl Report {
    /// The report as a file.
    ///
    /// # Errors
    /// [`WriteError`] when a library fails on what the report holds.
    pub fn write(&self, format: ReportFormat) -> Result<Vec<u8>, WriteError> {
        Ok(match format {
            ReportFormat::Html => html::write(self).into_bytes(),
            ReportFormat::Pdf => pdf::write(self)?,
            ReportFormat::Csv => sheets::csv(self).into_bytes(),
            ReportFormat::Xlsx => sheets::xlsx(self)?,
        })
    }
}
