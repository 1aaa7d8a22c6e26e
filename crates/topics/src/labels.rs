//! The terms that tell a topic from the others, and labels for people.
//!
//! A term's score in a topic is its part in the divergence of the topic from
//! the collection, `p(w|topic) · ln(p(w|topic) / p(w))`, with probabilities
//! over documents: a word must be both frequent in the topic and rare
//! elsewhere (class-based TF-IDF with information instead of a count; repeated
//! words of one document count once). That is weighed by the topic's share in
//! the scores of the term over all topics, so that terms belong to few topics.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    corpus::{BREAK, Corpus},
    wording::Wording,
};

/// Terms a topic has.
pub(crate) const N_TERMS: usize = 10;
/// Terms or phrases joined in a label.
const N_IN_LABEL: usize = 3;
/// How much a term must be the topic's own. Measured on 32,204 abstracts of
/// the ACL Anthology: 0 gives coherence .27 and diversity .62, 1 .18 and .90.
const OWNERSHIP: f64 = 0.8;
/// A term or phrase stands in at least this share of the topic's documents.
const MIN_SHARE: f64 = 0.02;
/// And in at least so many, in a topic that has many more.
const MIN_DOCUMENTS: u32 = 3;
/// A phrase says more than one of its words at the same score.
const PHRASE_BONUS: f64 = 1.5;

/// What describes one topic.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Description {
    /// Numbers of its terms, best first.
    pub(crate) terms: Vec<u32>,
    /// The terms as its documents write them.
    pub(crate) words: Vec<String>,
    /// Label from Vietnamese terms; `None` when it has none.
    pub(crate) vi: Option<String>,
    /// Label from terms of other languages; `None` when it has none.
    pub(crate) en: Option<String>,
}

/// For each term the rows that have it, ascending.
pub(crate) fn postings(corpus: &Corpus<'_>) -> Vec<Vec<u32>> {
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); corpus.terms.len()];
    for (row, words) in corpus.rows.iter().enumerate() {
        for word in words.iter().filter(|word| **word != BREAK) {
            let rows = &mut rows_of[*word as usize];
            if rows.last() != Some(&(row as u32)) {
                rows.push(row as u32);
            }
        }
    }
    rows_of
}

/// Describes topics; each holds its rows, ascending.
pub(crate) fn describe(
    corpus: &Corpus<'_>,
    rows_of: &[Vec<u32>],
    topics: &[Vec<u32>],
) -> Vec<Description> {
    let scored: Vec<Vec<(u32, f64)>> = topics
        .par_iter()
        .map(|rows| word_scores(corpus, rows_of, rows))
        .collect();
    let mut sums = vec![0.0f64; corpus.terms.len()];
    for (word, score) in scored.iter().flatten() {
        sums[*word as usize] += score;
    }
    let own = |(word, score): &(u32, f64)| {
        let share = score / sums[*word as usize];
        (*word, score * share.powf(OWNERSHIP))
    };
    (topics.par_iter().zip(&scored))
        .map(|(rows, words)| {
            let words = words.iter().map(own).collect();
            describe_one(corpus, rows_of, rows, words)
        })
        .collect()
}

/// Words with a positive score in the topic.
fn word_scores(corpus: &Corpus<'_>, rows_of: &[Vec<u32>], rows: &[u32]) -> Vec<(u32, f64)> {
    let scored = counts(corpus, rows).into_iter().map(|(word, n)| {
        let n_everywhere = rows_of[word as usize].len();
        (word, score(n, rows.len(), n_everywhere, corpus.n_rows()))
    });
    scored.filter(|(_, score)| *score > 0.0).collect()
}

/// Part of a word in the divergence of a topic of `n_in` documents, `n_with` of
/// which have it, from all `n_all`, `n_everywhere` of which have it.
fn score(n_with: u32, n_in: usize, n_everywhere: usize, n_all: usize) -> f64 {
    let inside = f64::from(n_with) / n_in as f64;
    inside * (inside * n_all as f64 / n_everywhere.max(1) as f64).ln()
}

