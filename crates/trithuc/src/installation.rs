//! The data folder of an installation, opened: catalogue, full-text index,
//! document files.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use catalog::SqliteCatalog;
use index::TantivyStore;
use ingest::FileStore;

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

    fn full_text_path(&self) -> PathBuf {
        self.root.join("index").join("fulltext")
    }
}

fn catalogue_path(data: &Path) -> PathBuf {
    data.join("catalogue.sqlite")
}
