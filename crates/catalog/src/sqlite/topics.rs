//! Topics in SQLite. Members are joined with their records in every read, so
//! that a record which may not be seen (any more) is in no count.

use std::collections::BTreeMap;

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, RecordId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    SqliteCatalog, codec, failure::while_doing, open, read::record_id, topic_acts, topic_writes,
};
use crate::{
    Bilingual, CatalogError, NewTopics, RecordTopics, StoredTopic, TopicAct, TopicBuild,
    TopicError, TopicEvent, TopicId, TopicList, TopicMember, TopicPlacing, TopicState, TopicStore,
};

impl TopicStore for SqliteCatalog {
    fn topics(&self, clearance: Clearance) -> Result<Option<TopicList>, CatalogError> {
        let reader = self.reader()?;
        let snapshot = reader
            .unchecked_transaction()
            .map_err(while_doing("reading topics"))?;
        let Some(build) = newest_build(&snapshot)? else {
            return Ok(None);
        };
        let mut topics = stored_topics(&snapshot)?;
        count(&snapshot, clearance, &mut topics)?;
        let mut topics: Vec<StoredTopic> = topics.into_values().collect();
        topics.retain(|topic| topic.n_records > 0);
        let (parts, topics) = topics.into_iter().partition(|topic| topic.is_part);
        Ok(Some(TopicList {
            build,
            topics,
            parts,
        }))
    }

    fn topic_members(
        &self,
        topic: TopicId,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<(RecordId, f32)>, CatalogError> {
        let failed = while_doing("reading a topic's records");
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached(
                "SELECT record.id, member.probability
                 FROM topic_member AS member JOIN record ON record.key = member.record
                 WHERE (member.topic IN (SELECT id FROM topic WHERE id = ?1 OR parent = ?1)
                        OR member.part = ?1)
                   AND deleted = 0 AND access <= ?2
                 ORDER BY 2 DESC, 1 LIMIT ?3",
            )
            .map_err(&failed)?;
        let key = params![topic.0, codec::ceiling(clearance), limit];
        let mut rows = statement.query(key).map_err(&failed)?;
        let mut members = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let id: String = row.get(0).map_err(&failed)?;
            members.push((record_id(&id)?, row.get(1).map_err(&failed)?));
        }
        Ok(members)
    }

    fn topic_events(&self, topic: TopicId) -> Result<Vec<TopicEvent>, CatalogError> {
        topic_acts::events(&*self.reader()?, topic)
    }

