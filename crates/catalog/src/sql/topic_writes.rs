//! What a build writes, and where later records are put.

use std::collections::HashSet;

use records::RecordId;

use super::{Session, value::values};
use crate::{
    BuiltEvent, BuiltTopic, CatalogError, NewTopics, TopicBuild, TopicEventKind, TopicMember,
};

const DOING: &str = "writing topics";

/// Writes a build.
pub(super) fn put(session: &Session<'_>, new: &NewTopics<'_>) -> Result<(), CatalogError> {
    put_build(session, new.build, new.placing)?;
    put_topic_rows(session, new.topics)?;
    for table in ["topic_member", "topic_share", "topic_outlier"] {
        session.write(DOING, &format!("DELETE FROM {table}"), &[])?;
    }
    put_members(session, new.members, false)?;
    put_outliers(session, new.outliers)?;
    put_events(session, new.build, new.events)
}

/// Puts records that came after the build beside those that it knows.
pub(super) fn place(
    session: &Session<'_>,
    members: &[TopicMember],
    outliers: &[RecordId],
) -> Result<(), CatalogError> {
    put_members(session, members, true)?;
    put_outliers(session, outliers)
}

fn put_build(
    session: &Session<'_>,
    build: &TopicBuild,
    placing: &[u8],
) -> Result<(), CatalogError> {
    let years = serde_json::to_string(&build.years).expect("years and counts are plain numbers");
    session.write(
        DOING,
        r#"INSERT INTO topic_build (build, at, seq, n_records, n_outliers, diversity, method,
                                  years, stability, "placing")
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"#,
        &values![
            build.build,
            build.at.as_millisecond(),
            build.seq.0,
            build.n_records,
            build.n_outliers,
            build.diversity,
            &build.method,
            years,
            build.stability,
            placing,
        ],
    )
}

/// A row refers to its parent: fields stand first, then topics, then parts.
fn put_topic_rows(session: &Session<'_>, topics: &[BuiltTopic]) -> Result<(), CatalogError> {
    session.write(DOING, "UPDATE topic SET is_alive = 0", &[])?;
    session.write(DOING, "DELETE FROM topic_neighbour", &[])?;
    let mut ordered: Vec<&BuiltTopic> = topics.iter().collect();
    ordered.sort_by_key(|topic| (topic.is_part, topic.parent.is_some(), topic.id));
    for topic in &ordered {
        put_topic_row(session, topic)?;
    }
    let sql = "INSERT INTO topic_neighbour (topic, other, weight) VALUES (?1, ?2, ?3)";
    for topic in &ordered {
        for (other, weight) in &topic.neighbours {
            session.write(DOING, sql, &values![topic.id.0, other.0, *weight])?;
        }
    }
    Ok(())
}

fn put_topic_row(session: &Session<'_>, topic: &BuiltTopic) -> Result<(), CatalogError> {
    let terms = serde_json::to_string(&topic.terms).expect("words are plain text");
    session.write(
        DOING,
        "INSERT INTO topic (id, parent, label_vi, label_en, terms, coherence, is_part, map_x,
                            map_y, stability)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, label_vi = excluded.label_vi,
             label_en = excluded.label_en, terms = excluded.terms, is_alive = 1,
             merged_into = NULL, coherence = excluded.coherence, is_part = excluded.is_part,
             map_x = excluded.map_x, map_y = excluded.map_y, stability = excluded.stability",
        &values![
            topic.id.0,
            topic.parent.map(|parent| parent.0),
            &topic.label.vi,
            &topic.label.en,
            terms,
            topic.coherence_npmi,
            topic.is_part,
            topic.place.map(|place| place[0]),
            topic.place.map(|place| place[1]),
            topic.stability,
        ],
    )
}

/// The keys of records that are there and in no topic, in the order of `ids`.
fn without_topic<'i>(
    session: &Session<'_>,
    ids: impl Iterator<Item = &'i RecordId>,
) -> Result<Vec<Option<i64>>, CatalogError> {
    let keys: Vec<_> = ids.map(|id| values![id.as_str()]).collect();
    session.first_of_each(
        DOING,
        "SELECT key FROM record WHERE id = ?1 AND deleted = 0 AND NOT EXISTS
             (SELECT 1 FROM topic_member AS member WHERE member.record = record.key)",
        &keys,
        |row| row.get(0),
    )
}

/// A record that went since the build read it is passed over; so is one that
/// has a topic already.
fn put_members(
    session: &Session<'_>,
    members: &[TopicMember],
    is_later: bool,
) -> Result<(), CatalogError> {
    let keys = without_topic(session, members.iter().map(|member| &member.record))?;
    let mut put = HashSet::new();
    for (member, key) in members.iter().zip(keys) {
        let Some(key) = key.filter(|key| put.insert(*key)) else {
            continue;
        };
        session.write(
            DOING,
            "INSERT INTO topic_member (record, topic, probability, year, part, is_later)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &values![
                key,
                member.topic.0,
                member.probability,
                member.year,
                member.part.map(|part| part.0),
                is_later,
            ],
        )?;
        for (topic, share) in &member.shares {
            session.write(
                DOING,
                "INSERT INTO topic_share (record, topic, share) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                &values![key, topic.0, *share],
            )?;
        }
    }
    Ok(())
}

fn put_outliers(session: &Session<'_>, outliers: &[RecordId]) -> Result<(), CatalogError> {
    let keys = without_topic(session, outliers.iter())?;
    let sql = "INSERT INTO topic_outlier (record) VALUES (?1) ON CONFLICT DO NOTHING";
    for key in keys.into_iter().flatten() {
        session.write(DOING, sql, &values![key])?;
    }
    Ok(())
}

fn put_events(
    session: &Session<'_>,
    build: &TopicBuild,
    events: &[BuiltEvent],
) -> Result<(), CatalogError> {
    for event in events {
        let other = event.other.map(|other| other.0);
        if let (TopicEventKind::Merged, Some(other)) = (event.kind, other) {
            let sql = "UPDATE topic SET merged_into = ?2 WHERE id = ?1 AND is_alive = 0";
            session.write(DOING, sql, &values![event.topic.0, other])?;
        }
        let detail = format!(
            "{{\"before\":{},\"after\":{}}}",
            event.sizes[0], event.sizes[1]
        );
        session.write(
            DOING,
            "INSERT INTO topic_event (at, build, topic, kind, other, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &values![
                build.at.as_millisecond(),
                build.build,
                event.topic.0,
                event.kind.as_str(),
                other,
                detail,
            ],
        )?;
    }
    Ok(())
}
