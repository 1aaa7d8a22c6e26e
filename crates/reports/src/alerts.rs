//! What deserves a look: bursts, missed forecasts, new topics, new entrants, and
//! groups that began to emerge; each by a written rule over the last complete
//! year.

use std::{collections::BTreeMap, fmt};

use catalog::TopicEventKind;
use index::FacetField;
use serde::Serialize;
use trends::{CountSeries, ForecastOptions, bursts, emerging, forecast};

use crate::{
    emerging::{Group, of_field, of_topics},
    material::{GatherError, Sources},
    selection::Selection,
    words::{Language, fill},
};

/// Why something deserves a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A burst began in the last complete year.
    Burst,
    /// Its count lies outside the 95 % interval that was forecast from the
    /// years before.
    ForecastMissed,
    /// It emerges, and did not a year before.
    Emerging,
    /// The newest build of topics found it for the first time.
    NewTopic,
    /// An institution with its first records.
    NewEntrant,
}

impl AlertKind {
    /// The word in answers and feeds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Burst => "burst",
            Self::ForecastMissed => "forecast_missed",
            Self::Emerging => "emerging",
            Self::NewTopic => "new_topic",
            Self::NewEntrant => "new_entrant",
        }
    }
}

impl fmt::Display for AlertKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that deserves a look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrendAlert {
    /// Why.
    pub kind: AlertKind,
    /// What, as it is asked for: `topic:12`, `institution:…`.
    pub selection: String,
    /// Names, Vietnamese first and English first.
    pub names: [String; 2],
    /// The last complete year.
    pub year: i32,
    /// Its records in that year.
    pub count: f64,
    /// Lower and upper end of what was forecast, of a missed forecast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

/// Records that make an institution a new entrant: a project, not a paper that
/// somebody wrote on a visit. A guess, not tuned.
const MIN_ENTRANT: f64 = 5.0;
/// Fewer records than this in the year are chance, as for what emerges.
const MIN_RECORDS: f64 = trends::MIN_RECENT;
/// Fields whose values are looked at beside topics, a hundred values each.
const FIELDS: [FacetField; 4] = [
    FacetField::Field,
    FacetField::Institution,
    FacetField::Province,
    FacetField::Country,
];

/// Why nothing can be watched by a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be watched; name a topic (topic:12), or a value of field, institution, province or country (institution:NAME)"
)]
pub struct Unwatchable(String);

/// The name by which alerts tell of a topic or group, from what a person types;
/// empty for everything.
///
/// # Errors
/// [`Unwatchable`] for a query, or a field of which no alerts are made.
pub fn watched(text: &str) -> Result<String, Unwatchable> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let refused = || Unwatchable(text.chars().take(80).collect());
    let selection: Selection = text.parse().map_err(|_| refused())?;
    let is_watched = match &selection {
        Selection::Topic(_) => true,
        Selection::Found { query, filters } => {
            query.is_empty() && filters.len() == 1 && FIELDS.contains(&filters[0].field)
        }
    };
    is_watched
        .then(|| selection.to_string())
        .ok_or_else(refused)
}

/// All alerts of the last complete year, by kind, then by selection: of topics,
/// fields, institutions, provinces and countries.
///
/// # Errors
/// [`GatherError`].
pub fn trend_alerts(
    sources: &Sources<'_>,
    current_year: i32,
) -> Result<Vec<TrendAlert>, GatherError> {
    let year = current_year - 1;
    let mut found = Vec::new();
    let topics = of_topics(sources)?;
    let born = born_lately(sources)?;
    for group in topics.iter().filter(|g| born.contains(&g.selection)) {
        found.push(alert(AlertKind::NewTopic, group, year, None));
    }
    for group in &topics {
        found.extend(of_counts(group, year));
    }
    for field in FIELDS {
        for group in values(sources, field, year)?.values() {
            if field == FacetField::Institution && has_entered(group, year) {
                found.push(alert(AlertKind::NewEntrant, group, year, None));
            }
            found.extend(of_counts(group, year));
        }
    }
    found.sort_by(|a, b| (a.kind, &a.selection).cmp(&(b.kind, &b.selection)));
    Ok(found)
}

