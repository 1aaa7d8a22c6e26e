//! Answers one question: a filter and counts from the cluster, candidates by a
//! sparse query, the exact score computed here.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use index::{
    Definition, FacetCount, FacetField, FullTextError, FullTextHit, FullTextPage, FullTextQuery,
    ScorePart, Sort,
    exact::{Candidate as _, Group, Lookup, Plan, Scorer, score},
};
use qdrant_client::qdrant::{
    Condition, Filter, HasIdCondition, PointId, Query, QueryPoints, ScrollPoints, SparseVector,
    VectorInput, condition::ConditionOneOf, query::Variant, vector_input,
};

use super::{
    QdrantWords,
    document::dimension,
    facets, failed,
    found::Found,
    narrow::{LongBags, Matching, Narrower, bare_words},
    order,
    writer::seen_at,
};
use crate::{
    ClusterError,
    condition::{of_filters, visible},
    payload::{name_of, only},
};

/// Candidates that are scored exactly for a page, at least: the weights by which
/// the cluster finds them differ from the score where a record holds several
/// forms of one word.
const MIN_CANDIDATES: usize = 100;
/// Candidates beyond the last hit of a page, as a share of all up to there.
const SPARE: usize = 2;
/// Candidates of a long question that are looked at before its rough filter
/// decides: some hundred pages deep.
const MAX_VERIFIED: usize = 5_000;
/// Points read at once where all of them are looked at.
const PAGE: u32 = 500;

/// One question on its way.
struct Run<'a> {
    store: &'a QdrantWords,
    query: &'a FullTextQuery,
    plan: Plan,
    scorer: Scorer<'static>,
}

/// Answers `query`.
pub(super) async fn search(
    store: &QdrantWords,
    query: &FullTextQuery,
) -> Result<FullTextPage, FullTextError> {
    let asked = || failed("searching");
    let mut must = of_filters(&query.filters)?;
    must.push(visible(query.clearance));
    let state = store.seen_state().await.map_err(asked())?;
    let plan = store.plan(&query.expr, &state).await;
    let plan = plan.map_err(asked())?;
    let mut bare = Vec::new();
    bare_words(&plan, &mut bare);
    let spellings = store.spellings(bare).await.map_err(asked())?;
    let narrower = |long_bags| Narrower {
        spellings: &spellings,
        long_bags,
    };
    let narrowed = narrower(LongBags::Heaviest).narrow(&plan)?;
    let open = match narrowed.is_exact && narrowed.is_rough {
        true => Some(narrower(LongBags::Open).narrow(&plan)?.matching),
        false => None,
    };
    let run = Run {
        store,
        query,
        plan,
        scorer: Scorer::new(Definition::built_in(), state.mean_lengths()),
    };
    let filter = |matching| filter_of(matching, must.clone(), state.epoch);
    let Some(close) = filter(narrowed.matching) else {
        return Ok(run.page(0, Vec::new(), BTreeMap::new()));
    };
    match narrowed.is_exact {
        true => run.by_filter(&close, open.and_then(filter).as_ref()).await,
        false => run.by_looking(&close).await,
    }
}

/// The filter of what matches beside the other conditions; `None` where nothing
/// can.
fn filter_of(matching: Matching, mut must: Vec<Condition>, epoch: i64) -> Option<Filter> {
    match matching {
        Matching::Nothing => return None,
        Matching::All => {}
        Matching::Only(condition) => must.push(condition),
    }
    Some(Filter {
        must,
        must_not: seen_at(epoch),
        ..Filter::default()
    })
}

/// A record with what its score is made of.
type Scored = (Found, Vec<ScorePart>);

