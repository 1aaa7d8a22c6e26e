//! `/api/v1/trends`: counts, shares, growth, bursts and forecasts of topics,
//! groups and queries, of the records that the caller may see.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use index::FacetField;
use jiff::Zoned;
use records::Lang;
use reports::{
    By, GatherError, Material, Selection, Sources, correct, emerging_groups, gather, lags,
};
use serde::Serialize;
use serde_json::Value;
use trends::{Study, StudyOptions};
use utoipa::ToSchema;

use crate::{
    api::search::refuse_unknown,
    app::{App, Library},
    authorities::register,
    edge::NO_STORE,
    error::ApiError,
    params::Params,
    search_params::{count, search_error},
    visit::Visit,
};

/// Selections that are compared at most: as many as a chart tells apart.
pub(crate) const MOST_SELECTIONS: usize = 6;
/// Furthest year that is forecast.
const FARTHEST: usize = 20;
/// Longest selection in bytes.
const SELECTION_BYTES: usize = 2_000;

/// What one selection tells.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudyAnswer {
    /// As it is asked for: `topic:12`, `field:4`, or a query; empty is the whole library.
    selection: String,
    /// Names of the topic, Vietnamese first and English first; null for what is no topic.
    names: Option<[String; 2]>,
    /// Records that the caller may see.
    n_records: u64,
    /// Those of them without a year.
    n_without_year: u64,
    /// Complete years, without gaps.
    years: Vec<i32>,
    /// Records in them.
    counts: Vec<f64>,
    /// Share of the library in them, 0 to 1.
    shares: Vec<f64>,
    /// The last year that is over.
    last_complete_year: i32,
    /// The current year and later ones (`year`, `count`, `is_future`): in no calculation. `corrected`
    /// is what the year will have a year from now (`mean`, `lower`, `upper` of 95 %, `arrived`, `n_years`).
    #[schema(value_type = Vec<Object>)]
    unfinished: Value,
    /// Why the current year is not corrected from when records arrived in past years.
    correction_refused: Option<String>,
    /// Years far above both neighbours; the forecast leaves them out.
    outliers: Vec<i32>,
    /// `from`, `until`, `per_year` and `share_per_year` (0.1: a tenth more each year); null when that is chance.
    #[schema(value_type = Option<Object>)]
    growth: Value,
    /// `from`, `until`, `weight` in nats.
    #[schema(value_type = Vec<Object>)]
    bursts: Value,
    /// `year` and the share `before` and `after`.
    #[schema(value_type = Vec<Object>)]
    change_points: Value,
    /// `stage`, `ceiling`, `reached`, `midpoint`, `r_squared`; null with a reason.
    #[schema(value_type = Option<Object>)]
    s_curve: Value,
    /// Why there is no stage.
    s_curve_refused: Option<String>,
    /// `steps` (`mean`, `lower`, `upper` of 95 %), `method`, `backtest`
    /// (`mase`, `mase_naive`, `coverage`, `n_origins`); null with a reason.
    #[schema(value_type = Option<Object>)]
    forecast: Value,
    /// Why there is no forecast.
    forecast_refused: Option<String>,
    /// Years from papers to patents and to datasets (`first`, `second`, `lag`, `refused`).
    #[schema(value_type = Vec<Object>)]
    lags: Value,
    /// How the query was read.
    notices: Vec<String>,
}

/// What all selections tell.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendsAnswer {
    /// In the order in which they were asked for.
    trends: Vec<StudyAnswer>,
    /// State of the catalogue.
    catalogue_seq: u64,
}

/// What emerges.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmergingAnswer {
    /// What was looked at.
    by: String,
    /// The last year that is over.
    last_complete_year: i32,
    /// Groups that were looked at.
    n_groups: usize,
    /// `selection`, `names`, `score` (log2 of the growth of the share), `recent`,
    /// `before` (records in the last three years and the three before), `novelty`.
    #[schema(value_type = Vec<Object>)]
    emerging: Value,
    /// The same definition three years ago: `year`, `n_flagged`, `precision`, `base_rate`, `at`
    /// (`k` and `precision` of the highest scores), `median_growth` of those that emerged and of all others.
    #[schema(value_type = Option<Object>)]
    hindsight: Value,
    /// The same at up to ten years before, the newest first.
    #[schema(value_type = Vec<Object>)]
    hindsight_before: Value,
    /// State of the catalogue.
    catalogue_seq: u64,
}

