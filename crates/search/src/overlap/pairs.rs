//! Every passage of a record against every passage of the text.

use catalog::Detail;
use records::{Record, RecordId};

use super::{
    OverlapRequest, PairKind, PassagePair, RecordOverlap, Side,
    manuscript::{Passage, of_stored},
    scale::Scale,
    shared::{Finder, Shared, Words},
};
use crate::{Highlighted, Meaning, SearchError, Searcher};

/// Pairs shown of a record.
const MOST_PAIRS: usize = 5;

/// From here on two passages count as saying the same.
const SAME: f64 = 0.5;

/// Below it they are not shown: the nearest of two unlike texts.
const RELATED: f64 = 0.1;

/// Share of the shorter passage that makes a copy of it.
const COPIED: f64 = 0.5;

/// The text, ready to be compared.
pub(super) struct Comparison<'a> {
    own: &'a [Passage],
    words: Vec<Words>,
    langs: Vec<&'static str>,
    meaning: Option<&'a Meaning>,
    scale: Option<Scale>,
}

/// What the closer look found.
#[derive(Default)]
pub(super) struct Examined {
    pub(super) n_examined: usize,
    pub(super) n_shared_words: usize,
    pub(super) records: Vec<RecordOverlap>,
}

/// A record beside the words of the text that stand in it.
struct Found {
    record: Record,
    pairs: Vec<PassagePair>,
    shared: Vec<Vec<bool>>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(own: &'a [Passage], meaning: Option<&'a Meaning>) -> Self {
        Self {
            own,
            words: own.iter().map(|passage| passage.words.clone()).collect(),
            langs: own.iter().map(|passage| language(&passage.text)).collect(),
            meaning,
            scale: meaning.and_then(|meaning| Scale::of_model(meaning.embedder.model_id())),
        }
    }

    /// No word of the text shared yet.
    fn nothing_shared(&self) -> Vec<Vec<bool>> {
        self.words
            .iter()
            .map(|words| vec![false; words.len()])
            .collect()
    }

    /// All pairs that are worth showing, and the words of ours that are shared.
    fn with(&self, theirs: &[Passage]) -> (Vec<PassagePair>, Vec<Vec<bool>>) {
        let finder = Finder::new(&self.words);
        let mut shared_words = self.nothing_shared();
        let mut best: Vec<Option<PassagePair>> = vec![None; self.own.len()];
        for (number, passage) in theirs.iter().enumerate() {
            let lang = language(&passage.text);
            let found = finder.find(&passage.words);
            for (own, best) in best.iter_mut().enumerate() {
                let shared = found.iter().find(|shared| shared.own == own);
                if let Some(shared) = shared {
                    merge(&mut shared_words[own], &shared.in_own);
                }
                let pair = self.pair(own, (number, passage, lang), shared);
                let is_better = |pair: &PassagePair| {
                    best.as_ref()
                        .is_none_or(|best| pair.similarity > best.similarity)
                };
                if let Some(pair) = pair.filter(is_better) {
                    *best = Some(pair);
                }
            }
        }
        let mut pairs: Vec<PassagePair> = best.into_iter().flatten().collect();
        // Stable: ties stay in the order of the text.
        pairs.sort_by(|a, b| {
            let findings = b.kind.is_finding().cmp(&a.kind.is_finding());
            findings.then(b.similarity.total_cmp(&a.similarity))
        });
        pairs.truncate(MOST_PAIRS);
        (pairs, shared_words)
    }

