//! The oracle: a full-text store that scans every record, to check the others
//! against. Nothing in it is clever.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock},
};

use records::{ChangeSeq, Clearance, Record, RecordId};

use crate::{
    Definition, FacetCount, FacetField, Filter, FullTextError, FullTextHit, FullTextPage,
    FullTextQuery, FullTextStats, FullTextStore, ScorePart, SearchField, Sort,
    exact::{
        Candidate, EncodedTerms, NearWord, PLAIN_FIELDS, RecordTerms, Scorer, Statistics, Stream,
        TermKey, distance, facet_values, n_holding, plan, score, similar_words, title_key,
    },
};

struct Entry {
    record: Record,
    terms: RecordTerms,
}

impl Entry {
    fn new(record: &Record, definition: &Definition) -> Self {
        Self {
            record: record.clone(),
            terms: RecordTerms::from(&EncodedTerms::of(record, definition)),
        }
    }
}

impl Candidate for Entry {
    fn id(&self) -> &RecordId {
        &self.record.id
    }

    fn terms(&self) -> &RecordTerms {
        &self.terms
    }

    fn has_value(&self, field: FacetField, value: &str) -> Result<bool, FullTextError> {
        Ok(match field {
            FacetField::Year => {
                let range: crate::YearRange = value.parse()?;
                self.record
                    .year
                    .is_some_and(|year| range.contains(year.get()))
            }
            other => facet_values(&self.record, other)
                .iter()
                .any(|own| own == value),
        })
    }
}

