//! An OAI-PMH `record`: a header and the metadata in a dialect of its own.

use records::Scheme;

use super::element::Element;
use crate::{EntryError, Parsed, RecordFormat};

/// Reads the metadata of the record; its id is the identifier in the header.
pub(super) fn read(record: &Element) -> Result<Parsed, EntryError> {
    let header = record.first("header").map(|header| {
        let is_deleted = header.attribute("status") == Some("deleted");
        (header.text_at("identifier"), is_deleted)
    });
    let (identifier, is_deleted) = header.unwrap_or_default();
    if is_deleted {
        return Err(refusal(format!("`{identifier}` is deleted at its source")));
    }
    let payload = record
        .first("metadata")
        .and_then(|metadata| metadata.children().next());
    let Some(payload) = payload else {
        return Err(refusal(format!("`{identifier}` has no metadata")));
    };
    // `oai_datacite` wraps the record once more.
    let payload = payload.first("payload/resource").unwrap_or(payload);
    if payload.name == "record" && payload.first("metadata").is_some() {
        return Err(refusal("a record within a record".to_owned()));
    }
    let mut parsed = super::read(payload)?;
    if let Some(oai) = records::Identifier::new(Scheme::Oai, &identifier) {
        if let Some(id) = records::RecordId::from_text(&identifier) {
            parsed.record.id = id;
            parsed.id_source = crate::IdSource::Given;
        }
        parsed.record.identifiers.push(oai);
    }
    Ok(parsed)
}

/// An `error` element in place of records.
pub(super) fn refuse(error: &Element) -> Result<Parsed, EntryError> {
    let code = error.attribute("code").unwrap_or("unknown");
    Err(refusal(format!(
        "the server answered `{code}`: {}",
        error.text()
    )))
}

fn refusal(reason: String) -> EntryError {
    EntryError::Syntax {
        format: "OAI-PMH",
        reason,
        cure: "harvest the source again",
    }
}

/// Makes a record of the XML of an OAI-PMH record or of bare metadata, as a
/// harvester holds it.
///
/// # Errors
/// [`EntryError`] with the cure; never panics.
pub fn read_metadata(xml: &[u8]) -> Result<Parsed, EntryError> {
    super::XmlFormat.parse(&crate::RawEntry {
        line: 1,
        bytes: xml.to_vec(),
        ..crate::RawEntry::default()
    })
}
