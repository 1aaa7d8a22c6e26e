//! The index of words on the cluster.

mod dictionary;
mod document;
mod facets;
mod found;
mod narrow;
mod order;
mod search;
mod shape;
mod state;
mod statistics;
mod writer;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use index::{
    Definition, FullTextError, FullTextPage, FullTextQuery, FullTextStats, FullTextStore,
    exact::{Statistics, TermKey, n_holding, similar_words},
};
use qdrant_client::qdrant::{Filter, ScrollPoints};
use records::{ChangeSeq, Clearance, Record, RecordId};

use crate::{
    ClusterError, QdrantSettings,
    client::Cluster,
    condition::visible,
    generation,
    payload::{self, only},
};
use state::State;
use statistics::Known;
use writer::Writer;

/// How long readers go by a state that was read: one question asks for it up to 27
/// times (what its words can mean, whether they are misspelt, the search itself).
const SEEN_FOR: Duration = Duration::from_millis(20);
/// Records listed at once.
const PAGE: u32 = 5000;

/// The index of words on a Qdrant cluster.
///
/// One process writes at a time; another one that commits meanwhile makes the
/// first one's commit fail as [`FullTextError::Busy`].
pub struct QdrantWords {
    cluster: Cluster,
    /// Alias of the index.
    alias: String,
    /// The collection that is read and written: the alias, or the generation that
    /// is being built.
    collection: String,
    writer: Mutex<Option<Writer>>,
    known: Mutex<Known>,
    seen: Mutex<Seen>,
}

/// The state as it was last read.
#[derive(Default)]
struct Seen {
    /// When it was asked for, and the answer.
    state: Option<(Instant, State)>,
    /// Commits of this store: what was asked for before one is not kept after it.
    n_commits: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(doing: &'static str) -> impl FnOnce(ClusterError) -> FullTextError {
    ClusterError::of_words(doing)
}

impl QdrantWords {
    /// Opens the index, or makes an empty one.
    ///
    /// # Errors
    /// [`FullTextError::Outdated`] when it was built with another definition.
    pub fn open(settings: &QdrantSettings) -> Result<Self, FullTextError> {
        let store = Self::new(settings)?;
        Cluster::wait(store.make_missing()).map_err(failed("opening it"))?;
        let state = Cluster::wait(store.state()).map_err(failed("opening it"))?;
        let wanted = i64::from(Definition::built_in().version);
        if state.definition != wanted {
            return Err(FullTextError::Outdated {
                path: store.shown_path(),
                found: state.definition.to_string(),
                wanted: wanted.to_string(),
            });
        }
        Ok(store)
    }

    /// An empty index beside the current one, which answers until
    /// [`Self::publish`].
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn begin_rebuild(settings: &QdrantSettings) -> Result<Self, FullTextError> {
        let mut store = Self::new(settings)?;
        let fresh = Cluster::wait(store.make()).map_err(failed("making it anew"))?;
        store.collection = fresh;
        Ok(store)
    }

    /// Puts a rebuilt index in the place of the current one, in one step.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn publish(&self) -> Result<(), FullTextError> {
        let work = generation::publish(&self.cluster, &self.alias, &self.collection);
        Cluster::wait(work).map_err(failed("putting it in its place"))
    }

