//! `/topics/{id}`: one field, topic or part: names, words, years, records,
//! neighbours, history; for librarians also the forms that change it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use catalog::{StoredTopic, TopicEvent, TopicEventKind, TopicId, TopicList};

use crate::{
    accounts::{Role, Scope},
    api::search::refuse_unknown,
    api::topics::list,
    app::{App, Library},
    charts::{Chart, ChartView, Mark, Point, Series, Unit},
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        topic_map::{csv_file, svg_file},
        topics::{TopicView, built, titled, topic_url, topic_view, unfinished_from},
    },
    params::Params,
    typography::{date, decimal, number},
    visit::Visit,
    words::fill,
};

/// A line of the history.
struct EventView {
    number: u64,
    at: String,
    what: String,
    who: String,
    is_undone: bool,
    can_undo: bool,
}

#[derive(Template)]
#[template(path = "topic.html")]
struct TopicPage {
    f: Frame,
    number: u64,
    title: String,
    kind: &'static str,
    is_topic: bool,
    is_locked: bool,
    other: Option<String>,
    built: String,
    above: Vec<(String, String)>,
    note: Option<String>,
    words: Vec<(String, String)>,
    facts: Vec<(&'static str, String)>,
    chart: Option<ChartView>,
    inside_heading: &'static str,
    inside: Vec<TopicView>,
    central: Vec<(String, String)>,
    neighbours: Vec<(TopicView, String)>,
    history: Vec<EventView>,
    is_librarian: bool,
    problem: Option<String>,
    name_vi: String,
    name_en: String,
    /// Number and title of the topics that it can be merged into.
    others: Vec<(u64, String)>,
}

/// Central records on the page.
const SHOWN_RECORDS: usize = 20;

/// What the stores say of a topic.
struct Read {
    list: TopicList,
    topic: StoredTopic,
    central: Vec<(String, String)>,
    neighbours: Vec<(TopicId, f64)>,
    events: Vec<TopicEvent>,
}

enum Outcome {
    Found(Box<Read>),
    /// It was merged into this one.
    Moved(TopicId),
}

fn read(
    library: &Library,
    id: TopicId,
    clearance: records::Clearance,
    locale: Locale,
) -> Result<Outcome, ApiError> {
    let found = list(library, clearance)?.ok_or(ApiError::NoSuchPage)?;
    let store = library.topics.as_ref().ok_or(ApiError::NoSuchPage)?;
    let mut everything = found.topics.iter().chain(&found.parts);
    let Some(topic) = everything.find(|topic| topic.id == id).cloned() else {
        let successor = store.topic_successor(id).map_err(ApiError::unavailable)?;
        let is_there = |id: &TopicId| found.topics.iter().any(|topic| topic.id == *id);
        let successor = successor.filter(is_there).ok_or(ApiError::NoSuchPage)?;
        return Ok(Outcome::Moved(successor));
    };
    let members = store.topic_members(id, clearance, SHOWN_RECORDS);
    let members = members.map_err(ApiError::unavailable)?;
    let ids: Vec<_> = members.into_iter().map(|(id, _)| id).collect();
    Ok(Outcome::Found(Box::new(Read {
        central: titled(library, &ids, clearance, locale)?,
        neighbours: store.topic_neighbours(id).map_err(ApiError::unavailable)?,
        events: store.topic_events(id).map_err(ApiError::unavailable)?,
        list: found,
        topic,
    })))
}

fn numbered(path: Result<Path<u64>, PathRejection>) -> Result<TopicId, ApiError> {
    let number = path.ok().map(|Path(number)| number);
    let there = number.filter(|number| i64::try_from(*number).is_ok());
    there.map(TopicId).ok_or(ApiError::NoSuchPage)
}

/// `GET /topics/{id}`
pub(crate) async fn show_topic(
    State(app): State<Arc<App>>,
    path: Result<Path<u64>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    show(&app, &visit, numbered(path)?, None).await
}

/// The page; with what was refused, where something was.
pub(crate) async fn show(
    app: &App,
    visit: &Visit,
    id: TopicId,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let (clearance, locale) = (visit.clearance, visit.locale);
    match app
        .ask(move |library| read(library, id, clearance, locale))
        .await?
    {
        Outcome::Moved(to) => Ok(Redirect::permanent(&topic_url(to)).into_response()),
        Outcome::Found(read) => {
            let status = match problem {
                Some(_) => StatusCode::BAD_REQUEST,
                None => StatusCode::OK,
            };
            let page = page(&read, visit, problem);
            Ok((NO_STORE, respond(&page, visit, status)?).into_response())
        }
    }
}

/// `GET /topics/{id}/years.svg`
pub(crate) async fn get_topic_years_svg(
    State(app): State<Arc<App>>,
    path: Result<Path<u64>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let chart = years(&app, path, &visit).await?;
    Ok(svg_file(
        &format!("{}.svg", chart.id),
        chart.svg_file(visit.locale),
    ))
}

/// `GET /topics/{id}/years.csv`
pub(crate) async fn get_topic_years_csv(
    State(app): State<Arc<App>>,
    path: Result<Path<u64>, PathRejection>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let chart = years(&app, path, &visit).await?;
    Ok(csv_file(&format!("{}.csv", chart.id), chart.csv()))
}

async fn years(
    app: &App,
    path: Result<Path<u64>, PathRejection>,
    visit: &Visit,
) -> Result<Chart, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let id = numbered(path)?;
    let clearance = visit.clearance;
    let found = app.ask(move |library| list(library, clearance)).await?;
    let found = found.ok_or(ApiError::NoSuchPage)?;
    let mut everything = found.topics.iter().chain(&found.parts);
    let topic = everything.find(|topic| topic.id == id);
    let topic = topic.ok_or(ApiError::NoSuchPage)?;
    chart(topic, &found, visit.locale).ok_or(ApiError::NoSuchPage)
}

