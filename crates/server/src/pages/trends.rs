//! `/trends`: topics, groups and queries over the years, alone or side by side;
//! `/trends/emerging`: what emerges.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use reports::{
    By, EmergingGroup, Language, Material, ReportFormat, Selection, backtest, emerging_groups,
    lags, refusal, sentences,
};
use trends::Study;

use crate::{
    api::{
        search::refuse_unknown,
        trends::{
            Asked, MOST_SELECTIONS, asked, asked_by, current_year, field_of, gather_error, sources,
            study_all,
        },
    },
    app::App,
    charts::{ChartView, attachment},
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        labels::{field, value},
    },
    params::encode,
    typography::{decimal, number},
    visit::Visit,
    words::fill,
};

mod figures;

use figures::Figure;

/// What one selection tells.
struct StudyView {
    name: String,
    search_url: String,
    /// Kind and address of the report on it.
    reports: Vec<(String, String)>,
    sentences: Vec<String>,
    refused: Option<String>,
    forecast: Vec<[String; 3]>,
    backtest: Option<String>,
}

/// Boxes to type in on a first visit: two show that groups can be compared.
const FEWEST_BOXES: usize = 2;

#[derive(Template)]
#[template(path = "trends.html")]
struct TrendsPage {
    f: Frame,
    /// What is typed in the boxes, and an empty box more.
    boxes: Vec<String>,
    horizon: usize,
    charts: Vec<ChartView>,
    studies: Vec<StudyView>,
    seq: String,
}

/// `GET /trends?of=…&horizon=…`
pub(crate) async fn show_trends(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let visit = without_empty(visit);
    refuse_unknown(&visit.params, &["of", "horizon", "year"])?;
    let asked = asked(&visit.params)?;
    let (asking, who) = (asked.clone(), visit.clone());
    let studied = app.ask(move |library| study_all(library, &who, &asking));
    let page = trends_page(&studied.await?, &asked, &visit);
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

/// A form sends its empty boxes too.
fn without_empty(mut visit: Visit) -> Visit {
    visit.params = visit.params.removing("of", "");
    visit
}

fn trends_page(studied: &[(Material, Study)], asked: &Asked, visit: &Visit) -> TrendsPage {
    let locale = visit.locale;
    let mut boxes: Vec<String> = visit.params.all("of").map(str::to_owned).collect();
    let n_boxes = (boxes.len() + 1).clamp(FEWEST_BOXES, MOST_SELECTIONS);
    boxes.resize(n_boxes.max(boxes.len()), String::new());
    let charts = Figure::ALL.map(|figure| {
        let url = |path: &str| {
            let figure = visit.params.with("figure", Some(figure.as_str()));
            figure.with("lang", Some(locale.code())).to_url(path)
        };
        let chart = figures::chart(figure, studied, locale);
        chart.view(locale, url("/trends.svg"), url("/trends.csv"))
    });
    let seq = studied.iter().map(|(material, _)| material.seq.0).max();
    let year = asked.options.current_year;
    TrendsPage {
        f: Frame::new(visit, "trends"),
        boxes,
        horizon: asked.options.horizon,
        charts: charts.into(),
        studies: studied
            .iter()
            .map(|(material, study)| study_view(material, study, year, locale))
            .collect(),
        seq: number(seq.unwrap_or_default(), locale),
    }
}

fn study_view(material: &Material, study: &Study, year: i32, locale: Locale) -> StudyView {
    let language = match locale {
        Locale::Vi => Language::Vi,
        Locale::En => Language::En,
    };
    let forecast = study.forecast.as_ref();
    let steps = forecast.into_iter().flat_map(|forecast| {
        let years = study.last_complete_year + 1..;
        years.zip(&forecast.steps).map(|(year, step)| {
            let write = |value| decimal(value, 1, locale);
            let interval = format!("{} – {}", write(step.lower), write(step.upper));
            [year.to_string(), write(step.mean), interval]
        })
    });
    StudyView {
        name: name(material, locale),
        search_url: search_url(&material.selection),
        reports: ReportFormat::ALL
            .map(|format| {
                let of = encode(&material.selection.to_string());
                let lang = locale.code();
                let url = format!("/trends/report?of={of}&format={format}&lang={lang}");
                (format.as_str().to_uppercase(), url.replace("of=&", ""))
            })
            .into(),
        sentences: sentences(material, study, &lags(material, year), language),
        refused: (study.forecast_refused.as_ref()).map(|why| refusal(why, language)),
        forecast: steps.collect(),
        backtest: forecast.map(|forecast| backtest(forecast, language)),
    }
}

/// What a reader calls a selection.
fn name(material: &Material, locale: Locale) -> String {
    if let Some([vi, en]) = &material.topic_names {
        return match locale {
            Locale::Vi => vi.clone(),
            Locale::En => en.clone(),
        };
    }
    let w = locale.words();
    match &material.selection {
        Selection::Found { query, filters } if query.is_empty() => match filters.as_slice() {
            [] => w.trends.everything.to_owned(),
            [one] => format!(
                "{}: {}",
                field(one.field, w),
                value(one.field, &one.value, locale)
            ),
            _ => material.selection.to_string(),
        },
        selection => selection.to_string(),
    }
}

/// Where its records are listed; none for a topic.
fn search_url(selection: &Selection) -> String {
    let Selection::Found { query, filters } = selection else {
        return String::new();
    };
    let filters = filters.iter().map(|filter| {
        let text = format!("{}:{}", filter.field.as_str(), filter.value);
        format!("&filter={}", encode(&text))
    });
    format!("/search?q={}{}", encode(query), filters.collect::<String>())
}

/// `GET /trends.csv?figure=…&of=…`
pub(crate) async fn save_trend_csv(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let (chart, _) = saved(&app, visit).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            attachment("trithuc-trends.csv"),
        ),
    ];
    Ok((NO_STORE, headers, chart.csv()).into_response())
}