fn describe_one(
    corpus: &Corpus<'_>,
    rows_of: &[Vec<u32>],
    rows: &[u32],
    mut words: Vec<(u32, f64)>,
) -> Description {
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let own_score = |word: u32| {
        let found = words.iter().find(|(other, _)| *other == word);
        found.map_or(0.0, |(_, score)| *score)
    };
    let mut parts: Vec<(Vec<u32>, f64)> = (words.iter().take(5 * N_TERMS))
        .map(|(word, score)| (vec![*word], *score))
        .collect();
    for (pair, n, n_everywhere) in phrases(corpus, rows_of, rows) {
        let whole = score(n, rows.len(), n_everywhere, corpus.n_rows());
        // As much its own as its words are.
        let shares = pair.map(own_score);
        parts.push((
            pair.to_vec(),
            PHRASE_BONUS * whole.min(shares[0] + shares[1]),
        ));
    }
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let of_language = |is_vietnamese: bool| {
        let is_wanted = |part: &&(Vec<u32>, f64)| {
            corpus.terms[part.0[0] as usize].is_vietnamese == is_vietnamese
        };
        label(parts.iter().filter(is_wanted).map(|part| &part.0))
    };
    let (vi, en) = (of_language(true), of_language(false));
    let terms = best_terms(corpus, &words);
    let alone = terms.chunks(1).map(<[u32]>::to_vec);
    let said: Vec<Vec<u32>> = vi.iter().chain(&en).cloned().chain(alone).collect();
    let said: Vec<&[u32]> = said.iter().map(Vec::as_slice).collect();
    let wording = Wording::read(corpus, rows, &said);
    Description {
        vi: wording.label(&vi),
        en: wording.label(&en),
        words: terms.iter().map(|term| wording.say(&[*term])).collect(),
        terms,
    }
}

/// The best words; one that is written the same in two languages, once.
fn best_terms(corpus: &Corpus<'_>, words: &[(u32, f64)]) -> Vec<u32> {
    let mut seen = FxHashSet::default();
    let words = words.iter().map(|(word, _)| *word);
    words
        .filter(|word| seen.insert(corpus.terms[*word as usize].surface.as_str()))
        .take(N_TERMS)
        .collect()
}

/// Documents of a topic in which a term must stand: words of one or two
/// documents are all its own, and say nothing about the others.
fn min_documents(rows: &[u32]) -> u32 {
    let share = (MIN_SHARE * rows.len() as f64).ceil() as u32;
    share.max(MIN_DOCUMENTS).min(rows.len().div_ceil(4) as u32)
}

/// Documents among `rows` that have each word, by word.
fn counts(corpus: &Corpus<'_>, rows: &[u32]) -> Vec<(u32, u32)> {
    let mut n_of: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
    for row in rows {
        for word in corpus.rows[*row as usize].iter().filter(|w| **w != BREAK) {
            let entry = n_of.entry(*word).or_insert((u32::MAX, 0));
            if entry.0 != *row {
                *entry = (*row, entry.1 + 1);
            }
        }
    }
    let min = min_documents(rows);
    n_of.retain(|_, (_, n)| *n >= min);
    let mut counted: Vec<(u32, u32)> = n_of.into_iter().map(|(w, (_, n))| (w, n)).collect();
    counted.sort_unstable();
    counted
}

/// Pairs of words that stand beside each other, with their documents in the
/// topic and in the collection.
fn phrases(corpus: &Corpus<'_>, rows_of: &[Vec<u32>], rows: &[u32]) -> Vec<([u32; 2], u32, usize)> {
    let mut n_of: FxHashMap<[u32; 2], (u32, u32)> = FxHashMap::default();
    for row in rows {
        for pair in corpus.rows[*row as usize].windows(2) {
            if pair.contains(&BREAK) || pair[0] == pair[1] {
                continue;
            }
            let entry = n_of.entry([pair[0], pair[1]]).or_insert((u32::MAX, 0));
            if entry.0 != *row {
                *entry = (*row, entry.1 + 1);
            }
        }
    }
    let min = min_documents(rows);
    n_of.retain(|_, (_, n)| *n >= min);
    let mut kept: Vec<([u32; 2], u32)> = n_of.into_iter().map(|(p, (_, n))| (p, n)).collect();
    kept.sort_unstable();
    kept.into_iter()
        .map(|(pair, n)| (pair, n, n_everywhere(corpus, rows_of, pair)))
        .collect()
}

/// Documents of the collection in which the pair stands together.
fn n_everywhere(corpus: &Corpus<'_>, rows_of: &[Vec<u32>], pair: [u32; 2]) -> usize {
    let [a, b] = pair.map(|word| &rows_of[word as usize]);
    let (few, other) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let stands = |row: &&u32| {
        other.binary_search(row).is_ok()
            && corpus.rows[**row as usize].windows(2).any(|w| w == pair)
    };
    few.iter().filter(stands).count()
}

/// The best parts that share no word.
fn label<'a>(parts: impl Iterator<Item = &'a Vec<u32>>) -> Vec<Vec<u32>> {
    let mut chosen: Vec<Vec<u32>> = Vec::new();
    for part in parts {
        if part
            .iter()
            .any(|word| chosen.iter().flatten().any(|used| used == word))
        {
            continue;
        }
        chosen.push(part.clone());
        if chosen.len() == N_IN_LABEL {
            break;
        }
    }
    chosen
}