    /// Removes the index.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn remove(settings: &QdrantSettings) -> Result<(), FullTextError> {
        let store = Self::new(settings)?;
        let work = generation::remove_all(&store.cluster, &store.alias);
        Cluster::wait(work).map_err(failed("removing it"))
    }

    fn new(settings: &QdrantSettings) -> Result<Self, FullTextError> {
        let cluster = Cluster::new(settings).map_err(failed("opening it"))?;
        let alias = format!("{}-words", settings.prefix);
        Ok(Self {
            cluster,
            collection: alias.clone(),
            alias,
            writer: Mutex::default(),
            known: Mutex::default(),
            seen: Mutex::default(),
        })
    }

    async fn make_missing(&self) -> Result<(), ClusterError> {
        if generation::current(&self.cluster, &self.alias)
            .await?
            .is_none()
        {
            let fresh = self.make().await?;
            generation::publish(&self.cluster, &self.alias, &fresh).await?;
        }
        Ok(())
    }

    async fn make(&self) -> Result<String, ClusterError> {
        let shape = shape::of_words();
        let fresh = generation::begin(&self.cluster, &self.alias, &shape).await?;
        let state = State::empty(Definition::built_in().version);
        generation::keep_state(&self.cluster, &fresh, state.payload()).await?;
        Ok(fresh)
    }

    async fn state(&self) -> Result<State, ClusterError> {
        let state = generation::state(&self.cluster, &self.collection).await?;
        State::read(&state).ok_or(ClusterError::Unreadable("state"))
    }

    /// The state for whoever reads: another process's commit is seen
    /// [`SEEN_FOR`] later, an own one at once.
    async fn seen_state(&self) -> Result<State, ClusterError> {
        let asked_at = Instant::now();
        let n_commits = {
            let seen = lock(&self.seen);
            if let Some((read_at, state)) = &seen.state
                && read_at.elapsed() < SEEN_FOR
            {
                return Ok(state.clone());
            }
            seen.n_commits
        };
        let state = self.state().await?;
        let mut seen = lock(&self.seen);
        if seen.n_commits == n_commits {
            seen.state = Some((asked_at, state.clone()));
        }
        Ok(state)
    }

    fn forget_seen(&self) {
        let mut seen = lock(&self.seen);
        seen.state = None;
        seen.n_commits += 1;
    }

    /// What errors call the place of the index.
    fn shown_path(&self) -> PathBuf {
        format!("qdrant:{}", self.collection).into()
    }

    fn known<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut lock(&self.known))
    }

    /// Work of the writer, which is opened when there is none.
    fn write<T>(
        &self,
        doing: &'static str,
        work: impl AsyncFnOnce(&mut Writer) -> Result<T, FullTextError>,
    ) -> Result<T, FullTextError> {
        let mut writer = lock(&self.writer);
        Cluster::wait(async {
            let mut open = match writer.take() {
                Some(open) => open,
                None => Writer::begin(self).await.map_err(failed(doing))?,
            };
            let done = work(&mut open).await;
            // What failed half-way is undone by the next one that begins.
            if done.is_ok() {
                *writer = Some(open);
            }
            done
        })
    }

    /// Counts of all terms that `ask` asks for.
    fn statistics(
        &self,
        ask: impl Fn(&dyn Statistics),
    ) -> Result<(statistics::Counted, State), FullTextError> {
        let asked = statistics::Asked::default();
        ask(&asked);
        let keys: BTreeSet<TermKey> = asked.keys();
        Cluster::wait(async {
            let state = self.seen_state().await?;
            let counted = self.counted(keys, &state).await?;
            Ok((counted, state))
        })
        .map_err(failed("counting terms"))
    }

    async fn all_ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, ClusterError> {
        let state = self.seen_state().await?;
        let mut request = ScrollPoints {
            collection_name: self.collection.clone(),
            filter: Some(Filter {
                must: vec![visible(clearance)],
                must_not: writer::seen_at(state.epoch),
                ..Filter::default()
            }),
            limit: Some(PAGE),
            with_payload: only(["id"]),
            ..ScrollPoints::default()
        };
        let mut ids = Vec::new();
        loop {
            let page = self
                .cluster
                .ask(async |node| node.scroll(request.clone()).await);
            let page = page.await?;
            for point in &page.result {
                ids.push(payload::read_record_id(&point.payload, "id")?);
            }
            request.offset = page.next_page_offset;
            if request.offset.is_none() {
                ids.sort_unstable();
                return Ok(ids);
            }
        }
    }
}

impl FullTextStore for QdrantWords {
    fn upsert(&self, records: &[Record]) -> Result<(), FullTextError> {
        self.write("writing records", async |writer| {
            let written = writer.upsert(self, records).await;
            written.map_err(failed("writing records"))
        })
    }

