//! A wanted number of communities: the resolution that gives about that many,
//! small ones dissolved into their neighbours, pairs joined down to the number.

use crate::{graph::Graph, leiden, linear::Matrix};

/// No community: a node without any edge.
pub(crate) const NONE: u32 = u32::MAX;

/// Resolutions tried between the widest bounds.
const N_TRIALS: usize = 9;
/// Bounds of the resolution, as powers of two.
const RESOLUTIONS: (f64, f64) = (-4.0, 12.0);

/// The community of each node, 0.. in order of their first node, or [`NONE`]:
/// `n_wanted` communities of at least `min_size` nodes, or as many as the
/// graph has when it falls apart into more or holds fewer: see [`join_islands`].
pub(crate) fn divide(graph: &Graph, n_wanted: usize, min_size: usize) -> Vec<u32> {
    divide_and_tell(graph, n_wanted, min_size).0
}

/// As [`divide`], with the resolution that gave them.
pub(crate) fn divide_and_tell(graph: &Graph, n_wanted: usize, min_size: usize) -> (Vec<u32>, f64) {
    let (mut low, mut high) = RESOLUTIONS;
    let mut at = high.exp2();
    let mut best = leiden::communities(graph, high.exp2());
    let mut n_best = n_large(&best, min_size);
    for _ in 0..N_TRIALS {
        let middle = (low + high) / 2.0;
        let found = leiden::communities(graph, middle.exp2());
        let n_found = n_large(&found, min_size);
        // The nearest from above; joining pairs does the rest.
        let is_better = if n_best < n_wanted {
            n_found > n_best
        } else {
            (n_wanted..=n_best).contains(&n_found)
        };
        if is_better {
            (best, n_best, at) = (found, n_found, middle.exp2());
        }
        if n_found == n_wanted {
            break;
        }
        if n_found > n_wanted {
            high = middle;
        } else {
            low = middle;
        }
    }
    (settle(graph, &best, n_wanted, min_size), at)
}

/// As [`divide`] at a resolution that is known.
pub(crate) fn divide_at(
    graph: &Graph,
    resolution: f64,
    n_wanted: usize,
    min_size: usize,
) -> Vec<u32> {
    let found = leiden::communities(graph, resolution);
    settle(graph, &found, n_wanted, min_size)
}

/// Small communities dissolved, pairs joined down to `n_wanted`.
fn settle(graph: &Graph, found: &[u32], n_wanted: usize, min_size: usize) -> Vec<u32> {
    let dissolved = dissolve(graph, found, min_size);
    agglomerate(graph, &dissolved, n_wanted)
}

/// Joins communities that no edge joins, the smallest to the one with the most
/// similar mean point, until `n_wanted` are left. Near copies of one document
/// are such islands: they know only each other.
pub(crate) fn join_islands(of: &mut [u32], points: &Matrix, n_wanted: usize) {
    let mut sizes = sizes(of);
    let mut sums = Matrix::zeros(sizes.len(), points.n_columns);
    for (row, community) in of.iter().enumerate().filter(|(_, c)| **c != NONE) {
        let sum = sums.row_mut(*community as usize);
        sum.iter_mut()
            .zip(points.row(row))
            .for_each(|(s, v)| *s += v);
    }
    let mut n_left = sizes.len();
    while n_left > n_wanted.max(1) {
        let there = || (0..sizes.len()).filter(|c| sizes[*c] > 0);
        let Some(from) = there().min_by_key(|c| (sizes[*c], *c)) else {
            return;
        };
        let likeness = |to: usize| cosine(sums.row(from), sums.row(to));
        let others = there().filter(|to| *to != from);
        let best = others.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)).then(b.cmp(a)));
        let Some(to) = best else {
            return;
        };
        let moved = sums.row(from).to_vec();
        sums.row_mut(to)
            .iter_mut()
            .zip(moved)
            .for_each(|(s, v)| *s += v);
        sizes[to] += std::mem::take(&mut sizes[from]);
        of.iter_mut()
            .filter(|c| **c == from as u32)
            .for_each(|c| *c = to as u32);
        n_left -= 1;
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    let length = (dot(a, a) * dot(b, b)).sqrt();
    if length > 0.0 {
        dot(a, b) / length
    } else {
        0.0
    }
}

fn sizes(of: &[u32]) -> Vec<usize> {
    let n = of
        .iter()
        .filter(|c| **c != NONE)
        .max()
        .map_or(0, |m| *m as usize + 1);
    let mut sizes = vec![0; n];
    of.iter()
        .filter(|c| **c != NONE)
        .for_each(|c| sizes[*c as usize] += 1);
    sizes
}

fn n_large(of: &[u32], min_size: usize) -> usize {
    sizes(of)
        .into_iter()
        .filter(|size| *size >= min_size)
        .count()
}

/// Gives communities below `min_size` to the one that they are tied to most,
/// the smallest first; small islands belong to none.
fn dissolve(graph: &Graph, of: &[u32], min_size: usize) -> Vec<u32> {
    let mut parts = Parts::new(graph, of);
    parts.join_smallest(|size, _| size < min_size);
    // A node alone is no community.
    parts.finish(of, min_size.max(2))
}

