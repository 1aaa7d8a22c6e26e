//! Where saved searches are kept: named values of the catalogue (`alerts/…`), so
//! that a backup holds them, and so that what was found and how far was looked
//! are written in one transaction.
//!
//! What the owner says (`alerts/search/OWNER/ID`) and how far the news have come
//! (`alerts/state/ID`) are two values with one writer each.

use std::{collections::BTreeSet, sync::Arc};

use catalog::{Batch, Blob, CatalogError, CatalogStore, Detail};
use jiff::Timestamp;
use records::{ChangeSeq, Clearance};
use serde::{Serialize, de::DeserializeOwned};

use crate::{AlertError, Event, Happening, Mail, SavedId, SavedSearch, State, Wish};

/// Most saved searches of one account: more than a person reads.
const MOST_SAVED: usize = 100;
/// Events kept of a saved search: what a feed shows, four times.
pub(crate) const KEPT_EVENTS: u64 = 200;

/// The saved searches of an installation.
#[derive(Clone)]
pub struct Alerts(Arc<dyn CatalogStore>);

impl std::fmt::Debug for Alerts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Alerts")
    }
}

fn search_name(owner: &str, id: &str) -> String {
    format!("alerts/search/{owner}/{id}")
}

fn state_name(id: &SavedId) -> String {
    format!("alerts/state/{id}")
}

/// Numbers with leading zeros: names in order are events in order.
fn event_name(id: &SavedId, number: u64) -> String {
    format!("alerts/event/{id}/{number:020}")
}

impl Alerts {
    /// The saved searches kept in this catalogue.
    pub fn new(catalogue: Arc<dyn CatalogStore>) -> Self {
        Self(catalogue)
    }

    pub(crate) fn catalogue(&self) -> &dyn CatalogStore {
        &*self.0
    }

    /// Saves a search; what is there now is not news.
    ///
    /// # Errors
    /// [`AlertError::Refused`] names what cannot be taken.
    pub fn add(&self, owner: &str, wish: Wish, now: Timestamp) -> Result<SavedSearch, AlertError> {
        if self.of_owner(owner)?.len() >= MOST_SAVED {
            let message =
                format!("the account keeps {MOST_SAVED} saved searches already; remove one first");
            return Err(AlertError::refused("name", message));
        }
        let saved = SavedSearch::new(owner, wish, now)?;
        let seq = self.0.seq()?;
        let state = State::new(seq, self.time_of(seq)?).aligned(&saved);
        let mut batch = Batch::new(now);
        batch
            .blobs
            .push(blob(search_name(owner, saved.id.as_str()), &saved));
        batch.blobs.push(blob(state_name(&saved.id), &state));
        self.0.apply(batch)?;
        Ok(saved)
    }

