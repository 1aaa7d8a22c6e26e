//! Datasets described in RDF (DCAT): RDF/XML, Turtle, JSON-LD. A graph is read
//! whole, within limits, and cut into the descriptions of its datasets, each
//! an entry in N-Triples.
//! **Source:** DCAT 3 (W3C Recommendation, 2024); DCAT-AP 3.0.1.

mod dcat;
mod graph;

use std::io::{self, BufRead, Read};

use self::graph::Graph;
use crate::{EntryError, Limits, Parsed, RawEntry, RecordFormat};

/// Relative addresses in a file without a base stand below this one; the
/// domain is reserved (RFC 2606), so it is nobody's.
const BASE: &str = "https://base.invalid/";

/// A graph is held in memory: eight times the longest entry of other formats.
const GRAPH_ENTRIES: usize = 8;

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Turtle,
    Xml,
    JsonLd,
}

/// DCAT in Turtle (also N-Triples) or RDF/XML.
#[derive(Debug, Clone, Copy)]
pub struct RdfFormat(pub(crate) Syntax);

impl RecordFormat for RdfFormat {
    fn name(&self) -> &'static str {
        "dcat"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        let limit = (limits.max_entry_bytes * GRAPH_ENTRIES) as u64;
        let mut bytes = Vec::new();
        if let Err(error) = input.take(limit + 1).read_to_end(&mut bytes) {
            return Box::new(std::iter::once(Err(error)));
        }
        if bytes.len() as u64 > limit {
            let entry = refused(1, format!("the graph is longer than {limit} bytes"));
            return Box::new(std::iter::once(Ok(entry)));
        }
        Box::new(entries(&bytes, self.0).into_iter().map(Ok))
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        parse(entry)
    }
}

/// Starts the text of an entry that cannot be read: no line of N-Triples does.
const REFUSAL: &str = "# ";

fn refused(line: u64, reason: String) -> RawEntry {
    RawEntry {
        line,
        bytes: format!("{REFUSAL}{reason}").into_bytes(),
        ..RawEntry::default()
    }
}

/// The descriptions of all datasets in a graph, in the order of the file, then
/// what could not be read.
pub(crate) fn entries(bytes: &[u8], syntax: Syntax) -> Vec<RawEntry> {
    let (graph, errors) = Graph::read(bytes, syntax);
    let mut entries: Vec<RawEntry> = graph
        .datasets()
        .into_iter()
        .zip(1..)
        .map(|(subject, line)| RawEntry {
            line,
            bytes: graph.description(subject).into_bytes(),
            ..RawEntry::default()
        })
        .collect();
    if entries.is_empty() && errors.is_empty() {
        let reason = "there is no `dcat:Dataset` in the graph".to_owned();
        entries.push(refused(1, reason));
    }
    entries.extend(
        errors
            .into_iter()
            .map(|(line, reason)| refused(line, reason)),
    );
    entries
}

/// Whether an entry is one of a graph, not of the format around it.
pub(crate) fn is_entry(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<") || bytes.starts_with(b"_:") || bytes.starts_with(REFUSAL.as_bytes())
}

/// Makes a record of a description.
pub(crate) fn parse(entry: &RawEntry) -> Result<Parsed, EntryError> {
    let text = String::from_utf8_lossy(&entry.bytes);
    let syntax = |reason: String| EntryError::Syntax {
        format: "RDF",
        reason,
        cure: "describe each dataset as `dcat:Dataset`, and check the file with an RDF validator",
    };
    if let Some(reason) = text.strip_prefix(REFUSAL) {
        return Err(syntax(reason.to_owned()));
    }
    let (graph, errors) = Graph::read(&entry.bytes, Syntax::Turtle);
    if let Some((_, reason)) = errors.into_iter().next() {
        return Err(syntax(reason));
    }
    dcat::read(&graph)
}

/// Whether text starts as Turtle or N-Triples does.
pub(crate) fn is_turtle(head: &str) -> bool {
    let lines = head.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| {
        let lower = line.get(..8).unwrap_or(line).to_ascii_lowercase();
        lower.starts_with("@prefix ")
            || lower.starts_with("@base ")
            || lower.starts_with("prefix ") && line.contains(':')
            || (line.starts_with("<http") && line.contains("> <http"))
    })
}

/// Whether text starts as RDF/XML does.
pub(crate) fn is_xml(head: &str) -> bool {
    head.starts_with('<') && head.contains(":RDF") && head.contains("22-rdf-syntax-ns#")
}

#[cfg(test)]
mod tests;
