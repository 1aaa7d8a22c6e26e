//! Fitting: from documents to topics.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    corpus::{Corpus, Document},
    findings::{Found, finish},
    graph::Graph,
    hierarchy::{NONE, divide_and_tell, join_islands},
    latent,
    neighbours::nearest,
    parts::shares,
    placing::Placing,
    stability::stability,
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
    /// What later documents are placed by.
    pub placing: Placing,
    /// Whether vectors of meaning were used beside the words.
    pub used_vectors: bool,
    /// Parts of the topics, numbered from 0, by topic, larger ones first.
    pub parts: Vec<Part>,
    /// For each document, in the order given.
    pub assignments: Vec<Assignment>,
    /// For each document, in the order given, its shares in topics other than
    /// its own that count, the largest first.
    pub shares: Vec<Vec<(u32, f32)>>,
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
    /// Where it lies on a map, both coordinates in 0..=1.
    pub place: [f64; 2],
    /// The topics that it is tied to most, with the share of its ties to others
    /// that go there, the strongest first.
    pub neighbours: Vec<(u32, f64)>,
    /// Mean overlap (Jaccard) with its likeness in fits of parts of the
    /// documents, 0..=1; 0.75 and more is stable (Hennig 2007).
    pub stability: f64,
}

/// A part of a topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// The topic that it is a part of.
    pub topic: u32,
    /// Documents in it.
    pub size: usize,
    /// Label in Vietnamese; `None` when none of its words is.
    pub label_vi: Option<String>,
    /// Label in the other language of its words.
    pub label_en: Option<String>,
    /// Words that tell it from the other parts, best first; at most ten.
    pub terms: Vec<String>,
    /// Coherence of the terms: mean NPMI over documents, −1..=1.
    pub coherence_npmi: f64,
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
    /// The part of the topic that it is in; `None` when the topic has none, or
    /// the document is not near any.
    pub part: Option<u32>,
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

/// Fewest neighbours of a document in the graph: 15 is what UMAP and
/// PhenoGraph use.
const FEWEST_NEIGHBOURS: usize = 15;
/// Most neighbours: beyond these the communities hardly change and the time
/// grows (`docs/topics.md`, SIB-200).
const MOST_NEIGHBOURS: usize = 50;
/// Neighbours are at most this part of an average topic, so that most of them
/// can lie in one.
const PART_OF_TOPIC: usize = 3;
/// Documents that the communities are found in; further ones go to the topic
/// of their neighbours among these. 80,000 take about 20 s on two cores.
const N_SAMPLE: usize = 80_000;

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
    let n_wanted = match options.count {
        TopicCount::Auto => auto_count(n_sample),
        TopicCount::Exactly(n) => n,
    };
    let n_neighbours = neighbour_count(n_sample, options.count);
    (options.progress)("finding neighbours");
    let near = nearest(&points, 0..n_sample, n_sample, n_neighbours);
    (options.progress)("finding communities");
    let graph = Graph::of_shared_neighbours(&near);
    let min_size = (n_sample / (20 * n_wanted)).clamp(1, 50);
    let (mut of, resolution) = divide_and_tell(&graph, n_wanted, min_size);
    if options.count != TopicCount::Auto {
        join_islands(&mut of, &points, n_wanted);
    }
    let how = (resolution, n_wanted, min_size);
    (options.progress)("measuring stability");
    let stable = stability(&near, &of, n_topics(&of), how);
    drop(near);
    let rest = nearest(&points, n_sample..corpus.n_rows(), n_sample, n_neighbours);
    for row in &rest {
        let voted = shares(row.iter().copied(), &of[..n_sample]);
        of.push(voted.first().map_or(NONE, |(topic, _)| *topic));
    }
    let before = of.clone();
    if let Some(regroup) = options.regroup {
        regroup_rows(&corpus, &mut of, regroup);
    }
    let of = by_size(of);
    (options.progress)("naming topics");
    Ok(finish(&Found {
        used_vectors: latent::n_coordinates(documents).is_some(),
        stability: carried(&before, &stable, &of),
        corpus: &corpus,
        points: &points,
        graph: &graph,
        rest: &rest,
        of: &of,
    }))
}

/// Stability of the topics after people's decisions: that of the topic found
/// which most of the documents come from.
fn carried(before: &[u32], stable: &[f64], of: &[u32]) -> Vec<f64> {
    let mut from: Vec<BTreeMap<u32, usize>> = vec![BTreeMap::new(); n_topics(of)];
    let both = of.iter().zip(before);
    for (topic, found) in both.filter(|(topic, found)| **topic != NONE && **found != NONE) {
        *from[*topic as usize].entry(*found).or_default() += 1;
    }
    let most = |of: &BTreeMap<u32, usize>| {
        let best = of.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        best.map_or(0.0, |(found, _)| stable[*found as usize])
    };
    from.iter().map(most).collect()
}

/// Lets people's decisions move documents between topics.
fn regroup_rows(corpus: &Corpus<'_>, of: &mut [u32], regroup: Regroup<'_>) {
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

/// How many neighbours tie a document to others: more where few large topics
/// are asked for, whose parts fewer would leave apart.
fn neighbour_count(n: usize, wanted: TopicCount) -> usize {
    match wanted {
        TopicCount::Auto => FEWEST_NEIGHBOURS,
        TopicCount::Exactly(n_topics) => {
            (n / n_topics / PART_OF_TOPIC).clamp(FEWEST_NEIGHBOURS, MOST_NEIGHBOURS)
        }
    }
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

/// How many topics are numbered.
pub(crate) fn n_topics(of: &[u32]) -> usize {
    let there = of.iter().filter(|c| **c != NONE);
    there.max().map_or(0, |last| *last as usize + 1)
}
