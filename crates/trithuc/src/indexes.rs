//! Which indexes an installation has: embedded ones in its data folder, or a
//! Qdrant cluster; opened, built anew and put in their place either way.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use anyhow::Context as _;
#[cfg(feature = "cluster")]
use cluster::{QdrantSettings, QdrantVectors, QdrantWords};
use index::{
    FullTextStore, TantivyStore,
    vectors::{SqliteVectors, VectorModel, VectorStore},
};
use serde::Deserialize;

use crate::outcome::Usage;

/// The kind of index, as the configuration says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum IndexKind {
    /// Files in the data folder.
    #[default]
    Embedded,
    /// A Qdrant cluster.
    Qdrant,
}

/// The indexes of an installation.
#[derive(Debug, Clone, Default)]
pub(crate) enum Indexes {
    /// Files in the data folder.
    #[default]
    Embedded,
    /// A Qdrant cluster.
    #[cfg(feature = "cluster")]
    Qdrant(QdrantSettings),
}

/// One process serves one installation: chosen once, before anything is opened.
static CHOSEN: OnceLock<Indexes> = OnceLock::new();

/// Chooses the indexes of this process.
pub(crate) fn choose(indexes: Indexes) {
    // Only the first choice holds.
    let _ = CHOSEN.set(indexes);
}

/// The indexes of this process.
pub(crate) fn chosen() -> Indexes {
    CHOSEN.get().cloned().unwrap_or_default()
}

/// An index of words that is being built.
pub(crate) enum FreshWords {
    Embedded(Box<TantivyStore>),
    #[cfg(feature = "cluster")]
    Qdrant(Box<QdrantWords>),
}

impl FreshWords {
    /// The index.
    pub(crate) fn store(&self) -> &dyn FullTextStore {
        match self {
            Self::Embedded(store) => &**store,
            #[cfg(feature = "cluster")]
            Self::Qdrant(store) => &**store,
        }
    }

    /// Puts it in the place of the current one.
    pub(crate) fn publish(self) -> anyhow::Result<()> {
        match self {
            Self::Embedded(store) => store.publish()?,
            #[cfg(feature = "cluster")]
            Self::Qdrant(store) => store.publish()?,
        }
        Ok(())
    }
}

