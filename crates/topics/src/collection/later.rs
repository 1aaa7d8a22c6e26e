//! Records that came after a build: each goes into the topic that its words
//! are nearest to, until the next build looks at all of them.

use std::collections::BTreeSet;

use catalog::{
    CatalogError, CatalogStore, Detail, TopicError, TopicId, TopicMember, TopicStore, WhatChanged,
};
use rayon::prelude::*;
use records::{Clearance, RecordId};
use serde::{Deserialize, Serialize};

use super::{CHUNK, Entry};
use crate::placing::{Placer, Placing};

/// Shares in other topics that count.
const MIN_SHARE: f32 = 0.15;

/// What a build keeps for records that come later.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// The topics, in the order of the placing.
    pub(super) ids: Vec<TopicId>,
    pub(super) placing: Placing,
}

/// What was placed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placed {
    /// Records that have a topic now.
    pub n_placed: usize,
    /// Records that share no telling word with any topic.
    pub n_outliers: usize,
}

/// Why records were not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// What the build kept cannot be read.
    #[error(
        "what build {build} of the topics kept for later records is damaged; build topics again with `trithuc topics build`"
    )]
    Damaged {
        /// The build.
        build: u64,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The records could not be written.
    #[error(transparent)]
    Topics(#[from] TopicError),
}

/// Places the open records that came after the newest build. Records that have
/// a topic keep it. Does nothing before the first build.
///
/// * `is_stop_word`: as for the build.
///
/// # Errors
/// [`PlaceError`]; what was placed before it stays.
pub fn place<C: CatalogStore + TopicStore + ?Sized>(
    catalogue: &C,
    is_stop_word: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Placed, PlaceError> {
    let mut done = Placed::default();
    let Some(kept) = catalogue
        .topic_placing()?
        .filter(|kept| !kept.bytes.is_empty())
    else {
        return Ok(done);
    };
    let build = kept.build;
    let mut at = kept.seq;
    let kept: Kept = serde_json::from_slice(&kept.bytes)
        .map_err(|source| PlaceError::Damaged { build, source })?;
    let mut goals: Option<Vec<Option<TopicId>>> = None;
    let placer = kept.placing.placer(is_stop_word);
    loop {
        let read = catalogue.changes(at, CHUNK, Clearance::Public, Detail::Summary)?;
        at = read.up_to;
        let changed = read.changes.iter().filter_map(|change| match &change.what {
            WhatChanged::Upsert(stored) => Some(Entry::of(&stored.record)),
            _ => None,
        });
        let entries: Vec<Entry> = changed.collect();
        if !entries.is_empty() {
            let goals = match &mut goals {
                Some(goals) => goals,
                none => none.insert(stand_ins(catalogue, &kept.ids)?),
            };
            let (members, outliers) = assign(&placer, &entries, goals);
            catalogue.place_records(build, &members, &outliers)?;
            done.n_placed += members.len();
            done.n_outliers += outliers.len();
        }
        if read.is_last {
            return Ok(done);
        }
    }
}

/// For each topic of the build the one that stands for it now.
fn stand_ins<C: TopicStore + ?Sized>(
    catalogue: &C,
    ids: &[TopicId],
) -> Result<Vec<Option<TopicId>>, CatalogError> {
    let list = catalogue.topics(Clearance::Staff)?;
    let there: BTreeSet<TopicId> = (list.iter().flat_map(|list| &list.topics))
        .map(|topic| topic.id)
        .collect();
    let now = |id: &TopicId| {
        if there.contains(id) {
            return Ok(Some(*id));
        }
        catalogue.topic_successor(*id)
    };
    ids.iter().map(now).collect()
}

fn assign(
    placer: &Placer<'_>,
    entries: &[Entry],
    goals: &[Option<TopicId>],
) -> (Vec<TopicMember>, Vec<RecordId>) {
    let placed: Vec<Option<TopicMember>> = entries
        .par_iter()
        .map(|entry| {
            let mut shares = (placer.place(&entry.document(&[])).into_iter())
                .filter_map(|(topic, share)| Some((goals[topic as usize]?, share)));
            let (topic, probability) = shares.next()?;
            let others = shares.filter(|(other, share)| *other != topic && *share >= MIN_SHARE);
            Some(TopicMember {
                record: entry.id.clone(),
                topic,
                probability,
                year: entry.year,
                part: None,
                shares: others.collect(),
            })
        })
        .collect();
    let without = entries
        .iter()
        .zip(&placed)
        .filter(|(_, member)| member.is_none());
    let outliers = without.map(|(entry, _)| entry.id.clone()).collect();
    (placed.into_iter().flatten().collect(), outliers)
}
