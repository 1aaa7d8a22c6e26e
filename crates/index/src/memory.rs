//! The oracle: a full-text store that scans every record, to check the others
//! against. Nothing in it is clever.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock},
};

use records::{ChangeSeq, Clearance, Record, RecordId};
use tantivy::fieldnorm::FieldNormReader;

use crate::{
    Definition, FacetCount, FacetField, Filter, FullTextError, FullTextHit, FullTextPage,
    FullTextQuery, FullTextStats, FullTextStore, ScorePart, SearchField, Sort,
    analysis::Vocabulary,
    engine::count_matches,
    holding::n_holding,
    plan::{
        Bag, Group, Lookup, PLAIN_FIELDS, Plan, Source, Statistics, Stream, TermKey, length_factor,
        plan, saturate,
    },
    record_text::{facet_values, push_field},
    spelling::{NearWord, distance, similar_words},
    streams::{Decoder, FieldStreams},
    title_key::title_key,
};

type Tokens = Vec<(u32, String)>;

struct Entry {
    record: Record,
    streams: Vec<(Tokens, Tokens)>,
}

impl Entry {
    fn new(record: &Record, definition: &Definition) -> Self {
        let read = |encoded: Option<String>| -> Tokens {
            let encoded = encoded.unwrap_or_default();
            let tokens = Decoder::new(&encoded).map(|(place, token)| (place, token.to_owned()));
            tokens.collect()
        };
        let mut vocabulary = Vocabulary::new();
        let streams = SearchField::ALL.map(|field| {
            let mut streams = FieldStreams::new(&definition.analyser, &mut vocabulary);
            push_field(record, field, &definition.analyser, &mut streams);
            let (main, derived) = streams.finish();
            (read(main), read(derived))
        });
        Self {
            record: record.clone(),
            streams: streams.into(),
        }
    }

    fn tokens(&self, field: SearchField, stream: Stream) -> &Tokens {
        let (main, derived) = &self.streams[field as usize];
        match stream {
            Stream::Main => main,
            Stream::Derived => derived,
        }
    }

    /// The length as tantivy keeps it: one byte.
    fn length(&self, field: SearchField) -> f32 {
        let n_tokens = self.tokens(field, Stream::Main).len();
        let id = FieldNormReader::fieldnorm_to_id(u32::try_from(n_tokens).unwrap_or(u32::MAX));
        FieldNormReader::id_to_fieldnorm(id) as f32
    }

    fn places(&self, key: &TermKey) -> Vec<u32> {
        let tokens = self.tokens(key.field, key.stream).iter();
        let found = tokens.filter(|(_, token)| *token == key.text);
        found.map(|(place, _)| *place).collect()
    }

    fn frequency(&self, lookup: &Lookup) -> u32 {
        match lookup {
            Lookup::Term(key) => self.places(key).len() as u32,
            Lookup::Phrase(phrase) => {
                let places = phrase.places.iter().enumerate();
                let rows: Vec<Vec<u32>> = places
                    .map(|(i, keys)| {
                        let mut row: Vec<u32> = keys
                            .iter()
                            .flat_map(|key| self.places(key))
                            .filter_map(|place| place.checked_sub(i as u32))
                            .collect();
                        row.sort_unstable();
                        row.dedup();
                        row
                    })
                    .collect();
                let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
                count_matches(&rows, phrase.slop)
            }
        }
    }

    fn has_prefix(&self, field: SearchField, prefix: &str) -> bool {
        let (main, derived) = &self.streams[field as usize];
        let mut tokens = main.iter().chain(derived);
        tokens.any(|(_, token)| token.starts_with(prefix))
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
    mean_lengths: Vec<f32>,
}

impl Statistics for Scan<'_> {
    fn n_records(&self) -> u64 {
        (self.entries.len() as u64).max(1)
    }

    fn n_holding(&self, key: &TermKey) -> u64 {
        let holding = self
            .entries
            .values()
            .filter(|entry| !entry.places(key).is_empty());
        holding.count() as u64
    }
}

