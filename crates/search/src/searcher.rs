//! One search from the query to the page of hits.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use catalog::{CatalogStore, Detail, StoredRecord};
use index::{
    FullTextHit, FullTextPage, FullTextQuery, FullTextStore, QueryExpr, SearchField, Words, analyse,
};
use records::{ChangeSeq, Clearance, Lang, Record, RecordId};

use crate::{
    Explanation, Highlighted, Hit, Mode, Notice, SearchError, SearchRequest, SearchResponse, Terms,
    TotalRelation,
    fusion::FusionParts,
    highlight::Highlighter,
    meaning::{Meaning, MeaningPage, by_both, by_meaning, meant_texts},
    query::{self, ParsedQuery},
    reading::{self, Evidence},
};

/// Words of a query whose spelling is looked at; a longer text is pasted, not
/// typed.
const MAX_RESPELLED: usize = 20;

/// Answers questions from the catalogue and its indexes.
#[derive(Clone)]
pub struct Searcher {
    pub(crate) catalog: Arc<dyn CatalogStore>,
    pub(crate) full_text: Arc<dyn FullTextStore>,
    terms: Terms,
    /// Swapped as a whole when the model changes: an answer uses one of them
    /// from its beginning to its end.
    meaning: Arc<RwLock<Option<Meaning>>>,
}

impl Searcher {
    /// A searcher over these stores, with the terms of `index/terms.txt`.
    pub fn new(catalog: Arc<dyn CatalogStore>, full_text: Arc<dyn FullTextStore>) -> Self {
        Self {
            catalog,
            full_text,
            terms: Terms::built_in().clone(),
            meaning: Arc::default(),
        }
    }

    /// The same with an index of meaning: modes `semantic` and `hybrid` rank by
    /// it.
    #[must_use]
    pub fn with_meaning(mut self, meaning: Meaning) -> Self {
        self.meaning = Arc::new(RwLock::new(Some(meaning)));
        self
    }

    /// Answers by another index of meaning from the next question on; so do all
    /// clones of this searcher.
    pub fn use_meaning(&self, meaning: Meaning) {
        let mut current = self.meaning.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(meaning);
    }

    /// The index of meaning that questions are answered by now.
    pub fn meaning(&self) -> Option<Meaning> {
        let current = self.meaning.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// The same with other terms.
    #[must_use]
    pub fn with_terms(mut self, terms: Terms) -> Self {
        self.terms = terms;
        self
    }

    /// The model and the last change that the index of meaning knows; `None`
    /// where there is none. With the state of the full text it tells one state of
    /// the answers from another.
    ///
    /// # Errors
    /// When the store fails.
    pub fn meaning_state(&self) -> Result<Option<(String, ChangeSeq)>, SearchError> {
        let Some(meaning) = self.meaning() else {
            return Ok(None);
        };
        let model = meaning.vectors.model().id.clone();
        Ok(Some((model, meaning.vectors.applied_seq()?)))
    }

    /// Answers one question in the query language.
    ///
    /// # Errors
    /// [`SearchError::BadQuery`] and [`SearchError::BadFilter`] for what the
    /// user can mend; the others when a store fails.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        let start = Instant::now();
        let parsed = query::parse(&request.query)?;
        self.answer(request, parsed, start)
    }

    /// Answers a question in plain words: nothing in it is an operator, so no
    /// text is a bad query.
    ///
    /// # Errors
    /// As [`Searcher::search`], without [`SearchError::BadQuery`].
    pub fn search_plain(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        let start = Instant::now();
        self.answer(request, query::parse_plain(&request.query), start)
    }

