//! Suggestions for the records that have no code of a scheme.

use catalog::{Batch, Blob, CatalogStore, Detail, WhatChanged};
use jiff::Timestamp;
use rayon::prelude::*;
use records::{ChangeSeq, Clearance, Record, RecordId};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::{
    Example, Features, IPC, KHCN, Label, Model, SubjectError,
    decide::{decisions, read_blobs},
    features, features_of_text, learn,
};

const FOUND: &str = "subject/suggestions";

/// Records read at once.
const PAGE: usize = 2000;

/// Classified records that teach at most: more teach no better, and cost time.
const MAX_TAUGHT: usize = 60_000;

/// Codes suggested for one record at most.
const MAX_CODES: usize = 3;

/// Suggestions kept, surest first.
const MAX_KEPT: usize = 50_000;

/// Examples that a code needs: from fewer nothing general is learnt.
const LEAST_EXAMPLES: usize = 3;

/// A code for a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The record.
    pub record: RecordId,
    /// `khcn` or `ipc`.
    pub scheme: String,
    /// The code.
    pub code: String,
    /// Probability, 0 to 1.
    pub confidence: f32,
}

/// What the last run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When.
    pub at: Timestamp,
    /// Records that taught, per scheme.
    pub n_taught: Vec<(String, usize)>,
    /// Surest first.
    pub list: Vec<Suggestion>,
}

/// Learns from the classified records and from what people decided, and keeps
/// suggestions of a confidence of `least` and more for the others: fields for
/// records of any kind, IPC classes for patents.
///
/// # Errors
/// [`SubjectError::Damaged`], and the catalogue's.
pub fn suggest(catalog: &dyn CatalogStore, least: f32, at: Timestamp) -> Result<Run, SubjectError> {
    let rejected: FxHashSet<(RecordId, String, String)> = decisions(catalog)?
        .into_iter()
        .filter(|decision| !decision.accepted && !decision.is_undone)
        .map(|decision| (decision.record, decision.scheme, decision.code))
        .collect();
    let mut run = Run {
        at,
        n_taught: Vec::new(),
        list: Vec::new(),
    };
    for scheme in [KHCN, IPC] {
        let Taught { model, n_examples } = taught(catalog, scheme, &rejected)?;
        run.n_taught.push((scheme.to_owned(), n_examples));
        if let Some(model) = model {
            for_each_page(catalog, |records| {
                let found = records
                    .par_iter()
                    .flat_map_iter(|record| guesses(record, scheme, &model, least));
                run.list.extend(found.collect::<Vec<_>>());
            })?;
        }
    }
    run.list.retain(|one| {
        !rejected.contains(&(one.record.clone(), one.scheme.clone(), one.code.clone()))
    });
    run.list.sort_by(|a, b| {
        let name = |one: &Suggestion| (one.record.clone(), one.code.clone());
        b.confidence
            .total_cmp(&a.confidence)
            .then_with(|| name(a).cmp(&name(b)))
    });
    run.list.truncate(MAX_KEPT);
    let mut batch = Batch::new(at);
    batch.blobs.push(Blob {
        name: FOUND.to_owned(),
        bytes: serde_json::to_vec(&run).expect("a value with only string keys"),
    });
    catalog.apply(batch)?;
    Ok(run)
}

/// What the last [`suggest`] found and nobody has decided on since; `None`
/// before the first.
///
/// # Errors
/// [`SubjectError::Damaged`], and the catalogue's.
pub fn suggestions(catalog: &dyn CatalogStore) -> Result<Option<Run>, SubjectError> {
    let Some(mut run) = read_blobs::<Run>(catalog, FOUND)?.pop() else {
        return Ok(None);
    };
    let decided = decisions(catalog)?
        .into_iter()
        .filter(|decision| !decision.is_undone);
    // One accepted code decides on all suggestions of its scheme.
    let decided: Vec<(RecordId, String, Option<String>)> = decided
        .map(|d| (d.record, d.scheme, (!d.accepted).then_some(d.code)))
        .collect();
    let decided: FxHashSet<_> = decided.into_iter().collect();
    run.list.retain(|one| {
        let key = |code: Option<&String>| (one.record.clone(), one.scheme.clone(), code.cloned());
        !decided.contains(&key(None)) && !decided.contains(&key(Some(&one.code)))
    });
    Ok(Some(run))
}

