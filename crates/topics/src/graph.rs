//! Weighted undirected graphs in adjacency lists.

/// A weighted undirected graph; loops hold the weight inside merged nodes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Graph {
    /// For each node its edges by the number of the other end, without loops.
    pub(crate) edges: Vec<Vec<(u32, f64)>>,
    /// For each node the weight of its loop, each edge inside counted once.
    pub(crate) loops: Vec<f64>,
}

impl Graph {
    /// Joins neighbours by how many neighbours they share: the Jaccard index
    /// of their neighbourhoods, themselves included.
    ///
    /// **Source:** Levine et al., *Data-driven phenotypic dissection of AML*,
    /// Cell 2015 (PhenoGraph): robust against points that are near to all.
    pub(crate) fn of_shared_neighbours(nearest: &[Vec<(u32, f32)>]) -> Self {
        let around: Vec<Vec<u32>> = nearest
            .iter()
            .enumerate()
            .map(|(own, row)| {
                let mut ids: Vec<u32> = row.iter().map(|(id, _)| *id).collect();
                ids.push(own as u32);
                ids.sort_unstable();
                ids
            })
            .collect();
        let mut edges = vec![Vec::new(); nearest.len()];
        for (from, row) in nearest.iter().enumerate() {
            for (to, _) in row {
                let to = *to as usize;
                // A pair of mutual neighbours is met twice: taken once.
                if to < from && around[to].binary_search(&(from as u32)).is_ok() {
                    continue;
                }
                let weight = jaccard(&around[from], &around[to]);
                edges[from].push((to as u32, weight));
                edges[to].push((from as u32, weight));
            }
        }
        for row in &mut edges {
            row.sort_unstable_by_key(|(to, _)| *to);
        }
        Self {
            loops: vec![0.0; edges.len()],
            edges,
        }
    }

    pub(crate) fn n_nodes(&self) -> usize {
        self.edges.len()
    }

    /// Weight of all ends at each node.
    pub(crate) fn strengths(&self) -> Vec<f64> {
        let rows = self.edges.iter().zip(&self.loops);
        rows.map(|(row, own)| row.iter().map(|(_, w)| w).sum::<f64>() + 2.0 * own)
            .collect()
    }

    /// The graph whose nodes are the communities 0..n of `of`.
    pub(crate) fn merged(&self, of: &[u32], n: usize) -> Self {
        let mut loops = vec![0.0; n];
        let mut pairs: Vec<(u32, u32, f64)> = Vec::new();
        for (from, row) in self.edges.iter().enumerate() {
            loops[of[from] as usize] += self.loops[from];
            for (to, weight) in row.iter().filter(|(to, _)| *to as usize > from) {
                let (a, b) = (of[from], of[*to as usize]);
                if a == b {
                    loops[a as usize] += weight;
                } else {
                    pairs.push((a.min(b), a.max(b), *weight));
                }
            }
        }
        // Stable: equal pairs are added in the order of the nodes.
        pairs.sort_by_key(|(a, b, _)| (*a, *b));
        let mut edges = vec![Vec::new(); n];
        for same in pairs.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1)) {
            let (a, b, _) = same[0];
            let weight = same.iter().map(|(_, _, w)| w).sum();
            edges[a as usize].push((b, weight));
            edges[b as usize].push((a, weight));
        }
        for row in &mut edges {
            row.sort_unstable_by_key(|(to, _)| *to);
        }
        Self { edges, loops }
    }

    /// The graph of `nodes` alone, numbered by their place; `nodes` ascend.
    pub(crate) fn part(&self, nodes: &[u32]) -> Self {
        let number = |node: u32| nodes.binary_search(&node).ok();
        let row = |node: &u32| {
            let row = self.edges[*node as usize].iter();
            row.filter_map(|(to, weight)| Some((number(*to)? as u32, *weight)))
                .collect()
        };
        Self {
            edges: nodes.iter().map(row).collect(),
            loops: nodes
                .iter()
                .map(|node| self.loops[*node as usize])
                .collect(),
        }
    }
}

fn jaccard(a: &[u32], b: &[u32]) -> f64 {
    let (mut i, mut j, mut n_both) = (0, 0, 0usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n_both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n_both as f64 / (a.len() + b.len() - n_both) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_keeps_all_weight() {
        let nearest = vec![
            vec![(1, 0.9), (2, 0.8)],
            vec![(0, 0.9), (2, 0.7)],
            vec![(3, 0.5), (0, 0.4)],
            vec![(2, 0.5)],
        ];
        let graph = Graph::of_shared_neighbours(&nearest);
        let total = |g: &Graph| g.strengths().iter().sum::<f64>();
        let merged = graph.merged(&[0, 0, 1, 1], 2);
        assert!((total(&graph) - total(&merged)).abs() < 1e-12);
        assert_eq!(merged.edges[0].len(), 1);
        assert_eq!(graph.part(&[2, 3]).edges[0].len(), 1);
    }
}
