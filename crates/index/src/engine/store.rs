//! The store: one writer, many readers, generations.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use records::{ChangeSeq, Clearance, Record, RecordId};
use rustc_hash::FxHashSet;
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError,
    Term,
    directory::{MmapDirectory, error::LockError},
};

use super::{
    columns::ConditionError,
    document::document,
    folder::{self, Stamp},
    near::near_words,
    schema::{ENCODED, Fields, encoded_tokenizer},
    search::{Failure, search},
    snapshot::Snapshot,
};
use crate::{
    Definition, FullTextError, FullTextPage, FullTextQuery, FullTextStats, FullTextStore,
    analysis::Vocabulary, holding::n_holding, spelling::similar_words,
};

/// Memory of the indexing thread before it writes a segment. Larger means
/// fewer merges and more memory; a guess within the 1 GiB of an ingest.
const WRITER_BYTES: usize = 64 << 20;

/// A full-text store in a folder.
pub struct TantivyStore {
    root: PathBuf,
    definition: Definition,
    /// Whether this store fills a generation that is not the current one yet.
    is_rebuild: AtomicBool,
    generation: RwLock<Arc<Generation>>,
    writer: Mutex<Option<Writer>>,
}

/// One opened generation.
struct Generation {
    path: PathBuf,
    index: Index,
    fields: Fields,
    reader: IndexReader,
    state: RwLock<State>,
}

#[derive(Clone)]
struct State {
    stamp: Stamp,
    snapshot: Arc<Snapshot>,
}

struct Writer {
    generation: Arc<Generation>,
    writer: IndexWriter<TantivyDocument>,
    /// Ids that may be in the index: written since the writer was opened.
    written: FxHashSet<RecordId>,
    vocabulary: Vocabulary,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn engine(doing: &'static str) -> impl FnOnce(TantivyError) -> FullTextError {
    move |source| FullTextError::Engine {
        doing,
        source: Box::new(source),
    }
}

impl TantivyStore {
    /// Opens the index in `root`; makes an empty one when there is none.
    ///
    /// # Errors
    /// [`FullTextError::Outdated`] when it was built with another definition,
    /// [`FullTextError::Open`] when it cannot be read or made.
    pub fn open(root: &Path) -> Result<Self, FullTextError> {
        Self::open_with(root, Definition::built_in().clone())
    }

    /// Like [`TantivyStore::open`], with other weights.
    ///
    /// # Errors
    /// As [`TantivyStore::open`].
    pub fn open_with(root: &Path, definition: Definition) -> Result<Self, FullTextError> {
        let open_error = |source: std::io::Error| FullTextError::Open {
            path: root.to_owned(),
            source: Box::new(source),
        };
        let path = match folder::current(root).map_err(open_error)? {
            Some(path) => path,
            None => {
                let path =
                    folder::create(root, &definition.version.to_string()).map_err(open_error)?;
                Generation::create(&path)?;
                folder::publish(root, &path).map_err(open_error)?;
                path
            }
        };
        Self::open_generation(root, path, definition, false)
    }

    /// Begins a rebuild: an empty store beside the current one, which goes on
    /// being read until [`TantivyStore::publish`].
    ///
    /// # Errors
    /// [`FullTextError::Open`] when the folder cannot be written.
    pub fn begin_rebuild(root: &Path) -> Result<Self, FullTextError> {
        let definition = Definition::built_in().clone();
        let path = folder::create(root, &definition.version.to_string()).map_err(|source| {
            FullTextError::Open {
                path: root.to_owned(),
                source: Box::new(source),
            }
        })?;
        Generation::create(&path)?;
        Self::open_generation(root, path, definition, true)
    }

    /// Makes this store the one that [`TantivyStore::open`] opens, and removes
    /// the one before. Stores that are open elsewhere follow by themselves.
    ///
    /// # Errors
    /// [`FullTextError::Open`] when the folder cannot be written.
    pub fn publish(&self) -> Result<(), FullTextError> {
        self.finish()?;
        let generation = self.generation();
        folder::publish(&self.root, &generation.path).map_err(|source| FullTextError::Open {
            path: self.root.clone(),
            source: Box::new(source),
        })?;
        self.is_rebuild.store(false, Ordering::Release);
        Ok(())
    }

