//! Communities of a graph by the Leiden algorithm, without chance: nodes are
//! visited in their order and the best move is taken, ties to the lower number.
//!
//! **Source:** Traag, Waltman & van Eck, *From Louvain to Leiden*, Scientific
//! Reports 2019; quality is modularity with a resolution (Reichardt &
//! Bornholdt 2006).

use std::collections::VecDeque;

use crate::graph::Graph;

/// Rounds of moving, refining and merging; five are usual.
const MAX_ROUNDS: usize = 50;

/// The community of each node, numbered 0.. in order of their first node.
/// A higher `resolution` gives more and smaller communities.
pub(crate) fn communities(graph: &Graph, resolution: f64) -> Vec<u32> {
    let n = graph.n_nodes();
    let total: f64 = graph.strengths().iter().sum();
    if total <= 0.0 {
        return (0..n as u32).collect();
    }
    let scale = resolution / total;
    // Node of the level for each node of the graph; community of each node of
    // the level.
    let mut of: Vec<u32> = (0..n as u32).collect();
    let mut start = of.clone();
    let mut level = graph.clone();
    for _ in 0..MAX_ROUNDS {
        let mut moving = Moving::new(&level, start, scale);
        moving.run();
        let (moved, _) = renumbered(&moving.of);
        let (refined, n_refined) = renumbered(&refine(&level, &moved, scale));
        start = moved;
        if n_refined == level.n_nodes() {
            break;
        }
        of.iter_mut()
            .for_each(|node| *node = refined[*node as usize]);
        let mut parts = vec![0; n_refined];
        for (node, part) in refined.iter().enumerate() {
            parts[*part as usize] = start[node];
        }
        start = parts;
        level = level.merged(&refined, n_refined);
    }
    of.iter_mut().for_each(|node| *node = start[*node as usize]);
    renumbered(&of).0
}

/// Numbers 0.. in order of first use, and how many there are.
pub(crate) fn renumbered(of: &[u32]) -> (Vec<u32>, usize) {
    let mut names = vec![u32::MAX; of.iter().max().map_or(0, |m| *m as usize + 1)];
    let mut n = 0;
    let numbered = of
        .iter()
        .map(|c| {
            let name = &mut names[*c as usize];
            if *name == u32::MAX {
                *name = n;
                n += 1;
            }
            *name
        })
        .collect();
    (numbered, n as usize)
}

/// Moves single nodes between communities while that is better.
struct Moving<'a> {
    graph: &'a Graph,
    strengths: Vec<f64>,
    of: Vec<u32>,
    mass: Vec<f64>,
    /// Resolution over the weight of all ends.
    scale: f64,
    /// Weight from the node at hand to each community; zero between nodes.
    weight_to: Vec<f64>,
}

impl<'a> Moving<'a> {
    fn new(graph: &'a Graph, of: Vec<u32>, scale: f64) -> Self {
        let strengths = graph.strengths();
        let mut mass = vec![0.0; graph.n_nodes()];
        for (node, community) in of.iter().enumerate() {
            mass[*community as usize] += strengths[node];
        }
        Self {
            weight_to: vec![0.0; graph.n_nodes()],
            graph,
            strengths,
            of,
            mass,
            scale,
        }
    }

    fn run(&mut self) {
        let n = self.graph.n_nodes();
        let mut queue: VecDeque<u32> = (0..n as u32).collect();
        let mut is_waiting = vec![true; n];
        while let Some(node) = queue.pop_front() {
            is_waiting[node as usize] = false;
            if !self.move_node(node as usize) {
                continue;
            }
            let now = self.of[node as usize];
            for (to, _) in &self.graph.edges[node as usize] {
                let to = *to as usize;
                if self.of[to] != now && !is_waiting[to] {
                    is_waiting[to] = true;
                    queue.push_back(to as u32);
                }
            }
        }
    }

    /// Whether the node went elsewhere.
    fn move_node(&mut self, node: usize) -> bool {
        let (own, strength) = (self.of[node], self.strengths[node]);
        self.mass[own as usize] -= strength;
        let mut met = Vec::new();
        for (to, weight) in &self.graph.edges[node] {
            let community = self.of[*to as usize];
            if self.weight_to[community as usize] == 0.0 {
                met.push(community);
            }
            self.weight_to[community as usize] += weight;
        }
        let gain = |community: u32| {
            self.weight_to[community as usize]
                - self.scale * strength * self.mass[community as usize]
        };
        let mut best = (gain(own), own);
        for &community in &met {
            let found = gain(community);
            let is_better = found > best.0 + EPSILON
                || (found - best.0).abs() <= EPSILON && best.1 != own && community < best.1;
            if community != own && is_better {
                best = (found, community);
            }
        }
        for community in met {
            self.weight_to[community as usize] = 0.0;
        }
        self.mass[best.1 as usize] += strength;
        self.of[node] = best.1;
        best.1 != own
    }
}

