//! Fitting: from documents to topics.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::{
    corpus::{Corpus, Document},
    graph::Graph,
    hierarchy::{NONE, divide, join_islands},
    labels::{describe, postings},
    latent,
    neighbours::nearest,
    quality::npmi,
};

/// How many topics there shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicCount {
    /// A number that people can use, growing slowly with the collection.
    Auto,
    /// This number, as far as the collection falls apart into so many.
    Exactly(usize),
}

/// What shapes a fit.
#[derive(Clone, Copy)]
pub struct FitOptions<'a> {
    /// How many topics.
    pub count: TopicCount,
    /// Start of the random directions; the result hardly depends on it.
    pub seed: u64,
    /// Words that stand in nearly every text, in lower case.
    pub is_stop_word: &'a (dyn Fn(&str) -> bool + Sync),
    /// Told what is done, before each stage.
    pub progress: &'a dyn Fn(&'static str),
    /// What people decided, which stands above what was found; `None` for
    /// nothing.
    pub regroup: Option<Regroup<'a>>,
}

/// For the topic found of each document, in the order given, the topic that it
/// shall be in. Numbers mean nothing beyond "the same topic".
pub type Regroup<'a> = &'a dyn Fn(&[Option<u32>]) -> Vec<Option<u32>>;

/// What became of the documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The topics, largest first, numbered from 0.
    pub topics: Vec<Topic>,
    /// The fields that they belong to, numbered from 0.
    pub fields: Vec<Field>,
    /// For each document, in the order given.
    pub assignments: Vec<Assignment>,
    /// Share of different terms over all topics, 0..=1.
    pub diversity: f64,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topic {
    /// Its number from 0; larger topics first.
    pub topic: u32,
    /// Documents in it.
    pub size: usize,
    /// Label in Vietnamese; `None` when none of its words is.
    pub label_vi: Option<String>,
    /// Label in the other language of its words, which is mostly English.
    pub label_en: Option<String>,
    /// Words that tell it from the others, best first; at most ten.
    pub terms: Vec<String>,
    /// Coherence of the terms: mean NPMI over documents, −1..=1.
    pub coherence_npmi: f64,
    /// The field it belongs to: fields are numbered from 0.
    pub parent: u32,
    /// Documents that lie deepest inside it, as numbers of the documents given.
    pub central: Vec<usize>,
}

/// A field: topics that are tied to each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Label in Vietnamese; `None` when none of its words is.
    pub label_vi: Option<String>,
    /// Label in the other language of its words.
    pub label_en: Option<String>,
    /// Words that tell it from the other fields, best first; at most ten.
    pub terms: Vec<String>,
    /// Coherence of the terms: mean NPMI over documents, −1..=1.
    pub coherence_npmi: f64,
}

/// The topic of one document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Its topic; `None` for an outlier: a document without words, or without
    /// any neighbour.
    pub topic: Option<u32>,
    /// Share of its ties to neighbours that stay in the topic, 0..=1; 0 for an
    /// outlier.
    pub probability: f32,
}

/// Why no topics were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// Nothing to find topics in.
    #[error("there are no documents; give at least one")]
    Empty,
    /// No topic was asked for.
    #[error("0 topics were asked for; ask for at least 1, or `auto`")]
    NoTopics,
}

/// Neighbours of a document in the graph: 15 is what UMAP and PhenoGraph use
/// for collections of this size.
const N_NEIGHBOURS: usize = 15;
/// Documents that the communities are found in; further ones go to the topic
/// of their neighbours among these. 80,000 take about 20 s on two cores.
const N_SAMPLE: usize = 80_000;
/// Documents of a topic that stand for it.
const N_CENTRAL: usize = 20;

