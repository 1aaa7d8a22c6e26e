//! A model from a folder as the model hub gives it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ImportError, describe, read, write_folder};
use crate::{
    card::{CARD_FILE, CardError, ModelCard, Pooling, Prefixes, WeightsFormat},
    safetensors::Config,
};

/// What every such folder has.
const FILES: [&str; 3] = ["config.json", "tokenizer.json", "model.safetensors"];

/// What a person says about a model that its files do not.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Notes {
    id: Option<String>,
    home: Option<String>,
    revision: Option<String>,
    licence: Option<String>,
    pooling: Option<Pooling>,
    max_tokens: Option<usize>,
    #[serde(default)]
    prefixes: Prefixes,
}

/// How a sentence-transformers folder says its pooling.
#[derive(Debug, Deserialize)]
struct PoolingConfig {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
}

/// Takes a BERT or XLM-R embedding model from `source`, a folder with
/// `config.json`, `tokenizer.json` and `model.safetensors`, into its folder
/// under `models`. Returns that folder.
///
/// An optional `model.toml` in `source` gives `id` (default: the folder's
/// name), `pooling` (`mean` or `cls`; default: what `1_Pooling/config.json`
/// says), `max_tokens` and `[prefixes]` with `query` and `passage`.
///
/// # Errors
/// When a file is absent, the model is of another family, or its pooling is
/// said nowhere.
pub fn import_folder(source: &Path, models: &Path) -> Result<PathBuf, ImportError> {
    let notes = read_notes(source)?;
    let refuse = |reason: String| ImportError::Folder {
        path: source.display().to_string(),
        reason,
    };
    let mut entries = Vec::new();
    for name in FILES {
        entries.push((name.to_owned(), read(&source.join(name))?));
    }
    let config: Config = serde_json::from_slice(&entries[0].1).map_err(|error| {
        refuse(format!(
            "`config.json` does not describe an encoder: {error}"
        ))
    })?;
    let shape = config.shape().map_err(|error| refuse(error.to_string()))?;
    let longest = shape.n_positions.saturating_sub(shape.first_position);
    let pooling = notes.pooling.or_else(|| stated_pooling(source)).ok_or_else(|| {
        refuse("its pooling is not known; add a `model.toml` with `pooling = \"mean\"` or `\"cls\"`".to_owned())
    })?;
    let id = notes
        .id
        .or_else(|| Some(source.file_name()?.to_str()?.to_owned()));
    let id = id.filter(|id| is_plain(id)).ok_or_else(|| {
        refuse("its name has other signs than letters, digits, `-`, `_`, `.`; add a `model.toml` with an `id`".to_owned())
    })?;
    let card = ModelCard {
        home: notes.home,
        revision: notes.revision,
        licence: notes.licence,
        format: WeightsFormat::Safetensors,
        dim: shape.hidden,
        max_tokens: notes.max_tokens.unwrap_or(longest).min(longest),
        pooling,
        prefixes: notes.prefixes,
        files: entries
            .iter()
            .map(|(name, bytes)| describe(name, bytes))
            .collect(),
        id,
    };
    let text = toml::to_string(&card).map_err(|error| refuse(error.to_string()))?;
    entries.push((CARD_FILE.to_owned(), text.into_bytes()));
    let folder = models.join(&card.id);
    write_folder(&folder, entries)?;
    Ok(folder)
}

fn read_notes(source: &Path) -> Result<Notes, ImportError> {
    let path = source.join(CARD_FILE);
    if !path.exists() {
        return Ok(Notes::default());
    }
    let text = String::from_utf8_lossy(&read(&path)?).into_owned();
    let notes = toml::from_str(&text).map_err(|source| CardError::Invalid {
        path: path.display().to_string(),
        source: Box::new(source),
    })?;
    Ok(notes)
}

fn stated_pooling(source: &Path) -> Option<Pooling> {
    let text = std::fs::read(source.join("1_Pooling/config.json")).ok()?;
    let stated: PoolingConfig = serde_json::from_slice(&text).ok()?;
    match (
        stated.pooling_mode_mean_tokens,
        stated.pooling_mode_cls_token,
    ) {
        (true, false) => Some(Pooling::Mean),
        (false, true) => Some(Pooling::Cls),
        _ => None,
    }
}

/// Whether `id` can name a folder anywhere and stays in its parent.
fn is_plain(id: &str) -> bool {
    !id.starts_with('.')
        && !id.is_empty()
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}
