//! Topics in a database. Members are joined with their records in every read, so
//! that a record which may not be seen (any more) is in no count.

use std::collections::BTreeMap;

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, RecordId};

use super::{
    Engine, Session, SqlCatalog, Turn, Value, codec, read::record_id, session::Row, topic_acts,
    topic_writes, value::values,
};
use crate::{
    Bilingual, CatalogError, NewTopics, RecordTopics, StoredTopic, TopicAct, TopicBuild,
    TopicError, TopicEvent, TopicId, TopicList, TopicMember, TopicPlacing, TopicState, TopicStore,
};

impl<E: Engine> TopicStore for SqlCatalog<E> {
    fn topics(&self, clearance: Clearance) -> Result<Option<TopicList>, CatalogError> {
        self.0.snapshot(|session| list(session, clearance))
    }

    fn topic_members(
        &self,
        topic: TopicId,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<(RecordId, f32)>, CatalogError> {
        let sql = "SELECT record.id, member.probability
                   FROM topic_member AS member JOIN record ON record.key = member.record
                   WHERE (member.topic IN (SELECT id FROM topic WHERE id = ?1 OR parent = ?1)
                          OR member.part = ?1)
                     AND deleted = 0 AND access <= ?2
                   ORDER BY 2 DESC, 1 LIMIT ?3";
        let values = values![topic.0, codec::ceiling(clearance), limit];
        self.0.read(|session| {
            session.all("reading a topic's records", sql, &values, |row| {
                Ok((record_id(&row.get::<String>(0)?)?, row.get(1)?))
            })
        })
    }

    fn topic_events(&self, topic: TopicId) -> Result<Vec<TopicEvent>, CatalogError> {
        self.0.read(|session| topic_acts::events(session, topic))
    }

    fn topic_successor(&self, topic: TopicId) -> Result<Option<TopicId>, CatalogError> {
        // UNION, not UNION ALL: a circle ends.
        let sql = "WITH RECURSIVE chain (id) AS (
                       SELECT merged_into FROM topic WHERE id = ?1 AND is_alive = 0
                       UNION
                       SELECT merged_into FROM chain JOIN topic USING (id) WHERE is_alive = 0)
                   SELECT topic.id FROM chain JOIN topic USING (id) WHERE is_alive = 1";
        self.0.read(|session| {
            session.first("following merged topics", sql, &values![topic.0], |row| {
                row.get(0).map(TopicId)
            })
        })
    }

    fn topic_state(&self) -> Result<TopicState, CatalogError> {
        self.0.snapshot(state)
    }

    fn topic_neighbours(&self, topic: TopicId) -> Result<Vec<(TopicId, f64)>, CatalogError> {
        let sql = "SELECT other, weight FROM topic_neighbour JOIN topic ON id = other
                   WHERE topic = ?1 AND is_alive = 1 ORDER BY 2 DESC, 1";
        self.0
            .read(|session| pairs(session, sql, &values![topic.0]))
    }

    fn record_topics(
        &self,
        record: &RecordId,
        clearance: Clearance,
    ) -> Result<Option<RecordTopics>, CatalogError> {
        self.0.read(|session| topics_of(session, record, clearance))
    }

    fn topics_named(&self, ids: &[TopicId]) -> Result<Vec<StoredTopic>, CatalogError> {
        let mut topics = self.0.read(stored_topics)?;
        topics.retain(|id, _| ids.contains(id));
        Ok(topics.into_values().collect())
    }