/// Finds topics.
///
/// # Errors
/// [`FitError`] when nothing was given or asked for.
pub fn fit(documents: &[Document<'_>], options: &FitOptions<'_>) -> Result<Fitted, FitError> {
    if documents.is_empty() {
        return Err(FitError::Empty);
    }
    if options.count == TopicCount::Exactly(0) {
        return Err(FitError::NoTopics);
    }
    (options.progress)("reading words");
    let corpus = Corpus::read(documents, options.is_stop_word);
    (options.progress)("finding the latent space");
    let points = latent::points(&corpus, documents, options.seed);
    let n_sample = corpus.n_rows().min(N_SAMPLE);
    (options.progress)("finding neighbours");
    let near = nearest(&points, 0..n_sample, n_sample, N_NEIGHBOURS);
    (options.progress)("finding communities");
    let graph = Graph::of_shared_neighbours(&near);
    let n_wanted = match options.count {
        TopicCount::Auto => auto_count(n_sample),
        TopicCount::Exactly(n) => n,
    };
    let min_size = (n_sample / (20 * n_wanted)).clamp(1, 50);
    let mut of = divide(&graph, n_wanted, min_size);
    if options.count != TopicCount::Auto {
        join_islands(&mut of, &points, n_wanted);
    }
    let mut shares: Vec<f32> = (0..n_sample).map(|row| share(&graph, &of, row)).collect();
    let rest = nearest(&points, n_sample..corpus.n_rows(), n_sample, N_NEIGHBOURS);
    for row in rest {
        let (topic, share) = vote(&row, &of);
        of.push(topic);
        shares.push(share);
    }
    if let Some(regroup) = options.regroup {
        regroup_rows(&corpus, &mut of, regroup);
    }
    (options.progress)("naming topics");
    Ok(finish(&corpus, &graph, &by_size(of), &shares))
}

/// Lets people's decisions move documents between topics.
fn regroup_rows(corpus: &Corpus, of: &mut [u32], regroup: Regroup<'_>) {
    let mut found = vec![None; of.len()];
    for (row, at) in corpus.order.iter().enumerate() {
        found[*at] = (of[row] != NONE).then_some(of[row]);
    }
    let wanted = regroup(&found);
    for (row, at) in corpus.order.iter().enumerate() {
        of[row] = wanted[*at].unwrap_or(NONE);
    }
}

/// `1.5 · n^0.4`: 15 topics of 300 documents, 95 of 32,000, 380 of a million.
fn auto_count(n: usize) -> usize {
    ((1.5 * (n as f64).powf(0.4)).round() as usize).clamp(1, n)
}

/// Share of a node's ties that stay in its community.
fn share(graph: &Graph, of: &[u32], node: usize) -> f32 {
    let (mut inside, mut all) = (0.0, 0.0);
    for (to, weight) in &graph.edges[node] {
        all += weight;
        if of[*to as usize] == of[node] {
            inside += weight;
        }
    }
    if of[node] == NONE || all <= 0.0 {
        return 0.0;
    }
    (inside / all) as f32
}

/// The topic of most similarity among the neighbours, and its share.
fn vote(row: &[(u32, f32)], of: &[u32]) -> (u32, f32) {
    let mut votes: FxHashMap<u32, f32> = FxHashMap::default();
    for (id, similarity) in row.iter().filter(|(id, _)| of[*id as usize] != NONE) {
        *votes.entry(of[*id as usize]).or_default() += similarity;
    }
    let all: f32 = row.iter().map(|(_, similarity)| similarity).sum();
    let best = votes
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    best.map_or((NONE, 0.0), |(topic, votes)| (topic, votes / all))
}

/// Numbers topics by size, the largest first, ties by their lower number.
fn by_size(mut of: Vec<u32>) -> Vec<u32> {
    let n = n_topics(&of);
    let mut sizes = vec![0usize; n];
    for c in of.iter().filter(|c| **c != NONE) {
        sizes[*c as usize] += 1;
    }
    let mut order: Vec<usize> = (0..n).filter(|c| sizes[*c] > 0).collect();
    order.sort_by_key(|c| (std::cmp::Reverse(sizes[*c]), *c));
    let mut names = vec![0; n];
    for (name, old) in order.into_iter().enumerate() {
        names[old] = name as u32;
    }
    for c in of.iter_mut().filter(|c| **c != NONE) {
        *c = names[*c as usize];
    }
    of
}

fn n_topics(of: &[u32]) -> usize {
    let there = of.iter().filter(|c| **c != NONE);
    there.max().map_or(0, |last| *last as usize + 1)
}

fn finish(corpus: &Corpus, graph: &Graph, of: &[u32], shares: &[f32]) -> Fitted {
    let n = n_topics(of);
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); n];
    for (row, topic) in of.iter().enumerate().filter(|(_, c)| **c != NONE) {
        members[*topic as usize].push(row as u32);
    }
    let rows_of = postings(corpus);
    let parents = parents(graph, of, n);
    let described = describe(corpus, &rows_of, &members);
    let fields = fields(corpus, &rows_of, &members, &parents);
    let topics: Vec<Topic> = members
        .iter()
        .zip(described)
        .enumerate()
        .map(|(number, (rows, description))| Topic {
            topic: number as u32,
            size: rows.len(),
            coherence_npmi: coherence(corpus, &rows_of, &description.terms),
            terms: surfaces(corpus, &description.terms),
            label_vi: description.vi,
            label_en: description.en,
            parent: parents[number],
            central: central(corpus, rows, shares),
        })
        .collect();
    let mut assignments = vec![
        Assignment {
            topic: None,
            probability: 0.0
        };
        of.len()
    ];
    for (row, at) in corpus.order.iter().enumerate() {
        assignments[*at] = Assignment {
            topic: (of[row] != NONE).then_some(of[row]),
            probability: shares[row],
        };
    }
    Fitted {
        diversity: crate::diversity(topics.iter().map(|topic| topic.terms.as_slice())),
        topics,
        fields,
        assignments,
    }
}

