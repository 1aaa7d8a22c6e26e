//! Vectors in cells around centroids: a search looks into the nearest cells
//! until it has compared enough of what is wanted.
//!
//! A vector is kept as its difference from the centroid of its cell, so the
//! bytes go to what tells it from its neighbours. For a query `q`, a centroid
//! `c` and a kept difference `r`: `q·v = q·c + q·r`. Eight-bit products choose
//! candidates, sixteen-bit products rank them.
//!
//! A narrow filter makes the search go on into further cells, up to all of
//! them: then every wanted vector is compared and nothing can be missed.
//!
//! **Source:** H. Jégou, M. Douze & C. Schmid, *Product Quantization for Nearest
//! Neighbor Search*, PAMI 2011, §4 (inverted lists with residuals).
//! **Differs:** residuals in two bytes a coordinate instead of product codes.

use super::{bits::Bits, codes::Codes, dot::QueryCodes};

/// Wanted vectors that are compared at least, or all of them. Embeddings of real
/// texts lie closer together than made-up ones: of the best ten of the 20,624
/// passages of scifact, 2,500 compared find 88.6 %, 5,000 94.8 %, 7,500 97.3 %,
/// 9,000 98.0 % (`examples/vector_recall.rs`); of made-up ones 1,000 find all.
const MIN_COMPARED: usize = 9_000;

/// Share of all vectors that is compared at least, where the filter leaves
/// that many.
const COMPARED_SHARE: f32 = 0.025;

/// Vectors compared at least for each record asked for. Of the best 200 of
/// scifact, 30 for each find 84.7 %, 80 99.1 %, 150 all.
const COMPARED_PER_HIT: usize = 150;

/// Candidates ranked by sixteen bits for each record asked for, and on top.
const CANDIDATES_PER_HIT: usize = 3;
const MORE_CANDIDATES: usize = 50;

/// A vector that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    /// Place of its record.
    pub(super) place: u32,
    /// Its number in the record.
    pub(super) passage: u32,
    pub(super) cosine: f32,
}

/// Vectors around one centroid.
#[derive(Debug, Default)]
struct Cell {
    codes: Codes,
    /// Place of the record of each vector.
    places: Vec<u32>,
    /// Number of each vector in its record.
    passages: Vec<u32>,
}

/// All vectors.
#[derive(Debug)]
pub(super) struct Cells {
    dim: usize,
    /// `[n_cells, dim]`
    centroids: Vec<f32>,
    /// `|c|²/2` of each centroid.
    halves: Vec<f32>,
    cells: Vec<Cell>,
    n_vectors: usize,
}

/// A vector chosen by eight bits.
struct Candidate {
    score: f32,
    cell: u32,
    row: u32,
}

