//! Which topics or groups of a library emerge, and how well the definition did
//! in hindsight.

use std::{fmt, str::FromStr};

use catalog::{Detail, WhatChanged};
use index::{FacetField, Filter};
use records::{ChangeSeq, Country, Lang};
use search::{Mode, SearchRequest};
use serde::Serialize;
use trends::{
    CountSeries, CountTable, Dimension, Emerging, Hindsight, WINDOW, emerging, hindsight,
};

use crate::{
    material::{GatherError, Sources, count_within, whole},
    selection::Selection,
};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Topics.
    Topic,
    /// Authors' keywords: reads every record.
    Keyword,
    /// Values of a field that can be counted.
    Field(FacetField),
}

/// A word that is none of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot emerge; use topic, keyword, field, institution, province, country, venue, type or language"
)]
pub struct UnknownBy(String);

impl By {
    /// All of them, in the order in which pages list them.
    pub const ALL: [Self; 9] = [
        Self::Topic,
        Self::Keyword,
        Self::Field(FacetField::Field),
        Self::Field(FacetField::Institution),
        Self::Field(FacetField::Province),
        Self::Field(FacetField::Country),
        Self::Field(FacetField::Venue),
        Self::Field(FacetField::Type),
        Self::Field(FacetField::Language),
    ];

    /// The word used in commands and URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Keyword => "keyword",
            Self::Field(field) => field.as_str(),
        }
    }
}

impl FromStr for By {
    type Err = UnknownBy;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|by| by.as_str() == word);
        found.ok_or_else(|| UnknownBy(word.chars().take(40).collect()))
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A group that emerges.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmergingGroup {
    /// How to ask for it: `topic:12`, `province:Huế`.
    pub selection: String,
    /// Names, Vietnamese first and English first; the same for what is
    /// neither a topic nor a country.
    pub names: [String; 2],
    /// Its score and what it is made of.
    #[serde(flatten)]
    pub found: Emerging,
}

/// The groups of a library that emerge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmergingGroups {
    /// What was looked at.
    pub by: &'static str,
    /// The last year that is over.
    pub last_complete_year: i32,
    /// Groups that were looked at.
    pub n_groups: usize,
    /// The highest score first, ties by name.
    pub emerging: Vec<EmergingGroup>,
    /// The definition applied [`WINDOW`] years ago; `None` when the library does
    /// not reach back far enough or nothing emerged then.
    pub hindsight: Option<Hindsight>,
    /// The same of years before, the newest first, at most [`N_HINDSIGHTS`].
    pub hindsight_before: Vec<Hindsight>,
    /// State of the catalogue.
    pub catalogue_seq: ChangeSeq,
}

/// Years before the newest at which the definition is judged too.
const N_HINDSIGHTS: i32 = 10;

/// Finds the groups that emerge, by the definition of [`trends::emerging`].
///
/// Of a field with more than a hundred values the hundred largest are looked at.
///
/// # Errors
/// [`GatherError`].
pub fn emerging_groups(
    sources: &Sources<'_>,
    by: By,
    current_year: i32,
) -> Result<EmergingGroups, GatherError> {
    let seq = sources.catalogue.status()?.seq;
    let last = current_year - 1;
    let mut found = Vec::new();
    let groups = match by {
        By::Topic => of_topics(sources)?,
        By::Keyword => of_keywords(sources)?,
        By::Field(field) => of_field(sources, field, None)?,
    };
    for group in &groups {
        let complete = group.series.until(last);
        let complete = complete.filter(|series| series.last_year() == last);
        let Some(score) = complete.and_then(|series| emerging(&group.selection, &series)) else {
            continue;
        };
        found.push(EmergingGroup {
            selection: group.selection.clone(),
            names: group.names.clone(),
            found: score,
        });
    }
    found.sort_by(|a, b| {
        let by_score = b.found.score.total_cmp(&a.found.score);
        by_score.then_with(|| a.selection.cmp(&b.selection))
    });
    let judged = |year: i32| {
        let complete = groups
            .iter()
            .filter_map(|group| Some((group.selection.as_str(), group.series.until(last)?)));
        hindsight(complete, year)
    };
    let newest = last - i32::try_from(WINDOW).unwrap_or(i32::MAX);
    Ok(EmergingGroups {
        by: by.as_str(),
        last_complete_year: last,
        n_groups: groups.len(),
        emerging: found,
        hindsight: judged(newest),
        hindsight_before: (1..=N_HINDSIGHTS)
            .filter_map(|back| judged(newest - back))
            .collect(),
        catalogue_seq: seq,
    })
}