    fn topic_successor(&self, topic: TopicId) -> Result<Option<TopicId>, CatalogError> {
        let reader = self.reader()?;
        // UNION, not UNION ALL: a circle ends.
        let found = reader.query_row(
            "WITH RECURSIVE chain (id) AS (
                 SELECT merged_into FROM topic WHERE id = ?1 AND is_alive = 0
                 UNION
                 SELECT merged_into FROM chain JOIN topic USING (id) WHERE is_alive = 0)
             SELECT topic.id FROM chain JOIN topic USING (id) WHERE is_alive = 1",
            [topic.0],
            |row| row.get(0).map(TopicId),
        );
        found
            .optional()
            .map_err(while_doing("following merged topics"))
    }

    fn topic_state(&self) -> Result<TopicState, CatalogError> {
        let failed = while_doing("reading topics");
        let reader = self.reader()?;
        let snapshot = reader.unchecked_transaction().map_err(&failed)?;
        let sql = "SELECT coalesce(max(id), 0) + 1 FROM topic";
        let next_id = snapshot.query_row(sql, [], |row| row.get(0));
        let mut statement = snapshot
            .prepare(
                "SELECT id, topic, part FROM topic_member JOIN record ON key = record ORDER BY id",
            )
            .map_err(&failed)?;
        let mut rows = statement.query([]).map_err(&failed)?;
        let mut members = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let id: String = row.get(0).map_err(&failed)?;
            let topic = TopicId(row.get(1).map_err(&failed)?);
            let part: Option<u64> = row.get(2).map_err(&failed)?;
            members.push((record_id(&id)?, topic, part.map(TopicId)));
        }
        let all = stored_topics(&snapshot)?.into_values();
        let (parts, topics) = all.partition(|topic| topic.is_part);
        Ok(TopicState {
            build: newest_build(&snapshot)?.map_or(0, |build| build.build),
            next_id: next_id.map_err(&failed)?,
            topics,
            parts,
            members,
        })
    }

    fn topic_neighbours(&self, topic: TopicId) -> Result<Vec<(TopicId, f64)>, CatalogError> {
        let sql = "SELECT other, weight FROM topic_neighbour JOIN topic ON id = other
                   WHERE topic = ?1 AND is_alive = 1 ORDER BY 2 DESC, 1";
        pairs(&*self.reader()?, sql, params![topic.0])
    }

    fn record_topics(
        &self,
        record: &RecordId,
        clearance: Clearance,
    ) -> Result<Option<RecordTopics>, CatalogError> {
        let reader = self.reader()?;
        let failed = while_doing("reading a record's topics");
        let sql = "SELECT record.key, topic, part, probability, is_later
                   FROM topic_member JOIN record ON record.key = topic_member.record
                   WHERE record.id = ?1 AND deleted = 0 AND access <= ?2";
        let found = reader.query_row(
            sql,
            params![record.as_str(), codec::ceiling(clearance)],
            |row| {
                let found = RecordTopics {
                    topic: TopicId(row.get(1)?),
                    part: row.get::<_, Option<u64>>(2)?.map(TopicId),
                    probability: row.get(3)?,
                    others: Vec::new(),
                    is_later: row.get(4)?,
                };
                Ok((row.get::<_, i64>(0)?, found))
            },
        );
        let Some((key, found)) = found.optional().map_err(failed)? else {
            return Ok(None);
        };
        let sql = "SELECT topic, share FROM topic_share JOIN topic ON id = topic
                   WHERE record = ?1 AND is_alive = 1 ORDER BY 2 DESC, 1";
        let others = pairs(&reader, sql, [key])?;
        #[allow(clippy::cast_possible_truncation, reason = "it was written from f32")]
        let others = others.into_iter().map(|(id, share)| (id, share as f32));
        Ok(Some(RecordTopics {
            others: others.collect(),
            ..found
        }))
    }

    fn topics_named(&self, ids: &[TopicId]) -> Result<Vec<StoredTopic>, CatalogError> {
        let mut topics = stored_topics(&*self.reader()?)?;
        topics.retain(|id, _| ids.contains(id));
        Ok(topics.into_values().collect())
    }

    fn topic_outliers(
        &self,
        clearance: Clearance,
        limit: usize,
    ) -> Result<Vec<RecordId>, CatalogError> {
        let failed = while_doing("reading records without a topic");
        let reader = self.reader()?;
        let mut statement = reader
            .prepare_cached(
                "SELECT id FROM topic_outlier JOIN record ON record.key = topic_outlier.record
                 WHERE deleted = 0 AND access <= ?1 ORDER BY id LIMIT ?2",
            )
            .map_err(&failed)?;
        let mut rows = statement
            .query(params![codec::ceiling(clearance), limit])
            .map_err(&failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            found.push(record_id(&row.get::<_, String>(0).map_err(&failed)?)?);
        }
        Ok(found)
    }

    fn topic_placing(&self) -> Result<Option<TopicPlacing>, CatalogError> {
        let reader = self.reader()?;
        let sql = "SELECT build, seq, coalesce(placing, x'') FROM topic_build
                   ORDER BY build DESC LIMIT 1";
        let read = |row: &Row<'_>| {
            Ok(TopicPlacing {
                build: row.get(0)?,
                seq: ChangeSeq(row.get(1)?),
                bytes: row.get(2)?,
            })
        };
        let found = reader.query_row(sql, [], read).optional();
        found.map_err(while_doing("reading topics"))
    }

    fn place_records(
        &self,
        build: u64,
        members: &[TopicMember],
        outliers: &[RecordId],
    ) -> Result<(), TopicError> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        refuse_other_build(&transaction, build)?;
        topic_writes::place(&transaction, members, outliers)
            .and_then(|()| transaction.commit())
            .map_err(while_doing("placing records in topics"))?;
        Ok(())
    }

    fn put_topics(&self, new: &NewTopics<'_>) -> Result<(), TopicError> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        refuse_other_build(&transaction, new.build.build - 1)?;
        topic_writes::put(&transaction, new)
            .and_then(|()| transaction.commit())
            .map_err(while_doing("writing topics"))?;
        Ok(())
    }

    fn act_on_topic(&self, act: &TopicAct, actor: &str, at: Timestamp) -> Result<u64, TopicError> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        let build = newest_build(&transaction)?.map_or(0, |build| build.build);
        let number = topic_acts::act(&transaction, act, build, (actor, at))?;
        transaction
            .commit()
            .map_err(while_doing("changing a topic"))?;
        Ok(number)
    }
}

/// Refuses to go on from a build that is not the newest.
fn refuse_other_build(transaction: &Transaction<'_>, build: u64) -> Result<(), TopicError> {
    let newest = newest_build(transaction)?.map_or(0, |newest| newest.build);
    if newest == build {
        return Ok(());
    }
    let reason = "topics were built by somebody else meanwhile; build them again";
    Err(TopicError::Refused(reason.to_owned()))
}

