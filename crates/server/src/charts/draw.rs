//! The drawing of a chart: grid, unfinished years, intervals, series, legend.

use std::fmt::Write as _;

use super::{Chart, Mark, Point, Series, Unit, axis::Axis};
use crate::{locale::Locale, pages::xml};

/// Units of the picture.
const WIDTH: f64 = 720.0;
/// Height above the legend.
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 704.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 264.0;
/// Height of one line of the legend.
const LEGEND_LINE: f64 = 22.0;

/// Colours that people who see few colours tell apart, dashes and shapes for
/// those who see none. Ink on white has a contrast of at least 4.5:1.
pub(super) const LOOKS: [(&str, &str, &str); 6] = [
    ("#0a4f73", "", "circle"),
    ("#a4471b", "9 4", "square"),
    ("#2f6b3c", "2 4", "triangle"),
    ("#7a3b8f", "12 4 2 4", "diamond"),
    ("#5f5a4f", "5 5", "cross"),
    ("#1e2430", "16 5", "ring"),
];

/// Where the picture will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a page, whose styles give the colours.
    Page,
    /// A file of its own.
    File,
}

struct Paper<'a> {
    chart: &'a Chart,
    locale: Locale,
    x: Axis,
    y: Axis,
    out: String,
}

/// The whole picture.
pub(crate) fn picture(chart: &Chart, locale: Locale, place: Place) -> String {
    let points = chart.series.iter().flat_map(|series| &series.points);
    let ends = points.flat_map(|point| {
        let (lower, upper) = point.interval.unwrap_or((point.value, point.value));
        [point.value, lower, upper]
    });
    let least = match chart.unit {
        Unit::Count => 1.0,
        Unit::Decimal(places) => 10f64.powi(-(places as i32)),
        Unit::Percent(places) => 10f64.powi(-(places as i32) - 2),
    };
    let mut paper = Paper {
        y: Axis::figures(ends, least, BOTTOM, TOP),
        x: Axis::years(&chart.years(), LEFT, RIGHT),
        chart,
        locale,
        out: String::new(),
    };
    paper.open(place);
    paper.grid();
    paper.unfinished();
    for series in &chart.series {
        paper.interval(series);
    }
    for series in &chart.series {
        paper.series(series);
    }
    paper.legend();
    paper.out.push_str("</svg>");
    paper.out
}

