//! Sources that are harvested by the clock: what is to be harvested, and how
//! it went. Kept as named values in the catalogue, the plan of people apart
//! from the state of the worker, so that neither writes over the other.

use std::path::PathBuf;

use catalog::{Batch, Blob, CatalogStore, JobQueue};
use jiff::{Timestamp, tz::TimeZone};
use records::AccessLevel;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    JobsError, LEAST_MINUTES, MOST_MINUTES, Order, due_at, enqueue, order::check_collection,
    schedule::parse_at,
};

const PLAN: &str = "source/plan/";
const STATE: &str = "source/state/";

/// Characters in a word of a source; longer ones are no words of OAI-PMH.
const MOST_CHARS: usize = 500;

/// What is to be harvested, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What people call it: lower-case letters, digits and `-`.
    pub name: String,
    /// Base URL of the repository.
    pub url: String,
    /// Metadata format.
    pub prefix: String,
    /// A set of the repository; all of it without.
    pub set: Option<String>,
    /// A collection that every record is put into.
    pub collection: Option<String>,
    /// The least secrecy of every record.
    pub access: Option<AccessLevel>,
    /// Minutes from one harvest to the next.
    pub every_minutes: u32,
    /// At this time of day (`02:30`), then every so many whole days.
    pub at: Option<String>,
    /// Certificates (PEM) that the repository is trusted by instead of those
    /// of the system.
    pub ca: Option<PathBuf>,
    /// Whether it is left alone for now.
    pub is_paused: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// How the harvests of a source went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceState {
    /// When the last harvest began.
    pub started_at: Option<Timestamp>,
    /// When it ended; `None` while it runs, or when its worker died.
    pub ended_at: Option<Timestamp>,
    /// What the last harvest that ended did.
    pub last: Option<Harvested>,
    /// Why it stopped; `None` when it did not.
    pub error: Option<String>,
    /// Harvests that failed since the last one that did not. One that begins
    /// counts until it has ended well: a worker that dies is a failure too.
    pub n_failures: u32,
}

/// Counts of a harvest; see the report of `harvest`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Harvested {
    /// Records that the source sent.
    pub seen: u64,
    /// Records that came.
    pub added: u64,
    /// Records that changed.
    pub updated: u64,
    /// Records that are there as they stand.
    pub unchanged: u64,
    /// Records that the source deleted.
    pub deleted: u64,
    /// Records set aside.
    pub set_aside: u64,
    /// What a person should know.
    pub notices: Vec<String>,
}

impl Source {
    /// All of a repository as Dublin Core, once a day.
    ///
    /// # Errors
    /// [`JobsError::Invalid`].
    pub fn new(name: &str, url: &str, created_at: Timestamp) -> Result<Self, JobsError> {
        let source = Self {
            name: name.to_owned(),
            url: url.to_owned(),
            prefix: "oai_dc".to_owned(),
            set: None,
            collection: None,
            access: None,
            every_minutes: 24 * 60,
            at: None,
            ca: None,
            is_paused: false,
            created_at,
        };
        source.check()?;
        Ok(source)
    }