impl Run<'_> {
    fn page(
        &self,
        total: u64,
        hits: Vec<FullTextHit>,
        facets: BTreeMap<FacetField, Vec<FacetCount>>,
    ) -> FullTextPage {
        let all = self.query.facets.iter().map(|field| (*field, Vec::new()));
        let mut every: BTreeMap<_, _> = all.collect();
        every.extend(facets);
        FullTextPage {
            total,
            hits,
            facets: every,
        }
    }

    /// The filter is the answer: the cluster counts. `open`: a filter that lets
    /// more through, for a long question whose `filter` is rough.
    async fn by_filter(
        &self,
        filter: &Filter,
        open: Option<&Filter>,
    ) -> Result<FullTextPage, FullTextError> {
        let query = self.query;
        let n_wanted = query.offset.saturating_add(query.limit);
        let is_ranked = query.sort == Sort::Relevance && query.limit > 0;
        let best = async {
            match open {
                Some(open) if is_ranked => self.best_verified(open, n_wanted).await,
                _ => Ok(None),
            }
        };
        let ((total, facets), best) =
            futures_util::future::try_join(self.counts(filter), best).await?;
        let n_wanted = n_wanted.min(usize::try_from(total).unwrap_or(usize::MAX));
        let hits = match best {
            Some(hits) => hits,
            None if query.limit == 0 || n_wanted <= query.offset => Vec::new(),
            None if is_ranked => self.best(filter, n_wanted).await?,
            None => self.sorted(filter, n_wanted).await?,
        };
        // A rough total may be below what is shown.
        let n_shown = match hits.is_empty() {
            true => 0,
            false => (query.offset + hits.len()) as u64,
        };
        Ok(self.page(total.max(n_shown), hits, facets))
    }

    /// How many records meet the filter, and their facets.
    async fn counts(
        &self,
        filter: &Filter,
    ) -> Result<(u64, BTreeMap<FacetField, Vec<FacetCount>>), FullTextError> {
        let (store, query) = (self.store, self.query);
        let count = crate::generation::count(&store.cluster, &store.collection, filter.clone());
        let facets = stream::iter(query.facets.iter().copied()).map(async |field| {
            let counts = store.facet(field, filter, query.facet_limit).await?;
            Ok::<_, ClusterError>((field, counts))
        });
        let facets = facets.buffer_unordered(4).try_collect::<BTreeMap<_, _>>();
        let both = futures_util::future::try_join(count, facets).await;
        both.map_err(failed("counting"))
    }

    /// A page in an order that is no score.
    async fn sorted(
        &self,
        filter: &Filter,
        n_wanted: usize,
    ) -> Result<Vec<FullTextHit>, FullTextError> {
        let listed = self.store.first(filter, self.query.sort, n_wanted).await;
        let listed = listed.map_err(failed("sorting"))?;
        let shown = listed.into_iter().skip(self.query.offset);
        if weights(&self.plan).iter().all(BTreeMap::is_empty) {
            let hit = |one: order::Listed| FullTextHit {
                id: one.id,
                score: 0.0,
                parts: Vec::new(),
            };
            return Ok(shown.map(hit).collect());
        }
        let points: Vec<PointId> = shown.map(|one| one.point).collect();
        let found = self.store.found(&points).await;
        let found = found.map_err(failed("reading records"))?;
        let hits = found.into_iter().map(|found| {
            let parts = self.parts(&found)?;
            Ok(self.hit((found, parts)))
        });
        hits.collect()
    }

    /// Points by the cluster's weights, the best `n_candidates` of each way to be
    /// best, by name; and whether there are more.
    async fn ranked(
        &self,
        filter: &Filter,
        n_candidates: usize,
    ) -> Result<(BTreeMap<String, PointId>, bool), FullTextError> {
        let mut points = BTreeMap::new();
        let mut is_cut = false;
        for weights in weights(&self.plan) {
            let found = self.candidates(filter, weights, n_candidates).await;
            let found = found.map_err(failed("finding candidates"))?;
            is_cut |= found.len() >= n_candidates;
            points.extend(found);
        }
        Ok((points, is_cut))
    }

    /// The best page of a long question: candidates by the cluster's weights
    /// alone, each looked at whether it matches, until enough do. `None` when that
    /// would be too many.
    async fn best_verified(
        &self,
        open: &Filter,
        n_wanted: usize,
    ) -> Result<Option<Vec<FullTextHit>>, FullTextError> {
        let mut n_candidates = (n_wanted * SPARE).max(MIN_CANDIDATES);
        loop {
            let (points, is_cut) = self.ranked(open, n_candidates).await?;
            let points: Vec<PointId> = points.into_values().collect();
            let found = self.store.found(&points).await;
            let mut scored: Vec<Scored> = Vec::new();
            for found in found.map_err(failed("reading candidates"))? {
                if let Some(parts) = self.scorer.parts(&self.plan, &found)? {
                    scored.push((found, parts));
                }
            }
            if !is_cut || scored.len() >= n_wanted {
                return Ok(Some(self.cut(scored)));
            }
            if n_candidates >= MAX_VERIFIED {
                return Ok(None);
            }
            n_candidates *= 8;
        }
    }

    /// The best page: candidates by the cluster's weights, order by the score.
    async fn best(
        &self,
        filter: &Filter,
        n_wanted: usize,
    ) -> Result<Vec<FullTextHit>, FullTextError> {
        let n_candidates = (n_wanted * SPARE).max(MIN_CANDIDATES);
        let (mut points, _) = self.ranked(filter, n_candidates).await?;
        if points.len() < n_wanted {
            // Records that match without a word that is ranked, by id.
            let mut rest = filter.clone();
            let known = HasIdCondition {
                has_id: points.values().cloned().collect(),
            };
            rest.must_not.push(ConditionOneOf::HasId(known).into());
            let n_missing = n_wanted - points.len();
            let listed = self.store.first(&rest, Sort::Relevance, n_missing).await;
            for one in listed.map_err(failed("sorting"))? {
                let name = name_of(Some(&one.point)).map_err(failed("sorting"))?;
                points.insert(name, one.point);
            }
        }
        let points: Vec<PointId> = points.into_values().collect();
        let found = self.store.found(&points).await;
        let found = found.map_err(failed("reading candidates"))?;
        let scored: Result<Vec<Scored>, FullTextError> = found
            .into_iter()
            .map(|found| {
                let parts = self.parts(&found)?;
                Ok((found, parts))
            })
            .collect();
        Ok(self.cut(scored?))
    }

    /// Points that the sparse query finds, by name.
    async fn candidates(
        &self,
        filter: &Filter,
        weights: BTreeMap<u32, f32>,
        limit: usize,
    ) -> Result<Vec<(String, PointId)>, ClusterError> {
        if weights.is_empty() {
            return Ok(Vec::new());
        }
        let vector = SparseVector {
            indices: weights.keys().copied().collect(),
            values: weights.values().copied().collect(),
        };
        let request = QueryPoints {
            collection_name: self.store.collection.clone(),
            query: Some(Query {
                variant: Some(Variant::Nearest(VectorInput {
                    variant: Some(vector_input::Variant::Sparse(vector)),
                })),
            }),
            using: Some("lex".to_owned()),
            filter: Some(filter.clone()),
            limit: Some(limit as u64),
            with_payload: only([]),
            ..QueryPoints::default()
        };
        let answer = self
            .store
            .cluster
            .ask(async |node| node.query(request.clone()).await);
        let points = answer
            .await?
            .result
            .into_iter()
            .filter_map(|point| point.id);
        points
            .map(|point| Ok((name_of(Some(&point))?, point)))
            .collect()
    }

    /// Looks at every record that the filter lets through.
    async fn by_looking(&self, filter: &Filter) -> Result<FullTextPage, FullTextError> {
        let keys = Found::keys();
        let mut request = ScrollPoints {
            collection_name: self.store.collection.clone(),
            filter: Some(filter.clone()),
            limit: Some(PAGE),
            with_payload: only(keys.iter().copied()),
            ..ScrollPoints::default()
        };
        let mut scored: Vec<Scored> = Vec::new();
        loop {
            let page = self
                .store
                .cluster
                .ask(async |node| node.scroll(request.clone()).await);
            let page = page.await.map_err(failed("looking at records"))?;
            for point in page.result {
                let found = Found::read(point.payload).map_err(failed("looking at records"))?;
                if let Some(parts) = self.scorer.parts(&self.plan, &found)? {
                    scored.push((found, parts));
                }
            }
            request.offset = page.next_page_offset;
            if request.offset.is_none() {
                break;
            }
        }
        let total = scored.len() as u64;
        let (found, parts): (Vec<Found>, Vec<_>) = scored.into_iter().unzip();
        let facets = self.query.facets.iter().map(|field| {
            let counts = facets::count(*field, &found, self.query.facet_limit);
            (*field, counts)
        });
        let facets = facets.collect();
        let hits = self.cut(found.into_iter().zip(parts).collect());
        Ok(self.page(total, hits, facets))
    }

    /// What a score is made of. What the filter lets through matches: a share
    /// of the words is not asked for again.
    fn parts(&self, found: &Found) -> Result<Vec<ScorePart>, FullTextError> {
        let parts = self.scorer.parts(&self.plan, found)?;
        Ok(parts.unwrap_or_default())
    }

    fn hit(&self, (found, parts): Scored) -> FullTextHit {
        FullTextHit {
            id: found.id().clone(),
            score: score(&parts),
            parts: if self.query.explain {
                parts
            } else {
                Vec::new()
            },
        }
    }

    /// The page out of records that hold it.
    fn cut(&self, mut scored: Vec<Scored>) -> Vec<FullTextHit> {
        scored.sort_by(|a, b| {
            let first = match self.query.sort {
                Sort::Relevance => score(&b.1).total_cmp(&score(&a.1)),
                sort => order::compare(sort, &a.0, &b.0),
            };
            first.then_with(|| a.0.id().cmp(b.0.id()))
        });
        let shown = scored.into_iter().skip(self.query.offset);
        shown
            .take(self.query.limit)
            .map(|scored| self.hit(scored))
            .collect()
    }
}

