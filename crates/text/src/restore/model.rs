//! The trained restorer: its spellings and its weights.

use std::sync::LazyLock;

use super::forms::Forms;
use crate::model_file::{InvalidModel, pack, unpack};
use crate::weights::Weights;

/// First bytes of a model file, with the version of its form.
const MAGIC: &[u8; 8] = b"restore1";

/// An accent restorer; see [`restore`](super::restore()) for the one built in.
pub struct Restorer {
    forms: Forms,
    weights: Weights,
    /// The spellings, one a line, the commoner first.
    lines: String,
}

static EMBEDDED: LazyLock<Restorer> = LazyLock::new(|| {
    Restorer::from_bytes(include_bytes!("../../../../models/restorer/restorer.bin"))
        .expect("the model that is built in is tested to be readable")
});

impl Restorer {
    /// The model that is built in; its card is `models/restorer/README.md`.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// A model from training.
    ///
    /// * `forms`: spellings to choose from, as the trainer got them
    /// * `weights`: 2^n numbers
    /// * `step`: nats of one unit after rounding to bytes
    #[must_use]
    pub fn from_training<'a>(
        forms: impl Iterator<Item = &'a str>,
        weights: &[f32],
        step: f32,
    ) -> Self {
        let lines = forms.fold(String::new(), |lines, form| lines + form + "\n");
        Self {
            forms: Forms::new(lines.lines()),
            weights: Weights::quantise(weights, step),
            lines,
        }
    }

    /// Reads what [`Restorer::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a model, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidModel> {
        let (lines, weights) = unpack(MAGIC, bytes)?;
        Ok(Self {
            forms: Forms::new(lines.lines()),
            weights,
            lines,
        })
    }

    /// The packed model. The same model gives the same bytes.
    ///
    /// # Errors
    /// When packing fails for want of memory.
    pub fn to_bytes(&self) -> Result<Vec<u8>, InvalidModel> {
        pack(MAGIC, &self.lines, &self.weights)
    }

    /// The spellings of Vietnamese syllables it knows, the commoner first; lower
    /// case, canonical tone place.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        self.lines.lines()
    }

    pub(super) fn forms(&self) -> &Forms {
        &self.forms
    }

    pub(super) fn weights(&self) -> &Weights {
        &self.weights
    }
}
