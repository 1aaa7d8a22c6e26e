//! The topics of an installation, as the catalogue keeps them: what a build
//! writes, what people do to them, and what readers of some clearance see.

use std::collections::BTreeMap;

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, RecordId};
use serde::{Deserialize, Serialize};

use crate::CatalogError;

/// Number of a topic; it is never given to another one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct TopicId(pub u64);

impl std::fmt::Display for TopicId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A text in both languages of the pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Vietnamese.
    pub vi: Option<String>,
    /// English, or the other language of the records.
    pub en: Option<String>,
}

/// A topic as a reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTopic {
    /// Its number.
    pub id: TopicId,
    /// The field that it belongs to; `None` for a field.
    pub parent: Option<TopicId>,
    /// What the build calls it.
    pub label: Bilingual,
    /// What a person calls it.
    pub name: Bilingual,
    /// Words that tell it from the others, best first.
    pub terms: Vec<String>,
    /// Mean NPMI of the terms, −1..=1.
    pub coherence_npmi: f64,
    /// Whether a person put another topic into it.
    pub is_joined: bool,
    /// Whether no build takes a record out of it.
    pub is_locked: bool,
    /// Its records that the reader may see.
    pub n_records: u64,
    /// Those of them with a year, by year.
    pub by_year: BTreeMap<i32, u64>,
    /// Whether it is a part of a topic: `parent` is that topic.
    pub is_part: bool,
    /// Where it lies on the map, both coordinates in 0..=1; `None` for fields
    /// and parts.
    pub place: Option<[f64; 2]>,
    /// Mean overlap with its likeness in fits of parts of the records, 0..=1;
    /// `None` for fields and parts.
    pub stability: Option<f64>,
    /// What a librarian remarks on it.
    pub note: Option<String>,
    /// The topic that a person split it off from: builds keep them apart.
    pub split_from: Option<TopicId>,
}

impl StoredTopic {
    /// The name that a person gave, else the label, in Vietnamese first or in
    /// the other language first; else its number.
    pub fn title(&self, vietnamese: bool) -> String {
        let pick = |text: &Bilingual| {
            let (first, second) = if vietnamese {
                (&text.vi, &text.en)
            } else {
                (&text.en, &text.vi)
            };
            first.clone().or_else(|| second.clone())
        };
        pick(&self.name)
            .or_else(|| pick(&self.label))
            .unwrap_or_else(|| format!("#{}", self.id))
    }
}

/// One build of all topics.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicBuild {
    /// Number from 1.
    pub build: u64,
    /// When.
    pub at: Timestamp,
    /// The change up to which the catalogue was read.
    pub seq: ChangeSeq,
    /// Open records read.
    pub n_records: u64,
    /// Those of them in no topic.
    pub n_outliers: u64,
    /// Share of different terms over all topics, 0..=1.
    pub diversity: f64,
    /// Mean stability of the topics, 0..=1; `None` in builds that did not
    /// measure it.
    pub stability: Option<f64>,
    /// What the topics were made from and how.
    pub method: String,
    /// Open records by year: the whole of every share.
    pub years: BTreeMap<i32, u64>,
}

/// A topic of a new build.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltTopic {
    /// An id of before, or a new one above all that there were.
    pub id: TopicId,
    /// Its field; `None` for a field.
    pub parent: Option<TopicId>,
    /// What to call it.
    pub label: Bilingual,
    /// Words that tell it from the others, best first.
    pub terms: Vec<String>,
    /// Mean NPMI of the terms.
    pub coherence_npmi: f64,
    /// Whether it is a part of a topic: `parent` is that topic.
    pub is_part: bool,
    /// Where it lies on the map, both coordinates in 0..=1.
    pub place: Option<[f64; 2]>,
    /// See [`StoredTopic::stability`].
    pub stability: Option<f64>,
    /// Topics that it is tied to, with the share of its ties to others that go
    /// there, the strongest first.
    pub neighbours: Vec<(TopicId, f64)>,
}

/// A record in a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicMember {
    /// Which record.
    pub record: RecordId,
    /// Its topic.
    pub topic: TopicId,
    /// Share of its ties to neighbours that stay in the topic, 0..=1.
    pub probability: f32,
    /// The record's year.
    pub year: Option<i32>,
    /// The part of the topic that it is in.
    pub part: Option<TopicId>,
    /// Its shares in other topics that count, 0..=1.
    pub shares: Vec<(TopicId, f32)>,
}

