//! Vectors from letters alone: no weights, no meaning, always there.

use crate::embedder::{EmbedError, Embedder, TextRole, normalise_length};
use crate::prepare::prepare;

/// Counts hashed runs of three characters of the folded words.
///
/// Texts that share words are near; synonyms are not. It stands in for a model
/// in tests of what is built on vectors, and is a floor to compare models
/// with.
#[derive(Debug, Clone)]
pub struct NgramEmbedder {
    dim: usize,
    id: String,
}

impl NgramEmbedder {
    /// * `dim`: coordinates, at least 1; 256 keeps collisions rare in short
    ///   texts.
    pub fn new(dim: usize) -> Self {
        let dim = dim.max(1);
        Self {
            dim,
            id: format!("ngram/{dim}/1"),
        }
    }

    fn vector(&self, text: &str) -> Option<Vec<f32>> {
        let mut vector = vec![0.0; self.dim];
        for word in text::tokenise(text) {
            let padded: Vec<char> = format!("^{}$", word.folded).chars().collect();
            for three in padded.windows(3.min(padded.len())) {
                let hash = hash(three);
                let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
                vector[(hash % self.dim as u64) as usize] += sign;
            }
        }
        normalise_length(&mut vector)?;
        Some(vector)
    }
}

impl Embedder for NgramEmbedder {
    fn model_id(&self) -> &str {
        &self.id
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn max_tokens(&self) -> usize {
        usize::MAX
    }

    fn n_tokens(&self, text: &str, _role: TextRole) -> usize {
        text::tokenise(text).len()
    }

    fn embed(&self, texts: &[&str], _role: TextRole) -> Result<Vec<Vec<f32>>, EmbedError> {
        let vectors = texts.iter().enumerate().map(|(index, text)| {
            self.vector(&prepare(text))
                .ok_or(EmbedError::Empty { index })
        });
        vectors.collect()
    }
}

/// FNV-1a over the characters, 64 bits: the same on every machine and build.
fn hash(characters: &[char]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for &character in characters {
        for byte in (character as u32).to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    // FNV leaves the high bits of short inputs poor; fold them.
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_share_words_are_nearer() {
        let embedder = NgramEmbedder::new(256);
        let texts = ["xử lý ảnh y tế", "ảnh y tế", "giống lúa chịu mặn"];
        let vectors = embedder.embed(&texts, TextRole::Passage).unwrap();
        let dot = |a: usize, b: usize| -> f32 {
            vectors[a].iter().zip(&vectors[b]).map(|(x, y)| x * y).sum()
        };
        assert!((dot(0, 0) - 1.0).abs() < 1e-6);
        assert!(dot(0, 1) > dot(0, 2) + 0.2);
    }

    #[test]
    fn an_empty_text_is_named() {
        let error = NgramEmbedder::new(8)
            .embed(&["a b", " "], TextRole::Query)
            .unwrap_err();
        assert!(error.to_string().contains("text 1"), "{error}");
    }
}
