//! From communities to what a fit tells: topics with labels, parts, places,
//! neighbours and central documents.

use rayon::prelude::*;

use crate::{
    corpus::Corpus,
    fields::group,
    graph::Graph,
    hierarchy::NONE,
    labels::{Description, describe, postings},
    linear::Matrix,
    map,
    model::{Assignment, Field, Fitted, Part, Topic, n_topics},
    parts::{neighbours, own_and_others, parts, shares},
    placing::Placing,
    quality::npmi,
};

/// Documents of a topic that stand for it.
const N_CENTRAL: usize = 20;

/// What was found, before it has names.
pub(crate) struct Found<'a> {
    pub(crate) corpus: &'a Corpus<'a>,
    pub(crate) points: &'a Matrix,
    pub(crate) graph: &'a Graph,
    /// Neighbours of the rows beyond those of the graph.
    pub(crate) rest: &'a [Vec<(u32, f32)>],
    /// The topic of each row, larger ones first.
    pub(crate) of: &'a [u32],
    /// Of each topic.
    pub(crate) stability: Vec<f64>,
    pub(crate) used_vectors: bool,
}

/// Names everything.
pub(crate) fn finish(found: &Found<'_>) -> Fitted {
    let (corpus, of) = (found.corpus, found.of);
    let n = n_topics(of);
    let members = members(of, n);
    let rows_of = postings(corpus);
    let ties: Vec<(f32, Vec<(u32, f32)>)> = (0..of.len())
        .into_par_iter()
        .map(|row| own_and_others(found.shares(row), of[row]))
        .collect();
    let described = describe(corpus, &rows_of, &members);
    let keys: Vec<Vec<String>> = described.iter().map(|d| keys(corpus, &d.terms)).collect();
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let centres = centres(found.points, &members);
    let parents = group(&centres, &sizes, (n as f64).sqrt().round() as usize);
    let places = map::places(&centres, &sizes);
    let near = neighbours(&found.merged(n), n);
    let topics: Vec<Topic> = (described.into_iter().enumerate())
        .map(|(number, description)| Topic {
            topic: number as u32,
            size: sizes[number],
            coherence_npmi: coherence(corpus, &rows_of, &description.terms),
            terms: description.words,
            label_vi: description.vi,
            label_en: description.en,
            parent: parents[number],
            central: central(corpus, &members[number], &ties),
            place: places[number],
            neighbours: near[number].clone(),
            stability: found.stability[number],
        })
        .collect();
    let (parts, part_of) = named_parts(found, &rows_of, &members);
    let assigned = |row: usize| Assignment {
        topic: (of[row] != NONE).then_some(of[row]),
        probability: ties[row].0,
        part: (part_of[row] != NONE).then_some(part_of[row]),
    };
    let mut by_document: Vec<(usize, usize)> = corpus.order.iter().copied().zip(0..).collect();
    by_document.sort_unstable();
    let rows: Vec<usize> = by_document.into_iter().map(|(_, row)| row).collect();
    Fitted {
        placing: Placing::of(corpus, &members),
        used_vectors: found.used_vectors,
        diversity: crate::diversity(keys.iter().map(Vec::as_slice)),
        fields: fields(corpus, &rows_of, &members, &parents),
        topics,
        parts,
        assignments: rows.iter().map(|row| assigned(*row)).collect(),
        shares: rows.iter().map(|row| ties[*row].1.clone()).collect(),
    }
}

impl Found<'_> {
    /// Shares of a row in the topics.
    fn shares(&self, row: usize) -> Vec<(u32, f32)> {
        match row.checked_sub(self.graph.n_nodes()) {
            Some(beyond) => shares(self.rest[beyond].iter().copied(), self.of),
            None => {
                let ties = self.graph.edges[row].iter();
                shares(ties.map(|(to, weight)| (*to, *weight as f32)), self.of)
            }
        }
    }

    /// The graph of the topics; its last node stands for no topic.
    fn merged(&self, n: usize) -> Graph {
        let number = |topic: &u32| if *topic == NONE { n as u32 } else { *topic };
        let of: Vec<u32> = self.of[..self.graph.n_nodes()].iter().map(number).collect();
        self.graph.merged(&of, n + 1)
    }
}

