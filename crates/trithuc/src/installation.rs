//! The data folder of an installation, opened: catalogue, full-text index,
//! document files.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use catalog::Catalogue;
use embed::{DEFAULT_MODEL, Embedder};
use index::{
    FullTextStore,
    vectors::{SqliteVectors, VectorModel, VectorStore},
};
use ingest::FileStore;
use search::{Meaning, Terms};

use crate::{
    home::{Home, OpenCatalogue},
    indexes::{self, FreshWords, Indexes},
    models,
};

/// An opened installation.
pub(crate) struct Installation {
    root: PathBuf,
    /// The one truth.
    pub(crate) catalog: Arc<dyn Catalogue>,
    /// The same, for what only its engine can do.
    pub(crate) opened: OpenCatalogue,
    /// Document files.
    pub(crate) files: FileStore,
    /// Where the indexes are.
    pub(crate) indexes: Indexes,
}

impl Installation {
    /// Opens an installation, or makes an empty one.
    pub(crate) fn open_or_create(home: &Home) -> anyhow::Result<Self> {
        let data = &home.data;
        std::fs::create_dir_all(data).with_context(|| {
            format!(
                "data folder `{}` cannot be made; choose another one with --data",
                data.display()
            )
        })?;
        let opened = home.catalogue.open()?;
        Ok(Self {
            catalog: opened.shared(),
            opened,
            files: FileStore::new(data.join("files")),
            root: data.to_owned(),
            indexes: indexes::chosen(),
        })
    }

    /// Opens an installation, which must be there.
    pub(crate) fn open(home: &Home) -> anyhow::Result<Self> {
        if !home.has_catalogue() {
            bail!(
                "there is no library in `{}` yet; take in records with `trithuc ingest PATH`, or name another folder with --data",
                home.data.display()
            );
        }
        Self::open_or_create(home)
    }

    /// The full-text index, made when there is none.
    pub(crate) fn full_text(&self) -> anyhow::Result<Arc<dyn FullTextStore>> {
        self.indexes.words(&self.full_text_path())
    }

    /// An empty index beside the current one; see [`FreshWords::publish`].
    pub(crate) fn begin_rebuild(&self) -> anyhow::Result<FreshWords> {
        self.indexes.fresh_words(&self.full_text_path())
    }

    /// See [`terms`].
    pub(crate) fn terms(&self) -> anyhow::Result<Terms> {
        terms(&self.root)
    }

    /// The model in use and the vectors that it made; `None` when there is no
    /// model here, so that words alone rank.
    pub(crate) fn meaning(&self) -> anyhow::Result<Option<Meaning>> {
        let model = self.model_in_use()?;
        model
            .map(|model| meaning_in(&self.indexes, model, &self.vectors_path()))
            .transpose()
    }

    /// The vectors of a model in indexes of another kind.
    pub(crate) fn vectors_in(
        &self,
        indexes: &Indexes,
        model: &dyn Embedder,
    ) -> anyhow::Result<Arc<dyn VectorStore>> {
        let file = self.vectors_path().join(file_name(model.model_id()));
        indexes.vectors(&file, &known(model))
    }

    /// A model and the vectors that it made, whether it is in use or not.
    pub(crate) fn generation(&self, model: &str) -> anyhow::Result<Meaning> {
        let model = models::open_known(&self.root, model)?;
        meaning_in(&self.indexes, model, &self.vectors_path())
    }

    /// An empty index of meaning beside the current one, or what an interrupted
    /// rebuild left of it; see [`Self::publish_vectors`]. `None` as for
    /// [`Self::meaning`].
    pub(crate) fn begin_vectors(&self) -> anyhow::Result<Option<Meaning>> {
        let model = self.model_in_use()?;
        let fresh = |model: Arc<dyn Embedder>| -> anyhow::Result<Meaning> {
            if let Some(vectors) = self.indexes.fresh_vectors(&known(&*model))? {
                return Ok(Meaning {
                    embedder: model,
                    vectors,
                });
            }
            meaning_in(&self.indexes, model, &self.rebuild_path())
        };
        model.map(fresh).transpose()
    }

