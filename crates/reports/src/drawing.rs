//! Charts as lines, areas and texts on paper, the same for SVG and PDF.

use crate::{report::Chart, words::Language};

/// A place on paper, in points from the left and from the top.
pub(crate) type Place = (f32, f32);

/// How dark something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ink {
    Black,
    Grey,
    Light,
    Blue,
    Pale,
}

impl Ink {
    /// Red, green, blue.
    pub(crate) fn rgb(self) -> [u8; 3] {
        match self {
            Self::Black => [0x1c, 0x1c, 0x1c],
            Self::Grey => [0x59, 0x5f, 0x69],
            Self::Light => [0xd8, 0xdc, 0xe2],
            Self::Blue => [0x1f, 0x4e, 0x8c],
            Self::Pale => [0xc9, 0xd9, 0xee],
        }
    }
}

/// Which end of a text lies at its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    Text {
        at: Place,
        size: f32,
        bold: bool,
        ink: Ink,
        anchor: Anchor,
        text: String,
    },
    Line {
        points: Vec<Place>,
        width: f32,
        ink: Ink,
        dashed: bool,
    },
    Area {
        points: Vec<Place>,
        ink: Ink,
        outlined: bool,
    },
}

/// Height of a chart for a width: a third is read well in a column.
pub(crate) fn height(width: f32) -> f32 {
    width * 0.36
}

/// Room for the labels of the axes.
const LEFT: f32 = 46.0;
const BOTTOM: f32 = 18.0;
const TOP: f32 = 8.0;
const LABEL: f32 = 8.0;

/// Where figures lie.
struct Frame {
    first: i32,
    n_years: f32,
    top: f64,
    width: f32,
    height: f32,
}

impl Frame {
    fn x(&self, year: i32) -> f32 {
        let step = (self.width - LEFT) / self.n_years;
        LEFT + ((year - self.first) as f32 + 0.5) * step
    }

    fn y(&self, value: f64) -> f32 {
        let room = self.height - BOTTOM - TOP;
        TOP + room * (1.0 - (value / self.top).clamp(0.0, 1.0) as f32)
    }
}

/// Draws a chart with its upper left corner at (0, 0).
pub(crate) fn draw(chart: &Chart, width: f32, language: Language) -> Vec<Mark> {
    let ahead = chart.ahead.iter();
    let years = chart
        .values
        .iter()
        .chain(&chart.open)
        .map(|(year, _)| *year);
    let years: Vec<i32> = years.chain(ahead.clone().map(|(year, _)| *year)).collect();
    let (Some(first), Some(last)) = (years.iter().min(), years.iter().max()) else {
        return Vec::new();
    };
    let values = chart
        .values
        .iter()
        .chain(&chart.open)
        .map(|(_, value)| *value);
    let highest = values
        .chain(ahead.map(|(_, ends)| ends[2]))
        .fold(0.0, f64::max);
    let step = round_step(highest / 4.0, chart.is_share);
    let frame = Frame {
        first: *first,
        n_years: (last - first + 1) as f32,
        top: (highest / step).ceil().max(1.0) * step,
        width,
        height: height(width),
    };
    let mut marks = grid(&frame, step, chart.is_share, language);
    marks.extend(year_labels(&frame, *last));
    if chart.is_share {
        marks.push(line(&frame, &chart.values, false));
    } else {
        marks.extend(bars(&frame, chart));
    }
    marks.extend(forecast(&frame, &chart.ahead));
    marks
}

/// 1, 2 or 5 times a power of ten, at least `least`; whole for counts.
fn round_step(least: f64, is_share: bool) -> f64 {
    if least <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    let found = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|step| step * power >= least);
    let step = found.unwrap_or(10.0) * power;
    if is_share { step } else { step.max(1.0) }
}