    /// The ids of all records that a question finds by its words, in the order
    /// of the request and whatever its limit: for exports. A question of plain
    /// words that finds nothing is widened, as [`Searcher::search`] does.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn ids(&self, request: &SearchRequest) -> Result<Vec<RecordId>, SearchError> {
        let parsed = query::parse(&request.query)?;
        let ids = self.all_ids(request, &parsed, None)?;
        match ids.is_empty() && parsed.is_plain {
            true => self.all_ids(request, &parsed, Some(0.0)),
            false => Ok(ids),
        }
    }

    /// The same without widening: for alerts, where nothing is no news.
    ///
    /// # Errors
    /// As [`Searcher::search`].
    pub fn ids_strictly(&self, request: &SearchRequest) -> Result<Vec<RecordId>, SearchError> {
        self.all_ids(request, &query::parse(&request.query)?, None)
    }

    fn all_ids(
        &self,
        request: &SearchRequest,
        parsed: &ParsedQuery,
        min_share: Option<f32>,
    ) -> Result<Vec<RecordId>, SearchError> {
        let count = FullTextQuery {
            facets: Vec::new(),
            explain: false,
            offset: 0,
            limit: 0,
            ..full_text_query(request, parsed, min_share)
        };
        let total = self.full_text.search(&count)?.total;
        let limit = usize::try_from(total).unwrap_or(usize::MAX);
        let page = self.full_text.search(&FullTextQuery { limit, ..count })?;
        Ok(page.hits.into_iter().map(|hit| hit.id).collect())
    }

    fn answer(
        &self,
        request: &SearchRequest,
        mut parsed: ParsedQuery,
        start: Instant,
    ) -> Result<SearchResponse, SearchError> {
        let ask = |text: &str| self.full_text.n_holding(text, request.clearance);
        let evidence = Evidence::new(&ask);
        let mut suggestions = reading::read(&mut parsed, &self.terms, &evidence)?;
        if suggestions.is_empty() && parsed.is_plain {
            suggestions.extend(self.respell(&request.query, request.clearance)?);
        }
        let mut notices = parsed.notices.clone();
        let meaning = self.meaning();
        let meaning = meaning.as_ref();
        let answered = self.by_meaning(meaning, request, &parsed, &mut notices)?;
        let (mut page, parts, mode) = match answered {
            Some(found) => (found.page, found.parts, request.mode),
            None => {
                let page = self.by_words(request, &parsed, &mut notices)?;
                (page, Vec::new(), Mode::Lexical)
            }
        };
        let (total, facets) = (page.total, std::mem::take(&mut page.facets));
        let parts: BTreeMap<RecordId, _> = page
            .hits
            .iter()
            .map(|hit| hit.id.clone())
            .zip(parts)
            .collect();
        let highlighter = Highlighter::new(&parsed.wanted);
        let mut hits = self.hits(page, request, &highlighter)?;
        add_meaning(meaning, &mut hits, &parts, request, &highlighter)?;
        Ok(SearchResponse {
            total,
            total_relation: TotalRelation::Eq,
            took_ms: start.elapsed().as_secs_f64() * 1000.0,
            mode,
            notices: notices
                .iter()
                .map(|notice| notice.text(&request.lang))
                .collect(),
            hits,
            facets,
            suggestions,
        })
    }

    fn by_words(
        &self,
        request: &SearchRequest,
        parsed: &ParsedQuery,
        notices: &mut Vec<Notice>,
    ) -> Result<FullTextPage, SearchError> {
        let page = self
            .full_text
            .search(&full_text_query(request, parsed, None))?;
        if page.total == 0 && parsed.is_plain {
            let wider = self
                .full_text
                .search(&full_text_query(request, parsed, Some(0.0)))?;
            if wider.total > 0 {
                notices.push(Notice::Widened);
                return Ok(wider);
            }
        }
        Ok(page)
    }

    /// The answer of the modes that rank by meaning; `None` when words alone
    /// rank, with the reason among the notices.
    fn by_meaning(
        &self,
        meaning: Option<&Meaning>,
        request: &SearchRequest,
        parsed: &ParsedQuery,
        notices: &mut Vec<Notice>,
    ) -> Result<Option<MeaningPage>, SearchError> {
        if request.mode == Mode::Lexical {
            return Ok(None);
        }
        let is_semantic = request.mode == Mode::Semantic;
        let unavailable = |reason: &str| {
            Err(SearchError::Unavailable {
                mode: request.mode,
                reason: reason.to_owned(),
            })
        };
        let Some(meaning) = meaning else {
            if is_semantic {
                return unavailable(
                    "this installation has no index of meaning; run `trithuc model fetch`, then `trithuc index`, or use mode lexical",
                );
            }
            notices.push(Notice::WordsOnly);
            return Ok(None);
        };
        let is_exact = !parsed.is_plain || looks_like_a_name(&request.query);
        if is_exact && !is_semantic {
            if !request.query.trim().is_empty() {
                notices.push(Notice::ExactOnly);
            }
            return Ok(None);
        }
        let texts = meant_texts(parsed);
        let nearest = (!texts.is_empty()).then(|| meaning.nearest(&texts, request));
        let nearest = match nearest {
            Some(Ok(nearest)) => nearest,
            None | Some(Err(SearchError::Embed(embed::EmbedError::Empty { .. }))) => {
                if is_semantic {
                    return unavailable(
                        "the query has no words to take a meaning from; write some, or use mode lexical",
                    );
                }
                return Ok(None);
            }
            Some(Err(error)) => return Err(error),
        };
        let full_text = &*self.full_text;
        let (known, of) = (meaning.vectors.applied_seq()?, full_text.applied_seq()?);
        if known < of {
            notices.push(Notice::Filling {
                known: known.0,
                of: of.0,
            });
        }
        if is_semantic {
            return by_meaning(full_text, request, &nearest).map(Some);
        }
        let words = full_text_query(request, parsed, None).expr;
        let question = (&words, request.query.as_str());
        let same_language = self.same_language(meaning, &texts, &nearest, request)?;
        by_both(full_text, request, question, &nearest, same_language).map(Some)
    }

    /// The query with every unknown word replaced by the known one that is
    /// spelled most like it; `None` when there is nothing to replace.
    fn respell(&self, query: &str, clearance: Clearance) -> Result<Option<String>, SearchError> {
        let tokens = analyse(query);
        let mut respelled = String::with_capacity(query.len());
        let mut at = 0;
        for token in tokens.iter().take(MAX_RESPELLED) {
            let near = self.full_text.similar_words(&token.exact, clearance, 1)?;
            if let Some(word) = near.into_iter().next() {
                respelled.push_str(&query[at..token.range.start]);
                respelled.push_str(&word);
                at = token.range.end;
            }
        }
        respelled.push_str(&query[at..]);
        Ok((at > 0).then_some(respelled))
    }

    pub(crate) fn hits(
        &self,
        page: FullTextPage,
        request: &SearchRequest,
        highlighter: &Highlighter,
    ) -> Result<Vec<Hit>, SearchError> {
        let ids: Vec<RecordId> = page.hits.iter().map(|hit| hit.id.clone()).collect();
        let records = self
            .catalog
            .get_many(&ids, request.clearance, Detail::Summary)?;
        let found = page.hits.into_iter().zip(records);
        let mut hits: Vec<Shown> = found
            .filter_map(|(hit, stored)| Some(show(hit, stored?, request, highlighter)))
            .collect();
        self.look_into_bodies(&mut hits, request, highlighter)?;
        Ok(hits.into_iter().map(|shown| shown.hit).collect())
    }

    /// Replaces the snippet where the full text shows more of the query than
    /// the abstract does.
    fn look_into_bodies(
        &self,
        hits: &mut [Shown],
        request: &SearchRequest,
        highlighter: &Highlighter,
    ) -> Result<(), SearchError> {
        let is_lacking = |shown: &&mut Shown| {
            let shows_less = shown.n_shown < highlighter.n_wanted() || shown.hit.snippet.is_none();
            shown.has_body && shows_less && request.passages
        };
        let lacking: Vec<&mut Shown> = hits.iter_mut().filter(is_lacking).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let ids: Vec<RecordId> = lacking.iter().map(|shown| shown.hit.id.clone()).collect();
        let full = self
            .catalog
            .get_many(&ids, request.clearance, Detail::Full)?;
        for (Shown { hit, n_shown, .. }, stored) in lacking.into_iter().zip(full) {
            for page in stored.iter().flat_map(|stored| &stored.record.body) {
                let (snippet, n_in_page) = highlighter.snippet(&page.text);
                if n_in_page > *n_shown || hit.snippet.is_none() && !snippet.text.is_empty() {
                    *n_shown = n_in_page;
                    hit.snippet = Some(snippet);
                    hit.page = Some(page.number);
                }
            }
        }
        Ok(())
    }
}