/// What a build found.
#[derive(Debug, Clone, Copy)]
pub struct NewTopics<'a> {
    /// When and from what.
    pub build: &'a TopicBuild,
    /// Fields, topics and parts.
    pub topics: &'a [BuiltTopic],
    /// Records in topics.
    pub members: &'a [TopicMember],
    /// What happened to topics.
    pub events: &'a [BuiltEvent],
    /// Records read that are in no topic.
    pub outliers: &'a [RecordId],
    /// What later records are placed by, as the `topics` crate writes it.
    pub placing: &'a [u8],
}

/// Where a record is among the topics.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordTopics {
    /// Its topic.
    pub topic: TopicId,
    /// The part of the topic that it is in.
    pub part: Option<TopicId>,
    /// Share of its ties to neighbours that stay in the topic, 0..=1.
    pub probability: f32,
    /// Its shares in other topics that are there, the largest first.
    pub others: Vec<(TopicId, f32)>,
    /// Whether it came after the build and was placed by its words.
    pub is_later: bool,
}

/// What later records are placed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPlacing {
    /// The newest build.
    pub build: u64,
    /// The change up to which it had read the catalogue.
    pub seq: ChangeSeq,
    /// As the build wrote it; empty when it wrote none.
    pub bytes: Vec<u8>,
}

/// What happened to a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicEventKind {
    /// A build found it for the first time.
    Born,
    /// A build found it larger by a tenth or more.
    Grew,
    /// A build found it smaller by a tenth or more.
    Shrank,
    /// It came out of another topic.
    Split,
    /// Most of its records are in another topic now.
    Merged,
    /// A build no longer found it.
    Died,
    /// A person named it.
    Renamed,
    /// A person put it into another topic.
    Joined,
    /// A person locked it.
    Locked,
    /// A person unlocked it.
    Unlocked,
    /// A person made a part of another topic a topic of its own.
    SplitOff,
    /// A person remarked on it.
    Annotated,
}

impl TopicEventKind {
    /// The word in the catalogue and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Born => "born",
            Self::Grew => "grew",
            Self::Shrank => "shrank",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Died => "died",
            Self::Renamed => "renamed",
            Self::Joined => "joined",
            Self::Locked => "locked",
            Self::Unlocked => "unlocked",
            Self::SplitOff => "split_off",
            Self::Annotated => "annotated",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        let all = [
            Self::Born,
            Self::Grew,
            Self::Shrank,
            Self::Split,
            Self::Merged,
            Self::Died,
            Self::Renamed,
            Self::Joined,
            Self::Locked,
            Self::Unlocked,
            Self::SplitOff,
            Self::Annotated,
        ];
        all.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A line of a topic's history that a build writes.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltEvent {
    /// Which topic.
    pub topic: TopicId,
    /// What happened.
    pub kind: TopicEventKind,
    /// The other topic of a split or merge.
    pub other: Option<TopicId>,
    /// Open records before and after.
    pub sizes: [u64; 2],
}

/// A line of a topic's history.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicEvent {
    /// Number in the log.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The newest build then.
    pub build: u64,
    /// Which topic.
    pub topic: TopicId,
    /// What happened.
    pub kind: TopicEventKind,
    /// The other topic of a split or merge.
    pub other: Option<TopicId>,
    /// Sizes before and after (of a build), or the names before (of a person's
    /// act): JSON.
    pub detail: String,
    /// Whether a person took it back.
    pub undone: bool,
    /// Who did it; `None` for a build, and for acts of before names were kept.
    pub actor: Option<String>,
}

impl TopicEvent {
    /// Whether a person did it, so that it may be taken back.
    pub fn is_act(&self) -> bool {
        use TopicEventKind as Kind;
        matches!(
            self.kind,
            Kind::Renamed
                | Kind::Joined
                | Kind::Locked
                | Kind::Unlocked
                | Kind::SplitOff
                | Kind::Annotated
        )
    }
}

/// All topics that are there.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicList {
    /// The newest build.
    pub build: TopicBuild,
    /// Fields and topics by id. A topic without a record that the reader may
    /// see is left out.
    pub topics: Vec<StoredTopic>,
    /// Parts of the topics by id, as far as they hold a record that the reader
    /// may see.
    pub parts: Vec<StoredTopic>,
}

