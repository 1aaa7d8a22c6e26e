//! Records that are about the same as one record.
//!
//! With vectors: the records nearest to the mean of its passages, by the cosine
//! of their nearest passage. Without: those that hold the words of its title,
//! and the answer says so.

use catalog::Detail;
use embed::normalise_length;
use index::{FullTextHit, FullTextPage, vectors::VectorQuery};
use records::RecordId;

use crate::{
    Hit, Mode, Notice, SearchError, SearchRequest, Searcher, highlight::Highlighter, query,
};

/// Records like one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// What ranked: meaning, or the words of the title.
    pub mode: Mode,
    /// What the reader should know.
    pub notices: Vec<String>,
    /// The records, the most alike first. By meaning, scores are cosines.
    pub hits: Vec<Hit>,
}

impl Searcher {
    /// At most `limit` records like `id`, of those that the request's filters
    /// and clearance let through; `None` when there is no such record to be
    /// seen. The words of the request are not looked at.
    ///
    /// # Errors
    /// When a store fails, or a filter cannot be read.
    pub fn similar(
        &self,
        id: &RecordId,
        request: &SearchRequest,
    ) -> Result<Option<Similar>, SearchError> {
        let stored = self.catalog.get(id, request.clearance, Detail::Summary)?;
        let Some(stored) = stored else {
            return Ok(None);
        };
        let request = SearchRequest {
            query: stored.record.display_title(&request.lang).to_owned(),
            offset: 0,
            // The record is like itself.
            limit: request.limit.saturating_add(1),
            explain: false,
            passages: false,
            ..request.clone()
        };
        let by_meaning = self.near_record(id, &request)?;
        let (mode, page, notices) = match by_meaning {
            Some(page) => (Mode::Semantic, page, Vec::new()),
            None => (
                Mode::Lexical,
                self.holding_any(&request)?,
                vec![Notice::TitleOnly.text(&request.lang)],
            ),
        };
        let highlighter = Highlighter::new(&[]);
        let mut hits = self.hits(page, &request, &highlighter)?;
        hits.retain(|hit| hit.id != *id);
        hits.truncate(request.limit - 1);
        Ok(Some(Similar {
            mode,
            notices,
            hits,
        }))
    }

    /// The records nearest to a record; `None` when it has no vectors here.
    fn near_record(
        &self,
        id: &RecordId,
        request: &SearchRequest,
    ) -> Result<Option<FullTextPage>, SearchError> {
        let Some(meaning) = &self.meaning else {
            return Ok(None);
        };
        let passages = meaning.vectors.passages(id, request.clearance)?;
        let mut mean = vec![0.0_f32; meaning.vectors.model().dim];
        for (_, vector) in &passages {
            mean.iter_mut().zip(vector).for_each(|(m, v)| *m += v);
        }
        // No passages, or passages that cancel out.
        if normalise_length(&mut mean).is_none() {
            return Ok(None);
        }
        let found = meaning.vectors.search(&VectorQuery {
            vector: &mean,
            limit: request.limit,
            filters: &request.filters,
            clearance: request.clearance,
        })?;
        let hits = found.into_iter().map(|near| FullTextHit {
            id: near.id,
            score: near.cosine,
            parts: Vec::new(),
        });
        Ok(Some(FullTextPage {
            hits: hits.collect(),
            ..FullTextPage::default()
        }))
    }

    /// The records that hold any words of the request.
    fn holding_any(&self, request: &SearchRequest) -> Result<FullTextPage, SearchError> {
        let parsed = query::parse_plain(&request.query);
        let query = crate::searcher::full_text_query(request, &parsed, Some(0.0));
        Ok(self.full_text.search(&query)?)
    }
}
