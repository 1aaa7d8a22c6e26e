//! Charts of figures by year, drawn on the server as SVG: lines or bars, with
//! intervals, and an unfinished year that looks unfinished.
//!
//! A chart is readable without colour (series differ by dash and by the shape
//! of their points), without a picture (a table of the same figures, a title
//! and a description for screen readers), and without this site: as an SVG
//! file and as CSV.
//!
//! A page holds a [`ChartView`] and writes `{% call chart::figure(view) %}`
//! (`web/templates/chart.html`).

use crate::{
    locale::Locale,
    params::encode,
    typography::{decimal, number},
};

mod axis;
mod draw;

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "shares and factors are for the pages of trends")]
pub(crate) enum Unit {
    /// Whole things: `1.234`.
    Count,
    /// With so many decimals: `0,25`.
    #[allow(dead_code, reason = "scores of topics are drawn with it")]
    Decimal(usize),
    /// Shares 0..=1 as per cent with so many decimals: `2,5 %`.
    Percent(usize),
}

impl Unit {
    /// The unit of marks on an axis: no decimals where none of them needs any.
    pub(crate) fn on_axis(self, ticks: &[f64]) -> Self {
        let is_whole = |tick: &f64| (100.0 * tick - (100.0 * tick).round()).abs() < 1e-6;
        match self {
            Self::Percent(_) if ticks.iter().all(is_whole) => Self::Percent(0),
            unit => unit,
        }
    }

    /// A figure as readers of `locale` write it.
    pub(crate) fn write(self, value: f64, locale: Locale) -> String {
        match self {
            // A forecast of a count has parts: one decimal while it is small.
            Self::Count if value.fract() != 0.0 && value.abs() < 100.0 => decimal(value, 1, locale),
            Self::Count if value < 0.0 => format!("−{}", number(-value as u64, locale)),
            Self::Count => number(value.round() as u64, locale),
            Self::Decimal(places) => decimal(value, places, locale),
            Self::Percent(places) => format!("{} %", decimal(100.0 * value, places, locale)),
        }
    }
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "lines and forecasts are for the pages of trends")]
pub(crate) enum Mark {
    /// Points joined by a line; a year without a figure breaks it.
    Line,
    /// Hollow points joined by a dashed line: what is expected, not counted.
    Forecast,
    /// A bar a year.
    Bars,
}

/// The figure of one year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Which year.
    pub(crate) year: i32,
    /// The figure; one that is not finite is left out.
    pub(crate) value: f64,
    /// Lower and upper end of an interval around it.
    pub(crate) interval: Option<(f64, f64)>,
}

impl Point {
    /// A figure without an interval.
    pub(crate) fn new(year: i32, value: f64) -> Self {
        Self {
            year,
            value,
            interval: None,
        }
    }
}

/// Figures that belong together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// What readers call it.
    pub(crate) name: String,
    /// How it is drawn.
    pub(crate) mark: Mark,
    /// Whose colour, dash and shape it has, from 0: the same for whatever belongs
    /// to the same thing, in every chart of a page.
    pub(crate) look: usize,
    /// By year, ascending.
    pub(crate) points: Vec<Point>,
}

impl Series {
    /// The number of its colour, dash and shape among those that there are.
    fn look(&self) -> usize {
        self.look % draw::LOOKS.len()
    }
}

/// Figures of one or several series by year.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    /// Unique on its page: letters, digits and `-`.
    pub(crate) id: String,
    /// What it shows, in a few words.
    pub(crate) title: String,
    /// The same for readers who do not see it: what rises, what falls.
    pub(crate) description: String,
    /// How figures are written.
    pub(crate) unit: Unit,
    /// At most six are told apart.
    pub(crate) series: Vec<Series>,
    /// The first year that is not complete yet, marked by a pattern and by
    /// words; `None` when all are.
    pub(crate) unfinished_from: Option<i32>,
}

/// A chart in a page: see `web/templates/chart.html`.
#[derive(Debug, Clone)]
pub(crate) struct ChartView {
    /// The picture, escaped.
    pub(crate) svg: String,
    /// What it shows.
    pub(crate) title: String,
    /// Whose figures the columns of the table are.
    pub(crate) columns: Vec<String>,
    /// A row a year: the year, then a cell for each column.
    pub(crate) rows: Vec<(String, Vec<String>)>,
    /// Where the picture lies as a file; none when empty.
    pub(crate) svg_url: String,
    /// Where the figures lie as CSV; none when empty.
    pub(crate) csv_url: String,
}