/// `GET /trends.svg?figure=…&of=…`
pub(crate) async fn save_trend_svg(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let (chart, locale) = saved(&app, visit).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            attachment("trithuc-trends.svg"),
        ),
    ];
    Ok((NO_STORE, headers, chart.svg_file(locale)).into_response())
}

async fn saved(app: &App, visit: Visit) -> Result<(crate::charts::Chart, Locale), ApiError> {
    refuse_unknown(&visit.params, &["figure", "of", "horizon", "year"])?;
    let figure = Figure::asked(&visit.params)?;
    let asked = asked(&visit.params)?;
    let locale = visit.locale;
    let studied = app.ask(move |library| study_all(library, &visit, &asked));
    Ok((figures::chart(figure, &studied.await?, locale), locale))
}

/// A group that emerges, as a row.
struct EmergingView {
    name: String,
    url: String,
    score: String,
    before: String,
    recent: String,
    novelty: String,
}

#[derive(Template)]
#[template(path = "emerging.html")]
struct EmergingPage {
    f: Frame,
    tabs: Vec<(String, String, bool)>,
    rows: Vec<EmergingView>,
    n_groups: String,
    hindsight: Option<String>,
    until: i32,
}

/// What the page offers; topics first.
const TABS: [&str; 6] = [
    "topic",
    "field",
    "institution",
    "province",
    "country",
    "venue",
];

/// `GET /trends/emerging?by=…`
pub(crate) async fn show_emerging(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["by", "year"])?;
    let by = asked_by(&visit.params)?;
    let year = current_year(&visit.params)?;
    let who = visit.clone();
    let found = app.ask(move |library| {
        let found = emerging_groups(&sources(library, &who)?, by, year);
        found.map_err(|error| gather_error(error, by.as_str()))
    });
    let found = found.await?;
    let locale = visit.locale;
    let w = locale.words();
    let tabs = TABS.map(|word| {
        let named = word.parse().ok().and_then(field_of);
        let name = named.map_or(w.trends.topic, |named| field(named, w));
        let url = visit
            .params
            .with("by", Some(word))
            .to_url("/trends/emerging");
        (name.to_owned(), url, word == by.as_str())
    });
    let hindsight = found.hindsight.map(|seen| {
        let percent = |part: f64| decimal(100.0 * part, 0, locale);
        let gaps = [
            ("year", seen.year.to_string()),
            ("n", seen.n_flagged.to_string()),
            ("right", percent(seen.precision)),
            ("others", percent(seen.base_rate)),
        ];
        fill(
            w.trends.hindsight,
            &gaps.each_ref().map(|(gap, text)| (*gap, text.as_str())),
        )
    });
    let page = EmergingPage {
        f: Frame::new(&visit, "trends"),
        tabs: tabs.into(),
        rows: found
            .emerging
            .iter()
            .map(|g| emerging_view(g, by, locale))
            .collect(),
        n_groups: number(found.n_groups as u64, locale),
        hindsight,
        until: found.last_complete_year,
    };
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

fn emerging_view(group: &EmergingGroup, by: By, locale: Locale) -> EmergingView {
    let [vi, en] = &group.names;
    let own = match locale {
        Locale::Vi => vi,
        Locale::En => en,
    };
    let name = field_of(by).map_or_else(|| own.clone(), |named| value(named, own, locale));
    let found = &group.found;
    EmergingView {
        name,
        url: format!("/trends?of={}", encode(&group.selection)),
        score: decimal(found.score, 2, locale),
        before: decimal(found.before, 0, locale),
        recent: decimal(found.recent, 0, locale),
        novelty: decimal(100.0 * found.novelty, 0, locale),
    }
}
