//! `/topics/map`: topics as circles, like ones near each other; the picture and
//! its figures also as files. The circles have marks beside colours and are
//! links; a small script adds zoom, search and other colours.

use std::{fmt::Write as _, sync::Arc};

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use catalog::{StoredTopic, TopicList};

use crate::{
    api::search::refuse_unknown,
    api::topics::list,
    app::App,
    assets::ASSETS,
    charts::{attachment, csv_line},
    error::ApiError,
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        growth::{Growth, growth},
        machines::xml,
        topics::{TopicView, built, topic_url, topic_view, unfinished_from},
    },
    visit::Visit,
};

/// Units of the picture.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 720.0;
/// Room around the outermost centres.
const MARGIN: f64 = 100.0;
/// Share of the paper that all circles cover together.
const COVERED: f64 = 0.2;
/// About the width of a letter, in units.
const LETTER: f64 = 7.2;

/// The map runs one script of ours.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "topic_map.html")]
struct MapPage {
    f: Frame,
    built: Option<String>,
    svg: String,
    script_url: &'static str,
    legend: Vec<(&'static str, &'static str, &'static str)>,
    rows: Vec<TopicView>,
}

/// `GET /topics/map`
pub(crate) async fn show_topic_map(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let clearance = visit.clearance;
    let found = app.ask(move |library| list(library, clearance)).await?;
    let locale = visit.locale;
    let circles = found.as_ref().map(on_map).unwrap_or_default();
    let legend = Growth::ALL.map(|g| (g.look().0, g.mark(), g.word(locale)));
    let page = MapPage {
        f: Frame::new(&visit, "topics"),
        built: found.as_ref().map(|found| built(&found.build, locale)),
        svg: found
            .as_ref()
            .map_or_else(String::new, |found| picture(found, locale, true)),
        script_url: &ASSETS.map_script.url,
        legend: legend.into(),
        rows: (found.iter())
            .flat_map(|found| circles.iter().map(|t| topic_view(t, &found.build, locale)))
            .collect(),
    };
    let mut response = respond(&page, &visit, StatusCode::OK)?;
    let policy = HeaderValue::from_static(CONTENT_POLICY);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// `GET /topics/map.svg`
pub(crate) async fn get_topic_map_svg(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let clearance = visit.clearance;
    let found = app.ask(move |library| list(library, clearance)).await?;
    let found = found.ok_or(ApiError::NoSuchPage)?;
    Ok(svg_file("topics.svg", picture(&found, visit.locale, false)))
}

/// `GET /topics/map.csv`
pub(crate) async fn get_topic_map_csv(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let clearance = visit.clearance;
    let found = app.ask(move |library| list(library, clearance)).await?;
    let found = found.ok_or(ApiError::NoSuchPage)?;
    Ok(csv_file("topics.csv", csv(&found)))
}

/// A picture to save.
pub(crate) fn svg_file(name: &str, svg: String) -> Response {
    file(name, "image/svg+xml; charset=utf-8", svg)
}

/// Figures to save.
pub(crate) fn csv_file(name: &str, csv: String) -> Response {
    file(name, "text/csv; charset=utf-8", csv)
}

fn file(name: &str, media_type: &'static str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    let no_store = HeaderValue::from_static("private, no-cache");
    headers.insert(header::CACHE_CONTROL, no_store);
    if let Ok(value) = HeaderValue::from_str(&attachment(name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Topics that have a place, the largest first.
fn on_map(found: &TopicList) -> Vec<&StoredTopic> {
    let mut there: Vec<&StoredTopic> = (found.topics.iter())
        .filter(|topic| topic.parent.is_some() && topic.place.is_some())
        .collect();
    there.sort_by_key(|topic| (std::cmp::Reverse(topic.n_records), topic.id));
    there
}

fn csv(found: &TopicList) -> String {
    let header = [
        "topic", "field", "label_vi", "label_en", "records", "growth", "x", "y", "words",
    ];
    let mut csv = csv_line(&header.map(str::to_owned));
    for topic in on_map(found) {
        let factor = growth(
            &topic.by_year,
            &found.build.years,
            unfinished_from(&found.build),
        )
        .0;
        let place = topic.place.unwrap_or_default();
        csv.push_str(&csv_line(&[
            topic.id.to_string(),
            topic
                .parent
                .map(|field| field.to_string())
                .unwrap_or_default(),
            topic.title(true),
            topic.title(false),
            topic.n_records.to_string(),
            factor
                .map(|factor| format!("{factor:.3}"))
                .unwrap_or_default(),
            format!("{:.4}", place[0]),
            format!("{:.4}", place[1]),
            topic.terms.join(" "),
        ]));
    }
    csv
}

/// A circle on paper.
struct Circle {
    x: f64,
    y: f64,
    radius: f64,
}

impl Circle {
    fn of(topic: &StoredTopic, n_all: u64) -> Self {
        let [x, y] = topic.place.unwrap_or([0.5, 0.5]);
        #[allow(clippy::cast_precision_loss, reason = "for drawing")]
        let share = topic.n_records as f64 / n_all.max(1) as f64;
        let area = COVERED * WIDTH * HEIGHT * share;
        Self {
            x: MARGIN + x.clamp(0.0, 1.0) * (WIDTH - 2.0 * MARGIN),
            y: MARGIN + y.clamp(0.0, 1.0) * (HEIGHT - 2.0 * MARGIN),
            radius: (area / std::f64::consts::PI).sqrt().clamp(5.0, 80.0),
        }
    }
}

fn picture(found: &TopicList, locale: Locale, is_page: bool) -> String {
    let w = &locale.words().topics;
    let topics = on_map(found);
    let n_all: u64 = topics.iter().map(|topic| topic.n_records).sum();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"topicmap\" id=\"topicmap\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"group\" aria-labelledby=\"map-title map-desc\" \
         font-family=\"'Be Vietnam Pro', 'Noto Sans', sans-serif\" font-size=\"13\" \
         fill=\"#1e2430\"><title id=\"map-title\">{}</title><desc id=\"map-desc\">{}</desc>",
        xml(w.map_title),
        xml(w.map_description)
    );
    if !is_page {
        out.push_str("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
    }
    for topic in &topics {
        circle(
            &mut out,
            topic,
            &Circle::of(topic, n_all),
            found,
            locale,
            is_page,
        );
    }
    labels(&mut out, &topics, n_all, locale);
    out.push_str("</svg>");
    out
}

fn circle(
    out: &mut String,
    topic: &StoredTopic,
    at: &Circle,
    found: &TopicList,
    locale: Locale,
    is_page: bool,
) {
    let (factor, class) = growth(
        &topic.by_year,
        &found.build.years,
        unfinished_from(&found.build),
    );
    let (look, colour) = class.look();
    let view = topic_view(topic, &found.build, locale);
    let said = format!(
        "{}: {} {}, {}",
        view.title,
        view.size,
        locale.words().topics.records,
        view.growth
    );
    let field = topic.parent.map_or(0, |field| field.0);
    let words = topic.terms.join(" ");
    if is_page {
        let _ = write!(out, "<a href=\"{}\">", topic_url(topic.id));
    }
    let _ = write!(
        out,
        "<g class=\"topic {look}\" data-field=\"{field}\" data-find=\"{}\">\
         <title>{}</title><circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"{colour}\" \
         stroke=\"#5f5a4f\"/>",
        xml(&format!("{} {} {words}", topic.title(true), topic.title(false)).to_lowercase()),
        xml(&said),
        at.x,
        at.y,
        at.radius,
    );
    let _ = factor;
    if at.radius > 9.0 {
        let _ = write!(
            out,
            "<text class=\"mark\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" \
             font-size=\"{:.1}\">{}</text>",
            at.x,
            at.y + at.radius / 6.0,
            (at.radius / 2.0).clamp(7.0, 16.0),
            class.mark()
        );
    }
    out.push_str("</g>");
    if is_page {
        out.push_str("</a>");
    }
}

/// Names of the topics under their circles, the largest first, as far as they
/// do not stand on each other; the script shows the others when there is room.
fn labels(out: &mut String, topics: &[&StoredTopic], n_all: u64, locale: Locale) {
    let mut taken: Vec<[f64; 4]> = Vec::new();
    for topic in topics {
        let at = Circle::of(topic, n_all);
        let title = topic.title(locale == Locale::Vi);
        let short: String = title
            .split(" · ")
            .next()
            .unwrap_or(&title)
            .chars()
            .take(30)
            .collect();
        #[allow(clippy::cast_precision_loss, reason = "for drawing")]
        let half = short.chars().count() as f64 * LETTER / 2.0;
        let x = at.x.clamp(half, (WIDTH - half).max(half));
        let y = (at.y + at.radius + 13.0).min(HEIGHT - 4.0);
        let own = [x - half, y - 12.0, x + half, y + 3.0];
        let is_free = !taken.iter().any(|other| {
            own[0] < other[2] && other[0] < own[2] && own[1] < other[3] && other[1] < own[3]
        });
        if is_free {
            taken.push(own);
        }
        let _ = write!(
            out,
            "<text class=\"{}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\"{}>{}</text>",
            if is_free { "label" } else { "label more" },
            if is_free { "" } else { " display=\"none\"" },
            xml(&short)
        );
    }
}
