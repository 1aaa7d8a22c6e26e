//! What is new for each saved search since it was looked at last.
//!
//! New is a record that the owner could not see before and sees now: one that
//! came, or was opened. A record that was there and is mended is no news.

use std::collections::{BTreeMap, HashMap};

use catalog::{CatalogStore, Detail, StoredRecord, Version, WhatChanged};
use index::{FullTextStore, Sort};
use jiff::Timestamp;
use records::{ChangeSeq, Clearance, Lang, RecordId};
use search::{Filter, SearchRequest, Searcher};

use crate::{
    About, AlertError, Alerts, Happening, SavedSearch, State, TrendWatch, watch::TrendRound,
};

/// Records told one by one in one look: a person reads no more, and an ingest of
/// a million must not become a million letters. The rest is told by its number.
const MOST_TOLD: usize = 100;
/// Changes read at once.
const READ_AT_ONCE: usize = 1_000;

/// What a look did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Saved searches looked at.
    pub n_searches: usize,
    /// Events found.
    pub n_events: usize,
}

/// Looks what is new for every saved search, and writes it down.
///
/// * `clearance_of`: what the owner may see now; `None` for an account that is
///   closed or gone, whose searches wait.
/// * `trends`: what stands of trends, for those that watch them.
/// * Looks up to the last change that the full text knows: what comes later is
///   found next time.
///
/// A saved search that cannot be answered any more (its query was taken by
/// another version of the program) is named in the log and waits.
///
/// # Errors
/// When a store fails; what was found for the searches before is written.
pub fn look(
    alerts: &Alerts,
    searcher: &Searcher,
    full_text: &dyn FullTextStore,
    clearance_of: &dyn Fn(&str) -> Result<Option<Clearance>, AlertError>,
    trends: &TrendWatch<'_>,
    now: Timestamp,
) -> Result<Looked, AlertError> {
    let horizon = full_text.applied_seq()?;
    let horizon_at = alerts.time_of(horizon)?;
    let mut arrivals = Arrivals::new(alerts.catalogue(), horizon);
    let mut trends = TrendRound::new(trends);
    let mut looked = Looked::default();
    for saved in alerts.all()? {
        let kept = alerts.state(&saved.id)?;
        let state = kept
            .clone()
            .unwrap_or_else(|| State::new(horizon, horizon_at));
        // Before anything is found: a way that was opened just now hears of it.
        let state = state.aligned(&saved);
        if saved.about == About::Trends {
            if clearance_of(&saved.owner)?.is_none() {
                continue;
            }
            match trends.look(alerts, &saved, state.clone(), now)? {
                Some(n_events) => {
                    looked.n_searches += 1;
                    looked.n_events += n_events;
                }
                None if kept.as_ref() != Some(&state) => {
                    alerts.write_events(&saved.id, state, Vec::new(), now)?;
                }
                None => {}
            }
            continue;
        }
        if state.seen >= horizon {
            if kept.as_ref() != Some(&state) {
                alerts.write_events(&saved.id, state, Vec::new(), now)?;
            }
            continue;
        }
        let Some(clearance) = clearance_of(&saved.owner)? else {
            continue;
        };
        let arrived = arrivals.since(&state, clearance)?;
        let found = match news(&saved, &state, searcher, arrived, clearance) {
            Ok(found) => found,
            Err(AlertError::Search(error)) => {
                tracing::warn!(saved = %saved.id, %error, "a saved search cannot be answered");
                continue;
            }
            Err(error) => return Err(error),
        };
        looked.n_searches += 1;
        looked.n_events += found.len();
        let opened = found.iter().filter_map(Happening::record);
        let opened = opened.filter(|id| arrived.get(id) == Some(&Arrival::Opened));
        let state = state.seen_up_to(horizon, horizon_at, opened);
        alerts.write_events(&saved.id, state, found, now)?;
    }
    alerts.forget_orphans(now)?;
    Ok(looked)
}

