//! What a build writes, and where later records are put.

use records::RecordId;
use rusqlite::{Transaction, params};

use crate::{BuiltEvent, BuiltTopic, NewTopics, TopicBuild, TopicEventKind, TopicMember};

/// Writes a build.
pub(super) fn put(transaction: &Transaction<'_>, new: &NewTopics<'_>) -> rusqlite::Result<()> {
    put_build(transaction, new.build, new.placing)?;
    put_topic_rows(transaction, new.topics)?;
    for table in ["topic_member", "topic_share", "topic_outlier"] {
        transaction.execute(&format!("DELETE FROM {table}"), [])?;
    }
    put_members(transaction, new.members, false)?;
    put_outliers(transaction, new.outliers)?;
    put_events(transaction, new.build, new.events)
}

/// Puts records that came after the build beside those that it knows.
pub(super) fn place(
    transaction: &Transaction<'_>,
    members: &[TopicMember],
    outliers: &[RecordId],
) -> rusqlite::Result<()> {
    put_members(transaction, members, true)?;
    put_outliers(transaction, outliers)
}

fn put_build(
    transaction: &Transaction<'_>,
    build: &TopicBuild,
    placing: &[u8],
) -> rusqlite::Result<()> {
    let years = serde_json::to_string(&build.years).expect("years and counts are plain numbers");
    transaction
        .execute(
            "INSERT INTO topic_build (build, at, seq, n_records, n_outliers, diversity, method,
                                      years, stability, placing)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                build.build,
                build.at.as_millisecond(),
                build.seq.0,
                build.n_records,
                build.n_outliers,
                build.diversity,
                build.method,
                years,
                build.stability,
                placing
            ],
        )
        .map(drop)
}

/// A row refers to its parent: fields stand first, then topics, then parts.
fn put_topic_rows(transaction: &Transaction<'_>, topics: &[BuiltTopic]) -> rusqlite::Result<()> {
    transaction.execute("UPDATE topic SET is_alive = 0", [])?;
    transaction.execute("DELETE FROM topic_neighbour", [])?;
    let mut put = transaction.prepare(
        "INSERT INTO topic (id, parent, label_vi, label_en, terms, coherence, is_part, map_x,
                            map_y, stability)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, label_vi = excluded.label_vi,
             label_en = excluded.label_en, terms = excluded.terms, is_alive = 1,
             merged_into = NULL, coherence = excluded.coherence, is_part = excluded.is_part,
             map_x = excluded.map_x, map_y = excluded.map_y, stability = excluded.stability",
    )?;
    let mut ordered: Vec<&BuiltTopic> = topics.iter().collect();
    ordered.sort_by_key(|topic| (topic.is_part, topic.parent.is_some(), topic.id));
    for topic in &ordered {
        let terms = serde_json::to_string(&topic.terms).expect("words are plain text");
        put.execute(params![
            topic.id.0,
            topic.parent.map(|parent| parent.0),
            topic.label.vi,
            topic.label.en,
            terms,
            topic.coherence_npmi,
            topic.is_part,
            topic.place.map(|place| place[0]),
            topic.place.map(|place| place[1]),
            topic.stability,
        ])?;
    }
    let mut tie = transaction
        .prepare("INSERT INTO topic_neighbour (topic, other, weight) VALUES (?1, ?2, ?3)")?;
    for topic in &ordered {
        for (other, weight) in &topic.neighbours {
            tie.execute(params![topic.id.0, other.0, weight])?;
        }
    }
    Ok(())
}

/// A record that went since the build read it is passed over; with `is_later`
/// also one that has a topic already.
fn put_members(
    transaction: &Transaction<'_>,
    members: &[TopicMember],
    is_later: bool,
) -> rusqlite::Result<()> {
    let mut put = transaction.prepare(
        "INSERT OR IGNORE INTO topic_member (record, topic, probability, year, part, is_later)
         SELECT key, ?2, ?3, ?4, ?5, ?6 FROM record WHERE id = ?1 AND deleted = 0",
    )?;
    let mut share = transaction.prepare(
        "INSERT OR IGNORE INTO topic_share (record, topic, share)
         SELECT key, ?2, ?3 FROM record WHERE id = ?1 AND deleted = 0",
    )?;
    for member in members {
        let id = member.record.as_str();
        let n_put = put.execute(params![
            id,
            member.topic.0,
            member.probability,
            member.year,
            member.part.map(|part| part.0),
            is_later
        ])?;
        if n_put == 1 {
            for (topic, part) in &member.shares {
                share.execute(params![id, topic.0, part])?;
            }
        }
    }
    Ok(())
}

fn put_outliers(transaction: &Transaction<'_>, outliers: &[RecordId]) -> rusqlite::Result<()> {
    let mut put = transaction.prepare(
        "INSERT OR IGNORE INTO topic_outlier (record)
         SELECT key FROM record WHERE id = ?1 AND deleted = 0
             AND key NOT IN (SELECT record FROM topic_member)",
    )?;
    for record in outliers {
        put.execute([record.as_str()])?;
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