/// A question about trends, read from parameters.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// What it is about; never empty.
    pub(crate) selections: Vec<Selection>,
    pub(crate) options: StudyOptions,
}

/// Reads `of` (repeated), `horizon` and `year`.
///
/// # Errors
/// [`ApiError::InvalidParameter`] with the name of the first wrong parameter.
pub(crate) fn asked(params: &Params) -> Result<Asked, ApiError> {
    let mut selections = Vec::new();
    for text in params.all("of") {
        if selections.len() == MOST_SELECTIONS {
            let cure = format!("compare at most {MOST_SELECTIONS}");
            return Err(ApiError::invalid("of", text, "is one too many", cure));
        }
        selections.push(selection(text)?);
    }
    if selections.is_empty() {
        selections.push(selection("")?);
    }
    let horizon = count(params, "horizon", 5, 1, FARTHEST)?;
    Ok(Asked {
        selections,
        options: StudyOptions {
            current_year: current_year(params)?,
            horizon,
            level: 0.95,
        },
    })
}

/// Reads one selection.
///
/// # Errors
/// [`ApiError::InvalidParameter`] on `of`.
pub(crate) fn selection(text: &str) -> Result<Selection, ApiError> {
    if text.len() > SELECTION_BYTES {
        let cure = format!("shorten it to {SELECTION_BYTES} bytes");
        return Err(ApiError::invalid("of", text, "is too long", cure));
    }
    let wrong = |error: reports::InvalidSelection| {
        let cure = "send topic:NUMBER, FIELD:VALUE, or a query";
        ApiError::invalid("of", text, format!("is not understood: {error}"), cure)
    };
    text.parse().map_err(wrong)
}

/// The year that is not over: by the clock, or as `year` says.
pub(crate) fn current_year(params: &Params) -> Result<i32, ApiError> {
    let year = count(params, "year", 0, 1000, 2100)?;
    Ok(match i32::try_from(year) {
        Ok(year) if year > 0 => year,
        _ => i32::from(Zoned::now().year()),
    })
}

/// The stores of the library, with the rights of this visit.
///
/// # Errors
/// When the authorities cannot be read.
pub(crate) fn sources<'a>(library: &'a Library, visit: &Visit) -> Result<Sources<'a>, ApiError> {
    Ok(Sources {
        searcher: &library.searcher,
        catalogue: &*library.catalogue,
        topics: library.topics.as_deref().map(|topics| topics as _),
        register: register(library)?,
        arrivals: library.arrivals.clone(),
        clearance: visit.clearance,
    })
}

/// An error of gathering, as the caller meets it.
pub(crate) fn gather_error(error: GatherError, selection: &str) -> ApiError {
    match error {
        GatherError::NoTopic(_) => ApiError::invalid(
            "of",
            selection,
            "is no topic that you may see",
            "take a number from /api/v1/topics",
        ),
        GatherError::Search(error) => search_error(error, selection),
        GatherError::Catalog(error) => ApiError::unavailable(error),
        GatherError::Filter(error) => ApiError::internal(error),
    }
}

/// Material and study of each selection.
pub(crate) fn study_all(
    library: &Library,
    visit: &Visit,
    asked: &Asked,
) -> Result<Vec<(Material, Study)>, ApiError> {
    let sources = sources(library, visit)?;
    let lang: Lang = visit.locale.lang();
    let today = Zoned::now().date();
    let studied = asked.selections.iter().map(|selection| {
        let material = gather(&sources, selection, &lang)
            .map_err(|error| gather_error(error, &selection.to_string()))?;
        let mut study = Study::of(&material.series, &asked.options);
        correct(&sources, &mut study, today).map_err(ApiError::unavailable)?;
        Ok((material, study))
    });
    studied.collect()
}

fn answer_of(
    (material, study): (Material, Study),
    current_year: i32,
) -> Result<StudyAnswer, ApiError> {
    fn json<T: Serialize>(value: T) -> Result<Value, ApiError> {
        serde_json::to_value(value).map_err(ApiError::internal)
    }
    Ok(StudyAnswer {
        selection: material.selection.to_string(),
        names: material.topic_names.clone(),
        n_records: material.n_records,
        n_without_year: material.n_without_year,
        lags: json(lags(&material, current_year))?,
        notices: material.notices,
        years: study.years,
        counts: study.counts,
        shares: study.shares,
        last_complete_year: study.last_complete_year,
        unfinished: json(study.unfinished)?,
        correction_refused: study.correction_refused.map(|refused| refused.to_string()),
        outliers: study.outliers,
        growth: json(study.growth)?,
        bursts: json(study.bursts)?,
        change_points: json(study.change_points)?,
        s_curve: json(study.s_curve)?,
        s_curve_refused: study.s_curve_refused.map(|refused| refused.to_string()),
        forecast: json(study.forecast)?,
        forecast_refused: study.forecast_refused.map(|refused| refused.to_string()),
    })
}

