//! Terms of a record, the plan of a question and the exact score of one record:
//! what a store needs that finds candidates in its own way.
//!
//! In: a record. Out: its streams of tokens, to be kept and read back. In: a
//! plan and such a record. Out: whether it matches, and what its score is made
//! of, computed as the ranking is written down in [`Plan`].

use records::{Record, RecordId};
use tantivy::fieldnorm::FieldNormReader;

use crate::{
    Definition, FacetField, FullTextError, ScorePart, SearchField,
    analysis::Vocabulary,
    engine::count_matches,
    record_text::push_field,
    streams::{Decoder, FieldStreams},
};
pub use crate::{
    analysis::{PART_MARK, STEM_MARK},
    holding::n_holding,
    plan::{
        Bag, Group, Lookup, PLAIN_FIELDS, PhraseLookup, Plan, Source, Statistics, Stream, TermKey,
        idf, length_factor, plan, saturate,
    },
    record_text::facet_values,
    spelling::{NearWord, distance, similar_words},
    title_key::title_key,
};

/// Tokens with their places, in order.
type Tokens = Vec<(u32, String)>;

/// The tokens of a record, field by field and stream by stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTerms {
    /// In the order of [`SearchField::ALL`]: main and derived.
    streams: Vec<(Tokens, Tokens)>,
}

/// The streams of a record as text: a main and a derived one for each field in
/// the order of [`SearchField::ALL`], empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EncodedTerms(pub Vec<[String; 2]>);

impl EncodedTerms {
    /// The streams of a record.
    pub fn of(record: &Record, definition: &Definition) -> Self {
        let mut vocabulary = Vocabulary::new();
        let streams = SearchField::ALL.map(|field| {
            let mut streams = FieldStreams::new(&definition.analyser, &mut vocabulary);
            push_field(record, field, &definition.analyser, &mut streams);
            let (main, derived) = streams.finish();
            [main.unwrap_or_default(), derived.unwrap_or_default()]
        });
        Self(streams.into())
    }
}

impl From<&EncodedTerms> for RecordTerms {
    /// A field that is not there has no tokens.
    fn from(encoded: &EncodedTerms) -> Self {
        let read = |encoded: Option<&String>| -> Tokens {
            let encoded = encoded.map_or("", String::as_str);
            let tokens = Decoder::new(encoded).map(|(place, token)| (place, token.to_owned()));
            tokens.collect()
        };
        let streams = (0..SearchField::ALL.len()).map(|at| {
            let field = encoded.0.get(at);
            let stream = |number: usize| read(field.map(|streams| &streams[number]));
            (stream(0), stream(1))
        });
        Self {
            streams: streams.collect(),
        }
    }
}

impl RecordTerms {
    /// The tokens of one stream with their places, in order.
    pub fn tokens(&self, field: SearchField, stream: Stream) -> &[(u32, String)] {
        let (main, derived) = &self.streams[field as usize];
        match stream {
            Stream::Main => main,
            Stream::Derived => derived,
        }
    }

    /// The length of a field in tokens, as coarse as tantivy keeps it in one
    /// byte, so that every store ranks by the same lengths.
    pub fn length(&self, field: SearchField) -> u32 {
        let n_tokens = self.tokens(field, Stream::Main).len();
        let id = FieldNormReader::fieldnorm_to_id(u32::try_from(n_tokens).unwrap_or(u32::MAX));
        FieldNormReader::id_to_fieldnorm(id)
    }

    fn places(&self, key: &TermKey) -> Vec<u32> {
        let tokens = self.tokens(key.field, key.stream).iter();
        let found = tokens.filter(|(_, token)| *token == key.text);
        found.map(|(place, _)| *place).collect()
    }

    /// Whether the record holds a term.
    pub fn holds(&self, key: &TermKey) -> bool {
        let mut tokens = self.tokens(key.field, key.stream).iter();
        tokens.any(|(_, token)| *token == key.text)
    }

