//! The side of a search that looks for meaning: the candidates of the modes
//! `semantic` and `hybrid`, and their order.
//!
//! The candidate set, from which total, facets and every page come:
//! * `semantic`: the [`NEAREST`] records nearest to the question, of those that
//!   meet the filters and may be seen;
//! * `hybrid`: these, and all records that the words find.
//!
//! In `hybrid` the best [`FUSED`] by words and the nearest are fused and stand
//! first; what else the words find follows in its order.

use std::sync::Arc;

use embed::{Embedder, TextRole};
use index::{
    FullTextPage, FullTextQuery, FullTextStore, QueryExpr, analyse, is_stop_word,
    vectors::{VectorHit, VectorQuery, VectorStore},
};
use records::RecordId;

use crate::{
    SearchError, SearchRequest, Sort,
    fusion::{Fused, FusionParts, fuse},
    query::{ParsedQuery, WantedText},
};

/// Records by meaning that are candidates: twice the depth that recall is
/// commonly measured at.
pub(crate) const NEAREST: usize = 200;

/// Best records by words that are fused with the nearest.
const FUSED: usize = 200;

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

/// The text to embed for a query: with its accents restored where they lack.
pub(crate) fn meant_text(parsed: &ParsedQuery) -> Option<String> {
    let texts: Vec<&str> = match &parsed.expr {
        QueryExpr::Words(words) if words.field.is_none() => {
            let restored = words.variants.first().map(|(text, _)| text.as_str());
            vec![restored.unwrap_or(&words.text)]
        }
        _ => parsed.wanted.iter().map(wanted_text).collect(),
    };
    let text = texts.join(" ");
    (!text.trim().is_empty()).then_some(text)
}

fn wanted_text(wanted: &WantedText) -> &str {
    match wanted {
        WantedText::Words(text) | WantedText::Phrase(text) | WantedText::Prefix(text) => text,
    }
}

impl Meaning {
    /// The nearest records to a text.
    pub(crate) fn nearest(
        &self,
        text: &str,
        request: &SearchRequest,
    ) -> Result<Vec<VectorHit>, SearchError> {
        let vectors = self.embedder.embed(&[text], TextRole::Query)?;
        Ok(self.vectors.search(&VectorQuery {
            vector: &vectors[0],
            limit: NEAREST,
            filters: &request.filters,
            clearance: request.clearance,
        })?)
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
pub(crate) fn by_both(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    words: &QueryExpr,
    asked: &str,
    nearest: &[VectorHit],
) -> Result<MeaningPage, SearchError> {
    let ids = nearest.iter().map(|hit| hit.id.clone()).collect();
    let either = QueryExpr::Or(vec![words.clone(), QueryExpr::Ids(ids)]);
    rank(full_text, request, either, Some((words, asked)), nearest)
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
    words: Option<(&QueryExpr, &str)>,
    nearest: &[VectorHit],
) -> Result<MeaningPage, SearchError> {
    let end = request.offset.saturating_add(request.limit);
    let by_relevance = request.sort == Sort::Relevance;
    let query = FullTextQuery {
        facets: request.facets.clone(),
        sort: request.sort,
        offset: if by_relevance { 0 } else { request.offset },
        // Enough for the fused ones, and for a page behind them.
        limit: if by_relevance {
            (FUSED + NEAREST).max(end + NEAREST)
        } else {
            request.limit
        },
        ..question(request, candidates)
    };
    let mut page = full_text.search(&query)?;
    let lexical: Vec<(RecordId, f64)> = page
        .hits
        .iter()
        .filter(|hit| hit.score > 0.0 && words.is_some())
        .map(|hit| (hit.id.clone(), f64::from(hit.score)))
        .collect();
    let semantic = still_there(full_text, request, nearest)?;
    let head = &lexical[..lexical.len().min(FUSED)];
    let coverage = match words {
        Some((expr, asked)) => coverage(full_text, request, expr, asked, head)?,
        None => 0.0,
    };
    let mut order = fuse(head, &semantic, coverage);
    let tail = lexical[head.len()..].iter().zip(head.len() + 1..);
    let is_fused = |id: &RecordId| semantic.iter().any(|(near, _)| near == id);
    order.extend(
        tail.filter(|((id, _), _)| !is_fused(id))
            .map(|((id, _), rank)| Fused {
                id: id.clone(),
                score: 0.0,
                parts: FusionParts {
                    lexical_rank: Some(rank),
                    ..FusionParts::default()
                },
            }),
    );
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
    let parts = page.hits.iter().map(|hit| {
        let parts = order.iter().find(|one| one.id == hit.id);
        let near = nearest.iter().find(|near| near.id == hit.id);
        let parts = parts.map(|one| one.parts).unwrap_or_default();
        (parts, near.map(|near| near.passage))
    });
    Ok(MeaningPage {
        parts: parts.collect(),
        page,
    })
}

/// The nearest that the full text has too, with their cosines: an index may be
/// ahead of the other.
fn still_there(
    full_text: &dyn FullTextStore,
    request: &SearchRequest,
    nearest: &[VectorHit],
) -> Result<Vec<(RecordId, f64)>, SearchError> {
    let ids: Vec<RecordId> = nearest.iter().map(|hit| hit.id.clone()).collect();
    let query = FullTextQuery {
        limit: ids.len(),
        ..question(request, QueryExpr::Ids(ids))
    };
    let there = full_text.search(&query)?.hits;
    let there: std::collections::BTreeSet<RecordId> = there.into_iter().map(|hit| hit.id).collect();
    let near = nearest.iter().filter(|hit| there.contains(&hit.id));
    Ok(near
        .map(|hit| (hit.id.clone(), f64::from(hit.cosine)))
        .collect())
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
    words: Option<(&QueryExpr, &str)>,
    page: &mut FullTextPage,
) -> Result<(), SearchError> {
    let Some((words, _)) = words.filter(|_| request.explain) else {
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
