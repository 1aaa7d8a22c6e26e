//! Finds the nearest records, and shows passages.

use std::collections::BTreeMap;

use index::vectors::{PassageText, VectorHit, VectorQuery};
use qdrant_client::qdrant::{
    Condition, Filter, GetPoints, QuantizationSearchParams, Query, QueryPoints, ScoredPoint,
    ScrollPoints, SearchParams, VectorInput, WithVectorsSelector, query::Variant,
};
use records::{AccessLevel, Clearance, RecordId};

use super::{OVERSAMPLING, PAGE, QdrantVectors, is_passage, passage_id, vector_of};
use crate::{
    ClusterError,
    condition::{is, visible},
    payload::{self, Payload, only},
};

/// Candidates that the graph keeps while it is walked: recall@10 of 100,000
/// passages is .999 or more with 128 (`docs/cluster.md`).
const EF: u64 = 128;

/// Passages asked for, for each record: most have a few.
const PASSAGES_A_RECORD: usize = 3;

/// The nearest records. Passages are asked for until there are enough records,
/// or no more passages.
pub(super) async fn search(
    store: &QdrantVectors,
    query: &VectorQuery<'_>,
    conditions: Vec<Condition>,
) -> Result<Vec<VectorHit>, ClusterError> {
    let conditions = conditions.into_iter().chain([visible(query.clearance)]);
    let filter = Filter::must(conditions);
    let mut n_asked = query.limit.saturating_mul(PASSAGES_A_RECORD);
    loop {
        let found = passages(store, query.vector, &filter, n_asked).await?;
        let n_found = found.len();
        let mut hits = by_record(found)?;
        if hits.len() >= query.limit || n_found < n_asked {
            hits.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.id.cmp(&b.id)));
            hits.truncate(query.limit);
            return Ok(hits);
        }
        n_asked = n_asked.saturating_mul(2);
    }
}

async fn passages(
    store: &QdrantVectors,
    vector: &[f32],
    filter: &Filter,
    limit: usize,
) -> Result<Vec<ScoredPoint>, ClusterError> {
    let request = QueryPoints {
        collection_name: store.passages.clone(),
        query: Some(Query {
            variant: Some(Variant::Nearest(VectorInput::from(vector.to_vec()))),
        }),
        using: Some("v".to_owned()),
        filter: Some(filter.clone()),
        limit: Some(limit as u64),
        params: Some(SearchParams {
            hnsw_ef: Some(EF.max(limit as u64)),
            quantization: Some(QuantizationSearchParams {
                rescore: Some(true),
                oversampling: Some(OVERSAMPLING),
                ..QuantizationSearchParams::default()
            }),
            ..SearchParams::default()
        }),
        with_payload: only(["id", "number"]),
        ..QueryPoints::default()
    };
    let found = store
        .cluster
        .ask(async |node| node.query(request.clone()).await);
    Ok(found.await?.result)
}

/// The nearest passage of each record; of passages as near, the first.
fn by_record(found: Vec<ScoredPoint>) -> Result<Vec<VectorHit>, ClusterError> {
    let mut hits: BTreeMap<RecordId, VectorHit> = BTreeMap::new();
    for point in found {
        let id = payload::read_record_id(&point.payload, "id")?;
        let number = payload::read_number(&point.payload, "number")?;
        let hit = VectorHit {
            id: id.clone(),
            cosine: point.score,
            passage: u32::try_from(number).map_err(|_| ClusterError::Unreadable("number"))?,
        };
        let best = hits.entry(id).or_insert_with(|| hit.clone());
        if (hit.cosine, best.passage) > (best.cosine, hit.passage) {
            *best = hit;
        }
    }
    Ok(hits.into_values().collect())
}

/// The passages of a record with their vectors, in order.
pub(super) async fn passages_of(
    store: &QdrantVectors,
    id: &RecordId,
    clearance: Clearance,
) -> Result<Vec<(PassageText, Vec<f32>)>, ClusterError> {
    let of_record = is("id", id.to_string());
    let mut request = ScrollPoints {
        collection_name: store.passages.clone(),
        filter: Some(Filter::must([of_record, is_passage(), visible(clearance)])),
        limit: Some(PAGE),
        with_payload: only(["number", "text", "page"]),
        with_vectors: Some(WithVectorsSelector::from(true)),
        ..ScrollPoints::default()
    };
    let mut found = BTreeMap::new();
    loop {
        let page = store
            .cluster
            .ask(async |node| node.scroll(request.clone()).await);
        let page = page.await?;
        for point in page.result {
            let number = payload::read_number(&point.payload, "number")?;
            let vector = vector_of(point.vectors).ok_or(ClusterError::Unreadable("v"))?;
            found.insert(number, (shown(&point.payload)?, vector));
        }
        request.offset = page.next_page_offset;
        if request.offset.is_none() {
            return Ok(found.into_values().collect());
        }
    }
}

fn shown(found: &Payload) -> Result<PassageText, ClusterError> {
    let page = payload::read_number(found, "page").ok();
    Ok(PassageText {
        text: payload::read_text(found, "text")?.to_owned(),
        page: page.and_then(|page| u32::try_from(page).ok()),
    })
}

/// One passage of a record. It is got by its id, and its access level with it:
/// a level that may not be seen shows nothing.
pub(super) async fn passage(
    store: &QdrantVectors,
    id: &RecordId,
    number: u32,
    clearance: Clearance,
) -> Result<Option<PassageText>, ClusterError> {
    let request = GetPoints {
        ids: vec![passage_id(id, number)],
        with_payload: only(["text", "page", "access"]),
        ..GetPoints::default()
    };
    let found = store.get(&store.passages, request).await?;
    let Some(point) = found.into_iter().next() else {
        return Ok(None);
    };
    let levels = payload::read_texts(&point.payload, "access");
    let level = levels.first().and_then(|level| level.parse().ok());
    let level: AccessLevel = level.ok_or(ClusterError::Unreadable("access"))?;
    match clearance.may_see(level) {
        true => shown(&point.payload).map(Some),
        false => Ok(None),
    }
}
