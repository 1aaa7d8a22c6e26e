//! From rows of words to points in a latent space: TF-IDF, then the strongest
//! directions of the matrix by subspace iteration.
//!
//! **Source:** Deerwester et al., *Indexing by Latent Semantic Analysis*,
//! JASIS 1990; Halko, Martinsson & Tropp, *Finding structure with randomness*,
//! SIAM Review 2011.

use rayon::prelude::*;

use crate::{
    corpus::{BREAK, Corpus, Document},
    linear::{Matrix, normalise},
};

/// Dimensions of the latent space: enough for some hundred topics, and a cost
/// that grows with it.
const N_DIMENSIONS: usize = 128;
/// Directions carried along beyond those kept, for accuracy.
const N_MORE: usize = 16;
/// Subspace iterations: the strong directions stand after three.
const N_ITERATIONS: usize = 3;
/// How much vectors of meaning weigh beside the words, 0..=1.
const MEANING_WEIGHT: f32 = 0.7;

/// Words from which they weigh as much as they can: fewer, as in a sentence,
/// are mostly chance. Sentences of SIB-200 have about eight.
const WORDS_FROM: f32 = 60.0;

/// A row of a sparse matrix: (column, value) by column.
pub(crate) type SparseRow = Vec<(u32, f32)>;

/// Points of length 1, one a row of the corpus; zeros for rows without words.
pub(crate) fn points(corpus: &Corpus<'_>, documents: &[Document<'_>], seed: u64) -> Matrix {
    let words = word_points(corpus, seed);
    let Some(n_meaning) = n_coordinates(documents) else {
        return words;
    };
    let meaning = meaning_points(corpus, documents, n_meaning);
    join(words, &meaning, &word_weights(corpus))
}

/// Coordinates of the vectors of meaning; `None` when fewer than half of the
/// documents have one, or they differ. A document without one is told by its
/// words alone.
pub(crate) fn n_coordinates(documents: &[Document<'_>]) -> Option<usize> {
    let mut there = documents.iter().map(|d| d.vector.len()).filter(|n| *n > 0);
    let n = there.next()?;
    let n_there = 1 + there.clone().count();
    (there.all(|other| other == n) && 2 * n_there >= documents.len()).then_some(n)
}

/// TF-IDF with logarithmic frequencies, rows of length 1.
pub(crate) fn tf_idf(corpus: &Corpus<'_>) -> Vec<SparseRow> {
    let row = |words: &Vec<u32>| {
        let mut sorted: Vec<u32> = words.iter().copied().filter(|w| *w != BREAK).collect();
        sorted.sort_unstable();
        let mut row: SparseRow = sorted
            .chunk_by(|a, b| a == b)
            .map(|same| {
                (
                    same[0],
                    (1.0 + (same.len() as f32).ln()) * corpus.idf(same[0]),
                )
            })
            .collect();
        let length = row.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
        if length > 0.0 {
            row.iter_mut().for_each(|(_, v)| *v /= length);
        }
        row
    };
    corpus.rows.par_iter().map(row).collect()
}

fn word_points(corpus: &Corpus<'_>, seed: u64) -> Matrix {
    let rows = tf_idf(corpus);
    let n_terms = corpus.terms.len();
    let n_wanted = N_DIMENSIONS.min(n_terms).min(rows.len());
    let n_carried = (n_wanted + N_MORE).min(n_terms).min(rows.len());
    let columns = transpose(&rows, n_terms);
    let mut basis = noise(n_terms, n_carried, seed);
    for _ in 0..N_ITERATIONS {
        let image = sparse_times(&rows, &basis);
        basis = sparse_times(&columns, &image).orthonormal();
    }
    let mut points = sparse_times(&rows, &basis).along_main_axes(n_wanted);
    points.normalise_rows();
    points
}

fn transpose(rows: &[SparseRow], n_columns: usize) -> Vec<SparseRow> {
    let mut columns = vec![SparseRow::new(); n_columns];
    for (at, row) in rows.iter().enumerate() {
        for (column, value) in row {
            columns[*column as usize].push((at as u32, *value));
        }
    }
    columns
}

fn sparse_times(rows: &[SparseRow], dense: &Matrix) -> Matrix {
    let mut product = Matrix::zeros(rows.len(), dense.n_columns);
    let out = product.values.par_chunks_mut(dense.n_columns.max(1));
    out.zip(rows).for_each(|(out, row)| {
        for (column, value) in row {
            for (sum, v) in out.iter_mut().zip(dense.row(*column as usize)) {
                *sum += value * v;
            }
        }
    });
    product
}

/// Numbers in −1..1 from a counter and the seed (SplitMix64).
pub(crate) fn noise(n_rows: usize, n_columns: usize, seed: u64) -> Matrix {
    let mut noise = Matrix::zeros(n_rows, n_columns);
    let mut state = seed;
    for value in &mut noise.values {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        *value = ((z ^ (z >> 31)) >> 40) as f32 / (1u32 << 23) as f32 - 1.0;
    }
    noise
}

/// The vectors of meaning without what all of them share: embeddings of one
/// model lie in a narrow cone.
fn meaning_points(corpus: &Corpus<'_>, documents: &[Document<'_>], n_columns: usize) -> Matrix {
    let mut points = Matrix::zeros(corpus.n_rows(), n_columns);
    let mut mean = vec![0.0f64; n_columns];
    let mut n = 0.0;
    for (row, at) in corpus.order.iter().enumerate() {
        if documents[*at].vector.is_empty() {
            continue;
        }
        n += 1.0;
        let to = points.row_mut(row);
        to.copy_from_slice(documents[*at].vector);
        normalise(to);
        for (sum, value) in mean.iter_mut().zip(to) {
            *sum += f64::from(*value);
        }
    }
    for (row, at) in corpus.order.iter().enumerate() {
        if documents[*at].vector.is_empty() {
            continue;
        }
        for (value, sum) in points.row_mut(row).iter_mut().zip(&mean) {
            *value -= (sum / n) as f32;
        }
    }
    points.normalise_rows();
    points
}

/// How much the words of each row weigh beside its meaning, 0..=1.
fn word_weights(corpus: &Corpus<'_>) -> Vec<f32> {
    let weight = |words: &Vec<u32>| {
        let n = words.iter().filter(|word| **word != BREAK).count() as f32;
        (1.0 - MEANING_WEIGHT) * (n / WORDS_FROM).min(1.0)
    };
    corpus.rows.iter().map(weight).collect()
}

fn join(words: Matrix, meaning: &Matrix, word_weights: &[f32]) -> Matrix {
    let n_columns = words.n_columns + meaning.n_columns;
    let mut joined = Matrix::zeros(words.n_rows, n_columns);
    for (row, weight) in word_weights.iter().enumerate() {
        let weights = [weight.sqrt(), (1.0 - weight).sqrt()];
        let (left, right) = joined.row_mut(row).split_at_mut(words.n_columns);
        for (to, from) in left.iter_mut().zip(words.row(row)) {
            *to = weights[0] * from;
        }
        for (to, from) in right.iter_mut().zip(meaning.row(row)) {
            *to = weights[1] * from;
        }
    }
    joined.normalise_rows();
    joined
}
