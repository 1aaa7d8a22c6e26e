//! `/trends/alerts`: what deserves a look, and `/feeds/trends.atom`: the same of
//! open records as an Atom feed (RFC 4287).

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use records::Clearance;
use reports::{AlertKind, TrendAlert};

use crate::{
    api::{
        reply::with_etag,
        trend_alerts::{language, standing},
    },
    app::App,
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        frame::{Frame, respond},
        machines::xml,
    },
    params::encode,
    visit::Visit,
    words::fill,
};

/// One line: kind, sentence, address.
struct AlertView {
    kind: &'static str,
    says: String,
    url: String,
}

#[derive(Template)]
#[template(path = "trend_alerts.html")]
struct AlertsPage {
    f: Frame,
    lead: String,
    alerts: Vec<AlertView>,
}

fn url_of(alert: &TrendAlert) -> String {
    format!("/trends?of={}", encode(&alert.selection))
}

fn kind_in_words(kind: AlertKind, locale: Locale) -> &'static str {
    let w = &locale.words().trends;
    match kind {
        AlertKind::Burst => w.burst,
        AlertKind::ForecastMissed => w.forecast_missed,
        AlertKind::Emerging => w.began,
        AlertKind::NewTopic => w.new_topic,
        AlertKind::NewEntrant => w.new_entrant,
    }
}

/// `GET /trends/alerts`
pub(crate) async fn show_trend_alerts(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let (found, year) = standing(&app, &visit).await?;
    let locale = visit.locale;
    let view = |alert: &TrendAlert| AlertView {
        kind: kind_in_words(alert.kind, locale),
        says: alert.sentence(language(locale)),
        url: url_of(alert),
    };
    let year = year.to_string();
    let page = AlertsPage {
        f: Frame::new(&visit, "trends"),
        lead: fill(locale.words().trends.alerts_lead, &[("year", &year)]),
        alerts: found.iter().map(view).collect(),
    };
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

/// `GET /feeds/trends.atom`
pub(crate) async fn show_trend_feed(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    mut visit: Visit,
) -> Result<Response, ApiError> {
    // A feed is fetched by a program without a session, and kept by others.
    visit.clearance = Clearance::Public;
    let (found, year) = standing(&app, &visit).await?;
    let body = feed(&found, year, &visit).into_bytes();
    let kind = "application/atom+xml; charset=utf-8";
    let mut response = with_etag(body, kind, "public, max-age=3600", &headers);
    let vary = HeaderValue::from_static("Cookie, Accept-Language");
    response.headers_mut().insert(header::VARY, vary);
    Ok(response)
}

fn feed(alerts: &[TrendAlert], year: i32, visit: &Visit) -> String {
    let w = visit.locale.words();
    let base = xml(&visit.base_url);
    let here = xml(&format!(
        "{}{}",
        visit.base_url,
        visit.params.to_url(&visit.path)
    ));
    let entries: String = alerts.iter().map(|alert| entry(alert, visit)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n\
         <id>{here}</id>\n<title>{title} – {site}</title>\n\
         <updated>{next:04}-01-01T00:00:00Z</updated>\n<author><name>{site}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{here}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{base}/trends/alerts\"/>\n{entries}</feed>\n",
        lang = visit.locale.code(),
        title = xml(w.trends.alerts),
        site = xml(w.site.name),
        next = year + 1,
    )
}

/// What the counts of a year say is known when the year is over.
fn entry(alert: &TrendAlert, visit: &Visit) -> String {
    let url = xml(&format!("{}{}", visit.base_url, url_of(alert)));
    format!(
        "<entry>\n<id>urn:trithuc:trend:{id}</id>\n<title>{title}</title>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{url}\"/>\n\
         <updated>{next:04}-01-01T00:00:00Z</updated>\n<category term=\"{kind}\"/>\n</entry>\n",
        id = xml(&encode(&alert.key())),
        kind = alert.kind,
        next = alert.year + 1,
        title = xml(&alert.sentence(language(visit.locale))),
    )
}