/// Records by year; `None` when none has a year.
fn chart(topic: &StoredTopic, found: &TopicList, locale: Locale) -> Option<Chart> {
    let w = &locale.words().topics;
    let (first, last) = (*topic.by_year.keys().next()?, *topic.by_year.keys().last()?);
    // A year in which nothing came is a figure, too; a wrong year (9999) is no
    // reason to draw thousands.
    let all_years = i64::from(last) - i64::from(first) < 300;
    let years: Vec<i32> = if all_years {
        (first..=last).collect()
    } else {
        topic.by_year.keys().copied().collect()
    };
    #[allow(clippy::cast_precision_loss, reason = "counts of records")]
    let point = |year: &i32| {
        let n = topic.by_year.get(year).copied().unwrap_or(0);
        Point::new(*year, n as f64)
    };
    let most = topic.by_year.iter().max_by_key(|(year, n)| (**n, **year))?;
    let title = topic.title(locale == Locale::Vi);
    let unfinished = unfinished_from(&found.build);
    Some(Chart {
        id: format!("topic-{}-years", topic.id),
        title: fill(w.years_title, &[("title", &title)]),
        description: fill(
            w.years_description,
            &[
                ("from", &first.to_string()),
                ("to", &last.to_string()),
                ("most", &most.0.to_string()),
                ("n", &number(*most.1, locale)),
            ],
        ),
        unit: Unit::Count,
        series: vec![Series {
            name: w.records_column.to_owned(),
            mark: Mark::Bars,
            look: 0,
            points: years.iter().map(point).collect(),
        }],
        unfinished_from: (last >= unfinished).then_some(unfinished),
    })
}