/// Explanations of the fusion, and the passage that is meant where the
/// words show none.
fn add_meaning(
    meaning: Option<&Meaning>,
    hits: &mut [Hit],
    parts: &BTreeMap<RecordId, (FusionParts, Option<u32>)>,
    request: &SearchRequest,
    highlighter: &Highlighter,
) -> Result<(), SearchError> {
    for hit in hits {
        let Some((fusion, passage)) = parts.get(&hit.id) else {
            continue;
        };
        hit.score = fusion.lexical_part + fusion.semantic_part;
        if let Some(explain) = &mut hit.explain {
            explain.lexical = explain.terms.iter().map(|t| f64::from(t.score)).sum();
            explain.fusion = Some(*fusion);
        }
        let (Some(number), Some(meaning)) = (passage, meaning) else {
            continue;
        };
        if fusion.lexical_rank.is_some() || !request.passages {
            continue;
        }
        let found = meaning
            .vectors
            .passage(&hit.id, *number, request.clearance)?;
        if let Some(found) = found {
            hit.snippet = Some(highlighter.snippet(&found.text).0);
            hit.page = found.page;
        }
    }
    Ok(())
}

/// One word with a digit in it: a DOI, a patent number, an id.
fn looks_like_a_name(query: &str) -> bool {
    let query = query.trim();
    !query.contains(char::is_whitespace) && query.contains(|c: char| c.is_ascii_digit())
}

