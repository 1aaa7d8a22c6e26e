//! `/topics`: what the library is about: fields, their topics, sizes, growth.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use catalog::{Detail, StoredTopic, TopicBuild, TopicId, TopicList};
use records::{Clearance, Lang, RecordId};

use crate::{
    api::search::refuse_unknown,
    api::topics::list,
    app::{App, Library},
    error::ApiError,
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        growth::{factor, growth},
        hit::record_url,
    },
    typography::{date, decimal, number},
    visit::Visit,
    words::fill,
};

/// A field, topic or part in a list.
pub(crate) struct TopicView {
    pub(crate) url: String,
    pub(crate) number: u64,
    pub(crate) title: String,
    /// The label in the other language, where it differs.
    pub(crate) other: Option<String>,
    pub(crate) size: String,
    pub(crate) mark: &'static str,
    pub(crate) growth: String,
    pub(crate) words: String,
}

/// A field with its topics.
struct FieldView {
    field: TopicView,
    topics: Vec<TopicView>,
}

#[derive(Template)]
#[template(path = "topics.html")]
struct TopicsPage {
    f: Frame,
    built: Option<String>,
    quality: String,
    fields: Vec<FieldView>,
    outliers_heading: String,
    outliers: Vec<(String, String)>,
}

/// Records without a topic that the page lists; the command line has all.
const SHOWN_OUTLIERS: usize = 50;

/// The first year whose records were not all there when topics were built.
pub(crate) fn unfinished_from(build: &TopicBuild) -> i32 {
    build
        .at
        .strftime("%Y")
        .to_string()
        .parse()
        .unwrap_or(i32::MAX)
}

/// Where a topic's page is.
pub(crate) fn topic_url(id: TopicId) -> String {
    format!("/topics/{id}")
}

/// What lists show of a topic.
pub(crate) fn topic_view(topic: &StoredTopic, build: &TopicBuild, locale: Locale) -> TopicView {
    let title = topic.title(locale == Locale::Vi);
    let other = topic.title(locale != Locale::Vi);
    let (change, class) = growth(&topic.by_year, &build.years, unfinished_from(build));
    TopicView {
        url: topic_url(topic.id),
        number: topic.id.0,
        other: (other != title).then_some(other),
        title,
        size: number(topic.n_records, locale),
        mark: class.mark(),
        growth: format!("{} ({})", factor(change, locale), class.word(locale)),
        words: topic
            .terms
            .iter()
            .take(6)
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// `GET /topics`
pub(crate) async fn show_topics(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let (clearance, locale) = (visit.clearance, visit.locale);
    let read = app.ask(move |library| {
        let found = list(library, clearance)?;
        let outliers = outliers(library, clearance, locale)?;
        Ok((found, outliers))
    });
    let (found, outliers) = read.await?;
    let w = &locale.words().topics;
    let n_outliers = found.as_ref().map_or(0, |found| found.build.n_outliers);
    let page = TopicsPage {
        f: Frame::new(&visit, "topics"),
        built: found.as_ref().map(|found| built(&found.build, locale)),
        quality: found
            .as_ref()
            .map_or_else(String::new, |found| quality(found, locale)),
        fields: found
            .as_ref()
            .map_or_else(Vec::new, |found| fields(found, locale)),
        outliers_heading: fill(w.outliers, &[("n", &number(n_outliers, locale))]),
        outliers,
    };
    respond(&page, &visit, StatusCode::OK)
}

/// When and from what topics were built.
pub(crate) fn built(build: &TopicBuild, locale: Locale) -> String {
    let day = build.at.strftime("%Y-%m-%d").to_string();
    let gaps = [
        ("build", build.build.to_string()),
        ("at", date(&day, locale)),
        ("n", number(build.n_records, locale)),
        ("seq", build.seq.0.to_string()),
    ];
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(k, v)| (*k, v.as_str())).collect();
    fill(locale.words().topics.built, &gaps)
}

fn quality(found: &TopicList, locale: Locale) -> String {
    let inner: Vec<&StoredTopic> = found.topics.iter().filter(|t| t.parent.is_some()).collect();
    #[allow(clippy::cast_precision_loss, reason = "three decimals are shown")]
    let mean = inner.iter().map(|t| t.coherence_npmi).sum::<f64>() / inner.len().max(1) as f64;
    let stability = found.build.stability.map(|s| decimal(s, 2, locale));
    fill(
        locale.words().topics.quality,
        &[
            ("coherence", &decimal(mean, 3, locale)),
            ("diversity", &decimal(found.build.diversity, 3, locale)),
            ("stability", stability.as_deref().unwrap_or("–")),
        ],
    )
}

fn fields(found: &TopicList, locale: Locale) -> Vec<FieldView> {
    let inside = |field: &StoredTopic| {
        let mut topics: Vec<&StoredTopic> = (found.topics.iter())
            .filter(|topic| topic.parent == Some(field.id))
            .collect();
        topics.sort_by_key(|topic| (std::cmp::Reverse(topic.n_records), topic.id));
        let views = topics
            .into_iter()
            .map(|t| topic_view(t, &found.build, locale));
        FieldView {
            field: topic_view(field, &found.build, locale),
            topics: views.collect(),
        }
    };
    let mut fields: Vec<&StoredTopic> = found
        .topics
        .iter()
        .filter(|topic| topic.parent.is_none())
        .collect();
    fields.sort_by_key(|field| (std::cmp::Reverse(field.n_records), field.id));
    fields.into_iter().map(inside).collect()
}

/// Addresses and titles of records without a topic that may be seen.
fn outliers(
    library: &Library,
    clearance: Clearance,
    locale: Locale,
) -> Result<Vec<(String, String)>, ApiError> {
    let Some(store) = &library.topics else {
        return Ok(Vec::new());
    };
    let ids = store.topic_outliers(clearance, SHOWN_OUTLIERS);
    titled(
        library,
        &ids.map_err(ApiError::unavailable)?,
        clearance,
        locale,
    )
}

/// Addresses and titles of records that may be seen.
pub(crate) fn titled(
    library: &Library,
    ids: &[RecordId],
    clearance: Clearance,
    locale: Locale,
) -> Result<Vec<(String, String)>, ApiError> {
    let found = library.catalogue.get_many(ids, clearance, Detail::Summary);
    let found = found.map_err(ApiError::unavailable)?.into_iter().flatten();
    let view = |stored: catalog::StoredRecord| {
        let record = stored.record;
        let year = record
            .year
            .map(|year| format!(" ({year})"))
            .unwrap_or_default();
        let title = record.display_title(&locale.lang());
        (record_url(&record.id), format!("{title}{year}"))
    };
    Ok(found.map(view).collect())
}

/// Address and title of the topic of a record, and of the part of it.
pub(crate) fn topics_of_record(
    library: &Library,
    record: &RecordId,
    clearance: Clearance,
    lang: &Lang,
) -> Result<Vec<(String, String)>, ApiError> {
    let Some(store) = &library.topics else {
        return Ok(Vec::new());
    };
    let found = store
        .record_topics(record, clearance)
        .map_err(ApiError::unavailable)?;
    let ids: Vec<TopicId> = found
        .iter()
        .flat_map(|f| [Some(f.topic), f.part])
        .flatten()
        .collect();
    let named = store.topics_named(&ids).map_err(ApiError::unavailable)?;
    let view = |id: &TopicId| {
        let topic = named.iter().find(|topic| topic.id == *id)?;
        Some((topic_url(*id), topic.title(lang.as_str() == "vi")))
    };
    Ok(ids.iter().filter_map(view).collect())
}
