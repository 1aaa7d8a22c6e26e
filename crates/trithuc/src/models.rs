//! Where embedding models lie on this machine.
//!
//! `TRITHUC_MODELS` when it is set; else `models` in the data folder, the
//! user's own folder of data, and `models/weights` of a source tree, in this
//! order. A model is fetched into the user's own folder, so that all
//! installations of a machine share it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use embed::{Embedder, Model, Neutral, NgramEmbedder, known_means};

/// The model of letters alone, which needs no weights: a floor to compare with.
pub(crate) const NGRAM: &str = "ngram";

/// Coordinates of its vectors: collisions are rare in an abstract.
const NGRAM_DIM: usize = 256;

/// Folders that may hold models, the first to look into first.
pub(crate) fn folders(data: &Path) -> Vec<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = set("TRITHUC_MODELS") {
        return vec![PathBuf::from(folder)];
    }
    let mut folders = vec![data.join("models")];
    let home = set("HOME").map(|home| Path::new(&home).join(".local").join("share"));
    let own = set("XDG_DATA_HOME").map(PathBuf::from).or(home);
    folders.extend(own.map(|own| own.join("trithuc").join("models")));
    folders.push(PathBuf::from("models/weights"));
    folders
}

/// Where a model is fetched to.
pub(crate) fn home(data: &Path) -> PathBuf {
    let mut folders = folders(data);
    let own = folders.len().min(2) - 1;
    folders.swap_remove(own)
}

/// The folder of a model; `None` when it was never fetched.
pub(crate) fn find(data: &Path, model: &str) -> Option<PathBuf> {
    let folders = folders(data).into_iter().map(|folder| folder.join(model));
    folders
        .into_iter()
        .find(|folder| folder.join("model.toml").exists())
}

/// A model by its name, as searches use it: without the marks of language and
/// role where they are known. `None` when it was never fetched.
pub(crate) fn open(data: &Path, name: &str) -> anyhow::Result<Option<Arc<dyn Embedder>>> {
    if name == NGRAM {
        return Ok(Some(Arc::new(NgramEmbedder::new(NGRAM_DIM))));
    }
    let Some(folder) = find(data, name) else {
        return Ok(None);
    };
    let model = Model::open(&folder, None)?;
    Ok(Some(match known_means(&model.card().id) {
        Some(means) => Arc::new(Neutral::new(model, &means)?),
        None => Arc::new(model),
    }))
}

/// As [`open`], for a model that must be there.
pub(crate) fn open_known(data: &Path, name: &str) -> anyhow::Result<Arc<dyn Embedder>> {
    open(data, name)?.with_context(|| {
        format!("there is no model `{name}` here; see `trithuc model list`, or fetch it with `trithuc model fetch`")
    })
}