/// Where topics and records stand before a build.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicState {
    /// The newest build; 0 for none.
    pub build: u64,
    /// The lowest id that was never given.
    pub next_id: u64,
    /// Fields and topics that are there, counts left at 0.
    pub topics: Vec<StoredTopic>,
    /// Parts of the topics, counts left at 0.
    pub parts: Vec<StoredTopic>,
    /// The topic of each record, and the part of it.
    pub members: Vec<(RecordId, TopicId, Option<TopicId>)>,
}

/// What a person does to a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicAct {
    /// Gives it these names; `None` in both takes the names away.
    Rename(TopicId, Bilingual),
    /// Puts the first topic into the second.
    Merge(TopicId, TopicId),
    /// Locks or unlocks it.
    SetLocked(TopicId, bool),
    /// Makes a part of a topic a topic of its own.
    Split(TopicId, TopicId),
    /// Gives it this remark; `None` takes the remark away.
    Annotate(TopicId, Option<String>),
    /// Takes back the act with this number in the log.
    Undo(u64),
}

/// Why topics could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum TopicError {
    /// The act makes no sense as things stand.
    #[error("{0}")]
    Refused(String),
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Topics in a catalogue. Every read that readers see takes their clearance:
/// counts and members are of records that it may see, also when a record
/// became restricted after the build.
pub trait TopicStore: Send + Sync {
    /// The topics that are there; `None` before the first build.
    ///
    /// # Errors
    /// As all reads.
    fn topics(&self, clearance: Clearance) -> Result<Option<TopicList>, CatalogError>;

    /// Members of a topic that may be seen, the most central first, ties by id.
    ///
    /// # Errors
    /// As all reads.
    fn topic_members(
        &self,
        topic: TopicId,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<(RecordId, f32)>, CatalogError>;

    /// The history of a topic, oldest first.
    ///
    /// # Errors
    /// As all reads.
    fn topic_events(&self, topic: TopicId) -> Result<Vec<TopicEvent>, CatalogError>;

    /// The topic that stands for one that was merged away.
    ///
    /// # Errors
    /// As all reads.
    fn topic_successor(&self, topic: TopicId) -> Result<Option<TopicId>, CatalogError>;

    /// What a new build goes on from.
    ///
    /// # Errors
    /// As all reads.
    fn topic_state(&self) -> Result<TopicState, CatalogError>;

    /// Topics that a topic is tied to, with the share of its ties to others,
    /// the strongest first; only those that are there.
    ///
    /// # Errors
    /// As all reads.
    fn topic_neighbours(&self, topic: TopicId) -> Result<Vec<(TopicId, f64)>, CatalogError>;

    /// The topics of a record; `None` when it is in none, or may not be seen.
    ///
    /// # Errors
    /// As all reads.
    fn record_topics(
        &self,
        record: &RecordId,
        clearance: Clearance,
    ) -> Result<Option<RecordTopics>, CatalogError>;

    /// Fields, topics and parts with these numbers that are there, by id, counts
    /// left at 0: quicker than all with their counts.
    ///
    /// # Errors
    /// As all reads.
    fn topics_named(&self, ids: &[TopicId]) -> Result<Vec<StoredTopic>, CatalogError>;

    /// Records that the newest build read, that are in no topic and that may be
    /// seen, by id.
    ///
    /// # Errors
    /// As all reads.
    fn topic_outliers(
        &self,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<RecordId>, CatalogError>;

    /// What later records are placed by; `None` before the first build.
    ///
    /// # Errors
    /// As all reads.
    fn topic_placing(&self) -> Result<Option<TopicPlacing>, CatalogError>;

    /// Places records that came after `build`: members, and those that it finds
    /// no topic for. Records that the build knows stay where they are.
    ///
    /// # Errors
    /// [`TopicError::Refused`] when there is a newer build.
    fn place_records(
        &self,
        build: u64,
        members: &[TopicMember],
        outliers: &[RecordId],
    ) -> Result<(), TopicError>;

    /// Writes a build in one transaction. Names, notes and locks stay as they
    /// are; topics of before that are not in it are no longer there.
    ///
    /// # Errors
    /// [`TopicError::Refused`] when another build came in between.
    fn put_topics(&self, new: &NewTopics<'_>) -> Result<(), TopicError>;

    /// Does what a person asks, and writes it into the log with the name of the
    /// person; the number there.
    ///
    /// # Errors
    /// [`TopicError::Refused`] with the reason.
    fn act_on_topic(&self, act: &TopicAct, actor: &str, at: Timestamp) -> Result<u64, TopicError>;
}