/// Topics with a number each, in the order of the answer.
fn pairs(
    connection: &Connection,
    sql: &str,
    key: impl rusqlite::Params,
) -> Result<Vec<(TopicId, f64)>, CatalogError> {
    let failed = while_doing("reading topics");
    let mut statement = connection.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query(key).map_err(&failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        found.push((
            TopicId(row.get(0).map_err(&failed)?),
            row.get(1).map_err(&failed)?,
        ));
    }
    Ok(found)
}

fn newest_build(connection: &Connection) -> Result<Option<TopicBuild>, CatalogError> {
    let read = |row: &Row<'_>| {
        let build = TopicBuild {
            build: row.get(0)?,
            at: Timestamp::UNIX_EPOCH,
            seq: ChangeSeq(row.get(2)?),
            n_records: row.get(3)?,
            n_outliers: row.get(4)?,
            diversity: row.get(5)?,
            method: row.get(6)?,
            stability: row.get(8)?,
            years: BTreeMap::new(),
        };
        Ok((build, row.get::<_, i64>(1)?, row.get::<_, String>(7)?))
    };
    let found = connection
        .query_row(
            "SELECT build, at, seq, n_records, n_outliers, diversity, method, years,
                    stability
             FROM topic_build ORDER BY build DESC LIMIT 1",
            [],
            read,
        )
        .optional()
        .map_err(while_doing("reading topics"))?;
    let Some((build, at_ms, years)) = found else {
        return Ok(None);
    };
    Ok(Some(TopicBuild {
        at: codec::timestamp(at_ms)?,
        years: serde_json::from_str(&years).map_err(codec::corrupt("table `topic_build`"))?,
        ..build
    }))
}

/// The topics that are there, counts left at 0.
fn stored_topics(connection: &Connection) -> Result<BTreeMap<TopicId, StoredTopic>, CatalogError> {
    let failed = while_doing("reading topics");
    let mut statement = connection
        .prepare_cached(
            "SELECT id, parent, label_vi, label_en, name_vi, name_en, terms, coherence, joined,
                    locked, is_part, map_x, map_y, stability, note, split_from
             FROM topic WHERE is_alive = 1 ORDER BY id",
        )
        .map_err(&failed)?;
    let mut rows = statement.query([]).map_err(&failed)?;
    let mut topics = BTreeMap::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let terms: String = row.get(6).map_err(&failed)?;
        let mut topic = stored_topic(row).map_err(&failed)?;
        topic.terms = serde_json::from_str(&terms).map_err(codec::corrupt("table `topic`"))?;
        topics.insert(topic.id, topic);
    }
    Ok(topics)
}

fn stored_topic(row: &Row<'_>) -> rusqlite::Result<StoredTopic> {
    let bilingual = |vi, en| {
        Ok::<_, rusqlite::Error>(Bilingual {
            vi: row.get(vi)?,
            en: row.get(en)?,
        })
    };
    Ok(StoredTopic {
        id: TopicId(row.get(0)?),
        parent: row.get::<_, Option<u64>>(1)?.map(TopicId),
        label: bilingual(2, 3)?,
        name: bilingual(4, 5)?,
        terms: Vec::new(),
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
        split_from: row.get::<_, Option<u64>>(15)?.map(TopicId),
    })
}

/// Counts members that may be seen, of topics, of their fields and of parts.
fn count(
    connection: &Connection,
    clearance: Clearance,
    topics: &mut BTreeMap<TopicId, StoredTopic>,
) -> Result<(), CatalogError> {
    count_by(connection, clearance, "topic", |id, year, n| {
        let parent = topics.get(&id).and_then(|topic| topic.parent);
        for id in [Some(id), parent].into_iter().flatten() {
            add(topics, id, year, n);
        }
    })?;
    count_by(connection, clearance, "part", |id, year, n| {
        add(topics, id, year, n);
    })
}

fn add(topics: &mut BTreeMap<TopicId, StoredTopic>, id: TopicId, year: Option<i32>, n: u64) {
    if let Some(topic) = topics.get_mut(&id) {
        topic.n_records += n;
        if let Some(year) = year {
            *topic.by_year.entry(year).or_default() += n;
        }
    }
}

/// Tells the members that may be seen of each topic or part and year.
fn count_by(
    connection: &Connection,
    clearance: Clearance,
    column: &'static str,
    mut tell: impl FnMut(TopicId, Option<i32>, u64),
) -> Result<(), CatalogError> {
    let failed = while_doing("counting topics");
    let sql = format!(
        "SELECT member.{column}, member.year, count(*)
         FROM topic_member AS member JOIN record ON record.key = member.record
         WHERE deleted = 0 AND access <= ?1 AND member.{column} IS NOT NULL GROUP BY 1, 2"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
    let mut rows = statement
        .query([codec::ceiling(clearance)])
        .map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let id = TopicId(row.get(0).map_err(&failed)?);
        let (year, n) = (row.get(1).map_err(&failed)?, row.get(2).map_err(&failed)?);
        tell(id, year, n);
    }
    Ok(())
}
