//! Formats of bibliographic records, both ways. In: bytes of a file, plain or
//! compressed, in whatever encoding. Out: records, one by one, or the reason
//! why an entry gives none; and the other way round, records as text.
//!
//! The way of a file: [`decode`] gives UTF-8 bytes, [`Kind::sniff`] tells the
//! format from its first bytes, a [`RecordFormat`] cuts it into entries (cheap,
//! one after the other) and parses each (dear, in any thread).
//!
//! Invariant: an entry that cannot be parsed hides no other one; nothing is
//! guessed without a remark in the record's provenance.

mod bibtex;
mod datacite;
mod dates;
pub mod decode;
mod entry;
mod export;
mod fields;
mod identity;
mod json;
mod json_fields;
mod json_lines;
mod language;
mod line_groups;
mod marc;
mod names;
mod patent;
mod rdf;
mod ris;
mod sniff;
mod table;
mod vocabulary;
mod xml;

pub use bibtex::BibtexFormat;
pub use entry::{EntryError, Limits, Parsed, RawEntry, RecordFormat};
pub use export::{ExportFormat, Exporter, UnknownExportFormat, cerif_plural, write_one};
pub use identity::IdSource;
pub use json::JsonFormat;
pub use json_lines::JsonLinesFormat;
pub use marc::{MarcFormat, MarcTextFormat};
pub use patent::{ApsFormat, BrsFormat};
pub use rdf::RdfFormat;
pub use ris::RisFormat;
pub use sniff::Kind;
pub use table::{Mapping, MappingError, TableFormat};
pub use xml::{XmlFormat, read_metadata};