fn page(read: &Read, visit: &Visit, problem: Option<String>) -> TopicPage {
    let locale = visit.locale;
    let w = &locale.words().topics;
    let (list, topic) = (&read.list, &read.topic);
    let view = |topic: &StoredTopic| topic_view(topic, &list.build, locale);
    let own = view(topic);
    let is_topic = topic.parent.is_some() && !topic.is_part;
    let is_librarian = visit.needs(Role::Librarian, Scope::Write).is_ok();
    let everything = || list.topics.iter().chain(&list.parts);
    let mut inside: Vec<&StoredTopic> = everything()
        .filter(|other| other.parent == Some(topic.id))
        .collect();
    inside.sort_by_key(|other| (std::cmp::Reverse(other.n_records), other.id));
    let neighbours = read.neighbours.iter().filter_map(|(id, share)| {
        let other = list.topics.iter().find(|other| other.id == *id)?;
        Some((
            view(other),
            format!("{} %", decimal(100.0 * share, 0, locale)),
        ))
    });
    let others = list
        .topics
        .iter()
        .filter(|other| other.parent.is_some() && other.id != topic.id);
    let base = topic_url(topic.id);
    TopicPage {
        f: Frame::new(visit, "topics"),
        number: topic.id.0,
        kind: match (topic.parent, topic.is_part) {
            (None, _) => w.field,
            (_, true) => w.part,
            _ => w.topic,
        },
        is_topic,
        is_locked: topic.is_locked,
        built: built(&list.build, locale),
        above: above(list, topic, locale),
        note: topic.note.clone(),
        words: topic
            .terms
            .iter()
            .map(|word| (word.clone(), search_url(word)))
            .collect(),
        facts: facts(topic, &own, locale),
        chart: chart(topic, list, locale).map(|chart| {
            let url = |ending: &str| format!("{base}/years.{ending}");
            chart.view(locale, url("svg"), url("csv"))
        }),
        inside_heading: if topic.parent.is_none() {
            w.topics_inside
        } else {
            w.parts
        },
        inside: inside.into_iter().map(view).collect(),
        central: read.central.clone(),
        neighbours: neighbours.collect(),
        history: (read.events.iter())
            .map(|event| event_view(event, list, is_librarian, locale))
            .collect(),
        is_librarian,
        problem,
        name_vi: topic.name.vi.clone().unwrap_or_default(),
        name_en: topic.name.en.clone().unwrap_or_default(),
        others: if is_librarian && is_topic {
            others
                .map(|t| (t.id.0, t.title(locale == Locale::Vi)))
                .collect()
        } else {
            Vec::new()
        },
        other: own.other,
        title: own.title,
    }
}

fn search_url(word: &str) -> String {
    Params::default()
        .adding("q", &format!("\"{word}\""))
        .to_url("/search")
}

/// The field, and the topic of a part.
fn above(list: &TopicList, topic: &StoredTopic, locale: Locale) -> Vec<(String, String)> {
    let mut above = Vec::new();
    let mut parent = topic.parent;
    while let Some(next) = parent.and_then(|id| list.topics.iter().find(|topic| topic.id == id)) {
        above.push((topic_url(next.id), next.title(locale == Locale::Vi)));
        parent = next.parent.filter(|_| above.len() < 3);
    }
    above.reverse();
    above
}

fn facts(topic: &StoredTopic, own: &TopicView, locale: Locale) -> Vec<(&'static str, String)> {
    let w = &locale.words().topics;
    let mut facts = vec![
        (w.size, own.size.clone()),
        (w.growth, format!("{} {}", own.mark, own.growth)),
        (w.coherence, decimal(topic.coherence_npmi, 3, locale)),
    ];
    if let Some(stability) = topic.stability {
        let word = match stability {
            s if s >= 0.75 => w.stable,
            s if s >= 0.6 => w.less_stable,
            _ => w.doubtful,
        };
        facts.push((
            w.stability,
            format!("{} ({word})", decimal(stability, 2, locale)),
        ));
    }
    facts
}

fn event_view(
    event: &TopicEvent,
    list: &TopicList,
    is_librarian: bool,
    locale: Locale,
) -> EventView {
    let w = &locale.words().topics;
    let word = match event.kind {
        TopicEventKind::Born => w.event_born,
        TopicEventKind::Grew => w.event_grew,
        TopicEventKind::Shrank => w.event_shrank,
        TopicEventKind::Split => w.event_split,
        TopicEventKind::Merged => w.event_merged,
        TopicEventKind::Died => w.event_died,
        TopicEventKind::Renamed => w.event_renamed,
        TopicEventKind::Joined => w.event_joined,
        TopicEventKind::Locked => w.event_locked,
        TopicEventKind::Unlocked => w.event_unlocked,
        TopicEventKind::SplitOff => w.event_split_off,
        TopicEventKind::Annotated => w.event_annotated,
    };
    let name = |id: TopicId| {
        let topic = list.topics.iter().find(|topic| topic.id == id);
        topic.map_or_else(
            || format!("#{id}"),
            |topic| format!("#{id} {}", topic.title(locale == Locale::Vi)),
        )
    };
    let other = event.other.map(name).unwrap_or_default();
    let day = event.at.strftime("%Y-%m-%d").to_string();
    EventView {
        number: event.number,
        at: date(&day, locale),
        what: fill(word, &[("other", &other)]),
        who: match &event.actor {
            Some(actor) if is_librarian => actor.clone(),
            _ if event.is_act() => w.by_librarian.to_owned(),
            _ => fill(w.by_build, &[("build", &event.build.to_string())]),
        },
        is_undone: event.undone,
        can_undo: event.is_act() && !event.undone,
    }
}