fn coherence(corpus: &Corpus, rows_of: &[Vec<u32>], terms: &[u32]) -> f64 {
    let lists: Vec<&[u32]> = (terms.iter())
        .map(|term| rows_of[*term as usize].as_slice())
        .collect();
    npmi(&lists, corpus.n_rows())
}

fn surfaces(corpus: &Corpus, terms: &[u32]) -> Vec<String> {
    let surface = |term: &u32| corpus.terms[*term as usize].surface.clone();
    terms.iter().map(surface).collect()
}

/// The fields, described like topics by the documents of theirs.
fn fields(
    corpus: &Corpus,
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
        terms: surfaces(corpus, &description.terms),
        label_vi: description.vi,
        label_en: description.en,
    });
    field.collect()
}

/// The field of each topic: communities of topics, about the square root of
/// their number.
fn parents(graph: &Graph, of: &[u32], n: usize) -> Vec<u32> {
    let of = &of[..graph.n_nodes()];
    let whole: Vec<u32> = of
        .iter()
        .map(|c| if *c == NONE { n as u32 } else { *c })
        .collect();
    let merged = graph.merged(&whole, n + 1);
    let topics: Vec<u32> = (0..n as u32).collect();
    let n_wanted = (n as f64).sqrt().round() as usize;
    let mut fields = divide(&merged.part(&topics), n_wanted, 1);
    // A topic without ties is a field of its own.
    let n_fields = n_topics(&fields) as u32;
    let alone = fields.iter_mut().filter(|field| **field == NONE);
    alone.zip(n_fields..).for_each(|(field, own)| *field = own);
    fields
}

fn central(corpus: &Corpus, rows: &[u32], shares: &[f32]) -> Vec<usize> {
    let mut order = rows.to_vec();
    order.sort_by(|a, b| {
        shares[*b as usize]
            .total_cmp(&shares[*a as usize])
            .then(a.cmp(b))
    });
    order.truncate(N_CENTRAL);
    order
        .into_iter()
        .map(|row| corpus.order[row as usize])
        .collect()
}
