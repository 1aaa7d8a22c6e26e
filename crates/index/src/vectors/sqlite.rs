//! Vectors in a SQLite file, with everything that a search needs in memory.
//!
//! The file keeps embeddings by the hash of their text, so a record that comes
//! again costs nothing; a batch is one transaction, so being killed loses
//! nothing that was applied. Each search asks SQLite whether another process
//! has written (a read of one counter) and takes in what it wrote.
//!
//! `synchronous=NORMAL`: after a power failure the last batches may be gone,
//! with their sequence number; they are applied again from the catalogue.

mod file;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, RwLock},
};

use records::{ChangeSeq, Clearance, RecordId};
use rusqlite::{Connection, OptionalExtension as _};

use super::{
    PassageText, TextHash, VectorBatch, VectorError, VectorHit, VectorModel, VectorQuery,
    VectorStats, VectorStore, check_vector, codes,
    shelf::Shelf,
    train::{self, Assigner},
};
use file::while_doing;

/// A vector store in a file.
pub struct SqliteVectors {
    model: VectorModel,
    path: PathBuf,
    file: Mutex<File>,
    shelf: RwLock<Shelf>,
}

/// The connection, and how much of the file is in memory.
struct File {
    connection: Connection,
    /// SQLite's counter of writes by others.
    data_version: i64,
    seen: Seen,
}

/// What of the file is in memory.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    training: i64,
    last_record: i64,
    last_gone: i64,
}

impl SqliteVectors {
    /// Opens the file, or makes an empty one, for the vectors of `model`.
    ///
    /// # Errors
    /// [`VectorError::OtherModel`] when the file holds vectors of another.
    pub fn open(path: &Path, model: &VectorModel) -> Result<Self, VectorError> {
        let connection = file::open(path, model)?;
        let mut file = File {
            data_version: file::data_version(&connection)?,
            connection,
            seen: Seen::default(),
        };
        let shelf = load(&mut file, model)?;
        Ok(Self {
            model: model.clone(),
            path: path.to_owned(),
            file: Mutex::new(file),
            shelf: RwLock::new(shelf),
        })
    }

    /// The model whose vectors a file holds; `None` when there is no file.
    ///
    /// # Errors
    /// When the file is no index of vectors.
    pub fn model_of(path: &Path) -> Result<Option<VectorModel>, VectorError> {
        if !path.exists() {
            return Ok(None);
        }
        file::model_of(path).map(Some)
    }

    /// Writes a whole and consistent copy of a file into a new one, while
    /// others read and write.
    ///
    /// # Errors
    /// When `to` is there already, or cannot be written.
    pub fn copy(from: &Path, to: &Path) -> Result<(), VectorError> {
        file::copy(from, to)
    }

    /// Puts everything that another file of the same model holds in the place
    /// of what is here, at once: searches, those of other processes too, see
    /// the old or the new.
    ///
    /// # Errors
    /// [`VectorError::OtherModel`]; nothing has changed after any error.
    pub fn replace_with(&self, other: &Path) -> Result<(), VectorError> {
        let found = file::model_of(other)?;
        if found != self.model {
            return Err(VectorError::OtherModel {
                path: other.to_owned(),
                found: found.id,
                wanted: self.model.id.clone(),
            });
        }
        let mut file = self.file();
        file::replace(&mut file.connection, other)?;
        self.take_in(&mut file)
    }

    fn file(&self) -> std::sync::MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelf(&self) -> std::sync::RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what another process wrote; while this one writes there is
    /// nothing to wait for.
    fn catch_up(&self) -> Result<(), VectorError> {
        let Ok(mut file) = self.file.try_lock() else {
            return Ok(());
        };
        let now = file::data_version(&file.connection)?;
        if now == file.data_version {
            return Ok(());
        }
        file.data_version = now;
        self.take_in(&mut file)
    }

    /// Brings the memory up to the file.
    fn take_in(&self, file: &mut File) -> Result<(), VectorError> {
        let is_wasteful = self.shelf().is_mostly_waste();
        if is_wasteful || file::training(&file.connection)? != file.seen.training {
            file.seen = Seen::default();
            let fresh = load(file, &self.model)?;
            *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = fresh;
            return Ok(());
        }
        loop {
            let news = file::news(&file.connection, file.seen, self.model.dim)?;
            file.seen = news.seen;
            let is_last = news.is_last;
            let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
            put(&mut shelf, news);
            if is_last {
                return Ok(());
            }
        }
    }

    fn check(&self, batch: &VectorBatch<'_>) -> Result<(), VectorError> {
        let passages = batch.upserts.iter().flat_map(|(_, passages)| passages);
        for vector in passages.filter_map(|passage| passage.vector.as_deref()) {
            check_vector(vector, self.model.dim)?;
        }
        Ok(())
    }
}

/// Reads the whole file.
fn load(file: &mut File, model: &VectorModel) -> Result<Shelf, VectorError> {
    file.seen.training = file::training(&file.connection)?;
    let centroids = file::centroids(&file.connection, model.dim)?;
    let mut shelf = Shelf::new(model.dim, centroids);
    loop {
        let news = file::news(&file.connection, file.seen, model.dim)?;
        file.seen = news.seen;
        let is_last = news.is_last;
        put(&mut shelf, news);
        if is_last {
            return Ok(shelf);
        }
    }
}