/// A taught model; none where there is too little to learn from.
pub struct Taught {
    /// The model.
    pub model: Option<Model>,
    /// Classified records that it learnt from.
    pub n_examples: usize,
}

/// Learns a scheme from a catalogue; `rejected` are pairs of records and codes
/// that people rejected.
///
/// # Errors
/// The catalogue's.
pub fn taught(
    catalog: &dyn CatalogStore,
    scheme: &str,
    rejected: &FxHashSet<(RecordId, String, String)>,
) -> Result<Taught, SubjectError> {
    let mut examples = Vec::new();
    let mut n_examples = 0;
    for_each_page(catalog, |records| {
        for record in records {
            let wrong = rejected
                .iter()
                .filter(|(id, of, _)| *id == record.id && of == scheme);
            for (_, _, code) in wrong {
                examples.push(example(&record, Label::Not(code.clone())));
            }
            let codes = codes(&record, scheme);
            if !codes.is_empty() && n_examples < MAX_TAUGHT {
                n_examples += 1;
                examples.push(example(&record, Label::Codes(codes)));
            }
        }
    })?;
    if scheme == KHCN {
        examples.extend(seeds());
    }
    let least = if scheme == KHCN { 1 } else { LEAST_EXAMPLES };
    Ok(Taught {
        model: learn(&examples, least, scheme == KHCN),
        n_examples,
    })
}

fn example(record: &Record, label: Label) -> Example {
    Example {
        name: record.id.to_string(),
        features: features(record),
        label,
    }
}

/// Words of our own for the top-level fields, so that a library without a
/// single classified record gets suggestions too.
pub fn seeds() -> Vec<Example> {
    let lines = include_str!("../data/seeds.tsv").lines();
    let lines = lines.filter_map(|line| line.split_once('\t'));
    let example = |(n, (code, words)): (usize, (&str, &str))| Example {
        name: format!("seed {n}"),
        features: features_of_text(words),
        label: Label::Codes(vec![code.to_owned()]),
    };
    lines.enumerate().map(example).collect()
}

/// The codes of a record as they are taught: of S&T fields the top-level one,
/// of IPC the section and the class (`A`, `A01`).
pub(crate) fn codes(record: &Record, scheme: &str) -> Vec<String> {
    let own = record
        .subjects
        .iter()
        .filter(|subject| subject.scheme == scheme);
    let mut codes: Vec<String> = own
        .flat_map(|subject| {
            let code = subject.code.trim();
            let ends: &[usize] = if scheme == IPC { &[3] } else { &[1] };
            let heads = ends.iter().filter_map(|end| code.get(..*end));
            heads.map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

fn guesses(record: &Record, scheme: &str, model: &Model, least: f32) -> Vec<Suggestion> {
    let applies = scheme == KHCN || record.record_type == records::RecordType::Patent;
    if !applies || !codes(record, scheme).is_empty() {
        return Vec::new();
    }
    let features: Features = features(record);
    if features.is_empty() {
        return Vec::new();
    }
    let guesses = model.guess(&features).into_iter().take(MAX_CODES);
    let sure = guesses.filter(|guess| guess.confidence >= least);
    sure.map(|guess| Suggestion {
        record: record.id.clone(),
        scheme: scheme.to_owned(),
        code: guess.code,
        confidence: guess.confidence,
    })
    .collect()
}

fn for_each_page(
    catalog: &dyn CatalogStore,
    mut read: impl FnMut(Vec<Record>),
) -> Result<(), SubjectError> {
    let mut seq = ChangeSeq::ZERO;
    loop {
        let page = catalog.changes(seq, PAGE, Clearance::Staff, Detail::Summary)?;
        let records = page
            .changes
            .into_iter()
            .filter_map(|change| match change.what {
                WhatChanged::Upsert(stored) => Some(stored.record),
                WhatChanged::Tombstone { .. } => None,
            });
        read(records.collect());
        seq = page.up_to;
        if page.is_last {
            return Ok(());
        }
    }
}
