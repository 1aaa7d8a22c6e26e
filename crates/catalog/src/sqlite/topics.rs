//! Topics in SQLite. Members are joined with their records in every read, so
//! that a record which may not be seen (any more) is in no count.

use std::collections::BTreeMap;

use jiff::Timestamp;
use records::{ChangeSeq, Clearance, RecordId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{SqliteCatalog, codec, failure::while_doing, open, read::record_id, topic_acts};
use crate::{
    Bilingual, BuiltEvent, BuiltTopic, CatalogError, StoredTopic, TopicAct, TopicBuild, TopicError,
    TopicEvent, TopicEventKind, TopicId, TopicList, TopicMember, TopicState, TopicStore,
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
        Ok(Some(TopicList { build, topics }))
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
                 WHERE member.topic IN (SELECT id FROM topic WHERE id = ?1 OR parent = ?1)
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
            .prepare("SELECT id, topic FROM topic_member JOIN record ON key = record ORDER BY id")
            .map_err(&failed)?;
        let mut rows = statement.query([]).map_err(&failed)?;
        let mut members = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let id: String = row.get(0).map_err(&failed)?;
            members.push((record_id(&id)?, TopicId(row.get(1).map_err(&failed)?)));
        }
        Ok(TopicState {
            build: newest_build(&snapshot)?.map_or(0, |build| build.build),
            next_id: next_id.map_err(&failed)?,
            topics: stored_topics(&snapshot)?.into_values().collect(),
            members,
        })
    }

    fn put_topics(
        &self,
        build: &TopicBuild,
        topics: &[BuiltTopic],
        members: &[TopicMember],
        events: &[BuiltEvent],
    ) -> Result<(), TopicError> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        let newest = newest_build(&transaction)?.map_or(0, |newest| newest.build);
        if newest + 1 != build.build {
            let reason = "topics were built by somebody else meanwhile; build them again";
            return Err(TopicError::Refused(reason.to_owned()));
        }
        put_build(&transaction, build)
            .and_then(|()| put_topic_rows(&transaction, topics))
            .and_then(|()| put_members(&transaction, members))
            .and_then(|()| put_events(&transaction, build, events))
            .and_then(|()| transaction.commit())
            .map_err(while_doing("writing topics"))?;
        Ok(())
    }

    fn act_on_topic(&self, act: &TopicAct, at: Timestamp) -> Result<u64, TopicError> {
        let mut connection = self.writer();
        let transaction = open::begin(&mut connection)?;
        let build = newest_build(&transaction)?.map_or(0, |build| build.build);
        let number = topic_acts::act(&transaction, act, build, at)?;
        transaction
            .commit()
            .map_err(while_doing("changing a topic"))?;
        Ok(number)
    }
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
            years: BTreeMap::new(),
        };
        Ok((build, row.get::<_, i64>(1)?, row.get::<_, String>(7)?))
    };
    let found = connection
        .query_row(
            "SELECT build, at, seq, n_records, n_outliers, diversity, method, years
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
                    locked
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
    })
}

/// Counts members that may be seen, of topics and of their fields.
fn count(
    connection: &Connection,
    clearance: Clearance,
    topics: &mut BTreeMap<TopicId, StoredTopic>,
) -> Result<(), CatalogError> {
    let failed = while_doing("counting topics");
    let mut statement = connection
        .prepare_cached(
            "SELECT member.topic, member.year, count(*)
             FROM topic_member AS member JOIN record ON record.key = member.record
             WHERE deleted = 0 AND access <= ?1 GROUP BY 1, 2",
        )
        .map_err(&failed)?;
    let mut rows = statement
        .query([codec::ceiling(clearance)])
        .map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let id = TopicId(row.get(0).map_err(&failed)?);
        let year: Option<i32> = row.get(1).map_err(&failed)?;
        let n: u64 = row.get(2).map_err(&failed)?;
        let parent = topics.get(&id).and_then(|topic| topic.parent);
        for id in [Some(id), parent].into_iter().flatten() {
            let Some(topic) = topics.get_mut(&id) else {
                continue;
            };
            topic.n_records += n;
            if let Some(year) = year {
                *topic.by_year.entry(year).or_default() += n;
            }
        }
    }
    Ok(())
}

fn put_build(transaction: &Transaction<'_>, build: &TopicBuild) -> rusqlite::Result<()> {
    let years = serde_json::to_string(&build.years).expect("years and counts are plain numbers");
    transaction
        .execute(
            "INSERT INTO topic_build (build, at, seq, n_records, n_outliers, diversity, method,
                                      years)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                build.build,
                build.at.as_millisecond(),
                build.seq.0,
                build.n_records,
                build.n_outliers,
                build.diversity,
                build.method,
                years
            ],
        )
        .map(drop)
}

/// Fields stand before topics: a topic refers to its field.
fn put_topic_rows(transaction: &Transaction<'_>, topics: &[BuiltTopic]) -> rusqlite::Result<()> {
    transaction.execute("UPDATE topic SET is_alive = 0", [])?;
    let mut put = transaction.prepare(
        "INSERT INTO topic (id, parent, label_vi, label_en, terms, coherence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, label_vi = excluded.label_vi,
             label_en = excluded.label_en, terms = excluded.terms, is_alive = 1,
             merged_into = NULL, coherence = excluded.coherence",
    )?;
    let (fields, inner): (Vec<_>, Vec<_>) = topics.iter().partition(|t| t.parent.is_none());
    for topic in fields.into_iter().chain(inner) {
        let terms = serde_json::to_string(&topic.terms).expect("words are plain text");
        put.execute(params![
            topic.id.0,
            topic.parent.map(|parent| parent.0),
            topic.label.vi,
            topic.label.en,
            terms,
            topic.coherence_npmi
        ])?;
    }
    Ok(())
}

/// A record that went since the build read it is passed over.
fn put_members(transaction: &Transaction<'_>, members: &[TopicMember]) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM topic_member", [])?;
    let mut put = transaction.prepare(
        "INSERT INTO topic_member (record, topic, probability, year)
         SELECT key, ?2, ?3, ?4 FROM record WHERE id = ?1 AND deleted = 0",
    )?;
    for member in members {
        let (topic, year) = (member.topic.0, member.year);
        put.execute(params![
            member.record.as_str(),
            topic,
            member.probability,
            year
        ])?;
    }
    Ok(())
}

fn put_events(
    transaction: &Transaction<'_>,
    build: &TopicBuild,
    events: &[BuiltEvent],
) -> rusqlite::Result<()> {
    for event in events {
        let other = event.other.map(|other| other.0);
        if let (TopicEventKind::Merged, Some(other)) = (event.kind, other) {
            let sql = "UPDATE topic SET merged_into = ?2 WHERE id = ?1 AND is_alive = 0";
            transaction.execute(sql, [event.topic.0, other])?;
        }
        let detail = format!(
            "{{\"before\":{},\"after\":{}}}",
            event.sizes[0], event.sizes[1]
        );
        transaction.execute(
            "INSERT INTO topic_event (at, build, topic, kind, other, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                build.at.as_millisecond(),
                build.build,
                event.topic.0,
                event.kind.as_str(),
                other,
                detail
            ],
        )?;
    }
    Ok(())
}
