//! What people do to topics, and the log of it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{codec, failure::while_doing};
use crate::{Bilingual, CatalogError, TopicAct, TopicError, TopicEvent, TopicEventKind, TopicId};

const COLUMNS: &str = "number, at, build, topic, kind, other, detail, undone, actor";

/// The history of a topic, oldest first.
pub(super) fn events(
    connection: &Connection,
    topic: TopicId,
) -> Result<Vec<TopicEvent>, CatalogError> {
    let failed = while_doing("reading a topic's history");
    let sql = format!("SELECT {COLUMNS} FROM topic_event WHERE topic = ?1 ORDER BY number");
    let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
    let mut rows = statement.query([topic.0]).map_err(&failed)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        events.push(event(row)?);
    }
    Ok(events)
}

fn event(row: &Row<'_>) -> Result<TopicEvent, CatalogError> {
    let failed = while_doing("reading a topic's history");
    let word: String = row.get(4).map_err(&failed)?;
    let kind = TopicEventKind::parse(&word)
        .ok_or_else(|| codec::corrupt("column `topic_event.kind`")(word))?;
    Ok(TopicEvent {
        number: row.get(0).map_err(&failed)?,
        at: codec::timestamp(row.get(1).map_err(&failed)?)?,
        build: row.get(2).map_err(&failed)?,
        topic: TopicId(row.get(3).map_err(&failed)?),
        kind,
        other: row.get::<_, Option<u64>>(5).map_err(&failed)?.map(TopicId),
        detail: row.get(6).map_err(&failed)?,
        undone: row.get(7).map_err(&failed)?,
        actor: row.get(8).map_err(&failed)?,
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

fn target(transaction: &Transaction<'_>, id: TopicId) -> Result<Target, TopicError> {
    let sql = "SELECT parent, name_vi, name_en, locked, joined, is_part, note FROM topic
               WHERE id = ?1 AND is_alive = 1";
    let found = transaction
        .query_row(sql, [id.0], |row| {
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
        })
        .optional()
        .map_err(while_doing("reading a topic"))?;
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
    transaction: &Transaction<'_>,
    act: &TopicAct,
    build: u64,
    (actor, at): (&str, Timestamp),
) -> Result<u64, TopicError> {
    let entry = match act {
        TopicAct::Rename(id, name) => rename(transaction, *id, name)?,
        TopicAct::Merge(from, into) => merge(transaction, *from, *into)?,
        TopicAct::SetLocked(id, locked) => set_locked(transaction, *id, *locked)?,
        TopicAct::Split(id, part) => split(transaction, *id, *part)?,
        TopicAct::Annotate(id, note) => annotate(transaction, *id, note.as_deref())?,
        TopicAct::Undo(number) => return undo(transaction, *number, build),
    };
    let failed = while_doing("writing the log of topics");
    transaction
        .execute(
            "INSERT INTO topic_event (at, build, topic, kind, other, detail, actor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                at.as_millisecond(),
                build,
                entry.topic.0,
                entry.kind.as_str(),
                entry.other.map(|other| other.0),
                entry.before,
                actor
            ],
        )
        .map_err(&failed)?;
    let number = u64::try_from(transaction.last_insert_rowid());
    Ok(number.map_err(codec::corrupt("table `topic_event`"))?)
}

fn write(
    transaction: &Transaction<'_>,
    sql: &str,
    key: impl rusqlite::Params,
) -> Result<(), TopicError> {
    let written = transaction.execute(sql, key);
    Ok(written.map(drop).map_err(while_doing("changing a topic"))?)
}

fn set_name(
    transaction: &Transaction<'_>,
    id: TopicId,
    name: &Bilingual,
) -> Result<(), TopicError> {
    let sql = "UPDATE topic SET name_vi = ?2, name_en = ?3 WHERE id = ?1";
    write(transaction, sql, params![id.0, name.vi, name.en])
}

fn rename(
    transaction: &Transaction<'_>,
    id: TopicId,
    name: &Bilingual,
) -> Result<Entry, TopicError> {
    let before = target(transaction, id)?.name;
    set_name(transaction, id, name)?;
    Ok(Entry {
        topic: id,
        kind: TopicEventKind::Renamed,
        other: None,
        before: serde_json::to_string(&before).map_err(codec::unwritable)?,
    })
}

fn set_locked(
    transaction: &Transaction<'_>,
    id: TopicId,
    locked: bool,
) -> Result<Entry, TopicError> {
    let before = target(transaction, id)?;
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
    write(transaction, sql, params![id.0, locked])?;
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

fn merge(transaction: &Transaction<'_>, from: TopicId, into: TopicId) -> Result<Entry, TopicError> {
    let (source, goal) = (target(transaction, from)?, target(transaction, into)?);
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
    write(transaction, sql, [from.0, into.0])?;
    let sql = "UPDATE topic SET is_alive = 0, merged_into = ?2 WHERE id = ?1";
    write(transaction, sql, [from.0, into.0])?;
    let sql = "UPDATE topic SET parent = ?2 WHERE parent = ?1 AND is_part = 1";
    write(transaction, sql, [from.0, into.0])?;
    write(
        transaction,
        "UPDATE topic SET joined = 1 WHERE id = ?1",
        [into.0],
    )?;
    Ok(Entry {
        topic: from,
        kind: TopicEventKind::Joined,
        other: Some(into),
        before: format!("{{\"was_joined\":{}}}", goal.is_joined),
    })
}

/// Takes back an act; the number of that act.
fn undo(transaction: &Transaction<'_>, number: u64, build: u64) -> Result<u64, TopicError> {
    let sql = format!("SELECT {COLUMNS} FROM topic_event WHERE number = ?1 AND undone = 0");
    let found = transaction
        .query_row(&sql, [number], |row| Ok(event(row)))
        .optional()
        .map_err(while_doing("reading the log of topics"))?;
    let Some(event) = found.transpose()? else {
        let reason = format!("there is no act `{number}` to take back; see `trithuc topics show`");
        return Err(TopicError::Refused(reason));
    };
    match (event.kind, event.other) {
        (TopicEventKind::Renamed, _) => {
            let before = serde_json::from_str(&event.detail)
                .map_err(codec::corrupt("column `topic_event.detail`"))?;
            set_name(transaction, event.topic, &before)?;
        }
        (TopicEventKind::Locked | TopicEventKind::Unlocked, _) => {
            let locked = event.kind == TopicEventKind::Unlocked;
            let sql = "UPDATE topic SET locked = ?2 WHERE id = ?1";
            write(transaction, sql, params![event.topic.0, locked])?;
        }
        (TopicEventKind::Annotated, _) => {
            let before: Option<String> = serde_json::from_str(&event.detail)
                .map_err(codec::corrupt("column `topic_event.detail`"))?;
            set_note(transaction, event.topic, before.as_deref())?;
        }
        (TopicEventKind::Joined, Some(into)) => unmerge(transaction, &event, into, build)?,
        (TopicEventKind::SplitOff, Some(whole)) => unsplit(transaction, &event, whole, build)?,
        _ => {
            let reason = format!("`{number}` is the work of a build, not of a person");
            return Err(TopicError::Refused(reason));
        }
    }
    let sql = "UPDATE topic_event SET undone = 1 WHERE number = ?1";
    write(transaction, sql, [number])?;
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
    transaction: &Transaction<'_>,
    event: &TopicEvent,
    into: TopicId,
    build: u64,
) -> Result<(), TopicError> {
    refuse_after_build(event, build)?;
    let from = event.topic;
    let sql = "UPDATE topic_member SET topic = ?1, origin = NULL WHERE origin = ?1 AND topic = ?2";
    let n_back = transaction.execute(sql, [from.0, into.0]);
    if n_back.map_err(while_doing("changing a topic"))? == 0 {
        return Err(TopicError::Refused(format!(
            "the records of `{from}` are not in `{into}` any more; take back later acts first"
        )));
    }
    let sql = "UPDATE topic SET is_alive = 1, merged_into = NULL WHERE id = ?1";
    write(transaction, sql, [from.0])?;
    let sql = "UPDATE topic SET parent = ?1 WHERE is_part = 1 AND id IN
               (SELECT part FROM topic_member WHERE topic = ?1 AND part IS NOT NULL)";
    write(transaction, sql, [from.0])?;
    let was_joined = event.detail.contains("true");
    let sql = "UPDATE topic SET joined = ?2 WHERE id = ?1";
    write(transaction, sql, params![into.0, was_joined])
}

/// Makes a part a topic of its own, in the field of the topic.
fn split(transaction: &Transaction<'_>, id: TopicId, part: TopicId) -> Result<Entry, TopicError> {
    let (whole, piece) = (target(transaction, id)?, target(transaction, part)?);
    if !whole.is_topic() || !piece.is_part || piece.parent != Some(id.0) {
        return Err(TopicError::Refused(format!(
            "`{part}` is no part of the topic `{id}`; see `trithuc topics show {id}`"
        )));
    }
    let sql = "SELECT count(*) FROM topic_member WHERE topic = ?1 AND part IS NOT ?2";
    let n_left: u64 = transaction
        .query_row(sql, [id.0, part.0], |row| row.get(0))
        .map_err(while_doing("reading a topic"))?;
    if n_left == 0 {
        return Err(TopicError::Refused(format!(
            "`{part}` is all that is left of the topic `{id}`; rename the topic instead"
        )));
    }
    let sql = "UPDATE topic SET is_part = 0, parent = ?3, split_from = ?1 WHERE id = ?2";
    write(transaction, sql, params![id.0, part.0, whole.parent])?;
    let sql = "UPDATE topic_member SET topic = part, part = NULL WHERE part = ?1";
    write(transaction, sql, [part.0])?;
    Ok(Entry {
        topic: part,
        kind: TopicEventKind::SplitOff,
        other: Some(id),
        before: "{}".to_owned(),
    })
}

fn unsplit(
    transaction: &Transaction<'_>,
    event: &TopicEvent,
    whole: TopicId,
    build: u64,
) -> Result<(), TopicError> {
    refuse_after_build(event, build)?;
    let part = event.topic;
    target(transaction, whole)?;
    let sql = "SELECT is_alive = 1 AND is_part = 0
                      AND NOT EXISTS (SELECT 1 FROM topic AS own WHERE own.parent = ?1)
                      AND NOT EXISTS (SELECT 1 FROM topic_member
                                      WHERE topic = ?1 AND origin IS NOT NULL)
               FROM topic WHERE id = ?1";
    let is_as_it_was: bool = transaction
        .query_row(sql, [part.0], |row| row.get(0))
        .map_err(while_doing("reading a topic"))?;
    if !is_as_it_was {
        return Err(TopicError::Refused(format!(
            "topic `{part}` was changed since; take back later acts first"
        )));
    }
    let sql = "UPDATE topic SET is_part = 1, parent = ?2, split_from = NULL WHERE id = ?1";
    write(transaction, sql, [part.0, whole.0])?;
    let sql = "UPDATE topic_member SET topic = ?2, part = ?1 WHERE topic = ?1";
    write(transaction, sql, [part.0, whole.0])
}

fn set_note(
    transaction: &Transaction<'_>,
    id: TopicId,
    note: Option<&str>,
) -> Result<(), TopicError> {
    let sql = "UPDATE topic SET note = ?2 WHERE id = ?1";
    write(transaction, sql, params![id.0, note])
}

fn annotate(
    transaction: &Transaction<'_>,
    id: TopicId,
    note: Option<&str>,
) -> Result<Entry, TopicError> {
    let before = target(transaction, id)?.note;
    set_note(transaction, id, note)?;
    Ok(Entry {
        topic: id,
        kind: TopicEventKind::Annotated,
        other: None,
        before: serde_json::to_string(&before).map_err(codec::unwritable)?,
    })
}
