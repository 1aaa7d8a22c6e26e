//! Records that are about the same as one record, or as a text from outside.
//!
//! With vectors: the records nearest to the mean of its passages, by the cosine
//! of their nearest passage. Without: those that hold the words of its title (of
//! a text, of its beginning), and the answer says so.

use catalog::Detail;
use embed::normalise_length;
use index::{FullTextHit, FullTextPage, vectors::VectorQuery};
use records::RecordId;

use crate::{
    Hit, Manuscript, Meaning, Mode, Notice, SearchError, SearchRequest, Searcher,
    highlight::Highlighter, overlap, query,
};

/// Passages of a text that its mean is taken of: some pages, in which a work says
/// what it is about; each costs as much time as ten queries.
const SIMILAR_PASSAGES: usize = 24;

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

    /// At most `limit` records about the same as a text, of those that the
    /// request's filters and clearance let through. The words of the request
    /// are not looked at.
    ///
    /// # Errors
    /// [`SearchError::BadQuery`] for a text without words; the others when a
    /// store or the model fails, or a filter cannot be read.
    pub fn similar_to(
        &self,
        text: &Manuscript,
        request: &SearchRequest,
    ) -> Result<Similar, SearchError> {
        let meaning = self.meaning();
        let meaning = meaning.as_ref();
        let mut passages = text.passages(meaning);
        let Some(first) = passages.first() else {
            return Err(overlap::no_words());
        };
        let request = SearchRequest {
            query: first.text.clone(),
            offset: 0,
            explain: false,
            passages: false,
            ..request.clone()
        };
        let n_passages = passages.len();
        passages.truncate(SIMILAR_PASSAGES);
        let mut notices = Vec::new();
        let mut by_meaning = None;
        if let Some(meaning) = meaning {
            overlap::embed(meaning, &mut passages)?;
            let vectors = passages
                .iter()
                .filter_map(|passage| passage.vector.as_deref());
            by_meaning = near(meaning, vectors, &request)?;
            if passages.len() < n_passages {
                let kept = passages.len();
                let of = n_passages;
                notices.push(Notice::MeanOfFirst { kept, of }.text(&request.lang));
            }
        }
        let (mode, page) = match by_meaning {
            Some(page) => (Mode::Semantic, page),
            None => {
                notices = vec![Notice::BeginningOnly.text(&request.lang)];
                (Mode::Lexical, self.holding_any(&request)?)
            }
        };
        Ok(Similar {
            mode,
            notices,
            hits: self.hits(page, &request, &Highlighter::new(&[]))?,
        })
    }

    /// The records nearest to a record; `None` when it has no vectors here.
    fn near_record(
        &self,
        id: &RecordId,
        request: &SearchRequest,
    ) -> Result<Option<FullTextPage>, SearchError> {
        let Some(meaning) = self.meaning() else {
            return Ok(None);
        };
        let passages = meaning.vectors.passages(id, request.clearance)?;
        let vectors = passages.iter().map(|(_, vector)| vector.as_slice());
        near(&meaning, vectors, request)
    }

    /// The records that hold any words of the request.
    fn holding_any(&self, request: &SearchRequest) -> Result<FullTextPage, SearchError> {
        let parsed = query::parse_plain(&request.query);
        let query = crate::searcher::full_text_query(request, &parsed, Some(0.0));
        Ok(self.full_text.search(&query)?)
    }
}

/// The records nearest to the mean of `vectors`; `None` of none, of such as
/// cancel out, and where there is nothing to compare them with yet.
fn near<'a>(
    meaning: &Meaning,
    vectors: impl Iterator<Item = &'a [f32]>,
    request: &SearchRequest,
) -> Result<Option<FullTextPage>, SearchError> {
    let mut mean = vec![0.0_f32; meaning.vectors.model().dim];
    for vector in vectors {
        mean.iter_mut().zip(vector).for_each(|(m, v)| *m += v);
    }
    if normalise_length(&mut mean).is_none() {
        return Ok(None);
    }
    let found = meaning.vectors.search(&VectorQuery {
        vector: &mean,
        limit: request.limit,
        filters: &request.filters,
        clearance: request.clearance,
    })?;
    if found.is_empty() {
        return Ok(None);
    }
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
