//! The inside of a fit: parts of topics, shares of documents in several topics,
//! and ties between topics.

use rayon::prelude::*;

use crate::{
    graph::Graph,
    hierarchy::{NONE, divide},
};

/// Topics below this size have no parts: a list of so many is read at once.
const PARTS_FROM: usize = 60;
/// Parts of a topic at most: what a reader takes in.
const MAX_PARTS: usize = 8;
/// Shares below this are noise of one or two neighbours.
const MIN_SHARE: f32 = 0.15;
/// Topics besides its own that a document has a share in, at most.
const MAX_SHARES: usize = 3;
/// Neighbours that a topic has, at most.
const MAX_NEIGHBOURS: usize = 8;

/// Shares of a document in topics, the largest first, ties to the lower
/// number: its ties to the documents of each, of all its ties.
pub(crate) type Shares = Vec<(u32, f32)>;

/// Shares from the neighbours of one document and how much each counts.
pub(crate) fn shares(ties: impl Iterator<Item = (u32, f32)>, of: &[u32]) -> Shares {
    let mut found: Shares = Vec::new();
    let mut all = 0.0;
    for (to, weight) in ties {
        all += weight;
        let topic = of[to as usize];
        match found.iter_mut().find(|(known, _)| *known == topic) {
            Some((_, sum)) => *sum += weight,
            None if topic != NONE => found.push((topic, weight)),
            None => {}
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found
        .iter_mut()
        .for_each(|(_, share)| *share /= all.max(f32::MIN_POSITIVE));
    found
}

/// The share in the document's own topic, and those in others that count.
pub(crate) fn own_and_others(shares: Shares, own: u32) -> (f32, Shares) {
    let own_share = shares.iter().find(|(topic, _)| *topic == own);
    let own_share = own_share.map_or(0.0, |(_, share)| *share);
    let others = shares.into_iter().filter(|(topic, _)| *topic != own);
    let others = others.filter(|(_, share)| *share >= MIN_SHARE);
    (own_share, others.take(MAX_SHARES).collect())
}

/// How many parts a topic of `size` has: two of 64 documents, six of 600.
fn n_parts(size: usize) -> usize {
    if size < PARTS_FROM {
        return 1;
    }
    ((0.25 * (size as f64).sqrt()).round() as usize).clamp(2, MAX_PARTS)
}

/// The parts of each topic, the largest first, each with its rows ascending;
/// none for a topic that does not fall apart. Rows beyond those of the graph
/// go to the part of their nearest neighbour.
///
/// * `members`: the rows of each topic, ascending;
/// * `rest`: neighbours of the rows beyond those of the graph.
pub(crate) fn parts(
    graph: &Graph,
    members: &[Vec<u32>],
    rest: &[Vec<(u32, f32)>],
) -> Vec<Vec<Vec<u32>>> {
    members
        .par_iter()
        .map(|rows| parts_of(graph, rows, rest))
        .collect()
}

fn parts_of(graph: &Graph, rows: &[u32], rest: &[Vec<(u32, f32)>]) -> Vec<Vec<u32>> {
    let n_nodes = graph.n_nodes() as u32;
    let (inner, outer) = rows.split_at(rows.partition_point(|row| *row < n_nodes));
    let n_wanted = n_parts(rows.len());
    if n_wanted < 2 || inner.len() < PARTS_FROM {
        return Vec::new();
    }
    let least = (inner.len() / (4 * n_wanted)).max(8);
    let of = divide(&graph.part(inner), n_wanted, least);
    let n = of.iter().filter(|part| **part != NONE).max();
    let mut parts = vec![Vec::new(); n.map_or(0, |last| *last as usize + 1)];
    // A topic of islands (people may join such) falls into more.
    if !(2..=2 * MAX_PARTS).contains(&parts.len()) {
        return Vec::new();
    }
    for (row, part) in inner.iter().zip(&of).filter(|(_, part)| **part != NONE) {
        parts[*part as usize].push(*row);
    }
    for row in outer {
        let near = rest[(*row - n_nodes) as usize].iter();
        let mut known = near.filter_map(|(to, _)| inner.binary_search(to).ok());
        if let Some(part) = known.find_map(|at| (of[at] != NONE).then_some(of[at])) {
            parts[part as usize].push(*row);
        }
    }
    parts.sort_by_key(|rows| (std::cmp::Reverse(rows.len()), rows.first().copied()));
    parts
}

/// For each topic those that it is tied to most, with the share of its ties to
/// others that go there; the strongest first.
///
/// * `merged`: the graph of the topics, the last node standing for no topic.
pub(crate) fn neighbours(merged: &Graph, n_topics: usize) -> Vec<Vec<(u32, f64)>> {
    let row = |row: &Vec<(u32, f64)>| {
        let there = row.iter().filter(|(to, _)| (*to as usize) < n_topics);
        let all: f64 = there.clone().map(|(_, weight)| weight).sum();
        let mut found: Vec<(u32, f64)> = there.map(|(to, weight)| (*to, weight / all)).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(MAX_NEIGHBOURS);
        found
    };
    merged.edges.iter().take(n_topics).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_small_ones_are_left_out() {
        let of = [0, 0, 1, 2, NONE];
        let ties = [(0, 4.0), (1, 2.0), (2, 2.0), (3, 1.0), (4, 1.0)];
        let found = shares(ties.into_iter(), &of);
        assert_eq!(found, [(0, 0.6), (1, 0.2), (2, 0.1)]);
        assert_eq!(own_and_others(found.clone(), 0), (0.6, vec![(1, 0.2)]));
        assert_eq!(own_and_others(found, 7).0, 0.0);
        assert_eq!(shares(std::iter::empty(), &of), []);
    }

    /// Groups of 40 in a ring, five neighbours on each side; groups are tied
    /// in pairs.
    fn groups(n: u32) -> Vec<Vec<(u32, f32)>> {
        (0..40 * n)
            .map(|row| {
                let start = row / 40 * 40;
                let near = (1..6).flat_map(|i| [i, 40 - i]);
                let own = near.map(move |i| start + (row - start + i) % 40);
                let twin = (row % 40 == 0).then_some(((row / 40) ^ 1) * 40);
                let all = own.chain(twin).filter(|to| *to < 40 * n);
                all.map(|to| (to, 0.5)).collect()
            })
            .collect()
    }

    #[test]
    fn a_topic_falls_into_the_groups_that_it_is_made_of() {
        let graph = Graph::of_shared_neighbours(&groups(4));
        let members = vec![(0..80).collect(), (80..120).collect(), vec![120, 121]];
        let found = parts(&graph, &members, &[]);
        assert_eq!(
            found[0],
            [(0..40).collect::<Vec<u32>>(), (40..80).collect()]
        );
        assert!(found[1].is_empty() && found[2].is_empty());
        let merged = graph.merged(&(0..160).map(|row| row / 40).collect::<Vec<_>>(), 5);
        let near = neighbours(&merged, 4);
        assert_eq!(near[0], [(1, 1.0)]);
    }
}
