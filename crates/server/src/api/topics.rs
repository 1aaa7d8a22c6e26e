//! `/api/v1/topics`: what the library is about, as far as the caller may know.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use catalog::{Bilingual, StoredTopic, TopicId, TopicList};
use records::Clearance;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    accounts::{Role, Scope},
    api::{accounts::body, search::refuse_unknown},
    app::{App, Library},
    edge::NO_STORE,
    error::ApiError,
    lookup::{find, named},
    pages::{perform_topic_act, read_topic_act},
    params::Params,
    visit::Visit,
};

/// Central records that one topic shows.
const N_CENTRAL: usize = 20;

/// A text in both languages; null where there is none.
#[derive(Debug, Serialize, ToSchema)]
struct BothLanguages {
    vi: Option<String>,
    en: Option<String>,
}

impl From<Bilingual> for BothLanguages {
    fn from(text: Bilingual) -> Self {
        let Bilingual { vi, en } = text;
        Self { vi, en }
    }
}

/// A topic, or a field of topics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TopicAnswer {
    /// Its number; it is kept over rebuilds and never given to another one.
    topic: u64,
    /// The field it belongs to; null for a field.
    parent: Option<u64>,
    /// Records that the caller may see.
    size: u64,
    /// What the build calls it.
    label: BothLanguages,
    /// What a librarian calls it; this stands before the label.
    name: BothLanguages,
    /// Words that tell it from the others, best first.
    terms: Vec<String>,
    /// Mean NPMI of the words, −1 to 1.
    coherence_npmi: f64,
    /// Mean overlap with its likeness in fits of parts of the records, 0 to 1;
    /// null for fields and parts.
    stability: Option<f64>,
    /// Whether it is a part of a topic: `parent` is that topic.
    is_part: bool,
    /// Whether no build takes a record out of it.
    locked: bool,
    /// What a librarian remarks on it.
    note: Option<String>,
    /// Where it lies on the map, both coordinates 0 to 1; null for fields and
    /// parts.
    place: Option<[f64; 2]>,
    /// Those of its records with a year, by year.
    #[schema(value_type = BTreeMap<String, u64>)]
    by_year: BTreeMap<i32, u64>,
}

/// All topics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TopicsAnswer {
    /// The newest build; 0 when topics were never built.
    build: u64,
    /// The change up to which that build read the catalogue.
    catalogue_seq: u64,
    /// What the topics were made from and how.
    method: String,
    /// Fields and topics by number.
    topics: Vec<TopicAnswer>,
    /// Parts of the topics by number.
    parts: Vec<TopicAnswer>,
    /// Records read that are in no topic.
    n_outliers: u64,
    /// Share of different words over all topics, 0 to 1.
    diversity: f64,
    /// Mean stability of the topics, 0 to 1; null before it was measured.
    stability: Option<f64>,
}

/// A record in a topic.
#[derive(Debug, Serialize, ToSchema)]
struct MemberAnswer {
    /// Its id.
    id: String,
    /// Share of its ties to neighbours that stay in the topic, 0 to 1.
    probability: f32,
}

/// What happened to a topic.
#[derive(Debug, Serialize, ToSchema)]
struct EventAnswer {
    /// When, RFC 3339.
    at: String,
    /// The newest build then.
    build: u64,
    /// born, grew, shrank, split, merged, died, renamed, joined, locked,
    /// unlocked, split_off or annotated.
    kind: &'static str,
    /// The other topic of a split or merge.
    other: Option<u64>,
    /// Whether it was taken back.
    undone: bool,
    /// Who did it; null for a build, and for callers who are no librarians.
    actor: Option<String>,
    /// Number in the log, for taking it back.
    number: u64,
}

/// A topic that another one is tied to.
#[derive(Debug, Serialize, ToSchema)]
struct NeighbourAnswer {
    /// Its number.
    topic: u64,
    /// Its part in the ties of the topic to others, 0 to 1.
    share: f64,
}

/// One topic with its central records and its history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OneTopicAnswer {
    #[serde(flatten)]
    topic: TopicAnswer,
    /// The change up to which the build read the catalogue.
    catalogue_seq: u64,
    /// Its most central records of those that the caller may see; at most 20.
    central: Vec<MemberAnswer>,
    /// Topics that it is tied to most, the strongest first.
    neighbours: Vec<NeighbourAnswer>,
    /// Numbers of its parts, or of the topics of a field.
    inside: Vec<u64>,
    /// Oldest first.
    history: Vec<EventAnswer>,
}