impl<'a> Scan<'a> {
    fn new(entries: &'a BTreeMap<RecordId, Entry>, definition: &'a Definition) -> Self {
        let mean = |field: SearchField| -> f32 {
            let lengths: Vec<f32> = entries.values().map(|entry| entry.length(field)).collect();
            let n = lengths.iter().filter(|length| **length > 0.0).count();
            lengths.iter().sum::<f32>() / n.max(1) as f32
        };
        Self {
            entries,
            definition,
            mean_lengths: SearchField::ALL.map(mean).into(),
        }
    }

    /// Every word of the main streams, measured.
    fn near_words(&self, word: &str, max_off: u8) -> Vec<NearWord> {
        let of_entry = |entry: &'a Entry| {
            PLAIN_FIELDS
                .map(|field| entry.tokens(field, Stream::Main))
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
                && let Some(parts) = self.parts(&plan, entry)?
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
                score: sum(&parts),
                parts: if query.explain { parts } else { Vec::new() },
            })
            .collect();
        Ok(page)
    }

    /// The parts of the score; `None` when the entry does not match.
    fn parts(&self, plan: &Plan, entry: &Entry) -> Result<Option<Vec<ScorePart>>, FullTextError> {
        let all = |parts: &[Plan]| -> Result<Vec<Option<Vec<ScorePart>>>, FullTextError> {
            parts.iter().map(|part| self.parts(part, entry)).collect()
        };
        let some_if = |holds: bool| holds.then(Vec::new);
        Ok(match plan {
            Plan::All => Some(Vec::new()),
            Plan::Nothing => None,
            Plan::Bag(bag) => self.bag(bag, entry),
            Plan::Prefix { fields, prefix } => {
                some_if(fields.iter().any(|field| entry.has_prefix(*field, prefix)))
            }
            Plan::Ids(ids) => some_if(ids.contains(&entry.record.id)),
            Plan::Value { field, value } => some_if(entry.has_value(*field, value)?),
            Plan::And(parts) => {
                let found: Option<Vec<_>> = all(parts)?.into_iter().collect();
                found.map(|parts| parts.concat())
            }
            Plan::Or(parts) => {
                let found: Vec<_> = all(parts)?.into_iter().flatten().collect();
                (!found.is_empty()).then(|| found.concat())
            }
            Plan::Best(parts) => {
                let found = all(parts)?.into_iter().flatten();
                found.max_by(|a, b| sum(a).total_cmp(&sum(b)))
            }
            Plan::AndNot(wanted, unwanted) => match self.parts(unwanted, entry)? {
                Some(_) => None,
                None => self.parts(wanted, entry)?,
            },
        })
    }

    fn bag(&self, bag: &Bag, entry: &Entry) -> Option<Vec<ScorePart>> {
        let mut mass = 0.0;
        let mut parts = Vec::new();
        for group in &bag.groups {
            let own = self.group(group, entry);
            mass += if own.is_empty() { 0.0 } else { group.mass };
            parts.extend(own);
        }
        (mass > 0.0 && mass >= bag.threshold).then_some(parts)
    }

    fn group(&self, group: &Group, entry: &Entry) -> Vec<ScorePart> {
        let tf = |source: &Source| {
            let b = self.definition.fields.get(source.field).b;
            let mean = self.mean_lengths[source.field as usize];
            let factor = length_factor(b, entry.length(source.field), mean);
            source.weight * entry.frequency(&source.lookup) as f32 / factor
        };
        let all: f32 = group.sources.iter().map(tf).sum();
        let score = group.idf * group.boost * saturate(all, self.definition.ranking.k1);
        let found = group.sources.iter().filter(|source| tf(source) > 0.0);
        found
            .map(|source| ScorePart {
                term: match &source.lookup {
                    Lookup::Term(key) => key.text.clone(),
                    Lookup::Phrase(_) => group.label.clone(),
                },
                field: source.field.as_str(),
                field_weight: self.definition.fields.get(source.field).weight,
                frequency: entry.frequency(&source.lookup),
                score: score * tf(source) / all,
            })
            .collect()
    }
}

fn sum(parts: &[ScorePart]) -> f32 {
    parts.iter().map(|part| part.score).sum()
}

type Found<'a> = (&'a Entry, Vec<ScorePart>);

fn order(sort: Sort, a: &Found<'_>, b: &Found<'_>) -> std::cmp::Ordering {
    let (year_a, year_b) = (a.0.record.year, b.0.record.year);
    match sort {
        Sort::Relevance => sum(&b.1).total_cmp(&sum(&a.1)),
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