impl Paper<'_> {
    fn n_legend_lines(&self) -> usize {
        let n_series = self.chart.series.len();
        let named = if n_series > 1 { n_series } else { 0 };
        named + usize::from(self.chart.unfinished_from.is_some())
    }

    fn open(&mut self, place: Place) {
        let id = &self.chart.id;
        let height = HEIGHT + self.n_legend_lines() as f64 * LEGEND_LINE;
        let _ = write!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" \
             viewBox=\"0 0 {WIDTH} {height}\" aria-labelledby=\"{id}-title {id}-desc\" \
             font-family=\"'Be Vietnam Pro', 'Noto Sans', sans-serif\" font-size=\"14\" \
             fill=\"#1e2430\"><title id=\"{id}-title\">{title}</title>\
             <desc id=\"{id}-desc\">{description}</desc>\
             <defs><pattern id=\"{id}-hatch\" width=\"8\" height=\"8\" \
             patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <line class=\"hatch\" y2=\"8\" stroke=\"#837b6c\" stroke-width=\"2\" \
             stroke-opacity=\".45\"/></pattern></defs>",
            title = xml(&self.chart.title),
            description = xml(&self.chart.description),
        );
        if place == Place::File {
            self.out
                .push_str("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        }
    }

    fn grid(&mut self) {
        let unit = self.chart.unit.on_axis(&self.y.ticks);
        for tick in self.y.ticks.clone() {
            let y = self.y.at(tick);
            let label = xml(&unit.write(tick, self.locale));
            let _ = write!(
                self.out,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\" \
                 stroke=\"#dcd6ca\"/><text class=\"ink\" x=\"{:.1}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{label}</text>",
                LEFT - 8.0,
                y + 5.0,
            );
        }
        for tick in self.x.ticks.clone() {
            let x = self.x.at(tick);
            let _ = write!(
                self.out,
                "<text class=\"ink\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick}</text>",
                BOTTOM + 22.0,
            );
        }
    }

    /// A hatched ground under the years that are not complete.
    fn unfinished(&mut self) {
        let years = self.chart.years();
        let (Some(from), Some(last)) = (self.chart.unfinished_from, years.last()) else {
            return;
        };
        let left = self.x.at(f64::from(from) - 0.5);
        let right = self.x.at(f64::from(*last) + 0.5);
        let _ = write!(
            self.out,
            "<rect x=\"{left:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\" \
             fill=\"url(#{}-hatch)\"/>",
            (right - left).max(0.0),
            BOTTOM - TOP,
            self.chart.id,
        );
    }

    fn interval(&mut self, series: &Series) {
        let number = series.look();
        let ends: Vec<(f64, f64, f64)> = (series.points.iter())
            .filter_map(|point| {
                let (lower, upper) = point.interval?;
                let x = self.x.at(f64::from(point.year));
                Some((x, self.y.at(lower), self.y.at(upper)))
            })
            .collect();
        let (colour, ..) = LOOKS[number];
        if let [(x, lower, upper)] = ends[..] {
            let _ = write!(
                self.out,
                "<path class=\"s{number}\" d=\"M{x:.1} {lower:.1}V{upper:.1}\" stroke=\"{colour}\" \
                 stroke-width=\"2\"/>"
            );
            return;
        }
        if ends.is_empty() {
            return;
        }
        let mut path = String::new();
        let there = ends.iter().map(|(x, _, upper)| (x, upper));
        let back = ends.iter().rev().map(|(x, lower, _)| (x, lower));
        for (place, (x, y)) in there.chain(back).enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if place == 0 { 'M' } else { 'L' });
        }
        let _ = write!(
            self.out,
            "<path class=\"band s{number}\" d=\"{path}Z\" fill=\"{colour}\" fill-opacity=\".16\" \
             stroke=\"{colour}\" stroke-opacity=\".6\" stroke-dasharray=\"3 3\"/>"
        );
    }

    fn series(&mut self, series: &Series) {
        let number = series.look();
        let points: Vec<Point> = (series.points.iter())
            .filter(|point| point.value.is_finite())
            .copied()
            .collect();
        match series.mark {
            Mark::Bars => self.bars(series, &points),
            Mark::Line | Mark::Forecast => {
                self.line(number, series.mark, &points);
                for point in &points {
                    let is_open =
                        series.mark == Mark::Forecast || self.chart.is_unfinished(point.year);
                    let at = (self.x.at(f64::from(point.year)), self.y.at(point.value));
                    let said = self.said(series, point);
                    self.point(number, at, is_open, &said);
                }
            }
        }
    }

    /// What a pointer over a point shows.
    fn said(&self, series: &Series, point: &Point) -> String {
        let value = self.chart.unit.write(point.value, self.locale);
        format!("{}, {}: {value}", series.name, point.year)
    }

    fn line(&mut self, number: usize, mark: Mark, points: &[Point]) {
        let (colour, dash, _) = LOOKS[number];
        let mut path = String::new();
        let mut before: Option<i32> = None;
        for point in points {
            let is_next = before.is_some_and(|year| year + 1 == point.year);
            let _ = write!(
                path,
                "{}{:.1} {:.1}",
                if is_next { 'L' } else { 'M' },
                self.x.at(f64::from(point.year)),
                self.y.at(point.value)
            );
            before = Some(point.year);
        }
        let dash = if mark == Mark::Forecast { "6 5" } else { dash };
        let _ = write!(
            self.out,
            "<path class=\"line s{number}\" d=\"{path}\" fill=\"none\" stroke=\"{colour}\" \
             stroke-width=\"2.5\" stroke-linejoin=\"round\" stroke-dasharray=\"{dash}\"/>"
        );
    }

    fn bars(&mut self, series: &Series, points: &[Point]) {
        let number = series.look();
        let (colour, ..) = LOOKS[number];
        let zero = self.y.at(0.0);
        for point in points {
            let left = self.x.at(f64::from(point.year) - 0.4);
            let right = self.x.at(f64::from(point.year) + 0.4);
            let y = self.y.at(point.value);
            let is_open = self.chart.is_unfinished(point.year);
            let said = xml(&self.said(series, point));
            let _ = write!(
                self.out,
                "<rect class=\"{} s{number}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
                 height=\"{:.1}\" fill=\"{}\" stroke=\"{colour}\" stroke-width=\"1.5\"{}>\
                 <title>{said}</title></rect>",
                if is_open { "open" } else { "full" },
                y.min(zero),
                (right - left).max(0.5),
                (y - zero).abs(),
                if is_open { "#fff" } else { colour },
                if is_open {
                    " stroke-dasharray=\"4 3\""
                } else {
                    ""
                },
            );
        }
    }

    fn point(&mut self, number: usize, (x, y): (f64, f64), is_open: bool, said: &str) {
        let (colour, _, shape) = LOOKS[number];
        let is_open = is_open || shape == "ring";
        let path = match shape {
            "square" => format!("M{:.1} {:.1}h7v7h-7z", x - 3.5, y - 3.5),
            "triangle" => format!("M{x:.1} {:.1}l4.5 8h-9z", y - 5.0),
            "diamond" => format!("M{x:.1} {:.1}l5 5l-5 5l-5 -5z", y - 5.0),
            "cross" => format!("M{:.1} {:.1}l7 7m0 -7l-7 7", x - 3.5, y - 3.5),
            _ => format!("M{:.1} {y:.1}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", x - 4.0),
        };
        let _ = write!(
            self.out,
            "<path class=\"{} s{number}\" d=\"{path}\" fill=\"{}\" stroke=\"{colour}\" \
             stroke-width=\"2\">",
            if is_open { "open" } else { "full" },
            if is_open { "#fff" } else { colour },
        );
        if !said.is_empty() {
            let _ = write!(self.out, "<title>{}</title>", xml(said));
        }
        self.out.push_str("</path>");
    }

    /// What each look means; a single complete series needs none.
    fn legend(&mut self) {
        let mut y = HEIGHT + LEGEND_LINE / 2.0;
        let chart = self.chart;
        let named: &[Series] = if chart.series.len() > 1 {
            &chart.series
        } else {
            &[]
        };
        for series in named {
            let number = series.look();
            match series.mark {
                Mark::Bars => {
                    let (colour, ..) = LOOKS[number];
                    let _ = write!(
                        self.out,
                        "<rect class=\"full s{number}\" x=\"{}\" y=\"{:.1}\" width=\"14\" \
                         height=\"14\" fill=\"{colour}\"/>",
                        LEFT + 9.0,
                        y - 7.0
                    );
                }
                mark => {
                    let (colour, dash, _) = LOOKS[number];
                    let dash = if mark == Mark::Forecast { "6 5" } else { dash };
                    let _ = write!(
                        self.out,
                        "<path class=\"line s{number}\" d=\"M{LEFT} {y:.1}h32\" stroke=\"{colour}\" \
                         stroke-width=\"2.5\" stroke-dasharray=\"{dash}\"/>"
                    );
                    self.point(number, (LEFT + 16.0, y), mark == Mark::Forecast, "");
                }
            }
            self.legend_text(y, &series.name);
            y += LEGEND_LINE;
        }
        if self.chart.unfinished_from.is_some() {
            let _ = write!(
                self.out,
                "<rect x=\"{LEFT}\" y=\"{:.1}\" width=\"32\" height=\"14\" fill=\"url(#{}-hatch)\"/>",
                y - 7.0,
                self.chart.id
            );
            self.legend_text(y, self.locale.words().chart.unfinished_legend);
        }
    }

    fn legend_text(&mut self, y: f64, text: &str) {
        let _ = write!(
            self.out,
            "<text class=\"ink\" x=\"{}\" y=\"{:.1}\">{}</text>",
            LEFT + 42.0,
            y + 5.0,
            xml(text)
        );
    }
}
