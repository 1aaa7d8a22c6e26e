//! What people do to topics, and the log of it.

use jiff::Timestamp;

use super::{Session, Value, codec, session::Row, value::values};
use crate::{Bilingual, CatalogError, TopicAct, TopicError, TopicEvent, TopicEventKind, TopicId};

const COLUMNS: &str = "number, at, build, topic, kind, other, detail, undone, actor";

/// The history of a topic, oldest first.
pub(super) fn events(
    session: &Session<'_>,
    topic: TopicId,
) -> Result<Vec<TopicEvent>, CatalogError> {
    let sql = format!("SELECT {COLUMNS} FROM topic_event WHERE topic = ?1 ORDER BY number");
    session.all("reading a topic's history", &sql, &values![topic.0], event)
}

/// What somebody did to topics, oldest first.
pub(super) fn events_of(
    session: &Session<'_>,
    actor: &str,
) -> Result<Vec<TopicEvent>, CatalogError> {
    let sql = format!("SELECT {COLUMNS} FROM topic_event WHERE actor = ?1 ORDER BY number");
    session.all(
        "reading the acts of an account",
        &sql,
        &values![actor],
        event,
    )
}

fn event(row: &Row<'_>) -> Result<TopicEvent, CatalogError> {
    let word: String = row.get(4)?;
    let kind = TopicEventKind::parse(&word)
        .ok_or_else(|| codec::corrupt("column `topic_event.kind`")(word))?;
    Ok(TopicEvent {
        number: row.get(0)?,
        at: codec::timestamp(row.get(1)?)?,
        build: row.get(2)?,
        topic: TopicId(row.get(3)?),
        kind,
        other: row.get::<Option<u64>>(5)?.map(TopicId),
        detail: row.get(6)?,
        undone: row.get(7)?,
        actor: row.get(8)?,
    })
}

/// A topic that is there, as far as acts need it.
struct Target {
    parent: Option<u64>,
    is_part: bool,
    name: Bilingual,
    is_locked: bool,
    is_joined: bool,
    note: Option<String>,
}

impl Target {
    /// Whether it is neither a field nor a part.
    fn is_topic(&self) -> bool {
        self.parent.is_some() && !self.is_part
    }
}

fn target(session: &Session<'_>, id: TopicId) -> Result<Target, TopicError> {
    let sql = "SELECT parent, name_vi, name_en, locked, joined, is_part, note FROM topic
               WHERE id = ?1 AND is_alive = 1";
    let found = session.first("reading a topic", sql, &values![id.0], |row| {
        Ok(Target {
            parent: row.get(0)?,
            name: Bilingual {
                vi: row.get(1)?,
                en: row.get(2)?,
            },
            is_locked: row.get(3)?,
            is_joined: row.get(4)?,
            is_part: row.get(5)?,
            note: row.get(6)?,
        })
    })?;
    found.ok_or_else(|| {
        TopicError::Refused(format!(
            "there is no topic `{id}`; see `trithuc topics list`"
        ))
    })
}

/// What to write into the log.
struct Entry {
    topic: TopicId,
    kind: TopicEventKind,
    other: Option<TopicId>,
    before: String,
}

/// Does it and logs it; the number in the log.
pub(super) fn act(
    session: &Session<'_>,
    act: &TopicAct,
    build: u64,
    (actor, at): (&str, Timestamp),
) -> Result<u64, TopicError> {
    let entry = match act {
        TopicAct::Rename(id, name) => rename(session, *id, name)?,
        TopicAct::Merge(from, into) => merge(session, *from, *into)?,
        TopicAct::SetLocked(id, locked) => set_locked(session, *id, *locked)?,
        TopicAct::Split(id, part) => split(session, *id, *part)?,
        TopicAct::Annotate(id, note) => annotate(session, *id, note.as_deref())?,
        TopicAct::Undo(number) => return undo(session, *number, build),
    };
    let number = session.scalar(
        "writing the log of topics",
        "INSERT INTO topic_event (at, build, topic, kind, other, detail, actor)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING number",
        &values![
            at.as_millisecond(),
            build,
            entry.topic.0,
            entry.kind.as_str(),
            entry.other.map(|other| other.0),
            &entry.before,
            actor,
        ],
    )?;
    Ok(number)
}