/// The largest values of all years, and those of the year itself: who entered
/// it is small among all.
fn values(
    sources: &Sources<'_>,
    field: FacetField,
    year: i32,
) -> Result<BTreeMap<String, Group>, GatherError> {
    let mut groups = of_field(sources, field, None)?;
    groups.extend(of_field(sources, field, Some(year))?);
    let named = groups.into_iter();
    Ok(named.map(|g| (g.selection.clone(), g)).collect())
}

fn has_entered(group: &Group, year: i32) -> bool {
    complete(group, year).is_some_and(|series| {
        let (last, before) = series.counts.split_last().unwrap_or((&0.0, &[]));
        *last >= MIN_ENTRANT && !before.is_empty() && before.iter().all(|n| *n == 0.0)
    })
}

/// The counts up to the year, when they reach it.
fn complete(group: &Group, year: i32) -> Option<CountSeries> {
    let series = group.series.until(year);
    series.filter(|series| series.last_year() == year)
}

fn alert(kind: AlertKind, group: &Group, year: i32, interval: Option<[f64; 2]>) -> TrendAlert {
    let series = complete(group, year);
    let count = series.and_then(|series| series.counts.last().copied());
    TrendAlert {
        kind,
        selection: group.selection.clone(),
        names: group.names.clone(),
        year,
        count: count.unwrap_or_default(),
        interval,
    }
}

/// What the counts of a group say.
fn of_counts(group: &Group, year: i32) -> Vec<TrendAlert> {
    let Some(series) = complete(group, year) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let last = series.counts.last().copied().unwrap_or_default();
    let began = bursts(&series).into_iter().any(|burst| burst.from == year);
    if began && last >= MIN_RECORDS {
        found.push(alert(AlertKind::Burst, group, year, None));
    }
    let Some(before) = series.until(year - 1) else {
        return found;
    };
    let emerges = |series| emerging(&group.selection, series).is_some();
    if emerges(&series) && !emerges(&before) {
        found.push(alert(AlertKind::Emerging, group, year, None));
    }
    found.extend(
        missed(&before, last).map(|ends| alert(AlertKind::ForecastMissed, group, year, Some(ends))),
    );
    found
}

/// The interval that the years before gave for the count, when it lies outside.
fn missed(before: &CountSeries, count: f64) -> Option<[f64; 2]> {
    let options = ForecastOptions {
        horizon: 1,
        level: 0.95,
        periods_per_year: 1,
        counts: true,
    };
    let lead = before.counts.iter().take_while(|n| **n <= 0.0).count();
    let said = forecast(&before.counts[lead..], &options).ok()?;
    let step = said.steps.first()?;
    let is_chance = count.max(step.mean) < MIN_RECORDS;
    (!is_chance && !(step.lower..=step.upper).contains(&count)).then_some([step.lower, step.upper])
}

/// Selections of the topics that the newest build found; none after the first
/// build, where all are new.
fn born_lately(sources: &Sources<'_>) -> Result<Vec<String>, GatherError> {
    let Some(store) = sources.topics else {
        return Ok(Vec::new());
    };
    let list = store.topics(sources.clearance)?;
    let Some(list) = list.filter(|list| list.build.build > 1) else {
        return Ok(Vec::new());
    };
    let mut born = Vec::new();
    let is_new = |kind| matches!(kind, TopicEventKind::Born | TopicEventKind::Split);
    for topic in list.topics.iter().filter(|topic| topic.parent.is_some()) {
        let events = store.topic_events(topic.id)?;
        let by_build = events.iter().filter(|e| e.build == list.build.build);
        if by_build.clone().any(|event| is_new(event.kind)) {
            born.push(format!("topic:{}", topic.id));
        }
    }
    Ok(born)
}

impl TrendAlert {
    /// What tells it from other alerts: the same as long as it stands. A new
    /// topic is new once, whatever the year.
    pub fn key(&self) -> String {
        match self.kind {
            AlertKind::NewTopic => format!("{} {}", self.kind, self.selection),
            _ => format!("{} {} {}", self.kind, self.selection, self.year),
        }
    }

