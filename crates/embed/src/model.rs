//! An embedding model on the processor.

use std::path::Path;

use rayon::prelude::*;

use crate::{
    batch,
    bert::{self, Workspace},
    card::{CardError, ModelCard, WeightsFormat},
    e5s1::{E5s1, E5s1Error},
    embedder::{EmbedError, Embedder, TextRole, normalise_length},
    kernel::Kernel,
    prepare::prepare,
    safetensors::{Config, Safetensors},
    tokenizer::{Tokenizer, TokenizerFailure},
    weights::{Weights, WeightsError},
};

/// Changes when the same text and weights would give a vector that may not be
/// compared with those from before: a new preparation of text, say. 2: other
/// rounding of the products (`docs/embedding.md` has what that moved).
const RECIPE: u32 = 2;

/// How the products of the layers are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Weights of 4 bits, a scale for each 32, times activations of 8 bits, a
    /// scale for each 128; sums exact. Cosine to [`Self::F32`]: at least .995,
    /// a test says; .9995 was the lowest of 200 texts (`examples/closeness.rs`).
    Int8,
    /// Everything in 32-bit floats.
    F32,
}

impl Precision {
    /// `int8` or `f32`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::F32 => "f32",
        }
    }

    /// The faster one that weights of this format allow.
    pub fn fastest(format: WeightsFormat) -> Self {
        match format {
            WeightsFormat::E5s1 => Self::Int8,
            WeightsFormat::Safetensors => Self::F32,
        }
    }
}

/// Why a model cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No usable card.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A file of the model cannot be read.
    #[error("`{path}` cannot be read; fetch the model with `trithuc model fetch`")]
    Unreadable {
        /// Path of the file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file of another size than the card says.
    #[error(
        "`{path}` has {found} bytes instead of {wanted}; fetch the model again with `trithuc model fetch`"
    )]
    Size {
        /// Path of the file.
        path: String,
        /// Bytes in the file.
        found: u64,
        /// Bytes on the card.
        wanted: u64,
    },
    /// The card and the format do not fit.
    #[error("the card names no file `{name}`, which its format needs")]
    NoFile {
        /// Name of the file.
        name: String,
    },
    /// The weights file is damaged.
    #[error(transparent)]
    E5s1(#[from] E5s1Error),
    /// `config.json` is damaged or of an unsupported model.
    #[error("`{path}` does not describe a BERT or XLM-R encoder")]
    Config {
        /// Path of the file.
        path: String,
        /// Which entry is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// The tensors are not those of the model.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// `tokenizer.json` is damaged or too large for the word table.
    #[error("`{path}` is not a tokenizer for this model")]
    Tokenizer {
        /// Path of the file.
        path: String,
        /// What its reader said.
        #[source]
        source: TokenizerFailure,
    },
    /// The card promises what the weights do not have.
    #[error("the card says {wanted} for {what}, the weights say {found}; mend `model.toml`")]
    Contradiction {
        /// Which entry of the card.
        what: &'static str,
        /// Its value.
        wanted: usize,
        /// The value of the weights.
        found: usize,
    },
}

/// An embedding model with its tokenizer, ready to run.
#[derive(Debug)]
pub struct Model {
    pub(crate) card: ModelCard,
    id: String,
    kernel: Kernel,
    precision: Precision,
    pub(crate) tokenizer: Tokenizer,
    pub(crate) weights: Weights,
}

impl Model {
    /// Opens the model in `folder`, which holds `model.toml` and the files
    /// that it names.
    ///
    /// Sizes are checked; hashes are the business of [`crate::verify`].
    ///
    /// # Errors
    /// When a file is absent, cut off, damaged or of another model.
    pub fn open(folder: &Path, precision: Option<Precision>) -> Result<Self, ModelError> {
        let card = ModelCard::read(folder)?;
        check_sizes(&card, folder)?;
        let precision = precision.unwrap_or(Precision::fastest(card.format));
        let (weights, tokenizer) = match card.format {
            WeightsFormat::E5s1 => open_e5s1(&card, folder, precision)?,
            WeightsFormat::Safetensors => open_safetensors(folder, precision)?,
        };
        let shape = &weights.shape;
        agree("dim", card.dim, shape.hidden)?;
        if card.max_tokens < 3 || card.max_tokens > shape.n_positions - shape.first_position {
            let found = shape.n_positions - shape.first_position;
            agree("max_tokens", card.max_tokens, found)?;
        }
        Ok(Self {
            id: model_id(&card, precision),
            card,
            kernel: Kernel::detect(),
            precision,
            tokenizer,
            weights,
        })
    }

    /// The same model with other instructions, to compare them.
    #[must_use]
    pub fn with_kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = kernel;
        self
    }

    /// Which instructions compute the integer products.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// How the products are computed.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The card that the model was opened with.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Token ids of each text, prefix and marks included, cut at the limit.
    pub(crate) fn encode_all(
        &self,
        texts: &[&str],
        role: TextRole,
    ) -> Result<Vec<Vec<u32>>, EmbedError> {
        let encode = |(index, text): (usize, &&str)| {
            let clean = prepare(text);
            if clean.is_empty() {
                return Err(EmbedError::Empty { index });
            }
            let prefixed = format!("{}{clean}", self.card.prefix(role));
            let encoded = self.tokenizer.encode(&prefixed, self.card.max_tokens);
            let (ids, _) = encoded.map_err(|source| EmbedError::Tokenizer { index, source })?;
            Ok(ids)
        };
        // Handing one text to another thread costs more than cutting it.
        if texts.len() == 1 {
            return texts.iter().enumerate().map(encode).collect();
        }
        texts.par_iter().enumerate().map(encode).collect()
    }

    fn forward(&self, texts: &[&[u32]], space: &mut Workspace) -> Vec<Vec<f32>> {
        bert::forward(&self.weights, self.kernel, texts, self.card.pooling, space)
    }
}

