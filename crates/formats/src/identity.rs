//! The id of a record that comes from outside: what the source says; else its
//! identifier; else a hash of its content.

use records::{Provenance, Record, RecordId};

use crate::{EntryError, Parsed};

/// How a record got its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdSource {
    /// The source says it.
    Given,
    /// It is the identifier of one work: `doi:10.1000/x`.
    Identifier,
    /// It is a hash of the content: the same content is the same record.
    Content,
}

/// Enough hexadecimal digits that a million records collide with a
/// probability below 10^-12 (80 bits).
const HASH_DIGITS: usize = 20;

/// Gives `record` its id and checks that there is something to find it by.
pub(crate) fn identify(mut record: Record, given: Option<&str>) -> Result<Parsed, EntryError> {
    let has_text = record.body.iter().any(|page| !page.text.is_empty());
    if record.title.is_empty() && record.abstract_text.is_empty() && !has_text {
        return Err(EntryError::Nothing);
    }
    let (id, id_source) = match given.map(str::trim).filter(|id| !id.is_empty()) {
        Some(given) => (RecordId::new(given)?, IdSource::Given),
        None => derived_id(&record),
    };
    record.id = id;
    Ok(Parsed {
        record,
        id_source,
        says_type: true,
        says_access: true,
        data_files: Vec::new(),
    })
}

/// The id of a record whose source gives none.
pub(crate) fn derived_id(record: &Record) -> (RecordId, IdSource) {
    let names_it = |i: &&records::Identifier| i.names_one_work();
    let named = record.identifiers.iter().find(names_it).and_then(|name| {
        let scheme = format!("{:?}", name.scheme).to_lowercase();
        RecordId::from_text(&format!("{scheme}:{}", name.value))
    });
    match named {
        Some(id) => (id, IdSource::Identifier),
        None => (content_id(record), IdSource::Content),
    }
}

fn content_id(record: &Record) -> RecordId {
    let bare = Record {
        id: unnamed(),
        provenance: Provenance::default(),
        ..record.clone()
    };
    let json = serde_json::to_vec(&bare).expect("a record has only string keys");
    let hash = blake3::hash(&json).to_hex();
    RecordId::new(format!("h-{}", &hash[..HASH_DIGITS])).expect("hexadecimal digits")
}

/// The id of a record that has none yet.
pub(crate) fn unnamed() -> RecordId {
    RecordId::new("-").expect("one visible character")
}
