//! The card of a model: what it is, where it comes from, how it wants its
//! text. One `model.toml` beside the weights.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::embedder::TextRole;

/// Name of the card in a model's folder.
pub(crate) const CARD_FILE: &str = "model.toml";

/// What a model is and how it is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelCard {
    /// Short name, also the name of its folder.
    pub id: String,
    /// Where the model is described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Version of the weights, in the words of who publishes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// SPDX name of the licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// What the weights are stored as.
    pub format: WeightsFormat,
    /// Coordinates of a vector.
    pub dim: usize,
    /// Tokens of a text that count, marks and prefix included.
    pub max_tokens: usize,
    /// How the vectors of the tokens become one.
    pub pooling: Pooling,
    /// What stands before each text.
    #[serde(default)]
    pub prefixes: Prefixes,
    /// The files, with their hashes.
    pub files: Vec<ModelFile>,
}

/// How weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightsFormat {
    /// One file with weights in blocks of 4 bits and the tokenizer.
    E5s1,
    /// `model.safetensors`, `config.json` and `tokenizer.json`.
    Safetensors,
}

/// How the vectors of the tokens become the vector of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The mean over all tokens, marks included.
    Mean,
    /// The vector of the first token.
    Cls,
}

/// What stands before each text, with its space.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prefixes {
    /// Before a query.
    #[serde(default)]
    pub query: String,
    /// Before a passage.
    #[serde(default)]
    pub passage: String,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name in the model's folder.
    pub name: String,
    /// Size in bytes.
    pub n_bytes: u64,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
}

/// Why a model's card cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// No card in the folder.
    #[error("`{path}` cannot be read; fetch the model with `trithuc model fetch`")]
    Unreadable {
        /// Path of the card.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A card with unknown or missing entries.
    #[error("`{path}` is not a model card; compare it with the cards in `models/`")]
    Invalid {
        /// Path of the card.
        path: String,
        /// Which entry is wrong.
        #[source]
        source: Box<toml::de::Error>,
    },
}

impl ModelCard {
    /// Reads `model.toml` of a model's folder.
    ///
    /// # Errors
    /// When there is none, or when it has entries that a card does not have.
    pub fn read(folder: &Path) -> Result<Self, CardError> {
        let path = folder.join(CARD_FILE);
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(&path).map_err(|source| CardError::Unreadable {
            path: shown.clone(),
            source,
        })?;
        Self::parse(&text).map_err(|source| CardError::Invalid {
            path: shown,
            source: Box::new(source),
        })
    }

    /// Reads a card.
    ///
    /// # Errors
    /// When an entry is missing, unknown or of another kind.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// What stands before a text of this role.
    pub(crate) fn prefix(&self, role: TextRole) -> &str {
        match role {
            TextRole::Query => &self.prefixes.query,
            TextRole::Passage => &self.prefixes.passage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_entry_is_named() {
        let text = crate::import::DEFAULT_CARD.replace("dim = 384", "dimm = 384");
        let message = ModelCard::parse(&text).unwrap_err().to_string();
        assert!(message.contains("dimm"), "{message}");
    }

    #[test]
    fn a_card_reads_as_it_was_written() {
        let card = ModelCard::parse(crate::import::DEFAULT_CARD).unwrap();
        assert_eq!(card.prefixes.query, "query: ");
        let text = toml::to_string(&card).unwrap();
        assert_eq!(ModelCard::parse(&text).unwrap(), card);
    }
}