impl Embedder for Model {
    fn model_id(&self) -> &str {
        &self.id
    }

    fn dim(&self) -> usize {
        self.card.dim
    }

    fn max_tokens(&self) -> usize {
        self.card.max_tokens
    }

    fn n_tokens(&self, text: &str, role: TextRole) -> usize {
        let prefixed = format!("{}{}", self.card.prefix(role), prepare(text));
        self.tokenizer
            .encode(&prefixed, 0)
            .map_or(usize::MAX, |(_, n)| n)
    }

    fn embed(&self, texts: &[&str], role: TextRole) -> Result<Vec<Vec<f32>>, EmbedError> {
        let ids = self.encode_all(texts, role)?;
        let lengths: Vec<usize> = ids.iter().map(Vec::len).collect();
        let share = batch::share(lengths.iter().sum(), rayon::current_num_threads());
        let groups = batch::plan(&lengths, share);
        let run = |space: &mut Workspace, group: &Vec<usize>| {
            let texts: Vec<&[u32]> = group.iter().map(|&place| ids[place].as_slice()).collect();
            self.forward(&texts, space)
        };
        let pooled: Vec<Vec<Vec<f32>>> = if groups.len() == 1 {
            vec![run(&mut Workspace::default(), &groups[0])]
        } else {
            groups
                .par_iter()
                .map_init(Workspace::default, run)
                .collect()
        };
        let mut vectors = vec![Vec::new(); texts.len()];
        for (place, mut vector) in groups
            .concat()
            .into_iter()
            .zip(pooled.into_iter().flatten())
        {
            normalise_length(&mut vector).ok_or(EmbedError::NotFinite { index: place })?;
            vectors[place] = vector;
        }
        Ok(vectors)
    }
}

/// Everything that decides a vector: name, weights, precision, preparation.
fn model_id(card: &ModelCard, precision: Precision) -> String {
    let hashes: Vec<&str> = card
        .files
        .iter()
        .map(|f| f.sha256.get(..12).unwrap_or(&f.sha256))
        .collect();
    format!(
        "{}/{}/{}/{RECIPE}",
        card.id,
        hashes.join("-"),
        precision.name()
    )
}

fn agree(what: &'static str, wanted: usize, found: usize) -> Result<(), ModelError> {
    if wanted == found {
        return Ok(());
    }
    Err(ModelError::Contradiction {
        what,
        wanted,
        found,
    })
}

fn check_sizes(card: &ModelCard, folder: &Path) -> Result<(), ModelError> {
    for file in &card.files {
        let path = folder.join(&file.name);
        let shown = path.display().to_string();
        let meta = std::fs::metadata(&path).map_err(|source| ModelError::Unreadable {
            path: shown.clone(),
            source,
        })?;
        if meta.len() != file.n_bytes {
            return Err(ModelError::Size {
                path: shown,
                found: meta.len(),
                wanted: file.n_bytes,
            });
        }
    }
    Ok(())
}

fn open_e5s1(
    card: &ModelCard,
    folder: &Path,
    precision: Precision,
) -> Result<(Weights, Tokenizer), ModelError> {
    let file = card.files.first().ok_or_else(|| ModelError::NoFile {
        name: "*.bin".to_owned(),
    })?;
    let bytes = read(&folder.join(&file.name))?;
    let parsed = E5s1::parse(&bytes)?;
    let weights = Weights::read(&parsed, parsed.shape.clone(), precision)?;
    Ok((weights, Tokenizer::Unigram(parsed.tokenizer, parsed.marks)))
}

fn open_safetensors(
    folder: &Path,
    precision: Precision,
) -> Result<(Weights, Tokenizer), ModelError> {
    let config = folder.join("config.json");
    let config: Config = serde_json::from_slice(&read(&config)?).map_err(|source| {
        let path = config.display().to_string();
        ModelError::Config { path, source }
    })?;
    let shape = config.shape()?;
    let path = folder.join("tokenizer.json");
    let refuse = |source| ModelError::Tokenizer {
        path: path.display().to_string(),
        source,
    };
    let tokenizer = Tokenizer::read(&path, shape.n_words).map_err(refuse)?;
    let bytes = read(&folder.join("model.safetensors"))?;
    let tensors = Safetensors::parse(&bytes)?;
    Ok((Weights::read(&tensors, shape, precision)?, tokenizer))
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|source| ModelError::Unreadable {
        path: path.display().to_string(),
        source,
    })
}

#[cfg(test)]
pub(crate) mod tests;