pub(crate) fn full_text_query(
    request: &SearchRequest,
    parsed: &ParsedQuery,
    min_share: Option<f32>,
) -> FullTextQuery {
    let mut expr = parsed.expr.clone();
    if let QueryExpr::Words(words) = &mut expr {
        words.min_share = min_share;
        let text = words.text.trim();
        if words.field.is_none() && !text.is_empty() && !text.contains(char::is_whitespace) {
            // One word may be the name of a record.
            let identifier = QueryExpr::Words(Words {
                field: Some(SearchField::Identifier),
                text: text.to_owned(),
                ..Words::default()
            });
            expr = QueryExpr::Or(vec![expr, identifier]);
        }
    }
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

/// A hit as it is shown.
struct Shown {
    hit: Hit,
    /// How many of the wanted texts its snippet shows.
    n_shown: usize,
    has_body: bool,
}

fn show(
    hit: FullTextHit,
    stored: StoredRecord,
    request: &SearchRequest,
    highlighter: &Highlighter,
) -> Shown {
    let (record, has_body) = (stored.record, stored.has_body);
    let title = best_title(&record, &request.lang, highlighter);
    let snippets = record.abstract_text.iter().map(|(lang, text)| {
        let (snippet, n_shown) = highlighter.snippet(text);
        (n_shown, *lang == request.lang, snippet)
    });
    let best = snippets.max_by_key(|(n_shown, is_asked, _)| (*n_shown, *is_asked));
    let (snippet, n_shown) =
        best.map_or((None, 0), |(n_shown, _, snippet)| (Some(snippet), n_shown));
    let hit = Hit {
        id: hit.id,
        score: f64::from(hit.score),
        title,
        snippet,
        page: None,
        record,
        explain: request.explain.then(|| Explanation {
            lexical: f64::from(hit.score),
            terms: hit.parts,
            fusion: None,
        }),
    };
    Shown {
        hit,
        n_shown,
        has_body,
    }
}

/// The title in the reader's language.
fn best_title(record: &Record, lang: &Lang, highlighter: &Highlighter) -> Highlighted {
    highlighter.mark(record.display_title(lang))
}