    fn pair(
        &self,
        own: usize,
        (number, theirs, lang): (usize, &Passage, &'static str),
        shared: Option<&Shared>,
    ) -> Option<PassagePair> {
        let ours = &self.own[own];
        let cosine = match (&ours.vector, &theirs.vector) {
            (Some(a), Some(b)) => Some(a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>()),
            _ => None,
        };
        let same_language = self.langs[own] == lang || self.langs[own] == "und" || lang == "und";
        let meaning = match (cosine, self.scale) {
            (Some(cosine), Some(scale)) => scale.similarity(cosine, same_language),
            _ => 0.0,
        };
        let n_shared_words = shared.map_or(0, Shared::n_words);
        let shorter = ours.words.len().min(theirs.words.len()).max(1);
        let share = (n_shared_words as f64 / shorter as f64).min(1.0);
        let kind = kind(share, meaning, same_language)?;
        let none = Vec::new();
        let (in_own, in_theirs) = shared.map_or((&none, &none), |s| (&s.in_own, &s.in_theirs));
        Some(PassagePair {
            kind,
            similarity: share.max(meaning),
            cosine,
            n_shared_words,
            own: side(own, ours, in_own, self.langs[own]),
            theirs: side(number, theirs, in_theirs, lang),
        })
    }
}

fn kind(share: f64, meaning: f64, same_language: bool) -> Option<PairKind> {
    if share >= COPIED {
        return Some(PairKind::Copied);
    }
    if share > 0.0 {
        return Some(PairKind::PartlyCopied);
    }
    match (meaning, same_language) {
        (SAME.., false) => Some(PairKind::Translated),
        (SAME.., true) => Some(PairKind::Reworded),
        (RELATED.., _) => Some(PairKind::Related),
        _ => None,
    }
}

fn side(number: usize, passage: &Passage, is_shared: &[bool], lang: &'static str) -> Side {
    Side {
        number: number + 1,
        text: Highlighted {
            text: passage.text.clone(),
            marks: passage.words.marks(is_shared),
        },
        page: passage.page,
        lang,
    }
}

fn language(text: &str) -> &'static str {
    text::detect(text).lang
}

fn merge(all: &mut [bool], more: &[bool]) {
    for (all, more) in all.iter_mut().zip(more) {
        *all |= more;
    }
}

fn n_set(sets: &[Vec<bool>]) -> usize {
    sets.iter().flatten().filter(|set| **set).count()
}

impl Searcher {
    /// Compares the records of `ids` passage by passage and keeps the best.
    pub(super) fn examine(
        &self,
        comparison: &Comparison<'_>,
        ids: &[RecordId],
        request: &OverlapRequest,
    ) -> Result<Examined, SearchError> {
        let records = self
            .catalog
            .get_many(ids, request.clearance, Detail::Summary)?;
        let mut examined = Examined::default();
        let mut found = Vec::new();
        for stored in records.into_iter().flatten() {
            let theirs = self.passages_of(comparison.meaning, &stored.record, request)?;
            examined.n_examined += 1;
            let (pairs, shared) = comparison.with(&theirs);
            let record = stored.record;
            if !pairs.is_empty() {
                found.push(Found {
                    record,
                    pairs,
                    shared,
                });
            }
        }
        found.sort_by(|a, b| {
            let (x, y) = (&a.pairs[0], &b.pairs[0]);
            let findings = y.kind.is_finding().cmp(&x.kind.is_finding());
            let alike = findings.then(y.similarity.total_cmp(&x.similarity));
            let shared = alike.then_with(|| n_set(&b.shared).cmp(&n_set(&a.shared)));
            shared.then_with(|| a.record.id.cmp(&b.record.id))
        });
        found.truncate(request.limit);
        let mut all = comparison.nothing_shared();
        for one in &found {
            all.iter_mut()
                .zip(&one.shared)
                .for_each(|(all, more)| merge(all, more));
        }
        examined.n_shared_words = n_set(&all);
        examined.records = found.into_iter().map(shown).collect();
        Ok(examined)
    }

    /// The passages of a record: those of the index of meaning, else cut anew.
    fn passages_of(
        &self,
        meaning: Option<&Meaning>,
        record: &Record,
        request: &OverlapRequest,
    ) -> Result<Vec<Passage>, SearchError> {
        if let Some(meaning) = meaning {
            let known = meaning.vectors.passages(&record.id, request.clearance)?;
            if !known.is_empty() {
                let passages = known.into_iter();
                let passages =
                    passages.map(|(text, vector)| Passage::new(text.text, text.page, Some(vector)));
                return Ok(passages.collect());
            }
        }
        let full = self
            .catalog
            .get(&record.id, request.clearance, Detail::Full)?;
        Ok(full.map_or_else(Vec::new, |stored| of_stored(&stored.record)))
    }
}

fn shown(found: Found) -> RecordOverlap {
    RecordOverlap {
        similarity: found.pairs[0].similarity,
        n_shared_words: n_set(&found.shared),
        record: found.record,
        pairs: found.pairs,
    }
}
