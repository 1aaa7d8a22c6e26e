//! Many judgements put together: scores of the library, its sources, its
//! collections and its types, and the worklists.

use std::collections::BTreeMap;

use jiff::Timestamp;
use records::{ChangeSeq, Record, RecordId};
use serde::{Deserialize, Serialize};

use crate::{Criterion, Judgement, Rule};

/// Scores of a set of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Records in it.
    pub n_records: u64,
    /// Mean of the records' scores, 0 to 100, one decimal.
    pub overall: f64,
    /// The same for each criterion, over the records that it asks something of.
    pub criteria: BTreeMap<Criterion, f64>,
}

/// How many records a rule asks, and how many of these fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// It applies to so many.
    pub asked: u64,
    /// It fails for so many.
    pub failed: u64,
}

/// What a survey found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// When.
    pub at: Timestamp,
    /// The newest change that it knew.
    pub seq: ChangeSeq,
    /// The collection it was limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// All records.
    pub scores: Scores,
    /// By the source they came from.
    pub sources: BTreeMap<String, Scores>,
    /// By the collection they lie in.
    pub collections: BTreeMap<String, Scores>,
    /// By their type.
    pub types: BTreeMap<String, Scores>,
    /// By rule.
    pub rules: BTreeMap<String, RuleCount>,
}

/// A record that fails a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which one.
    pub id: RecordId,
    /// Its score over all rules, 0 to 100, one decimal.
    pub score: f64,
    /// The value at fault, or nothing where something is missing.
    pub fault: String,
}

/// The records that fail a rule, worst first; of equal ones by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Worklist(pub Vec<Entry>);

impl Worklist {
    /// More than a person mends before the next survey.
    pub const MOST: usize = 1000;

    fn add(&mut self, entry: Entry) {
        self.0.push(entry);
        if self.0.len() >= 2 * Self::MOST {
            self.finish();
        }
    }

    fn finish(&mut self) {
        let by_score = |a: &Entry, b: &Entry| a.score.total_cmp(&b.score).then(a.id.cmp(&b.id));
        self.0.sort_by(by_score);
        self.0.truncate(Self::MOST);
    }
}

/// Sums behind [`Scores`].
#[derive(Debug, Clone, Default)]
struct Sums {
    n: u64,
    overall: f64,
    criteria: [(f64, u64); 6],
}

impl Sums {
    fn add(&mut self, judgement: &Judgement) {
        self.n += 1;
        self.overall += judgement.overall;
        for (sum, score) in self.criteria.iter_mut().zip(judgement.criteria) {
            if let Some(score) = score {
                *sum = (sum.0 + score, sum.1 + 1);
            }
        }
    }

    fn scores(&self) -> Scores {
        let criteria = Criterion::ALL.into_iter().zip(self.criteria);
        let criteria = criteria.filter(|(_, (_, n))| *n > 0);
        Scores {
            n_records: self.n,
            overall: mean(self.overall, self.n),
            criteria: criteria
                .map(|(criterion, (sum, n))| (criterion, mean(sum, n)))
                .collect(),
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of records")]
fn mean(sum: f64, n: u64) -> f64 {
    one_decimal(if n == 0 { 100.0 } else { sum / n as f64 })
}

fn one_decimal(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A report in the making.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    all: Sums,
    sources: BTreeMap<String, Sums>,
    collections: BTreeMap<String, Sums>,
    types: BTreeMap<String, Sums>,
    rules: BTreeMap<&'static str, RuleCount>,
    worklists: BTreeMap<&'static str, Worklist>,
}

impl Tally {
    pub(crate) fn add(&mut self, record: &Record, judgement: Judgement) {
        self.all.add(&judgement);
        let source = source_of(record);
        self.sources.entry(source).or_default().add(&judgement);
        for collection in &record.collections {
            let sums = self.collections.entry(collection.clone()).or_default();
            sums.add(&judgement);
        }
        let word = record.record_type.as_str().to_owned();
        self.types.entry(word).or_default().add(&judgement);
        for rule in judgement.asked {
            self.rules.entry(rule.id).or_default().asked += 1;
        }
        for (rule, fault) in judgement.failed {
            self.rules.entry(rule.id).or_default().failed += 1;
            self.worklists.entry(rule.id).or_default().add(Entry {
                id: record.id.clone(),
                score: one_decimal(judgement.overall),
                fault,
            });
        }
    }

    /// The report, and the worklist of every rule, empty ones included.
    pub(crate) fn finish(
        mut self,
        at: Timestamp,
        seq: ChangeSeq,
    ) -> (Report, BTreeMap<&'static str, Worklist>) {
        let scores = |sums: BTreeMap<String, Sums>| {
            let sums = sums.into_iter();
            sums.map(|(name, sums)| (name, sums.scores())).collect()
        };
        for rule in Rule::all() {
            self.rules.entry(rule.id).or_default();
            self.worklists.entry(rule.id).or_default().finish();
        }
        let rules = self.rules.into_iter();
        let report = Report {
            at,
            seq,
            collection: None,
            scores: self.all.scores(),
            sources: scores(self.sources),
            collections: scores(self.collections),
            types: scores(self.types),
            rules: rules.map(|(id, n)| (id.to_owned(), n)).collect(),
        };
        (report, self.worklists)
    }
}

/// Where a record came from, as a librarian names it: the address of a
/// repository, the file of many records, the folder of single documents.
fn source_of(record: &Record) -> String {
    let provenance = &record.provenance;
    let source = provenance.source.trim_end_matches('/');
    let is_address = source.contains("://");
    let folder = source.rsplit_once('/').map(|(folder, _)| folder);
    match folder {
        _ if source.is_empty() => "?".to_owned(),
        Some(folder) if !is_address && provenance.place.is_none() => folder.to_owned(),
        _ => source.to_owned(),
    }
}