fn put(shelf: &mut Shelf, news: file::News) {
    news.gone
        .into_iter()
        .for_each(|number| shelf.remove(number));
    news.records
        .into_iter()
        .for_each(|record| shelf.add(record));
}

impl VectorStore for SqliteVectors {
    fn model(&self) -> &VectorModel {
        &self.model
    }

    fn apply(&self, batch: &VectorBatch<'_>) -> Result<(), VectorError> {
        self.check(batch)?;
        let mut file = self.file();
        let cell_of = |vector: &[f32]| self.shelf().cell_of(vector);
        file::write(&mut file.connection, batch, self.model.dim, cell_of)?;
        self.take_in(&mut file)
    }

    fn applied_seq(&self) -> Result<ChangeSeq, VectorError> {
        file::applied_seq(&self.file().connection)
    }

    fn knows(&self, hashes: &[TextHash]) -> Result<Vec<bool>, VectorError> {
        let file = self.file();
        let failed = while_doing("looking up known texts");
        let mut known = file
            .connection
            .prepare_cached("SELECT 1 FROM embedding WHERE hash = ?1")
            .map_err(&failed)?;
        let found = hashes.iter().map(|hash| known.exists([&hash.0[..]]));
        found.collect::<Result<_, _>>().map_err(failed)
    }

    fn learn(&self, texts: &[(TextHash, Vec<f32>)]) -> Result<(), VectorError> {
        for (_, vector) in texts {
            check_vector(vector, self.model.dim)?;
        }
        file::learn(&mut self.file().connection, texts)
    }

    fn known(
        &self,
        after: Option<TextHash>,
        limit: usize,
    ) -> Result<Vec<(TextHash, Vec<f32>)>, VectorError> {
        file::known(&self.file().connection, after, limit, self.model.dim)
    }

    fn search(&self, query: &VectorQuery<'_>) -> Result<Vec<VectorHit>, VectorError> {
        check_vector(query.vector, self.model.dim)?;
        self.catch_up()?;
        self.shelf().search(query)
    }

    fn passages(
        &self,
        id: &RecordId,
        clearance: Clearance,
    ) -> Result<Vec<(PassageText, Vec<f32>)>, VectorError> {
        self.catch_up()?;
        if !self.shelf().shows(id, clearance) {
            return Ok(Vec::new());
        }
        file::passages(&self.file().connection, id, self.model.dim)
    }

    fn passage(
        &self,
        id: &RecordId,
        number: u32,
        clearance: Clearance,
    ) -> Result<Option<PassageText>, VectorError> {
        if !self.shelf().shows(id, clearance) {
            return Ok(None);
        }
        let file = self.file();
        let found = file
            .connection
            .prepare_cached(
                "SELECT text, page FROM passage JOIN record ON record = record.number
                 WHERE id = ?1 AND passage.number = ?2",
            )
            .and_then(|mut asked| {
                let read = |row: &rusqlite::Row<'_>| {
                    Ok(PassageText {
                        text: row.get(0)?,
                        page: row.get(1)?,
                    })
                };
                asked.query_row((id.as_str(), number), read).optional()
            });
        found.map_err(while_doing("reading a passage"))
    }

    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, VectorError> {
        self.catch_up()?;
        Ok(self.shelf().ids(clearance))
    }

    fn clear(&self) -> Result<(), VectorError> {
        let mut file = self.file();
        file::clear(&mut file.connection)?;
        self.take_in(&mut file)
    }

    /// Groups the vectors anew when they have grown fourfold since the last
    /// time: seconds for 100,000.
    fn optimise(&self) -> Result<(), VectorError> {
        let mut file = self.file();
        let n_cells = train::n_cells(file::n_passages(&file.connection)?);
        if n_cells <= 2 * file::n_cells(&file.connection)?.max(1) {
            return Ok(());
        }
        let dim = self.model.dim;
        let sample = file::sample(&file.connection, train::n_sample(n_cells), dim)?;
        let centroids = train::centroids(&sample, dim, n_cells);
        let assigner = Assigner::new(&centroids, dim);
        file::regroup(&mut file.connection, &centroids, dim, |vector| {
            assigner.nearest(vector)
        })?;
        file.seen = Seen::default();
        let fresh = load(&mut file, &self.model)?;
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    fn stats(&self) -> Result<VectorStats, VectorError> {
        self.catch_up()?;
        let shelf = self.shelf();
        // The log beside the file is part of it; a file that cannot be asked
        // counts as nothing.
        let size = |ending: &str| {
            let mut name = self.path.clone().into_os_string();
            name.push(ending);
            std::fs::metadata(name).map_or(0, |file| file.len())
        };
        Ok(VectorStats {
            n_records: shelf.n_records() as u64,
            n_passages: shelf.n_passages() as u64,
            bytes: size("") + size("-wal"),
        })
    }
}

#[cfg(test)]
mod tests;
