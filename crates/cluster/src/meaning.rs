//! The index of meaning on the cluster: a point for each passage, a point
//! without a vector for each record, and beside them the vector of every text
//! that was ever embedded.
//!
//! Vectors are compared as 8-bit codes in memory; twice as many as asked for are
//! compared again in full (see [`OVERSAMPLING`]).
//!
//! A batch is not one transaction, since the cluster has none: it is written so
//! that the number of the last change is kept last. A batch that is cut off is
//! applied again from the catalogue, and comes to the same.

mod batch;
mod near;
mod shape;
mod texts;

use qdrant_client::qdrant::{
    CollectionStatus, Condition, Filter, GetPoints, ScrollPoints, Vector, VectorsOutput,
    vectors_output::VectorsOptions,
};
use records::{ChangeSeq, Clearance, RecordId};

use crate::{
    ClusterError, QdrantSettings,
    client::Cluster,
    condition::{is, visible},
    generation,
    payload::{self, Payload, only, point_id},
};
use index::vectors::{
    PassageText, TextHash, VectorBatch, VectorError, VectorHit, VectorModel, VectorQuery,
    VectorStats, VectorStore,
};

/// Compared again in full, for each that is asked for. With 8-bit codes and 2 the
/// engine's recall@10 is that of full vectors (`docs/cluster.md`).
const OVERSAMPLING: f64 = 2.0;

/// Points read at once.
const PAGE: u32 = 1000;

/// The index of meaning on a Qdrant cluster.
pub struct QdrantVectors {
    cluster: Cluster,
    model: VectorModel,
    /// Alias of the passages.
    alias: String,
    /// The collection that is read and written: the alias, or the generation that
    /// is being built.
    passages: String,
    /// Vectors by the hash of their text; no generations, since they stay.
    texts: String,
}

impl QdrantVectors {
    /// Opens the index for the vectors of `model`, or makes an empty one.
    ///
    /// # Errors
    /// [`VectorError::OtherModel`] when it holds vectors of another.
    pub fn open(settings: &QdrantSettings, model: &VectorModel) -> Result<Self, VectorError> {
        let store = Self::new(settings, model)?;
        Cluster::wait(shape::open(&store)).map_err(failed("opening it"))?;
        store.check_model()?;
        Ok(store)
    }

    /// An empty index beside the current one, which answers until
    /// [`Self::publish`]. Texts that were embedded are known to both.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn begin_rebuild(
        settings: &QdrantSettings,
        model: &VectorModel,
    ) -> Result<Self, VectorError> {
        let mut store = Self::open(settings, model)?;
        store.passages = Cluster::wait(shape::begin(&store)).map_err(failed("making it anew"))?;
        Ok(store)
    }

    /// Puts the index that was last begun anew in the place of the current one, in
    /// one step.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn publish(settings: &QdrantSettings, model: &VectorModel) -> Result<(), VectorError> {
        let store = Self::new(settings, model)?;
        let work = generation::publish_newest(&store.cluster, &store.alias);
        Cluster::wait(work).map_err(failed("putting it in its place"))
    }

    /// Removes the vectors of a model, texts and all.
    ///
    /// # Errors
    /// When the cluster refuses.
    pub fn remove(settings: &QdrantSettings, model: &VectorModel) -> Result<(), VectorError> {
        let store = Self::new(settings, model)?;
        Cluster::wait(shape::remove(&store)).map_err(failed("removing it"))
    }

    /// Whether the nodes have built their graphs over all that was written. Until
    /// then a search compares what is not in a graph one by one.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub fn is_settled(&self) -> Result<bool, VectorError> {
        let asked = self
            .cluster
            .ask(async |node| node.collection_info(&self.passages).await);
        let info = Cluster::wait(asked).map_err(failed("asking for its state"))?;
        let green = CollectionStatus::Green as i32;
        Ok(info.result.is_some_and(|info| info.status == green))
    }

    fn new(settings: &QdrantSettings, model: &VectorModel) -> Result<Self, VectorError> {
        let cluster = Cluster::new(settings).map_err(failed("opening it"))?;
        let alias = format!("{}-meaning-{}", settings.prefix, slug(&model.id));
        Ok(Self {
            cluster,
            model: model.clone(),
            passages: alias.clone(),
            texts: format!("{alias}-texts"),
            alias,
        })
    }

    fn check_model(&self) -> Result<(), VectorError> {
        let state = self.state()?;
        let dim = payload::read_number(&state, "dim").unwrap_or(0);
        let found = payload::read_text(&state, "model").unwrap_or_default();
        if found == self.model.id && usize::try_from(dim) == Ok(self.model.dim) {
            return Ok(());
        }
        Err(VectorError::OtherModel {
            path: format!("qdrant:{}", self.alias).into(),
            found: format!("{found} ({dim})"),
            wanted: format!("{} ({})", self.model.id, self.model.dim),
        })
    }

    fn state(&self) -> Result<Payload, VectorError> {
        let work = generation::state(&self.cluster, &self.passages);
        Cluster::wait(work).map_err(failed("reading its state"))
    }

    /// Refuses what is no vector of the model.
    fn check_vector(&self, vector: &[f32]) -> Result<(), VectorError> {
        let found = vector.iter().filter(|x| x.is_finite()).count();
        if found == self.model.dim && vector.len() == self.model.dim {
            return Ok(());
        }
        Err(VectorError::BadVector {
            found,
            wanted: self.model.dim,
        })
    }
}

