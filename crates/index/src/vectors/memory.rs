//! The oracle: compares every vector in full precision, to check the others
//! against. Nothing in it is clever.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock},
};

use records::{ChangeSeq, Clearance, Record, RecordId};

use super::{
    PassageText, TextHash, VectorBatch, VectorError, VectorHit, VectorModel, VectorQuery,
    VectorStats, VectorStore, check_vector,
};
use crate::{FacetField, Filter, YearRange, record_text::facet_values};

struct Entry {
    record: Record,
    passages: Vec<(PassageText, Vec<f32>)>,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<RecordId, Entry>,
    known: BTreeMap<TextHash, Vec<f32>>,
    seq: ChangeSeq,
}

/// A vector store in memory.
pub struct MemoryVectors {
    model: VectorModel,
    state: RwLock<State>,
}

impl MemoryVectors {
    /// An empty store for the vectors of `model`.
    pub fn new(model: VectorModel) -> Self {
        Self {
            model,
            state: RwLock::default(),
        }
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl VectorStore for MemoryVectors {
    fn model(&self) -> &VectorModel {
        &self.model
    }

    fn apply(&self, batch: &VectorBatch<'_>) -> Result<(), VectorError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut known = state.known.clone();
        let mut entries = Vec::new();
        for (record, passages) in &batch.upserts {
            let mut stored = Vec::new();
            for passage in passages {
                if let Some(vector) = &passage.vector {
                    check_vector(vector, self.model.dim)?;
                    known.entry(passage.hash).or_insert(vector.clone());
                }
                let vector = known.get(&passage.hash).cloned();
                let vector = vector.ok_or_else(|| VectorError::Unknown {
                    id: record.id.clone(),
                })?;
                let text = PassageText {
                    text: passage.text.clone(),
                    page: passage.page,
                };
                stored.push((text, vector));
            }
            entries.push((
                record.id.clone(),
                Entry {
                    record: (*record).clone(),
                    passages: stored,
                },
            ));
        }
        for id in &batch.deletes {
            state.entries.remove(id);
        }
        state.entries.extend(entries);
        state.known = known;
        state.seq = batch.seq;
        Ok(())
    }

    fn applied_seq(&self) -> Result<ChangeSeq, VectorError> {
        Ok(self.read(|state| state.seq))
    }

    fn knows(&self, hashes: &[TextHash]) -> Result<Vec<bool>, VectorError> {
        let known = |state: &State| hashes.iter().map(|h| state.known.contains_key(h)).collect();
        Ok(self.read(known))
    }

    fn learn(&self, texts: &[(TextHash, Vec<f32>)]) -> Result<(), VectorError> {
        for (_, vector) in texts {
            check_vector(vector, self.model.dim)?;
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        for (hash, vector) in texts {
            state.known.entry(*hash).or_insert_with(|| vector.clone());
        }
        Ok(())
    }

    fn known(
        &self,
        after: Option<TextHash>,
        limit: usize,
    ) -> Result<Vec<(TextHash, Vec<f32>)>, VectorError> {
        let texts = |state: &State| {
            let behind = state.known.iter();
            let behind = behind.filter(|(hash, _)| after.is_none_or(|after| **hash > after));
            let texts = behind.map(|(hash, vector)| (*hash, vector.clone()));
            texts.take(limit).collect()
        };
        Ok(self.read(texts))
    }

    fn search(&self, query: &VectorQuery<'_>) -> Result<Vec<VectorHit>, VectorError> {
        check_vector(query.vector, self.model.dim)?;
        let mut hits = self.read(|state| -> Result<Vec<VectorHit>, VectorError> {
            let mut hits = Vec::new();
            for (id, entry) in &state.entries {
                if !query.clearance.may_see(entry.record.access)
                    || !meets(&entry.record, query.filters)?
                {
                    continue;
                }
                let cosines = entry.passages.iter().map(|(_, vector)| -> f32 {
                    vector.iter().zip(query.vector).map(|(a, b)| a * b).sum()
                });
                let best = (0_u32..).zip(cosines);
                let best = best.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
                hits.extend(best.map(|(passage, cosine)| VectorHit {
                    id: id.clone(),
                    cosine,
                    passage,
                }));
            }
            Ok(hits)
        })?;
        hits.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.id.cmp(&b.id)));
        hits.truncate(query.limit);
        Ok(hits)
    }

    fn passages(
        &self,
        id: &RecordId,
        clearance: Clearance,
    ) -> Result<Vec<(PassageText, Vec<f32>)>, VectorError> {
        Ok(self.read(|state| {
            let entry = state.entries.get(id);
            let shown = entry.filter(|entry| clearance.may_see(entry.record.access));
            shown.map_or(Vec::new(), |entry| entry.passages.clone())
        }))
    }

    fn passage(
        &self,
        id: &RecordId,
        number: u32,
        clearance: Clearance,
    ) -> Result<Option<PassageText>, VectorError> {
        let passages = self.passages(id, clearance)?;
        Ok(passages
            .into_iter()
            .nth(number as usize)
            .map(|(text, _)| text))
    }

    fn clear(&self) -> Result<(), VectorError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.entries.clear();
        state.seq = ChangeSeq::ZERO;
        Ok(())
    }

    fn optimise(&self) -> Result<(), VectorError> {
        Ok(())
    }

    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, VectorError> {
        Ok(self.read(|state| {
            let entries = state.entries.values().map(|entry| &entry.record);
            let seen = entries.filter(|record| clearance.may_see(record.access));
            seen.map(|record| record.id.clone()).collect()
        }))
    }

    fn stats(&self) -> Result<VectorStats, VectorError> {
        Ok(self.read(|state| VectorStats {
            n_records: state.entries.len() as u64,
            n_passages: state
                .entries
                .values()
                .map(|e| e.passages.len() as u64)
                .sum(),
            bytes: 0,
        }))
    }
}

fn meets(record: &Record, filters: &[Filter]) -> Result<bool, VectorError> {
    let fields: BTreeSet<FacetField> = filters.iter().map(|filter| filter.field).collect();
    for field in fields {
        let mut holds = false;
        for filter in filters.iter().filter(|filter| filter.field == field) {
            holds |= if field == FacetField::Year {
                let range: YearRange = filter.value.parse()?;
                record.year.is_some_and(|year| range.contains(year.get()))
            } else {
                facet_values(record, field).contains(&filter.value)
            };
        }
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}