fn grid(frame: &Frame, step: f64, is_share: bool, language: Language) -> Vec<Mark> {
    let n = (frame.top / step).round() as usize;
    let at = |i: usize| {
        let value = i as f64 * step;
        let y = frame.y(value);
        let text = if is_share {
            language.percent(value, usize::from(step < 0.01) + usize::from(step < 0.001))
        } else {
            language.whole(value)
        };
        let ink = if i == 0 { Ink::Grey } else { Ink::Light };
        [
            Mark::Line {
                points: vec![(LEFT, y), (frame.width, y)],
                width: 0.5,
                ink,
                dashed: false,
            },
            label((LEFT - 5.0, y + LABEL * 0.35), Anchor::End, text),
        ]
    };
    (0..=n).flat_map(at).collect()
}

fn label(at: Place, anchor: Anchor, text: String) -> Mark {
    Mark::Text {
        at,
        size: LABEL,
        bold: false,
        ink: Ink::Grey,
        anchor,
        text,
    }
}

/// Years of which a label is not closer than its own width.
fn year_labels(frame: &Frame, last: i32) -> Vec<Mark> {
    let most = ((frame.width - LEFT) / 30.0).max(1.0);
    let step = [1, 2, 5, 10, 20, 50, 100];
    let step = step
        .into_iter()
        .find(|step| frame.n_years / (*step as f32) <= most);
    let step = step.unwrap_or(200);
    let y = frame.height - 5.0;
    (frame.first..=last)
        .filter(|year| year.rem_euclid(step) == 0)
        .map(|year| label((frame.x(year), y), Anchor::Middle, year.to_string()))
        .collect()
}

fn bars(frame: &Frame, chart: &Chart) -> Vec<Mark> {
    let half = (frame.width - LEFT) / frame.n_years * 0.36;
    let bar = |(year, value): &(i32, f64), outlined| {
        let (x, y, base) = (frame.x(*year), frame.y(*value), frame.y(0.0));
        Mark::Area {
            points: vec![
                (x - half, base),
                (x - half, y),
                (x + half, y),
                (x + half, base),
            ],
            ink: Ink::Blue,
            outlined,
        }
    };
    let whole = chart
        .values
        .iter()
        .filter(|(_, value)| *value > 0.0)
        .map(|v| bar(v, false));
    let open = chart.open.iter().map(|v| bar(v, true));
    whole.chain(open).collect()
}

fn line(frame: &Frame, values: &[(i32, f64)], dashed: bool) -> Mark {
    let points = values
        .iter()
        .map(|(year, value)| (frame.x(*year), frame.y(*value)));
    Mark::Line {
        points: points.collect(),
        width: 1.4,
        ink: Ink::Blue,
        dashed,
    }
}

/// The interval as a band, the mean as a dashed line with a stroke a year.
fn forecast(frame: &Frame, ahead: &[(i32, [f64; 3])]) -> Vec<Mark> {
    if ahead.is_empty() {
        return Vec::new();
    }
    let of = |end: usize| {
        ahead
            .iter()
            .map(move |(year, ends)| (frame.x(*year), frame.y(ends[end])))
    };
    let means: Vec<(i32, f64)> = ahead.iter().map(|(year, ends)| (*year, ends[0])).collect();
    let mut band: Vec<Place> = of(2).collect();
    band.extend(of(1).collect::<Vec<_>>().into_iter().rev());
    if let [(x, low, high)] = of(1)
        .zip(of(2))
        .map(|(l, h)| (l.0, l.1, h.1))
        .collect::<Vec<_>>()[..]
    {
        band = vec![
            (x - 4.0, low),
            (x - 4.0, high),
            (x + 4.0, high),
            (x + 4.0, low),
        ];
    }
    let mut marks = vec![Mark::Area {
        points: band,
        ink: Ink::Pale,
        outlined: false,
    }];
    marks.push(line(frame, &means, true));
    marks.extend(of(0).map(|(x, y)| Mark::Line {
        points: vec![(x - 2.5, y), (x + 2.5, y)],
        width: 1.6,
        ink: Ink::Black,
        dashed: false,
    }));
    marks
}