impl Cells {
    /// Empty cells around `centroids`, `[n, dim]`; around nothing, one cell
    /// around zero.
    pub(super) fn new(dim: usize, centroids: Vec<f32>) -> Self {
        let centroids = if centroids.is_empty() {
            vec![0.0; dim]
        } else {
            centroids
        };
        let n_cells = centroids.len() / dim;
        let halves = centroids.chunks_exact(dim).map(|c| dot(c, c) / 2.0);
        Self {
            dim,
            halves: halves.collect(),
            centroids,
            cells: (0..n_cells).map(|_| Cell::default()).collect(),
            n_vectors: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.n_vectors
    }

    fn centroid(&self, cell: usize) -> &[f32] {
        &self.centroids[cell * self.dim..][..self.dim]
    }

    /// The cell whose centroid is nearest to `vector`.
    pub(super) fn nearest(&self, vector: &[f32]) -> u32 {
        let products = self.centroids.chunks_exact(self.dim);
        let closeness = products.zip(&self.halves).map(|(c, h)| dot(c, vector) - h);
        let nearest = (0..)
            .zip(closeness)
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        nearest.map_or(0, |(cell, _)| cell)
    }

    /// Adds a vector to a cell; an unknown cell is the first.
    pub(super) fn push(&mut self, cell: u32, place: u32, passage: u32, vector: &[f32]) {
        let at = Some(cell as usize).filter(|at| *at < self.cells.len());
        let at = at.unwrap_or(0);
        let centroid = &self.centroids[at * self.dim..][..self.dim];
        let difference: Vec<f32> = vector.iter().zip(centroid).map(|(v, c)| v - c).collect();
        let cell = &mut self.cells[at];
        cell.codes.push(&difference);
        cell.places.push(place);
        cell.passages.push(passage);
        self.n_vectors += 1;
    }

    /// The best vectors of the `limit` nearest wanted records, best first; ties
    /// are left to the caller.
    pub(super) fn search(&self, query: &[f32], wanted: &Bits, limit: usize) -> Vec<Near> {
        let n_wanted = wanted.len().min(limit);
        let share = (self.n_vectors as f32 * COMPARED_SHARE) as usize;
        let mut least = MIN_COMPARED.max(share).max(limit * COMPARED_PER_HIT);
        let mut n_candidates = limit * CANDIDATES_PER_HIT + MORE_CANDIDATES;
        loop {
            let mut candidates = self.candidates(query, wanted, least);
            let n_compared = candidates.len();
            if n_candidates < n_compared {
                candidates.select_nth_unstable_by(n_candidates, |a, b| b.score.total_cmp(&a.score));
                candidates.truncate(n_candidates);
            }
            let found = self.rank(query, &candidates, limit);
            let is_all = n_candidates >= n_compared && n_compared < least;
            if found.len() >= n_wanted || is_all {
                return found;
            }
            // Many passages of few records were in the way.
            if n_candidates >= n_compared {
                least *= 4;
            }
            n_candidates *= 4;
        }
    }

    /// Wanted vectors of the nearest cells with their eight-bit scores, at
    /// least `least` of them or all.
    fn candidates(&self, query: &[f32], wanted: &Bits, least: usize) -> Vec<Candidate> {
        let near: Vec<f32> = self
            .centroids
            .chunks_exact(self.dim)
            .map(|centroid| dot(centroid, query))
            .collect();
        // By distance, as vectors were assigned: by the product alone, a cell
        // whose vectors lie apart, and its centroid near zero, would come late.
        let close = |at: u32| near[at as usize] - self.halves[at as usize];
        let mut order: Vec<u32> = (0..near.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| close(b).total_cmp(&close(a)).then(a.cmp(&b)));
        let codes = QueryCodes::new(query);
        let mut candidates = Vec::with_capacity(least + least / 4);
        let (mut picked, mut products) = (Vec::new(), Vec::new());
        for at in order {
            if candidates.len() >= least {
                break;
            }
            let cell = &self.cells[at as usize];
            picked.clear();
            let places = (0..).zip(&cell.places);
            picked.extend(places.filter_map(|(row, &place)| wanted.contains(place).then_some(row)));
            products.clear();
            codes.products(&cell.codes.high, &picked, &mut products);
            let offset = near[at as usize];
            let found = picked.iter().zip(&products).map(|(&row, &product)| {
                let scale = cell.codes.scales[row as usize] * codes.scale;
                Candidate {
                    score: offset + product as f32 * scale,
                    cell: at,
                    row,
                }
            });
            candidates.extend(found);
        }
        candidates
    }

    /// The best passage of each record, best first.
    fn rank(&self, query: &[f32], candidates: &[Candidate], limit: usize) -> Vec<Near> {
        let exact = candidates.iter().map(|candidate| {
            let cell = &self.cells[candidate.cell as usize];
            let row = candidate.row as usize;
            let centroid = self.centroid(candidate.cell as usize);
            Near {
                place: cell.places[row],
                passage: cell.passages[row],
                cosine: dot(centroid, query) + cell.codes.product(row, query),
            }
        });
        let mut found: Vec<Near> = exact.collect();
        let by_record = |a: &Near, b: &Near| {
            let best_first = b
                .cosine
                .total_cmp(&a.cosine)
                .then(a.passage.cmp(&b.passage));
            a.place.cmp(&b.place).then(best_first)
        };
        found.sort_unstable_by(by_record);
        found.dedup_by_key(|near| near.place);
        found.sort_by(|a, b| b.cosine.total_cmp(&a.cosine));
        // One more than asked: a tie at the edge is cut by the caller, by id.
        let n_kept = match found.get(limit.saturating_sub(1)) {
            Some(last) => found.partition_point(|near| near.cosine >= last.cosine),
            None => found.len(),
        };
        found.truncate(n_kept);
        found
    }
}

/// `Σ aᵢ·bᵢ` in sixteen lanes.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide(a: &[f32], b: &[f32]) -> f32 {
            plain(a, b)
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has the instructions, as just checked; the
            // body is safe code.
            return unsafe { wide(a, b) };
        }
    }
    plain(a, b)
}

#[inline(always)]
fn plain(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (a, a_rest) = a.as_chunks::<16>();
    let (b, b_rest) = b.as_chunks::<16>();
    for (a, b) in a.iter().zip(b) {
        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
            *sum += x * y;
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(x, y)| x * y);
    sums.iter().sum::<f32>() + rest.sum::<f32>()
}
