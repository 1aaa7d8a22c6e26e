//! One page of a harvest: the records that changed in a span of time, in the
//! order of the change sequence, which is also the order of their datestamps.
//!
//! A token says where the next page begins. It holds a place in the sequence
//! and nothing that wears out, so it stays good for ever, and sending it again
//! gives the same page. A record that changes while it is being harvested moves
//! behind the place and comes again: nothing is missed.

use catalog::{CatalogStore, Change, Detail, StoredRecord, WhatChanged};
use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Record, RecordId};
use serde::{Deserialize, Serialize};

use super::{request::Selection, sets};
use crate::error::ApiError;

/// Changes read at once while looking for those of a set.
const READ_AT_ONCE: usize = 500;

/// Where a list stands, as its token says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    #[serde(rename = "p")]
    pub(super) prefix: String,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(super) set: Option<String>,
    /// Milliseconds since 1970 before which a change lies.
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    before_ms: Option<i64>,
    /// The last change given out.
    #[serde(rename = "a")]
    after: u64,
    /// How many records came on the pages before.
    #[serde(rename = "c")]
    pub(super) cursor: u64,
}

impl Place {
    /// Where a list begins.
    pub(super) fn start(
        selection: &Selection,
        catalogue: &dyn CatalogStore,
    ) -> Result<Self, ApiError> {
        let after = match selection.from {
            None => ChangeSeq::ZERO,
            Some(from) => catalogue.seq_before(from).map_err(ApiError::unavailable)?,
        };
        Ok(Self {
            prefix: selection.prefix.clone(),
            set: selection.set.clone(),
            before_ms: selection.before.map(Timestamp::as_millisecond),
            after: after.0,
            cursor: 0,
        })
    }
}

/// A record, or the sign that it has gone.
pub(super) struct Item {
    pub(super) id: RecordId,
    pub(super) at: Timestamp,
    pub(super) sets: Vec<String>,
    /// `None`: it has gone.
    pub(super) record: Option<Box<StoredRecord>>,
}

/// A page, and where the next one begins, if there is one.
pub(super) struct HarvestPage {
    pub(super) items: Vec<Item>,
    pub(super) next: Option<Place>,
}

/// Reads the page at a place: at most `size` records.
pub(super) fn page(
    catalogue: &dyn CatalogStore,
    place: &Place,
    size: usize,
    clearance: Clearance,
) -> Result<HarvestPage, ApiError> {
    let mut items: Vec<Item> = Vec::new();
    let mut last = place.after;
    let mut at = ChangeSeq(place.after);
    loop {
        let read = catalogue
            .changes(at, READ_AT_ONCE, clearance, Detail::Summary)
            .map_err(ApiError::unavailable)?;
        for change in read.changes {
            if place
                .before_ms
                .is_some_and(|before| change.at.as_millisecond() >= before)
            {
                return Ok(HarvestPage { items, next: None });
            }
            let seq = change.seq.0;
            let Some(item) = item(catalogue, change, clearance, place.set.as_deref())? else {
                continue;
            };
            if items.len() == size {
                let cursor = place.cursor + size as u64;
                let next = Place {
                    after: last,
                    cursor,
                    ..place.clone()
                };
                return Ok(HarvestPage {
                    items,
                    next: Some(next),
                });
            }
            items.push(item);
            last = seq;
        }
        if read.is_last {
            return Ok(HarvestPage { items, next: None });
        }
        at = read.up_to;
    }
}

fn item(
    catalogue: &dyn CatalogStore,
    change: Change,
    clearance: Clearance,
    wanted: Option<&str>,
) -> Result<Option<Item>, ApiError> {
    let (sets, record) = match change.what {
        WhatChanged::Upsert(stored) => (sets::of(&stored.record), Some(stored)),
        WhatChanged::Tombstone { .. } => {
            let last = last_seen(catalogue, &change.id, clearance)?;
            (last.as_ref().map(sets::of).unwrap_or_default(), None)
        }
    };
    let inside = wanted.is_none_or(|wanted| sets::holds(wanted, &sets));
    Ok(inside.then_some(Item {
        id: change.id,
        at: change.at,
        sets,
        record,
    }))
}

/// The newest version of a gone record that whoever asks could once see: a
/// deletion is told in the sets in which the record was.
pub(super) fn last_seen(
    catalogue: &dyn CatalogStore,
    id: &RecordId,
    clearance: Clearance,
) -> Result<Option<Record>, ApiError> {
    // Read whole, since the newest version may be hidden; nothing of it but
    // what this clearance may see goes on from here.
    let history = catalogue.history(id, Clearance::Staff);
    let history = history.map_err(ApiError::unavailable)?.into_iter().rev();
    let mut seen = history.filter_map(|version| version.record);
    Ok(seen.find(|record| clearance.may_see(record.access)))
}

/// One record by its id, there or gone; `None` when there was never one to be
/// seen.
pub(super) fn one(
    catalogue: &dyn CatalogStore,
    id: &RecordId,
    clearance: Clearance,
) -> Result<Option<Item>, ApiError> {
    let stored = catalogue.get(id, clearance, Detail::Summary);
    if let Some(stored) = stored.map_err(ApiError::unavailable)? {
        return Ok(Some(Item {
            id: id.clone(),
            at: stored.updated_at,
            sets: sets::of(&stored.record),
            record: Some(Box::new(stored)),
        }));
    }
    let Some(last) = last_seen(catalogue, id, clearance)? else {
        return Ok(None);
    };
    let history = catalogue.history(id, Clearance::Staff);
    let history = history.map_err(ApiError::unavailable)?;
    Ok(history.last().map(|version| Item {
        id: id.clone(),
        at: version.at,
        sets: sets::of(&last),
        record: None,
    }))
}