fn members(of: &[u32], n: usize) -> Vec<Vec<u32>> {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); n];
    for (row, topic) in of.iter().enumerate().filter(|(_, c)| **c != NONE) {
        members[*topic as usize].push(row as u32);
    }
    members
}

/// The mean direction of each topic, length 1.
fn centres(points: &Matrix, members: &[Vec<u32>]) -> Matrix {
    let mut centres = Matrix::zeros(members.len(), points.n_columns);
    for (topic, rows) in members.iter().enumerate() {
        let sum = centres.row_mut(topic);
        for row in rows {
            for (sum, value) in sum.iter_mut().zip(points.row(*row as usize)) {
                *sum += value;
            }
        }
    }
    centres.normalise_rows();
    centres
}

/// Coherence over the documents with a text, where there are enough: in bare
/// titles hardly any two words meet.
fn coherence(corpus: &Corpus<'_>, rows_of: &[Vec<u32>], terms: &[u32]) -> f64 {
    let telling = |row: &u32| corpus.is_telling[*row as usize];
    let lists: Vec<Vec<u32>> = (terms.iter())
        .map(|term| {
            rows_of[*term as usize]
                .iter()
                .copied()
                .filter(telling)
                .collect()
        })
        .collect();
    let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
    npmi(&lists, corpus.n_telling as usize)
}

/// What the terms are known by: two forms of one word are one.
fn keys(corpus: &Corpus<'_>, terms: &[u32]) -> Vec<String> {
    let key = |term: &u32| corpus.terms[*term as usize].key.clone();
    terms.iter().map(key).collect()
}

/// The parts of all topics, and the part of each row; [`NONE`] for none.
fn named_parts(
    found: &Found<'_>,
    rows_of: &[Vec<u32>],
    members: &[Vec<u32>],
) -> (Vec<Part>, Vec<u32>) {
    let corpus = found.corpus;
    let rows = parts(found.graph, members, found.rest);
    let described: Vec<Vec<Description>> = rows
        .iter()
        .map(|rows| describe(corpus, rows_of, rows))
        .collect();
    let mut of = vec![NONE; found.of.len()];
    let mut all = Vec::new();
    for (topic, (parts, described)) in rows.iter().zip(described).enumerate() {
        for (rows, description) in parts.iter().zip(described) {
            rows.iter()
                .for_each(|row| of[*row as usize] = all.len() as u32);
            all.push(Part {
                topic: topic as u32,
                size: rows.len(),
                coherence_npmi: coherence(corpus, rows_of, &description.terms),
                terms: description.words,
                label_vi: description.vi,
                label_en: description.en,
            });
        }
    }
    (all, of)
}

/// The fields, described like topics by the documents of theirs.
fn fields(
    corpus: &Corpus<'_>,
    rows_of: &[Vec<u32>],
    members: &[Vec<u32>],
    parents: &[u32],
) -> Vec<Field> {
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); n_topics(parents)];
    for (topic, parent) in members.iter().zip(parents) {
        rows[*parent as usize].extend(topic);
    }
    rows.iter_mut().for_each(|rows| rows.sort_unstable());
    let described = describe(corpus, rows_of, &rows);
    let field = described.into_iter().map(|description| Field {
        coherence_npmi: coherence(corpus, rows_of, &description.terms),
        terms: description.words,
        label_vi: description.vi,
        label_en: description.en,
    });
    field.collect()
}

fn central(corpus: &Corpus<'_>, rows: &[u32], ties: &[(f32, Vec<(u32, f32)>)]) -> Vec<usize> {
    let mut order = rows.to_vec();
    let share = |row: u32| ties[row as usize].0;
    order.sort_by(|a, b| share(*b).total_cmp(&share(*a)).then(a.cmp(b)));
    order.truncate(N_CENTRAL);
    let documents = order.into_iter().map(|row| corpus.order[row as usize]);
    documents.collect()
}