fn answer_of(topic: StoredTopic) -> TopicAnswer {
    TopicAnswer {
        topic: topic.id.0,
        parent: topic.parent.map(|parent| parent.0),
        size: topic.n_records,
        label: topic.label.into(),
        name: topic.name.into(),
        terms: topic.terms,
        coherence_npmi: topic.coherence_npmi,
        stability: topic.stability,
        is_part: topic.is_part,
        locked: topic.is_locked,
        note: topic.note,
        place: topic.place,
        by_year: topic.by_year,
    }
}

pub(crate) fn list(library: &Library, clearance: Clearance) -> Result<Option<TopicList>, ApiError> {
    let Some(store) = &library.topics else {
        return Ok(None);
    };
    store.topics(clearance).map_err(ApiError::unavailable)
}

/// What the library is about
///
/// Fields and topics, built from open records; sizes count what the caller may
/// see.
#[utoipa::path(
    get, path = "/api/v1/topics", operation_id = "listTopics",
    responses(
        (status = 200, description = "Fields and topics; an empty list before the first build", body = TopicsAnswer),
        (status = 400, description = "A parameter is not known here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_topics(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let clearance = visit.clearance;
    let found = app.ask(move |library| list(library, clearance)).await?;
    let answer = match found {
        Some(found) => TopicsAnswer {
            build: found.build.build,
            catalogue_seq: found.build.seq.0,
            method: found.build.method,
            n_outliers: found.build.n_outliers,
            diversity: found.build.diversity,
            stability: found.build.stability,
            topics: found.topics.into_iter().map(answer_of).collect(),
            parts: found.parts.into_iter().map(answer_of).collect(),
        },
        None => TopicsAnswer {
            build: 0,
            catalogue_seq: 0,
            method: String::new(),
            topics: Vec::new(),
            parts: Vec::new(),
            n_outliers: 0,
            diversity: 1.0,
            stability: None,
        },
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// One topic
#[utoipa::path(
    get, path = "/api/v1/topics/{id}", operation_id = "getTopic",
    params(("id" = u64, Path, description = "Number of a topic or field")),
    responses(
        (status = 200, description = "The topic", body = OneTopicAnswer),
        (status = 400, description = "A parameter is not known here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such topic, or none with a record that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_topic(
    State(app): State<Arc<App>>,
    path: Result<Path<u64>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let id = numbered(path)?;
    let clearance = visit.clearance;
    let mut answer = app.ask(move |library| one(library, id, clearance)).await?;
    // Who did it is for librarians.
    if visit.needs(Role::Librarian, Scope::Read).is_err() {
        answer
            .history
            .iter_mut()
            .for_each(|event| event.actor = None);
    }
    Ok((NO_STORE, Json(answer)).into_response())
}

/// A number that a topic can have.
fn numbered(path: Result<Path<u64>, PathRejection>) -> Result<TopicId, ApiError> {
    let number = path.ok().map(|Path(number)| number);
    let there = number.filter(|number| i64::try_from(*number).is_ok());
    there.map(TopicId).ok_or(ApiError::NoSuchPage)
}

fn one(library: &Library, id: TopicId, clearance: Clearance) -> Result<OneTopicAnswer, ApiError> {
    let found = list(library, clearance)?.ok_or(ApiError::NoSuchPage)?;
    let seq = found.build.seq.0;
    let everything = || found.topics.iter().chain(&found.parts);
    let topic = everything().find(|topic| topic.id == id).cloned();
    let topic = topic.ok_or(ApiError::NoSuchPage)?;
    let store = library.topics.as_ref().ok_or(ApiError::NoSuchPage)?;
    let members = store.topic_members(id, clearance, N_CENTRAL);
    let events = store.topic_events(id).map_err(ApiError::unavailable)?;
    let near = store.topic_neighbours(id).map_err(ApiError::unavailable)?;
    let is_seen = |id: &TopicId| found.topics.iter().any(|topic| topic.id == *id);
    Ok(OneTopicAnswer {
        topic: answer_of(topic),
        catalogue_seq: seq,
        central: (members.map_err(ApiError::unavailable)?.into_iter())
            .map(|(id, probability)| MemberAnswer {
                id: id.to_string(),
                probability,
            })
            .collect(),
        neighbours: (near.into_iter().filter(|(id, _)| is_seen(id)))
            .map(|(id, share)| NeighbourAnswer { topic: id.0, share })
            .collect(),
        inside: (everything().filter(|other| other.parent == Some(id)))
            .map(|other| other.id.0)
            .collect(),
        history: (events.into_iter())
            .map(|event| EventAnswer {
                at: event.at.to_string(),
                build: event.build,
                kind: event.kind.as_str(),
                other: event.other.map(|other| other.0),
                undone: event.undone,
                actor: event.actor,
                number: event.number,
            })
            .collect(),
    })
}

/// Where a record is among the topics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordTopicsAnswer {
    /// Its topic; null when it is in none.
    topic: Option<u64>,
    /// The part of the topic that it is in.
    part: Option<u64>,
    /// Share of its ties to neighbours that stay in the topic, 0 to 1.
    probability: f32,
    /// Its shares in other topics that count, the largest first.
    others: Vec<OtherTopic>,
    /// Whether it came after the newest build and was placed by its words.
    later: bool,
}

/// A share of a record in a topic.
#[derive(Debug, Serialize, ToSchema)]
struct OtherTopic {
    /// Its number.
    topic: u64,
    /// The share, 0 to 1.
    share: f32,
}

/// Topics of a record
#[utoipa::path(
    get, path = "/api/v1/records/{id}/topics", operation_id = "getRecordTopics",
    params(("id" = String, Path, description = "Id of the record")),
    responses(
        (status = 200, description = "Its topic, the part of it, and its shares in others", body = RecordTopicsAnswer),
        (status = 400, description = "A parameter is not known here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such record, or none that the caller may see", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_record_topics(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let id = named(path)?;
    let clearance = visit.clearance;
    let answer = app.ask(move |library| {
        let id = find(library, &id, clearance)?.record.id;
        let found = match &library.topics {
            Some(store) => store.record_topics(&id, clearance),
            None => Ok(None),
        };
        Ok(found.map_err(ApiError::unavailable)?.map_or(
            RecordTopicsAnswer {
                topic: None,
                part: None,
                probability: 0.0,
                others: Vec::new(),
                later: false,
            },
            |found| RecordTopicsAnswer {
                topic: Some(found.topic.0),
                part: found.part.map(|part| part.0),
                probability: found.probability,
                others: (found.others.into_iter())
                    .map(|(id, share)| OtherTopic { topic: id.0, share })
                    .collect(),
                later: found.is_later,
            },
        ))
    });
    Ok((NO_STORE, Json(answer.await?)).into_response())
}

/// What a librarian does to a topic.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicActBody {
    /// rename, annotate, lock, unlock, merge, split or undo.
    act: String,
    /// Name in Vietnamese, of a renaming; without both names the label comes back.
    vi: Option<String>,
    /// Name in English, of a renaming.
    en: Option<String>,
    /// The remark; without one it is taken away.
    note: Option<String>,
    /// The topic that it is merged into.
    into: Option<u64>,
    /// The part that becomes a topic of its own.
    part: Option<u64>,
    /// The act to take back, by its number in the log.
    number: Option<u64>,
}

/// The number that an act has in the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TopicActAnswer {
    /// For taking it back.
    number: u64,
}

/// Change a topic
///
/// Names, remarks, locks, merges and splits are kept over rebuilds, logged with
/// the name of the account, and can be taken back. For librarians.
#[utoipa::path(
    post, path = "/api/v1/topics/{id}/acts", operation_id = "addTopicAct",
    params(("id" = u64, Path, description = "Number of a topic, field or part")),
    request_body = TopicActBody,
    responses(
        (status = 201, description = "It is done", body = TopicActAnswer),
        (status = 400, description = "The act makes no sense as things stand", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "The account may not do this", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such number", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_topic_act(
    State(app): State<Arc<App>>,
    path: Result<Path<u64>, PathRejection>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    let actor = visit.needs(Role::Librarian, Scope::Write)?.name.clone();
    refuse_unknown(&visit.params, &[])?;
    let id = numbered(path)?;
    let asked: TopicActBody = body(&bytes, &headers)?;
    let act = read_topic_act(id, &asked.params())?;
    let number = app.ask(move |library| perform_topic_act(library, &act, &actor));
    let answer = TopicActAnswer {
        number: number.await?,
    };
    Ok((StatusCode::CREATED, NO_STORE, Json(answer)).into_response())
}

impl TopicActBody {
    /// The same as the fields of a form.
    fn params(&self) -> Params {
        let number = |n: &Option<u64>| n.map(|n| n.to_string());
        let fields = [
            ("act", Some(self.act.clone())),
            ("vi", self.vi.clone()),
            ("en", self.en.clone()),
            ("note", self.note.clone()),
            ("into", number(&self.into)),
            ("part", number(&self.part)),
            ("number", number(&self.number)),
        ];
        let there = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        there.fold(Params::default(), |params, (name, value)| {
            params.adding(name, &value)
        })
    }
}