    /// The name of the model in use.
    pub(crate) fn model_name(&self) -> anyhow::Result<String> {
        let path = self.pointer();
        match std::fs::read_to_string(&path) {
            Ok(name) => Ok(name.trim().to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(DEFAULT_MODEL.to_owned())
            }
            Err(error) => Err(error).with_context(|| {
                format!(
                    "`{}` cannot be read; choose a model with `trithuc model use`",
                    path.display()
                )
            }),
        }
    }

    /// Cuts over to a model, in one step: a search before it uses the former,
    /// one after it this one; so it is after a power failure.
    pub(crate) fn use_model(&self, name: &str) -> anyhow::Result<()> {
        let path = self.pointer();
        let failed = || format!("`{}` cannot be written", path.display());
        std::fs::create_dir_all(self.vectors_path()).with_context(failed)?;
        let mut fresh =
            tempfile::NamedTempFile::new_in(self.vectors_path()).with_context(failed)?;
        writeln!(fresh, "{name}").with_context(failed)?;
        fresh.as_file().sync_all().with_context(failed)?;
        fresh.persist(&path).with_context(failed)?;
        std::fs::File::open(self.vectors_path())
            .and_then(|folder| folder.sync_all())
            .with_context(failed)
    }

    /// Removes the vectors of a model.
    pub(crate) fn drop_generation(&self, model: &str) -> anyhow::Result<()> {
        let model = models::open_known(&self.root, model)?;
        if self.indexes.remove_vectors(&known(&*model))? {
            return Ok(());
        }
        remove_database(&self.vectors_path().join(file_name(model.model_id())))
    }

    /// The model in use; one that somebody chose must be there.
    fn model_in_use(&self) -> anyhow::Result<Option<Arc<dyn Embedder>>> {
        let name = self.model_name()?;
        if name == DEFAULT_MODEL {
            return models::open(&self.root, &name);
        }
        models::open_known(&self.root, &name).map(Some)
    }

    /// Where the name of the model in use is kept.
    fn pointer(&self) -> PathBuf {
        self.vectors_path().join("model")
    }

    /// Puts the rebuilt index of meaning in the place of the current one.
    pub(crate) fn publish_vectors(&self, fresh: Meaning) -> anyhow::Result<()> {
        let model = fresh.vectors.model().clone();
        if self.indexes.publish_vectors(&model)? {
            return Ok(());
        }
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

    /// Where files that librarians send wait to be taken in.
    pub(crate) fn uploads_path(data: &Path) -> PathBuf {
        data.join("uploads")
    }

    /// Removes files that were sent and are taken in; others stay.
    pub(crate) fn forget_uploads(&self, paths: &[PathBuf]) {
        let uploads = Self::uploads_path(&self.root);
        let uploads = uploads.canonicalize().unwrap_or(uploads);
        for path in paths.iter().filter(|path| path.starts_with(&uploads)) {
            // Each lies in a folder of its own, named by its hash.
            let removed = std::fs::remove_file(path);
            let removed = removed.and_then(|()| path.parent().map_or(Ok(()), std::fs::remove_dir));
            if let Err(error) = removed {
                tracing::warn!(%error, path = %path.display(), "a file that was taken in stays");
            }
        }
    }

    fn vectors_path(&self) -> PathBuf {
        self.root.join("index").join("vectors")
    }

    fn rebuild_path(&self) -> PathBuf {
        self.vectors_path().join("rebuild")
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

/// A model, and the vectors that it made; embedded ones in this folder.
pub(crate) fn meaning_in(
    indexes: &Indexes,
    model: Arc<dyn Embedder>,
    folder: &Path,
) -> anyhow::Result<Meaning> {
    let known = known(&*model);
    let vectors = indexes.vectors(&folder.join(file_name(&known.id)), &known)?;
    Ok(Meaning {
        embedder: model,
        vectors,
    })
}

/// What a model makes.
fn known(model: &dyn Embedder) -> VectorModel {
    VectorModel {
        id: model.model_id().to_owned(),
        dim: model.dim(),
    }
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