/// The arrived records that the search finds, newest first, then how many more.
fn news(
    saved: &SavedSearch,
    state: &State,
    searcher: &Searcher,
    arrived: &HashMap<RecordId, Arrival>,
    clearance: Clearance,
) -> Result<Vec<Happening>, AlertError> {
    if arrived.is_empty() {
        return Ok(Vec::new());
    }
    let filters = saved.filters.iter().map(|filter| filter.parse::<Filter>());
    let filters: Result<Vec<Filter>, _> = filters.collect();
    let request = SearchRequest {
        filters: filters.map_err(search::SearchError::from)?,
        sort: Sort::Newest,
        lang: if saved.language == "en" {
            Lang::en()
        } else {
            Lang::vi()
        },
        ..SearchRequest::new(saved.query.clone(), clearance)
    };
    let mut found = searcher.ids_strictly(&request)?;
    found.retain(|id| match arrived.get(id) {
        None => false,
        Some(Arrival::Came) => true,
        Some(Arrival::Opened) => !state.opened.contains(id),
    });
    let n_more = found.len().saturating_sub(MOST_TOLD);
    found.truncate(MOST_TOLD);
    let mut happenings: Vec<Happening> = Vec::with_capacity(found.len() + 1);
    if n_more > 0 {
        happenings.push(Happening::More {
            n_records: n_more as u64,
        });
    }
    // The newest gets the highest number.
    happenings.extend(found.into_iter().rev().map(|id| Happening::Record { id }));
    Ok(happenings)
}

/// How a record arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    /// It was not there.
    Came,
    /// It was there, and could not be seen.
    Opened,
}

/// Records that arrived, read once for all searches that were looked at up to
/// the same change.
struct Arrivals<'a> {
    catalogue: &'a dyn CatalogStore,
    horizon: ChangeSeq,
    known: BTreeMap<(ChangeSeq, Clearance), HashMap<RecordId, Arrival>>,
}

impl<'a> Arrivals<'a> {
    fn new(catalogue: &'a dyn CatalogStore, horizon: ChangeSeq) -> Self {
        Self {
            catalogue,
            horizon,
            known: BTreeMap::new(),
        }
    }

    fn since(
        &mut self,
        state: &State,
        clearance: Clearance,
    ) -> Result<&HashMap<RecordId, Arrival>, AlertError> {
        let key = (state.seen, clearance);
        if !self.known.contains_key(&key) {
            let arrived = self.read(state, clearance)?;
            self.known.insert(key, arrived);
        }
        Ok(&self.known[&key])
    }

    fn read(
        &self,
        state: &State,
        clearance: Clearance,
    ) -> Result<HashMap<RecordId, Arrival>, AlertError> {
        let mut arrived = HashMap::new();
        let mut after = state.seen;
        loop {
            let page = self
                .catalogue
                .changes(after, READ_AT_ONCE, clearance, Detail::Summary)?;
            for change in page.changes {
                if change.seq > self.horizon {
                    return Ok(arrived);
                }
                let WhatChanged::Upsert(stored) = change.what else {
                    continue;
                };
                let arrival = self.arrival(&stored, state, clearance)?;
                arrived.extend(arrival.map(|arrival| (change.id, arrival)));
            }
            if page.is_last {
                return Ok(arrived);
            }
            after = page.up_to;
        }
    }

    /// Numbers and times of the catalogue grow together, so what came after the
    /// last look was made at its time or later. A record gets a new number also
    /// when it stays as it is, so numbers of versions alone do not tell; one that
    /// was not changed since it was made, in the very moment of the last look,
    /// came after it.
    fn arrival(
        &self,
        stored: &StoredRecord,
        state: &State,
        clearance: Clearance,
    ) -> Result<Option<Arrival>, AlertError> {
        let is_first = stored.version == 1;
        let is_fresh = is_first && stored.updated_at == stored.created_at;
        if stored.created_at > state.seen_at || (stored.created_at == state.seen_at && is_fresh) {
            return Ok(Some(Arrival::Came));
        }
        if is_first {
            return Ok(None);
        }
        let versions = self.catalogue.history(&stored.record.id, clearance)?;
        let mut seen = versions.iter().filter(|version| version.record.is_some());
        let opened = |first: &Version| first.version > 1 && first.seq > state.seen;
        Ok(seen
            .next()
            .filter(|first| opened(first))
            .map(|_| Arrival::Opened))
    }
}

#[cfg(test)]
mod tests;
