//! The side of a search that looks for meaning: the candidates of the modes
//! `semantic` and `hybrid`, and their order.
//!
//! The candidate set, from which total, facets and every page come:
//! * `semantic`: the [`NEAREST`] records nearest to the question, of those that
//!   meet the filters and may be seen;
//! * `hybrid`: these, and all records that the words find.
//!
//! Every candidate of `hybrid` has one score whatever the page, see
//! [`crate::fusion`]; pages are cut from the order by it.

use std::{collections::BTreeMap, sync::Arc};

use embed::{Embedder, TextRole, normalise_length};
use index::{
    FullTextPage, FullTextQuery, FullTextStore, QueryExpr, analyse, is_stop_word,
    vectors::{VectorHit, VectorQuery, VectorStore},
};
use records::RecordId;

use crate::{
    SearchError, SearchRequest, Sort,
    fusion::{FusionParts, Nearby, Sight, fuse},
    query::{ParsedQuery, WantedText},
};

/// Records by meaning that are candidates: twice the depth that recall is
/// commonly measured at.
pub(crate) const NEAREST: usize = 200;

/// Best records by words that tell how much the words can see.
const PROBED: usize = 3;

/// A model and the vectors that it made.
#[derive(Clone)]
pub struct Meaning {
    /// The model.
    pub embedder: Arc<dyn Embedder>,
    /// Vectors of that model.
    pub vectors: Arc<dyn VectorStore>,
}

/// A page of candidates in their order.
pub(crate) struct MeaningPage {
    /// Total, facets, and the hits with their final scores.
    pub(crate) page: FullTextPage,
    /// For each hit of the page what its score is made of, and its best
    /// passage.
    pub(crate) parts: Vec<(FusionParts, Option<u32>)>,
}

/// The texts to embed for a query, with their weights: its likeliest readings
/// where its accents are missing, else itself; none for a query without words.
pub(crate) fn meant_texts(parsed: &ParsedQuery) -> Vec<(String, f32)> {
    if !parsed.meant.is_empty() {
        return parsed.meant.clone();
    }
    let texts: Vec<&str> = match &parsed.expr {
        QueryExpr::Words(words) if words.field.is_none() => vec![&words.text],
        _ => parsed.wanted.iter().map(wanted_text).collect(),
    };
    let text = texts.join(" ");
    let has_words = !text.trim().is_empty();
    has_words.then_some((text, 1.0)).into_iter().collect()
}

fn wanted_text(wanted: &WantedText) -> &str {
    match wanted {
        WantedText::Words(text) | WantedText::Phrase(text) | WantedText::Prefix(text) => text,
    }
}

impl Meaning {
    /// The nearest records to a question.
    ///
    /// * `texts`: readings of it with their weights, at least one.
    pub(crate) fn nearest(
        &self,
        texts: &[(String, f32)],
        request: &SearchRequest,
    ) -> Result<Vec<VectorHit>, SearchError> {
        Ok(self.vectors.search(&VectorQuery {
            vector: &self.question(texts)?,
            limit: NEAREST,
            filters: &request.filters,
            clearance: request.clearance,
        })?)
    }

    /// The vector of a question: the weighted mean of those of its readings.
    fn question(&self, texts: &[(String, f32)]) -> Result<Vec<f32>, SearchError> {
        let readings: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        let mut vectors = self.embedder.embed(&readings, TextRole::Query)?;
        let mut mean = vec![0.0; self.embedder.dim()];
        for (vector, (_, weight)) in vectors.iter().zip(texts) {
            let pairs = mean.iter_mut().zip(vector);
            pairs.for_each(|(mean, x)| *mean += weight * x);
        }
        // Readings that cancel out: the likeliest alone.
        Ok(match normalise_length(&mut mean) {
            Some(()) => mean,
            None => vectors.swap_remove(0),
        })
    }
}

/// Ranks by meaning alone.
pub(crate) fn by_meaning(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    nearest: &[VectorHit],
) -> Result<MeaningPage, SearchError> {
    let ids = nearest.iter().map(|hit| hit.id.clone()).collect();
    rank(full_text, request, QueryExpr::Ids(ids), None, nearest)
}

/// Ranks by words and meaning together.
///
/// * `words`: the question for the full text.
/// * `asked`: the question as typed.
/// * `same_language`: see [`Sight`].
pub(crate) fn by_both(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    (words, asked): (&QueryExpr, &str),
    nearest: &[VectorHit],
    same_language: f64,
) -> Result<MeaningPage, SearchError> {
    let ids = nearest.iter().map(|hit| hit.id.clone()).collect();
    let either = QueryExpr::Or(vec![words.clone(), QueryExpr::Ids(ids)]);
    let words = Some((words, asked, same_language));
    rank(full_text, request, either, words, nearest)
}

fn question(request: &SearchRequest, expr: QueryExpr) -> FullTextQuery {
    FullTextQuery {
        filters: request.filters.clone(),
        ..FullTextQuery::new(expr, request.clearance)
    }
}