    /// How often the record holds a term or a phrase.
    pub fn frequency(&self, lookup: &Lookup) -> u32 {
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

    /// Whether a word of the field, in any of its forms, starts with `prefix`.
    pub fn has_prefix(&self, field: SearchField, prefix: &str) -> bool {
        let (main, derived) = &self.streams[field as usize];
        let mut tokens = main.iter().chain(derived);
        tokens.any(|(_, token)| token.starts_with(prefix))
    }
}

/// What is known of a record that may match.
pub trait Candidate {
    /// Its id.
    fn id(&self) -> &RecordId;
    /// Its tokens.
    fn terms(&self) -> &RecordTerms;
    /// Whether it has a value of a facet field; for the year also a range.
    ///
    /// # Errors
    /// When the value is no year.
    fn has_value(&self, field: FacetField, value: &str) -> Result<bool, FullTextError>;
}

/// Scores records, one at a time.
#[derive(Debug, Clone)]
pub struct Scorer<'a> {
    definition: &'a Definition,
    mean_lengths: Vec<f32>,
}

impl<'a> Scorer<'a> {
    /// * `mean_lengths`: for each field in the order of [`SearchField::ALL`] the
    ///   mean of [`RecordTerms::length`] over the records that have the field.
    pub fn new(definition: &'a Definition, mean_lengths: Vec<f32>) -> Self {
        Self {
            definition,
            mean_lengths,
        }
    }

    /// What the score is made of; `None` when the record does not match.
    ///
    /// # Errors
    /// When a value of the plan is no year.
    pub fn parts(
        &self,
        plan: &Plan,
        candidate: &dyn Candidate,
    ) -> Result<Option<Vec<ScorePart>>, FullTextError> {
        let all = |parts: &[Plan]| -> Result<Vec<Option<Vec<ScorePart>>>, FullTextError> {
            let parts = parts.iter().map(|part| self.parts(part, candidate));
            parts.collect()
        };
        let some_if = |holds: bool| holds.then(Vec::new);
        let terms = candidate.terms();
        Ok(match plan {
            Plan::All => Some(Vec::new()),
            Plan::Nothing => None,
            Plan::Bag(bag) => self.bag(bag, terms),
            Plan::Prefix { fields, prefix } => {
                some_if(fields.iter().any(|field| terms.has_prefix(*field, prefix)))
            }
            Plan::Ids(ids) => some_if(ids.contains(candidate.id())),
            Plan::Value { field, value } => some_if(candidate.has_value(*field, value)?),
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
                found.max_by(|a, b| score(a).total_cmp(&score(b)))
            }
            Plan::AndNot(wanted, unwanted) => match self.parts(unwanted, candidate)? {
                Some(_) => None,
                None => self.parts(wanted, candidate)?,
            },
        })
    }

    fn bag(&self, bag: &Bag, terms: &RecordTerms) -> Option<Vec<ScorePart>> {
        let mut mass = 0.0;
        let mut parts = Vec::new();
        for group in &bag.groups {
            let own = self.group(group, terms);
            mass += if own.is_empty() { 0.0 } else { group.mass };
            parts.extend(own);
        }
        (mass > 0.0 && mass >= bag.threshold).then_some(parts)
    }

    /// The weighted frequency of one source: see [`Plan`].
    fn tf(&self, source: &Source, terms: &RecordTerms) -> f32 {
        let b = self.definition.fields.get(source.field).b;
        let mean = self.mean_lengths[source.field as usize];
        let factor = length_factor(b, terms.length(source.field) as f32, mean);
        source.weight * terms.frequency(&source.lookup) as f32 / factor
    }

    fn group(&self, group: &Group, terms: &RecordTerms) -> Vec<ScorePart> {
        let tfs: Vec<f32> = (group.sources.iter())
            .map(|source| self.tf(source, terms))
            .collect();
        let all: f32 = tfs.iter().sum();
        let score = group.idf * group.boost * saturate(all, self.definition.ranking.k1);
        let found = group.sources.iter().zip(tfs).filter(|(_, tf)| *tf > 0.0);
        found
            .map(|(source, tf)| ScorePart {
                term: match &source.lookup {
                    Lookup::Term(key) => key.text.clone(),
                    Lookup::Phrase(_) => group.label.clone(),
                },
                field: source.field.as_str(),
                field_weight: self.definition.fields.get(source.field).weight,
                frequency: terms.frequency(&source.lookup),
                score: score * tf / all,
            })
            .collect()
    }
}

/// The score that these parts sum to.
pub fn score(parts: &[ScorePart]) -> f32 {
    parts.iter().map(|part| part.score).sum()
}
