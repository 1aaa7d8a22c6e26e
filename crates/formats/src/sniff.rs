//! Which format a file is in, by its content first.

use crate::{
    ApsFormat, BibtexFormat, BrsFormat, JsonFormat, JsonLinesFormat, MarcFormat, MarcTextFormat,
    RdfFormat, RecordFormat, RisFormat, TableFormat, XmlFormat, json, marc, patent,
    rdf::{self, Syntax},
    table, xml,
};

/// What a file of records is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JSON Lines.
    JsonLines,
    /// Other JSON: one document, a list, an answer of an API.
    Json,
    /// BibTeX.
    Bibtex,
    /// RIS.
    Ris,
    /// CSV with a header.
    Csv,
    /// MARC records after ISO 2709.
    Marc,
    /// MARC records as text.
    MarcText,
    /// Records in XML, each in a dialect of its own.
    Xml,
    /// DCAT in RDF/XML.
    RdfXml,
    /// DCAT in Turtle or N-Triples.
    Turtle,
    /// The USPTO's tapes of 1976 to 2001.
    Aps,
    /// Records of the USPTO's search system.
    Brs,
}

impl Kind {
    /// Tells the format by the first bytes (UTF-8) and, where these leave a
    /// choice, by the name. `None`: not records, but perhaps a document.
    pub fn sniff(head: &[u8], name: &str) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let start = text.trim_start_matches('\u{feff}').trim_start();
        Self::by_content(head, start).or_else(|| Self::by_name(head, start, name))
    }

    fn by_content(head: &[u8], start: &str) -> Option<Self> {
        Some(match () {
            () if marc::is_likely(head) => Self::Marc,
            () if rdf::is_xml(start) => Self::RdfXml,
            () if xml::is_likely(start) => Self::Xml,
            () if json::is_likely(start) => Self::Json,
            () if start.starts_with('{') && !start.starts_with("{\\rtf") => Self::JsonLines,
            () if ["TY  -", "TY -"].iter().any(|tag| start.starts_with(tag)) => Self::Ris,
            () if rdf::is_turtle(start) => Self::Turtle,
            () if start.starts_with('@') && start[1..].starts_with(char::is_alphabetic) => {
                Self::Bibtex
            }
            () if start.starts_with("=LDR  ") || start.starts_with("=000  ") => Self::MarcText,
            () if patent::is_tape(start) => Self::Aps,
            () if patent::is_brs(start) => Self::Brs,
            () if table::is_catalogue(head, false) => Self::Csv,
            () => return None,
        })
    }

    fn by_name(head: &[u8], start: &str, name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let stem = [".gz", ".xz", ".zst"]
            .iter()
            .find_map(|e| lower.strip_suffix(e));
        let ending = stem
            .unwrap_or(&lower)
            .rsplit_once('.')
            .map_or("", |(_, ending)| ending);
        Some(match ending {
            "jsonl" | "ndjson" => Self::JsonLines,
            "json" | "jsonld" => Self::Json,
            "bib" | "bibtex" => Self::Bibtex,
            "ris" => Self::Ris,
            // Others are data.
            "csv" | "tsv" | "tab" if table::is_catalogue(head, true) => Self::Csv,
            "mrc" | "marc" => Self::Marc,
            "mrk" | "mrk8" => Self::MarcText,
            "ttl" | "nt" => Self::Turtle,
            "rdf" => Self::RdfXml,
            // Pages may be written in XML too.
            "xml" | "nxml" if !start.to_ascii_lowercase().contains("<html") => Self::Xml,
            _ => return None,
        })
    }

    /// The format.
    pub fn format(self) -> Box<dyn RecordFormat> {
        match self {
            Self::JsonLines => Box::new(JsonLinesFormat),
            Self::Json => Box::new(JsonFormat),
            Self::Bibtex => Box::new(BibtexFormat),
            Self::Ris => Box::new(RisFormat),
            Self::Csv => Box::new(TableFormat::default()),
            Self::Marc => Box::new(MarcFormat),
            Self::MarcText => Box::new(MarcTextFormat),
            Self::Xml => Box::new(XmlFormat),
            Self::RdfXml => Box::new(RdfFormat(Syntax::Xml)),
            Self::Turtle => Box::new(RdfFormat(Syntax::Turtle)),
            Self::Aps => Box::new(ApsFormat),
            Self::Brs => Box::new(BrsFormat),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_wins_and_the_name_helps() {
        for (head, name, kind) in [
            ("{\"id\":1}\n", "x.txt", Some(Kind::JsonLines)),
            ("{\"id\":1}", "x.txt", Some(Kind::JsonLines)),
            ("{\"id\":1,}\n{}", "x.txt", Some(Kind::JsonLines)),
            ("{\n \"id\": 1}", "x", Some(Kind::Json)),
            ("[{\"id\":1}]", "x", Some(Kind::Json)),
            ("TY  - JOUR\n", "x", Some(Kind::Ris)),
            ("@article{a,\n", "x.txt", Some(Kind::Bibtex)),
            (
                "% comment\n@article{a,\n",
                "refs.bib.gz",
                Some(Kind::Bibtex),
            ),
            ("@prefix dct: <http://x> .", "x.txt", Some(Kind::Turtle)),
            ("<http://a> <http://b> \"c\" .", "x", Some(Kind::Turtle)),
            ("title,year\n", "x", Some(Kind::Csv)),
            ("broken", "x.jsonl.xz", Some(Kind::JsonLines)),
            ("%PDF-1.7", "x.pdf", None),
            ("{\\rtf1", "x.rtf", None),
            ("An essay, with a comma.", "x.txt", None),
            ("<!DOCTYPE html><html>", "x.xml", None),
            ("<?xml version='1.0'?><html xmlns='x'>", "x.html", None),
            (
                "<?xml version='1.0'?>\n<!-- c --><x:article>",
                "x",
                Some(Kind::Xml),
            ),
            ("<oai_dc:dc xmlns:oai_dc='x'>", "x", Some(Kind::Xml)),
            (
                "<article>a page of HTML 5</article>",
                "x.html",
                Some(Kind::Xml),
            ),
            ("PATN\nWKU  039327094\n", "x", Some(Kind::Aps)),
            ("=LDR  01201nam a2200253 a 4500", "x", Some(Kind::MarcText)),
            (
                "00714cam a2200205 a 4500001000900000\u{1e}12883376\u{1e}\u{1d}",
                "x",
                Some(Kind::Marc),
            ),
            (
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>",
                "x.xml",
                Some(Kind::RdfXml),
            ),
        ] {
            assert_eq!(Kind::sniff(head.as_bytes(), name), kind, "{name}: {head}");
        }
    }
}