/// Gains nearer than this are equal: below what sums of weights are exact to.
const EPSILON: f64 = 1e-10;

/// Splits each community into parts that hang together well: starts from
/// single nodes and joins each, in order, to the best part of its community.
fn refine(graph: &Graph, communities: &[u32], scale: f64) -> Vec<u32> {
    let n = graph.n_nodes();
    let strengths = graph.strengths();
    let mut community_mass = vec![0.0; n];
    for (node, community) in communities.iter().enumerate() {
        community_mass[*community as usize] += strengths[node];
    }
    let inside = |node: usize| {
        let row = graph.edges[node].iter();
        row.filter(|(to, _)| communities[*to as usize] == communities[node])
            .map(|(_, weight)| weight)
            .sum::<f64>()
    };
    let mut of: Vec<u32> = (0..n as u32).collect();
    let mut mass = strengths.clone();
    let mut is_single = vec![true; n];
    // Weight between each part and the rest of its community.
    let mut outward: Vec<f64> = (0..n).map(inside).collect();
    let mut weight_to = vec![0.0; n];
    for node in 0..n {
        let rest = community_mass[communities[node] as usize] - strengths[node];
        let is_tied = outward[node] >= scale * strengths[node] * rest;
        if !is_single[node] || of[node] != node as u32 || !is_tied {
            continue;
        }
        let mut met = Vec::new();
        for (to, weight) in &graph.edges[node] {
            if communities[*to as usize] == communities[node] {
                let part = of[*to as usize] as usize;
                if weight_to[part] == 0.0 {
                    met.push(part);
                }
                weight_to[part] += weight;
            }
        }
        let mut best: Option<(f64, usize)> = None;
        for &part in &met {
            let rest = community_mass[communities[node] as usize] - mass[part];
            let is_tied = outward[part] >= scale * mass[part] * rest;
            let gain = weight_to[part] - scale * strengths[node] * mass[part];
            if is_tied && gain > best.map_or(EPSILON, |b| b.0 + EPSILON) {
                best = Some((gain, part));
            }
        }
        if let Some((_, part)) = best {
            outward[part] += outward[node] - 2.0 * weight_to[part];
            mass[part] += strengths[node];
            of[node] = part as u32;
            is_single[part] = false;
        }
        met.into_iter().for_each(|part| weight_to[part] = 0.0);
    }
    of
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rings of cliques: `n` cliques of `size`, each tied to the next by one edge.
    fn cliques(n: usize, size: usize) -> Graph {
        let mut edges = vec![Vec::new(); n * size];
        let mut join = |a: usize, b: usize| {
            edges[a].push((b as u32, 1.0));
            edges[b].push((a as u32, 1.0));
        };
        for clique in 0..n {
            for i in 0..size {
                for j in 0..i {
                    join(clique * size + i, clique * size + j);
                }
            }
            join(clique * size, ((clique + 1) % n) * size + 1);
        }
        edges
            .iter_mut()
            .for_each(|row| row.sort_by_key(|(to, _)| *to));
        Graph {
            loops: vec![0.0; edges.len()],
            edges,
        }
    }

    #[test]
    fn cliques_are_found() {
        let of = communities(&cliques(10, 6), 1.0);
        let (_, n) = renumbered(&of);
        assert_eq!(n, 10);
        assert!((0..10).all(|c| of[c * 6..(c + 1) * 6].iter().all(|x| *x == of[c * 6])));
    }

    #[test]
    fn a_higher_resolution_gives_more_communities() {
        let graph = cliques(30, 5);
        let n = |resolution| renumbered(&communities(&graph, resolution)).1;
        assert!(n(0.1) < n(1.0) && n(1.0) <= n(20.0));
    }

    #[test]
    fn nodes_without_edges_stay_alone() {
        let graph = Graph {
            edges: vec![Vec::new(); 3],
            loops: vec![0.0; 3],
        };
        assert_eq!(communities(&graph, 1.0), [0, 1, 2]);
    }
}
