//! The trained restorer: its spellings and its weights.

use std::{borrow::Cow, sync::LazyLock};

use super::forms::Forms;
use crate::model_file::{InvalidModel, lay_out, read_in_place};
use crate::rows::Rows;

/// First bytes of a model file, with the version of its form.
const MAGIC: &[u8; 8] = b"restore2";

/// An accent restorer; see [`restore`](super::restore()) for the one built in.
pub struct Restorer {
    forms: Forms,
    weights: Rows,
    /// The spellings, one a line, the commoner first.
    lines: String,
}

static EMBEDDED: LazyLock<Restorer> = LazyLock::new(|| {
    let bytes: &[u8] = include_bytes!("../../../../models/restorer/restorer.bin");
    Restorer::new(bytes.into()).expect("the model that is built in is tested to be readable")
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
    /// * `weights`: 2^n numbers, n at least 8
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
            weights: Rows::quantise(weights, step),
            lines,
        }
    }

    /// Reads what [`Restorer::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a model, or of another version.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, InvalidModel> {
        let read = Self::new(bytes.into())?;
        if read.weights.is_sound() {
            Ok(read)
        } else {
            Err(InvalidModel::Damaged)
        }
    }

    fn new(bytes: Cow<'static, [u8]>) -> Result<Self, InvalidModel> {
        let (lines, weights) = read_in_place(MAGIC, bytes)?;
        Ok(Self {
            forms: Forms::new(lines.lines()),
            weights,
            lines,
        })
    }

    /// The model in its file form. The same model gives the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        lay_out(MAGIC, &self.lines, &self.weights)
    }

    /// The spellings of Vietnamese syllables it knows, the commoner first; lower
    /// case, canonical tone place.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        self.lines.lines()
    }

    pub(super) fn forms(&self) -> &Forms {
        &self.forms
    }

    pub(super) fn weights(&self) -> &Rows {
        &self.weights
    }
}
