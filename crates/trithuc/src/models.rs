//! Where embedding models lie on this machine.
//!
//! `TRITHUC_MODELS` when it is set; else `models` in the data folder, the
//! user's own folder of data, and `models/weights` of a source tree, in this
//! order. A model is fetched into the user's own folder, so that all
//! installations of a machine share it.

use std::path::{Path, PathBuf};

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
