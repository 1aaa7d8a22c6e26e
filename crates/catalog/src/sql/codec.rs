//! Between columns and values.

use jiff::Timestamp;
use records::{AccessLevel, Clearance, Page, Record, Scheme};

use crate::{CatalogError, Cause};

/// zstd's own default: higher levels took twice the time for a few percent of
/// the size.
const ZSTD_LEVEL: i32 = 3;

/// The number of a level in the column `access`: grows with secrecy.
pub(super) fn rank(level: AccessLevel) -> u8 {
    match level {
        AccessLevel::Open => 0,
        AccessLevel::Registered => 1,
        AccessLevel::Restricted => 2,
        AccessLevel::Embargoed => 3,
    }
}

/// The level of a number.
pub(super) fn level(rank: u8) -> Option<AccessLevel> {
    AccessLevel::ALL
        .into_iter()
        .find(|l| self::rank(*l) == rank)
}

/// The highest number that a clearance may see.
pub(super) fn ceiling(clearance: Clearance) -> u8 {
    let ranks = clearance.levels().map(rank);
    ranks.max().expect("every clearance sees open records")
}

/// The word of a scheme in the column `scheme`.
pub(super) fn scheme_word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Doi => "doi",
        Scheme::Handle => "handle",
        Scheme::Arxiv => "arxiv",
        Scheme::Isbn => "isbn",
        Scheme::Issn => "issn",
        Scheme::Patent => "patent",
        Scheme::Task => "task",
        Scheme::Oai => "oai",
        Scheme::Url => "url",
        Scheme::Source => "source",
    }
}

pub(super) fn timestamp(milliseconds: i64) -> Result<Timestamp, CatalogError> {
    Timestamp::from_millisecond(milliseconds).map_err(corrupt("a time"))
}

pub(super) fn unpack_pages(packed: &[u8], n_bytes: usize) -> Result<Vec<Page>, CatalogError> {
    let json = zstd::bulk::decompress(packed, n_bytes).map_err(corrupt("table `body`"))?;
    serde_json::from_slice(&json).map_err(corrupt("table `body`"))
}

pub(super) fn pack(bytes: &[u8]) -> Result<Vec<u8>, CatalogError> {
    zstd::bulk::compress(bytes, ZSTD_LEVEL).map_err(|source| CatalogError::Storage {
        doing: "compressing a text",
        source: source.into(),
    })
}

pub(super) fn unpack_record(packed: &[u8]) -> Result<Record, CatalogError> {
    let json = zstd::decode_all(packed).map_err(corrupt("table `version`"))?;
    serde_json::from_slice(&json).map_err(corrupt("table `version`"))
}

/// The JSON of a record with its provenance, from the two columns.
pub(super) fn with_provenance(summary: &str, provenance: &str) -> Result<String, CatalogError> {
    let damaged = corrupt("table `record`");
    let mut record: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(summary).map_err(&damaged)?;
    let provenance = serde_json::from_str(provenance).map_err(&damaged)?;
    record.insert("provenance".to_owned(), provenance);
    serde_json::to_string(&record).map_err(unwritable)
}

pub(super) fn unwritable(source: serde_json::Error) -> CatalogError {
    CatalogError::Storage {
        doing: "writing a record as JSON",
        source: source.into(),
    }
}

/// What was read is not what was written at `place`.
pub(super) fn corrupt<E: Into<Cause>>(place: &'static str) -> impl Fn(E) -> CatalogError {
    move |source| CatalogError::Corrupt {
        place: place.to_owned(),
        source: source.into(),
    }
}