fn rank(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    candidates: QueryExpr,
    words: Option<(&QueryExpr, &str, f64)>,
    nearest: &[VectorHit],
) -> Result<MeaningPage, SearchError> {
    let end = request.offset.saturating_add(request.limit);
    let by_relevance = request.sort == Sort::Relevance;
    let query = FullTextQuery {
        facets: request.facets.clone(),
        sort: request.sort,
        offset: if by_relevance { 0 } else { request.offset },
        // The best `end` of the fused come from the best `end` by words and
        // the nearest; the latter may stand anywhere among the former.
        limit: if by_relevance {
            end.saturating_add(NEAREST)
        } else {
            request.limit
        },
        ..question(request, candidates)
    };
    let mut page = full_text.search(&query)?;
    let lexical = match words {
        Some((expr, ..)) if !by_relevance => best_by_words(full_text, request, expr)?,
        Some(_) => with_scores(&page),
        None => Vec::new(),
    };
    let semantic = still_there(full_text, request, words.map(|(expr, ..)| expr), nearest)?;
    let sight = match words {
        Some((expr, asked, same_language)) => Sight {
            coverage: coverage(full_text, request, expr, asked, &lexical)?,
            same_language,
        },
        None => Sight::default(),
    };
    let order = fuse(&lexical, &semantic, sight);
    if by_relevance {
        page.hits = order
            .iter()
            .skip(request.offset)
            .take(request.limit)
            .map(|one| index::FullTextHit {
                id: one.id.clone(),
                score: one.score as f32,
                parts: Vec::new(),
            })
            .collect();
    }
    explain_words(full_text, request, words, &mut page)?;
    let same = order.first().map(|one| one.parts).unwrap_or_default();
    let parts = page.hits.iter().map(|hit| {
        let parts = order.iter().find(|one| one.id == hit.id);
        let near = nearest.iter().find(|near| near.id == hit.id);
        let of_words = || same.of_words(f64::from(hit.score));
        let parts = parts.map_or_else(of_words, |one| one.parts);
        (parts, near.map(|near| near.passage))
    });
    Ok(MeaningPage {
        parts: parts.collect(),
        page,
    })
}

/// What the words find of a page, best first.
fn with_scores(page: &FullTextPage) -> Vec<(RecordId, f64)> {
    let found = page.hits.iter().filter(|hit| hit.score > 0.0);
    found
        .map(|hit| (hit.id.clone(), f64::from(hit.score)))
        .collect()
}

/// The best record by words, against which the others are measured, where a
/// page is in another order.
fn best_by_words(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    words: &QueryExpr,
) -> Result<Vec<(RecordId, f64)>, SearchError> {
    let query = FullTextQuery {
        limit: PROBED,
        ..question(request, words.clone())
    };
    Ok(with_scores(&full_text.search(&query)?))
}

/// The nearest that the full text has too, with the scores of their words: an
/// index may be ahead of the other.
fn still_there(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    words: Option<&QueryExpr>,
    nearest: &[VectorHit],
) -> Result<Vec<Nearby>, SearchError> {
    let ids: Vec<RecordId> = nearest.iter().map(|hit| hit.id.clone()).collect();
    let limit = ids.len();
    let ids = QueryExpr::Ids(ids);
    let expr = match words {
        Some(words) => QueryExpr::Or(vec![ids.clone(), QueryExpr::And(vec![words.clone(), ids])]),
        None => ids,
    };
    let query = FullTextQuery {
        limit,
        ..question(request, expr)
    };
    let there: BTreeMap<RecordId, f32> = full_text
        .search(&query)?
        .hits
        .into_iter()
        .map(|hit| (hit.id, hit.score))
        .collect();
    let near = nearest.iter().filter_map(|hit| {
        let score = there.get(&hit.id)?;
        Some(Nearby {
            id: hit.id.clone(),
            cosine: f64::from(hit.cosine),
            lexical_score: words.map_or(0.0, |_| f64::from(*score)),
        })
    });
    Ok(near.collect())
}

/// The share of the words of the question that the best records by words hold;
/// of several records, the best share.
fn coverage(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    words: &QueryExpr,
    asked: &str,
    lexical: &[(RecordId, f64)],
) -> Result<f64, SearchError> {
    let mut wanted: Vec<String> = analyse(asked)
        .into_iter()
        .map(|token| token.exact)
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let telling: Vec<String> = wanted
        .iter()
        .filter(|word| !is_stop_word(word))
        .cloned()
        .collect();
    let wanted = if telling.is_empty() { wanted } else { telling };
    let probed: Vec<RecordId> = lexical
        .iter()
        .take(PROBED)
        .map(|(id, _)| id.clone())
        .collect();
    if wanted.is_empty() || probed.is_empty() {
        return Ok(0.0);
    }
    let found = terms_of(full_text, request, words, probed)?;
    let best = found.iter().map(|hit| {
        let holds = |word: &&String| {
            let folded = text::fold(word);
            hit.parts
                .iter()
                .any(|part| part.term == **word || text::fold(&part.term) == folded)
        };
        wanted.iter().filter(holds).count()
    });
    Ok(best.max().unwrap_or(0) as f64 / wanted.len() as f64)
}

fn terms_of(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    words: &QueryExpr,
    ids: Vec<RecordId>,
) -> Result<Vec<index::FullTextHit>, SearchError> {
    let query = FullTextQuery {
        limit: ids.len(),
        explain: true,
        ..question(
            request,
            QueryExpr::And(vec![words.clone(), QueryExpr::Ids(ids)]),
        )
    };
    Ok(full_text.search(&query)?.hits)
}

/// Puts the matched terms of the words beside the hits of a page.
fn explain_words(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    words: Option<(&QueryExpr, &str, f64)>,
    page: &mut FullTextPage,
) -> Result<(), SearchError> {
    let Some((words, ..)) = words.filter(|_| request.explain) else {
        return Ok(());
    };
    let ids = page.hits.iter().map(|hit| hit.id.clone()).collect();
    for found in terms_of(full_text, request, words, ids)? {
        if let Some(hit) = page.hits.iter_mut().find(|hit| hit.id == found.id) {
            hit.parts = found.parts;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
