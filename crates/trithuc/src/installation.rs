//! The data folder of an installation, opened: catalogue, full-text index,
//! document files.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use catalog::SqliteCatalog;
use embed::{DEFAULT_MODEL, Embedder, Model, Neutral, known_means};
use index::{
    TantivyStore,
    vectors::{SqliteVectors, VectorModel},
};
use ingest::FileStore;
use search::{Meaning, Terms};

use crate::models;

/// An opened installation.
pub(crate) struct Installation {
    root: PathBuf,
    /// The one truth.
    pub(crate) catalog: Arc<SqliteCatalog>,
    /// Document files.
    pub(crate) files: FileStore,
}

impl Installation {
    /// Opens the installation in `data`, or makes an empty one.
    pub(crate) fn open_or_create(data: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data).with_context(|| {
            format!(
                "data folder `{}` cannot be made; choose another one with --data",
                data.display()
            )
        })?;
        Ok(Self {
            catalog: Arc::new(SqliteCatalog::open(&catalogue_path(data))?),
            files: FileStore::new(data.join("files")),
            root: data.to_owned(),
        })
    }

    /// Opens the installation in `data`, which must be there.
    pub(crate) fn open(data: &Path) -> anyhow::Result<Self> {
        if !catalogue_path(data).exists() {
            bail!(
                "there is no library in `{}` yet; take in records with `trithuc ingest PATH`, or name another folder with --data",
                data.display()
            );
        }
        Self::open_or_create(data)
    }

    /// The full-text index, made when there is none.
    pub(crate) fn full_text(&self) -> anyhow::Result<Arc<TantivyStore>> {
        Ok(Arc::new(TantivyStore::open(&self.full_text_path())?))
    }

    /// An empty index beside the current one; see [`TantivyStore::publish`].
    pub(crate) fn begin_rebuild(&self) -> anyhow::Result<TantivyStore> {
        Ok(TantivyStore::begin_rebuild(&self.full_text_path())?)
    }

    /// See [`terms`].
    pub(crate) fn terms(&self) -> anyhow::Result<Terms> {
        terms(&self.root)
    }

    /// The model and the vectors that it made; `None` when there is no model
    /// here, so that words alone rank.
    pub(crate) fn meaning(&self) -> anyhow::Result<Option<Meaning>> {
        let Some(folder) = models::find(&self.root, DEFAULT_MODEL) else {
            return Ok(None);
        };
        self.meaning_in(&folder, &self.vectors_path()).map(Some)
    }

    /// An empty index of meaning beside the current one, or what an interrupted
    /// rebuild left of it; see [`Self::publish_vectors`]. `None` as for
    /// [`Self::meaning`].
    pub(crate) fn begin_vectors(&self) -> anyhow::Result<Option<Meaning>> {
        let Some(folder) = models::find(&self.root, DEFAULT_MODEL) else {
            return Ok(None);
        };
        self.meaning_in(&folder, &self.rebuild_path()).map(Some)
    }

    /// Puts the rebuilt index of meaning in the place of the current one.
    pub(crate) fn publish_vectors(&self, fresh: Meaning) -> anyhow::Result<()> {
        let model = fresh.vectors.model().clone();
        // Closes the file.
        drop(fresh);
        let built = self.rebuild_path().join(file_name(&model.id));
        let path = self.vectors_path().join(file_name(&model.id));
        let current = match SqliteVectors::open(&path, &model) {
            Ok(current) => current,
            // Damaged, which may be why it is built anew.
            Err(_) => {
                remove_database(&path)?;
                SqliteVectors::open(&path, &model)?
            }
        };
        current.replace_with(&built)?;
        remove_database(&built)
    }

    fn vectors_path(&self) -> PathBuf {
        self.root.join("index").join("vectors")
    }

    fn rebuild_path(&self) -> PathBuf {
        self.vectors_path().join("rebuild")
    }

    /// The same with the vectors in another folder.
    pub(crate) fn meaning_in(&self, model: &Path, vectors: &Path) -> anyhow::Result<Meaning> {
        let model = opened(model)?;
        std::fs::create_dir_all(vectors)
            .with_context(|| format!("folder `{}` cannot be made", vectors.display()))?;
        let known = VectorModel {
            id: model.model_id().to_owned(),
            dim: model.dim(),
        };
        let vectors = SqliteVectors::open(&vectors.join(file_name(&known.id)), &known)?;
        Ok(Meaning {
            embedder: model,
            vectors: Arc::new(vectors),
        })
    }

    fn full_text_path(&self) -> PathBuf {
        self.root.join("index").join("fulltext")
    }
}

/// Synonyms and translations: the list of the program, and after it the
/// librarians' own in `terms.txt` of the data folder, when there is one.
pub(crate) fn terms(data: &Path) -> anyhow::Result<Terms> {
    let path = data.join("terms.txt");
    let built_in = Terms::built_in();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(built_in.clone());
        }
        Err(error) => {
            return Err(error).with_context(|| {
                format!(
                    "`{}` cannot be read; save it as UTF-8 text that this user may read",
                    path.display()
                )
            });
        }
    };
    let own = Terms::parse(&text).with_context(|| format!("`{}`", path.display()))?;
    Ok(built_in.with(&own))
}

/// The model in a folder, without the marks of language and role where they
/// are known.
fn opened(folder: &Path) -> anyhow::Result<Arc<dyn Embedder>> {
    let model = Model::open(folder, None)?;
    Ok(match known_means(&model.card().id) {
        Some(means) => Arc::new(Neutral::new(model, &means)?),
        None => Arc::new(model),
    })
}

/// One file a model: another model's vectors stay beside it.
fn file_name(model: &str) -> String {
    format!("{}.sqlite", model.replace('/', "-"))
}

/// Removes a database and its log.
fn remove_database(path: &Path) -> anyhow::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| {
                    format!("`{}` cannot be removed", Path::new(&name).display())
                });
            }
            _ => {}
        }
    }
    Ok(())
}

fn catalogue_path(data: &Path) -> PathBuf {
    data.join("catalogue.sqlite")
}