/// Weights of the terms of a plan, to find candidates by: one list for each way
/// in which a record can be best.
fn weights(plan: &Plan) -> Vec<BTreeMap<u32, f32>> {
    if let Plan::Best(parts) = plan {
        return parts.iter().flat_map(weights).collect();
    }
    let mut all = BTreeMap::new();
    weigh(plan, &mut all);
    vec![all]
}

fn weigh(plan: &Plan, all: &mut BTreeMap<u32, f32>) {
    match plan {
        Plan::Bag(bag) => bag.groups.iter().for_each(|group| weigh_group(group, all)),
        Plan::And(parts) | Plan::Or(parts) | Plan::Best(parts) => {
            parts.iter().for_each(|part| weigh(part, all));
        }
        Plan::AndNot(wanted, _) => weigh(wanted, all),
        _ => {}
    }
}

fn weigh_group(group: &Group, all: &mut BTreeMap<u32, f32>) {
    let mut own: BTreeMap<u32, f32> = BTreeMap::new();
    let mut add = |dimension: u32, weight: f32| {
        let known = own.entry(dimension).or_default();
        *known = known.max(weight);
    };
    for source in &group.sources {
        let field = Definition::built_in().fields.get(source.field);
        let weight = group.idf * group.boost * source.weight / field.weight;
        match &source.lookup {
            Lookup::Term(key) => add(dimension(key), weight),
            Lookup::Phrase(phrase) => {
                let share = weight / phrase.places.len().max(1) as f32;
                let keys: BTreeSet<u32> = phrase.places.iter().flatten().map(dimension).collect();
                keys.into_iter().for_each(|key| add(key, share));
            }
        }
    }
    for (dimension, weight) in own {
        *all.entry(dimension).or_default() += weight;
    }
}
