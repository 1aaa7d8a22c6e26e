//! `/api/v1/reports`: a report on a topic, a group or a query as a file.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use jiff::{Zoned, civil::Date};
use reports::{Language, Report, ReportFormat, ReportOptions, Selection, report};
use serde::Deserialize;
use trends::StudyOptions;
use utoipa::ToSchema;

use crate::{
    api::{
        accounts::body,
        search::refuse_unknown,
        trends::{asked, gather_error, selection, sources},
    },
    app::App,
    charts::attachment,
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    params::Params,
    visit::Visit,
};

/// A report to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReport {
    /// `topic:12`, `FIELD:VALUE` with a facet field, or a query; empty is the whole library.
    of: String,
    /// html, pdf, csv or xlsx.
    format: String,
    /// vi or en; vi when it is left out.
    language: Option<String>,
    /// Years to forecast, 1 to 20; 5 when it is left out.
    #[schema(minimum = 1, maximum = 20)]
    horizon: Option<u8>,
    /// The year that is not over; the current one when it is left out.
    #[schema(minimum = 1000, maximum = 2100)]
    year: Option<u16>,
    /// The day that the report is made on, `2026-03-31`; today when it is left out. A
    /// former day makes a former report again: its year is the one that is not over,
    /// and is corrected from what used to have arrived by that day.
    #[schema(format = Date)]
    day: Option<String>,
}

/// Make a report
///
/// The answer is the file. Every figure counts records that the caller may see
/// and carries the selection, the state of the catalogue and the hash of the
/// methods; the same state gives the same bytes.
#[utoipa::path(
    post, path = "/api/v1/reports", operation_id = "makeReport",
    request_body = NewReport,
    responses(
        (status = 200, description = "The report", content(
            (String = "text/html"), (String = "application/pdf"), (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 400, description = "The body cannot be read, or means nothing here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn make_report(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &[])?;
    let wanted: NewReport = body(&bytes, &headers)?;
    let language = wanted.language.as_deref().unwrap_or("vi");
    let language = language
        .parse()
        .map_err(|_| ApiError::invalid("language", language, "has no reports", "send vi or en"))?;
    // The same rules as in an address.
    let mut params = Params::default();
    let numbers = [
        ("horizon", wanted.horizon.map(u16::from)),
        ("year", wanted.year),
    ];
    for (name, number) in numbers {
        params = params.with(name, number.map(|n| n.to_string()).as_deref());
    }
    params = params.with("day", wanted.day.as_deref());
    let (today, params) = day(params)?;
    let options = ReportOptions {
        language,
        study: asked(&params)?.options,
        today,
    };
    make(
        &app,
        visit,
        selection(&wanted.of)?,
        options,
        format(&wanted.format)?,
    )
    .await
}

/// `GET /trends/report?of=…&format=…`: the same from a form of the pages.
pub(crate) async fn get_report(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["of", "format", "horizon", "year", "day"])?;
    let (today, params) = day(visit.params.clone())?;
    let asked = asked(&params)?;
    let language = match visit.locale {
        Locale::Vi => Language::Vi,
        Locale::En => Language::En,
    };
    let study: StudyOptions = asked.options;
    let Some(selection) = asked.selections.into_iter().next() else {
        return Err(ApiError::NoSuchPage);
    };
    let format = format(visit.params.get("format").unwrap_or("html"))?;
    make(
        &app,
        visit,
        selection,
        ReportOptions {
            language,
            study,
            today,
        },
        format,
    )
    .await
}

/// The day that is asked for, today without one; with it its year is the one that
/// is not over, unless another is named.
fn day(params: Params) -> Result<(Date, Params), ApiError> {
    let Some(text) = params.get("day") else {
        return Ok((Zoned::now().date(), params));
    };
    let cure = "send a day as YYYY-MM-DD";
    let refused = |_| ApiError::invalid("day", text, "is no day", cure);
    let day: Date = text.parse().map_err(refused)?;
    let is_named = params.get("year").is_some();
    let year = day.year().to_string();
    let params = match is_named {
        true => params,
        false => params.with("year", Some(&year)),
    };
    Ok((day, params))
}

fn format(word: &str) -> Result<ReportFormat, ApiError> {
    let unknown = |_| {
        let cure = "send html, pdf, csv or xlsx";
        ApiError::invalid("format", word, "is no kind of report", cure)
    };
    word.parse().map_err(unknown)
}

async fn make(
    app: &App,
    visit: Visit,
    selection: Selection,
    options: ReportOptions,
    format: ReportFormat,
) -> Result<Response, ApiError> {
    let bytes = app.ask(move |library| {
        let made: Report = report(&sources(library, &visit)?, &selection, &options)
            .map_err(|error| gather_error(error, &selection.to_string()))?;
        made.write(format).map_err(ApiError::internal)
    });
    let bytes = bytes.await?;
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            attachment(&format!("trithuc-report.{format}")),
        ),
    ];
    Ok((NO_STORE, headers, bytes).into_response())
}
