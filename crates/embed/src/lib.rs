//! Sentence embeddings: text in, unit vectors out.
//!
//! ```text
//! text ─▶ prepare ─▶ tokenizer ─▶ batches by length ─▶ BERT forward ─▶ pool, unit length
//! ```
//!
//! [`Model`] runs any BERT or XLM-R family encoder. The default one,
//! multilingual-e5-small, is stored in blocks of 4 bits and computed with
//! 8-bit activations by integer kernels chosen at run time; `f32` is there to
//! compare with and for models that come in floats.
//!
//! **Invariant:** a vector depends on its text, its role and the model only,
//! never on the other texts of the batch. Nothing here reads configuration,
//! the environment or the clock.

mod batch;
mod bert;
mod card;
#[cfg(feature = "candle")]
mod device;
mod e5s1;
mod embedder;
mod import;
mod kernel;
mod model;
mod neutral;
mod ngram;
mod passages;
mod prepare;
mod q4;
mod safetensors;
mod tokenizer;
mod unigram;
mod weights;

pub use card::{CardError, ModelCard, ModelFile, Pooling, Prefixes, WeightsFormat};
#[cfg(feature = "candle")]
pub use device::DeviceModel;
pub use e5s1::E5s1Error;
pub use embedder::{EmbedError, Embedder, TextRole, normalise_length};
pub use import::{
    DEFAULT_MODEL, DEFAULT_PACKAGE, ImportError, import_folder, import_package, verify,
};
pub use kernel::Kernel;
pub use model::{Model, ModelError, Precision};
pub use neutral::{BadMeans, LanguageMean, Neutral, known_means};
pub use ngram::NgramEmbedder;
pub use passages::{DocumentPassage, PassageLimits, cut_passages};
pub use prepare::prepare;
pub use weights::WeightsError;
