//! A fit as rows of the catalogue.

use std::collections::BTreeMap;

use catalog::{
    Bilingual, BuiltTopic, NewTopics, TopicBuild, TopicEventKind, TopicId, TopicMember, TopicState,
    TopicStore,
};
use records::{ChangeSeq, RecordId};

use super::{
    BuildError, BuildOptions, Built, Entry,
    later::Kept,
    succession::{Named, Succession},
};
use crate::{
    map,
    model::{Fitted, TopicCount},
};

/// What a build was made from.
pub(super) struct Material<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) seq: ChangeSeq,
    pub(super) state: &'a TopicState,
    pub(super) succession: &'a Succession,
    pub(super) fitted: &'a Fitted,
    pub(super) n_vectors: usize,
}

/// Writes a build.
pub(super) fn write<C: TopicStore + ?Sized>(
    catalogue: &C,
    options: &BuildOptions<'_>,
    material: &Material<'_>,
) -> Result<Built, BuildError> {
    let Material {
        entries,
        state,
        fitted,
        ..
    } = material;
    let named = material.succession.name(state, fitted);
    let members = members(entries, fitted, &named);
    let in_none = entries.iter().zip(&fitted.assignments);
    let outliers: Vec<RecordId> = (in_none.filter(|(_, assignment)| assignment.topic.is_none()))
        .map(|(entry, _)| entry.id.clone())
        .collect();
    let mut years = BTreeMap::new();
    for year in entries.iter().filter_map(|entry| entry.year) {
        *years.entry(year).or_insert(0u64) += 1;
    }
    let mean = |sum: f64| sum / fitted.topics.len().max(1) as f64;
    let build = TopicBuild {
        build: state.build + 1,
        at: options.at,
        seq: material.seq,
        n_records: entries.len() as u64,
        n_outliers: outliers.len() as u64,
        diversity: fitted.diversity,
        stability: Some(mean(fitted.topics.iter().map(|t| t.stability).sum())),
        method: method(options, material.n_vectors),
        years,
    };
    let kept = Kept {
        ids: named.topic_ids.clone(),
        placing: fitted.placing.clone(),
    };
    catalogue.put_topics(&NewTopics {
        build: &build,
        topics: &topics(fitted, &named, state),
        members: &members,
        events: &named.events,
        outliers: &outliers,
        placing: &serde_json::to_vec(&kept).expect("words and numbers are plain JSON"),
    })?;
    let mut happened = BTreeMap::new();
    for event in &named.events {
        *happened
            .entry(TopicEventKind::as_str(event.kind))
            .or_insert(0) += 1;
    }
    Ok(Built {
        build,
        n_topics: fitted.topics.len(),
        n_fields: fitted.fields.len(),
        n_parts: fitted.parts.len(),
        n_vectors: material.n_vectors,
        coherence_npmi: mean(fitted.topics.iter().map(|t| t.coherence_npmi).sum()),
        happened,
    })
}

/// What the topics were made from and how, for the stamp of figures.
fn method(options: &BuildOptions<'_>, n_vectors: usize) -> String {
    let space = match options.meaning.filter(|_| n_vectors > 0) {
        Some(meaning) => format!(
            "vectors of {} ({n_vectors} records) and a latent space of words",
            meaning.model
        ),
        None => "a latent space of words".to_owned(),
    };
    let count = match options.count {
        TopicCount::Auto => "auto".to_owned(),
        TopicCount::Exactly(n) => n.to_string(),
    };
    format!(
        "title, abstract and keywords of open records; nearest neighbours in {space}, Leiden; topics {count}, seed {}",
        options.seed
    )
}

fn members(entries: &[Entry], fitted: &Fitted, named: &Named) -> Vec<TopicMember> {
    let assigned = entries.iter().zip(&fitted.assignments).zip(&fitted.shares);
    let id = |topic: u32| named.topic_ids[topic as usize];
    let member = |((entry, assignment), shares): ((&Entry, &crate::Assignment), &Vec<_>)| {
        let shares = shares.iter().map(|(topic, share)| (id(*topic), *share));
        Some(TopicMember {
            record: entry.id.clone(),
            topic: id(assignment.topic?),
            probability: assignment.probability,
            year: entry.year,
            part: assignment.part.map(|part| named.part_ids[part as usize]),
            shares: shares.collect(),
        })
    };
    assigned.filter_map(member).collect()
}

fn topics(fitted: &Fitted, named: &Named, state: &TopicState) -> Vec<BuiltTopic> {
    let label = |vi: &Option<String>, en: &Option<String>| Bilingual {
        vi: vi.clone(),
        en: en.clone(),
    };
    let bare = |id, parent, label, terms: &[String], coherence_npmi| BuiltTopic {
        id,
        parent,
        label,
        terms: terms.to_vec(),
        coherence_npmi,
        is_part: false,
        place: None,
        stability: None,
        neighbours: Vec::new(),
    };
    let fields = (fitted.fields.iter().zip(&named.field_ids)).map(|(field, id)| {
        let label = label(&field.label_vi, &field.label_en);
        bare(*id, None, label, &field.terms, field.coherence_npmi)
    });
    let places = places(fitted, named, state);
    let inner = fitted.topics.iter().enumerate().map(|(at, topic)| {
        let parent = Some(named.field_ids[topic.parent as usize]);
        let label = label(&topic.label_vi, &topic.label_en);
        let id = |topic: u32| named.topic_ids[topic as usize];
        let ties = topic.neighbours.iter();
        BuiltTopic {
            place: Some(places[at]),
            stability: Some(topic.stability),
            neighbours: ties.map(|(other, weight)| (id(*other), *weight)).collect(),
            ..bare(
                id(topic.topic),
                parent,
                label,
                &topic.terms,
                topic.coherence_npmi,
            )
        }
    });
    let parts = (fitted.parts.iter().zip(&named.part_ids)).map(|(part, id)| {
        let parent = Some(named.topic_ids[part.topic as usize]);
        let label = label(&part.label_vi, &part.label_en);
        BuiltTopic {
            is_part: true,
            ..bare(*id, parent, label, &part.terms, part.coherence_npmi)
        }
    });
    fields.chain(inner).chain(parts).collect()
}

/// The map, turned so that topics which go on stay where they were.
fn places(fitted: &Fitted, named: &Named, state: &TopicState) -> Vec<map::Place> {
    let before: BTreeMap<TopicId, map::Place> = (state.topics.iter())
        .filter_map(|topic| Some((topic.id, topic.place?)))
        .collect();
    let former: Vec<Option<map::Place>> = (named.topic_ids.iter())
        .map(|id| before.get(id).copied())
        .collect();
    let mut places: Vec<map::Place> = fitted.topics.iter().map(|topic| topic.place).collect();
    if former.iter().flatten().count() > 2 {
        map::fit_to(&mut places, &former);
    }
    places
}
