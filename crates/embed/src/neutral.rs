//! Vectors without the mark of their language and of their role.
//!
//! A multilingual model gives texts of one language something in common,
//! whatever they say, and questions another something than passages: a
//! Vietnamese question is then nearer to what is Vietnamese than to what
//! answers it. The means of many texts of each role and language show these
//! marks. They lie in a plane of three dimensions; a vector is moved by the
//! centre of the means, loses its part in that plane, and is brought back to
//! length 1. Nothing has to know the language of a text.
//!
//! **Source:** J. Libovický, R. Rosa & A. Fraser, *On the Language Neutrality of
//! Pre-trained Multilingual Representations*, Findings of EMNLP 2020 (means of
//! languages); Z. Yang et al., *A Simple and Effective Method To Eliminate the
//! Self Language Bias in Multilingual Representations*, EMNLP 2021 (a subspace
//! taken out). **Differs:** questions and passages are told apart no more either.
//! Measured: `docs/embedding.md`.

use serde::{Deserialize, Serialize};

use crate::{
    embedder::{EmbedError, Embedder, TextRole, normalise_length},
    import::DEFAULT_MODEL,
};

/// The means of the default model; made by `examples/means.rs`.
const DEFAULT_MEANS: &str = include_str!("../../../models/multilingual-e5-small.means.json");

/// Changes when the same model and means would give other vectors.
const RECIPE: u32 = 1;

/// A direction shorter than this share of the longest mean is rounding.
const SHORTEST: f64 = 1e-4;

/// The mean vector of many texts of one role in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageMean {
    /// `query` or `passage`.
    pub role: String,
    /// ISO 639 code.
    pub lang: String,
    /// Mean of unit vectors: shorter than 1.
    pub vector: Vec<f32>,
}

/// Means that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "the means of a model have {found} coordinates where its vectors have {dim}; make them again with the example `means`"
)]
pub struct BadMeans {
    found: usize,
    dim: usize,
}

/// An embedder whose vectors tell neither language nor role.
pub struct Neutral<E> {
    inner: E,
    id: String,
    centre: Vec<f64>,
    /// Orthonormal.
    marks: Vec<Vec<f64>>,
}

/// The means that come with the program for a model; `None` for a model that
/// was never measured.
pub fn known_means(model: &str) -> Option<Vec<LanguageMean>> {
    (model == DEFAULT_MODEL).then(|| {
        serde_json::from_str(DEFAULT_MEANS).expect("a file of this program; a test reads it")
    })
}

impl<E: Embedder> Neutral<E> {
    /// * `means`: at least one; all that the vectors should not tell apart.
    ///
    /// # Errors
    /// Means of another size than the vectors.
    pub fn new(inner: E, means: &[LanguageMean]) -> Result<Self, BadMeans> {
        let dim = inner.dim();
        if let Some(bad) = means.iter().find(|mean| mean.vector.len() != dim) {
            let found = bad.vector.len();
            return Err(BadMeans { found, dim });
        }
        let mut centre = vec![0.0; dim];
        for mean in means {
            for (sum, x) in centre.iter_mut().zip(&mean.vector) {
                *sum += f64::from(*x) / means.len() as f64;
            }
        }
        let from_centre = means.iter().map(|mean| {
            let pairs = mean.vector.iter().zip(&centre);
            pairs.map(|(x, c)| f64::from(*x) - c).collect()
        });
        let marks = orthonormal(from_centre.collect());
        Ok(Self {
            id: format!("{}/neutral-{RECIPE}", inner.model_id()),
            inner,
            centre,
            marks,
        })
    }

    fn neutral(&self, vector: &[f32]) -> Option<Vec<f32>> {
        let mut moved: Vec<f64> = vector
            .iter()
            .zip(&self.centre)
            .map(|(x, c)| f64::from(*x) - c)
            .collect();
        for mark in &self.marks {
            remove(&mut moved, mark);
        }
        let mut vector: Vec<f32> = moved.into_iter().map(|x| x as f32).collect();
        normalise_length(&mut vector)?;
        Some(vector)
    }
}