impl Chart {
    /// The picture as a part of a page.
    pub(crate) fn svg(&self, locale: Locale) -> String {
        draw::picture(self, locale, draw::Place::Page)
    }

    /// The picture as a file of its own, on white.
    pub(crate) fn svg_file(&self, locale: Locale) -> String {
        draw::picture(self, locale, draw::Place::File)
    }

    /// The years that any series has, ascending.
    fn years(&self) -> Vec<i32> {
        let points = self.series.iter().flat_map(|series| &series.points);
        let mut years: Vec<i32> = points.map(|point| point.year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    fn has_interval(series: &Series) -> bool {
        series.points.iter().any(|point| point.interval.is_some())
    }

    /// The figures as CSV (RFC 4180): `year` and a column a series, `… lower`
    /// and `… upper` beside those with intervals, `unfinished` (0 or 1) last.
    pub(crate) fn csv(&self) -> String {
        let mut header = vec!["year".to_owned()];
        for series in &self.series {
            header.push(series.name.clone());
            if Self::has_interval(series) {
                header.extend(["lower", "upper"].map(|end| format!("{} {end}", series.name)));
            }
        }
        header.push("unfinished".to_owned());
        let mut csv = csv_line(&header);
        for year in self.years() {
            let mut cells = vec![year.to_string()];
            for series in &self.series {
                let point = series.points.iter().find(|point| point.year == year);
                cells.push(point.map_or_else(String::new, |point| point.value.to_string()));
                if Self::has_interval(series) {
                    let ends = point.and_then(|point| point.interval);
                    cells.push(ends.map_or_else(String::new, |(lower, _)| lower.to_string()));
                    cells.push(ends.map_or_else(String::new, |(_, upper)| upper.to_string()));
                }
            }
            cells.push(u8::from(self.is_unfinished(year)).to_string());
            csv.push_str(&csv_line(&cells));
        }
        csv
    }

    fn is_unfinished(&self, year: i32) -> bool {
        self.unfinished_from.is_some_and(|from| year >= from)
    }

    /// The chart for a page, with its table. `svg_url` and `csv_url` may be
    /// empty.
    pub(crate) fn view(&self, locale: Locale, svg_url: String, csv_url: String) -> ChartView {
        let w = &locale.words().chart;
        let cell = |series: &Series, year: i32| {
            let point = series.points.iter().find(|point| point.year == year);
            point.map_or_else(String::new, |point| {
                let value = self.unit.write(point.value, locale);
                let interval = point.interval.map(|(lower, upper)| {
                    let [lower, upper] = [lower, upper].map(|end| self.unit.write(end, locale));
                    format!(" ({lower} – {upper})")
                });
                value + interval.as_deref().unwrap_or_default()
            })
        };
        let row = |year: i32| {
            let mark = if self.is_unfinished(year) {
                format!(" ({})", w.unfinished)
            } else {
                String::new()
            };
            let cells = self.series.iter().map(|series| cell(series, year));
            (format!("{year}{mark}"), cells.collect())
        };
        ChartView {
            svg: self.svg(locale),
            title: self.title.clone(),
            columns: self.series.iter().map(|s| s.name.clone()).collect(),
            rows: self.years().into_iter().map(row).collect(),
            svg_url,
            csv_url,
        }
    }
}

/// One line of CSV: cells with commas, quotes or breaks are quoted, and those
/// that a spreadsheet would take for a formula get an apostrophe in front.
pub(crate) fn csv_line(cells: &[String]) -> String {
    let cell = |text: &String| {
        let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
        let text = if is_formula {
            format!("'{text}")
        } else {
            text.clone()
        };
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    cells.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}

/// `Content-Disposition` of a file to save under a plain or Vietnamese name.
pub(crate) fn attachment(name: &str) -> String {
    format!("attachment; filename*=UTF-8''{}", encode(name))
}

#[cfg(test)]
mod tests;