    fn topic_outliers(
        &self,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<RecordId>, CatalogError> {
        let sql = "SELECT id FROM topic_outlier JOIN record ON record.key = topic_outlier.record
                   WHERE deleted = 0 AND access <= ?1 ORDER BY id LIMIT ?2";
        let values = values![codec::ceiling(clearance), limit];
        self.0.read(|session| {
            session.all("reading records without a topic", sql, &values, |row| {
                record_id(&row.get::<String>(0)?)
            })
        })
    }

    fn topic_placing(&self) -> Result<Option<TopicPlacing>, CatalogError> {
        // `placing` is a word of the standard.
        let sql = r#"SELECT build, seq, "placing" FROM topic_build ORDER BY build DESC LIMIT 1"#;
        self.0.read(|session| {
            session.first("reading topics", sql, &[], |row| {
                Ok(TopicPlacing {
                    build: row.get(0)?,
                    seq: ChangeSeq(row.get(1)?),
                    bytes: row.get::<Option<Vec<u8>>>(2)?.unwrap_or_default(),
                })
            })
        })
    }

    fn place_records(
        &self,
        build: u64,
        members: &[TopicMember],
        outliers: &[RecordId],
    ) -> Result<(), TopicError> {
        self.0.write(Turn::Topics, |session| {
            refuse_other_build(session, build)?;
            topic_writes::place(session, members, outliers)?;
            Ok(())
        })
    }

    fn put_topics(&self, new: &NewTopics<'_>) -> Result<(), TopicError> {
        self.0.write(Turn::Topics, |session| {
            refuse_other_build(session, new.build.build - 1)?;
            topic_writes::put(session, new)?;
            Ok(())
        })
    }

    fn act_on_topic(&self, act: &TopicAct, actor: &str, at: Timestamp) -> Result<u64, TopicError> {
        self.0.write(Turn::Topics, |session| {
            let build = newest_build(session)?.map_or(0, |build| build.build);
            topic_acts::act(session, act, build, (actor, at))
        })
    }
}

fn list(session: &Session<'_>, clearance: Clearance) -> Result<Option<TopicList>, CatalogError> {
    let Some(build) = newest_build(session)? else {
        return Ok(None);
    };
    let mut topics = stored_topics(session)?;
    count(session, clearance, &mut topics)?;
    let mut topics: Vec<StoredTopic> = topics.into_values().collect();
    topics.retain(|topic| topic.n_records > 0);
    let (parts, topics) = topics.into_iter().partition(|topic| topic.is_part);
    Ok(Some(TopicList {
        build,
        topics,
        parts,
    }))
}

fn state(session: &Session<'_>) -> Result<TopicState, CatalogError> {
    let doing = "reading topics";
    let sql = "SELECT id, topic, part FROM topic_member JOIN record ON key = record ORDER BY id";
    let members = session.all(doing, sql, &[], |row| {
        let part: Option<u64> = row.get(2)?;
        let topic = TopicId(row.get(1)?);
        Ok((record_id(&row.get::<String>(0)?)?, topic, part.map(TopicId)))
    })?;
    let sql = "SELECT coalesce(max(id), 0) + 1 FROM topic";
    let next_id = session.scalar(doing, sql, &[])?;
    let all = stored_topics(session)?.into_values();
    let (parts, topics) = all.partition(|topic| topic.is_part);
    Ok(TopicState {
        build: newest_build(session)?.map_or(0, |build| build.build),
        next_id,
        topics,
        parts,
        members,
    })
}

fn topics_of(
    session: &Session<'_>,
    record: &RecordId,
    clearance: Clearance,
) -> Result<Option<RecordTopics>, CatalogError> {
    let sql = "SELECT record.key, topic, part, probability, is_later
               FROM topic_member JOIN record ON record.key = topic_member.record
               WHERE record.id = ?1 AND deleted = 0 AND access <= ?2";
    let values = values![record.as_str(), codec::ceiling(clearance)];
    let found = session.first("reading a record's topics", sql, &values, |row| {
        let found = RecordTopics {
            topic: TopicId(row.get(1)?),
            part: row.get::<Option<u64>>(2)?.map(TopicId),
            probability: row.get(3)?,
            others: Vec::new(),
            is_later: row.get(4)?,
        };
        Ok((row.get::<i64>(0)?, found))
    })?;
    let Some((key, found)) = found else {
        return Ok(None);
    };
    let sql = "SELECT topic, share FROM topic_share JOIN topic ON id = topic
               WHERE record = ?1 AND is_alive = 1 ORDER BY 2 DESC, 1";
    let others = pairs(session, sql, &values![key])?;
    #[allow(clippy::cast_possible_truncation, reason = "it was written from f32")]
    let others = others.into_iter().map(|(id, share)| (id, share as f32));
    Ok(Some(RecordTopics {
        others: others.collect(),
        ..found
    }))
}

/// Refuses to go on from a build that is not the newest.
fn refuse_other_build(session: &Session<'_>, build: u64) -> Result<(), TopicError> {
    let newest = newest_build(session)?.map_or(0, |newest| newest.build);
    if newest == build {
        return Ok(());
    }
    let reason = "topics were built by somebody else meanwhile; build them again";
    Err(TopicError::Refused(reason.to_owned()))
}

/// Topics with a number each, in the order of the answer.
fn pairs(
    session: &Session<'_>,
    sql: &str,
    values: &[Value<'_>],
) -> Result<Vec<(TopicId, f64)>, CatalogError> {
    session.all("reading topics", sql, values, |row| {
        Ok((TopicId(row.get(0)?), row.get(1)?))
    })
}

fn newest_build(session: &Session<'_>) -> Result<Option<TopicBuild>, CatalogError> {
    session.first(
        "reading topics",
        "SELECT build, at, seq, n_records, n_outliers, diversity, method, years, stability
         FROM topic_build ORDER BY build DESC LIMIT 1",
        &[],
        |row| {
            let years: String = row.get(7)?;
            Ok(TopicBuild {
                build: row.get(0)?,
                at: codec::timestamp(row.get(1)?)?,
                seq: ChangeSeq(row.get(2)?),
                n_records: row.get(3)?,
                n_outliers: row.get(4)?,
                diversity: row.get(5)?,
                method: row.get(6)?,
                stability: row.get(8)?,
                years: serde_json::from_str(&years)
                    .map_err(codec::corrupt("table `topic_build`"))?,
            })
        },
    )
}

/// The topics that are there, counts left at 0.
fn stored_topics(session: &Session<'_>) -> Result<BTreeMap<TopicId, StoredTopic>, CatalogError> {
    let topics = session.all(
        "reading topics",
        "SELECT id, parent, label_vi, label_en, name_vi, name_en, terms, coherence, joined,
                locked, is_part, map_x, map_y, stability, note, split_from
         FROM topic WHERE is_alive = 1 ORDER BY id",
        &[],
        stored_topic,
    )?;
    Ok(topics.into_iter().map(|topic| (topic.id, topic)).collect())
}

fn stored_topic(row: &Row<'_>) -> Result<StoredTopic, CatalogError> {
    let bilingual = |vi, en| {
        Ok::<_, CatalogError>(Bilingual {
            vi: row.get(vi)?,
            en: row.get(en)?,
        })
    };
    let terms: String = row.get(6)?;
    Ok(StoredTopic {
        id: TopicId(row.get(0)?),
        parent: row.get::<Option<u64>>(1)?.map(TopicId),
        label: bilingual(2, 3)?,
        name: bilingual(4, 5)?,
        terms: serde_json::from_str(&terms).map_err(codec::corrupt("table `topic`"))?,
        coherence_npmi: row.get(7)?,
        is_joined: row.get(8)?,
        is_locked: row.get(9)?,
        n_records: 0,
        by_year: BTreeMap::new(),
        is_part: row.get(10)?,
        place: match (row.get(11)?, row.get(12)?) {
            (Some(x), Some(y)) => Some([x, y]),
            _ => None,
        },
        stability: row.get(13)?,
        note: row.get(14)?,
        split_from: row.get::<Option<u64>>(15)?.map(TopicId),
    })
}

/// Counts members that may be seen, of topics, of their fields and of parts.
fn count(
    session: &Session<'_>,
    clearance: Clearance,
    topics: &mut BTreeMap<TopicId, StoredTopic>,
) -> Result<(), CatalogError> {
    for (id, year, n) in counts(session, clearance, "topic")? {
        let parent = topics.get(&id).and_then(|topic| topic.parent);
        for id in [Some(id), parent].into_iter().flatten() {
            add(topics, id, year, n);
        }
    }
    for (id, year, n) in counts(session, clearance, "part")? {
        add(topics, id, year, n);
    }
    Ok(())
}

fn add(topics: &mut BTreeMap<TopicId, StoredTopic>, id: TopicId, year: Option<i32>, n: u64) {
    if let Some(topic) = topics.get_mut(&id) {
        topic.n_records += n;
        if let Some(year) = year {
            *topic.by_year.entry(year).or_default() += n;
        }
    }
}

/// The members that may be seen of each topic or part and year.
fn counts(
    session: &Session<'_>,
    clearance: Clearance,
    column: &'static str,
) -> Result<Vec<(TopicId, Option<i32>, u64)>, CatalogError> {
    let sql = format!(
        "SELECT member.{column}, member.year, count(*)
         FROM topic_member AS member JOIN record ON record.key = member.record
         WHERE deleted = 0 AND access <= ?1 AND member.{column} IS NOT NULL GROUP BY 1, 2"
    );
    let values = values![codec::ceiling(clearance)];
    session.all("counting topics", &sql, &values, |row| {
        Ok((TopicId(row.get(0)?), row.get(1)?, row.get(2)?))
    })
}
