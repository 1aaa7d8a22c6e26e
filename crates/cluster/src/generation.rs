//! Collections and their generations.
//!
//! A store is an alias; behind it lies one collection, its generation. A rebuild
//! fills another one and moves the alias in one step. A generation keeps its
//! state in a point of its own, so that the state moves with it.

use std::collections::BTreeSet;

use qdrant_client::{
    Payload as ClientPayload, QdrantError,
    qdrant::{
        CreateAlias, CreateCollection, CreateFieldIndexCollection, DeletePoints, FieldType, Filter,
        GetPoints, NamedVectors, PayloadIndexParams, PointId, PointStruct, PointsSelector,
        UpsertPoints, Vectors, vectors::VectorsOptions,
    },
};

use crate::{
    ClusterError,
    client::Cluster,
    payload::{Payload, only, uuid},
};

/// What a collection is made of.
pub(crate) struct Shape {
    /// Vectors; name, shards and copies are filled in.
    pub(crate) collection: CreateCollection,
    /// Keys that are looked up.
    pub(crate) indexes: Vec<(&'static str, FieldType, Option<PayloadIndexParams>)>,
}

/// The point that keeps the state.
fn state_id() -> PointId {
    uuid(&[0; 16])
}

/// The generation behind an alias; `None` when there is none.
pub(crate) async fn current(
    cluster: &Cluster,
    alias: &str,
) -> Result<Option<String>, ClusterError> {
    let aliases = cluster.ask(async |node| node.list_aliases().await).await?;
    let mut found = aliases.aliases.into_iter();
    let found = found.find(|known| known.alias_name == alias);
    Ok(found.map(|known| known.collection_name))
}

/// The generations of an alias, published or not.
async fn generations(cluster: &Cluster, alias: &str) -> Result<BTreeSet<u64>, ClusterError> {
    let answer = cluster.ask(async |node| node.list_collections().await);
    let names = answer
        .await?
        .collections
        .into_iter()
        .map(|known| known.name);
    let number = |name: String| name.strip_prefix(alias)?.strip_prefix("-g")?.parse().ok();
    Ok(names.filter_map(number).collect())
}

fn name(alias: &str, number: u64) -> String {
    format!("{alias}-g{number}")
}

/// Makes an empty generation beside the current one; what an interrupted rebuild
/// left is removed.
pub(crate) async fn begin(
    cluster: &Cluster,
    alias: &str,
    shape: &Shape,
) -> Result<String, ClusterError> {
    let now = current(cluster, alias).await?;
    let known = generations(cluster, alias).await?;
    for number in &known {
        let left = name(alias, *number);
        if now.as_ref() != Some(&left) {
            remove(cluster, &left).await?;
        }
    }
    let fresh = name(alias, known.last().map_or(1, |last| last + 1));
    create(cluster, &fresh, shape).await?;
    Ok(fresh)
}

/// Makes an empty collection.
#[allow(deprecated, reason = "a server of 1.18 does not know what replaces it")]
pub(crate) async fn create(
    cluster: &Cluster,
    name: &str,
    shape: &Shape,
) -> Result<(), ClusterError> {
    let spread = cluster.redundancy;
    let request = CreateCollection {
        collection_name: name.to_owned(),
        shard_number: Some(spread.shards),
        replication_factor: Some(spread.replicas),
        write_consistency_factor: Some(spread.write_consistency),
        on_disk_payload: Some(true),
        ..shape.collection.clone()
    };
    let made = cluster
        .ask(
            async |node| match node.create_collection(request.clone()).await {
                // A request that was sent twice.
                Err(error) if error.to_string().contains("already exists") => Ok(()),
                made => made.map(drop),
            },
        )
        .await;
    made?;
    for (key, field_type, params) in &shape.indexes {
        let request = CreateFieldIndexCollection {
            collection_name: name.to_owned(),
            wait: Some(true),
            field_name: (*key).to_owned(),
            field_type: Some(*field_type as i32),
            field_index_params: params.clone(),
            ..CreateFieldIndexCollection::default()
        };
        let asked = cluster.ask(async |node| node.create_field_index(request.clone()).await);
        asked.await?;
    }
    Ok(())
}

/// Puts a generation in the place of the current one, in one step, and removes
/// that.
pub(crate) async fn publish(
    cluster: &Cluster,
    alias: &str,
    fresh: &str,
) -> Result<(), ClusterError> {
    let now = current(cluster, alias).await?;
    if now.as_deref() == Some(fresh) {
        return Ok(());
    }
    // An alias that is there is moved, not made twice.
    let request = CreateAlias {
        collection_name: fresh.to_owned(),
        alias_name: alias.to_owned(),
    };
    let asked = cluster.ask(async |node| node.create_alias(request.clone()).await);
    asked.await?;
    match now {
        Some(former) => remove(cluster, &former).await,
        None => Ok(()),
    }
}

/// Puts the newest generation in the place of the current one.
pub(crate) async fn publish_newest(cluster: &Cluster, alias: &str) -> Result<(), ClusterError> {
    match generations(cluster, alias).await?.last() {
        Some(newest) => publish(cluster, alias, &name(alias, *newest)).await,
        None => Ok(()),
    }
}

/// Removes all generations of an alias.
pub(crate) async fn remove_all(cluster: &Cluster, alias: &str) -> Result<(), ClusterError> {
    for number in generations(cluster, alias).await? {
        remove(cluster, &name(alias, number)).await?;
    }
    Ok(())
}

/// Removes a collection; one that is not there is passed over.
pub(crate) async fn remove(cluster: &Cluster, name: &str) -> Result<(), ClusterError> {
    let asked = cluster.ask(async |node| node.delete_collection(name).await);
    asked.await.map(drop)
}

/// The state that a collection or alias keeps; empty when nothing was kept yet.
pub(crate) async fn state(cluster: &Cluster, collection: &str) -> Result<Payload, ClusterError> {
    let request = GetPoints {
        collection_name: collection.to_owned(),
        ids: vec![state_id()],
        with_payload: only(["state"]),
        ..GetPoints::default()
    };
    let found = cluster
        .ask(async |node| node.get_points(request.clone()).await)
        .await?;
    let point = found.result.into_iter().next();
    let state = point.and_then(|mut point| point.payload.remove("state"));
    match state.and_then(|state| state.kind) {
        Some(qdrant_client::qdrant::value::Kind::StructValue(state)) => Ok(state.fields),
        _ => Ok(Payload::new()),
    }
}

/// Keeps a state.
pub(crate) async fn keep_state(
    cluster: &Cluster,
    collection: &str,
    state: Payload,
) -> Result<(), ClusterError> {
    let state = ClientPayload::from(state);
    let payload = Payload::from([("state".to_owned(), state.into())]);
    upsert(cluster, collection, vec![point(state_id(), payload, [])]).await
}

/// A point with named vectors.
pub(crate) fn point<const N: usize>(
    id: PointId,
    payload: Payload,
    vectors: [(&str, qdrant_client::qdrant::Vector); N],
) -> PointStruct {
    let vectors = vectors.map(|(name, vector)| (name.to_owned(), vector));
    PointStruct {
        id: Some(id),
        payload,
        vectors: Some(Vectors {
            vectors_options: Some(VectorsOptions::Vectors(NamedVectors {
                vectors: vectors.into(),
            })),
        }),
    }
}

/// Points in one request: some megabytes of an abstract each, far below what a
/// node takes.
const POINTS_AT_ONCE: usize = 256;

/// Puts points in; one that is there is replaced.
pub(crate) async fn upsert(
    cluster: &Cluster,
    collection: &str,
    mut points: Vec<PointStruct>,
) -> Result<(), ClusterError> {
    while !points.is_empty() {
        let rest = points.split_off(points.len().min(POINTS_AT_ONCE));
        let request = UpsertPoints {
            collection_name: collection.to_owned(),
            wait: Some(true),
            points: std::mem::replace(&mut points, rest),
            ..UpsertPoints::default()
        };
        let asked = cluster.ask(async |node| node.upsert_points(request.clone()).await);
        asked.await?;
    }
    Ok(())
}

/// Takes out the points that meet a filter.
pub(crate) async fn delete(
    cluster: &Cluster,
    collection: &str,
    which: impl Into<PointsSelector>,
) -> Result<(), ClusterError> {
    let request = DeletePoints {
        collection_name: collection.to_owned(),
        wait: Some(true),
        points: Some(which.into()),
        ..DeletePoints::default()
    };
    let asked = cluster.ask(async |node| node.delete_points(request.clone()).await);
    asked.await.map(drop)
}

/// How many points meet a filter, exactly.
pub(crate) async fn count(
    cluster: &Cluster,
    collection: &str,
    filter: Filter,
) -> Result<u64, ClusterError> {
    let request = qdrant_client::qdrant::CountPoints {
        collection_name: collection.to_owned(),
        filter: Some(filter),
        exact: Some(true),
        ..qdrant_client::qdrant::CountPoints::default()
    };
    let answer = cluster.ask(async |node| count_once(node, &request).await);
    answer.await
}

async fn count_once(
    node: &qdrant_client::Qdrant,
    request: &qdrant_client::qdrant::CountPoints,
) -> Result<u64, QdrantError> {
    let answer = node.count(request.clone()).await?;
    Ok(answer.result.map_or(0, |result| result.count))
}