    /// The saved searches of an account, oldest first, ties by id.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn of_owner(&self, owner: &str) -> Result<Vec<SavedSearch>, AlertError> {
        let mut all: Vec<SavedSearch> = self.read_all(&search_name(owner, ""))?;
        all.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(all)
    }

    /// All saved searches, by owner and id.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn all(&self) -> Result<Vec<SavedSearch>, AlertError> {
        Ok(self.read_all("alerts/search/")?)
    }

    /// One saved search of an account.
    ///
    /// # Errors
    /// [`AlertError::NotFound`] when the account keeps none of this id.
    pub fn get(&self, owner: &str, id: &str) -> Result<SavedSearch, AlertError> {
        let id: SavedId = id.parse()?;
        let found = self.read(&search_name(owner, id.as_str()))?;
        found.ok_or_else(|| AlertError::NotFound(id.to_string()))
    }

    /// Changes a saved search.
    ///
    /// # Errors
    /// As [`Alerts::add`] and [`Alerts::get`].
    pub fn change(
        &self,
        owner: &str,
        id: &str,
        now: Timestamp,
        wish: impl FnOnce(Wish) -> Wish,
    ) -> Result<SavedSearch, AlertError> {
        let saved = self.get(owner, id)?;
        let wanted = wish(saved.wish());
        self.put(saved.changed(wanted, now)?, now)
    }

    /// Makes the address of the feed open nothing; there is a new one.
    ///
    /// # Errors
    /// As [`Alerts::get`].
    pub fn renew_feed(
        &self,
        owner: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<SavedSearch, AlertError> {
        let mut saved = self.get(owner, id)?;
        saved.feed_generation = saved.feed_generation.wrapping_add(1);
        self.put(saved, now)
    }

    /// Notes that whoever reads this address agrees to letters, or does not any
    /// more; `false` when they no longer go there.
    ///
    /// # Errors
    /// As [`Alerts::get`].
    pub fn answer_mail(
        &self,
        owner: &str,
        id: &str,
        address: &str,
        agrees: bool,
        now: Timestamp,
    ) -> Result<bool, AlertError> {
        let mut saved = self.get(owner, id)?;
        let Some(mut mail) = saved.mail.take().filter(|mail| mail.address == address) else {
            return Ok(false);
        };
        mail.is_confirmed = true;
        saved.mail = agrees.then_some(mail);
        self.put(saved, now).map(|_| true)
    }

    /// Forgets addresses that nobody has confirmed since `before`; gives how many.
    /// The saved searches stay; the next look forgets how far letters went.
    ///
    /// # Errors
    /// When the catalogue fails; addresses that were forgotten before stay so.
    pub fn forget_unconfirmed(&self, before: Timestamp, now: Timestamp) -> Result<u64, AlertError> {
        let mut n_forgotten = 0;
        for mut saved in self.all()? {
            let made = saved.created_at;
            let is_old = |mail: &Mail| !mail.is_confirmed && mail.since.unwrap_or(made) < before;
            if saved.mail.as_ref().is_some_and(is_old) {
                saved.mail = None;
                self.put(saved, now)?;
                n_forgotten += 1;
            }
        }
        Ok(n_forgotten)
    }

    /// Removes a saved search with its events.
    ///
    /// # Errors
    /// As [`Alerts::get`].
    pub fn remove(&self, owner: &str, id: &str, now: Timestamp) -> Result<(), AlertError> {
        let saved = self.get(owner, id)?;
        let mut names = vec![search_name(owner, id), state_name(&saved.id)];
        let events = self.0.blobs(&format!("alerts/event/{id}/"))?;
        names.extend(events.into_iter().map(|event| event.name));
        self.forget(names, now)
    }

    /// The time of a change, or of the one after it when it is no longer the
    /// newest of its record.
    pub(crate) fn time_of(&self, seq: ChangeSeq) -> Result<Timestamp, AlertError> {
        let Some(before) = seq.0.checked_sub(1) else {
            return Ok(Timestamp::MIN);
        };
        let page = self
            .0
            .changes(ChangeSeq(before), 1, Clearance::Staff, Detail::Summary)?;
        let change = page.changes.first();
        Ok(change.map_or(Timestamp::MIN, |change| change.at))
    }

    /// How far its news have come.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn state(&self, id: &SavedId) -> Result<Option<State>, AlertError> {
        Ok(self.read(&state_name(id))?)
    }

    /// Its events that are kept, oldest first.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn events(&self, id: &SavedId) -> Result<Vec<Event>, AlertError> {
        Ok(self.read_all(&format!("alerts/event/{id}/"))?)
    }

    /// Writes what happened to a saved search together with how far was looked,
    /// and drops events that are too old to be shown.
    ///
    /// # Errors
    /// When the catalogue fails: then nothing of it is written.
    pub(crate) fn write_events(
        &self,
        id: &SavedId,
        mut state: State,
        happenings: Vec<Happening>,
        now: Timestamp,
    ) -> Result<(), AlertError> {
        let mut batch = Batch::new(now);
        let old = |last: u64| last.saturating_sub(KEPT_EVENTS);
        let last_old = old(state.last_event);
        for what in happenings {
            state.last_event += 1;
            let number = state.last_event;
            let event = Event {
                number,
                at: now,
                what,
            };
            batch.blobs.push(blob(event_name(id, number), &event));
        }
        let gone = last_old + 1..=old(state.last_event);
        batch
            .blobs
            .extend(gone.map(|number| nothing(event_name(id, number))));
        batch.blobs.push(blob(state_name(id), &state));
        Ok(self.0.apply(batch).map(|_| ())?)
    }

    /// Drops what is left of saved searches that were removed while they were
    /// looked at.
    pub(crate) fn forget_orphans(&self, now: Timestamp) -> Result<(), AlertError> {
        // States first: one that was just made has its search, which is read later.
        let states = self.0.blobs("alerts/state/")?;
        let there: BTreeSet<SavedId> = self.all()?.into_iter().map(|saved| saved.id).collect();
        let is_orphan = |name: &str| {
            let id = name.split('/').nth(2).unwrap_or_default().parse();
            id.is_ok_and(|id: SavedId| !there.contains(&id))
        };
        let mut orphans = Vec::new();
        for state in states {
            if !is_orphan(&state.name) {
                continue;
            }
            let id = state.name.rsplit('/').next().unwrap_or_default();
            let events = self.0.blobs(&format!("alerts/event/{id}/"))?;
            orphans.extend(events.into_iter().map(|event| event.name));
            orphans.push(state.name);
        }
        match orphans.is_empty() {
            true => Ok(()),
            false => self.forget(orphans, now),
        }
    }

    /// Writes how far the ways of a saved search have come.
    pub(crate) fn put_state(
        &self,
        id: &SavedId,
        state: &State,
        now: Timestamp,
    ) -> Result<(), AlertError> {
        let mut batch = Batch::new(now);
        batch.blobs.push(blob(state_name(id), state));
        Ok(self.0.apply(batch).map(|_| ())?)
    }

    fn put(&self, saved: SavedSearch, now: Timestamp) -> Result<SavedSearch, AlertError> {
        let mut batch = Batch::new(now);
        batch
            .blobs
            .push(blob(search_name(&saved.owner, saved.id.as_str()), &saved));
        self.0.apply(batch)?;
        Ok(saved)
    }

    fn forget(&self, names: Vec<String>, now: Timestamp) -> Result<(), AlertError> {
        let mut batch = Batch::new(now);
        batch.blobs = names.into_iter().map(nothing).collect();
        Ok(self.0.apply(batch).map(|_| ())?)
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CatalogError> {
        let blobs = self.0.blobs(name)?;
        let found = blobs.into_iter().find(|blob| blob.name == name);
        found.map(|blob| parse(&blob)).transpose()
    }

    fn read_all<T: DeserializeOwned>(&self, prefix: &str) -> Result<Vec<T>, CatalogError> {
        self.0.blobs(prefix)?.iter().map(parse).collect()
    }
}

fn parse<T: DeserializeOwned>(blob: &Blob) -> Result<T, CatalogError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| CatalogError::Corrupt {
        place: format!("the named value `{}`", blob.name),
        source: source.into(),
    })
}

fn blob<T: Serialize>(name: String, value: &T) -> Blob {
    let bytes = serde_json::to_vec(value).expect("saved searches have only string keys");
    Blob { name, bytes }
}

/// Removes a name.
fn nothing(name: String) -> Blob {
    let bytes = Vec::new();
    Blob { name, bytes }
}
