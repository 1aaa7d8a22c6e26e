//! Vectors of all texts that were ever embedded, by the hashes of the texts: a
//! collection without a graph, on the disk.

use std::collections::{BTreeMap, BTreeSet};

use index::vectors::TextHash;
use qdrant_client::qdrant::{GetPoints, PointId, ScrollPoints, WithVectorsSelector};

use super::{QdrantVectors, dense, vector_of};
use crate::{
    ClusterError,
    generation::{self, point},
    payload::{self, Payload, name_of, only},
};

/// Known texts asked for at once.
const HASHES_AT_ONCE: usize = 500;

/// For each hash, whether its vector is kept.
pub(super) async fn knows(
    store: &QdrantVectors,
    hashes: &[TextHash],
) -> Result<Vec<bool>, ClusterError> {
    let mut known = BTreeSet::new();
    for chunk in hashes.chunks(HASHES_AT_ONCE) {
        let request = GetPoints {
            ids: chunk.iter().map(text_id).collect(),
            with_payload: only([]),
            ..GetPoints::default()
        };
        for point in store.get(&store.texts, request).await? {
            known.insert(name_of(point.id.as_ref())?);
        }
    }
    let is_known = |hash| Ok(known.contains(&name_of(Some(&text_id(hash)))?));
    hashes.iter().map(is_known).collect()
}

/// Keeps vectors.
pub(super) async fn keep(
    store: &QdrantVectors,
    texts: impl Iterator<Item = (&TextHash, &Vec<f32>)>,
) -> Result<(), ClusterError> {
    let text = |(hash, vector): (&TextHash, &Vec<f32>)| {
        point(
            text_id(hash),
            Payload::new(),
            [("v", dense(vector.clone()))],
        )
    };
    generation::upsert(&store.cluster, &store.texts, texts.map(text).collect()).await
}

/// Keeps those that are not known.
pub(super) async fn learn(
    store: &QdrantVectors,
    texts: &[(TextHash, Vec<f32>)],
) -> Result<(), ClusterError> {
    let hashes: Vec<TextHash> = texts.iter().map(|(hash, _)| *hash).collect();
    let known = knows(store, &hashes).await?;
    let fresh = texts.iter().zip(known).filter(|(_, is_known)| !is_known);
    keep(store, fresh.map(|((hash, vector), _)| (hash, vector))).await
}

/// Those behind a hash, in order: points are listed by their ids.
pub(super) async fn known(
    store: &QdrantVectors,
    after: Option<TextHash>,
    limit: usize,
) -> Result<Vec<(TextHash, Vec<f32>)>, ClusterError> {
    let next = |hash: TextHash| u128::from_be_bytes(hash.0).checked_add(1);
    let Some(first) = after.map_or(Some(0), next) else {
        return Ok(Vec::new());
    };
    let request = ScrollPoints {
        collection_name: store.texts.clone(),
        offset: Some(text_id(&TextHash(first.to_be_bytes()))),
        limit: Some(u32::try_from(limit).unwrap_or(u32::MAX)),
        with_payload: only([]),
        with_vectors: Some(WithVectorsSelector::from(true)),
        ..ScrollPoints::default()
    };
    let page = store
        .cluster
        .ask(async |node| node.scroll(request.clone()).await);
    let texts = page.await?.result.into_iter().map(|point| {
        let hash = hash_of(&name_of(point.id.as_ref())?)?;
        let vector = vector_of(point.vectors).ok_or(ClusterError::Unreadable("vector"))?;
        Ok((hash, vector))
    });
    texts.collect()
}

/// The point of a known text.
fn text_id(hash: &TextHash) -> PointId {
    payload::uuid(&hash.0)
}

/// The text of a point.
fn hash_of(name: &str) -> Result<TextHash, ClusterError> {
    let hex: String = name.chars().filter(|&c| c != '-').collect();
    let number = u128::from_str_radix(&hex, 16);
    let number = number.map_err(|_| ClusterError::Unreadable("point id"))?;
    Ok(TextHash(number.to_be_bytes()))
}

/// The vectors of those that are known.
pub(super) async fn fetch(
    store: &QdrantVectors,
    hashes: &BTreeSet<TextHash>,
) -> Result<BTreeMap<TextHash, Vec<f32>>, ClusterError> {
    let by_name: BTreeMap<String, TextHash> = hashes
        .iter()
        .map(|hash| Ok((name_of(Some(&text_id(hash)))?, *hash)))
        .collect::<Result<_, ClusterError>>()?;
    let hashes: Vec<TextHash> = hashes.iter().copied().collect();
    let mut found = BTreeMap::new();
    for chunk in hashes.chunks(HASHES_AT_ONCE) {
        let request = GetPoints {
            ids: chunk.iter().map(text_id).collect(),
            with_payload: only([]),
            with_vectors: Some(WithVectorsSelector::from(true)),
            ..GetPoints::default()
        };
        for point in store.get(&store.texts, request).await? {
            let hash = by_name.get(&name_of(point.id.as_ref())?);
            if let (Some(hash), Some(vector)) = (hash, vector_of(point.vectors)) {
                found.insert(*hash, vector);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_by_its_point() {
        let hash = TextHash([7; 16]);
        let name = name_of(Some(&text_id(&hash))).unwrap();
        assert_eq!(hash_of(&name).unwrap(), hash);
        assert!(hash_of("x").is_err());
    }
}
