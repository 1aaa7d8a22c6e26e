//! The seam: what search and indexing ask of an embedding model.

/// What a text is to the search: asymmetric models encode the two differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextRole {
    /// What somebody looks for.
    Query,
    /// What can be found.
    Passage,
}

/// Texts in, unit vectors out.
///
/// Laws, checked by the tests of each implementation:
/// * a vector has length 1 (Euclidean) and `dim` finite coordinates;
/// * the vector of a text is the same alone and in any batch;
/// * canonically equivalent texts (NFC, NFD) have the same vector.
pub trait Embedder: Send + Sync {
    /// Names the model, its weights and everything else that decides a vector.
    /// Two vectors may be compared only under the same name.
    fn model_id(&self) -> &str;

    /// Coordinates of a vector.
    fn dim(&self) -> usize;

    /// Tokens of a text that count; what comes after them is not seen.
    fn max_tokens(&self) -> usize;

    /// Tokens that `text` takes up with its prefix and marks, before any cut:
    /// more than [`Self::max_tokens`] means that its end is not seen.
    fn n_tokens(&self, text: &str, role: TextRole) -> usize;

    /// One vector a text, in the order of `texts`. Runs on the calling
    /// thread's `rayon` pool.
    ///
    /// # Errors
    /// [`EmbedError::Empty`] when a text has nothing to embed.
    fn embed(&self, texts: &[&str], role: TextRole) -> Result<Vec<Vec<f32>>, EmbedError>;
}

/// Why texts could not be embedded.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// Nothing but spaces, control characters or markers.
    #[error("text {index} of the batch has nothing to embed; leave it out")]
    Empty {
        /// Place in the batch, from 0.
        index: usize,
    },
    /// The tokenizer of a model refused a text.
    #[error("text {index} of the batch cannot be cut into tokens by the model's tokenizer")]
    Tokenizer {
        /// Place in the batch, from 0.
        index: usize,
        /// What the tokenizer said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The numbers of the model ran out of range: damaged weights.
    #[error("the model gave no finite vector for text {index}; fetch its weights again")]
    NotFinite {
        /// Place in the batch, from 0.
        index: usize,
    },
    /// The accelerator refused.
    #[error("the device cannot compute the vectors; run on the processor instead")]
    Device(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Scales `vector` to length 1. A zero or non-finite vector is refused.
pub fn normalise_length(vector: &mut [f32]) -> Option<()> {
    let squared: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    if !squared.is_finite() || squared <= 0.0 {
        return None;
    }
    let scale = 1.0 / squared.sqrt();
    for x in vector {
        *x = (f64::from(*x) * scale) as f32;
    }
    Some(())
}
