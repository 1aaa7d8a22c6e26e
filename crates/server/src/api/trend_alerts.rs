//! `/api/v1/trends/alerts`: what deserves a look, of the records that the caller
//! may see.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use reports::{Language, TrendAlert, trend_alerts};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        search::refuse_unknown,
        trends::{current_year, gather_error, sources},
    },
    app::App,
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    visit::Visit,
};

/// Something that deserves a look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendAlertAnswer {
    /// `burst`, `forecast_missed`, `emerging`, `new_topic` or `new_entrant`.
    kind: &'static str,
    /// What it is about, as /api/v1/trends takes it: `topic:12`.
    selection: String,
    /// Names, Vietnamese first and English first.
    names: [String; 2],
    /// Records in the year.
    count: f64,
    /// Lower and upper end of the 95 % interval that was missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    /// In words, in the language of the caller.
    says: String,
}

/// What deserves a look.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendAlertsAnswer {
    /// The last complete year, which all of it is about.
    year: i32,
    /// By kind, then by selection.
    alerts: Vec<TrendAlertAnswer>,
}

/// The language of reports for a locale.
pub(crate) fn language(locale: Locale) -> Language {
    match locale {
        Locale::Vi => Language::Vi,
        Locale::En => Language::En,
    }
}

/// What stands at the end of the last complete year, as a visit may see it, and
/// that year.
///
/// # Errors
/// [`ApiError`] for unknown parameters and failing stores.
pub(crate) async fn standing(app: &App, visit: &Visit) -> Result<(Vec<TrendAlert>, i32), ApiError> {
    refuse_unknown(&visit.params, &["year"])?;
    let year = current_year(&visit.params)?;
    let who = visit.clone();
    let found = app.ask(move |library| {
        trend_alerts(&sources(library, &who)?, year).map_err(|error| gather_error(error, ""))
    });
    Ok((found.await?, year - 1))
}

/// What deserves a look in the trends
///
/// In the last complete year: a burst began, the count lay outside the 95 %
/// interval forecast from the years before, a group began to emerge, the newest
/// build found a new topic, or an institution appeared with at least five
/// records. Only records that the caller may see are counted. Accounts hear of
/// what comes new by a saved search with `about: trends`.
#[utoipa::path(
    get, path = "/api/v1/trends/alerts", operation_id = "getTrendAlerts",
    params(
        ("year" = Option<i32>, Query, description = "The year that is not over; by default the current one", minimum = 1000, maximum = 2100),
    ),
    responses(
        (status = 200, description = "By kind, then by selection", body = TrendAlertsAnswer),
        (status = 400, description = "A parameter means nothing here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_trend_alerts(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    let (found, year) = standing(&app, &visit).await?;
    let said = found.into_iter().map(|alert| TrendAlertAnswer {
        kind: alert.kind.as_str(),
        says: alert.sentence(language(visit.locale)),
        selection: alert.selection,
        names: alert.names,
        count: alert.count,
        interval: alert.interval,
    });
    let alerts = said.collect();
    Ok((NO_STORE, Json(TrendAlertsAnswer { year, alerts })).into_response())
}