/// Takes the part along `unit` out of `vector`.
fn remove(vector: &mut [f64], unit: &[f64]) {
    let along: f64 = vector.iter().zip(unit).map(|(x, u)| x * u).sum();
    for (x, u) in vector.iter_mut().zip(unit) {
        *x -= along * u;
    }
}

/// Unit vectors at right angles that span the same (Gram and Schmidt).
fn orthonormal(vectors: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let length = |vector: &[f64]| vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    let longest = vectors.iter().map(|v| length(v)).fold(0.0, f64::max);
    let mut units: Vec<Vec<f64>> = Vec::new();
    for mut vector in vectors {
        // Twice: the second pass takes out what rounding left.
        for _ in 0..2 {
            units.iter().for_each(|unit| remove(&mut vector, unit));
        }
        let length = length(&vector);
        if length > longest * SHORTEST {
            vector.iter_mut().for_each(|x| *x /= length);
            units.push(vector);
        }
    }
    units
}

impl<E: Embedder> Embedder for Neutral<E> {
    fn model_id(&self) -> &str {
        &self.id
    }

    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn max_tokens(&self) -> usize {
        self.inner.max_tokens()
    }

    fn n_tokens(&self, text: &str, role: TextRole) -> usize {
        self.inner.n_tokens(text, role)
    }

    fn embed(&self, texts: &[&str], role: TextRole) -> Result<Vec<Vec<f32>>, EmbedError> {
        let vectors = self.inner.embed(texts, role)?.into_iter().enumerate();
        let neutral = |(index, vector): (usize, Vec<f32>)| {
            self.neutral(&vector).ok_or(EmbedError::NotFinite { index })
        };
        vectors.map(neutral).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::NgramEmbedder;

    fn mean(vector: Vec<f32>) -> LanguageMean {
        LanguageMean {
            role: "query".into(),
            lang: "vi".into(),
            vector,
        }
    }

    fn marked(marks: &[&str]) -> Neutral<NgramEmbedder> {
        let inner = NgramEmbedder::new(64);
        let vectors = inner.embed(marks, TextRole::Passage).unwrap();
        let means: Vec<LanguageMean> = vectors.into_iter().map(mean).collect();
        Neutral::new(inner, &means).unwrap()
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn the_means_of_the_default_model_are_read_and_used() {
        let means = known_means(DEFAULT_MODEL).unwrap();
        assert_eq!(means.len(), 4);
        assert!(known_means("another").is_none());
        let neutral = Neutral::new(NgramEmbedder::new(384), &means).unwrap();
        assert_eq!(neutral.marks.len(), 3);
        assert!(Neutral::new(NgramEmbedder::new(8), &means).is_err());
        assert!(neutral.model_id().ends_with("/neutral-1"));
    }

    #[test]
    fn what_all_texts_of_a_language_share_keeps_them_apart_no_more() {
        let (vi, en) = ("nghiên cứu tại", "research on the");
        let raw = NgramEmbedder::new(64);
        let neutral = marked(&[vi, en]);
        let texts = ["nghiên cứu tại zinc oxide", "research on the zinc oxide"];
        let of = |embedder: &dyn Embedder| {
            let vectors = embedder.embed(&texts, TextRole::Passage).unwrap();
            dot(&vectors[0], &vectors[1])
        };
        assert!(
            of(&neutral) > of(&raw) + 0.2,
            "{} {}",
            of(&neutral),
            of(&raw)
        );
    }

    proptest! {
        #[test]
        fn vectors_keep_their_length_and_lose_every_mark(texts in prop::collection::vec("[a-z]{2,9}( [a-z]{2,9}){2,5}", 1..6)) {
            let neutral = marked(&["one two three", "four five six", "seven eight nine"]);
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let together = neutral.embed(&texts, TextRole::Passage).unwrap();
            for (text, vector) in texts.iter().zip(&together) {
                prop_assert!((dot(vector, vector) - 1.0).abs() < 1e-5);
                for mark in &neutral.marks {
                    let mark: Vec<f32> = mark.iter().map(|x| *x as f32).collect();
                    prop_assert!(dot(vector, &mark).abs() < 1e-5);
                }
                let alone = neutral.embed(&[text], TextRole::Passage).unwrap();
                prop_assert_eq!(&alone[0], vector);
            }
        }
    }
}
