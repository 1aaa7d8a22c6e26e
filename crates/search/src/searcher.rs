//! One search from the query to the page of hits.

use std::{sync::Arc, time::Instant};

use catalog::{CatalogStore, Detail};
use index::{FullTextHit, FullTextPage, FullTextQuery, FullTextStore, QueryExpr, Words};
use records::{Record, RecordId};

use crate::{
    Explanation, Highlighted, Hit, Mode, SearchError, SearchRequest, SearchResponse, TotalRelation,
};

/// Answers questions from the catalogue and its indexes.
pub struct Searcher {
    catalog: Arc<dyn CatalogStore>,
    full_text: Arc<dyn FullTextStore>,
}

impl Searcher {
    /// A searcher over these stores.
    pub fn new(catalog: Arc<dyn CatalogStore>, full_text: Arc<dyn FullTextStore>) -> Self {
        Self { catalog, full_text }
    }

    /// Answers one question.
    ///
    /// # Errors
    /// [`SearchError::BadQuery`] and [`SearchError::BadFilter`] for what the
    /// user can mend; the others when a store fails.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        let start = Instant::now();
        let query = full_text_query(request);
        let page = self.full_text.search(&query)?;
        let (total, facets) = (page.total, page.facets.clone());
        let hits = self.hits(page, request)?;
        Ok(SearchResponse {
            total,
            total_relation: TotalRelation::Eq,
            took_ms: start.elapsed().as_secs_f64() * 1000.0,
            mode: Mode::Lexical,
            notices: Vec::new(),
            hits,
            facets,
            suggestions: Vec::new(),
        })
    }

    fn hits(&self, page: FullTextPage, request: &SearchRequest) -> Result<Vec<Hit>, SearchError> {
        let ids: Vec<RecordId> = page.hits.iter().map(|hit| hit.id.clone()).collect();
        let records = self
            .catalog
            .get_many(&ids, request.clearance, Detail::Summary)?;
        Ok(page
            .hits
            .into_iter()
            .zip(records)
            .filter_map(|(hit, stored)| Some(show(hit, stored?.record, request)))
            .collect())
    }
}

fn full_text_query(request: &SearchRequest) -> FullTextQuery {
    let text = request.query.trim().to_owned();
    let expr = if text.is_empty() {
        QueryExpr::All
    } else {
        QueryExpr::Words(Words {
            text,
            ..Words::default()
        })
    };
    FullTextQuery {
        filters: request.filters.clone(),
        facets: request.facets.clone(),
        sort: request.sort,
        offset: request.offset,
        limit: request.limit,
        explain: request.explain,
        ..FullTextQuery::new(expr, request.clearance)
    }
}

fn show(hit: FullTextHit, record: Record, request: &SearchRequest) -> Hit {
    let snippet = record.abstract_text.prefer(&request.lang);
    Hit {
        id: hit.id,
        score: f64::from(hit.score),
        title: Highlighted::plain(record.display_title(&request.lang)),
        snippet: snippet.map(|(_, text)| Highlighted::plain(text)),
        page: None,
        record,
        explain: request.explain.then(|| Explanation {
            lexical: f64::from(hit.score),
            terms: hit.parts,
        }),
    }
}
