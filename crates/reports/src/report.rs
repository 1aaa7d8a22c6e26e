//! The report as a document: headings, sentences, charts, tables, citations,
//! each figure with its stamp.

use std::sync::LazyLock;

use citations::{Style, cite};
use jiff::civil::Date;
use records::{Clearance, Country, Lang, RecordType};
use trends::{CountSeries, Study, StudyOptions};

use crate::{
    arrivals::correct,
    emerging::{By, EmergingGroups, emerging_groups},
    lags::lags,
    material::{Counted, GatherError, Material, Sources, gather},
    selection::Selection,
    sentences::{backtest, kind, refusal, sentences},
    words::{Language, fill},
};

/// What a report is asked to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReportOptions {
    /// Its language.
    pub language: Language,
    /// The year that is not over, the horizon, the level.
    pub study: StudyOptions,
    /// The day on which it is made: what has come of the year that is not over
    /// is measured by it.
    pub today: Date,
}

/// A report, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its language.
    pub language: Language,
    /// Its heading.
    pub title: String,
    /// Selection, state of the catalogue, current year, hash of the methods,
    /// clearance, and the day when a figure depends on it: under every figure.
    pub stamp: String,
    pub(crate) blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    Heading(&'static str),
    Points(Vec<String>),
    Paragraph(String),
    Chart(Chart),
    Table(Table),
    /// Numbered from 1.
    Citations(Vec<String>),
}

/// Figures by year.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    pub(crate) title: &'static str,
    /// Complete years.
    pub(crate) values: Vec<(i32, f64)>,
    /// The year that is not over.
    pub(crate) open: Vec<(i32, f64)>,
    /// Mean, lower, upper.
    pub(crate) ahead: Vec<(i32, [f64; 3])>,
    /// Shares 0..=1 instead of counts.
    pub(crate) is_share: bool,
}

/// A table; the first column is text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) title: &'static str,
    pub(crate) header: Vec<&'static str>,
    pub(crate) rows: Vec<(String, Vec<Figure>)>,
}

/// A number in a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Figure {
    Count(f64),
    Decimal(f64),
    Share(f64),
    Nothing,
}

impl Figure {
    pub(crate) fn write(self, language: Language) -> String {
        match self {
            Self::Count(n) => language.whole(n),
            Self::Decimal(n) => language.decimal(n, 2),
            Self::Share(part) => language.percent(part, 2),
            Self::Nothing => String::new(),
        }
    }

    pub(crate) fn value(self) -> Option<f64> {
        match self {
            Self::Count(n) | Self::Decimal(n) | Self::Share(n) => Some(n),
            Self::Nothing => None,
        }
    }
}

/// Hash of the methods: of everything that they answer to a fixed series. It
/// changes when, and only when, the same counts would be read otherwise.
pub fn method_hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| {
        // Growth, a burst, a zero, a dip: all methods have something to say.
        let counts: Vec<f64> = [
            0, 1, 2, 2, 3, 5, 4, 7, 9, 8, 30, 34, 12, 14, 15, 19, 18, 22, 27, 25, 31,
        ]
        .map(f64::from)
        .into();
        let series = CountSeries {
            first_year: 2000,
            totals: counts.iter().map(|count| 100.0 + 3.0 * count).collect(),
            counts,
        };
        let options = StudyOptions {
            current_year: 2021,
            horizon: 5,
            level: 0.95,
        };
        let answer = format!("{:?}", Study::of(&series, &options));
        blake3::hash(answer.as_bytes()).to_hex()[..12].to_owned()
    });
    &HASH
}

/// Makes the report on a selection.
///
/// # Errors
/// [`GatherError`].
pub fn report(
    sources: &Sources<'_>,
    selection: &Selection,
    options: &ReportOptions,
) -> Result<Report, GatherError> {
    let language = options.language;
    let material = gather(sources, selection, &Lang::parse(language.code()))?;
    let mut study = Study::of(&material.series, &options.study);
    correct(sources, &mut study, options.today)?;
    let emerging = emerging_groups(sources, By::Topic, options.study.current_year)?;
    let name = name(&material, language);
    let stamp = stamp(&material, &study, sources.clearance, options);
    let w = language.words();
    let lags = lags(&material, options.study.current_year);
    let mut blocks = vec![
        Block::Heading(w.summary),
        Block::Points(sentences(&material, &study, &lags, language)),
    ];
    blocks.extend(counts(&study, language));
    blocks.extend(corrected(&study, language));
    blocks.extend(forecast(&study, language));
    blocks.extend(types(&material, language));
    blocks.extend(ranking(
        w.institutions,
        &material.institutions,
        &material,
        language,
    ));
    blocks.extend(ranking(
        w.provinces,
        &material.provinces,
        &material,
        language,
    ));
    let countries = named_countries(&material.countries, language);
    blocks.extend(ranking(w.countries, &countries, &material, language));
    blocks.extend(topics(&emerging, language));
    if !material.evidence.is_empty() {
        blocks.push(Block::Heading(w.evidence));
        blocks.push(Block::Citations(evidence(&material, language)));
    }
    blocks.push(Block::Heading(w.method));
    blocks.push(Block::Paragraph(w.made.to_owned()));
    blocks.push(Block::Paragraph(w.definition.to_owned()));
    Ok(Report {
        language,
        title: fill(w.title, &[&name]),
        stamp,
        blocks,
    })
}

