//! `trithuc extract FILE`: the text that ingestion would index.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;
use extract::{Document, DocumentMetadata, FieldConfidence, Limits, Reading};
use records::{Column, Lang, Localised, RecordType};
use serde::Serialize;

use super::extract_worker;
use crate::{context::Context, outcome::Outcome, output};

/// Arguments of the command.
#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The document: PDF, Word, Excel, PowerPoint (binary and XML), ODT, ODS,
    /// RTF, EPUB, HTML, text in any encoding; data as CSV or Parquet.
    file: PathBuf,
    /// Say where each page begins.
    #[arg(long)]
    pages: bool,
}

/// Prints the text of a document, or all that was found as JSON.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let shown = args.file.display();
    let bytes = fs::read(&args.file)
        .with_context(|| format!("`{shown}` cannot be read; check the path and its rights"))?;
    let name = args.file.file_name().and_then(|name| name.to_str());
    let recogniser = extract_worker::recogniser().ok();
    let reading = Reading {
        limits: &Limits::default(),
        recogniser: recogniser.as_ref(),
        is_alive: &|| {},
    };
    let document = extract::extract_with(&bytes, name, &reading)
        .with_context(|| format!("`{shown}` gives no text"))?;
    if context.json {
        output::json(&Answer::of(&document))?;
        return Ok(Outcome::Done);
    }
    for warning in &document.warnings {
        eprintln!("trithuc: {shown}: {warning}");
    }
    for column in &document.columns {
        output::line(described(column))?;
    }
    if let Some(n) = document.n_rows {
        output::line(format!("{n} rows\n"))?;
    }
    if !args.pages {
        output::line(document.text())?;
        return Ok(Outcome::Done);
    }
    for page in &document.pages {
        output::line(format!("--- {} ---\n{}", page.number, page.text))?;
    }
    Ok(Outcome::Done)
}

/// A variable on one line: name, type, extent, samples.
fn described(column: &Column) -> String {
    let name = match &column.table {
        Some(table) => format!("{table}: {}", column.name),
        None => column.name.clone(),
    };
    let kind = column.data_type.clone().unwrap_or_default();
    let extent = match (&column.minimum, &column.maximum) {
        (Some(least), Some(greatest)) => format!("{least} … {greatest}"),
        _ => String::new(),
    };
    [name, kind, extent, column.samples.join("; ")].join("\t")
}

#[derive(Serialize)]
struct Answer<'a> {
    media_type: &'static str,
    pages: &'a [records::Page],
    metadata: Metadata<'a>,
    language: &'a Lang,
    encoding: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    columns: &'a [Column],
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(rename = "type")]
    record_type: Option<&'static str>,
    title: BTreeMap<&'a str, &'a String>,
    authors: &'a [String],
    affiliations: &'a [String],
    #[serde(rename = "abstract")]
    abstract_text: BTreeMap<&'a str, &'a String>,
    keywords: BTreeMap<&'a str, &'a Vec<String>>,
    doi: Option<&'a str>,
    issn: Option<&'a str>,
    venue: Option<&'a str>,
    year: Option<i32>,
    volume: Option<&'a str>,
    issue: Option<&'a str>,
    pages: Option<&'a str>,
    references: &'a [String],
    confidence: BTreeMap<&'static str, f32>,
}

impl<'a> Answer<'a> {
    fn of(document: &'a Document) -> Self {
        Self {
            media_type: document.media_type.as_str(),
            pages: &document.pages,
            metadata: Metadata::of(&document.metadata),
            language: &document.language,
            encoding: document.encoding.as_deref(),
            columns: &document.columns,
            rows: document.n_rows,
            warnings: &document.warnings,
        }
    }
}

impl<'a> Metadata<'a> {
    fn of(metadata: &'a DocumentMetadata) -> Self {
        Self {
            record_type: metadata.record_type.map(RecordType::as_str),
            title: by_language(&metadata.title),
            authors: &metadata.authors,
            affiliations: &metadata.affiliations,
            abstract_text: by_language(&metadata.abstract_text),
            keywords: by_language(&metadata.keywords),
            doi: metadata.doi.as_deref(),
            issn: metadata.issn.as_deref(),
            venue: metadata.venue.as_deref(),
            year: metadata.year,
            volume: metadata.volume.as_deref(),
            issue: metadata.issue.as_deref(),
            pages: metadata.pages.as_deref(),
            references: &metadata.references,
            confidence: confidence(&metadata.confidence),
        }
    }
}

fn by_language<T>(values: &Localised<T>) -> BTreeMap<&str, &T> {
    values
        .iter()
        .map(|(lang, value)| (lang.as_str(), value))
        .collect()
}

fn confidence(confidence: &FieldConfidence) -> BTreeMap<&'static str, f32> {
    BTreeMap::from([
        ("type", confidence.record_type),
        ("title", confidence.title),
        ("authors", confidence.authors),
        ("abstract", confidence.abstract_text),
        ("keywords", confidence.keywords),
        ("doi", confidence.doi),
        ("year", confidence.year),
    ])
}