    fn open_generation(
        root: &Path,
        path: PathBuf,
        definition: Definition,
        is_rebuild: bool,
    ) -> Result<Self, FullTextError> {
        let generation = Generation::open(root, &path, &definition)?;
        Ok(Self {
            root: root.to_owned(),
            definition,
            is_rebuild: AtomicBool::new(is_rebuild),
            generation: RwLock::new(Arc::new(generation)),
            writer: Mutex::new(None),
        })
    }

    fn generation(&self) -> Arc<Generation> {
        let guard = self.generation.read();
        Arc::clone(&guard.unwrap_or_else(PoisonError::into_inner))
    }

    /// The newest committed state, also when another process committed it.
    fn snapshot(&self) -> Result<Arc<Snapshot>, FullTextError> {
        let generation = self.generation();
        let stamp = Stamp::read(&self.root, &generation.path);
        let state = generation.state();
        if state.stamp == stamp {
            return Ok(state.snapshot);
        }
        let generation = self.follow(generation)?;
        generation.reload(&self.root, &self.definition)
    }

    /// The generation that `CURRENT` names now, when this store reads the
    /// current one.
    fn follow(&self, open: Arc<Generation>) -> Result<Arc<Generation>, FullTextError> {
        if self.is_rebuild.load(Ordering::Acquire) {
            return Ok(open);
        }
        let named = folder::current(&self.root).ok().flatten();
        let Some(path) = named.filter(|path| *path != open.path) else {
            return Ok(open);
        };
        let newer = Arc::new(Generation::open(&self.root, &path, &self.definition)?);
        let mut guard = self
            .generation
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *guard = Arc::clone(&newer);
        Ok(newer)
    }

    fn open_writer(&self) -> Result<Writer, FullTextError> {
        let generation = self.follow(self.generation())?;
        let writer = generation.writer()?;
        // Another process may have committed before the lock was ours.
        generation.reload(&self.root, &self.definition)?;
        Ok(Writer {
            generation,
            writer,
            written: FxHashSet::default(),
            vocabulary: Vocabulary::new(),
        })
    }

    fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, FullTextError>,
    ) -> Result<T, FullTextError> {
        let mut guard = lock(&self.writer);
        let writer = match guard.take() {
            Some(writer) => writer,
            None => self.open_writer()?,
        };
        work(guard.insert(writer))
    }
}

impl Writer {
    /// Takes a record out, if it can be in the index at all.
    fn take_out(&mut self, id: &RecordId, snapshot: &Snapshot) {
        let term = Term::from_field_text(self.generation.fields.id, id.as_str());
        let is_committed = snapshot.segments.iter().any(|segment| {
            let ids = segment.columns.ids.dictionary();
            !matches!(ids.term_ord(id.as_str().as_bytes()), Ok(None))
        });
        if is_committed || self.written.contains(id) {
            self.writer.delete_term(term);
        }
    }
}

impl FullTextStore for TantivyStore {
    fn upsert(&self, records: &[Record]) -> Result<(), FullTextError> {
        self.with_writer(|writer| {
            let snapshot = writer.generation.state().snapshot;
            for record in records {
                let document = document(
                    record,
                    &writer.generation.fields,
                    &self.definition.analyser,
                    &mut writer.vocabulary,
                );
                writer.take_out(&record.id, &snapshot);
                writer.written.insert(record.id.clone());
                let added = writer.writer.add_document(document);
                added.map_err(engine("adding a record"))?;
            }
            Ok(())
        })
    }

    fn delete(&self, ids: &[RecordId]) -> Result<(), FullTextError> {
        self.with_writer(|writer| {
            let snapshot = writer.generation.state().snapshot;
            for id in ids {
                writer.take_out(id, &snapshot);
            }
            Ok(())
        })
    }

    fn commit(&self, seq: ChangeSeq) -> Result<(), FullTextError> {
        let generation = self.with_writer(|writer| {
            let mut commit = writer
                .writer
                .prepare_commit()
                .map_err(engine("preparing a commit"))?;
            commit.set_payload(&seq.to_string());
            commit.commit().map_err(engine("committing"))?;
            writer.written.clear();
            Ok(Arc::clone(&writer.generation))
        })?;
        generation.reload(&self.root, &self.definition)?;
        Ok(())
    }

    fn applied_seq(&self) -> Result<ChangeSeq, FullTextError> {
        let generation = self.follow(self.generation())?;
        let metas = generation.index.load_metas();
        let metas = metas.map_err(engine("reading the last commit"))?;
        let seq = metas.payload.and_then(|payload| payload.parse().ok());
        Ok(ChangeSeq(seq.unwrap_or(0)))
    }