fn name(material: &Material, language: Language) -> String {
    let typed = material.selection.to_string();
    match (&material.topic_names, language) {
        (Some([vi, _]), Language::Vi) => vi.clone(),
        (Some([_, en]), Language::En) => en.clone(),
        (None, _) if typed.is_empty() => language.words().everything.to_owned(),
        (None, _) => typed,
    }
}

fn stamp(
    material: &Material,
    study: &Study,
    clearance: Clearance,
    options: &ReportOptions,
) -> String {
    let w = options.language.words();
    let typed = material.selection.to_string();
    let typed = if typed.is_empty() {
        w.everything
    } else {
        &typed
    };
    let seen = match clearance {
        Clearance::Public => "public",
        Clearance::Registered => "registered",
        Clearance::Staff => "staff",
    };
    let seq = material.seq.0.to_string();
    let year = options.study.current_year.to_string();
    let made = fill(w.source_line, &[typed, &seq, &year, method_hash(), seen]);
    if study.unfinished.iter().any(|open| open.corrected.is_some()) {
        made + &fill(w.corrected_on, &[&options.today.to_string()])
    } else {
        made
    }
}

fn counts(study: &Study, language: Language) -> Vec<Block> {
    let w = language.words();
    if study.years.is_empty() {
        return Vec::new();
    }
    let chart = |title, values: &[f64], is_share| Chart {
        title,
        values: study
            .years
            .iter()
            .copied()
            .zip(values.iter().copied())
            .collect(),
        open: Vec::new(),
        ahead: Vec::new(),
        is_share,
    };
    let open = study.unfinished.iter().filter(|open| !open.is_future);
    let steps = study.forecast.iter().flat_map(|forecast| &forecast.steps);
    let ahead = (study.last_complete_year + 1..).zip(steps);
    let with_forecast = Chart {
        open: open.clone().map(|open| (open.year, open.count)).collect(),
        ahead: ahead
            .map(|(year, step)| (year, [step.mean, step.lower, step.upper]))
            .collect(),
        ..chart(w.counts, &study.counts, false)
    };
    let figures = study.counts.iter().zip(&study.shares);
    let rows = study
        .years
        .iter()
        .zip(figures)
        .map(|(year, (count, share))| {
            (
                year.to_string(),
                vec![Figure::Count(*count), Figure::Share(*share)],
            )
        });
    let open_rows = open.map(|open| {
        let year = fill(w.unfinished, &[&open.year.to_string()]);
        (year, vec![Figure::Count(open.count), Figure::Nothing])
    });
    vec![
        Block::Heading(w.counts),
        Block::Chart(with_forecast),
        Block::Chart(chart(w.shares, &study.shares, true)),
        Block::Table(Table {
            title: w.counts,
            header: vec![w.year, w.records, w.share],
            rows: rows.chain(open_rows).collect(),
        }),
    ]
}

/// The year that is not over as it will be counted when its records have come.
fn corrected(study: &Study, language: Language) -> Option<Block> {
    let w = language.words();
    let rows = study.unfinished.iter().filter_map(|open| {
        let whole = open.corrected?;
        let figures = vec![
            Figure::Count(open.count),
            Figure::Decimal(whole.mean),
            Figure::Decimal(whole.lower),
            Figure::Decimal(whole.upper),
            Figure::Share(whole.arrived),
        ];
        Some((fill(w.unfinished, &[&open.year.to_string()]), figures))
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        Block::Table(Table {
            title: w.corrected_year,
            header: vec![w.year, w.so_far, w.expected, w.lower, w.upper, w.arrived],
            rows,
        })
    })
}

fn forecast(study: &Study, language: Language) -> Vec<Block> {
    let w = language.words();
    let mut blocks = vec![Block::Heading(w.forecast)];
    if let Some(why) = &study.forecast_refused {
        blocks.push(Block::Paragraph(refusal(why, language)));
    }
    let Some(forecast) = &study.forecast else {
        return blocks;
    };
    let years = study.last_complete_year + 1..;
    if let (Some(year), Some(step)) = (years.clone().next(), forecast.steps.first()) {
        let ends = [step.mean, step.lower, step.upper].map(|end| language.decimal(end, 1));
        let said = fill(w.ahead, &[&year.to_string(), &ends[0], &ends[1], &ends[2]]);
        blocks.push(Block::Paragraph(said));
    }
    let rows = years.zip(&forecast.steps).map(|(year, step)| {
        let figures = [step.mean, step.lower, step.upper].map(Figure::Decimal);
        (year.to_string(), figures.into())
    });
    blocks.push(Block::Table(Table {
        title: w.forecast,
        header: vec![w.year, w.expected, w.lower, w.upper],
        rows: rows.collect(),
    }));
    blocks.push(Block::Paragraph(backtest(forecast, language)));
    blocks
}

