//! A document (PDF, DOCX, text) as a record.

use std::{fs, path::Path};

use crate::walk::Place;
use extract::{Document, DocumentReader, ExtractError, Limits, MediaType, Sheet};
use formats::{IdSource, Parsed};
use records::{
    Agent, AgentRole, DocumentFile, Identifier, Lang, Localised, Provenance, Record, RecordId,
    RecordType, Scheme, Year,
};

/// A DOI found with less is likely one from the reference list.
const MIN_DOI_CONFIDENCE: f32 = 0.5;

/// A document that was read, with its bytes for the file store.
pub(crate) struct ReadDocument {
    pub(crate) hash: blake3::Hash,
    pub(crate) bytes: Vec<u8>,
    pub(crate) parsed: Parsed,
    /// The sheets of a workbook.
    pub(crate) sheets: Vec<Sheet>,
}

/// A file of data that belongs to a record.
pub(crate) struct DataFile {
    pub(crate) file: DocumentFile,
    pub(crate) document: Document,
    pub(crate) bytes: Vec<u8>,
}

/// Why a document gives no record.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    #[error("cannot be read ({0}); check the disk and the rights of the file")]
    Read(#[from] std::io::Error),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// No sheet fits the mapping.
    #[error("{0}")]
    Mapping(String),
}

/// Reads a document of at most `limits.max_input_bytes` with `reader`; `hash` is that of its
/// content.
pub(crate) fn read(
    place: &Place,
    hash: blake3::Hash,
    limits: &Limits,
    reader: &dyn DocumentReader,
) -> Result<ReadDocument, DocumentError> {
    let mut read = read_file(place, hash, limits, reader)?;
    let sheets = std::mem::take(&mut read.document.sheets);
    let parsed = record(read.document, read.file, &hash);
    Ok(ReadDocument {
        hash,
        bytes: read.bytes,
        parsed,
        sheets,
    })
}

/// Reads a file without making a record of it.
pub(crate) fn read_file(
    place: &Place,
    hash: blake3::Hash,
    limits: &Limits,
    reader: &dyn DocumentReader,
) -> Result<DataFile, DocumentError> {
    let n_bytes = fs::metadata(&place.file)?.len();
    if n_bytes > limits.max_input_bytes {
        return Err(ExtractError::TooLarge {
            limit: limits.max_input_bytes,
            unit: "bytes",
        }
        .into());
    }
    let bytes = fs::read(&place.file)?;
    let name = place
        .shown
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let document = reader.read(&bytes, &name)?;
    let pages = match document.media_type {
        MediaType::Csv | MediaType::Parquet => None,
        _ => u32::try_from(document.pages.len()).ok(),
    };
    let file = DocumentFile {
        name: name.into_owned(),
        location: place.shown.display().to_string(),
        media_type: document.media_type.as_str().to_owned(),
        bytes: n_bytes,
        blake3: hash.to_hex().to_string(),
        pages,
        rows: document.n_rows,
    };
    Ok(DataFile {
        file,
        document,
        bytes,
    })
}

fn record(document: Document, file: DocumentFile, hash: &blake3::Hash) -> Parsed {
    let found = document.metadata;
    let language = Some(document.language).filter(|lang| *lang != Lang::und());
    let mut remarks = document.warnings;
    if let Some(encoding) = &document.encoding {
        remarks.push(format!("text decoded from {encoding}"));
    }
    let sure_of_doi = found.confidence.doi >= MIN_DOI_CONFIDENCE;
    let doi = found.doi.as_deref().filter(|_| sure_of_doi);
    let doi = doi.and_then(|doi| Identifier::new(Scheme::Doi, doi));
    let (id, id_source) = identity(doi.as_ref(), hash);
    let record_type = found.record_type.unwrap_or(RecordType::Other);
    let mut record = Record::new(id, record_type);
    record.title = found.title;
    if record.title.is_empty() {
        remarks.push("title taken from the file name".to_owned());
        record.title = Localised::one(Lang::und(), stem(&file.name));
    }
    record.abstract_text = found.abstract_text;
    record.keywords = found.keywords;
    let role = creator_role(record_type);
    let creators = found.authors.into_iter().map(|name| Agent {
        role,
        ..Agent::author(name)
    });
    record.agents = creators.chain(found.contributors).collect();
    record.subjects = found.subjects;
    record.institutions = found.affiliations;
    record.year = found.year.and_then(|year| Year::new(year).ok());
    record.venue = found.venue;
    record.volume = found.volume;
    record.issue = found.issue;
    record.pages = found.pages;
    record.references = found.references;
    record.identifiers = doi.into_iter().chain(found.identifiers).collect();
    let issn = found.issn.as_deref();
    let issn = issn.and_then(|issn| Identifier::new(Scheme::Issn, issn));
    record.identifiers.extend(issn);
    record.language = language;
    record.provenance = Provenance {
        source: file.location.clone(),
        format: document.media_type.as_str().to_owned(),
        place: None,
        remarks,
    };
    record.columns = document.columns;
    record.files = vec![file];
    record.body = document.pages;
    Parsed {
        record,
        id_source,
        says_type: false,
        says_access: false,
        data_files: Vec::new(),
    }
}

/// The DOI where the document is sure of it; else the hash of the file, which
/// stays the same when the reading of such files gets better.
fn identity(doi: Option<&Identifier>, hash: &blake3::Hash) -> (RecordId, IdSource) {
    let by_doi = doi.and_then(|doi| RecordId::from_text(&format!("doi:{}", doi.value)));
    match by_doi {
        Some(id) => (id, IdSource::Identifier),
        None => {
            let id = RecordId::new(format!("h-{}", &hash.to_hex()[..20]));
            (id.expect("hexadecimal digits"), IdSource::Content)
        }
    }
}

/// What those who are named as authors do in a work of a kind.
fn creator_role(record_type: RecordType) -> AgentRole {
    match record_type {
        RecordType::Patent => AgentRole::Inventor,
        RecordType::Task => AgentRole::PrincipalInvestigator,
        _ => AgentRole::Author,
    }
}

fn stem(name: &str) -> String {
    let stem = Path::new(name).file_stem().unwrap_or_default();
    let words = stem.to_string_lossy().replace(['_', '-'], " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() {
        name.to_owned()
    } else {
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_record_named_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bao_cao-2019.txt");
        let text = "Báo cáo về tình hình xâm nhập mặn.\n";
        fs::write(&path, text).unwrap();
        let hash = blake3::hash(text.as_bytes());
        let read = read(
            &Place::outside(path),
            hash,
            &Limits::default(),
            &extract::InProcess::default(),
        )
        .unwrap();
        let record = read.parsed.record;
        assert_eq!(record.id.as_str(), format!("h-{}", &hash.to_hex()[..20]));
        assert_eq!(record.files[0].blake3, hash.to_hex().as_str());
        assert!(record.body[0].text.contains("xâm nhập mặn"));
        assert!(!record.title.is_empty());
    }
}
