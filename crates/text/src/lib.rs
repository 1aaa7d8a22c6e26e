//! Vietnamese-aware text: normalise, tokenise, segment, restore accents, repair encodings, detect language.
//!
//! Pure functions: `&str` in, byte offsets of that same `&str` out. No I/O,
//! no configuration, no clock. Nothing here panics on any input, and every
//! entry point takes time linear in the length of the text.

mod detect;
mod fold;
mod keystrokes;
mod letter;
mod marks;
mod model_file;
mod normalise;
mod path;
mod repair;
pub mod restore;
mod rows;
pub mod segment;
mod sentences;
mod special;
pub mod syllable;
mod token;
mod tokenise;
mod weights;

pub use detect::{Detection, LanguageModel, LanguageTrainer, Passage, detect, detect_passages};
pub use fold::{fold, strip_accents};
pub use keystrokes::{Decoded, InputMethod, keystrokes};
pub use model_file::InvalidModel;
pub use normalise::normalise;
pub use repair::{Encoding, Repaired, RepairedRun, Repairer, UnknownEncoding, repair, repair_as};
pub use restore::{Restoration, Restorer, restore};
pub use segment::{Segmenter, Word, segment};
pub use sentences::sentences;
pub use token::{Token, TokenKind, TokenRef};
pub use tokenise::{Scanner, for_each_part, for_each_token, tokenise};

/// Damage made on purpose, for tests and measurements of [`repair`](repair()).
pub mod repair_support {
    pub use crate::repair::encode;
}
