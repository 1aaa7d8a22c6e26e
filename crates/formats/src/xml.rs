//! Records in XML: MARCXML, MODS, Dublin Core, DataCite, JATS, Crossref,
//! PubMed, patents of the USPTO, the EPO and WIPO, and answers of OAI-PMH
//! servers with any of these inside.
//!
//! A file is cut at the elements that are records in some dialect; each record
//! tells its dialect itself, so that files may mix them.

mod crossref;
mod cut;
mod datacite;
mod dublin_core;
pub(crate) mod element;
mod jats;
mod marcxml;
mod mods;
mod oai;
mod patent_epo;
mod patent_sgml;
mod patent_st96;
mod patent_us;
mod pubmed;

pub use oai::read_metadata;

use std::io::{self, BufRead};

use encoding_rs::Encoding;

use self::{cut::Cutter, element::Element};
use crate::{EntryError, Limits, Parsed, RawEntry, RecordFormat, decode};

/// A way to write records in XML.
struct Dialect {
    /// Name of the element that is a record.
    root: &'static str,
    read: fn(&Element) -> Result<Parsed, EntryError>,
}

const DIALECTS: [Dialect; 26] = [
    Dialect {
        root: "mods",
        read: mods::read,
    },
    Dialect {
        root: "dc",
        read: dublin_core::read,
    },
    Dialect {
        root: "qualifieddc",
        read: dublin_core::read,
    },
    Dialect {
        root: "thesis",
        read: dublin_core::read,
    },
    Dialect {
        root: "resource",
        read: datacite::read,
    },
    Dialect {
        root: "article",
        read: jats::read,
    },
    Dialect {
        root: "book-part-wrapper",
        read: jats::read,
    },
    Dialect {
        root: "query",
        read: crossref::read,
    },
    Dialect {
        root: "doi_record",
        read: crossref::read,
    },
    Dialect {
        root: "doi_batch",
        read: crossref::read,
    },
    Dialect {
        root: "PubmedArticle",
        read: pubmed::read,
    },
    Dialect {
        root: "us-patent-grant",
        read: patent_us::read,
    },
    Dialect {
        root: "us-patent-application",
        read: patent_us::read,
    },
    Dialect {
        root: "exchange-document",
        read: patent_us::read,
    },
    Dialect {
        root: "patent-document",
        read: patent_us::read,
    },
    Dialect {
        root: "patent-application-publication",
        read: patent_us::read_publication,
    },
    Dialect {
        root: "PATDOC",
        read: patent_sgml::read,
    },
    Dialect {
        root: "ep-patent-document",
        read: patent_epo::read,
    },
    Dialect {
        root: "PatentGrantPublication",
        read: patent_st96::read,
    },
    Dialect {
        root: "PatentApplicationPublication",
        read: patent_st96::read,
    },
    Dialect {
        root: "PatentPublication",
        read: patent_st96::read,
    },
    Dialect {
        root: "UnexaminedPatentPublication",
        read: patent_st96::read,
    },
    Dialect {
        root: "PatentGrant",
        read: patent_st96::read,
    },
    Dialect {
        root: "BibliographicData",
        read: patent_st96::read,
    },
    Dialect {
        root: "record",
        read: marcxml::read_or_oai,
    },
    // What an OAI-PMH server answers when it has no records to give.
    Dialect {
        root: "error",
        read: oai::refuse,
    },
];

/// Records in XML.
#[derive(Debug, Clone, Copy, Default)]
pub struct XmlFormat;

impl RecordFormat for XmlFormat {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        Box::new(Cutter::new(input, limits, is_record))
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        let (text, remark) = text(entry);
        let found = element::read(&text).map_err(syntax)?;
        let mut parsed = read(&found.root)?;
        let remarks = &mut parsed.record.provenance.remarks;
        remarks.extend(remark);
        if found.n_unclosed > 0 {
            let n = found.n_unclosed;
            remarks.push(format!(
                "{n} elements were not closed; each ends with its parent"
            ));
        }
        Ok(parsed)
    }
}

/// Whether an element starts a record, within the elements `around` it. Two
/// names are too common to stand for records everywhere.
fn is_record(name: &str, around: &[String]) -> bool {
    let parent = around.last().map_or("", String::as_str);
    match name {
        "error" => parent == "OAI-PMH",
        "query" => around.iter().any(|name| name == "crossref_result"),
        "thesis" | "dc" | "record" | "resource" | "article" | "BibliographicData" => {
            !parent.eq_ignore_ascii_case("html") && !parent.eq_ignore_ascii_case("body")
        }
        _ => DIALECTS.iter().any(|dialect| dialect.root == name),
    }
}

/// Makes a record of an element in any dialect.
fn read(root: &Element) -> Result<Parsed, EntryError> {
    match DIALECTS.iter().find(|dialect| dialect.root == root.name) {
        Some(dialect) => (dialect.read)(root),
        None if root.name == "OAI-PMH" => Err(EntryError::Syntax {
            format: "OAI-PMH",
            reason: "the answer holds no records".to_owned(),
            cure: "harvest with the verb ListRecords",
        }),
        None => Err(EntryError::Syntax {
            format: "XML",
            reason: format!("`{}` is no record in a known format", root.name),
            cure: "send MARCXML, MODS, Dublin Core, DataCite, JATS, Crossref or patent XML",
        }),
    }
}

/// The text of an entry: UTF-8, else in the encoding that the file declares.
fn text(entry: &RawEntry) -> (String, Option<String>) {
    if let Ok(text) = str::from_utf8(&entry.bytes) {
        return (text.to_owned(), None);
    }
    let declared = entry.shared.as_deref().unwrap_or_default();
    match Encoding::for_label(declared.as_bytes()) {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            let (text, _, _) = encoding.decode(&entry.bytes);
            (
                text.into_owned(),
                Some(format!("text decoded from {declared}")),
            )
        }
        _ => decode::lossless(&entry.bytes),
    }
}

fn syntax(reason: String) -> EntryError {
    EntryError::Syntax {
        format: "XML",
        reason,
        cure: "fetch the record again from its source",
    }
}

/// Whether XML that starts with `head` may hold records: its first element is
/// none of a page.
pub(crate) fn is_likely(head: &str) -> bool {
    let lower: String = head
        .chars()
        .take(2048)
        .collect::<String>()
        .to_ascii_lowercase();
    let is_page = lower.contains("<html") || lower.starts_with("<!doctype html");
    let is_rdf = lower.contains("<rdf:rdf") || lower.contains("22-rdf-syntax-ns#\"");
    let is_xml =
        lower.starts_with("<?xml") || lower.starts_with("<!doctype") || lower.starts_with("<!--");
    let starts_record = || {
        let name = lower
            .trim_start_matches('<')
            .split(|c: char| !c.is_alphanumeric() && !"-_:".contains(c));
        let name = name
            .map(|name| name.rsplit(':').next().unwrap_or_default())
            .next();
        name.is_some_and(|name| {
            let known = [
                "collection",
                "oai-pmh",
                "modscollection",
                "records",
                "pubmedarticleset",
            ];
            known.contains(&name) || DIALECTS.iter().any(|d| d.root.eq_ignore_ascii_case(name))
        })
    };
    !is_page && !is_rdf && lower.starts_with('<') && (is_xml || starts_record())
}

#[cfg(test)]
mod tests;
