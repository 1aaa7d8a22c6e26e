//! Which records are worth a closer look: those nearest to a passage by meaning
//! and those that hold most of its words.

use std::collections::BTreeMap;

use embed::{EmbedError, TextRole};
use index::{FullTextQuery, QueryExpr, Words, vectors::VectorQuery};
use records::RecordId;

use super::{OverlapRequest, manuscript::Passage};
use crate::{Meaning, SearchError, Searcher, query::MAX_WORDS};

/// Records by meaning for each passage.
const NEAREST: usize = 10;

/// Records by words for each passage.
const BEST: usize = 5;

/// Records that are compared passage by passage: each costs a read of all its
/// passages.
const MOST: usize = 80;

/// Texts that go to the model together.
const TEXTS_AT_ONCE: usize = 32;

/// Why a record is worth a look.
#[derive(Debug, Clone, Copy, Default)]
struct Reason {
    /// Passages that hold its words best of all.
    n_first: usize,
    /// The highest cosine.
    cosine: f32,
}

impl Searcher {
    /// Embeds `passages` and gives the records worth a closer look, the best
    /// first.
    pub(super) fn candidates(
        &self,
        meaning: Option<&Meaning>,
        passages: &mut [Passage],
        request: &OverlapRequest,
    ) -> Result<Vec<RecordId>, SearchError> {
        let mut reasons: BTreeMap<RecordId, Reason> = BTreeMap::new();
        if let Some(meaning) = meaning {
            embed(meaning, passages)?;
            self.by_nearness(meaning, passages, request, &mut reasons)?;
        }
        for passage in &*passages {
            for (rank, id) in self.by_words_of(passage, request)?.into_iter().enumerate() {
                reasons.entry(id).or_default().n_first += usize::from(rank == 0);
            }
        }
        if let Some(except) = &request.except {
            reasons.remove(except);
        }
        let mut found: Vec<(RecordId, Reason)> = reasons.into_iter().collect();
        // Whatever holds a passage's words best may be its source; then the
        // nearest. Stable, and the map was in the order of ids.
        found.sort_by(|(_, a), (_, b)| {
            let of_words = (b.n_first > 0).cmp(&(a.n_first > 0));
            of_words.then(b.cosine.total_cmp(&a.cosine))
        });
        found.truncate(MOST);
        Ok(found.into_iter().map(|(id, _)| id).collect())
    }

    fn by_nearness(
        &self,
        meaning: &Meaning,
        passages: &[Passage],
        request: &OverlapRequest,
        reasons: &mut BTreeMap<RecordId, Reason>,
    ) -> Result<(), SearchError> {
        for vector in passages
            .iter()
            .filter_map(|passage| passage.vector.as_ref())
        {
            let near = meaning.vectors.search(&VectorQuery {
                vector,
                limit: NEAREST,
                filters: &request.filters,
                clearance: request.clearance,
            })?;
            for hit in near {
                let reason = reasons.entry(hit.id).or_default();
                reason.cosine = reason.cosine.max(hit.cosine);
            }
        }
        Ok(())
    }

    fn by_words_of(
        &self,
        passage: &Passage,
        request: &OverlapRequest,
    ) -> Result<Vec<RecordId>, SearchError> {
        let text: Vec<&str> = passage.text.split_whitespace().take(MAX_WORDS).collect();
        let words = QueryExpr::Words(Words {
            text: text.join(" "),
            min_share: Some(0.0),
            ..Words::default()
        });
        let query = FullTextQuery {
            filters: request.filters.clone(),
            limit: BEST,
            ..FullTextQuery::new(words, request.clearance)
        };
        let page = self.full_text.search(&query)?;
        let ids = page.hits.into_iter().map(|hit| hit.id);
        // The text of a record holds its own words best.
        Ok(ids
            .filter(|id| request.except.as_ref() != Some(id))
            .collect())
    }
}

/// Gives each passage its vector; none to what a model cannot see.
pub(crate) fn embed(meaning: &Meaning, passages: &mut [Passage]) -> Result<(), SearchError> {
    for chunk in passages.chunks_mut(TEXTS_AT_ONCE) {
        let mut wanted: Vec<usize> = (0..chunk.len()).collect();
        loop {
            let texts: Vec<&str> = wanted.iter().map(|at| chunk[*at].text.as_str()).collect();
            match meaning.embedder.embed(&texts, TextRole::Passage) {
                Ok(vectors) => {
                    for (at, vector) in wanted.into_iter().zip(vectors) {
                        chunk[at].vector = Some(vector);
                    }
                    break;
                }
                Err(EmbedError::Empty { index }) if index < wanted.len() => {
                    wanted.remove(index);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
