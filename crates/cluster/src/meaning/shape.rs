//! The collections of the index of meaning.

use index::FacetField;
use qdrant_client::qdrant::{
    CreateCollection, Distance, FieldType, Filter, HnswConfigDiff, QuantizationConfig,
    QuantizationType, ScalarQuantization, VectorParams, VectorParamsMap, VectorsConfig,
    quantization_config::Quantization, vectors_config::Config,
};

use super::QdrantVectors;
use crate::{
    ClusterError,
    generation::{self, Shape},
    payload::{self, Payload},
};

/// Share of the coordinates that the 8-bit codes span; the rest is clipped.
const QUANTILE: f32 = 0.99;
/// Neighbours of a point in the graph, and how many are weighed for them: the
/// engine's own defaults.
const M: u64 = 16;
const EF_CONSTRUCT: u64 = 100;

#[allow(deprecated, reason = "a server of 1.18 does not know what replaces it")]
fn vectors(dim: usize, params: VectorParams) -> Option<VectorsConfig> {
    let params = VectorParams {
        size: dim as u64,
        // Vectors have length 1: the product is the cosine.
        distance: Distance::Dot as i32,
        on_disk: Some(true),
        ..params
    };
    Some(VectorsConfig {
        config: Some(Config::ParamsMap(VectorParamsMap {
            map: [("v".to_owned(), params)].into(),
        })),
    })
}

fn graph(m: u64) -> Option<HnswConfigDiff> {
    Some(HnswConfigDiff {
        m: Some(m),
        ef_construct: Some(EF_CONSTRUCT),
        ..HnswConfigDiff::default()
    })
}

#[allow(deprecated, reason = "a server of 1.18 does not know what replaces it")]
fn of_passages(dim: usize) -> Shape {
    let params = VectorParams {
        hnsw_config: graph(M),
        quantization_config: Some(QuantizationConfig {
            quantization: Some(Quantization::Scalar(ScalarQuantization {
                r#type: QuantizationType::Int8 as i32,
                quantile: Some(QUANTILE),
                always_ram: Some(true),
                ..ScalarQuantization::default()
            })),
        }),
        ..VectorParams::default()
    };
    let facets = FacetField::ALL.into_iter().map(|field| {
        let is_number = field == FacetField::Year;
        let field_type = match is_number {
            true => FieldType::Integer,
            false => FieldType::Keyword,
        };
        (field.as_str(), field_type, None)
    });
    let own = [
        ("id", FieldType::Keyword, None),
        ("kind", FieldType::Keyword, None),
    ];
    Shape {
        collection: CreateCollection {
            vectors_config: vectors(dim, params),
            ..CreateCollection::default()
        },
        indexes: facets.chain(own).collect(),
    }
}

/// Vectors are got by their ids only: no graph.
fn of_texts(dim: usize) -> Shape {
    let params = VectorParams {
        hnsw_config: graph(0),
        ..VectorParams::default()
    };
    Shape {
        collection: CreateCollection {
            vectors_config: vectors(dim, params),
            ..CreateCollection::default()
        },
        indexes: Vec::new(),
    }
}

/// Makes what is missing.
pub(super) async fn open(store: &QdrantVectors) -> Result<(), ClusterError> {
    let cluster = &store.cluster;
    let has_texts = cluster.ask(async |node| node.collection_exists(&store.texts).await);
    if !has_texts.await? {
        generation::create(cluster, &store.texts, &of_texts(store.model.dim)).await?;
    }
    if generation::current(cluster, &store.alias).await?.is_none() {
        let fresh = begin(store).await?;
        generation::publish(cluster, &store.alias, &fresh).await?;
    }
    Ok(())
}

/// Makes an empty generation.
pub(super) async fn begin(store: &QdrantVectors) -> Result<String, ClusterError> {
    let shape = of_passages(store.model.dim);
    let fresh = generation::begin(&store.cluster, &store.alias, &shape).await?;
    keep(store, &fresh, 0, 0).await?;
    Ok(fresh)
}

/// Keeps the number of the last change and of the last batch.
pub(super) async fn keep(
    store: &QdrantVectors,
    collection: &str,
    seq: i64,
    batch: i64,
) -> Result<(), ClusterError> {
    let state = Payload::from([
        ("model".to_owned(), payload::text(&store.model.id)),
        ("dim".to_owned(), (store.model.dim as i64).into()),
        ("seq".to_owned(), seq.into()),
        ("batch".to_owned(), batch.into()),
    ]);
    generation::keep_state(&store.cluster, collection, state).await
}

/// Takes all records out; texts stay known.
pub(super) async fn clear(store: &QdrantVectors) -> Result<(), ClusterError> {
    keep(store, &store.passages, 0, 0).await?;
    let all = Filter::should([super::is_record(), super::is_passage()]);
    generation::delete(&store.cluster, &store.passages, all).await
}

/// Removes everything of a model.
pub(super) async fn remove(store: &QdrantVectors) -> Result<(), ClusterError> {
    generation::remove_all(&store.cluster, &store.alias).await?;
    generation::remove(&store.cluster, &store.texts).await
}
