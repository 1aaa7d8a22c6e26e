//! What a store keeps in memory: the records' places, filters and vectors.

use std::collections::HashMap;

use records::{Clearance, RecordId};

use super::{
    VectorError, VectorHit, VectorQuery,
    cells::Cells,
    columns::{Columns, FacetValues},
};

/// A record with its vectors, as read from the file.
pub(super) struct Loaded {
    /// Its number in the file; numbers only grow.
    pub(super) number: i64,
    pub(super) id: RecordId,
    pub(super) values: FacetValues,
    /// Cell, passage number, vector.
    pub(super) vectors: Vec<(u32, u32, Vec<f32>)>,
}

/// Records and vectors of one training.
pub(super) struct Shelf {
    cells: Cells,
    columns: Columns,
    ids: Vec<RecordId>,
    place_of_number: HashMap<i64, u32>,
    place_of_id: HashMap<RecordId, u32>,
    /// Vectors of records that are there; those taken out stay in the cells
    /// until the next load.
    n_passages: usize,
    n_passages_of: Vec<u32>,
}

impl Shelf {
    /// An empty shelf; see [`Cells::new`].
    pub(super) fn new(dim: usize, centroids: Vec<f32>) -> Self {
        Self {
            cells: Cells::new(dim, centroids),
            columns: Columns::default(),
            ids: Vec::new(),
            place_of_number: HashMap::new(),
            place_of_id: HashMap::new(),
            n_passages: 0,
            n_passages_of: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, record: Loaded) {
        let place = self.ids.len() as u32;
        for (cell, passage, vector) in &record.vectors {
            self.cells.push(*cell, place, *passage, vector);
        }
        self.n_passages += record.vectors.len();
        self.n_passages_of.push(record.vectors.len() as u32);
        self.columns.push(place, record.values);
        self.place_of_number.insert(record.number, place);
        self.place_of_id.insert(record.id.clone(), place);
        self.ids.push(record.id);
    }

    /// Takes the record with this number out.
    pub(super) fn remove(&mut self, number: i64) {
        let Some(place) = self.place_of_number.remove(&number) else {
            return;
        };
        self.columns.remove(place);
        self.n_passages -= self.n_passages_of[place as usize] as usize;
        let id = &self.ids[place as usize];
        // A newer state of the record may already stand in its place.
        if self.place_of_id.get(id) == Some(&place) {
            self.place_of_id.remove(id);
        }
    }

    /// The cell that a vector belongs to.
    pub(super) fn cell_of(&self, vector: &[f32]) -> u32 {
        self.cells.nearest(vector)
    }

    pub(super) fn n_records(&self) -> usize {
        self.place_of_number.len()
    }

    pub(super) fn n_passages(&self) -> usize {
        self.n_passages
    }

    /// Whether more vectors of removed records lie about than live ones.
    pub(super) fn is_mostly_waste(&self) -> bool {
        self.cells.len() > 2 * self.n_passages + 10_000
    }

    /// Whether the record is there and may be seen.
    pub(super) fn shows(&self, id: &RecordId, clearance: Clearance) -> bool {
        let place = self.place_of_id.get(id);
        place.is_some_and(|place| self.columns.visible(clearance).contains(*place))
    }

    /// The records that may be seen, sorted.
    pub(super) fn ids(&self, clearance: Clearance) -> Vec<RecordId> {
        let visible = self.columns.visible(clearance);
        let shown = self.place_of_id.iter();
        let mut ids: Vec<RecordId> = shown
            .filter(|(_, place)| visible.contains(**place))
            .map(|(id, _)| id.clone())
            .collect();
        ids.sort_unstable();
        ids
    }

    pub(super) fn search(&self, query: &VectorQuery<'_>) -> Result<Vec<VectorHit>, VectorError> {
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        let narrowed;
        let wanted = if query.filters.is_empty() {
            self.columns.visible(query.clearance)
        } else {
            narrowed = self.columns.wanted(query.filters, query.clearance)?;
            &narrowed
        };
        let found = self.cells.search(query.vector, wanted, query.limit);
        let mut hits: Vec<VectorHit> = found
            .into_iter()
            .map(|near| VectorHit {
                id: self.ids[near.place as usize].clone(),
                cosine: near.cosine,
                passage: near.passage,
            })
            .collect();
        hits.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.id.cmp(&b.id)));
        hits.truncate(query.limit);
        Ok(hits)
    }
}
