//! How a build goes on from the one before: what people hold together stays
//! together, and topics that go on keep their ids.

use std::collections::{BTreeMap, HashMap};

use catalog::{BuiltEvent, StoredTopic, TopicEventKind, TopicId, TopicState};
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
    /// For each former topic the first of those that a person split apart and
    /// that it belongs to; itself for all others.
    apart: Vec<usize>,
    field_ids: Vec<TopicId>,
    former_fields: Vec<Former>,
    part_ids: Vec<TopicId>,
    former_parts: Vec<Former>,
}

/// Ids for the topics and fields of a fit, and what happened.
pub(super) struct Named {
    pub(super) part_ids: Vec<TopicId>,
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
        let apart = split_groups(&topics);
        let is_split = |group: &usize| apart.iter().filter(|other| *other == group).count() > 1;
        let mut made = Self {
            ids: topics.iter().map(|topic| topic.id).collect(),
            former: (topics.iter().zip(&apart))
                .map(|(topic, group)| empty(is_held(topic) || is_split(group)))
                .collect(),
            is_locked: topics.iter().map(|topic| topic.is_locked).collect(),
            topic_of: vec![None; places.len()],
            field_ids: fields.iter().map(|field| field.id).collect(),
            former_fields: fields.iter().map(|_| empty(false)).collect(),
            part_ids: state.parts.iter().map(|part| part.id).collect(),
            former_parts: state.parts.iter().map(|_| empty(false)).collect(),
            apart,
        };
        let part_at: BTreeMap<TopicId, usize> = made.part_ids.iter().copied().zip(0..).collect();
        let at: BTreeMap<TopicId, usize> = made.ids.iter().copied().zip(0..).collect();
        let field_at: BTreeMap<TopicId, usize> = made.field_ids.iter().copied().zip(0..).collect();
        for (record, topic, part) in &state.members {
            let (Some(place), Some(topic)) = (places.get(record), at.get(topic)) else {
                continue;
            };
            made.topic_of[*place] = Some(*topic);
            made.former[*topic].members.push(*place);
            let field = topics[*topic].parent.and_then(|field| field_at.get(&field));
            if let Some(field) = field {
                made.former_fields[*field].members.push(*place);
            }
            if let Some(part) = part.and_then(|part| part_at.get(&part)) {
                made.former_parts[*part].members.push(*place);
            }
        }
        made
    }

    /// Records of locked topics stay in them; a community most of whose known
    /// records are in a held topic goes into that topic. Topics that a person
    /// split apart do not come together again: a community of their records is
    /// divided among them, and its new records go to the larger one.
    pub(super) fn regroup(&self, found: &[Option<u32>]) -> Vec<Option<u32>> {
        let mut known: BTreeMap<u32, BTreeMap<usize, usize>> = BTreeMap::new();
        for (community, former) in found.iter().zip(&self.topic_of) {
            if let (Some(community), Some(former)) = (community, former) {
                let of = known.entry(*community).or_default();
                *of.entry(*former).or_default() += 1;
            }
        }
        let goals: BTreeMap<u32, usize> = (known.iter())
            .filter_map(|(community, of)| Some((*community, self.goal(of)?)))
            .collect();
        let one = |(community, former): (&Option<u32>, &Option<usize>)| {
            let held = |former: usize| Some(HELD + former as u32);
            let goal = community.and_then(|community| goals.get(&community));
            match (former, goal) {
                (Some(former), _) if self.is_locked[*former] => held(*former),
                (Some(former), Some(goal)) if self.apart[*former] == self.apart[*goal] => {
                    held(*former)
                }
                (_, Some(goal)) => held(*goal),
                (_, None) => *community,
            }
        };
        found.iter().zip(&self.topic_of).map(one).collect()
    }

    /// The held topic that a community goes into, from how many of its records
    /// were in each former topic; `None` when it goes its own way.
    fn goal(&self, of: &BTreeMap<usize, usize>) -> Option<usize> {
        let n: usize = of.values().sum();
        let mut by_group: BTreeMap<usize, usize> = BTreeMap::new();
        for (former, n_of) in of {
            *by_group.entry(self.apart[*former]).or_default() += n_of;
        }
        let (group, _) = by_group.iter().find(|(_, n_of)| 2 * **n_of > n)?;
        let siblings = of
            .iter()
            .filter(|(former, _)| self.apart[**former] == *group);
        let (largest, _) = siblings.max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
        self.former[*largest].is_held.then_some(*largest)
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
        let field_ids = go_on(&self.field_ids, &self.former_fields, &field_of, n_fields);
        let topic_ids = go_on(&self.ids, &self.former, &topic_of, fitted.topics.len());
        let part_of: Vec<Option<usize>> = (fitted.assignments.iter())
            .map(|assignment| assignment.part.map(|part| part as usize))
            .collect();
        let n_parts = fitted.parts.len();
        // Parts keep their ids, but what happens to them is no news.
        let parts = number(
            &self.part_ids,
            &self.former_parts,
            &part_of,
            n_parts,
            &mut next_id,
        );
        Named {
            part_ids: parts.0,
            field_ids,
            topic_ids,
            events,
        }
    }
}

/// The group of each topic: the lowest place among those that were one topic
/// before a person split them.
fn split_groups(topics: &[&StoredTopic]) -> Vec<usize> {
    let at: BTreeMap<TopicId, usize> = topics.iter().map(|topic| topic.id).zip(0..).collect();
    let mut apart: Vec<usize> = (0..topics.len()).collect();
    for (place, topic) in topics.iter().enumerate() {
        let Some(whole) = topic.split_from.and_then(|whole| at.get(&whole)) else {
            continue;
        };
        let (from, to) = (apart[place], apart[*whole]);
        let (low, high) = (from.min(to), from.max(to));
        apart
            .iter_mut()
            .filter(|group| **group == high)
            .for_each(|group| *group = low);
    }
    apart
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