/// What topics, groups and queries tell over the years
///
/// Counts, shares, growth, bursts, changes, the stage on the S-curve, and a
/// forecast with its 95 % interval beside its own backtest; or the reason why
/// there is none. Only records that the caller may see are counted.
#[utoipa::path(
    get, path = "/api/v1/trends", operation_id = "getTrends",
    params(
        ("of" = Option<Vec<String>>, Query, description = "`topic:12`, `FIELD:VALUE` with a facet field, or a query; up to six are compared; none is the whole library"),
        ("horizon" = Option<u8>, Query, description = "Years to forecast", minimum = 1, maximum = 20),
        ("year" = Option<i32>, Query, description = "The year that is not over; by default the current one", minimum = 1000, maximum = 2100),
    ),
    responses(
        (status = 200, description = "A study of each", body = TrendsAnswer),
        (status = 400, description = "A parameter means nothing here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_trends(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["of", "horizon", "year"])?;
    let asked = asked(&visit.params)?;
    let year = asked.options.current_year;
    let studied = app.ask(move |library| study_all(library, &visit, &asked));
    let studied = studied.await?;
    let catalogue_seq = studied.iter().map(|(material, _)| material.seq.0).max();
    let trends: Result<_, _> = studied
        .into_iter()
        .map(|pair| answer_of(pair, year))
        .collect();
    let answer = TrendsAnswer {
        trends: trends?,
        catalogue_seq: catalogue_seq.unwrap_or_default(),
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// What emerges in the library
///
/// Groups with at least 6 records in the last three complete years, whose share
/// grew to 1.5 times that of the three years before, and half of whose records
/// lie in these six years; and how the same definition would have done three
/// years ago.
#[utoipa::path(
    get, path = "/api/v1/trends/emerging", operation_id = "getEmerging",
    params(
        ("by" = Option<String>, Query, description = "topic, field, institution, province, country, venue, type or language; topic by default"),
        ("limit" = Option<u16>, Query, description = "Groups to list", minimum = 1, maximum = 100),
        ("year" = Option<i32>, Query, description = "The year that is not over; by default the current one", minimum = 1000, maximum = 2100),
    ),
    responses(
        (status = 200, description = "The highest score first", body = EmergingAnswer),
        (status = 400, description = "A parameter means nothing here", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 503, description = "The stores cannot answer now", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get_emerging(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    refuse_unknown(&visit.params, &["by", "limit", "year"])?;
    let by = asked_by(&visit.params)?;
    let limit = count(&visit.params, "limit", 20, 1, 100)?;
    let year = current_year(&visit.params)?;
    let found = app.ask(move |library| {
        let found = emerging_groups(&sources(library, &visit)?, by, year);
        found.map_err(|error| gather_error(error, by.as_str()))
    });
    let mut found = found.await?;
    found.emerging.truncate(limit);
    let json = |value: Result<Value, _>| value.map_err(ApiError::internal);
    let answer = EmergingAnswer {
        by: found.by.to_owned(),
        last_complete_year: found.last_complete_year,
        n_groups: found.n_groups,
        emerging: json(serde_json::to_value(found.emerging))?,
        hindsight: json(serde_json::to_value(found.hindsight))?,
        hindsight_before: json(serde_json::to_value(found.hindsight_before))?,
        catalogue_seq: found.catalogue_seq.0,
    };
    Ok((NO_STORE, Json(answer)).into_response())
}

/// What the groups are: `by`, topics by default. Keywords are left to the
/// command line: they read every record.
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn asked_by(params: &Params) -> Result<By, ApiError> {
    let Some(word) = params.get("by") else {
        return Ok(By::Topic);
    };
    let found = word.parse().ok().filter(|by| *by != By::Keyword);
    found.ok_or_else(|| {
        let cure = "send topic, field, institution, province, country, venue, type or language";
        ApiError::invalid("by", word, "cannot emerge here", cure)
    })
}

/// The field whose values are groups; `None` for topics.
pub(crate) fn field_of(by: By) -> Option<FacetField> {
    match by {
        By::Field(field) => Some(field),
        By::Topic | By::Keyword => None,
    }
}