impl Indexes {
    /// Whether they are files.
    pub(crate) fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded)
    }

    /// The index of words, made when there is none.
    pub(crate) fn words(&self, folder: &Path) -> anyhow::Result<Arc<dyn FullTextStore>> {
        Ok(match self {
            Self::Embedded => {
                make_folder(folder)?;
                Arc::new(TantivyStore::open(folder)?)
            }
            #[cfg(feature = "cluster")]
            Self::Qdrant(settings) => Arc::new(QdrantWords::open(settings)?),
        })
    }

    /// An empty index of words beside the current one.
    pub(crate) fn fresh_words(&self, folder: &Path) -> anyhow::Result<FreshWords> {
        Ok(match self {
            Self::Embedded => FreshWords::Embedded(Box::new(TantivyStore::begin_rebuild(folder)?)),
            #[cfg(feature = "cluster")]
            Self::Qdrant(settings) => {
                FreshWords::Qdrant(Box::new(QdrantWords::begin_rebuild(settings)?))
            }
        })
    }

    /// The vectors of a model, made when there are none.
    ///
    /// * `file`: where the embedded ones lie.
    pub(crate) fn vectors(
        &self,
        file: &Path,
        model: &VectorModel,
    ) -> anyhow::Result<Arc<dyn VectorStore>> {
        Ok(match self {
            Self::Embedded => {
                if let Some(folder) = file.parent() {
                    make_folder(folder)?;
                }
                Arc::new(SqliteVectors::open(file, model)?)
            }
            #[cfg(feature = "cluster")]
            Self::Qdrant(settings) => Arc::new(QdrantVectors::open(settings, model)?),
        })
    }

    /// Empty vectors beside the current ones; `None` where embedded ones are built
    /// in a folder of their own.
    pub(crate) fn fresh_vectors(
        &self,
        _model: &VectorModel,
    ) -> anyhow::Result<Option<Arc<dyn VectorStore>>> {
        Ok(match self {
            Self::Embedded => None,
            #[cfg(feature = "cluster")]
            Self::Qdrant(settings) => {
                Some(Arc::new(QdrantVectors::begin_rebuild(settings, _model)?))
            }
        })
    }

    /// Puts what [`Self::fresh_vectors`] began in the place of the current ones;
    /// whether that is done here.
    pub(crate) fn publish_vectors(&self, _model: &VectorModel) -> anyhow::Result<bool> {
        Ok(match self {
            Self::Embedded => false,
            #[cfg(feature = "cluster")]
            Self::Qdrant(settings) => {
                QdrantVectors::publish(settings, _model)?;
                true
            }
        })
    }

    /// Removes the vectors of a model; whether that is done here.
    pub(crate) fn remove_vectors(&self, _model: &VectorModel) -> anyhow::Result<bool> {
        Ok(match self {
            Self::Embedded => false,
            #[cfg(feature = "cluster")]
            Self::Qdrant(settings) => {
                QdrantVectors::remove(settings, _model)?;
                true
            }
        })
    }

    /// Indexes beside these, for measurements: without words, with the texts that
    /// were embedded before. Embedded ones lie in a folder of their own anyway.
    pub(crate) fn for_measuring(&self) -> anyhow::Result<Self> {
        Ok(match self {
            Self::Embedded => Self::Embedded,
            #[cfg(feature = "cluster")]
            Self::Qdrant(settings) => {
                let settings = QdrantSettings {
                    prefix: format!("{}-eval", settings.prefix),
                    ..settings.clone()
                };
                QdrantWords::remove(&settings)?;
                Self::Qdrant(settings)
            }
        })
    }
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| {
        format!(
            "folder `{}` cannot be made; check who may write there",
            folder.display()
        )
    })
}

/// What the command line and the environment say of the indexes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) kind: Option<IndexKind>,
    /// Addresses of the nodes.
    #[cfg_attr(
        not(feature = "cluster"),
        expect(dead_code, reason = "there is no cluster to ask")
    )]
    pub(crate) urls: Vec<String>,
}

/// What the configuration file says of a cluster.
#[cfg(feature = "cluster")]
pub(crate) type ClusterTable = QdrantSettings;
/// What the configuration file says of a cluster, in a program that knows none.
#[cfg(not(feature = "cluster"))]
pub(crate) type ClusterTable = toml::Table;

/// Brings together what file, command line and environment say.
///
/// # Errors
/// What cannot be, and its cure.
pub(crate) fn read(kind: IndexKind, table: ClusterTable, asked: &Asked) -> Result<Indexes, Usage> {
    match asked.kind.unwrap_or(kind) {
        IndexKind::Embedded => Ok(Indexes::Embedded),
        IndexKind::Qdrant => qdrant(table, asked),
    }
}

#[cfg(feature = "cluster")]
fn qdrant(table: ClusterTable, asked: &Asked) -> Result<Indexes, Usage> {
    let mut settings = table;
    if !asked.urls.is_empty() {
        settings.urls.clone_from(&asked.urls);
    }
    settings.api_key = std::env::var("TRITHUC_QDRANT_API_KEY").ok();
    let settings = settings.checked();
    settings
        .map(Indexes::Qdrant)
        .map_err(|error| Usage(error.to_string()))
}

#[cfg(not(feature = "cluster"))]
fn qdrant(_: ClusterTable, _: &Asked) -> Result<Indexes, Usage> {
    Err(Usage(
        "this program was built without the feature `cluster`, so index `qdrant` is not to be had; build it with `--features cluster`, or use index `embedded`".to_owned(),
    ))
}