    /// Whether every part makes sense.
    ///
    /// # Errors
    /// [`JobsError::Invalid`] names the first that does not.
    pub fn check(&self) -> Result<(), JobsError> {
        check_name(&self.name)?;
        let invalid = JobsError::invalid;
        let is_word = |word: &str| {
            !word.is_empty()
                && word.len() <= MOST_CHARS
                && !word.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        let host = ["http://", "https://"].iter().find_map(|scheme| {
            let rest = self.url.strip_prefix(scheme)?;
            Some(rest.split(['/', '?']).next().unwrap_or_default())
        });
        if host.is_none_or(str::is_empty) || !is_word(&self.url) {
            let cure = "is no address of a repository; write it as https://example.vn/oai";
            return Err(invalid("url", &self.url, cure));
        }
        let words = [("prefix", Some(&self.prefix)), ("set", self.set.as_ref())];
        for (name, word) in words {
            if let Some(word) = word.filter(|word| !is_word(word)) {
                return Err(invalid(
                    name,
                    word,
                    "is no name of OAI-PMH; see the repository",
                ));
            }
        }
        if !(LEAST_MINUTES..=MOST_MINUTES).contains(&self.every_minutes) {
            let minutes = self.every_minutes.to_string();
            return Err(invalid("every", &minutes, "is not between 5m and 366d"));
        }
        if let Some(at) = &self.at {
            parse_at(at)?;
        }
        self.collection.as_deref().map_or(Ok(()), check_collection)
    }
}

fn check_name(name: &str) -> Result<(), JobsError> {
    let is_letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let fits = (1..=64).contains(&name.len()) && name.bytes().all(is_letter);
    match fits {
        true => Ok(()),
        false => Err(JobsError::invalid(
            "name",
            name,
            "is no name of a source; write 1 to 64 letters a-z, digits and -",
        )),
    }
}

/// All sources with their states, by name.
///
/// # Errors
/// [`JobsError::Damaged`], and the catalogue's.
pub fn sources(catalog: &dyn CatalogStore) -> Result<Vec<(Source, SourceState)>, JobsError> {
    let plans = catalog.blobs(PLAN)?.into_iter();
    plans
        .map(|blob| {
            let source: Source = parse(blob)?;
            let state = state_of(catalog, &source.name)?;
            Ok((source, state))
        })
        .collect()
}

/// One source with its state.
///
/// # Errors
/// [`JobsError::NoSource`], [`JobsError::Damaged`], and the catalogue's.
pub fn source(catalog: &dyn CatalogStore, name: &str) -> Result<(Source, SourceState), JobsError> {
    let key = format!("{PLAN}{name}");
    let found = catalog.blobs(&key)?.into_iter();
    let mut found = found.filter(|blob| blob.name == key).map(parse::<Source>);
    let shown = || JobsError::NoSource(name.chars().take(80).collect());
    let source = found.next().ok_or_else(shown)??;
    let state = state_of(catalog, name)?;
    Ok((source, state))
}

/// Adds a source, or changes the one of its name.
///
/// # Errors
/// [`JobsError::Invalid`], and the catalogue's.
pub fn store(catalog: &dyn CatalogStore, source: &Source, now: Timestamp) -> Result<(), JobsError> {
    source.check()?;
    write(catalog, vec![blob(PLAN, &source.name, source)], now)
}

/// Removes a source. What was harvested from it stays.
///
/// # Errors
/// [`JobsError::NoSource`], and the catalogue's.
pub fn remove(catalog: &dyn CatalogStore, name: &str, now: Timestamp) -> Result<(), JobsError> {
    source(catalog, name)?;
    let gone = [PLAN, STATE].map(|prefix| Blob {
        name: format!("{prefix}{name}"),
        bytes: Vec::new(),
    });
    write(catalog, gone.into(), now)
}

/// Writes that a harvest begins: a failure until it has ended well.
///
/// # Errors
/// The catalogue's.
pub fn begin(
    catalog: &dyn CatalogStore,
    name: &str,
    now: Timestamp,
) -> Result<SourceState, JobsError> {
    let before = state_of(catalog, name)?;
    let state = SourceState {
        started_at: Some(now),
        ended_at: None,
        n_failures: before.n_failures.saturating_add(1),
        ..before
    };
    write(catalog, vec![blob(STATE, name, &state)], now)?;
    Ok(state)
}

/// Writes how a harvest ended. One that was stopped by people is no failure.
///
/// * `error`: why it failed.
///
/// # Errors
/// The catalogue's.
pub fn end(
    catalog: &dyn CatalogStore,
    name: &str,
    mut state: SourceState,
    harvested: Harvested,
    error: Option<String>,
    now: Timestamp,
) -> Result<(), JobsError> {
    // Removed meanwhile: nothing is kept of it.
    if matches!(source(catalog, name), Err(JobsError::NoSource(_))) {
        return Ok(());
    }
    state.ended_at = Some(now);
    state.last = Some(harvested);
    if error.is_none() {
        state.n_failures = 0;
    }
    state.error = error;
    write(catalog, vec![blob(STATE, name, &state)], now)
}

/// Queues a harvest of every source that is due.
///
/// # Errors
/// The catalogue's. A source that cannot be read is passed over, and logged.
pub fn queue_due(
    catalog: &dyn CatalogStore,
    queue: &dyn JobQueue,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<(), JobsError> {
    for blob in catalog.blobs(PLAN)? {
        let name = blob.name.clone();
        let due = parse::<Source>(blob).and_then(|source| {
            let state = state_of(catalog, &source.name)?;
            let is_due = due_at(&source, &state, zone).is_some_and(|due| due <= now);
            Ok(is_due.then_some(source.name))
        });
        match due {
            Ok(None) => {}
            Ok(Some(source)) => {
                let order = Order::Harvest {
                    source,
                    full: false,
                };
                enqueue(queue, &order, None, now)?;
            }
            Err(JobsError::Catalog(error)) => return Err(error.into()),
            Err(error) => tracing::warn!(%error, name, "a source is passed over"),
        }
    }
    Ok(())
}

fn state_of(catalog: &dyn CatalogStore, name: &str) -> Result<SourceState, JobsError> {
    let key = format!("{STATE}{name}");
    let found = catalog.blobs(&key)?.into_iter();
    let mut found = found.filter(|blob| blob.name == key).map(parse);
    found.next().unwrap_or(Ok(SourceState::default()))
}

fn blob(prefix: &str, name: &str, value: &impl Serialize) -> Blob {
    Blob {
        name: format!("{prefix}{name}"),
        bytes: serde_json::to_vec(value).expect("a plan and a state are plain data"),
    }
}

fn parse<T: DeserializeOwned>(blob: Blob) -> Result<T, JobsError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| JobsError::Damaged {
        name: blob.name,
        source,
    })
}