fn write<const N: usize>(
    session: &Session<'_>,
    sql: &str,
    values: [Value<'_>; N],
) -> Result<(), TopicError> {
    Ok(session.write("changing a topic", sql, &values)?)
}

fn set_name(session: &Session<'_>, id: TopicId, name: &Bilingual) -> Result<(), TopicError> {
    let sql = "UPDATE topic SET name_vi = ?2, name_en = ?3 WHERE id = ?1";
    write(session, sql, values![id.0, &name.vi, &name.en])
}

fn rename(session: &Session<'_>, id: TopicId, name: &Bilingual) -> Result<Entry, TopicError> {
    let before = target(session, id)?.name;
    set_name(session, id, name)?;
    Ok(Entry {
        topic: id,
        kind: TopicEventKind::Renamed,
        other: None,
        before: serde_json::to_string(&before).map_err(codec::unwritable)?,
    })
}

fn set_locked(session: &Session<'_>, id: TopicId, locked: bool) -> Result<Entry, TopicError> {
    let before = target(session, id)?;
    if !before.is_topic() {
        let reason = format!("`{id}` is no topic but a field or a part; lock the topic");
        return Err(TopicError::Refused(reason));
    }
    if before.is_locked == locked {
        let word = if locked { "locked" } else { "not locked" };
        return Err(TopicError::Refused(format!(
            "topic `{id}` is {word} already"
        )));
    }
    let sql = "UPDATE topic SET locked = ?2 WHERE id = ?1";
    write(session, sql, values![id.0, locked])?;
    Ok(Entry {
        topic: id,
        kind: if locked {
            TopicEventKind::Locked
        } else {
            TopicEventKind::Unlocked
        },
        other: None,
        before: "{}".to_owned(),
    })
}

fn merge(session: &Session<'_>, from: TopicId, into: TopicId) -> Result<Entry, TopicError> {
    let (source, goal) = (target(session, from)?, target(session, into)?);
    let reason = if from == into {
        Some(format!(
            "`{from}` cannot be put into itself; name two topics"
        ))
    } else if !source.is_topic() || !goal.is_topic() {
        Some("a field or a part is no topic; name two topics".to_owned())
    } else if source.is_locked {
        Some(format!("topic `{from}` is locked; unlock it first"))
    } else {
        None
    };
    if let Some(reason) = reason {
        return Err(TopicError::Refused(reason));
    }
    let sql = "UPDATE topic_member SET topic = ?2, origin = ?1 WHERE topic = ?1";
    write(session, sql, values![from.0, into.0])?;
    let sql = "UPDATE topic SET is_alive = 0, merged_into = ?2 WHERE id = ?1";
    write(session, sql, values![from.0, into.0])?;
    let sql = "UPDATE topic SET parent = ?2 WHERE parent = ?1 AND is_part = 1";
    write(session, sql, values![from.0, into.0])?;
    write(
        session,
        "UPDATE topic SET joined = 1 WHERE id = ?1",
        values![into.0],
    )?;
    Ok(Entry {
        topic: from,
        kind: TopicEventKind::Joined,
        other: Some(into),
        before: format!("{{\"was_joined\":{}}}", goal.is_joined),
    })
}

/// Takes back an act; the number of that act.
fn undo(session: &Session<'_>, number: u64, build: u64) -> Result<u64, TopicError> {
    let sql = format!("SELECT {COLUMNS} FROM topic_event WHERE number = ?1 AND undone = 0");
    let found = session.first("reading the log of topics", &sql, &values![number], event)?;
    let Some(event) = found else {
        let reason = format!("there is no act `{number}` to take back; see `trithuc topics show`");
        return Err(TopicError::Refused(reason));
    };
    match (event.kind, event.other) {
        (TopicEventKind::Renamed, _) => {
            let before = serde_json::from_str(&event.detail)
                .map_err(codec::corrupt("column `topic_event.detail`"))?;
            set_name(session, event.topic, &before)?;
        }
        (TopicEventKind::Locked | TopicEventKind::Unlocked, _) => {
            let locked = event.kind == TopicEventKind::Unlocked;
            let sql = "UPDATE topic SET locked = ?2 WHERE id = ?1";
            write(session, sql, values![event.topic.0, locked])?;
        }
        (TopicEventKind::Annotated, _) => {
            let before: Option<String> = serde_json::from_str(&event.detail)
                .map_err(codec::corrupt("column `topic_event.detail`"))?;
            set_note(session, event.topic, before.as_deref())?;
        }
        (TopicEventKind::Joined, Some(into)) => unmerge(session, &event, into, build)?,
        (TopicEventKind::SplitOff, Some(whole)) => unsplit(session, &event, whole, build)?,
        _ => {
            let reason = format!("`{number}` is the work of a build, not of a person");
            return Err(TopicError::Refused(reason));
        }
    }
    let sql = "UPDATE topic_event SET undone = 1 WHERE number = ?1";
    write(session, sql, values![number])?;
    Ok(number)
}

/// Members are moved back only while they are those of the act.
fn refuse_after_build(event: &TopicEvent, build: u64) -> Result<(), TopicError> {
    if event.build == build {
        return Ok(());
    }
    Err(TopicError::Refused(format!(
        "topics were built anew since act `{}`, and records went their ways; do the opposite instead",
        event.number
    )))
}

fn unmerge(
    session: &Session<'_>,
    event: &TopicEvent,
    into: TopicId,
    build: u64,
) -> Result<(), TopicError> {
    refuse_after_build(event, build)?;
    let from = event.topic;
    let sql = "UPDATE topic_member SET topic = ?1, origin = NULL WHERE origin = ?1 AND topic = ?2";
    if session.execute("changing a topic", sql, &values![from.0, into.0])? == 0 {
        return Err(TopicError::Refused(format!(
            "the records of `{from}` are not in `{into}` any more; take back later acts first"
        )));
    }
    let sql = "UPDATE topic SET is_alive = 1, merged_into = NULL WHERE id = ?1";
    write(session, sql, values![from.0])?;
    let sql = "UPDATE topic SET parent = ?1 WHERE is_part = 1 AND id IN
               (SELECT part FROM topic_member WHERE topic = ?1 AND part IS NOT NULL)";
    write(session, sql, values![from.0])?;
    let was_joined = event.detail.contains("true");
    let sql = "UPDATE topic SET joined = ?2 WHERE id = ?1";
    write(session, sql, values![into.0, was_joined])
}

/// Makes a part a topic of its own, in the field of the topic.
fn split(session: &Session<'_>, id: TopicId, part: TopicId) -> Result<Entry, TopicError> {
    let (whole, piece) = (target(session, id)?, target(session, part)?);
    if !whole.is_topic() || !piece.is_part || piece.parent != Some(id.0) {
        return Err(TopicError::Refused(format!(
            "`{part}` is no part of the topic `{id}`; see `trithuc topics show {id}`"
        )));
    }
    let sql = "SELECT count(*) FROM topic_member WHERE topic = ?1 AND part IS DISTINCT FROM ?2";
    let n_left: u64 = session.scalar("reading a topic", sql, &values![id.0, part.0])?;
    if n_left == 0 {
        return Err(TopicError::Refused(format!(
            "`{part}` is all that is left of the topic `{id}`; rename the topic instead"
        )));
    }
    let sql = "UPDATE topic SET is_part = 0, parent = ?3, split_from = ?1 WHERE id = ?2";
    write(session, sql, values![id.0, part.0, whole.parent])?;
    let sql = "UPDATE topic_member SET topic = part, part = NULL WHERE part = ?1";
    write(session, sql, values![part.0])?;
    Ok(Entry {
        topic: part,
        kind: TopicEventKind::SplitOff,
        other: Some(id),
        before: "{}".to_owned(),
    })
}

fn unsplit(
    session: &Session<'_>,
    event: &TopicEvent,
    whole: TopicId,
    build: u64,
) -> Result<(), TopicError> {
    refuse_after_build(event, build)?;
    let part = event.topic;
    target(session, whole)?;
    let sql = "SELECT count(*) FROM topic WHERE id = ?1 AND is_alive = 1 AND is_part = 0
                      AND NOT EXISTS (SELECT 1 FROM topic AS own WHERE own.parent = ?1)
                      AND NOT EXISTS (SELECT 1 FROM topic_member
                                      WHERE topic = ?1 AND origin IS NOT NULL)";
    if session.scalar::<u64>("reading a topic", sql, &values![part.0])? == 0 {
        return Err(TopicError::Refused(format!(
            "topic `{part}` was changed since; take back later acts first"
        )));
    }
    let sql = "UPDATE topic SET is_part = 1, parent = ?2, split_from = NULL WHERE id = ?1";
    write(session, sql, values![part.0, whole.0])?;
    let sql = "UPDATE topic_member SET topic = ?2, part = ?1 WHERE topic = ?1";
    write(session, sql, values![part.0, whole.0])
}

fn set_note(session: &Session<'_>, id: TopicId, note: Option<&str>) -> Result<(), TopicError> {
    let sql = "UPDATE topic SET note = ?2 WHERE id = ?1";
    write(session, sql, values![id.0, note])
}

fn annotate(session: &Session<'_>, id: TopicId, note: Option<&str>) -> Result<Entry, TopicError> {
    let before = target(session, id)?.note;
    set_note(session, id, note)?;
    Ok(Entry {
        topic: id,
        kind: TopicEventKind::Annotated,
        other: None,
        before: serde_json::to_string(&before).map_err(codec::unwritable)?,
    })
}
