//! `/api/v1/topics`: what the library is about, as far as the caller may know.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use catalog::{Bilingual, StoredTopic, TopicId, TopicList};
use records::Clearance;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::search::refuse_unknown,
    app::{App, Library},
    edge::NO_STORE,
    error::ApiError,
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
    /// Those of its records with a year, by year.
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
    /// born, grew, shrank, split, merged, died, renamed, joined, locked or unlocked.
    kind: &'static str,
    /// The other topic of a split or merge.
    other: Option<u64>,
    /// Whether it was taken back.
    undone: bool,
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
        by_year: topic.by_year,
    }
}

fn list(library: &Library, clearance: Clearance) -> Result<Option<TopicList>, ApiError> {
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
            topics: found.topics.into_iter().map(answer_of).collect(),
        },
        None => TopicsAnswer {
            build: 0,
            catalogue_seq: 0,
            method: String::new(),
            topics: Vec::new(),
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
    let Ok(Path(number)) = path else {
        return Err(ApiError::NoSuchPage);
    };
    let clearance = visit.clearance;
    let answer = app.ask(move |library| one(library, TopicId(number), clearance));
    Ok((NO_STORE, Json(answer.await?)).into_response())
}

fn one(library: &Library, id: TopicId, clearance: Clearance) -> Result<OneTopicAnswer, ApiError> {
    let found = list(library, clearance)?.ok_or(ApiError::NoSuchPage)?;
    let seq = found.build.seq.0;
    let topic = found.topics.into_iter().find(|topic| topic.id == id);
    let topic = topic.ok_or(ApiError::NoSuchPage)?;
    let store = library.topics.as_ref().ok_or(ApiError::NoSuchPage)?;
    let members = store.topic_members(id, clearance, N_CENTRAL);
    let events = store.topic_events(id).map_err(ApiError::unavailable)?;
    Ok(OneTopicAnswer {
        topic: answer_of(topic),
        catalogue_seq: seq,
        central: (members.map_err(ApiError::unavailable)?.into_iter())
            .map(|(id, probability)| MemberAnswer {
                id: id.to_string(),
                probability,
            })
            .collect(),
        history: (events.into_iter())
            .map(|event| EventAnswer {
                at: event.at.to_string(),
                build: event.build,
                kind: event.kind.as_str(),
                other: event.other.map(|other| other.0),
                undone: event.undone,
            })
            .collect(),
    })
}