/// A group and its counts.
pub(crate) struct Group {
    /// How to ask for it.
    pub(crate) selection: String,
    /// Names, Vietnamese first and English first.
    pub(crate) names: [String; 2],
    /// Counts a year, beside those of the library.
    pub(crate) series: CountSeries,
}

/// The topics of the newest build.
pub(crate) fn of_topics(sources: &Sources<'_>) -> Result<Vec<Group>, GatherError> {
    let list = match sources.topics {
        Some(store) => store.topics(sources.clearance)?,
        None => None,
    };
    let whole = whole(sources)?;
    let topics = list.into_iter().flat_map(|list| list.topics);
    let groups = topics
        .filter(|topic| topic.parent.is_some())
        .map(|topic| Group {
            selection: Selection::Topic(topic.id).to_string(),
            names: [topic.title(true), topic.title(false)],
            series: crate::material::series(&topic.by_year, &whole),
        });
    Ok(groups.collect())
}

/// Records read at a time.
const CHUNK: usize = 2_000;

fn of_keywords(sources: &Sources<'_>) -> Result<Vec<Group>, GatherError> {
    let mut table = CountTable::new(Dimension::Keyword);
    let mut at = ChangeSeq::ZERO;
    loop {
        let read = (sources.catalogue).changes(at, CHUNK, sources.clearance, Detail::Summary)?;
        for change in &read.changes {
            if let WhatChanged::Upsert(stored) = &change.what {
                table.add(&stored.record);
            }
        }
        at = read.up_to;
        if read.is_last {
            break;
        }
    }
    let groups = table.groups().filter_map(|keyword| {
        Some(Group {
            selection: format!("keyword:\"{keyword}\""),
            names: [keyword.to_owned(), keyword.to_owned()],
            series: table.series(keyword)?,
        })
    });
    Ok(groups.collect())
}

/// The values of a field, the hundred largest: of all years, or of one.
pub(crate) fn of_field(
    sources: &Sources<'_>,
    field: FacetField,
    year: Option<i32>,
) -> Result<Vec<Group>, GatherError> {
    let within = year.map(|year| format!("year:{year:04}").parse());
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: 0,
        filters: within.transpose()?.into_iter().collect(),
        facets: vec![field],
        lang: Lang::vi(),
        passages: false,
        ..SearchRequest::new("", sources.clearance)
    };
    let answer = sources.searcher.search(&request)?;
    let whole = whole(sources)?;
    let mut groups = Vec::new();
    for counted in answer.facets.get(&field).into_iter().flatten() {
        let selection = Selection::Found {
            query: String::new(),
            filters: vec![Filter::new(field, counted.value.clone())],
        };
        groups.push(Group {
            series: count_within(sources, &selection, &whole)?,
            selection: selection.to_string(),
            names: names(field, &counted.value),
        });
    }
    Ok(groups)
}

/// A country by its names, any other value as it is.
fn names(field: FacetField, value: &str) -> [String; 2] {
    match Country::of_field(value).filter(|_| field == FacetField::Country) {
        Some(country) => [country.vi.to_owned(), country.en.to_owned()],
        None => [value.to_owned(), value.to_owned()],
    }
}