    fn finish(&self) -> Result<(), FullTextError> {
        let Some(writer) = lock(&self.writer).take() else {
            return Ok(());
        };
        let generation = writer.generation;
        let merged = writer.writer.wait_merging_threads();
        merged.map_err(engine("merging segments"))?;
        generation.reload(&self.root, &self.definition)?;
        Ok(())
    }

    fn search(&self, query: &FullTextQuery) -> Result<FullTextPage, FullTextError> {
        let snapshot = self.snapshot()?;
        search(&snapshot, query, &self.definition).map_err(|failure| match failure {
            Failure::Condition(ConditionError::Filter(filter)) => FullTextError::Filter(filter),
            other => FullTextError::Engine {
                doing: "searching",
                source: Box::new(other),
            },
        })
    }

    fn similar_words(
        &self,
        word: &str,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<String>, FullTextError> {
        let snapshot = self.snapshot()?;
        similar_words(self, word, clearance, limit, &*snapshot, |word, max_off| {
            near_words(&snapshot, word, max_off).map_err(engine("reading the dictionary"))
        })
    }

    fn n_holding(&self, text: &str, clearance: Clearance) -> Result<u64, FullTextError> {
        n_holding(self, text, clearance, &*self.snapshot()?)
    }

    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, FullTextError> {
        self.snapshot()?
            .ids(clearance)
            .map_err(|source| FullTextError::Engine {
                doing: "listing its records",
                source,
            })
    }

    fn stats(&self) -> Result<FullTextStats, FullTextError> {
        let snapshot = self.snapshot()?;
        Ok(FullTextStats {
            n_records: snapshot.searcher.num_docs(),
            bytes: folder::bytes(&self.generation().path),
            n_segments: snapshot.segments.len(),
        })
    }
}

impl Generation {
    /// Makes an empty index in an empty folder.
    fn create(path: &Path) -> Result<(), FullTextError> {
        let directory = MmapDirectory::open(path).map_err(|error| FullTextError::Open {
            path: path.to_owned(),
            source: Box::new(error),
        })?;
        let fields = Fields::new();
        Index::create(directory, fields.schema, IndexSettings::default())
            .map_err(engine("making an index"))?;
        Ok(())
    }

    fn open(root: &Path, path: &Path, definition: &Definition) -> Result<Self, FullTextError> {
        let open_error = |source: Box<dyn std::error::Error + Send + Sync>| FullTextError::Open {
            path: root.to_owned(),
            source,
        };
        let found = folder::definition(path).map_err(|error| open_error(error.into()))?;
        let wanted = definition.version.to_string();
        if found != wanted {
            return Err(FullTextError::Outdated {
                path: root.to_owned(),
                found,
                wanted,
            });
        }
        let index = Index::open_in_dir(path).map_err(|error| open_error(error.into()))?;
        index.tokenizers().register(ENCODED, encoded_tokenizer());
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|error: TantivyError| open_error(error.into()))?;
        let fields = Fields::new();
        let stamp = Stamp::read(root, path);
        let snapshot = Snapshot::open(reader.searcher(), &fields, definition)
            .map_err(|error| open_error(error.into()))?;
        Ok(Self {
            path: path.to_owned(),
            index,
            fields,
            reader,
            state: RwLock::new(State {
                stamp,
                snapshot: Arc::new(snapshot),
            }),
        })
    }

    fn state(&self) -> State {
        let guard = self.state.read();
        guard.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens the newest commit. The stamp is read first: a commit that comes
    /// meanwhile is seen by the next search.
    fn reload(&self, root: &Path, definition: &Definition) -> Result<Arc<Snapshot>, FullTextError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::read(root, &self.path);
        if state.stamp == stamp {
            return Ok(Arc::clone(&state.snapshot));
        }
        self.reader
            .reload()
            .map_err(engine("opening the last commit"))?;
        let snapshot = Snapshot::open(self.reader.searcher(), &self.fields, definition)
            .map_err(engine("opening the last commit"))?;
        state.stamp = stamp;
        state.snapshot = Arc::new(snapshot);
        Ok(Arc::clone(&state.snapshot))
    }

    fn writer(&self) -> Result<IndexWriter<TantivyDocument>, FullTextError> {
        self.index
            .writer_with_num_threads(1, WRITER_BYTES)
            .map_err(|error| match error {
                TantivyError::LockFailure(LockError::LockBusy, _) => FullTextError::Busy {
                    path: self.path.clone(),
                },
                other => engine("opening the writer")(other),
            })
    }
}