    fn delete(&self, ids: &[RecordId]) -> Result<(), FullTextError> {
        self.write("deleting records", async |writer| {
            let deleted = writer.delete(self, ids).await;
            deleted.map_err(failed("deleting records"))
        })
    }

    fn commit(&self, seq: ChangeSeq) -> Result<(), FullTextError> {
        let done = self.write("writing a commit", async |writer| {
            writer.commit(self, seq).await
        });
        self.forget_seen();
        done
    }

    fn applied_seq(&self) -> Result<ChangeSeq, FullTextError> {
        let state = Cluster::wait(self.state());
        Ok(state.map_err(failed("reading the last commit"))?.seq)
    }

    fn finish(&self) -> Result<(), FullTextError> {
        let mut writer = lock(&self.writer);
        let Some(open) = writer.take() else {
            return Ok(());
        };
        let undone = Cluster::wait(writer::undo(self, open.committed.epoch));
        undone.map_err(failed("letting go of it"))
    }

    fn search(&self, query: &FullTextQuery) -> Result<FullTextPage, FullTextError> {
        Cluster::wait(search::search(self, query))
    }

    fn similar_words(
        &self,
        word: &str,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<String>, FullTextError> {
        let (counted, state) = self.statistics(|statistics| {
            // Nothing is near here: only what is asked about the word matters.
            let _ = similar_words(&Deaf, word, clearance, limit, statistics, |_, _| {
                Ok(Vec::new())
            });
        })?;
        similar_words(self, word, clearance, limit, &counted, |word, max_off| {
            let near = Cluster::wait(self.near_words(word, max_off, &state));
            near.map_err(failed("reading the dictionary"))
        })
    }

    fn n_holding(&self, text: &str, clearance: Clearance) -> Result<u64, FullTextError> {
        self.n_holding_known(text, clearance, || {
            let (counted, _) = self.statistics(|statistics| {
                let _ = n_holding(&Deaf, text, clearance, statistics);
            })?;
            n_holding(self, text, clearance, &counted)
        })
    }

    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, FullTextError> {
        Cluster::wait(self.all_ids(clearance)).map_err(failed("listing its records"))
    }

    fn stats(&self) -> Result<FullTextStats, FullTextError> {
        Cluster::wait(async {
            let state = self.state().await?;
            let name = &self.collection;
            let info = self
                .cluster
                .ask(async |node| node.collection_info(name).await);
            let segments = info.await?.result.map_or(0, |info| info.segments_count);
            Ok(FullTextStats {
                n_records: u64::try_from(state.n_records).unwrap_or(0),
                // What a node has on its disk is asked of the node.
                bytes: 0,
                n_segments: usize::try_from(segments).unwrap_or(usize::MAX),
            })
        })
        .map_err(failed("counting"))
    }
}

/// Finds nothing: stands for a store while it is learnt which terms are asked
/// about.
struct Deaf;

impl FullTextStore for Deaf {
    fn upsert(&self, _: &[Record]) -> Result<(), FullTextError> {
        Ok(())
    }

    fn delete(&self, _: &[RecordId]) -> Result<(), FullTextError> {
        Ok(())
    }

    fn commit(&self, _: ChangeSeq) -> Result<(), FullTextError> {
        Ok(())
    }

    fn applied_seq(&self) -> Result<ChangeSeq, FullTextError> {
        Ok(ChangeSeq::ZERO)
    }

    fn finish(&self) -> Result<(), FullTextError> {
        Ok(())
    }

    fn search(&self, _: &FullTextQuery) -> Result<FullTextPage, FullTextError> {
        Ok(FullTextPage::default())
    }

    fn similar_words(&self, _: &str, _: Clearance, _: usize) -> Result<Vec<String>, FullTextError> {
        Ok(Vec::new())
    }

    fn n_holding(&self, _: &str, _: Clearance) -> Result<u64, FullTextError> {
        Ok(0)
    }

    fn ids(&self, _: Clearance) -> Result<Vec<RecordId>, FullTextError> {
        Ok(Vec::new())
    }

    fn stats(&self) -> Result<FullTextStats, FullTextError> {
        Ok(FullTextStats::default())
    }
}