    /// Its name in a language.
    pub fn name(&self, language: Language) -> &str {
        &self.names[usize::from(language == Language::En)]
    }

    /// The alert in a sentence.
    pub fn sentence(&self, language: Language) -> String {
        let w = language.words();
        let name = self.name(language);
        let (year, count) = (self.year.to_string(), language.whole(self.count));
        let message = match self.kind {
            AlertKind::Burst => w.alert_burst,
            AlertKind::Emerging => w.alert_emerging,
            AlertKind::NewTopic => w.alert_topic,
            AlertKind::NewEntrant => w.alert_entrant,
            AlertKind::ForecastMissed => {
                let ends = self.interval.unwrap_or_default();
                let ends = ends.map(|end| language.decimal(end, 1));
                return fill(w.alert_missed, &[name, &year, &count, &ends[0], &ends[1]]);
            }
        };
        fill(message, &[name, &year, &count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(counts: &[f64]) -> Group {
        Group {
            selection: "institution:A".to_owned(),
            names: ["A".to_owned(), "A".to_owned()],
            series: CountSeries {
                first_year: 2010,
                counts: counts.to_vec(),
                totals: vec![400.0; counts.len()],
            },
        }
    }

    fn kinds(counts: &[f64], year: i32) -> Vec<AlertKind> {
        let found = of_counts(&group(counts), year);
        found.iter().map(|alert| alert.kind).collect()
    }

    #[test]
    fn a_steady_group_deserves_no_look() {
        assert_eq!(
            kinds(&[20.0, 21.0, 19.0, 20.0, 22.0, 20.0, 21.0, 20.0], 2017),
            []
        );
    }

    #[test]
    fn a_leap_is_a_burst_and_misses_its_forecast() {
        let counts = [20.0, 21.0, 19.0, 20.0, 22.0, 20.0, 21.0, 20.0, 90.0];
        let found = kinds(&counts, 2018);
        assert!(found.contains(&AlertKind::Burst), "{found:?}");
        assert!(found.contains(&AlertKind::ForecastMissed), "{found:?}");
        let alerts = of_counts(&group(&counts), 2018);
        let said = alerts.iter().find(|a| a.interval.is_some()).unwrap();
        assert!(said.interval.unwrap()[1] < 90.0);
        let sentence = said.sentence(Language::En);
        assert!(sentence.starts_with("A: 2018 had 90 records"), "{sentence}");
        assert_eq!(kinds(&counts[..8], 2017), [], "not before it happens");
        assert_eq!(kinds(&counts, 2019), [], "nor of a year that is not there");
    }

    #[test]
    fn a_record_where_none_was_expected_is_chance() {
        let counts = [1.0, 3.0, 2.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        assert_eq!(kinds(&counts, 2021), []);
    }

    #[test]
    fn what_begins_to_emerge_is_told_in_that_year_only() {
        let counts = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 4.0, 9.0, 14.0, 20.0];
        let emerges = |year| kinds(&counts, year).contains(&AlertKind::Emerging);
        let years: Vec<i32> = (2010..2020).filter(|year| emerges(*year)).collect();
        assert_eq!(years, [2016]);
    }

    #[test]
    fn topics_and_groups_are_watched_queries_are_not() {
        assert_eq!(watched(" topic:#12 ").unwrap(), "topic:12");
        let institution = watched("institution:Viện Lúa").unwrap();
        assert_eq!(institution, "institution:\"Viện Lúa\"");
        assert_eq!(watched("country:VN").unwrap(), "country:VN");
        assert_eq!(watched("").unwrap(), "");
        for text in [
            "xâm nhập mặn",
            "topic:x",
            "year:2020",
            "language:vi",
            "a OR b",
        ] {
            assert!(watched(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_entrant_has_no_records_before() {
        assert!(has_entered(&group(&[0.0, 0.0, 6.0]), 2012));
        assert!(!has_entered(&group(&[0.0, 0.0, 3.0]), 2012));
        assert!(!has_entered(&group(&[1.0, 0.0, 6.0]), 2012));
        assert!(
            !has_entered(&group(&[6.0]), 2010),
            "the library itself is new"
        );
    }
}
