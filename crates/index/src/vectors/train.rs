//! Centroids of cells: k-means over a sample, the same for the same vectors.

use super::{cells::dot, dot::QueryCodes};

/// Below this many vectors one cell holds all: comparing every one takes less
/// than half a millisecond.
pub(super) const MIN_VECTORS: usize = 12_000;

/// Vectors of the sample for each cell: enough for a stable mean, as faiss asks
/// for at least 39.
const SAMPLE_PER_CELL: usize = 40;

/// Rounds: later ones move few vectors.
const N_ROUNDS: usize = 8;

/// Cells for so many vectors: `3·√n`, so that looking at the centroids costs
/// less than looking into the cells.
pub(super) fn n_cells(n_vectors: usize) -> usize {
    if n_vectors < MIN_VECTORS {
        return 1;
    }
    (3.0 * (n_vectors as f64).sqrt()) as usize
}

/// How many vectors a sample for `n_cells` cells needs.
pub(super) fn n_sample(n_cells: usize) -> usize {
    n_cells * SAMPLE_PER_CELL
}

/// `[n_cells, dim]` centroids of `sample`, `[n, dim]`; the mean for one cell.
///
/// Starts from vectors spread over the sample; a cell that loses all its
/// vectors takes one of the sample anew.
pub(super) fn centroids(sample: &[f32], dim: usize, n_cells: usize) -> Vec<f32> {
    let n = sample.len() / dim;
    if n == 0 {
        return Vec::new();
    }
    let n_cells = n_cells.clamp(1, n);
    let row = |i: usize| &sample[i * dim..][..dim];
    let mut centroids: Vec<f32> = (0..n_cells)
        .flat_map(|cell| row(scatter(cell) % n))
        .copied()
        .collect();
    let n_rounds = if n_cells == 1 { 1 } else { N_ROUNDS };
    for round in 0..n_rounds {
        let assigner = Assigner::new(&centroids, dim);
        let mut sums = vec![0.0_f32; n_cells * dim];
        let mut counts = vec![0_usize; n_cells];
        for vector in sample.chunks_exact(dim) {
            let cell = assigner.nearest(vector) as usize;
            counts[cell] += 1;
            let sum = &mut sums[cell * dim..][..dim];
            sum.iter_mut().zip(vector).for_each(|(s, v)| *s += v);
        }
        for (cell, count) in counts.iter().enumerate() {
            let centroid = &mut centroids[cell * dim..][..dim];
            if *count == 0 {
                centroid.copy_from_slice(row(scatter(cell + (round + 1) * n_cells) % n));
                continue;
            }
            let sum = &sums[cell * dim..][..dim];
            let mean = sum.iter().map(|s| s / *count as f32);
            centroid.iter_mut().zip(mean).for_each(|(c, m)| *c = m);
        }
    }
    centroids
}

/// A number far from those of its neighbours: vectors that come one after the
/// other are often alike.
pub(super) fn scatter(number: usize) -> usize {
    let mixed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 33) as usize
}

/// Finds the nearest centroid by eight-bit products of what is left after
/// taking off the mean of all centroids.
pub(super) struct Assigner {
    mean: Vec<f32>,
    codes: super::codes::Codes,
    /// `|c|²/2` of each centroid, without the mean.
    halves: Vec<f32>,
    all: Vec<u32>,
}

impl Assigner {
    /// * `centroids`: `[n, dim]`
    pub(super) fn new(centroids: &[f32], dim: usize) -> Self {
        let n = (centroids.len() / dim).max(1);
        let mut mean = vec![0.0_f32; dim];
        for centroid in centroids.chunks_exact(dim) {
            mean.iter_mut().zip(centroid).for_each(|(m, c)| *m += c);
        }
        mean.iter_mut().for_each(|m| *m /= n as f32);
        let mut codes = super::codes::Codes::default();
        let mut halves = Vec::with_capacity(n);
        for centroid in centroids.chunks_exact(dim) {
            let rest: Vec<f32> = centroid.iter().zip(&mean).map(|(c, m)| c - m).collect();
            halves.push(dot(&rest, &rest) / 2.0);
            codes.push(&rest);
        }
        Self {
            mean,
            all: (0..codes.len() as u32).collect(),
            codes,
            halves,
        }
    }

    /// The nearest centroid, the first among equals.
    pub(super) fn nearest(&self, vector: &[f32]) -> u32 {
        let rest: Vec<f32> = vector.iter().zip(&self.mean).map(|(v, m)| v - m).collect();
        let query = QueryCodes::new(&rest);
        let mut products = Vec::with_capacity(self.all.len());
        query.products(&self.codes.high, &self.all, &mut products);
        let closeness = products.iter().zip(&self.codes.scales).zip(&self.halves);
        let mut best = (0, f32::NEG_INFINITY);
        for (cell, ((&product, scale), half)) in closeness.enumerate() {
            let close = product as f32 * scale * query.scale - half;
            if close > best.1 {
                best = (cell, close);
            }
        }
        best.0 as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separate_heaps_are_not_mixed() {
        let dim = 16;
        let sample: Vec<f32> = (0..400_usize)
            .flat_map(|i| {
                (0..dim).map(move |j| {
                    let noise = ((i * 31 + j * 17) % 13) as f32 / 1000.0;
                    f32::from(j == i % 4) + noise
                })
            })
            .collect();
        let found = centroids(&sample, dim, 24);
        let assigner = Assigner::new(&found, dim);
        let mut heap_of_cell = std::collections::BTreeMap::new();
        for (i, vector) in sample.chunks_exact(dim).enumerate() {
            let heap = *heap_of_cell
                .entry(assigner.nearest(vector))
                .or_insert(i % 4);
            assert_eq!(heap, i % 4, "vector {i}");
        }
    }

    #[test]
    fn few_vectors_share_one_cell() {
        assert_eq!(n_cells(MIN_VECTORS - 1), 1);
        assert!(n_cells(100_000) > 900);
        assert_eq!(centroids(&[1.0, 0.0, 0.0, 1.0], 2, 1), [0.5, 0.5]);
        assert!(centroids(&[], 2, 3).is_empty());
    }
}