/// Joins the smallest community to the one that it is tied to most, until
/// `n_wanted` are left.
fn agglomerate(graph: &Graph, of: &[u32], n_wanted: usize) -> Vec<u32> {
    let mut parts = Parts::new(graph, of);
    parts.join_smallest(|_, n_left| n_left > n_wanted.max(1));
    parts.finish(of, 0)
}

/// Communities that are joined one by one.
struct Parts {
    graph: Graph,
    strengths: Vec<f64>,
    sizes: Vec<usize>,
    /// Where each community went.
    into: Vec<u32>,
}

impl Parts {
    fn new(graph: &Graph, of: &[u32]) -> Self {
        let sizes = sizes(of);
        // Nodes of no community go to one of their own, which is never joined.
        let n = sizes.len();
        let of: Vec<u32> = of
            .iter()
            .map(|c| if *c == NONE { n as u32 } else { *c })
            .collect();
        let graph = graph.merged(&of, n + 1);
        Self {
            strengths: graph.strengths(),
            graph,
            sizes,
            into: (0..n as u32).collect(),
        }
    }

    /// Joins the smallest community that is tied to another while `is_wanted`
    /// (its size, how many there are).
    fn join_smallest(&mut self, is_wanted: impl Fn(usize, usize) -> bool) {
        let mut is_stuck = vec![false; self.sizes.len()];
        loop {
            let there = (0..self.sizes.len()).filter(|c| self.sizes[*c] > 0);
            let n_left = there.clone().count();
            let open = there.filter(|c| !is_stuck[*c]);
            let Some(from) = open.min_by_key(|c| (self.sizes[*c], *c)) else {
                return;
            };
            if !is_wanted(self.sizes[from], n_left) {
                return;
            }
            match self.nearest(from) {
                Some(to) => self.join(from, to),
                None => is_stuck[from] = true,
            }
        }
    }

    /// The community most tied to `from`, against what chance would give.
    fn nearest(&self, from: usize) -> Option<usize> {
        let row = self.graph.edges[from].iter();
        let tied = row.filter(|(to, _)| self.sizes.get(*to as usize).is_some_and(|s| *s > 0));
        tied.map(|(to, weight)| (weight / self.strengths[*to as usize], *to))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .map(|(_, to)| to as usize)
    }

    fn join(&mut self, from: usize, to: usize) {
        let row = std::mem::take(&mut self.graph.edges[from]);
        for (other, weight) in row {
            let back = &mut self.graph.edges[other as usize];
            back.retain(|(node, _)| *node as usize != from);
            if other as usize != to {
                add(back, to as u32, weight);
                add(&mut self.graph.edges[to], other, weight);
            }
        }
        self.strengths[to] += self.strengths[from];
        self.sizes[to] += self.sizes[from];
        self.sizes[from] = 0;
        self.into[from] = to as u32;
    }

    /// The community of each node now; [`NONE`] for those below `min_size`.
    fn finish(self, of: &[u32], min_size: usize) -> Vec<u32> {
        let root = |mut c: u32| {
            while self.into[c as usize] != c {
                c = self.into[c as usize];
            }
            c
        };
        let mut names = vec![NONE; self.into.len()];
        let mut n = 0;
        let mut number = |c: u32| {
            let name = &mut names[c as usize];
            if *name == NONE && self.sizes[c as usize] >= min_size {
                *name = n;
                n += 1;
            }
            *name
        };
        of.iter()
            .map(|c| if *c == NONE { NONE } else { number(root(*c)) })
            .collect()
    }
}

fn add(row: &mut Vec<(u32, f64)>, to: u32, weight: f64) {
    match row.binary_search_by_key(&to, |(node, _)| *node) {
        Ok(at) => row[at].1 += weight,
        Err(at) => row.insert(at, (to, weight)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of six points that know each other, tied in a row.
    fn groups(n: usize) -> Graph {
        let nearest: Vec<Vec<(u32, f32)>> = (0..6 * n)
            .map(|node| {
                let group = node / 6;
                let own = (0..6).map(|i| group * 6 + i).filter(|other| *other != node);
                let next = (node % 6 == 0 && group + 1 < n).then_some((group + 1) * 6);
                own.chain(next).map(|other| (other as u32, 0.5)).collect()
            })
            .collect();
        Graph::of_shared_neighbours(&nearest)
    }

    #[test]
    fn as_many_as_wanted_and_groups_stay_whole() {
        for n_wanted in [1, 3, 8] {
            let of = divide(&groups(8), n_wanted, 3);
            assert_eq!(sizes(&of).len(), n_wanted);
            assert!((0..8).all(|g| of[g * 6..(g + 1) * 6].iter().all(|c| *c == of[g * 6])));
        }
    }

    #[test]
    fn an_island_belongs_to_none() {
        let mut graph = groups(3);
        graph.edges.push(Vec::new());
        graph.loops.push(0.0);
        let of = divide(&graph, 3, 2);
        assert_eq!(of[18], NONE);
        assert_eq!(sizes(&of), [6, 6, 6]);
    }
}
