//! How a build goes on from the one before: what people hold together stays
//! together, and topics that go on keep their ids.

use std::collections::{BTreeMap, HashMap};

use catalog::{BuiltEvent, TopicEventKind, TopicId, TopicState};
use records::RecordId;

use super::is_held;
use crate::{
    lineage::{Former, Match, Parting, trace},
    model::Fitted,
};

/// Numbers of groups that people hold, above all that communities have.
const HELD: u32 = 1 << 31;

/// The topics of the former build, with places in the new build's documents.
pub(super) struct Succession {
    ids: Vec<TopicId>,
    former: Vec<Former>,
    is_locked: Vec<bool>,
    /// For each document the place of its former topic.
    topic_of: Vec<Option<usize>>,
    field_ids: Vec<TopicId>,
    former_fields: Vec<Former>,
}

/// Ids for the topics and fields of a fit, and what happened.
pub(super) struct Named {
    pub(super) topic_ids: Vec<TopicId>,
    pub(super) field_ids: Vec<TopicId>,
    pub(super) events: Vec<BuiltEvent>,
}

impl Succession {
    /// Where the former topics' records are among the documents.
    pub(super) fn new(state: &TopicState, places: &HashMap<&RecordId, usize>) -> Self {
        let (fields, topics): (Vec<_>, Vec<_>) = state
            .topics
            .iter()
            .partition(|topic| topic.parent.is_none());
        let empty = |is_held| Former {
            members: Vec::new(),
            is_held,
        };
        let mut made = Self {
            ids: topics.iter().map(|topic| topic.id).collect(),
            former: topics.iter().map(|topic| empty(is_held(topic))).collect(),
            is_locked: topics.iter().map(|topic| topic.is_locked).collect(),
            topic_of: vec![None; places.len()],
            field_ids: fields.iter().map(|field| field.id).collect(),
            former_fields: fields.iter().map(|_| empty(false)).collect(),
        };
        let at: BTreeMap<TopicId, usize> = made.ids.iter().copied().zip(0..).collect();
        let field_at: BTreeMap<TopicId, usize> = made.field_ids.iter().copied().zip(0..).collect();
        for (record, topic) in &state.members {
            let (Some(place), Some(topic)) = (places.get(record), at.get(topic)) else {
                continue;
            };
            made.topic_of[*place] = Some(*topic);
            made.former[*topic].members.push(*place);
            let field = topics[*topic].parent.and_then(|field| field_at.get(&field));
            if let Some(field) = field {
                made.former_fields[*field].members.push(*place);
            }
        }
        made
    }

    /// Records of locked topics stay in them; a community most of whose known
    /// records are in a held topic goes into that topic.
    pub(super) fn regroup(&self, found: &[Option<u32>]) -> Vec<Option<u32>> {
        let mut known: BTreeMap<u32, BTreeMap<usize, usize>> = BTreeMap::new();
        for (community, former) in found.iter().zip(&self.topic_of) {
            if let (Some(community), Some(former)) = (community, former) {
                *known
                    .entry(*community)
                    .or_default()
                    .entry(*former)
                    .or_default() += 1;
            }
        }
        let goal = |of: &BTreeMap<usize, usize>| {
            let n: usize = of.values().sum();
            let most = of.iter().find(|(_, n_of)| 2 * **n_of > n)?;
            self.former[*most.0]
                .is_held
                .then_some(HELD + *most.0 as u32)
        };
        let goals: BTreeMap<u32, u32> = (known.iter())
            .filter_map(|(community, of)| Some((*community, goal(of)?)))
            .collect();
        let one = |(community, former): (&Option<u32>, &Option<usize>)| match former {
            Some(former) if self.is_locked[*former] => Some(HELD + *former as u32),
            _ => community.map(|c| goals.get(&c).copied().unwrap_or(c)),
        };
        found.iter().zip(&self.topic_of).map(one).collect()
    }

    /// Ids and events; new ids count on from the state's.
    pub(super) fn name(&self, state: &TopicState, fitted: &Fitted) -> Named {
        let topic_of: Vec<Option<usize>> = (fitted.assignments.iter())
            .map(|assignment| assignment.topic.map(|topic| topic as usize))
            .collect();
        let field_of: Vec<Option<usize>> = (topic_of.iter())
            .map(|topic| topic.map(|topic| fitted.topics[topic].parent as usize))
            .collect();
        let mut next_id = state.next_id;
        let mut events = Vec::new();
        let mut go_on = |ids: &[TopicId], former: &[Former], of: &[Option<usize>], n_new| {
            let numbered = number(ids, former, of, n_new, &mut next_id);
            events.extend(numbered.1);
            numbered.0
        };
        let n_fields = fitted.fields.len();
        Named {
            field_ids: go_on(&self.field_ids, &self.former_fields, &field_of, n_fields),
            topic_ids: go_on(&self.ids, &self.former, &topic_of, fitted.topics.len()),
            events,
        }
    }
}

fn number(
    ids: &[TopicId],
    former: &[Former],
    of: &[Option<usize>],
    n_new: usize,
    next_id: &mut u64,
) -> (Vec<TopicId>, Vec<BuiltEvent>) {
    let mut sizes = vec![0u64; n_new];
    of.iter().flatten().for_each(|new| sizes[*new] += 1);
    let (matches, partings) = trace(former, of, n_new);
    let mut events = Vec::new();
    let mut fresh = || {
        *next_id += 1;
        TopicId(*next_id - 1)
    };
    let mut new_ids = Vec::new();
    for (found, after) in matches.iter().zip(&sizes) {
        let (id, kind, other, before) = match found {
            Match::Continues(old) => {
                let before = former[*old].members.len() as u64;
                (ids[*old], growth(before, *after), None, before)
            }
            Match::SplitFrom(old) => (fresh(), Some(TopicEventKind::Split), Some(ids[*old]), 0),
            Match::Born => (fresh(), Some(TopicEventKind::Born), None, 0),
        };
        new_ids.push(id);
        events.extend(kind.map(|kind| BuiltEvent {
            topic: id,
            kind,
            other,
            sizes: [before, *after],
        }));
    }
    for (old, parting) in partings {
        let before = former[old].members.len() as u64;
        let (kind, other) = match parting {
            Parting::MergedInto(new) => (TopicEventKind::Merged, Some(new_ids[new])),
            Parting::Died => (TopicEventKind::Died, None),
        };
        events.push(BuiltEvent {
            topic: ids[old],
            kind,
            other,
            sizes: [before, 0],
        });
    }
    (new_ids, events)
}

/// A change of size is told from a tenth on.
fn growth(before: u64, after: u64) -> Option<TopicEventKind> {
    if 10 * after >= 11 * before.max(1) {
        Some(TopicEventKind::Grew)
    } else if 10 * after <= 9 * before {
        Some(TopicEventKind::Shrank)
    } else {
        None
    }
}
