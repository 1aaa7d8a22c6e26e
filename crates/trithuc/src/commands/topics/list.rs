//! `trithuc topics list` and `topics show`.

use anyhow::bail;
use catalog::{Catalogue, Detail, StoredTopic, TopicEvent, TopicId, TopicList, TopicStore};
use records::{Clearance, Lang, RecordId};
use serde_json::json;

use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `topics show`.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// Number of the topic or field.
    topic: u64,
    /// How many central records to list.
    #[arg(long, default_value_t = 10)]
    limit: usize,
}

/// Arguments of `topics outliers`.
#[derive(Debug, clap::Args)]
pub(crate) struct OutliersArgs {
    /// How many records to list.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

/// Lists open records that are in no topic.
pub(crate) fn outliers(args: &OutliersArgs, context: &Context) -> anyhow::Result<Outcome> {
    let catalogue = Installation::open(&context.home()?)?.catalog;
    let ids = catalogue.topic_outliers(Clearance::Staff, args.limit)?;
    for (id, title) in titled(&*catalogue, &ids)? {
        if context.json {
            output::json(&json!({ "id": id, "title": title }))?;
        } else {
            output::line(format!("{id}  {title}"))?;
        }
    }
    Ok(Outcome::Done)
}

fn read(catalogue: &dyn TopicStore) -> anyhow::Result<TopicList> {
    match catalogue.topics(Clearance::Staff)? {
        Some(list) => Ok(list),
        None => bail!("there are no topics yet; build them with `trithuc topics build`"),
    }
}

/// Lists fields, and the topics in each.
pub(crate) fn run(context: &Context) -> anyhow::Result<Outcome> {
    let list = read(&*Installation::open(&context.home()?)?.catalog)?;
    if context.json {
        for topic in &list.topics {
            output::json(&line(topic))?;
        }
        return Ok(Outcome::Done);
    }
    for field in list.topics.iter().filter(|topic| topic.parent.is_none()) {
        output::line(row(field, ""))?;
        let mut inner: Vec<_> = (list.topics.iter())
            .filter(|topic| topic.parent == Some(field.id))
            .collect();
        inner.sort_by_key(|topic| (std::cmp::Reverse(topic.n_records), topic.id));
        for topic in inner {
            output::line(row(topic, "  "))?;
        }
    }
    Ok(Outcome::Done)
}

fn line(topic: &StoredTopic) -> serde_json::Value {
    json!({
        "topic": topic.id, "parent": topic.parent, "size": topic.n_records,
        "label": topic.label, "name": topic.name, "terms": topic.terms,
        "coherence_npmi": topic.coherence_npmi, "locked": topic.is_locked,
        "stability": topic.stability, "note": topic.note,
    })
}

fn row(topic: &StoredTopic, indent: &str) -> String {
    let lock = if topic.is_locked { "  [locked]" } else { "" };
    format!(
        "{:>5} {:>7}  {indent}{}{lock}",
        topic.id.0,
        topic.n_records,
        topic.title(true)
    )
}

/// Shows one topic.
pub(crate) fn show(args: &ShowArgs, context: &Context) -> anyhow::Result<Outcome> {
    let catalogue = Installation::open(&context.home()?)?.catalog;
    let id = TopicId(args.topic);
    let list = read(&*catalogue)?;
    let everything = || list.topics.iter().chain(&list.parts);
    let Some(topic) = everything().find(|topic| topic.id == id) else {
        let cure = match catalogue.topic_successor(id)? {
            Some(successor) => format!("it is in topic `{successor}` now"),
            None => "see `trithuc topics list`".to_owned(),
        };
        bail!(Usage(format!("there is no topic `{id}`; {cure}")));
    };
    let events = catalogue.topic_events(id)?;
    let central = central(&*catalogue, id, args.limit)?;
    if context.json {
        let mut shown = line(topic);
        let parts = list.parts.iter().filter(|part| part.parent == Some(id));
        shown["parts"] = parts.map(line).collect();
        shown["neighbours"] = catalogue
            .topic_neighbours(id)?
            .iter()
            .map(|(other, share)| json!({"topic": other, "share": share}))
            .collect();
        shown["by_year"] = json!(topic.by_year);
        shown["central"] = central
            .iter()
            .map(|(id, title)| json!({"id": id, "title": title}))
            .collect();
        shown["history"] = events.iter().map(event_value).collect();
        shown["catalogue_seq"] = json!(list.build.seq);
        output::json(&shown)?;
        return Ok(Outcome::Done);
    }
    output::line(row(topic, ""))?;
    output::line(format!("words: {}", topic.terms.join(", ")))?;
    if let Some(note) = &topic.note {
        output::line(format!("remark: {note}"))?;
    }
    for part in list.parts.iter().filter(|part| part.parent == Some(id)) {
        output::line(row(part, "part "))?;
    }
    for (id, title) in &central {
        output::line(format!("  {id}  {title}"))?;
    }
    for event in &events {
        output::line(event_line(event))?;
    }
    Ok(Outcome::Done)
}

fn central(
    catalogue: &dyn Catalogue,
    id: TopicId,
    limit: usize,
) -> anyhow::Result<Vec<(String, String)>> {
    let members = catalogue.topic_members(id, Clearance::Staff, limit)?;
    let ids: Vec<_> = members.into_iter().map(|(id, _)| id).collect();
    titled(catalogue, &ids)
}

fn titled(catalogue: &dyn Catalogue, ids: &[RecordId]) -> anyhow::Result<Vec<(String, String)>> {
    let found = catalogue.get_many(ids, Clearance::Staff, Detail::Summary)?;
    let titled = found.into_iter().flatten().map(|stored| {
        let title = stored.record.display_title(&Lang::vi()).to_owned();
        (stored.record.id.to_string(), title)
    });
    Ok(titled.collect())
}

fn event_value(event: &TopicEvent) -> serde_json::Value {
    json!({
        "number": event.number, "at": event.at.to_string(), "build": event.build,
        "kind": event.kind, "other": event.other, "undone": event.undone, "actor": event.actor,
        "detail": serde_json::from_str::<serde_json::Value>(&event.detail).unwrap_or_default(),
    })
}

fn event_line(event: &TopicEvent) -> String {
    let other = event
        .other
        .map(|other| format!(" {other}"))
        .unwrap_or_default();
    let undone = if event.undone { "  (taken back)" } else { "" };
    format!(
        "{:>5}  {}  build {}  {}{other} {}{undone}",
        event.number,
        event.at.strftime("%Y-%m-%d"),
        event.build,
        event.kind.as_str(),
        event.detail
    )
}
