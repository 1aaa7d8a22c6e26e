//! Writes a batch: vectors of new texts first, then passages, then what is gone,
//! the state last.

use std::collections::{BTreeMap, BTreeSet};

use index::vectors::{PassageVector, TextHash, VectorBatch, VectorError};
use qdrant_client::qdrant::{Condition, Filter, PointStruct};
use records::{Record, RecordId};

use super::{QdrantVectors, dense, failed, passage_id, shape, texts};
use crate::{
    ClusterError,
    condition::add_facets,
    generation::{self, point},
    payload::{self, Payload, point_id},
};

/// Writes a batch; nothing is written when it cannot be.
pub(super) async fn apply(
    store: &QdrantVectors,
    batch: &VectorBatch<'_>,
) -> Result<(), VectorError> {
    let passages = || batch.upserts.iter().flat_map(|(_, passages)| passages);
    for vector in passages().filter_map(|passage| passage.vector.as_deref()) {
        store.check_vector(vector)?;
    }
    let mut vectors: BTreeMap<TextHash, Vec<f32>> = BTreeMap::new();
    for passage in passages() {
        if let Some(vector) = &passage.vector {
            vectors.entry(passage.hash).or_insert(vector.clone());
        }
    }
    let fresh: Vec<TextHash> = vectors.keys().copied().collect();
    let missing: BTreeSet<TextHash> = passages()
        .map(|passage| passage.hash)
        .filter(|hash| !vectors.contains_key(hash))
        .collect();
    let fetched = texts::fetch(store, &missing).await;
    vectors.extend(fetched.map_err(failed("reading known vectors"))?);
    for (record, passages) in &batch.upserts {
        if passages.iter().any(|p| !vectors.contains_key(&p.hash)) {
            return Err(VectorError::Unknown {
                id: record.id.clone(),
            });
        }
    }
    let written = write(store, batch, &fresh, &vectors).await;
    written.map_err(failed("writing a batch"))
}

async fn write(
    store: &QdrantVectors,
    batch: &VectorBatch<'_>,
    fresh: &[TextHash],
    vectors: &BTreeMap<TextHash, Vec<f32>>,
) -> Result<(), ClusterError> {
    let fresh = fresh
        .iter()
        .filter_map(|hash| Some((hash, vectors.get(hash)?)));
    texts::keep(store, fresh).await?;
    let state = generation::state(&store.cluster, &store.passages).await?;
    let number = payload::read_number(&state, "batch").unwrap_or(0) + 1;
    let mut points = Vec::new();
    for (record, passages) in &batch.upserts {
        points.extend(points_of(record, passages, vectors, number));
    }
    generation::upsert(&store.cluster, &store.passages, points).await?;
    let of = |ids: Vec<String>| Condition::matches("id", ids);
    let written = batch
        .upserts
        .iter()
        .map(|(record, _)| record.id.to_string());
    let written: Vec<String> = written.collect();
    if !written.is_empty() {
        // Passages of a former state of these records.
        let filter = Filter {
            must: vec![of(written)],
            must_not: vec![Condition::matches("batch", number)],
            ..Filter::default()
        };
        generation::delete(&store.cluster, &store.passages, filter).await?;
    }
    if !batch.deletes.is_empty() {
        let gone = batch.deletes.iter().map(RecordId::to_string).collect();
        generation::delete(&store.cluster, &store.passages, Filter::must([of(gone)])).await?;
    }
    let seq = i64::try_from(batch.seq.0).unwrap_or(i64::MAX);
    shape::keep(store, &store.passages, seq, number).await
}

/// A point for the record and one for each passage.
fn points_of(
    record: &Record,
    passages: &[PassageVector],
    vectors: &BTreeMap<TextHash, Vec<f32>>,
    batch: i64,
) -> Vec<PointStruct> {
    let mut shared = Payload::from([
        ("id".to_owned(), payload::text(record.id.as_str())),
        ("batch".to_owned(), batch.into()),
    ]);
    add_facets(&mut shared, record);
    let with = |own: Vec<(&str, qdrant_client::qdrant::Value)>| {
        let mut payload = shared.clone();
        payload.extend(own.into_iter().map(|(key, value)| (key.to_owned(), value)));
        payload
    };
    let head = with(vec![("kind", payload::text("record"))]);
    let mut points = vec![point(point_id(&["record", record.id.as_str()]), head, [])];
    for (number, passage) in (0_u32..).zip(passages) {
        let Some(vector) = vectors.get(&passage.hash) else {
            continue;
        };
        let mut own = vec![
            ("kind", payload::text("passage")),
            ("number", i64::from(number).into()),
            ("text", payload::text(&passage.text)),
        ];
        own.extend(passage.page.map(|page| ("page", i64::from(page).into())));
        let id = passage_id(&record.id, number);
        points.push(point(id, with(own), [("v", dense(vector.clone()))]));
    }
    points
}