fn write(catalog: &dyn CatalogStore, blobs: Vec<Blob>, now: Timestamp) -> Result<(), JobsError> {
    let mut batch = Batch::new(now);
    batch.blobs = blobs;
    catalog.apply(batch)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use catalog::{JobFilter, SqliteCatalog};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_due_is_queued_once_and_a_dead_harvest_backs_off() {
        let catalog = SqliteCatalog::in_memory().unwrap();
        let plan = Source::new("a", "https://a.vn/oai", at(0)).unwrap();
        store(&catalog, &plan, at(0)).unwrap();
        let n_queued = |now| {
            queue_due(&catalog, &catalog, &TimeZone::UTC, at(now)).unwrap();
            catalog.jobs(&JobFilter::default(), 10).unwrap().len()
        };
        assert_eq!((n_queued(1), n_queued(2)), (1, 1));
        let job = catalog.jobs(&JobFilter::default(), 1).unwrap().remove(0);
        catalog.cancel(job.id, at(3)).unwrap();
        let begun = begin(&catalog, "a", at(10)).unwrap();
        assert_eq!(n_queued(10 + 899), 1, "its worker died: 15 minutes");
        assert_eq!(n_queued(10 + 900), 2);
        let harvested = Harvested::default();
        end(&catalog, "a", begun, harvested, None, at(1000)).unwrap();
        let (_, state) = source(&catalog, "a").unwrap();
        assert_eq!((state.n_failures, state.ended_at), (0, Some(at(1000))));
        remove(&catalog, "a", at(2000)).unwrap();
        let gone = source(&catalog, "a");
        assert!(matches!(gone, Err(JobsError::NoSource(_))));
        end(&catalog, "a", state, Harvested::default(), None, at(2001)).unwrap();
        assert_eq!(catalog.blobs("source/").unwrap(), []);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let good = Source::new("a", "https://a.vn/oai", at(0)).unwrap();
        type Spoil = fn(&mut Source);
        let bad: [(&str, Spoil); 8] = [
            ("name", |s| s.name = "Á".into()),
            ("name", |s| s.name = String::new()),
            ("url", |s| s.url = "ftp://a.vn".into()),
            ("url", |s| s.url = "https:///oai".into()),
            ("prefix", |s| s.prefix = "a b".into()),
            ("set", |s| s.set = Some(String::new())),
            ("every", |s| s.every_minutes = 1),
            ("at", |s| s.at = Some("25:00".into())),
        ];
        for (name, spoil) in bad {
            let mut source = good.clone();
            spoil(&mut source);
            let error = source.check().unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }
}
