//! The two figures of a study: records a year with the forecast, and shares.

use reports::Material;
use trends::Study;

use super::name;
use crate::{
    charts::{Chart, Mark, Point, Series, Unit},
    error::ApiError,
    locale::Locale,
    params::Params,
    words::fill,
};

/// Which figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// Records a year, and the forecast with its interval.
    Counts,
    /// Share of the library.
    Shares,
}

impl Figure {
    pub(super) const ALL: [Self; 2] = [Self::Counts, Self::Shares];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Shares => "shares",
        }
    }

    /// What `figure` asks for; counts by default.
    pub(super) fn asked(params: &Params) -> Result<Self, ApiError> {
        let word = params.get("figure").unwrap_or("counts");
        let found = Self::ALL.into_iter().find(|figure| figure.as_str() == word);
        let unknown = || ApiError::invalid("figure", word, "is not known", "send counts or shares");
        found.ok_or_else(unknown)
    }
}

/// The figure of all selections together. Forecasts are drawn where there are
/// at most three: more lines are not told apart.
pub(super) fn chart(figure: Figure, studied: &[(Material, Study)], locale: Locale) -> Chart {
    let w = &locale.words().trends;
    let is_alone = studied.len() == 1;
    let mut series = Vec::new();
    for (look, (material, study)) in studied.iter().enumerate() {
        let name = name(material, locale);
        let values = match figure {
            Figure::Counts => &study.counts,
            Figure::Shares => &study.shares,
        };
        let mut points: Vec<Point> = (study.years.iter().zip(values))
            .map(|(year, value)| Point::new(*year, *value))
            .collect();
        if figure == Figure::Counts {
            let open = study.unfinished.iter().filter(|open| !open.is_future);
            points.extend(open.map(|open| Point::new(open.year, open.count)));
        }
        series.push(Series {
            mark: if is_alone && figure == Figure::Counts {
                Mark::Bars
            } else {
                Mark::Line
            },
            look,
            points,
            name: name.clone(),
        });
        if let Some(forecast) = &study.forecast
            && figure == Figure::Counts
            && studied.len() <= 3
        {
            let steps = (study.last_complete_year + 1..).zip(&forecast.steps);
            series.push(Series {
                name: if is_alone {
                    w.forecast_caption.to_owned()
                } else {
                    format!("{name}, {}", w.forecast)
                },
                mark: Mark::Forecast,
                // Of the colour and shape of what it goes on with; beside bars, of
                // the next.
                look: look + usize::from(is_alone),
                points: steps
                    .map(|(year, step)| Point {
                        year,
                        value: step.mean,
                        interval: Some((step.lower, step.upper)),
                    })
                    .collect(),
            });
        }
    }
    let title = match figure {
        Figure::Counts => w.counts_title,
        Figure::Shares => w.shares_title,
    };
    let names: Vec<String> = studied.iter().map(|(m, _)| name(m, locale)).collect();
    let last = studied.first().map(|(_, study)| study.last_complete_year);
    Chart {
        id: format!("trend-{}", figure.as_str()),
        title: fill(title, &[("what", &names.join("; "))]),
        description: description(studied, locale),
        unit: match figure {
            Figure::Counts => Unit::Count,
            Figure::Shares => Unit::Percent(2),
        },
        series,
        unfinished_from: last
            .map(|year| year + 1)
            .filter(|_| figure == Figure::Counts),
    }
}

/// First and last figure of each selection.
fn description(studied: &[(Material, Study)], locale: Locale) -> String {
    let w = &locale.words().trends;
    let of = |(material, study): &(Material, Study)| {
        let (Some(first), Some(last)) = (study.years.first(), study.years.last()) else {
            return String::new();
        };
        let at = |place: Option<&f64>| place.copied().unwrap_or_default().to_string();
        let gaps = [
            ("what", name(material, locale)),
            ("from", first.to_string()),
            ("until", last.to_string()),
            ("first", at(study.counts.first())),
            ("last", at(study.counts.last())),
        ];
        fill(
            w.description,
            &gaps.each_ref().map(|(gap, text)| (*gap, text.as_str())),
        )
    };
    studied.iter().map(of).collect::<Vec<_>>().join(" ")
}