fn failed(doing: &'static str) -> impl FnOnce(ClusterError) -> VectorError {
    ClusterError::of_meaning(doing)
}

/// The name of a model as a part of the name of a collection.
fn slug(model: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let plain = model.chars().map(|c| if fits(c) { c } else { '-' });
    plain.collect()
}

/// The vector named `v`; `None` where there is none.
fn vector_of(vectors: Option<VectorsOutput>) -> Option<Vec<f32>> {
    let Some(VectorsOptions::Vectors(mut named)) = vectors?.vectors_options else {
        return None;
    };
    let vector = named.vectors.remove("v")?;
    match vector.into_vector() {
        qdrant_client::qdrant::vector_output::Vector::Dense(dense) => Some(dense.data),
        _ => None,
    }
}

/// A vector for a point.
fn dense(vector: Vec<f32>) -> Vector {
    Vector::from(vector)
}

impl VectorStore for QdrantVectors {
    fn model(&self) -> &VectorModel {
        &self.model
    }

    fn apply(&self, batch: &VectorBatch<'_>) -> Result<(), VectorError> {
        Cluster::wait(batch::apply(self, batch))
    }

    fn applied_seq(&self) -> Result<ChangeSeq, VectorError> {
        let seq = payload::read_number(&self.state()?, "seq").unwrap_or(0);
        Ok(ChangeSeq(u64::try_from(seq).unwrap_or(0)))
    }

    fn knows(&self, hashes: &[TextHash]) -> Result<Vec<bool>, VectorError> {
        Cluster::wait(texts::knows(self, hashes)).map_err(failed("looking up known texts"))
    }

    fn learn(&self, texts: &[(TextHash, Vec<f32>)]) -> Result<(), VectorError> {
        for (_, vector) in texts {
            self.check_vector(vector)?;
        }
        Cluster::wait(texts::learn(self, texts)).map_err(failed("keeping known texts"))
    }

    fn known(
        &self,
        after: Option<TextHash>,
        limit: usize,
    ) -> Result<Vec<(TextHash, Vec<f32>)>, VectorError> {
        Cluster::wait(texts::known(self, after, limit)).map_err(failed("reading known texts"))
    }

    fn search(&self, query: &VectorQuery<'_>) -> Result<Vec<VectorHit>, VectorError> {
        self.check_vector(query.vector)?;
        let conditions = crate::condition::of_filters(query.filters)?;
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        Cluster::wait(near::search(self, query, conditions)).map_err(failed("searching"))
    }

    fn passages(
        &self,
        id: &RecordId,
        clearance: Clearance,
    ) -> Result<Vec<(PassageText, Vec<f32>)>, VectorError> {
        let work = near::passages_of(self, id, clearance);
        Cluster::wait(work).map_err(failed("reading passages"))
    }

    fn passage(
        &self,
        id: &RecordId,
        number: u32,
        clearance: Clearance,
    ) -> Result<Option<PassageText>, VectorError> {
        let work = near::passage(self, id, number, clearance);
        Cluster::wait(work).map_err(failed("reading a passage"))
    }

    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, VectorError> {
        Cluster::wait(self.all_ids(clearance)).map_err(failed("listing its records"))
    }

    fn clear(&self) -> Result<(), VectorError> {
        Cluster::wait(shape::clear(self)).map_err(failed("emptying it"))
    }

    /// Nothing to do: the nodes build their graphs by themselves.
    fn optimise(&self) -> Result<(), VectorError> {
        Ok(())
    }

    fn stats(&self) -> Result<VectorStats, VectorError> {
        let count = |condition| {
            let filter = Filter::must([condition]);
            Cluster::wait(generation::count(&self.cluster, &self.passages, filter))
                .map_err(failed("counting"))
        };
        Ok(VectorStats {
            n_records: count(is_record())?,
            n_passages: count(is_passage())?,
            // What a node has on its disk is asked of the node.
            bytes: 0,
        })
    }
}

/// The point that stands for a record, whether it has passages or not.
fn is_record() -> Condition {
    is("kind", "record")
}

fn is_passage() -> Condition {
    is("kind", "passage")
}

impl QdrantVectors {
    async fn all_ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, ClusterError> {
        let mut request = ScrollPoints {
            collection_name: self.passages.clone(),
            filter: Some(Filter::must([is_record(), visible(clearance)])),
            limit: Some(PAGE),
            with_payload: only(["id"]),
            ..ScrollPoints::default()
        };
        let mut ids = Vec::new();
        loop {
            let page = self
                .cluster
                .ask(async |node| node.scroll(request.clone()).await)
                .await?;
            for point in &page.result {
                ids.push(payload::read_record_id(&point.payload, "id")?);
            }
            request.offset = page.next_page_offset;
            if request.offset.is_none() {
                ids.sort_unstable();
                return Ok(ids);
            }
        }
    }

    /// Points by their ids, those that are there, in any order.
    async fn get(
        &self,
        collection: &str,
        request: GetPoints,
    ) -> Result<Vec<qdrant_client::qdrant::RetrievedPoint>, ClusterError> {
        let request = GetPoints {
            collection_name: collection.to_owned(),
            ..request
        };
        let found = self
            .cluster
            .ask(async |node| node.get_points(request.clone()).await);
        Ok(found.await?.result)
    }
}

/// The point of a passage.
fn passage_id(id: &RecordId, number: u32) -> qdrant_client::qdrant::PointId {
    point_id(&["passage", id.as_str(), &number.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_a_part_of_a_name() {
        assert_eq!(slug("e5/small@q4 1"), "e5-small-q4-1");
    }
}