impl Entry {
    fn meets(&self, filters: &[Filter]) -> Result<bool, FullTextError> {
        for field in FacetField::ALL {
            let mut asked = filters
                .iter()
                .filter(|filter| filter.field == field)
                .peekable();
            if asked.peek().is_none() {
                continue;
            }
            let mut holds = false;
            for filter in asked {
                holds |= self.has_value(field, &filter.value)?;
            }
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[derive(Default)]
struct State {
    committed: BTreeMap<RecordId, Entry>,
    pending: Vec<(RecordId, Option<Record>)>,
    seq: ChangeSeq,
}

/// A full-text store in memory.
pub struct MemoryFullText {
    definition: Definition,
    state: RwLock<State>,
}

impl Default for MemoryFullText {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryFullText {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            definition: Definition::built_in().clone(),
            state: RwLock::default(),
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FullTextStore for MemoryFullText {
    fn upsert(&self, records: &[Record]) -> Result<(), FullTextError> {
        self.change(|state| {
            let pending = records.iter().map(|r| (r.id.clone(), Some(r.clone())));
            state.pending.extend(pending);
        });
        Ok(())
    }

    fn delete(&self, ids: &[RecordId]) -> Result<(), FullTextError> {
        self.change(|state| {
            state
                .pending
                .extend(ids.iter().map(|id| (id.clone(), None)))
        });
        Ok(())
    }

    fn commit(&self, seq: ChangeSeq) -> Result<(), FullTextError> {
        self.change(|state| {
            for (id, record) in std::mem::take(&mut state.pending) {
                match record {
                    Some(record) => {
                        let entry = Entry::new(&record, &self.definition);
                        state.committed.insert(id, entry);
                    }
                    None => {
                        state.committed.remove(&id);
                    }
                }
            }
            state.seq = seq;
        });
        Ok(())
    }

    fn applied_seq(&self) -> Result<ChangeSeq, FullTextError> {
        Ok(self.read(|state| state.seq))
    }

    fn finish(&self) -> Result<(), FullTextError> {
        self.change(|state| state.pending.clear());
        Ok(())
    }

    fn search(&self, query: &FullTextQuery) -> Result<FullTextPage, FullTextError> {
        self.read(|state| {
            let scan = Scan::new(&state.committed, &self.definition);
            scan.search(query)
        })
    }

    fn similar_words(
        &self,
        word: &str,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<String>, FullTextError> {
        self.read(|state| {
            let scan = Scan::new(&state.committed, &self.definition);
            similar_words(self, word, clearance, limit, &scan, |word, max_off| {
                Ok(scan.near_words(word, max_off))
            })
        })
    }

    fn n_holding(&self, text: &str, clearance: Clearance) -> Result<u64, FullTextError> {
        self.read(|state| {
            let scan = Scan::new(&state.committed, &self.definition);
            n_holding(self, text, clearance, &scan)
        })
    }

    fn ids(&self, clearance: Clearance) -> Result<Vec<RecordId>, FullTextError> {
        Ok(self.read(|state| {
            let entries = state.committed.values().map(|entry| &entry.record);
            let seen = entries.filter(|record| clearance.may_see(record.access));
            seen.map(|record| record.id.clone()).collect()
        }))
    }

    fn stats(&self) -> Result<FullTextStats, FullTextError> {
        Ok(self.read(|state| FullTextStats {
            n_records: state.committed.len() as u64,
            bytes: 0,
            n_segments: 1,
        }))
    }
}

/// One search over all entries.
struct Scan<'a> {
    entries: &'a BTreeMap<RecordId, Entry>,
    definition: &'a Definition,
    scorer: Scorer<'a>,
}

impl Statistics for Scan<'_> {
    fn n_records(&self) -> u64 {
        (self.entries.len() as u64).max(1)
    }

    fn n_holding(&self, key: &TermKey) -> u64 {
        let holding = self.entries.values().filter(|entry| entry.terms.holds(key));
        holding.count() as u64
    }
}

impl<'a> Scan<'a> {
    fn new(entries: &'a BTreeMap<RecordId, Entry>, definition: &'a Definition) -> Self {
        let mean = |field: SearchField| -> f32 {
            let lengths = entries
                .values()
                .map(|entry| entry.terms.length(field) as f32);
            let lengths: Vec<f32> = lengths.collect();
            let n = lengths.iter().filter(|length| **length > 0.0).count();
            lengths.iter().sum::<f32>() / n.max(1) as f32
        };
        Self {
            entries,
            definition,
            scorer: Scorer::new(definition, SearchField::ALL.map(mean).into()),
        }
    }

    /// Every word of the main streams, measured.
    fn near_words(&self, word: &str, max_off: u8) -> Vec<NearWord> {
        let of_entry = |entry: &'a Entry| {
            PLAIN_FIELDS
                .map(|field| entry.terms.tokens(field, Stream::Main))
                .into_iter()
                .flatten()
        };
        let words: BTreeSet<&String> = self
            .entries
            .values()
            .flat_map(of_entry)
            .map(|(_, text)| text)
            .collect();
        let key = |field, text: &str| TermKey {
            field,
            stream: Stream::Main,
            text: text.to_owned(),
        };
        let n_holding = |text: &str| {
            let in_fields = PLAIN_FIELDS.map(|field| self.n_holding(&key(field, text)));
            in_fields.into_iter().max().unwrap_or(0)
        };
        let near = words.into_iter().map(|text| (text, distance(word, text)));
        near.filter(|(_, off)| *off <= usize::from(max_off))
            .map(|(text, off)| NearWord {
                distance: off as u8,
                n_holding: n_holding(text),
                text: text.clone(),
            })
            .collect()
    }

    fn search(&self, query: &FullTextQuery) -> Result<FullTextPage, FullTextError> {
        let plan = plan(&query.expr, self.definition, self);
        let mut found = Vec::new();
        for entry in self.entries.values() {
            if query.clearance.may_see(entry.record.access)
                && entry.meets(&query.filters)?
                && let Some(parts) = self.scorer.parts(&plan, entry)?
            {
                found.push((entry, parts));
            }
        }
        let facets = query
            .facets
            .iter()
            .map(|field| (*field, count(*field, &found, query)));
        let mut page = FullTextPage {
            total: found.len() as u64,
            facets: facets.collect(),
            hits: Vec::new(),
        };
        found.sort_by(|a, b| order(query.sort, a, b).then(a.0.record.id.cmp(&b.0.record.id)));
        let shown = found.into_iter().skip(query.offset).take(query.limit);
        page.hits = shown
            .map(|(entry, parts)| FullTextHit {
                id: entry.record.id.clone(),
                score: score(&parts),
                parts: if query.explain { parts } else { Vec::new() },
            })
            .collect();
        Ok(page)
    }
}

type Found<'a> = (&'a Entry, Vec<ScorePart>);

fn order(sort: Sort, a: &Found<'_>, b: &Found<'_>) -> std::cmp::Ordering {
    let (year_a, year_b) = (a.0.record.year, b.0.record.year);
    match sort {
        Sort::Relevance => score(&b.1).total_cmp(&score(&a.1)),
        Sort::Newest => year_b.cmp(&year_a),
        Sort::Oldest => (year_a.is_none(), year_a).cmp(&(year_b.is_none(), year_b)),
        Sort::Title => title_key(&a.0.record).cmp(&title_key(&b.0.record)),
    }
}

fn count(field: FacetField, found: &[Found<'_>], query: &FullTextQuery) -> Vec<FacetCount> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for value in found
        .iter()
        .flat_map(|(entry, _)| facet_values(&entry.record, field))
    {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<FacetCount> = counts
        .into_iter()
        .map(|(value, count)| FacetCount { value, count })
        .collect();
    counts.sort_by_key(|value| std::cmp::Reverse(value.count));
    if field != FacetField::Year {
        counts.truncate(query.facet_limit);
    }
    counts
}