fn types(material: &Material, language: Language) -> Vec<Block> {
    let w = language.words();
    let sum = |counts: &Vec<f64>| counts.iter().sum::<f64>();
    let mut found: Vec<(RecordType, f64)> = material
        .by_type
        .iter()
        .map(|(kind, counts)| (*kind, sum(counts)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let all: f64 = found.iter().map(|(_, n)| n).sum();
    let rows = found.into_iter().map(|(of, n)| {
        let figures = vec![Figure::Count(n), Figure::Share(n / all.max(1.0))];
        (kind(of, w).to_owned(), figures)
    });
    table(w.types, w.kind, rows.collect(), language)
}

/// Countries by their names.
fn named_countries(counted: &[Counted], language: Language) -> Vec<Counted> {
    let name = |code: &str| match (Country::of_field(code), language) {
        (Some(country), Language::Vi) => country.vi.to_owned(),
        (Some(country), Language::En) => country.en.to_owned(),
        (None, _) => code.to_owned(),
    };
    let pairs = counted.iter();
    pairs.map(|(code, n)| (name(code), *n)).collect()
}

fn ranking(
    title: &'static str,
    counted: &[Counted],
    material: &Material,
    language: Language,
) -> Vec<Block> {
    let all = material.n_records.max(1) as f64;
    let rows = counted.iter().map(|(name, n)| {
        let n = *n as f64;
        (name.clone(), vec![Figure::Count(n), Figure::Share(n / all)])
    });
    table(title, language.words().name, rows.collect(), language)
}

/// A heading and a table of counts; nothing when it is empty.
fn table(
    title: &'static str,
    first: &'static str,
    rows: Vec<(String, Vec<Figure>)>,
    language: Language,
) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    let w = language.words();
    let table = Table {
        title,
        header: vec![first, w.records, w.share],
        rows,
    };
    vec![Block::Heading(title), Block::Table(table)]
}

/// Topics that a report lists at most.
const N_EMERGING: usize = 10;

fn topics(found: &EmergingGroups, language: Language) -> Vec<Block> {
    let w = language.words();
    if found.n_groups == 0 {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(w.emerging)];
    let rows = found.emerging.iter().take(N_EMERGING).map(|group| {
        let [vi, en] = &group.names;
        let name = if language == Language::Vi { vi } else { en };
        let of = &group.found;
        let figures = [
            Figure::Count(of.before),
            Figure::Count(of.recent),
            Figure::Decimal(of.score),
        ];
        (name.clone(), figures.into())
    });
    let rows: Vec<_> = rows.collect();
    blocks.push(if rows.is_empty() {
        Block::Paragraph(w.none_emerges.to_owned())
    } else {
        Block::Table(Table {
            title: w.emerging,
            header: vec![w.name, w.before, w.recent, w.score],
            rows,
        })
    });
    if let Some(seen) = found.hindsight {
        let parts = [seen.precision, seen.base_rate].map(|part| language.percent(part, 0));
        let (year, n) = (seen.year.to_string(), seen.n_flagged.to_string());
        blocks.push(Block::Paragraph(fill(
            w.hindsight,
            &[&year, &n, &parts[0], &parts[1]],
        )));
    }
    blocks
}

/// Citations with the id that the record is found by.
fn evidence(material: &Material, language: Language) -> Vec<String> {
    let cited = material.evidence.iter().map(|record| {
        let text = cite(record, Style::Apa, language.code()).map(|citation| citation.text());
        // What the style cannot set is named by its title.
        let text = text.unwrap_or_else(|_| {
            record
                .display_title(&Lang::parse(language.code()))
                .to_owned()
        });
        format!("{text} [{}]", record.id)
    });
    cited.collect()
}

#[cfg(test)]
mod tests {
    use trends::PastYear;

    use super::*;

    #[test]
    fn the_unfinished_year_stands_in_a_table_once_it_is_corrected() {
        let mut counts = vec![100.0; 8];
        counts.push(40.0);
        let series = CountSeries {
            first_year: 2017,
            totals: counts.clone(),
            counts,
        };
        let options = StudyOptions {
            current_year: 2025,
            horizon: 3,
            level: 0.95,
        };
        let mut study = Study::of(&series, &options);
        assert_eq!(corrected(&study, Language::Vi), None);
        let half = PastYear {
            by_then: 50,
            a_year_later: 100,
        };
        study.correct(Some(&[half; 4]));
        let Some(Block::Table(table)) = corrected(&study, Language::Vi) else {
            panic!("a table")
        };
        let (year, figures) = &table.rows[0];
        assert_eq!(year, "2025 (chưa hết năm)");
        let said: Vec<String> = figures.iter().map(|f| f.write(Language::Vi)).collect();
        assert_eq!((said[0].as_str(), said[1].as_str()), ("40", "80,00"));
        assert_eq!(table.header.len(), 1 + figures.len());
    }

    #[test]
    fn countries_are_named_in_the_language_of_the_report() {
        let counted = [("JP".to_owned(), 2), ("??".to_owned(), 1)];
        let named = named_countries(&counted, Language::Vi);
        assert_eq!(named, [("Nhật Bản".to_owned(), 2), ("??".to_owned(), 1)]);
    }
}
