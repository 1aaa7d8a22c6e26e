//! What was found in a library and what people decided about it, kept in the
//! catalogue beside the records.

use catalog::{Batch, Blob, CatalogStore, Detail, WhatChanged};
use jiff::Timestamp;
use records::{ChangeSeq, Clearance, RecordId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{DuplicatesError, Found, Pair, SameAs, Sketch, find};

const FOUND: &str = "duplicates/found";
const APART: &str = "duplicates/apart";

/// Records read at once.
const PAGE: usize = 2000;

/// What the last search for duplicates found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// When.
    pub at: Timestamp,
    /// The newest change that it knew.
    pub seq: ChangeSeq,
    /// Records looked at.
    pub n_records: usize,
    /// Pairs compared.
    pub n_compared: usize,
    /// See [`Found::n_crowded`].
    pub n_crowded: usize,
    /// Likeliest first; without pairs that people keep apart.
    pub pairs: Vec<Pair>,
}

/// Compares the records of a catalogue and keeps what it finds: pairs of a
/// probability of `least` and more.
///
/// # Errors
/// The catalogue's.
pub fn survey(
    catalog: &dyn CatalogStore,
    least: f32,
    at: Timestamp,
) -> Result<Survey, DuplicatesError> {
    let mut sketches = Vec::new();
    let mut seq = ChangeSeq::ZERO;
    loop {
        let page = catalog.changes(seq, PAGE, Clearance::Staff, Detail::Summary)?;
        for change in &page.changes {
            if let WhatChanged::Upsert(stored) = &change.what {
                sketches.push(Sketch::new(&stored.record));
            }
        }
        seq = page.up_to;
        if page.is_last {
            break;
        }
    }
    let Found {
        mut pairs,
        n_compared,
        n_crowded,
    } = find(&sketches, least);
    let apart = kept_apart(catalog)?;
    pairs.retain(|pair| !apart.contains(&(pair.a.clone(), pair.b.clone())));
    let survey = Survey {
        at,
        seq,
        n_records: sketches.len(),
        n_compared,
        n_crowded,
        pairs,
    };
    write(catalog, FOUND, &survey, at)?;
    Ok(survey)
}

/// What the last [`survey`] found and nobody has decided on since: without
/// pairs kept apart, and without records that went. `None` before the first.
///
/// # Errors
/// [`DuplicatesError::Damaged`], and the catalogue's.
pub fn listed(catalog: &dyn CatalogStore) -> Result<Option<Survey>, DuplicatesError> {
    let Some(mut survey) = read_blobs::<Survey>(catalog, FOUND)?.pop() else {
        return Ok(None);
    };
    let apart = kept_apart(catalog)?;
    let mut ids: Vec<RecordId> = survey
        .pairs
        .iter()
        .flat_map(|pair| [pair.a.clone(), pair.b.clone()])
        .collect();
    ids.sort();
    ids.dedup();
    let stored = catalog.get_many(&ids, Clearance::Staff, Detail::Summary)?;
    let is_there = |id: &RecordId| ids.binary_search(id).is_ok_and(|at| stored[at].is_some());
    survey.pairs.retain(|pair| {
        is_there(&pair.a) && is_there(&pair.b) && !apart.contains(&(pair.a.clone(), pair.b.clone()))
    });
    Ok(Some(survey))
}

/// The records of all pairs of duplicates (not versions) that nobody has
/// decided on, by id; empty before the first [`survey`].
///
/// # Errors
/// [`DuplicatesError::Damaged`], and the catalogue's.
pub fn undecided(catalog: &dyn CatalogStore) -> Result<Vec<RecordId>, DuplicatesError> {
    let pairs = listed(catalog)?.map_or_else(Vec::new, |survey| survey.pairs);
    let duplicates = pairs
        .into_iter()
        .filter(|pair| pair.same_as == SameAs::Duplicate);
    let mut ids: Vec<RecordId> = duplicates.flat_map(|pair| [pair.a, pair.b]).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Remembers that two records are not one work, or are to stay two.
///
/// # Errors
/// [`DuplicatesError::NoRecord`], and the catalogue's.
pub fn keep_apart(
    catalog: &dyn CatalogStore,
    a: &RecordId,
    b: &RecordId,
    at: Timestamp,
) -> Result<(), DuplicatesError> {
    for id in [a, b] {
        let stored = catalog.get(id, Clearance::Staff, Detail::Summary)?;
        stored.ok_or_else(|| DuplicatesError::NoRecord(id.clone()))?;
    }
    let mut apart = kept_apart(catalog)?;
    let pair = if a <= b { (a, b) } else { (b, a) };
    let pair = (pair.0.clone(), pair.1.clone());
    if let Err(place) = apart.binary_search(&pair) {
        apart.insert(place, pair);
    }
    write(catalog, APART, &apart, at)
}

fn kept_apart(catalog: &dyn CatalogStore) -> Result<Vec<(RecordId, RecordId)>, DuplicatesError> {
    Ok(read_blobs(catalog, APART)?.pop().unwrap_or_default())
}

fn write(
    catalog: &dyn CatalogStore,
    name: &str,
    value: &impl Serialize,
    at: Timestamp,
) -> Result<(), DuplicatesError> {
    let mut batch = Batch::new(at);
    batch.blobs.push(Blob {
        name: name.to_owned(),
        bytes: serde_json::to_vec(value).expect("a value with only string keys"),
    });
    catalog.apply(batch)?;
    Ok(())
}

/// The named values under a prefix, by name.
pub(crate) fn read_blobs<T: DeserializeOwned>(
    catalog: &dyn CatalogStore,
    prefix: &str,
) -> Result<Vec<T>, DuplicatesError> {
    let read = |blob: Blob| {
        serde_json::from_slice(&blob.bytes).map_err(|source| DuplicatesError::Damaged {
            name: blob.name,
            source,
        })
    };
    catalog.blobs(prefix)?.into_iter().map(read).collect()
}
